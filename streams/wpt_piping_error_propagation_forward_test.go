package streams_test

import (
	"maps"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTPipingErrorPropagationForward(t *testing.T) {
	const prefix = "Errors must be propagated forward: "
	erroring := sourceEnd{
		end:     func(c *streams.ReadableController[int]) { c.Error(errA) },
		err:     errA,
		event:   "abort error A",
		prevent: streams.PreventAbort(),
	}
	variants := propagationVariants("preventAbort", erroring.prevent, "= false", "abort")
	tests := erroring.tests(prefix, []sourceSituation{
		{name: "starts errored", before: true, mark: 1, variants: append(
			optionVariants("preventAbort", erroring.prevent, "abort"),
			variants[0],
			variants[1],
			pipeVariant{
				name:      "preventAbort = true, preventCancel = true",
				opts:      []streams.PipeOption{streams.PreventAbort(), streams.PreventCancel()},
				prevented: true,
			},
			pipeVariant{
				name:      "preventAbort = true, preventCancel = true, preventClose = true",
				opts:      []streams.PipeOption{streams.PreventAbort(), streams.PreventCancel(), streams.PreventClose()},
				prevented: true,
			},
		)},
		{name: "becomes errored while empty", mark: 1, variants: variants},
		{name: "becomes errored while empty; dest never desires chunks", mark: 0, variants: variants},
		{name: "becomes errored after one chunk", mark: 1, chunks: []int{1}, variants: variants},
		{name: "becomes errored after one chunk; dest never desires chunks", mark: 0, chunks: []int{1}, variants: variants},
	})
	maps.Copy(tests, erroring.shutdownTests(prefix, "; becomes errored after first write", "; preventAbort = true"))
	runWPT(t, "piping/error-propagation-forward", tests)
}
