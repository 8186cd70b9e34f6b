package streams_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// TestReentryOfTransformer makes the calls of both sides of a transform stream from inside its transformer.
func TestReentryOfTransformer(t *testing.T) {
	play := func(t *testing.T, e *reentry, call string) string {
		var s *streams.TransformStream[int, int]
		rec := new(recordingTransformer)
		if strings.HasPrefix(e.callback, "TransformFunc") {
			s = streams.TransformFunc(func(chunk int, emit func(int)) error {
				err := e.in("TransformFunc")()
				emit(chunk)
				return err
			}, func(func(int)) error { return e.in("TransformFunc, flush")() }, wanting(1))
		} else {
			s, rec = recordingTransform(streams.Transformer[int, int]{
				Start: e.in("Start").startTransform, Flush: e.in("Flush").flush, Cancel: e.in("Cancel").cancel,
				Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
					err := e.in("Transform")()
					_ = c.Enqueue(chunk) // the call may have ended the stream
					return err
				},
			}, streams.WithWritableStrategy(e.in("writable size").sizes()), streams.WithReadableStrategy(e.in("readable size").sizes()))
		}
		r, w := getReader(t, s.Readable()), getWriter(t, s.Writable())
		side, name, _ := strings.Cut(call, " ")
		switch side {
		case "Enqueue":
			e.do = func() error { return rec.controller.Enqueue(9) }
		case "Error":
			e.do = func() error {
				rec.controller.Error(errA)
				return nil
			}
		case "Terminate":
			e.do = func() error {
				rec.controller.Terminate()
				return nil
			}
		case "readable":
			e.do = func() error { return readableReentries[name](t, s.Readable(), r) }
		case "writable":
			e.do = func() error { return writableReentries[name](t, s.Writable(), w) }
		}
		close(e.ready)
		switch e.callback {
		case "Transform", "readable size", "writable size", "TransformFunc":
			w.WriteAsync(1)
		case "Flush", "TransformFunc, flush":
			_ = w.Close(ended)
		case "Cancel":
			_ = w.Abort(ended, errB)
		}
		synctest.Wait()
		return fmt.Sprintf("%s; %s, %s; %s", e.result, readableWord(s.Readable(), r), writableWord(s.Writable(), w), strings.Join(rec.list, ", "))
	}
	testReentries(t, play, map[string]map[string]string{
		"Start": {
			"Enqueue":              "ok; alive, alive; ",
			"Error":                "ok; error A, error A; ",
			"Terminate":            "ok; closed, terminated; ",
			"readable Cancel":      "ok; closed, error A; cancel error A",
			"readable Read":        "pending; alive, alive; ",
			"readable ReleaseLock": "ok; free, alive, alive; ",
			"readable Tee":         "ok; locked by a tee, alive; ",
			"readable PipeTo":      "ok; locked by a pipe, alive; ",
			"readable PipeThrough": "ok; locked by a pipe, alive; ",
			"writable Write":       "pending; alive, alive; ",
			"writable WriteAsync":  "ok; alive, alive; transform 9",
			"writable Ready":       "ok; alive, alive; ",
			"writable Close":       "ok; closed, closed; flush",
			"writable Abort":       "ok; error A, error A; cancel error A",
			"writable ReleaseLock": "ok; alive, free, alive; ",
			"writable PipeThrough": "ok; alive, locked by a pipe; transform 8",
		},
		"Transform": {
			"Enqueue":              "ok; alive, alive; transform 1",
			"Error":                "ok; error A, error A; transform 1",
			"Terminate":            "ok; closed, terminated; transform 1",
			"readable Cancel":      "ok; closed, error A; transform 1, cancel error A",
			"readable Read":        "pending; alive, alive; transform 1",
			"readable ReleaseLock": "ok; free, alive, alive; transform 1",
			"readable Tee":         "ok; locked by a tee, alive; transform 1",
			"readable PipeTo":      "ok; locked by a pipe, alive; transform 1",
			"readable PipeThrough": "ok; locked by a pipe, alive; transform 1",
			"writable Write":       "pending; alive, alive; transform 1",
			"writable WriteAsync":  "ok; alive, alive; transform 1",
			"writable Ready":       "pending; alive, alive; transform 1",
			"writable Close":       "ok; alive, closed; transform 1, flush",
			"writable Abort":       "ok; error A, error A; transform 1, cancel error A",
			"writable ReleaseLock": "ok; alive, free, alive; transform 1",
			"writable PipeThrough": "ok; alive, locked by a pipe; transform 1",
		},
		"Flush": {
			"Enqueue":              "ok; alive, closed; flush",
			"Error":                "ok; error A, error A; flush",
			"Terminate":            "ok; closed, closed; flush",
			"readable Cancel":      "ok; closed, closed; flush",
			"readable Read":        "pending; closed, closed; flush",
			"readable ReleaseLock": "ok; free, closed, closed; flush",
			"readable Tee":         "ok; locked by a tee, closed; flush",
			"readable PipeTo":      "ok; free, closed, closed; flush",
			"readable PipeThrough": "ok; free, closed, closed; flush",
			"writable Write":       "closed; closed, closed; flush",
			"writable WriteAsync":  "closed; closed, closed; flush",
			"writable Ready":       "ok; closed, closed; flush",
			"writable Close":       "closed; closed, closed; flush",
			"writable Abort":       "ok; closed, closed; flush",
			"writable ReleaseLock": "ok; closed, free, closed; flush",
			"writable PipeThrough": "ok; closed, free, closed; flush",
		},
		"Cancel": {
			"Enqueue":              "ok; error B, error B; cancel error B",
			"Error":                "ok; error A, error B; cancel error B",
			"Terminate":            "ok; closed, error B; cancel error B",
			"readable Cancel":      "ok; closed, error B; cancel error B",
			"readable Read":        "pending; error B, error B; cancel error B",
			"readable ReleaseLock": "ok; free, error B, error B; cancel error B",
			"readable Tee":         "ok; locked by a tee, error B; cancel error B",
			"readable PipeTo":      "ok; free, error B, error B; cancel error B",
			"readable PipeThrough": "ok; free, error B, error B; cancel error B",
			"writable Write":       "error B; error B, error B; cancel error B",
			"writable WriteAsync":  "error B; error B, error B; cancel error B",
			"writable Ready":       "error B; error B, error B; cancel error B",
			"writable Close":       "refused; error B, error B; cancel error B",
			"writable Abort":       "ok; error B, error B; cancel error B",
			"writable ReleaseLock": "ok; error B, free, error B; cancel error B",
			"writable PipeThrough": "ok; error B, free, error B; cancel error B",
		},
		"writable size": {
			"Enqueue":              "ok; alive, alive; ",
			"Error":                "ok; error A, error A; ",
			"Terminate":            "ok; closed, terminated; ",
			"readable Cancel":      "ok; closed, error A; cancel error A",
			"readable Read":        "pending; alive, alive; transform 1",
			"readable ReleaseLock": "ok; free, alive, alive; transform 1",
			"readable Tee":         "ok; locked by a tee, alive; transform 1",
			"readable PipeTo":      "ok; locked by a pipe, alive; transform 1",
			"readable PipeThrough": "ok; locked by a pipe, alive; transform 1",
			"writable Write":       "pending; alive, alive; transform 1",
			"writable WriteAsync":  "ok; alive, alive; transform 9",
			"writable Ready":       "ok; alive, alive; transform 1",
			"writable Close":       "ok; closed, closed; flush",
			"writable Abort":       "ok; error A, error A; cancel error A",
			"writable ReleaseLock": "ok; alive, free, alive; ",
			"writable PipeThrough": "ok; alive, locked by a pipe; transform 8",
		},
		"readable size": {
			"Enqueue":              "ok; alive, alive; transform 1",
			"Error":                "ok; error A, error A; transform 1",
			"Terminate":            "ok; closed, terminated; transform 1",
			"readable Cancel":      "ok; closed, error A; transform 1, cancel error A",
			"readable Read":        "pending; alive, alive; transform 1",
			"readable ReleaseLock": "ok; free, alive, alive; transform 1",
			"readable Tee":         "ok; locked by a tee, alive; transform 1",
			"readable PipeTo":      "ok; locked by a pipe, alive; transform 1",
			"readable PipeThrough": "ok; locked by a pipe, alive; transform 1",
			"writable Write":       "pending; alive, alive; transform 1",
			"writable WriteAsync":  "ok; alive, alive; transform 1",
			"writable Ready":       "pending; alive, alive; transform 1",
			"writable Close":       "ok; alive, closed; transform 1, flush",
			"writable Abort":       "ok; error A, error A; transform 1, cancel error A",
			"writable ReleaseLock": "ok; alive, free, alive; transform 1",
			"writable PipeThrough": "ok; alive, locked by a pipe; transform 1",
		},
		"TransformFunc": {
			"readable Cancel":      "ok; closed, error A; ",
			"readable Read":        "pending; alive, alive; ",
			"readable ReleaseLock": "ok; free, alive, alive; ",
			"readable Tee":         "ok; locked by a tee, alive; ",
			"readable PipeTo":      "ok; locked by a pipe, alive; ",
			"readable PipeThrough": "ok; locked by a pipe, alive; ",
			"writable Write":       "pending; alive, alive; ",
			"writable WriteAsync":  "ok; alive, alive; ",
			"writable Ready":       "pending; alive, alive; ",
			"writable Close":       "ok; alive, closed; ",
			"writable Abort":       "ok; error A, error A; ",
			"writable ReleaseLock": "ok; alive, free, alive; ",
			"writable PipeThrough": "ok; alive, locked by a pipe; ",
		},
		"TransformFunc, flush": {
			"readable Cancel":      "ok; closed, closed; ",
			"readable Read":        "pending; closed, closed; ",
			"readable ReleaseLock": "ok; free, closed, closed; ",
			"readable Tee":         "ok; locked by a tee, closed; ",
			"readable PipeTo":      "ok; free, closed, closed; ",
			"readable PipeThrough": "ok; free, closed, closed; ",
			"writable Write":       "closed; closed, closed; ",
			"writable WriteAsync":  "closed; closed, closed; ",
			"writable Ready":       "ok; closed, closed; ",
			"writable Close":       "closed; closed, closed; ",
			"writable Abort":       "ok; closed, closed; ",
			"writable ReleaseLock": "ok; closed, free, closed; ",
			"writable PipeThrough": "ok; closed, free, closed; ",
		},
	})
}
