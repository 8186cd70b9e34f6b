package streams_test

// Bad input: every misuse gets an error that errors.Is finds, and leaves all streams in a defined state.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// inBubbles runs tests by their names, each in a bubble of its own.
func inBubbles(t *testing.T, tests map[string]func(t *testing.T)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
	}
}

// The calls that need a stream that is not locked. What they make of the stream is part of their result.
var (
	readableCalls = map[string]func(t *testing.T, s *streams.ReadableStream[int]) error{
		"GetReader": func(_ *testing.T, s *streams.ReadableStream[int]) error {
			_, err := s.GetReader()
			return err
		},
		"Cancel": func(_ *testing.T, s *streams.ReadableStream[int]) error { return s.Cancel(ended, errB) },
		"Tee": func(t *testing.T, s *streams.ReadableStream[int]) error {
			a, b, err := s.Tee()
			if err != nil {
				return err
			}
			return errors.Join(readableEnd(t, a), readableEnd(t, b))
		},
		"PipeTo": func(t *testing.T, s *streams.ReadableStream[int]) error {
			dest, _ := recordingWritable(streams.UnderlyingSink[int]{})
			err := s.PipeTo(t.Context(), dest)
			wantEqual(t, dest.Locked(), false)
			return err
		},
		"PipeThrough": func(t *testing.T, s *streams.ReadableStream[int]) error {
			return readableEnd(t, streams.PipeThrough(s, streams.NewTransformStream(streams.Transformer[int, int]{})))
		},
		"Values": func(t *testing.T, s *streams.ReadableStream[int]) error {
			for _, err := range s.Values(t.Context()) {
				return err
			}
			return nil
		},
		"ForEach": func(t *testing.T, s *streams.ReadableStream[int]) error {
			return s.ForEach(t.Context(), func(int) error { return nil })
		},
		"Collect": func(t *testing.T, s *streams.ReadableStream[int]) error {
			_, err := s.Collect(t.Context())
			return err
		},
	}

	writableCalls = map[string]func(t *testing.T, s *streams.WritableStream[int]) error{
		"GetWriter": func(_ *testing.T, s *streams.WritableStream[int]) error {
			_, err := s.GetWriter()
			return err
		},
		"Close": func(_ *testing.T, s *streams.WritableStream[int]) error { return s.Close(ended) },
		"Abort": func(_ *testing.T, s *streams.WritableStream[int]) error { return s.Abort(ended, errB) },
		"PipeTo": func(t *testing.T, s *streams.WritableStream[int]) error {
			source, _ := recordingReadable(streams.UnderlyingSource[int]{})
			err := source.PipeTo(t.Context(), s)
			wantEqual(t, source.Locked(), false)
			return err
		},
		"PipeThrough": func(t *testing.T, s *streams.WritableStream[int]) error {
			source, _ := recordingReadable(streams.UnderlyingSource[int]{})
			readable, _ := recordingReadable(streams.UnderlyingSource[int]{})
			return readableEnd(t, streams.PipeThrough(source, anyPair{readable, s}))
		},
	}
)

// The calls of readers, writers and controllers, made without waiting.
var (
	readerCalls = map[string]func(r *streams.DefaultReader[int]) error{
		"Read": func(r *streams.DefaultReader[int]) error {
			_, err := r.Read(ended)
			return err
		},
		"ReadBatch": func(r *streams.DefaultReader[int]) error {
			_, err := r.ReadBatch(ended, make([]int, 2))
			return err
		},
		"Closed": func(r *streams.DefaultReader[int]) error { return r.Closed(ended) },
		"Cancel": func(r *streams.DefaultReader[int]) error { return r.Cancel(ended, errB) },
	}

	sourceCalls = map[string]func(c *streams.ReadableController[int]) error{
		"Enqueue": func(c *streams.ReadableController[int]) error { return c.Enqueue(1) },
		"Close":   (*streams.ReadableController[int]).Close,
	}

	writerCalls = map[string]func(w *streams.DefaultWriter[int]) error{
		"Write": func(w *streams.DefaultWriter[int]) error { return w.Write(ended, 1) },
		"WriteBatch": func(w *streams.DefaultWriter[int]) error {
			_, err := w.WriteBatch(ended, []int{1, 2})
			return err
		},
		"WriteAsync": func(w *streams.DefaultWriter[int]) error { return w.WriteAsync(1).Wait(ended) },
		"Ready":      func(w *streams.DefaultWriter[int]) error { return w.Ready(ended) },
		"Close":      func(w *streams.DefaultWriter[int]) error { return w.Close(ended) },
		"Abort":      func(w *streams.DefaultWriter[int]) error { return w.Abort(ended, errB) },
		"Closed":     func(w *streams.DefaultWriter[int]) error { return w.Closed(ended) },
	}
)

