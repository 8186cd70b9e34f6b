package streams_test

import (
	"context"
	"maps"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTPipingClosePropagationForward(t *testing.T) {
	const prefix = "Closing must be propagated forward: "
	closing := sourceEnd{
		end:     func(c *streams.ReadableController[int]) { _ = c.Close() },
		event:   "close",
		prevent: streams.PreventClose(),
	}
	variants := propagationVariants("preventClose", closing.prevent, "omitted", "close")
	tests := closing.tests(prefix, []sourceSituation{
		{name: "starts closed", before: true, mark: 1, variants: append(
			optionVariants("preventClose", closing.prevent, "close"),
			variants[0],
			variants[1],
			pipeVariant{
				name:      "preventClose = true, preventAbort = true",
				opts:      []streams.PipeOption{streams.PreventClose(), streams.PreventAbort()},
				prevented: true,
			},
			pipeVariant{
				name:      "preventClose = true, preventAbort = true, preventCancel = true",
				opts:      []streams.PipeOption{streams.PreventClose(), streams.PreventAbort(), streams.PreventCancel()},
				prevented: true,
			},
		)},
		{name: "becomes closed asynchronously", mark: 1, variants: variants},
		{name: "becomes closed asynchronously; dest never desires chunks", mark: 0, variants: variants},
		{name: "becomes closed after one chunk", mark: 1, chunks: []int{1}, variants: variants},
	})
	maps.Copy(tests, closing.shutdownTests(prefix, "; becomes closed after first write", "; preventClose = true"))
	tests[prefix+"erroring the writable while flushing pending writes should error pipeTo"] = func(t *testing.T) {
		hold := make(gate)
		source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose(1, 2)})
		dest, sink := recordingWritable(streams.UnderlyingSink[int]{
			Write: func(context.Context, int, *streams.WritableController[int]) error { return hold.wait() },
		}, streams.CountQueuingStrategy[int](3))

		p := pipe(source, dest)
		p.wantPending(t)
		hold.let(errA)
		p.wantError(t, errA)
		src.want(t)
		sink.want(t, "write 1")
		wantError(t, readableEnd(t, source), nil)
		wantError(t, writableEnd(t, dest), errA)
	}
	runWPT(t, "piping/close-propagation-forward", tests)
}
