package transforms

import (
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
)

// A pump is an operator that works where its output is wanted: in the Pull of its readable side, which reads the writable
// side through a queue. So it knows when its consumer waits. While a read of the readable side waits, a goroutine waits in
// the pump; with nobody reading there is none, and nothing is taken.
//
// An abort of the writable side errors the readable side at once, and a cancel of the readable side, or an error of next,
// reaches the writable side at once; neither waits for next.
type pump[I, O any] struct {
	writable *streams.WritableStream[I]
	readable *streams.ReadableStream[O]
	input    *streams.DefaultReader[I]

	// controller takes the controller of the readable side from its Start to the one Cancel of the queue. That waits for
	// Start, which always runs.
	controller chan *streams.ReadableController[O]

	// Following fields are used by Pull, of which there is one at a time.

	next pumped[I, O]
	err  error // of next; comes after the output
}

// A pumped makes the next output of a pump of what it reads. The output may come together with an error; there is none (ok
// is false) only with one. It waits only as long as ctx has not ended. io.EOF ends the stream; it comes from the input, as
// all its errors do that are not those of the function itself. It is not called again after an error.
type pumped[I, O any] func(ctx context.Context, input *streams.DefaultReader[I]) (output O, ok bool, err error)

// newPump makes a pump of a function that gives an output or an error.
func newPump[I, O any](next func(ctx context.Context, input *streams.DefaultReader[I]) (O, error)) *pump[I, O] {
	return pumpOf(func(ctx context.Context, input *streams.DefaultReader[I]) (O, bool, error) {
		output, err := next(ctx, input)
		return output, err == nil, err
	})
}

func pumpOf[I, O any](next pumped[I, O]) *pump[I, O] {
	p := &pump[I, O]{controller: make(chan *streams.ReadableController[O], 1), next: next}
	queue := streams.NewTransformStream(streams.Transformer[I, I]{
		// The identity would make an error of a chunk that comes while the readable side is being cancelled, and that error
		// would take the place of the reason.
		Transform: func(_ context.Context, chunk I, c *streams.TransformController[I]) error {
			_ = c.Enqueue(chunk)
			return nil
		},
		Cancel: p.inputEnded,
	})
	reader, err := queue.Readable().GetReader()
	if err != nil {
		panic("transforms: internal error: " + err.Error())
	}
	p.input = reader
	p.writable = queue.Writable()
	p.readable = streams.NewReadableStream(streams.UnderlyingSource[O]{
		Start:  p.start,
		Pull:   p.pull,
		Cancel: p.input.Cancel,
	}, streams.CountQueuingStrategy[O](0))
	return p
}

// Readable is the side that next makes the chunks of.
func (p *pump[I, O]) Readable() *streams.ReadableStream[O] { return p.readable }

// Writable is the side that next reads.
func (p *pump[I, O]) Writable() *streams.WritableStream[I] { return p.writable }

func (p *pump[I, O]) start(_ context.Context, c *streams.ReadableController[O]) error {
	p.controller <- c
	return nil
}

// inputEnded is called when the writable side is aborted, or the queue cancelled from the other side.
func (p *pump[I, O]) inputEnded(_ context.Context, reason error) error {
	c := <-p.controller
	c.Error(reason) // does nothing if the readable side was cancelled
	return nil
}

func (p *pump[I, O]) pull(ctx context.Context, c *streams.ReadableController[O]) error {
	output, ok := p.work(ctx)
	if ok {
		// It fails only if the stream has ended meanwhile; whoever ended it knows why.
		_ = c.Enqueue(output)
	}
	switch {
	case p.err == io.EOF:
		_ = c.Close() // as above
		return nil
	case ok:
		return nil
	case ctx.Err() == nil: // else the stream has ended, and the input is told by whoever ended it
		p.fail(p.err)
	}
	return p.err
}

// work returns the next output. There is none only if it sets p.err, or had set it before. A panic of next is its error:
// left to the readable side, it would not end the input.
func (p *pump[I, O]) work(ctx context.Context) (output O, ok bool) {
	if p.err != nil {
		return output, false
	}
	p.err = protect(func() (err error) {
		output, ok, err = p.next(ctx, p.input)
		return err
	}, p.fail)
	return output, ok
}

// fail cancels the input, unless it has ended.
func (p *pump[I, O]) fail(err error) {
	_ = p.input.Cancel(over, err) // it only says that it did not wait, or how the input has ended
}
