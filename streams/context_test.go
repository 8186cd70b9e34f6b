package streams_test

// What the standard lacks: a context that ends the wait of a call. It ends nothing else, and no chunk is lost or doubled.

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
)

// A wait is a call that waits for something.
type wait struct {
	call   func(ctx context.Context) error
	finish func() // brings what it waits for, at rest
	acts   bool   // the call has done its work when its wait ends: it is not to be made again
	writes bool   // the call does nothing with a context that has ended
}

// waits are calls of all kinds, each made so that it waits.
var waits = map[string]func(t *testing.T) wait{
	"Read": func(t *testing.T) wait {
		s, src := recordingReadable(streams.UnderlyingSource[int]{})
		r := getReader(t, s)
		return wait{
			call:   func(ctx context.Context) error { return second(r.Read(ctx)) },
			finish: func() { _ = src.controller.Enqueue(1) },
		}
	},
	"ReadBatch": func(t *testing.T) wait {
		s, src := recordingReadable(streams.UnderlyingSource[int]{})
		r := getReader(t, s)
		return wait{
			call:   func(ctx context.Context) error { return second(r.ReadBatch(ctx, make([]int, 2))) },
			finish: func() { _ = src.controller.Enqueue(1) },
		}
	},
	"Closed of a reader": func(t *testing.T) wait {
		s, src := recordingReadable(streams.UnderlyingSource[int]{})
		return wait{call: getReader(t, s).Closed, finish: func() { _ = src.controller.Close() }}
	},
	"Cancel of a reader": func(t *testing.T) wait {
		hold := newHeld(t)
		s, _ := recordingReadable(streams.UnderlyingSource[int]{Cancel: hold.cancel})
		r := getReader(t, s)
		return wait{
			call:   func(ctx context.Context) error { return r.Cancel(ctx, errB) },
			finish: func() { hold.let(nil) },
			acts:   true,
		}
	},
	"Cancel of a stream": func(t *testing.T) wait {
		hold := newHeld(t)
		s, _ := recordingReadable(streams.UnderlyingSource[int]{Cancel: hold.cancel})
		return wait{
			call:   func(ctx context.Context) error { return s.Cancel(ctx, errB) },
			finish: func() { hold.let(nil) },
			acts:   true,
		}
	},
	"Cancel of a tee's branch": func(t *testing.T) wait {
		s, _ := recordingReadable(streams.UnderlyingSource[int]{})
		a, b, err := s.Tee()
		wantError(t, err, nil)
		return wait{
			call:   func(ctx context.Context) error { return a.Cancel(ctx, errB) },
			finish: func() { _ = b.Cancel(context.Background(), errB) },
			acts:   true,
		}
	},
	"Write": func(t *testing.T) wait {
		s, hold := fullStream(t)
		w := getWriter(t, s)
		return wait{
			call:   func(ctx context.Context) error { return w.Write(ctx, 2) },
			finish: func() { hold.let(nil) },
			writes: true,
		}
	},
	"WriteBatch": func(t *testing.T) wait {
		s, hold := fullStream(t)
		w := getWriter(t, s)
		return wait{
			call:   func(ctx context.Context) error { return second(w.WriteBatch(ctx, []int{2})) },
			finish: func() { hold.let(nil) },
			writes: true,
		}
	},
	"Wait of a WriteResult": func(t *testing.T) wait {
		s, hold := fullStream(t)
		return wait{call: getWriter(t, s).WriteAsync(2).Wait, finish: func() { hold.let(nil); hold.let(nil) }}
	},
	"Ready": func(t *testing.T) wait {
		s, hold := fullStream(t)
		return wait{call: getWriter(t, s).Ready, finish: func() { hold.let(nil) }}
	},
	"Closed of a writer": func(t *testing.T) wait {
		s, _ := recordingWritable(streams.UnderlyingSink[int]{})
		w := getWriter(t, s)
		return wait{call: w.Closed, finish: func() { _ = w.Close(context.Background()) }}
	},
	"Close of a writer": func(t *testing.T) wait {
		s, hold := fullStream(t)
		return wait{call: getWriter(t, s).Close, finish: func() { hold.let(nil) }, acts: true}
	},
	"Close of a stream": func(t *testing.T) wait {
		s, hold := fullStream(t)
		return wait{call: s.Close, finish: func() { hold.let(nil) }, acts: true}
	},
	"Abort of a writer": func(t *testing.T) wait {
		s, hold := fullStream(t)
		w := getWriter(t, s)
		return wait{
			call:   func(ctx context.Context) error { return w.Abort(ctx, errB) },
			finish: func() { hold.let(nil) },
			acts:   true,
		}
	},
	"Abort of a stream": func(t *testing.T) wait {
		s, hold := fullStream(t)
		return wait{
			call:   func(ctx context.Context) error { return s.Abort(ctx, errB) },
			finish: func() { hold.let(nil) },
			acts:   true,
		}
	},
}

