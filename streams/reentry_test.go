package streams_test

// Calls of a stream's methods from inside its own callbacks, on their goroutine: every call in every callback. None of them
// deadlocks, and each does what it does from anywhere else. Calls that would wait are made with a context that has ended, so
// that they act and do not wait.

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A reentry is a callback that makes a call of its own, once, when everything is set up.
type reentry struct {
	callback string
	ready    chan struct{} // closed when everything is set up
	do       func() error  // the call
	result   string        // of the call
}

// in is what the callback called name does: nothing, unless it is the one.
func (e *reentry) in(name string) callback {
	return func() error {
		if name != e.callback {
			return nil
		}
		<-e.ready
		if do := e.do; do != nil {
			e.do = nil
			e.result = word(do())
		}
		return nil
	}
}

// word says in a word what a call has returned.
func word(err error) string {
	for target, word := range map[error]string{
		io.EOF:             "EOF",
		errPending:         "pending",
		streams.ErrErrored: "refused",
		streams.ErrClosed:  "closed",
	} {
		if errors.Is(err, target) {
			return word
		}
	}
	if err == nil {
		return "ok"
	}
	return err.Error()
}

// endWord says in a word how a stream has ended, given what Closed of its reader or writer returns without waiting.
func endWord(closed error) string {
	switch closed {
	case nil:
		return "closed"
	case errPending:
		return "alive"
	case streams.ErrTerminated:
		return "terminated"
	}
	return closed.Error()
}

// readableWord says how a stream has ended that had the reader r, or who has it now.
func readableWord(s *streams.ReadableStream[int], r *streams.DefaultReader[int]) string {
	if err := r.Closed(ended); !errors.Is(err, streams.ErrReleased) {
		return endWord(err)
	}
	next, err := s.GetReader()
	if err != nil {
		return strings.TrimPrefix(err.Error(), "streams: stream is ")
	}
	defer next.ReleaseLock()
	return "free, " + endWord(next.Closed(ended))
}

// writableWord is readableWord for the other side.
func writableWord(s *streams.WritableStream[int], w *streams.DefaultWriter[int]) string {
	if err := w.Closed(ended); !errors.Is(err, streams.ErrReleased) {
		return endWord(err)
	}
	next, err := s.GetWriter()
	if err != nil {
		return strings.TrimPrefix(err.Error(), "streams: stream is ")
	}
	defer next.ReleaseLock()
	return "free, " + endWord(next.Closed(ended))
}

// acted turns the result of a call that acts, and may or may not have seen what comes of it, into no error.
func acted(err error) error {
	if err == errPending {
		return nil
	}
	return err
}

