package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// The types of the callbacks fix how many arguments they get. The tests look at what the arguments are.
func TestWPTTransformProperties(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for method, test := range map[string]struct {
		trigger func(w *streams.DefaultWriter[int])
		want    []string // after the event of start
	}{
		"start":     {trigger: func(*streams.DefaultWriter[int]) {}},
		"transform": {func(w *streams.DefaultWriter[int]) { w.WriteAsync(7) }, []string{"transform 7, with the controller: true"}},
		"flush":     {func(w *streams.DefaultWriter[int]) { beginCall(w.Close) }, []string{"flush, with the controller: true"}},
	} {
		tests["transformer method "+method+" should be called with the right number of arguments"] = func(t *testing.T) {
			var calls events
			var controller *streams.TransformController[int]
			ts := streams.NewTransformStream(intTransformer{
				Start: func(_ context.Context, c *streams.TransformController[int]) error {
					calls.add("start, with a controller: %t", c != nil)
					controller = c
					return nil
				},
				Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
					calls.add("transform %d, with the controller: %t", chunk, c == controller)
					return nil
				},
				Flush: func(_ context.Context, c *streams.TransformController[int]) error {
					calls.add("flush, with the controller: %t", c == controller)
					return nil
				},
			}, readableMark(streams.Unbounded))
			test.trigger(getWriter(t, ts.Writable()))
			calls.want(t, append([]string{"start, with a controller: true"}, test.want...)...)
		}
	}
	runWPT(t, "transform-streams/properties", tests)
}
