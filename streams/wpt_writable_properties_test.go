package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// The types of the callbacks fix how many arguments they get. The tests look at what the arguments are.
func TestWPTWritableProperties(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for method, test := range map[string]struct {
		trigger func(w *streams.DefaultWriter[int])
		want    []string // after the event of start
	}{
		"start": {trigger: func(*streams.DefaultWriter[int]) {}},
		"write": {func(w *streams.DefaultWriter[int]) { w.WriteAsync(7) }, []string{"write 7, with the controller: true"}},
		"close": {func(w *streams.DefaultWriter[int]) { beginCall(w.Close) }, []string{"close"}},
		"abort": {func(w *streams.DefaultWriter[int]) { beginReason(w.Abort, errA) }, []string{"abort error A"}},
	} {
		tests["sink method "+method+" should be called with the right number of arguments"] = func(t *testing.T) {
			var calls events
			var controller *streams.WritableController[int]
			w := getWriter(t, streams.NewWritableStream(intSink{
				Start: func(_ context.Context, c *streams.WritableController[int]) error {
					calls.add("start, with a controller: %t", c != nil)
					controller = c
					return nil
				},
				Write: func(_ context.Context, chunk int, c *streams.WritableController[int]) error {
					calls.add("write %d, with the controller: %t", chunk, c == controller)
					return nil
				},
				Close: func(context.Context) error {
					calls.add("close")
					return nil
				},
				Abort: func(_ context.Context, reason error) error {
					calls.add("abort %v", reason)
					return nil
				},
			}))
			test.trigger(w)
			calls.want(t, append([]string{"start, with a controller: true"}, test.want...)...)
		}
	}
	runWPT(t, "writable-streams/properties", tests)
}