// testReentries plays every call in every callback. want says what comes of it, by callback and call: what the call returned;
// how the stream has ended, or who has it; what its callbacks got.
func testReentries(t *testing.T, play func(t *testing.T, e *reentry, call string) string, want map[string]map[string]string) {
	t.Helper()
	tests := map[string]func(t *testing.T){}
	for callback, calls := range want {
		for call, want := range calls {
			tests[call+" in "+callback] = func(t *testing.T) {
				e := &reentry{callback: callback, ready: make(chan struct{}), result: "not called"}
				if got := play(t, e, call); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		}
	}
	inBubbles(t, tests)
}

// readableReentries are the calls of a readable stream that is locked to a reader.
var readableReentries = map[string]func(t *testing.T, s *streams.ReadableStream[int], r *streams.DefaultReader[int]) error{
	"Cancel": func(_ *testing.T, _ *streams.ReadableStream[int], r *streams.DefaultReader[int]) error {
		return acted(r.Cancel(ended, errA))
	},
	"Read": func(_ *testing.T, _ *streams.ReadableStream[int], r *streams.DefaultReader[int]) error {
		return second(r.Read(ended))
	},
	"ReleaseLock": func(_ *testing.T, _ *streams.ReadableStream[int], r *streams.DefaultReader[int]) error {
		r.ReleaseLock()
		return nil
	},
	"Tee": func(t *testing.T, s *streams.ReadableStream[int], r *streams.DefaultReader[int]) error {
		r.ReleaseLock()
		a, b, err := s.Tee()
		if err == nil {
			t.Cleanup(func() { _, _ = a.Cancel(ended, errB), b.Cancel(ended, errB) })
		}
		return err
	},
	"PipeThrough": func(t *testing.T, s *streams.ReadableStream[int], r *streams.DefaultReader[int]) error {
		r.ReleaseLock()
		through := streams.PipeThrough(s, streams.NewTransformStream(streams.Transformer[int, int]{}))
		t.Cleanup(func() { _ = through.Cancel(ended, errB) })
		return nil
	},
	"PipeTo": func(t *testing.T, s *streams.ReadableStream[int], r *streams.DefaultReader[int]) error {
		r.ReleaseLock()
		ctx, cancel := abortable()
		t.Cleanup(cancel)
		async(func() (struct{}, error) {
			return struct{}{}, s.PipeTo(ctx, streams.SinkFunc(func(int) error { return nil }))
		})
		return nil
	},
}

// writableReentries are the calls of a writable stream that is locked to a writer.
var writableReentries = map[string]func(t *testing.T, s *streams.WritableStream[int], w *streams.DefaultWriter[int]) error{
	"Write": func(_ *testing.T, _ *streams.WritableStream[int], w *streams.DefaultWriter[int]) error {
		return w.Write(ended, 9)
	},
	"WriteAsync": func(_ *testing.T, _ *streams.WritableStream[int], w *streams.DefaultWriter[int]) error {
		return acted(w.WriteAsync(9).Wait(ended))
	},
	"Ready": func(_ *testing.T, _ *streams.WritableStream[int], w *streams.DefaultWriter[int]) error {
		return w.Ready(ended)
	},
	"Close": func(_ *testing.T, _ *streams.WritableStream[int], w *streams.DefaultWriter[int]) error {
		return acted(w.Close(ended))
	},
	"Abort": func(_ *testing.T, _ *streams.WritableStream[int], w *streams.DefaultWriter[int]) error {
		return acted(w.Abort(ended, errA))
	},
	"ReleaseLock": func(_ *testing.T, _ *streams.WritableStream[int], w *streams.DefaultWriter[int]) error {
		w.ReleaseLock()
		return nil
	},
	"PipeThrough": func(_ *testing.T, s *streams.WritableStream[int], w *streams.DefaultWriter[int]) error {
		w.ReleaseLock()
		streams.PipeThrough(streams.FromSlice([]int{8, 9}), anyPair{streams.NewReadableStream(streams.UnderlyingSource[int]{}), s})
		return nil
	},
}

// TestReentryOfSource makes the calls of a readable stream from inside its source.
func TestReentryOfSource(t *testing.T) {
	play := func(t *testing.T, e *reentry, call string) string {
		var s *streams.ReadableStream[int]
		src := new(recordingSource)
		if e.callback == "Generate" {
			var last error
			s = streams.Generate(func() (int, error) {
				defer func() { last = io.EOF }()
				_ = e.in("Generate")()
				return 7, last
			}, streams.CountQueuingStrategy[int](1))
		} else {
			s, src = recordingReadable(streams.UnderlyingSource[int]{
				Start: e.in("Start").startSource, Pull: e.in("Pull").pull, Cancel: e.in("Cancel").cancel,
			}, e.in("size").sizes())
		}
		r := getReader(t, s)
		switch call {
		case "Enqueue":
			e.do = func() error { return src.controller.Enqueue(9) }
		case "Close":
			e.do = func() error { return src.controller.Close() }
		case "Error":
			e.do = func() error {
				src.controller.Error(errA)
				return nil
			}
		default:
			e.do = func() error { return readableReentries[call](t, s, r) }
		}
		close(e.ready)
		switch e.callback {
		case "Cancel":
			_ = r.Cancel(ended, errB)
		case "size":
			_ = src.controller.Enqueue(1)
		}
		synctest.Wait()
		calls := slices.DeleteFunc(src.list, func(call string) bool { return call == "pull" })
		return fmt.Sprintf("%s; %s; %s", e.result, readableWord(s, r), strings.Join(calls, ", "))
	}
	testReentries(t, play, map[string]map[string]string{
		"Start": {
			"Enqueue":     "ok; alive; ",
			"Close":       "ok; closed; ",
			"Error":       "ok; error A; ",
			"Cancel":      "ok; closed; cancel error A",
			"Read":        "pending; alive; ",
			"ReleaseLock": "ok; free, alive; ",
			"Tee":         "ok; locked by a tee; ",
			"PipeTo":      "ok; locked by a pipe; ",
			"PipeThrough": "ok; locked by a pipe; ",
		},
		"Pull": {
			"Enqueue":     "ok; alive; ",
			"Close":       "ok; closed; ",
			"Error":       "ok; error A; ",
			"Cancel":      "ok; closed; cancel error A",
			"Read":        "pending; alive; ",
			"ReleaseLock": "ok; free, alive; ",
			"Tee":         "ok; locked by a tee; ",
			"PipeTo":      "ok; locked by a pipe; ",
			"PipeThrough": "ok; locked by a pipe; ",
		},
		"size": {
			"Enqueue":     "ok; alive; ",
			"Close":       "ok; closed; ",
			"Error":       "ok; error A; ",
			"Cancel":      "ok; closed; cancel error A",
			"Read":        "pending; alive; ",
			"ReleaseLock": "ok; free, alive; ",
			"Tee":         "ok; locked by a tee; ",
			"PipeTo":      "ok; locked by a pipe; ",
			"PipeThrough": "ok; locked by a pipe; ",
		},
		"Cancel": {
			"Enqueue":     "closed; closed; cancel error B",
			"Close":       "closed; closed; cancel error B",
			"Error":       "ok; closed; cancel error B",
			"Cancel":      "ok; closed; cancel error B",
			"Read":        "EOF; closed; cancel error B",
			"ReleaseLock": "ok; free, closed; cancel error B",
			"Tee":         "ok; locked by a tee; cancel error B",
			"PipeTo":      "ok; free, closed; cancel error B",
			"PipeThrough": "ok; free, closed; cancel error B",
		},
		"Generate": {
			"Cancel":      "ok; closed; ",
			"Read":        "pending; alive; ",
			"ReleaseLock": "ok; free, alive; ",
			"Tee":         "ok; locked by a tee; ",
			"PipeTo":      "ok; free, closed; ",
			"PipeThrough": "ok; locked by a pipe; ",
		},
	})
}

// TestReentryOfSequence cancels a stream from inside its sequence, which is stopped when it comes to its next yield.
func TestReentryOfSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r *streams.DefaultReader[int]
		var steps events
		s := streams.From(func(yield func(int) bool) {
			yield(1)
			steps.add("cancel %s", word(acted(r.Cancel(ended, errA))))
			steps.add("goes on %t", yield(2))
		})
		r = getReader(t, s)
		read(r).want(t, 1)
		read(r).wantError(t, io.EOF)
		steps.want(t, "cancel ok", "goes on false")
	})
}
