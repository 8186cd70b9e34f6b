package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// A destinationState is the state of a pipe's destination at the start.
type destinationState struct {
	errored  bool // by its controller, with errB
	closed   bool // by a writer
	starting bool // the sink's Start still runs, so that the stream is erroring or closing as yet
}

func TestWPTPipingMultiplePropagation(t *testing.T) {
	var (
		toErroring = destinationState{errored: true, starting: true}
		toErrored  = destinationState{errored: true}
		toClosing  = destinationState{closed: true, starting: true}
		toClosed   = destinationState{closed: true}

		preventAbort = []streams.PipeOption{streams.PreventAbort()}
	)
	tests := map[string]func(t *testing.T){}
	for name, c := range map[string]struct {
		source error // with which the source is errored; nil if it is closed
		dest   destinationState
		opts   []streams.PipeOption
		want   error    // what PipeTo returns
		calls  []string // what the sink gets
		end    error    // with which the destination ends
	}{
		"Piping from an errored readable stream to an erroring writable stream":                      {errA, toErroring, nil, errB, nil, errB},
		"Piping from an errored readable stream to an errored writable stream":                       {errA, toErrored, nil, errA, nil, errB},
		"Piping from an errored readable stream to an erroring writable stream; preventAbort = true": {errA, toErroring, preventAbort, errA, nil, errB},
		"Piping from an errored readable stream to an errored writable stream; preventAbort = true":  {errA, toErrored, preventAbort, errA, nil, errB},
		"Piping from an errored readable stream to a closing writable stream":                        {errA, toClosing, nil, errA, []string{"abort error A"}, errA},
		"Piping from an errored readable stream to a closed writable stream":                         {errA, toClosed, nil, errA, []string{"close"}, nil},
		"Piping from a closed readable stream to an erroring writable stream":                        {nil, toErroring, nil, errB, nil, errB},
		"Piping from a closed readable stream to an errored writable stream":                         {nil, toErrored, nil, errB, nil, errB},
		"Piping from a closed readable stream to a closed writable stream":                           {nil, toClosed, nil, nil, []string{"close"}, nil},
	} {
		tests[name] = func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{}, streams.CountQueuingStrategy[int](0))
			if c.source == nil {
				wantError(t, src.controller.Close(), nil)
			} else {
				src.controller.Error(c.source)
			}
			start := make(gate)
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{
				Start: func(_ context.Context, controller *streams.WritableController[int]) error {
					if c.dest.errored {
						controller.Error(errB)
					}
					if c.dest.starting {
						return start.wait()
					}
					return nil
				},
			})
			closing := new(operation[struct{}])
			if c.dest.closed {
				closing = beginCall(dest.Close)
			}

			p := pipe(source, dest, c.opts...)
			if c.dest.starting {
				start.let(nil)
			}
			p.wantError(t, c.want)
			if c.dest.closed {
				closing.wantError(t, c.end)
			}
			src.want(t)
			sink.want(t, c.calls...)
			wantUnlocked(t, source, dest)
			wantError(t, readableEnd(t, source), c.source)
			wantError(t, writableEnd(t, dest), c.end)
		}
	}
	runWPT(t, "piping/multiple-propagation", tests)
}
