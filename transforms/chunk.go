package transforms

import (
	"slices"

	"github.com/weirstreams/weir/streams"
)

// Chunks makes chunks of exactly n bytes, whatever the chunks of the input are. The last chunk is the rest, if there is
// one; no chunk is empty. An n below 1 makes a stream that is errored with streams.ErrRange.
//
// The chunks must belong to Chunks once they are written, and a chunk that is read belongs to its reader: it is a piece of
// the chunk that it came in, unless it came in several. Keeping one keeps that in memory.
//
// When the consumer is slow, no further chunk is looked at. The stage holds the chunk whose pieces are being read, with a
// slice header for each, one that waits, and fewer than n bytes of the chunk that is to come.
func Chunks(n int) *streams.TransformStream[[]byte, []byte] {
	if n < 1 {
		return erroredTransform[[]byte, []byte](outOfRange("Chunks", n))
	}
	c := &chunker{size: n}
	return streams.TransformFunc(c.transform, c.flush)
}

// ChunksAtMost cuts chunks of more than n bytes into pieces of n, of which the last is the rest, and passes the others on.
// Empty chunks are dropped. An n below 1 makes a stream that is errored with streams.ErrRange.
//
// The chunks must belong to ChunksAtMost once they are written, and a chunk that is read belongs to its reader. Keeping one
// keeps in memory what it was cut from.
//
// When the consumer is slow, no further chunk is looked at. The stage holds the chunk whose pieces are being read, with a
// slice header for each, and one that waits.
func ChunksAtMost(n int) *streams.TransformStream[[]byte, []byte] {
	if n < 1 {
		return erroredTransform[[]byte, []byte](outOfRange("ChunksAtMost", n))
	}
	return streams.TransformFunc(func(chunk []byte, emit func([]byte)) error {
		for piece := range slices.Chunk(chunk, n) {
			emit(piece)
		}
		return nil
	}, nil)
}

type chunker struct {
	size    int
	partial []byte // the beginning of a chunk; its room behind the end is nobody else's
}

func (c *chunker) transform(chunk []byte, emit func([]byte)) error {
	if len(c.partial) > 0 {
		missing := min(c.size-len(c.partial), len(chunk))
		c.partial = append(c.partial, chunk[:missing]...)
		chunk = chunk[missing:]
		if len(c.partial) < c.size {
			return nil
		}
		emit(c.partial)
		c.partial = nil
	}
	whole := len(chunk) - len(chunk)%c.size
	for piece := range slices.Chunk(chunk[:whole], c.size) {
		emit(piece)
	}
	c.partial = slices.Clip(chunk[whole:])
	return nil
}

func (c *chunker) flush(emit func([]byte)) error {
	if len(c.partial) > 0 {
		emit(c.partial)
	}
	return nil
}
