package streams_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// TestReentryOfSink makes the calls of a writable stream from inside its sink.
func TestReentryOfSink(t *testing.T) {
	play := func(t *testing.T, e *reentry, call string) string {
		var s *streams.WritableStream[int]
		sink := new(recordingSink)
		if e.callback == "SinkFunc" {
			s = streams.SinkFunc(func(int) error { return e.in("SinkFunc")() })
		} else {
			s, sink = recordingWritable(streams.UnderlyingSink[int]{
				Start: e.in("Start").start, Write: e.in("Write").write, Close: e.in("Close").close, Abort: e.in("Abort").abort,
			}, e.in("size").sizes())
		}
		w := getWriter(t, s)
		if call == "Error" {
			e.do = func() error {
				sink.controller.Error(errA)
				return nil
			}
		} else {
			e.do = func() error { return writableReentries[call](t, s, w) }
		}
		close(e.ready)
		switch e.callback {
		case "Write", "size", "SinkFunc":
			w.WriteAsync(1)
		case "Close":
			_ = w.Close(ended)
		case "Abort":
			_ = w.Abort(ended, errB)
		}
		synctest.Wait()
		return fmt.Sprintf("%s; %s; %s", e.result, writableWord(s, w), strings.Join(sink.list, ", "))
	}
	testReentries(t, play, map[string]map[string]string{
		"Start": {
			"Error":       "ok; error A; ",
			"Write":       "pending; alive; ",
			"WriteAsync":  "ok; alive; write 9",
			"Ready":       "ok; alive; ",
			"Close":       "ok; closed; close",
			"Abort":       "ok; error A; abort error A",
			"ReleaseLock": "ok; free, alive; ",
			"PipeThrough": "ok; free, closed; write 8, write 9, close",
		},
		"Write": {
			"Error":       "ok; error A; write 1",
			"Write":       "pending; alive; write 1",
			"WriteAsync":  "ok; alive; write 1, write 9",
			"Ready":       "pending; alive; write 1",
			"Close":       "ok; closed; write 1, close",
			"Abort":       "ok; error A; write 1, abort error A",
			"ReleaseLock": "ok; free, alive; write 1",
			"PipeThrough": "ok; free, closed; write 1, write 8, write 9, close",
		},
		"Close": {
			"Error":       "ok; closed; close",
			"Write":       "closed; closed; close",
			"WriteAsync":  "closed; closed; close",
			"Ready":       "ok; closed; close",
			"Close":       "closed; closed; close",
			"Abort":       "ok; closed; close",
			"ReleaseLock": "ok; free, closed; close",
			"PipeThrough": "ok; free, closed; close",
		},
		"Abort": {
			"Error":       "ok; error B; abort error B",
			"Write":       "error B; error B; abort error B",
			"WriteAsync":  "error B; error B; abort error B",
			"Ready":       "error B; error B; abort error B",
			"Close":       "refused; error B; abort error B",
			"Abort":       "ok; error B; abort error B",
			"ReleaseLock": "ok; free, error B; abort error B",
			"PipeThrough": "ok; free, error B; abort error B",
		},
		"size": {
			"Error":       "ok; error A; ",
			"Write":       "pending; alive; write 1",
			"WriteAsync":  "ok; alive; write 9, write 1",
			"Ready":       "ok; alive; write 1",
			"Close":       "ok; closed; close",
			"Abort":       "ok; error A; abort error A",
			"ReleaseLock": "ok; free, alive; ",
			"PipeThrough": "ok; free, closed; write 8, write 9, close",
		},
		"SinkFunc": {
			"Write":       "pending; alive; ",
			"WriteAsync":  "ok; alive; ",
			"Ready":       "pending; alive; ",
			"Close":       "ok; closed; ",
			"Abort":       "ok; error A; ",
			"ReleaseLock": "ok; free, alive; ",
			"PipeThrough": "ok; free, closed; ",
		},
	})
}
