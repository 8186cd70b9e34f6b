package transforms

import (
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
)

// Pipe makes a pipe in memory, as io.Pipe does, that holds up to n chunks: a Write waits only when it is full, and with an
// n of 0 until the chunk before it has been read. Each Write makes a chunk, a copy. Closing the writer ends the reader with
// io.EOF when it has read what is there; closing the reader makes writes fail with streams.ErrClosed. When ctx ends both
// fail with its cause. An n below 0 makes a pipe whose ends return streams.ErrRange.
func Pipe(ctx context.Context, n int) (io.ReadCloser, io.WriteCloser) {
	t := streams.NewTransformStream(streams.Transformer[[]byte, []byte]{},
		streams.WithReadableStrategy(streams.CountQueuingStrategy[[]byte](n)))
	return NewReader(ctx, t.Readable()), streams.NewWriter(ctx, t.Writable())
}
