package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTPipingClosePropagationBackward(t *testing.T) {
	variants := append(
		optionVariants("preventCancel", streams.PreventCancel(), "cancel"),
		pipeVariant{name: "preventCancel omitted; fulfilled cancel promise"},
		pipeVariant{name: "preventCancel omitted; rejected cancel promise", fails: true},
		pipeVariant{
			name:      "preventCancel = true, preventAbort = true",
			opts:      []streams.PipeOption{streams.PreventCancel(), streams.PreventAbort()},
			prevented: true,
		},
		pipeVariant{
			name:      "preventCancel = true, preventAbort = true, preventClose = true",
			opts:      []streams.PipeOption{streams.PreventCancel(), streams.PreventAbort(), streams.PreventClose()},
			prevented: true,
		},
	)
	tests := map[string]func(t *testing.T){}
	for _, v := range variants {
		tests["Closing must be propagated backward: starts closed; "+v.name] = func(t *testing.T) { testClosedDestination(t, v) }
	}
	runWPT(t, "piping/close-propagation-backward", tests)
}

func testClosedDestination(t *testing.T, v pipeVariant) {
	var reason error
	source, src := recordingReadable(streams.UnderlyingSource[int]{
		Cancel: func(_ context.Context, r error) error {
			reason = r
			return v.callbackError()
		},
	})
	dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
	wantError(t, dest.Close(t.Context()), nil)

	p := pipe(source, dest, v.opts...)
	switch {
	case v.prevented:
		p.wantError(t, streams.ErrDestinationClosed)
		src.wantWithoutPulls(t)
		wantError(t, readableEnd(t, source), errPending)
	case v.fails:
		p.wantError(t, errB)
		wantError(t, reason, streams.ErrDestinationClosed)
		wantError(t, readableEnd(t, source), nil)
	default:
		p.wantError(t, streams.ErrDestinationClosed)
		wantEqual(t, p.err, reason)
		wantError(t, readableEnd(t, source), nil)
	}
	sink.want(t, "close")
	wantUnlocked(t, source, dest)
	wantError(t, writableEnd(t, dest), nil)
}