// A misused is what a constructor made of bad input: a stream, or the two sides of one.
type misused struct {
	readable *streams.ReadableStream[int]
	writable *streams.WritableStream[int]
	want     error
}

func misusedTransform(s *streams.TransformStream[int, int], want error) misused {
	return misused{s.Readable(), s.Writable(), want}
}

// TestMisusedConstructors shows that a constructor makes a stream of bad input that is errored already, and calls nothing
// of what it was given.
func TestMisusedConstructors(t *testing.T) {
	negative := streams.CountQueuingStrategy[int](-1)
	ofStrings := streams.CountQueuingStrategy[string](1)
	called := callback(func() error { panic("a callback of a misused stream was called") })
	next := func() (int, error) { return 0, called() }
	transform := func(int, func(int)) error { return called() }
	transformer := streams.Transformer[int, int]{
		Start: called.startTransform, Transform: called.transform, Flush: called.flush, Cancel: called.cancel,
	}
	for name, construct := range map[string]func() misused{
		"NewReadableStream, mark -1": func() misused {
			source := streams.UnderlyingSource[int]{Start: called.startSource, Pull: called.pull, Cancel: called.cancel}
			return misused{readable: streams.NewReadableStream(source, negative), want: streams.ErrRange}
		},
		"Generate, mark -1": func() misused {
			return misused{readable: streams.Generate(next, negative), want: streams.ErrRange}
		},
		"FromFunc, mark -1": func() misused {
			next := func(context.Context) (int, error) { return next() }
			return misused{readable: streams.FromFunc(next, negative), want: streams.ErrRange}
		},
		"Generate(nil)": func() misused {
			return misused{readable: streams.Generate[int](nil), want: streams.ErrInvalidArgument}
		},
		"FromFunc(nil)": func() misused {
			return misused{readable: streams.FromFunc[int](nil), want: streams.ErrInvalidArgument}
		},
		"From(nil)": func() misused {
			return misused{readable: streams.From[int](nil), want: streams.ErrInvalidArgument}
		},
		"FromSeq2(nil)": func() misused {
			return misused{readable: streams.FromSeq2[int](nil), want: streams.ErrInvalidArgument}
		},
		"NewWritableStream, mark -1": func() misused {
			sink := streams.UnderlyingSink[int]{Start: called.start, Write: called.write, Close: called.close, Abort: called.abort}
			return misused{writable: streams.NewWritableStream(sink, negative), want: streams.ErrRange}
		},
		"SinkFunc, mark -1": func() misused {
			return misused{writable: streams.SinkFunc(func(int) error { return called() }, negative), want: streams.ErrRange}
		},
		"SinkFunc(nil)": func() misused {
			return misused{writable: streams.SinkFunc[int](nil), want: streams.ErrInvalidArgument}
		},
		"NewTransformStream, writable mark -1": func() misused {
			s := streams.NewTransformStream(transformer, streams.WithWritableStrategy(negative))
			return misusedTransform(s, streams.ErrRange)
		},
		"NewTransformStream, readable mark -1": func() misused {
			s := streams.NewTransformStream(transformer, streams.WithReadableStrategy(negative))
			return misusedTransform(s, streams.ErrRange)
		},
		"NewTransformStream, writable strategy of another type": func() misused {
			s := streams.NewTransformStream(transformer, streams.WithWritableStrategy(ofStrings))
			return misusedTransform(s, streams.ErrInvalidArgument)
		},
		"NewTransformStream, readable strategy of another type": func() misused {
			s := streams.NewTransformStream(transformer, streams.WithReadableStrategy(ofStrings))
			return misusedTransform(s, streams.ErrInvalidArgument)
		},
		"TransformFunc, writable mark -1": func() misused {
			s := streams.TransformFunc(transform, nil, streams.WithWritableStrategy(negative))
			return misusedTransform(s, streams.ErrRange)
		},
		"TransformFunc, readable strategy of another type": func() misused {
			s := streams.TransformFunc(transform, nil, streams.WithReadableStrategy(ofStrings))
			return misusedTransform(s, streams.ErrInvalidArgument)
		},
		"TransformFunc(nil)": func() misused {
			s := streams.TransformFunc[int](nil, func(func(int)) error { return called() })
			return misusedTransform(s, streams.ErrInvalidArgument)
		},
	} {
		inBubbles(t, map[string]func(t *testing.T){name: func(t *testing.T) {
			s := construct()
			if s.readable != nil {
				wantErroredReadable(t, s.readable, s.want)
			}
			if s.writable != nil {
				wantErroredWritable(t, s.writable, s.want)
			}
		}})
	}
}

// TestMissingTransform shows that a Transformer without Transform is errored where it would change the type.
func TestMissingTransform(t *testing.T) {
	s := streams.NewTransformStream(streams.Transformer[int, string]{})
	wantErroredWritable(t, s.Writable(), streams.ErrInvalidArgument)
	_, err := s.Readable().Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
}

