package transforms

import "github.com/weirstreams/weir/streams"

// Conflate makes one result of all chunks that come while the consumer is busy: seed begins a result with a chunk, add adds
// one to it. A consumer that waits gets the result of one chunk at once. The functions must not block.
//
// The producer never waits for a slow consumer. The stage holds one result, which is as large as add lets it become.
func Conflate[T, A any](seed func(chunk T) A, add func(result A, chunk T) A) streams.ReadableWritablePair[T, A] {
	if seed == nil || add == nil {
		return erroredTransform[T, A](missing("Conflate"))
	}
	var result slot[A]
	return newStation(func(s *station[T, A]) {
		for {
			if result.full && s.out.isWanted() {
				s.out.give(result.take())
			}
			chunk, ok := s.in.next()
			switch {
			case !ok:
				if !result.full && s.in.exhausted() {
					s.finish()
				}
				return
			case result.full:
				result.put(add(result.take(), chunk))
			default:
				result.put(seed(chunk))
			}
		}
	})
}
