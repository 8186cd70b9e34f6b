package streams_test

import (
	"context"
	"iter"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// The asynchronous iterator of the standard is the sequence that Values returns; to call next() and return() by hand is to
// step through it with iter.Pull2. Three things differ by nature:
//
//   - The steps of iter.Pull2 cannot overlap. Where the name of a test says "no awaiting" they follow one another at once;
//     in the others the stream comes to rest between them.
//   - A sequence that is stopped before its first step was never begun: it neither locked nor cancelled the stream.
//   - Stopping returns nothing. What it would report is found with the stream.
func TestWPTReadableAsyncIterator(t *testing.T) {
	tests := map[string]func(t *testing.T){
		"Async-iterating a pull source manually": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Pull: countTo(3)}, streams.CountQueuingStrategy[int](0))
			it := iterate(t, s)
			rec.want(t)
			pulls := []string{}
			for chunk := 1; chunk <= 3; chunk++ {
				it.wantNext(t, chunk)
				pulls = append(pulls, "pull")
				rec.want(t, pulls...)
			}
			it.wantDone(t)
			rec.want(t, pulls...)
		},
		"Async-iterating an errored stream throws": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: errorWith(errA, nil)})
			steps, err := loop(s.Values(t.Context()))
			wantEqual(t, len(steps), 0)
			wantError(t, err, errA)
		},
		"Async-iterating a closed stream never executes the loop body, but works fine": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: with((*intController).Close)})
			wantValues(t, s)
		},
		"Async-iterating an empty but not closed/errored stream never executes the loop body and stalls the async function": func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			s, _ := recordingReadable(intSource{})
			o := begin(func() ([]int, error) { return loop(s.Values(ctx)) })
			o.wantPending(t)
			cancel(errA)
			o.wantError(t, errA)
			wantEqual(t, len(o.value), 0)
		},
		"Async-iterating a partially consumed stream": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: enqueueAllAndClose(1, 2, 3)})
			r := getReader(t, s)
			wantReads(t, r, 1)
			r.ReleaseLock()
			wantValues(t, s, 2, 3)
		},
		"next() rejects if the stream errors": func(t *testing.T) {
			it := iterate(t, secondPullErrors())
			it.wantNext(t, 1)
			it.wantError(t, errA)
		},
		"return() does not rejects if the stream has not errored yet": func(t *testing.T) {
			s := secondPullErrors()
			iterate(t, s).stop()
			wantAll(t, errPending, getReader(t, s).Closed)
		},
		"return() rejects if the stream has errored": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: enqueueAll(1)})
			it := iterate(t, s)
			it.wantNext(t, 1)
			rec.controller.Error(errA)
			it.stop()
			beginReason(s.Cancel, errB).wantError(t, errA)
			rec.want(t, "pull") // and no cancel
		},
		"values() throws if there's already a lock": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: enqueueAllAndClose(1)})
			it := iterate(t, s)
			it.wantNext(t, 1)
			second := iterate(t, s)
			second.wantError(t, streams.ErrLocked)
			second.wantDone(t)
			it.wantDone(t)
		},
		"Acquiring a reader after exhaustively async-iterating a stream": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: enqueueAllAndClose(1, 2, 3)})
			wantValues(t, s, 1, 2, 3)
			wantAll(t, nil, getReader(t, s).Closed)
		},
		"Acquiring a reader after return()ing from a stream that errors": func(t *testing.T) {
			s := secondPullErrors()
			it := iterate(t, s, streams.PreventCancel())
			it.wantNext(t, 1)
			it.wantError(t, errA)
			it.stop()
			wantAll(t, errA, getReader(t, s).Closed)
		},
		"Acquiring a reader after partially async-iterating a stream": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: enqueueAllAndClose(1, 2, 3)})
			wantEqual(t, breakAt(t, s.Values(t.Context()), 2), 2)
			wantAll(t, nil, getReader(t, s).Closed)
		},
		"Acquiring a reader and reading the remaining chunks after partially async-iterating a stream with preventCancel = true": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: enqueueAllAndClose(1, 2, 3)})
			wantEqual(t, breakAt(t, s.Values(t.Context(), streams.PreventCancel()), 2), 2)
			r := getReader(t, s)
			wantReads(t, r, 3)
			wantAll(t, nil, r.Closed)
		},
		"close() while next() is pending": func(t *testing.T) {
			hold := newHeld(t)
			s, _ := recordingReadable(intSource{Start: with(func(c *intController) error {
				for chunk := 1; chunk <= 3; chunk++ {
					_ = c.Enqueue(chunk)
				}
				_ = hold.wait()
				return c.Close()
			})})
			o := begin(func() ([]int, error) { return loop(s.Values(t.Context())) })
			o.wantPending(t)
			hold.let(nil)
			o.wantOK(t)
			wantChunks(t, o.value, 1, 2, 3)
		},
	}

	for _, source := range []struct {
		name   string
		source func() intSource
		want   []int
	}{
		{"a push source", func() intSource { return intSource{Start: enqueueAllAndClose(1, 2, 3)} }, []int{1, 2, 3}},
		{"a pull source", func() intSource { return intSource{Pull: countTo(3)} }, []int{1, 2, 3}},
		{"a push source with undefined values", func() intSource { return intSource{Start: enqueueAllAndClose(0, 0, 0)} }, []int{0, 0, 0}},
		{"a pull source with undefined values", func() intSource {
			pulls := 0
			return intSource{Pull: with(func(c *intController) error {
				pulls++
				if err := c.Enqueue(0); err != nil || pulls < 3 {
					return err
				}
				return c.Close()
			})}
		}, []int{0, 0, 0}},
	} {
		tests["Async-iterating "+source.name] = func(t *testing.T) {
			s, _ := recordingReadable(source.source())
			wantValues(t, s, source.want...)
		}
	}

	for _, prevent := range []struct {
		name    string
		opts    []streams.ValuesOption
		cancels []string // the calls of the source when the loop is left
	}{
		{"preventCancel = false", nil, []string{"cancel " + streams.ErrNoReason.Error()}},
		{"preventCancel = true", []streams.ValuesOption{streams.PreventCancel()}, nil},
	} {
		for name, leave := range leaving {
			tests["Cancellation behavior when "+name+" inside loop body; "+prevent.name] = func(t *testing.T) {
				s, rec := recordingReadable(intSource{Start: enqueueAll(1)})
				leave(t, s.Values(t.Context(), prevent.opts...))
				rec.want(t, append([]string{"pull"}, prevent.cancels...)...)
				wantEqual(t, s.Locked(), false)
			}
		}
		// The loop ends before its first chunk because its context has ended.
		tests["Cancellation behavior when manually calling return(); "+prevent.name] = func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: enqueueAll(1)})
			iterate(t, s, prevent.opts...).stop()
			rec.want(t)
			_, err := loop(s.Values(ended, prevent.opts...))
			wantError(t, err, errPending)
			if prevent.cancels == nil {
				rec.want(t)
			} else {
				rec.want(t, "cancel pending")
			}
		}
		tests["return() should unlock the stream synchronously when "+prevent.name] = func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: enqueueAll(1)})
			it := iterate(t, s, prevent.opts...)
			it.wantNext(t, 1)
			wantEqual(t, s.Locked(), true)
			it.stop()
			wantEqual(t, s.Locked(), false)
		}
	}

	for _, variant := range []struct {
		anError, suffix string // in the names
		await           func()
	}{
		{"an error", "", synctest.Wait},
		{"an error()", " [no awaiting]", func() {}},
	} {
		suffix, await := variant.suffix, variant.await
		tests["next() that succeeds; next() that reports "+variant.anError+"; next()"+suffix] = func(t *testing.T) {
			it := iterate(t, secondPullErrors())
			it.wantNext(t, 1)
			await()
			it.wantError(t, errA)
			await()
			it.wantDone(t)
		}
		tests["next() that succeeds; next() that reports an error(); return()"+suffix] = func(t *testing.T) {
			s := secondPullErrors()
			it := iterate(t, s)
			it.wantNext(t, 1)
			await()
			it.wantError(t, errA)
			await()
			it.stop()
			wantEqual(t, s.Locked(), false)
		}
		tests["next() that succeeds; return()"+suffix] = func(t *testing.T) {
			s, rec := recordingReadable(intSource{Pull: countTo(100)})
			it := iterate(t, s)
			it.wantNext(t, 1)
			await()
			it.stop()
			synctest.Wait()
			pulls := 0
			for _, call := range rec.list {
				if call == "pull" {
					pulls++
				}
			}
			wantEqual(t, pulls, 2)
			wantAll(t, nil, getReader(t, s).Closed)
		}
		tests["return(); next()"+suffix] = func(t *testing.T) {
			it := iterate(t, streams.NewReadableStream(intSource{}))
			it.stop()
			await()
			it.wantDone(t)
		}
		tests["return(); return()"+suffix] = func(t *testing.T) {
			s := streams.NewReadableStream(intSource{})
			it := iterate(t, s)
			it.stop()
			await()
			it.stop()
			wantEqual(t, s.Locked(), false)
		}
	}
	runWPT(t, "readable-streams/async-iterator", tests)
}

