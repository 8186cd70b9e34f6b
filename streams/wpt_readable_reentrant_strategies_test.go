package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableReentrantStrategies(t *testing.T) {
	// sized makes a stream whose size function calls size, with the number of the call, and gives each chunk the size 1. It
	// runs in the goroutine that calls Enqueue, which is the test's.
	sized := func(source intSource, size func(call int, f readableFixture)) (f readableFixture) {
		calls := 0
		f.stream, f.source = recordingReadable(source, streams.QueuingStrategy[int]{
			HighWaterMark: 1,
			Size: func(int) int {
				calls++
				size(calls, f)
				return 1
			},
		})
		return f
	}
	runWPT(t, "readable-streams/reentrant-strategies", map[string]func(t *testing.T){
		"enqueue() inside size() should work": func(t *testing.T) {
			f := sized(intSource{}, func(call int, f readableFixture) {
				if call == 1 {
					feed(t, f.source.controller, 2)
				}
			})
			feed(t, f.source.controller, 1)
			wantError(t, f.source.controller.Close(), nil)
			wantCollected(t, f.stream, 2, 1)
		},
		"close() inside size() should not crash": func(t *testing.T) {
			f := sized(intSource{}, func(_ int, f readableFixture) {
				wantError(t, f.source.controller.Close(), nil)
			})
			feed(t, f.source.controller, 1)
			wantCollected(t, f.stream)
		},
		"close request inside size() should work": func(t *testing.T) {
			f := sized(intSource{}, func(call int, f readableFixture) {
				if call == 2 {
					wantError(t, f.source.controller.Close(), nil)
				}
			})
			feed(t, f.source.controller, 1, 2)
			wantCollected(t, f.stream, 1, 2)
		},
		"error() inside size() should work": func(t *testing.T) {
			f := sized(intSource{}, func(_ int, f readableFixture) { f.source.controller.Error(errA) })
			feed(t, f.source.controller, 1)
			read(getReader(t, f.stream)).wantError(t, errA)
		},
		"desiredSize inside size() should work": func(t *testing.T) {
			f := sized(intSource{}, func(_ int, f readableFixture) { wantDesiredSize(t, f.source.controller, 1) })
			feed(t, f.source.controller, 1)
			wantDesiredSize(t, f.source.controller, 0)
			wantError(t, f.source.controller.Close(), nil)
			wantCollected(t, f.stream, 1)
		},
		"cancel() inside size() should work": func(t *testing.T) {
			var f readableFixture
			var refused error
			f = sized(intSource{Cancel: func(context.Context, error) error {
				refused = f.source.controller.Enqueue(2)
				return nil
			}}, func(_ int, f readableFixture) { wantError(t, f.stream.Cancel(context.Background(), errA), nil) })
			feed(t, f.source.controller, 1)
			wantError(t, refused, streams.ErrClosed)
			f.source.want(t, "pull", "cancel error A")
			wantCollected(t, f.stream)
		},
		"pipeTo() inside size() should behave as expected": func(t *testing.T) {
			var piping *operation[struct{}]
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			f := sized(intSource{}, func(call int, f readableFixture) {
				if call == 1 {
					piping = pipe(f.stream, dest)
				}
			})
			feed(t, f.source.controller, 1, 2)
			sink.want(t, "write 1", "write 2")
			wantError(t, f.source.controller.Close(), nil)
			piping.wantOK(t)
			sink.want(t, "write 1", "write 2", "close")
		},
		// The chunk goes to the read that came in while it was measured, which the standard would leave waiting: see the
		// documentation of the package.
		"read() inside of size() should behave as expected": func(t *testing.T) {
			var first *operation[int]
			calls := 0
			var r *streams.DefaultReader[int]
			f := sized(intSource{}, func(call int, _ readableFixture) {
				calls = call
				first = read(r)
				first.wantPending(t)
			})
			r = getReader(t, f.stream)
			feed(t, f.source.controller, 1)
			first.want(t, 1)
			second := read(r)
			feed(t, f.source.controller, 2)
			second.want(t, 2)
			wantEqual(t, calls, 1) // a chunk that goes straight to a read is not measured
		},
		"getReader() inside size() should work": func(t *testing.T) {
			var r *streams.DefaultReader[int]
			f := sized(intSource{}, func(_ int, f readableFixture) { r = getReader(t, f.stream) })
			feed(t, f.source.controller, 1)
			wantReads(t, r, 1)
		},
		"tee() inside size() should work": func(t *testing.T) {
			var a, b *streams.ReadableStream[int]
			f := sized(intSource{}, func(_ int, f readableFixture) { a, b = teeBranches(t, f.stream) })
			feed(t, f.source.controller, 1)
			wantRefusesReader(t, f.stream)
			wantError(t, f.source.controller.Close(), nil)
			wantCollected(t, a, 1)
			wantCollected(t, b, 1)
		},
	})
}