// fullStream makes a stream with mark 1 to which the chunk 1 was written. Each write is held.
func fullStream(t *testing.T) (*streams.WritableStream[int], held) {
	t.Helper()
	hold := newHeld(t)
	s, _ := recordingWritable(streams.UnderlyingSink[int]{Write: hold.write})
	writeAsync(t, s)
	synctest.Wait()
	return s, hold
}

// second returns the error of a call that returns a value too.
func second[T any](_ T, err error) error { return err }

// forEachWait runs a test for each wait.
func forEachWait(t *testing.T, test func(t *testing.T, w wait)) {
	t.Helper()
	tests := map[string]func(t *testing.T){}
	for name, make := range waits {
		tests[name] = func(t *testing.T) { test(t, make(t)) }
	}
	inBubbles(t, tests)
}

// TestContextEndsWait shows that a context that is cancelled ends the wait with its cause, and nothing else: what was waited
// for still comes, to the next call.
func TestContextEndsWait(t *testing.T) {
	forEachWait(t, func(t *testing.T, w wait) {
		ctx, cancel := abortable()
		o := beginError(func() error { return w.call(ctx) })
		o.wantPending(t)
		cancel()
		synctest.Wait()
		wantEqual(t, o.done, true)
		wantEqual(t, o.err, errA)
		if w.acts {
			w.finish()
			return
		}
		again := beginCall(w.call)
		again.wantPending(t)
		w.finish()
		again.wantOK(t)
	})
}

// TestContextDeadline shows that a deadline ends the wait when it is there, and not before.
func TestContextDeadline(t *testing.T) {
	forEachWait(t, func(t *testing.T, w wait) {
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		wantEqual(t, w.call(ctx), context.DeadlineExceeded)
		wantEqual(t, time.Since(begun), time.Hour)
		w.finish()
	})
}

// TestContextDeadlineCause shows that the cause of a deadline is what the call returns.
func TestContextDeadlineCause(t *testing.T) {
	forEachWait(t, func(t *testing.T, w wait) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, errA)
		defer cancel()
		wantEqual(t, w.call(ctx), errA)
		w.finish()
	})
}

// TestContextEndedBefore shows what a call does with a context that has ended: it does not wait, but returns a result that
// is there. A write is not accepted.
func TestContextEndedBefore(t *testing.T) {
	forEachWait(t, func(t *testing.T, w wait) {
		wantEqual(t, w.call(ended), errPending)
		w.finish()
		synctest.Wait()
		switch {
		case w.acts:
		case w.writes:
			wantEqual(t, w.call(ended), errPending)
		default:
			wantEqual(t, w.call(ended), nil)
		}
	})
}

// TestContextOfOneOfManyReads shows that a read that is given up leaves the others their places.
func TestContextOfOneOfManyReads(t *testing.T) {
	const reads = 4
	tests := map[string]func(t *testing.T){}
	for given := range reads {
		tests[fmt.Sprintf("read %d of %d", given, reads)] = func(t *testing.T) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{})
			r := getReader(t, s)
			ctx, cancel := abortable()
			var waiting []*operation[int]
			for i := range reads {
				if i == given {
					o := begin(func() (int, error) { return r.Read(ctx) })
					defer o.wantError(t, errA)
					continue
				}
				waiting = append(waiting, read(r))
			}
			cancel()
			synctest.Wait()
			for chunk := range reads {
				wantError(t, src.controller.Enqueue(chunk), nil)
			}
			for i, o := range waiting {
				o.want(t, i)
			}
			read(r).want(t, reads-1)
		}
	}
	inBubbles(t, tests)
}