// TestNilReader shows that FromReader(nil), whose chunks are bytes, makes an errored stream too.
func TestNilReader(t *testing.T) {
	_, err := streams.FromReader(nil).Collect(t.Context())
	wantError(t, err, streams.ErrInvalidArgument)
}

// wantErroredReadable fails the test unless s is errored with want for every call.
func wantErroredReadable(t *testing.T, s *streams.ReadableStream[int], want error) {
	t.Helper()
	r := must(s.GetReader())(t)
	for name, call := range readerCalls {
		if err := call(r); !errors.Is(err, want) {
			t.Fatalf("%s: got the error %v, want %v", name, err, want)
		}
	}
	r.ReleaseLock()
	_, err := s.Collect(t.Context())
	wantError(t, err, want)
}

// wantErroredWritable fails the test unless s is errored with want for every call.
func wantErroredWritable(t *testing.T, s *streams.WritableStream[int], want error) {
	t.Helper()
	w := must(s.GetWriter())(t)
	for name, call := range writerCalls {
		want := want
		if name == "Abort" {
			want = nil
		}
		if err := call(w); !errors.Is(err, want) {
			t.Fatalf("%s: got the error %v, want %v", name, err, want)
		}
	}
	wantError(t, w.Close(t.Context()), streams.ErrErrored)
	wantNoDesiredSize(t, w)
	w.ReleaseLock()
	wantError(t, streams.FromSlice([]int{1}).PipeTo(t.Context(), s), want)
}

// TestPipesWithoutStreams shows that a pipe from or to nothing fails, and leaves its other end as it is.
func TestPipesWithoutStreams(t *testing.T) {
	var none *streams.ReadableStream[int]
	type pair = streams.ReadableWritablePair[int, int]
	type ends struct {
		source *streams.ReadableStream[int]
		pair   anyPair
	}
	tests := map[string]func(t *testing.T){}
	for name, piped := range map[string]func(t *testing.T, e ends) error{
		"PipeTo(nil)": func(t *testing.T, e ends) error { return e.source.PipeTo(t.Context(), nil) },
		"nil.PipeTo":  func(t *testing.T, e ends) error { return none.PipeTo(t.Context(), e.pair.writable) },
		"from nil":    func(t *testing.T, e ends) error { return readableEnd(t, streams.PipeThrough(none, pair(e.pair))) },
		"through nil": func(t *testing.T, e ends) error { return readableEnd(t, streams.PipeThrough(e.source, pair(nil))) },
		"through a pair without writable": func(t *testing.T, e ends) error {
			return readableEnd(t, streams.PipeThrough(e.source, pair(anyPair{readable: e.pair.readable})))
		},
		"through a pair without readable": func(t *testing.T, e ends) error {
			return readableEnd(t, streams.PipeThrough(e.source, pair(anyPair{writable: e.pair.writable})))
		},
		"Chain(pair, nil)": func(t *testing.T, e ends) error {
			return readableEnd(t, streams.Chain(pair(e.pair), pair(nil)).Readable())
		},
		"Chain(nil, pair), readable": func(t *testing.T, e ends) error {
			return readableEnd(t, streams.Chain(pair(nil), pair(e.pair)).Readable())
		},
		"Chain(nil, pair), writable": func(t *testing.T, e ends) error {
			return writableEnd(t, streams.Chain(pair(nil), pair(e.pair)).Writable())
		},
	} {
		tests[name] = func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			pair, sink := newPair()
			wantError(t, withoutPanic(func() error { return piped(t, ends{source, pair}) }), streams.ErrInvalidArgument)
			src.want(t, "pull")
			sink.want(t)
			wantError(t, readableEnd(t, source), errPending)
			wantError(t, readableEnd(t, pair.readable), errPending)
			wantError(t, writableEnd(t, pair.writable), errPending)
		}
	}
	inBubbles(t, tests)
}

// withoutPanic calls f and returns its error, or its panic as one.
func withoutPanic(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return f()
}

