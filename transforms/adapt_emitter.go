package transforms

import (
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
)

// FromEmitter makes a stream of what a function emits: of a loop that calls emit, or of callbacks that do. produce is
// called at the first read, in a goroutine of its own, and the stream ends when it returns: closed if it returns nil or
// io.EOF, else errored with its error or its panic.
//
// When the consumer is slow, emit waits until the chunk has been read; nothing is held. If the stream is cancelled meanwhile
// emit returns the reason, as it does from then on, and ctx ends. emit may be called by several goroutines, but not after
// produce has returned. A nil produce makes a stream that is errored with streams.ErrInvalidArgument.
func FromEmitter[T any](produce func(ctx context.Context, emit func(T) error) error) *streams.ReadableStream[T] {
	if produce == nil {
		return erroredReadable[T](missing("FromEmitter"))
	}
	e := &emitter[T]{produce: produce, chunks: make(chan T), ended: make(chan struct{})}
	e.ctx, e.cancel = context.WithCancelCause(context.Background())
	return streams.NewReadableStream(streams.UnderlyingSource[T]{
		Pull: e.pull,
		Cancel: func(_ context.Context, reason error) error {
			e.cancel(reason)
			return nil
		},
	}, streams.CountQueuingStrategy[T](0))
}

// An emitter is the source of FromEmitter.
type emitter[T any] struct {
	produce func(ctx context.Context, emit func(T) error) error
	ctx     context.Context // of produce; ends when the stream is cancelled
	cancel  context.CancelCauseFunc
	started bool          // only pull uses it
	chunks  chan T        // from emit to pull
	ended   chan struct{} // closed when produce has returned
	err     error         // what it returned; written before ended is closed
}

func (e *emitter[T]) pull(ctx context.Context, c *streams.ReadableController[T]) error {
	if !e.started {
		e.started = true
		go e.run()
	}
	select {
	case chunk := <-e.chunks:
		_ = c.Enqueue(chunk) // fails only if the stream has ended meanwhile
		return nil
	case <-e.ended:
		if e.err == nil || e.err == io.EOF {
			_ = c.Close() // as above
			return nil
		}
		return e.err
	case <-ctx.Done():
		return nil // the stream has ended
	}
}

func (e *emitter[T]) run() {
	defer close(e.ended)
	defer e.cancel(streams.ErrClosed)
	e.err = protect(func() error { return e.produce(e.ctx, e.emit) }, func(err error) { e.err = err })
}

func (e *emitter[T]) emit(chunk T) error {
	select {
	case e.chunks <- chunk:
		return nil
	case <-e.ctx.Done():
		return context.Cause(e.ctx)
	}
}
