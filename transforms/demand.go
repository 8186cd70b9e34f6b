package transforms

import (
	"context"
	"io"
	"sync"

	"github.com/weirstreams/weir/streams"
)

// A demand is a stage that makes its output, by demand, of what it reads from elsewhere: for operators that go on when
// what they read has ended or failed.
type demand[I, O any] struct {
	writable *streams.WritableStream[I]
	readable *streams.ReadableStream[O]

	mu         sync.Mutex // guards following fields
	controller *streams.ReadableController[O]
	failure    error // of fail
}

// newDemand makes a stage with the writable side of another one. next makes a chunk of the output, and may block; io.EOF
// ends it. cancel is called when the output is cancelled, also while next runs.
func newDemand[I, O any](
	writable *streams.WritableStream[I],
	next func(ctx context.Context) (O, error),
	cancel func(ctx context.Context, reason error) error,
) *demand[I, O] {
	d := &demand[I, O]{writable: writable}
	d.readable = streams.NewReadableStream(streams.UnderlyingSource[O]{
		Start: d.start,
		Pull: func(ctx context.Context, c *streams.ReadableController[O]) error {
			chunk, err := next(ctx)
			switch err {
			case nil:
				_ = c.Enqueue(chunk) // fails only if the stream has ended meanwhile
				return nil
			case io.EOF:
				_ = c.Close() // as above
				return nil
			}
			if ctx.Err() != nil {
				return nil // the stream has ended, or is about to; its cancel must not come too late
			}
			return err
		},
		Cancel: cancel,
	}, streams.CountQueuingStrategy[O](0))
	return d
}

func (d *demand[I, O]) Readable() *streams.ReadableStream[O] { return d.readable }

func (d *demand[I, O]) Writable() *streams.WritableStream[I] { return d.writable }

func (d *demand[I, O]) start(_ context.Context, c *streams.ReadableController[O]) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.controller = c
	return d.failure
}

// fail errors the output at once, whether it is read or not.
func (d *demand[I, O]) fail(reason error) {
	d.mu.Lock()
	d.failure = reason
	c := d.controller
	d.mu.Unlock()
	if c != nil {
		c.Error(reason)
	}
}

// An inlet is a stream that is read, in whose place another one may come. The zero inlet has none.
type inlet[T any] struct {
	mu        sync.Mutex // guards following fields
	reader    *streams.DefaultReader[T]
	cancelled bool
	reason    error
}

// inletOf makes an inlet of a new stream.
func inletOf[T any](s *streams.ReadableStream[T]) *inlet[T] {
	i := new(inlet[T])
	if err := i.open(s); err != nil {
		panic("transforms: internal error: " + err.Error())
	}
	return i
}

// open makes s the stream that is read. If the inlet was cancelled before, s is cancelled with the same reason.
func (i *inlet[T]) open(s *streams.ReadableStream[T]) error {
	if s == nil {
		return missing("a stream")
	}
	reader, err := s.GetReader()
	if err != nil {
		return err
	}
	i.mu.Lock()
	i.reader = reader
	cancelled, reason := i.cancelled, i.reason
	i.mu.Unlock()
	if cancelled {
		return reader.Cancel(context.Background(), reason)
	}
	return nil
}

// read reads a chunk. It returns io.EOF if there is no stream.
func (i *inlet[T]) read(ctx context.Context) (chunk T, err error) {
	i.mu.Lock()
	reader := i.reader
	i.mu.Unlock()
	if reader == nil {
		return chunk, io.EOF
	}
	return reader.Read(ctx)
}

// cancel cancels the stream, and one that comes later. It waits for that until ctx ends.
func (i *inlet[T]) cancel(ctx context.Context, reason error) error {
	i.mu.Lock()
	i.cancelled, i.reason = true, reason
	reader := i.reader
	i.mu.Unlock()
	if reader == nil {
		return nil
	}
	return reader.Cancel(ctx, reason)
}
