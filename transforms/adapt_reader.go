package transforms

import (
	"context"
	"io"
	"sync"

	"github.com/weirstreams/weir/streams"
)

// NewReader returns a readable stream of bytes as an io.ReadCloser, and locks the stream to it. Read waits for bytes until
// the stream ends or ctx has ended, and returns the errors of the stream as they are; one goroutine at a time may use it.
// Once ctx has ended and nothing is left of a chunk, all reads return its cause, and the stream goes on. Close cancels the
// stream with streams.ErrClosed and waits for that; it may be called while Read waits, which then returns io.EOF. It is
// what a request body of net/http is made of, for one.
//
// It holds one chunk. If the stream is nil or locked, Read and Close return the error.
func NewReader(ctx context.Context, s *streams.ReadableStream[[]byte]) io.ReadCloser {
	reader, err := readerOf(s)
	return &streamReader{input: chunkReader{reader: reader, ctx: ctx, err: err}, ctx: ctx, err: err}
}

type streamReader struct {
	input chunkReader     // only Read uses it
	ctx   context.Context // immutable
	err   error           // why there is no stream; immutable
}

func (r *streamReader) Read(p []byte) (int, error) { return r.input.Read(p) }

func (r *streamReader) Close() error {
	if r.err != nil {
		return r.err
	}
	return r.input.reader.Cancel(r.ctx, streams.ErrClosed)
}

// FromReadCloser makes a stream of the bytes of rc, such as the body of a request or a response of net/http, and closes rc
// when the stream has ended, in whichever way. The chunks belong to whoever reads them. The stream is errored with the
// error of rc, and with io.ErrNoProgress when rc gives nothing again and again; a nil rc makes a stream that is errored
// with streams.ErrInvalidArgument.
//
// It reads by demand, and nothing ahead. Cancelling the stream closes rc at once, while a Read of rc may still wait: for
// files, connections and bodies that ends the Read. The error of closing is what Cancel returns.
func FromReadCloser(rc io.ReadCloser) *streams.ReadableStream[[]byte] {
	if rc == nil {
		return erroredReadable[[]byte](missing("FromReadCloser"))
	}
	b := &body{input: blockInput{reader: rc}, close: sync.OnceValue(rc.Close)}
	return streams.NewReadableStream(streams.UnderlyingSource[[]byte]{
		Pull:   b.pull,
		Cancel: func(context.Context, error) error { return b.close() },
	}, streams.CountQueuingStrategy[[]byte](0))
}

// A body is the source of FromReadCloser.
type body struct {
	input blockInput
	close func() error
}

func (b *body) pull(_ context.Context, c *streams.ReadableController[[]byte]) error {
	chunk, err := b.input.next()
	if len(chunk) > 0 {
		_ = c.Enqueue(chunk) // fails only if the stream has ended meanwhile
	}
	if err == nil {
		return nil
	}
	closed := b.close()
	if err != io.EOF {
		return err
	}
	if closed == nil {
		_ = c.Close() // as above
	}
	return closed
}

// A blockInput reads chunks that the caller may keep. Small ones share a block of memory.
type blockInput struct {
	reader io.Reader
	room   []byte // the unused end of the block
}

// emptyReads is after how many reads of nothing in a row a reader is given up.
const emptyReads = 100

// next reads once: it may return bytes and an error.
func (b *blockInput) next() ([]byte, error) {
	if len(b.room) < leastRoom {
		b.room = make([]byte, blockSize)
	}
	for range emptyReads {
		n, err := b.reader.Read(b.room)
		if n > 0 || err != nil {
			chunk := b.room[:n:n]
			b.room = b.room[n:]
			return chunk, err
		}
	}
	return nil, io.ErrNoProgress
}