// leaving are the ways to leave a loop at its first chunk.
var leaving = map[string]func(t *testing.T, values iter.Seq2[int, error]){
	"throwing": func(t *testing.T, values iter.Seq2[int, error]) {
		defer func() { wantEqual(t, recover(), any("a unique string")) }()
		for _, err := range values {
			wantPulled(t, err)
			panic("a unique string")
		}
	},
	"breaking": func(t *testing.T, values iter.Seq2[int, error]) {
		for _, err := range values {
			wantPulled(t, err)
			break
		}
	},
	"returning": func(t *testing.T, values iter.Seq2[int, error]) {
		for _, err := range values {
			wantPulled(t, err)
			return
		}
	},
}

// wantPulled waits until the pull to which a step of a loop has led was called, so that it comes before what the loop does
// next. It fails the test if the step is an error.
func wantPulled(t *testing.T, err error) {
	t.Helper()
	wantError(t, err, nil)
	synctest.Wait()
}

// secondPullErrors makes a stream of the chunk 1 that errors with errA when that is read.
func secondPullErrors() *streams.ReadableStream[int] {
	pulls := 0
	s, _ := recordingReadable(intSource{Pull: with(func(c *intController) error {
		pulls++
		if pulls == 1 {
			return c.Enqueue(1)
		}
		c.Error(errA)
		return nil
	})})
	return s
}

