package streams_test

import (
	"bytes"
	"runtime/debug"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTPipingGeneralAddition(t *testing.T) {
	runWPT(t, "piping/general-addition", map[string]func(t *testing.T){
		"enqueue() must not synchronously call write algorithm": func(t *testing.T) {
			var writes events
			write := func() { writes.add("on the stack of Enqueue: %t", onStackOfEnqueue()) }
			for _, dest := range []*streams.WritableStream[int]{
				streams.NewWritableStream(streams.UnderlyingSink[int]{Write: callback(func() error { write(); return nil }).write}),
				streams.SinkFunc(func(int) error { write(); return nil }),
			} {
				var sizes events
				source, src := recordingReadable(streams.UnderlyingSource[int]{Pull: enqueueAllAndClose(2, 3)},
					streams.QueuingStrategy[int]{Size: func(int) int {
						sizes.add("on the stack of Enqueue: %t", onStackOfEnqueue())
						return 1
					}})
				writes.list = nil
				wantError(t, src.controller.Enqueue(1), nil)
				pipe(source, dest).wantOK(t)
				writes.want(t, "on the stack of Enqueue: false", "on the stack of Enqueue: false", "on the stack of Enqueue: false")
				sizes.want(t, "on the stack of Enqueue: true", "on the stack of Enqueue: true")
			}
		},
	})
}

// onStackOfEnqueue reports whether the calling function was called by an Enqueue.
func onStackOfEnqueue() bool { return bytes.Contains(debug.Stack(), []byte(").Enqueue(")) }
