package streams_test

import (
	"context"
	"io"
	"iter"
	"slices"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableFrom(t *testing.T) {
	tests := map[string]func(t *testing.T){
		"ReadableStream.from accepts an empty iterable": func(t *testing.T) {
			for _, s := range []*streams.ReadableStream[int]{
				streams.From(func(func(int) bool) {}), streams.FromSlice[int](nil), streams.FromFunc(ending(0)),
			} {
				r := getReader(t, s)
				read(r).wantError(t, io.EOF)
				wantAll(t, nil, r.Closed)
			}
		},
		"ReadableStream.from: stream errors when next() rejects": func(t *testing.T) {
			for _, s := range []*streams.ReadableStream[int]{
				streams.FromSeq2(func(yield func(int, error) bool) { yield(0, errA) }),
				streams.FromFunc(func(context.Context) (int, error) { return 0, errA }),
				streams.Generate(func() (int, error) { return 0, errA }),
			} {
				r := getReader(t, s)
				read(r).wantError(t, errA)
				wantAll(t, errA, r.Closed)
			}
		},
		"ReadableStream.from: stream errors when next() throws synchronously": func(t *testing.T) {
			for _, s := range []*streams.ReadableStream[int]{
				streams.From(func(func(int) bool) { panic(errA) }),
				streams.FromFunc(func(context.Context) (int, error) { panic(errA) }),
				streams.Generate(func() (int, error) { panic(errA) }),
			} {
				r := getReader(t, s)
				o := read(r)
				o.wantError(t, errA)
				wantPanicked(t, o.err)
				wantEqual(t, r.Closed(ended), o.err)
			}
		},
		"ReadableStream.from: stream stalls when next() never settles": func(t *testing.T) {
			s := streams.FromFunc(func(ctx context.Context) (int, error) {
				<-ctx.Done()
				return 0, context.Cause(ctx)
			})
			r := getReader(t, s)
			ctx, cancel := context.WithCancelCause(t.Context())
			o := begin(func() (int, error) { return r.Read(ctx) })
			o.wantPending(t)
			wantAll(t, errPending, r.Closed)
			cancel(errA)
			o.wantError(t, errA)
			wantAll(t, errPending, r.Closed)
		},
		"ReadableStream.from: calls next() after first read()": func(t *testing.T) {
			taken := 0
			s := streams.From(func(yield func(int) bool) {
				for taken = 1; yield(taken); taken++ {
				}
			})
			r := getReader(t, s)
			wantAll(t, errPending, r.Closed)
			wantEqual(t, taken, 0)
			wantReads(t, r, 1)
			wantEqual(t, taken, 1)
		},
		// A sequence that was not begun has nothing to be stopped, and learns no reason; a function has the cause of its
		// context.
		"ReadableStream.from: cancelling the returned stream calls and awaits return()": func(t *testing.T) {
			seq := &stoppable{}
			r := getReader(t, streams.From(seq.values))
			wantReads(t, r, 1)
			wantEqual(t, seq.stops, 0)
			wantError(t, r.Cancel(context.Background(), errA), nil)
			wantEqual(t, seq.stops, 1)
			wantAll(t, nil, r.Closed)

			var cause error
			r = getReader(t, streams.FromFunc(func(ctx context.Context) (int, error) {
				<-ctx.Done()
				cause = context.Cause(ctx)
				return 0, nil
			}))
			waiting := read(r)
			beginReason(r.Cancel, errA).wantOK(t)
			wantEqual(t, cause, errA)
			waiting.wantError(t, io.EOF)
		},
		"ReadableStream.from: return() is not called when iterator completes normally": func(t *testing.T) {
			seq := &stoppable{last: 1}
			r := getReader(t, streams.From(seq.values))
			wantReads(t, r, 1)
			read(r).wantError(t, io.EOF)
			wantAll(t, nil, r.Closed)
			beginReason(r.Cancel, errA).wantOK(t)
			wantEqual(t, seq.stops, 0)
		},
		"ReadableStream.from: cancel() resolves when return() method is missing": func(t *testing.T) {
			for _, s := range []*streams.ReadableStream[int]{
				streams.FromSlice([]int{1, 2}), streams.FromFunc(ending(2)), streams.From(slices.Values([]int{1, 2})),
			} {
				r := getReader(t, s)
				wantReads(t, r, 1)
				beginReason(r.Cancel, errA).wantOK(t)
				wantAll(t, nil, r.Closed)
			}
		},
		// A sequence that is stopped can fail in one way only, which is to panic: with an error, or with anything.
		"ReadableStream.from: cancel() rejects when return() rejects": func(t *testing.T) {
			r := getReader(t, streams.From((&stoppable{onStop: func() { panic(errA) }}).values))
			wantReads(t, r, 1)
			beginReason(r.Cancel, errB).wantError(t, errA)
			wantAll(t, nil, r.Closed)
		},
		"ReadableStream.from: cancel() rejects when return() throws synchronously": func(t *testing.T) {
			r := getReader(t, streams.From((&stoppable{onStop: func() { panic("a unique string") }}).values))
			wantReads(t, r, 1)
			o := beginReason(r.Cancel, errB)
			wantEqual(t, wantPanicked(t, o.err), any("a unique string"))
			wantAll(t, nil, r.Closed)
		},
		"ReadableStream.from: reader.read() inside next()": func(t *testing.T) {
			hold := newHeld(t)
			calls := 0
			var inner *operation[int]
			var r *streams.DefaultReader[int]
			r = getReader(t, streams.FromFunc(func(context.Context) (int, error) {
				calls++
				call := calls
				if call == 1 {
					inner = async(func() (int, error) { return r.Read(context.Background()) })
					_ = hold.wait()
				}
				return call, nil
			}))
			outer := read(r)
			outer.wantPending(t)
			inner.wantPending(t)
			wantEqual(t, calls, 1)
			hold.let(nil)
			outer.want(t, 1)
			inner.want(t, 2)
		},
		"ReadableStream.from: reader.cancel() inside next()": func(t *testing.T) {
			var r *streams.DefaultReader[int]
			seq := &stoppable{onNext: func() { _ = r.Cancel(ended, errA) }} // acts, and does not wait for the sequence
			r = getReader(t, streams.From(seq.values))
			read(r).wantError(t, io.EOF)
			wantEqual(t, seq.given, 1)
			wantEqual(t, seq.stops, 1)
			wantAll(t, nil, r.Closed)
		},
		"ReadableStream.from: reader.cancel() inside return()": func(t *testing.T) {
			var r *streams.DefaultReader[int]
			var inner error
			seq := &stoppable{onStop: func() { inner = r.Cancel(context.Background(), errB) }}
			r = getReader(t, streams.From(seq.values))
			wantReads(t, r, 1)
			beginReason(r.Cancel, errA).wantOK(t)
			wantError(t, inner, nil)
			wantEqual(t, seq.stops, 1)
		},
		// FromSlice has the elements that there were. A sequence may look at the slice as it is.
		"ReadableStream.from(array), push() to array while reading": func(t *testing.T) {
			array := []int{1}
			slice := getReader(t, streams.FromSlice(array))
			lazy := getReader(t, streams.From(func(yield func(int) bool) {
				for i := 0; i < len(array) && yield(array[i]); i++ {
				}
			}))
			wantReads(t, slice, 1)
			wantReads(t, lazy, 1)
			array = append(array, 2)
			read(slice).wantError(t, io.EOF)
			wantReads(t, lazy, 2)
			read(lazy).wantError(t, io.EOF)
		},
	}
	for name, from := range map[string]func(t *testing.T) *streams.ReadableStream[int]{
		"an array of values": func(*testing.T) *streams.ReadableStream[int] { return streams.FromSlice([]int{1, 2}) },
		"an array iterator":  func(*testing.T) *streams.ReadableStream[int] { return streams.From(slices.Values([]int{1, 2})) },
		"a sync generator":   func(*testing.T) *streams.ReadableStream[int] { return streams.From(generator) },
		"an async generator": func(*testing.T) *streams.ReadableStream[int] { return streams.FromSeq2(withoutErrors(generator)) },
		"a sync iterable of values": func(*testing.T) *streams.ReadableStream[int] {
			return streams.From((&stoppable{last: 2}).values)
		},
		"an async iterable": func(*testing.T) *streams.ReadableStream[int] { return streams.FromFunc(ending(2)) },
		"a ReadableStream": func(t *testing.T) *streams.ReadableStream[int] {
			s, _ := recordingReadable(intSource{Start: enqueueAllAndClose(1, 2)})
			return streams.FromFunc(getReader(t, s).Read)
		},
		"a ReadableStream async iterator": func(t *testing.T) *streams.ReadableStream[int] {
			s, _ := recordingReadable(intSource{Start: enqueueAllAndClose(1, 2)})
			return streams.FromSeq2(s.Values(t.Context()))
		},
	} {
		tests["ReadableStream.from accepts "+name] = func(t *testing.T) {
			r := getReader(t, from(t))
			wantReads(t, r, 1, 2)
			read(r).wantError(t, io.EOF)
			wantAll(t, nil, r.Closed)
		}
	}
	runWPT(t, "readable-streams/from", tests)
}

// generator yields 1 and 2.
func generator(yield func(int) bool) {
	if yield(1) {
		yield(2)
	}
}

// withoutErrors is seq for FromSeq2.
func withoutErrors(seq iter.Seq[int]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		seq(func(v int) bool { return yield(v, nil) })
	}
}

// ending returns a function that returns the numbers from 1 to last, and then io.EOF.
func ending(last int) func(context.Context) (int, error) {
	n := 0
	return func(context.Context) (int, error) {
		if n == last {
			return 0, io.EOF
		}
		n++
		return n, nil
	}
}

// A stoppable is a sequence of the numbers 1, 2, 3 and so on that knows when it is stopped.
type stoppable struct {
	last   int    // 0 is no end
	onNext func() // called before each number; nil is nothing
	onStop func() // called when it is stopped; nil is nothing

	given, stops int
}

func (s *stoppable) values(yield func(int) bool) {
	for s.last == 0 || s.given < s.last {
		if s.onNext != nil {
			s.onNext()
		}
		s.given++
		if !yield(s.given) {
			s.stops++
			if s.onStop != nil {
				s.onStop()
			}
			return
		}
	}
}