// TestNilContext shows that a call without a context panics before it has done anything.
func TestNilContext(t *testing.T) {
	var none context.Context
	const want = "panic: streams: nil context"
	tests := map[string]func(t *testing.T){}
	for name, make := range waits {
		tests[name] = func(t *testing.T) {
			w := make(t)
			wantEqual(t, fmt.Sprint(withoutPanic(func() error { return w.call(none) })), want)
			again := beginCall(w.call)
			again.wantPending(t)
			w.finish()
			again.wantOK(t)
		}
	}
	for name, call := range map[string]func(s *streams.ReadableStream[int], dest *streams.WritableStream[int]) error{
		"PipeTo": func(s *streams.ReadableStream[int], dest *streams.WritableStream[int]) error {
			return s.PipeTo(none, dest)
		},
		"PipeThrough": func(s *streams.ReadableStream[int], dest *streams.WritableStream[int]) error {
			streams.PipeThrough(s, anyPair{streams.FromSlice[int](nil), dest}, streams.WithContext(none))
			return nil
		},
		"ForEach": func(s *streams.ReadableStream[int], _ *streams.WritableStream[int]) error {
			return s.ForEach(none, func(int) error { return nil })
		},
		"Collect": func(s *streams.ReadableStream[int], _ *streams.WritableStream[int]) error {
			return second(s.Collect(none))
		},
		"Values": func(s *streams.ReadableStream[int], _ *streams.WritableStream[int]) error {
			for _, err := range s.Values(none) {
				return err
			}
			return nil
		},
	} {
		tests[name] = func(t *testing.T) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			wantEqual(t, fmt.Sprint(withoutPanic(func() error { return call(s, dest) })), want)
			wantUnlocked(t, s, dest)
			src.want(t, "pull")
			sink.want(t)
		}
	}
	inBubbles(t, tests)
}

// TestLocked shows that every call that needs a stream for itself fails while something has it, says who, and does not
// disturb who has it.
func TestLocked(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for call, do := range readableCalls {
		for holder, lock := range map[string]func(t *testing.T, s *streams.ReadableStream[int]) (next func() (int, error)){
			"a reader": func(t *testing.T, s *streams.ReadableStream[int]) func() (int, error) {
				r := getReader(t, s)
				return func() (int, error) { return r.Read(t.Context()) }
			},
			"a pipe": func(t *testing.T, s *streams.ReadableStream[int]) func() (int, error) {
				chunks := make(chan int, 1)
				ctx, abort := abortable()
				pipeWith(ctx, s, streams.SinkFunc(func(chunk int) error { chunks <- chunk; return nil }))
				t.Cleanup(abort)
				return func() (int, error) { return <-chunks, nil }
			},
			"a tee": func(t *testing.T, s *streams.ReadableStream[int]) func() (int, error) {
				a, b, err := s.Tee()
				wantError(t, err, nil)
				ra, rb := getReader(t, a), getReader(t, b)
				return func() (int, error) {
					chunk, err := ra.Read(t.Context())
					other, errOther := rb.Read(t.Context())
					wantEqual(t, other, chunk)
					return chunk, errors.Join(err, errOther)
				}
			},
			"a reader of a loop": func(t *testing.T, s *streams.ReadableStream[int]) func() (int, error) {
				chunks := make(chan int, 1)
				ctx, abort := abortable()
				beginError(func() error {
					return s.ForEach(ctx, func(chunk int) error { chunks <- chunk; return nil })
				})
				t.Cleanup(abort)
				return func() (int, error) { return <-chunks, nil }
			},
		} {
			tests[call+" of a stream that has "+holder] = func(t *testing.T) {
				s, src := recordingReadable(streams.UnderlyingSource[int]{})
				next := lock(t, s)
				wantLocked(t, do(t, s), strings.TrimSuffix(holder, " of a loop"))
				wantEqual(t, s.Locked(), true)
				wantError(t, src.controller.Enqueue(1), nil)
				got, err := next()
				wantError(t, err, nil)
				wantEqual(t, got, 1)
				src.wantWithoutPulls(t)
			}
		}
	}
	for call, do := range writableCalls {
		for holder, lock := range map[string]func(t *testing.T, s *streams.WritableStream[int]) (write func(chunk int) error){
			"a writer": func(t *testing.T, s *streams.WritableStream[int]) func(chunk int) error {
				w := getWriter(t, s)
				return func(chunk int) error { return w.Write(t.Context(), chunk) }
			},
			"a pipe": func(t *testing.T, s *streams.WritableStream[int]) func(chunk int) error {
				source, src := recordingReadable(streams.UnderlyingSource[int]{})
				ctx, abort := abortable()
				pipeWith(ctx, source, s)
				t.Cleanup(abort)
				return src.controller.Enqueue
			},
		} {
			tests[call+" to a stream that has "+holder] = func(t *testing.T) {
				s, sink := recordingWritable(streams.UnderlyingSink[int]{})
				write := lock(t, s)
				wantLocked(t, do(t, s), holder)
				wantEqual(t, s.Locked(), true)
				wantError(t, write(1), nil)
				sink.want(t, "write 1")
			}
		}
	}
	inBubbles(t, tests)
}

// wantLocked fails the test unless err is an ErrLocked that names the holder.
func wantLocked(t *testing.T, err error, holder string) {
	t.Helper()
	wantError(t, err, streams.ErrLocked)
	if !strings.Contains(err.Error(), holder) {
		t.Fatalf("the error %q does not say that %s has the stream", err, holder)
	}
}