// TestContextLosesNoChunk shows that a read that is given up while a source of any kind brings a chunk leaves that chunk to
// the next read.
func TestContextLosesNoChunk(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for name, make := range map[string]func(t *testing.T) (s *streams.ReadableStream[int], give func(chunk int)){
		"Enqueue": func(*testing.T) (*streams.ReadableStream[int], func(int)) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{}, streams.CountQueuingStrategy[int](0))
			return s, func(chunk int) { _ = src.controller.Enqueue(chunk) }
		},
		"FromFunc": func(*testing.T) (*streams.ReadableStream[int], func(int)) {
			chunks := make(chan int)
			s := streams.FromFunc(func(ctx context.Context) (int, error) {
				select {
				case chunk := <-chunks:
					return chunk, nil
				case <-ctx.Done():
					return 0, context.Cause(ctx)
				}
			})
			return s, func(chunk int) { chunks <- chunk }
		},
		"FromChan": func(*testing.T) (*streams.ReadableStream[int], func(int)) {
			chunks := make(chan int)
			return streams.FromChan(chunks), func(chunk int) { chunks <- chunk }
		},
		"a transform": func(t *testing.T) (*streams.ReadableStream[int], func(int)) {
			s := streams.NewTransformStream(streams.Transformer[int, int]{})
			w := getWriter(t, s.Writable())
			return s.Readable(), func(chunk int) { w.WriteAsync(chunk) }
		},
		"TransformFunc": func(t *testing.T) (*streams.ReadableStream[int], func(int)) {
			s := streams.TransformFunc(func(chunk int, emit func(int)) error {
				emit(chunk)
				return nil
			}, nil)
			w := getWriter(t, s.Writable())
			return s.Readable(), func(chunk int) { w.WriteAsync(chunk) }
		},
		"a tee": func(t *testing.T) (*streams.ReadableStream[int], func(int)) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{})
			a, b, err := s.Tee()
			wantError(t, err, nil)
			getReader(t, a)
			return b, func(chunk int) { _ = src.controller.Enqueue(chunk) }
		},
	} {
		tests[name] = func(t *testing.T) {
			s, give := make(t)
			r := getReader(t, s)
			ctx, cancel := abortable()
			given := begin(func() (int, error) { return r.Read(ctx) })
			cancel()
			given.wantError(t, errA)
			give(1)
			synctest.Wait()
			got, err := r.Read(t.Context())
			wantError(t, err, nil)
			wantEqual(t, got, 1)
		}
	}
	inBubbles(t, tests)
}

// rounds is how often the tests of races try.
const rounds = 500

// TestContextRacesWithChunk ends the context of a read while its chunk comes. The read returns the one or the other, and
// the chunks come in order, each once.
func TestContextRacesWithChunk(t *testing.T) {
	inBubbles(t, map[string]func(t *testing.T){
		"Read": func(t *testing.T) {
			testReadRace(t, func(ctx context.Context, r *streams.DefaultReader[int]) ([]int, error) {
				chunk, err := r.Read(ctx)
				if err != nil {
					return nil, err
				}
				return []int{chunk}, nil
			})
		},
		"ReadBatch": func(t *testing.T) {
			testReadRace(t, func(ctx context.Context, r *streams.DefaultReader[int]) ([]int, error) {
				batch := make([]int, 3)
				n, err := r.ReadBatch(ctx, batch)
				return batch[:n], err
			})
		},
	})
}

func testReadRace(t *testing.T, readSome func(ctx context.Context, r *streams.DefaultReader[int]) ([]int, error)) {
	s, src := recordingReadable(streams.UnderlyingSource[int]{})
	r := getReader(t, s)
	var got []int
	for chunk := range rounds {
		ctx, cancel := abortable()
		o := async(func() ([]int, error) { return readSome(ctx, r) })
		go cancel()
		go func() { _ = src.controller.Enqueue(chunk) }()
		synctest.Wait()
		if o.err != nil {
			wantEqual(t, o.err, errA)
		}
		got = append(got, o.value...)
	}
	wantError(t, src.controller.Close(), nil)
	for {
		chunk, err := r.Read(t.Context())
		if err == io.EOF {
			break
		}
		got = append(got, chunk)
	}
	wantEqual(t, len(got), rounds)
	wantEqual(t, slices.IsSorted(got), true)
}

// TestContextRacesWithRoom ends the context of a write while the queue gets room. What the write says of the chunk is what
// the sink finds.
func TestContextRacesWithRoom(t *testing.T) {
	inBubbles(t, map[string]func(t *testing.T){
		"Write": func(t *testing.T) {
			testWriteRace(t, func(ctx context.Context, w *streams.DefaultWriter[int], chunk int) (int, error) {
				if err := w.Write(ctx, chunk); err != nil {
					return 0, err
				}
				return 1, nil
			})
		},
		"WriteBatch": func(t *testing.T) {
			testWriteRace(t, func(ctx context.Context, w *streams.DefaultWriter[int], chunk int) (int, error) {
				return w.WriteBatch(ctx, []int{chunk, chunk + rounds})
			})
		},
	})
}

func testWriteRace(t *testing.T, write func(ctx context.Context, w *streams.DefaultWriter[int], chunk int) (int, error)) {
	const filler = -1
	hold := make(gate)
	s, sink := recordingWritable(streams.UnderlyingSink[int]{Write: callback(hold.wait).write})
	w := getWriter(t, s)
	var accepted []int
	for chunk := range rounds {
		wantError(t, w.Write(t.Context(), filler), nil)
		accepted = append(accepted, filler)
		ctx, cancel := abortable()
		o := async(func() (int, error) { return write(ctx, w, chunk) })
		go cancel()
		go func() { hold <- nil }() // makes room
		synctest.Wait()
		wantEqual(t, o.done, true)
		if o.value == 1 {
			accepted = append(accepted, chunk)
			hold.let(nil)
		}
	}
	sink.want(t, writes(accepted...)...)
}
