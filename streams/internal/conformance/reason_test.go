package conformance

import (
	"errors"
	"fmt"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestNameOf(t *testing.T) {
	e0, e4 := Reason("e0"), Reason("e4")
	pair := func(a, b error) error { return &streams.CompositeError{Reasons: [2]error{a, b}} }
	for _, test := range []struct {
		err  error
		want string
	}{
		{nil, "nil"},
		{e0, "e0"},
		{streams.ErrLocked, "TypeError"},
		{fmt.Errorf("%w by a pipe", streams.ErrLocked), "TypeError"},
		{fmt.Errorf("%w: %w", streams.ErrErrored, e0), "TypeError"},
		{fmt.Errorf("%w: 3", streams.ErrRange), "RangeError"},
		{streams.ErrNoReason, "undefined"},
		{pair(e0, e4), "[e0,e4]"},
		{pair(pair(e4, e0), streams.ErrClosed), "[[e4,e0],TypeError]"},
		{fmt.Errorf("%w: %w", streams.ErrErrored, pair(e0, e4)), "TypeError"},
		{fmt.Errorf("wrapped: %w", e0), "wrapped: e0"},
		{&streams.PanicError{Value: streams.ErrRange}, "panic: " + streams.ErrRange.Error()},
		{errors.New("other"), "other"},
	} {
		if got := nameOf(test.err); got != test.want {
			t.Errorf("%v has the name %s, want %s", test.err, got, test.want)
		}
	}
}