// loop ranges over the values of a stream and returns those before the first error.
func loop(values iter.Seq2[int, error]) (chunks []int, err error) {
	for chunk, err := range values {
		if err != nil {
			return chunks, err
		}
		chunks = append(chunks, chunk)
	}
	return chunks, nil
}

// breakAt ranges over the values of a stream up to a chunk and returns how many there were.
func breakAt(t *testing.T, values iter.Seq2[int, error], last int) (n int) {
	t.Helper()
	for chunk, err := range values {
		wantError(t, err, nil)
		n++
		if chunk == last {
			break
		}
	}
	return n
}

// wantValues fails the test unless a loop over the stream has these steps.
func wantValues(t *testing.T, s *streams.ReadableStream[int], want ...int) {
	t.Helper()
	chunks, err := loop(s.Values(t.Context()))
	wantError(t, err, nil)
	wantChunks(t, chunks, want...)
}

// An iterator is a loop over a stream of which each step is asked for.
type iterator struct {
	next func() (int, error, bool)
	stop func()
}

func iterate(t *testing.T, s *streams.ReadableStream[int], opts ...streams.ValuesOption) iterator {
	next, stop := iter.Pull2(s.Values(t.Context(), opts...))
	t.Cleanup(stop)
	return iterator{next, stop}
}

func (it iterator) wantNext(t *testing.T, want int) {
	t.Helper()
	chunk, err, ok := it.next()
	if !ok || err != nil || chunk != want {
		t.Fatalf("got the step %d, %v, %t; want %d", chunk, err, ok, want)
	}
}

func (it iterator) wantError(t *testing.T, want error) {
	t.Helper()
	_, err, ok := it.next()
	wantEqual(t, ok, true)
	wantError(t, err, want)
}

func (it iterator) wantDone(t *testing.T) {
	t.Helper()
	if chunk, err, ok := it.next(); ok {
		t.Fatalf("got the step %d, %v; want the end", chunk, err)
	}
}
