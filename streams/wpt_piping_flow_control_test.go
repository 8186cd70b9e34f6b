package streams_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

func TestWPTPipingFlowControl(t *testing.T) {
	const empty = "Piping from an empty ReadableStream into a WritableStream that does not desire chunks, but then the " +
		"readable stream becomes non-empty and the writable stream starts desiring chunks"
	runWPT(t, "piping/flow-control", map[string]func(t *testing.T){
		"Piping from a non-empty ReadableStream into a WritableStream that does not desire chunks": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose(1, 2)})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{}, streams.CountQueuingStrategy[int](0))
			p := pipe(source, dest, streams.PreventCancel())
			p.wantPending(t)
			sink.controller.Error(errA)
			p.wantError(t, errA)
			src.want(t)
			sink.want(t)
			rest, err := source.Collect(t.Context())
			wantError(t, err, nil)
			wantChunks(t, rest, 1, 2)
		},
		"Piping from a non-empty ReadableStream into a WritableStream that does not desire chunks, but then does": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose(2)})
			dest, sink, firstWrite := fullWritable(t, 1)
			p := pipe(source, dest)
			p.wantPending(t)
			sink.want(t, "write 1")
			firstWrite.let(nil)
			p.wantOK(t)
			src.want(t)
			sink.want(t, "write 1", "write 2", "close")
		},
		empty: func(t *testing.T) {
			for _, chunkFirst := range []bool{true, false} {
				source, src := recordingReadable(streams.UnderlyingSource[int]{})
				dest, sink, firstWrite := fullWritable(t, 1)
				p := pipe(source, dest)
				if chunkFirst {
					wantError(t, src.controller.Enqueue(2), nil)
					p.wantPending(t)
					sink.want(t, "write 1")
					firstWrite.let(nil)
				} else {
					firstWrite.let(nil)
					p.wantPending(t)
					wantError(t, src.controller.Enqueue(2), nil)
				}
				sink.want(t, "write 1", "write 2")
				wantError(t, src.controller.Close(), nil)
				p.wantOK(t)
				src.wantWithoutPulls(t)
				sink.want(t, "write 1", "write 2", "close")
			}
		},
		"Piping from a ReadableStream to a WritableStream that desires more chunks before finishing with previous ones": func(t *testing.T) {
			unread := []int{2, 3, 4}
			source, src := recordingReadable(streams.UnderlyingSource[int]{
				Pull: func(_ context.Context, c *streams.ReadableController[int]) error {
					chunk := unread[0]
					unread = unread[1:]
					if err := c.Enqueue(chunk); err != nil || len(unread) > 0 {
						return err
					}
					return c.Close()
				},
			}, streams.CountQueuingStrategy[int](0))
			dest, sink, firstWrite := fullWritable(t, 3)
			p := pipe(source, dest)
			p.wantPending(t)
			sink.want(t, "write 1")
			wantChunks(t, unread, 4)
			firstWrite.let(nil)
			p.wantOK(t)
			src.want(t, "pull", "pull", "pull")
			sink.want(t, "write 1", "write 2", "write 3", "write 4", "close")
		},
		"Piping to a WritableStream that does not consume the writes fast enough exerts backpressure on the ReadableStream": func(t *testing.T) {
			hold := newHeld(t)
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{Write: hold.write})
			p := pipe(source, dest)
			for i, desiredSize := range []int{1, 0, -1, -2} {
				wantError(t, src.controller.Enqueue(i+1), nil)
				wantDesiredSize(t, src.controller, desiredSize)
				synctest.Wait()
				wantDesiredSize(t, src.controller, desiredSize)
				sink.want(t, "write 1")
			}
			for i, desiredSize := range []int{-1, 0, 1} {
				hold.let(nil)
				wantDesiredSize(t, src.controller, desiredSize)
				sink.want(t, writes(1, 2, 3, 4)[:i+2]...)
			}
			hold.let(nil)
			wantError(t, src.controller.Close(), nil)
			p.wantOK(t)
			src.wantWithoutPulls(t)
			sink.want(t, append(writes(1, 2, 3, 4), "close")...)
		},
	})
}

// fullWritable makes a stream to which a writer has written the chunk 1. Its write is held; later ones are not.
func fullWritable(t *testing.T, mark int) (*streams.WritableStream[int], *recordingSink, gate) {
	t.Helper()
	hold := make(gate)
	s, sink := recordingWritable(streams.UnderlyingSink[int]{
		Write: func(_ context.Context, chunk int, _ *streams.WritableController[int]) error {
			if chunk == 1 {
				return hold.wait()
			}
			return nil
		},
	}, streams.CountQueuingStrategy[int](mark))
	w := must(s.GetWriter())(t)
	w.WriteAsync(1)
	wantDesiredSize(t, w, mark-1)
	w.ReleaseLock()
	return s, sink, hold
}
