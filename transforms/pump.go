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
// reaches the writable side at once.
type pump[I, O any] struct {
	writable *streams.WritableStream[I]
	readable *streams.ReadableStream[O]
	input    *streams.DefaultReader[I]

	// controller takes the controller of the readable side from its Start to the one Cancel of the queue. That waits for
	// Start, which always runs.
	controller chan *streams.ReadableController[O]

	// next makes a chunk. It waits only as long as ctx has not ended. io.EOF ends the stream; it comes from the input, as
	// all its errors do that are not those of next itself. Immutable.
	next func(ctx context.Context, input *streams.DefaultReader[I]) (O, error)
}

func newPump[I, O any](next func(ctx context.Context, input *streams.DefaultReader[I]) (O, error)) *pump[I, O] {
	p := &pump[I, O]{controller: make(chan *streams.ReadableController[O], 1), next: next}
	queue := streams.NewTransformStream(streams.Transformer[I, I]{Cancel: p.inputEnded})
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
	var chunk O
	err := protect(func() (err error) {
		chunk, err = p.next(ctx, p.input)
		return err
	}, p.fail)
	switch err {
	case nil:
		// It fails only if the stream has ended meanwhile; whoever ended it knows why.
		_ = c.Enqueue(chunk)
		return nil
	case io.EOF:
		_ = c.Close() // as above
		return nil
	}
	if ctx.Err() == nil { // else the stream has ended, and the input is told by whoever ended it
		p.fail(err)
	}
	return err
}

// fail cancels the input, unless it has ended.
func (p *pump[I, O]) fail(err error) {
	_ = p.input.Cancel(over, err) // it only says that it did not wait, or how the input has ended
}
