package transforms

import "github.com/weirstreams/weir/streams"

// Partition splits a stream in two: the chunks for which belongs is true go to the one, the others to the other. belongs
// must not block. What a branch that was cancelled would get is dropped; when both are, the source is. A nil argument
// makes two streams that are errored with streams.ErrInvalidArgument; a source that somebody has, with streams.ErrLocked.
//
// Chunks keep their order, so the branch that gets the next one holds up the other when its consumer is slow, and the source
// waits. One chunk is held, and one that follows.
func Partition[T any](source *streams.ReadableStream[T], belongs func(chunk T) bool) (yes, no *streams.ReadableStream[T]) {
	if belongs == nil || source == nil {
		out := refused(source, 2, missing("Partition"))
		return out[0], out[1]
	}
	out := route(source, 2, func(chunk T) int {
		if belongs(chunk) {
			return 0
		}
		return 1
	})
	return out[0], out[1]
}

// RoundRobin splits a stream in n, which get its chunks by turns. What a branch that was cancelled would get goes to the one
// after it; when all are, the source is. An n below 1 makes one stream that is errored with streams.ErrRange; a nil source
// makes streams that are errored with streams.ErrInvalidArgument, a source that somebody has, with streams.ErrLocked.
//
// The branch that gets the next chunk holds up the others when its consumer is slow, and the source waits: see [Balance].
// One chunk is held, and one that follows.
func RoundRobin[T any](source *streams.ReadableStream[T], n int) []*streams.ReadableStream[T] {
	switch {
	case n < 1:
		return refused(source, 1, outOfRange("RoundRobin", n))
	case source == nil:
		return refused(source, n, missing("RoundRobin"))
	}
	turn := 0
	return newBranches(source, n, func(b *branches[T]) {
		for {
			chunk, ok := peekWanted(b, &turn)
			if !ok {
				break
			}
			b.outs[turn].give(chunk)
			turn = (turn + 1) % n
		}
		if b.in.exhausted() {
			b.finish()
		}
	})
}

// peekWanted takes the next chunk if the branch whose turn it is, or the first after it that is not gone, waits for one.
func peekWanted[T any](b *branches[T], turn *int) (chunk T, ok bool) {
	for range b.outs {
		if !b.outs[*turn].isGone() {
			break
		}
		*turn = (*turn + 1) % len(b.outs)
	}
	if !b.outs[*turn].isWanted() {
		return chunk, false
	}
	return b.in.next()
}

// Balance splits a stream in n, each chunk of which goes to a branch whose consumer waits, by turns if several do. When all
// branches are cancelled, the source is. An n below 1 makes one stream that is errored with streams.ErrRange; a nil source
// makes streams that are errored with streams.ErrInvalidArgument, a source that somebody has, with streams.ErrLocked.
//
// When all consumers are slow, the source waits. One chunk is held.
func Balance[T any](source *streams.ReadableStream[T], n int) []*streams.ReadableStream[T] {
	switch {
	case n < 1:
		return refused(source, 1, outOfRange("Balance", n))
	case source == nil:
		return refused(source, n, missing("Balance"))
	}
	turn := 0
	return newBranches(source, n, func(b *branches[T]) {
		for range b.outs {
			out := b.outs[turn]
			turn = (turn + 1) % n
			if !out.isWanted() {
				continue
			}
			chunk, ok := b.in.next()
			if !ok {
				break
			}
			out.give(chunk)
		}
		if b.in.exhausted() {
			b.finish()
		}
	})
}

// route makes n branches, of which each chunk goes to the one that choose says.
func route[T any](source *streams.ReadableStream[T], n int, choose func(chunk T) int) []*streams.ReadableStream[T] {
	var held slot[T]
	var out *outflow[T] // that gets it
	return newBranches(source, n, func(b *branches[T]) {
		for {
			if !held.full {
				chunk, ok := b.in.next()
				if !ok {
					break
				}
				held.put(chunk)
				out = b.outs[choose(chunk)]
			}
			switch {
			case out.isGone():
				held.take()
			case out.isWanted():
				out.give(held.take())
			default:
				return
			}
		}
		if b.in.exhausted() {
			b.finish()
		}
	})
}
