package transforms

import "github.com/weirstreams/weir/streams"

// Expand passes on its chunks, and makes up others for a consumer that asks for more before the next has come:
// extrapolate gets the last chunk that came and how many were made up of it, counting from 1 with this one, and returns
// the next. If it reports false, or nothing has come yet, the consumer waits. extrapolate must not block.
//
// When the consumer is slow, the producer waits, and nothing is made up. The stage holds one chunk, and remembers the last.
func Expand[T any](extrapolate func(last T, n int) (T, bool)) streams.ReadableWritablePair[T, T] {
	if extrapolate == nil {
		return erroredTransform[T, T](missing("Expand"))
	}
	var last slot[T] // empty if nothing is to be made up
	made := 0
	return newStation(func(s *station[T, T]) {
		switch {
		case s.in.exhausted():
			s.finish()
			return
		case !s.out.isWanted():
			return
		}
		if chunk, ok := s.in.next(); ok {
			last.put(chunk)
			made = 0
			s.out.give(chunk)
			s.wake() // for the end of the input
			return
		}
		if !last.full {
			return
		}
		made++
		if chunk, ok := extrapolate(last.chunk, made); ok {
			s.out.give(chunk)
		} else {
			last.take()
		}
	})
}
