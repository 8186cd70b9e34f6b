package streams_test

// A callback that panics or calls runtime.Goexit errors its stream, and nothing else: every callback, in every phase.

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A failure is how a callback ends without returning.
type failure struct {
	fail callback
	is   error // what errors.Is finds
}

var failures = map[string]failure{
	"panic with a value":  {func() error { panic("value") }, nil},
	"panic with an error": {func() error { panic(errA) }, errA},
	"panic(nil)":          {func() error { panic(nil) }, nil},
	"Goexit":              {func() error { runtime.Goexit(); return nil }, streams.ErrGoexit},
}

// want fails the test unless err is what f leaves behind: found by errors.Is, and a PanicError that says what and where.
func (f failure) want(t *testing.T, err error) {
	t.Helper()
	if f.is != nil {
		wantError(t, err, f.is)
	}
	if f.is == streams.ErrGoexit {
		return
	}
	p, ok := errors.AsType[*streams.PanicError](err)
	if !ok {
		t.Fatalf("got the error %v, want a PanicError", err)
	}
	switch p.Value.(type) {
	case string, error: // panic(nil) has an error of the runtime
	default:
		t.Fatalf("got the value %v", p.Value)
	}
	if !strings.Contains(string(p.Stack), "panic_test.go") {
		t.Fatalf("the callback is not on the stack:\n%s", p.Stack)
	}
}

// testFailures runs each test with each failure. The test makes a callback fail and returns what its stream ended with.
func testFailures(t *testing.T, tests map[string]func(t *testing.T, fail callback) error) {
	t.Helper()
	bubbles := map[string]func(t *testing.T){}
	for name, test := range tests {
		for how, f := range failures {
			bubbles[name+", "+how] = func(t *testing.T) {
				f.want(t, test(t, f.fail))
				wantOthersLive(t)
			}
		}
	}
	inBubbles(t, bubbles)
}

// wantOthersLive fails the test unless another pipeline does its work.
func wantOthersLive(t *testing.T) {
	t.Helper()
	source, _ := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose(1, 2)})
	dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
	pipe(source, dest).wantOK(t)
	sink.want(t, "write 1", "write 2", "close")
}

func TestPanicInSource(t *testing.T) {
	mark0 := streams.CountQueuingStrategy[int](0)
	testFailures(t, map[string]func(t *testing.T, fail callback) error{
		"Start": func(t *testing.T, fail callback) error {
			return readableEnd(t, streams.NewReadableStream(streams.UnderlyingSource[int]{Start: fail.startSource}))
		},
		"Start, while a read waits": func(t *testing.T, fail callback) error {
			hold := newHeld(t)
			s, _ := recordingReadable(streams.UnderlyingSource[int]{Start: hold.before(fail).startSource})
			return resultOf(t, s, func() { hold.let(nil) })
		},
		"Pull, ahead of reads": func(t *testing.T, fail callback) error {
			return readableEnd(t, streams.NewReadableStream(streams.UnderlyingSource[int]{Pull: fail.pull}))
		},
		"Pull, for a read": func(t *testing.T, fail callback) error {
			return resultOf(t, streams.NewReadableStream(streams.UnderlyingSource[int]{Pull: fail.pull}, mark0), nil)
		},
		"Pull, with chunks in the queue": func(t *testing.T, fail callback) error {
			s, _ := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1), Pull: fail.pull}, streams.CountQueuingStrategy[int](2))
			return resultOf(t, s, nil)
		},
		"the second Pull": func(t *testing.T, fail callback) error {
			first := true
			s, _ := recordingReadable(streams.UnderlyingSource[int]{
				Pull: func(_ context.Context, c *streams.ReadableController[int]) error {
					if !first {
						return fail()
					}
					first = false
					return c.Enqueue(1)
				},
			}, mark0)
			r := must(s.GetReader())(t)
			read(r).want(t, 1)
			r.ReleaseLock()
			return resultOf(t, s, nil)
		},
		"Cancel": func(t *testing.T, fail callback) error {
			s, _ := recordingReadable(streams.UnderlyingSource[int]{Cancel: fail.cancel})
			cancel := beginReason(s.Cancel, errB)
			wantError(t, readableEnd(t, s), nil)
			return cancel.err
		},
		"the size function, in Enqueue": func(t *testing.T, fail callback) error {
			s, src := recordingReadable(streams.UnderlyingSource[int]{}, fail.sizes())
			beginError(func() error { return src.controller.Enqueue(1) })
			return readableEnd(t, s)
		},
		"the size function, in an Enqueue of Pull": func(t *testing.T, fail callback) error {
			s, _ := recordingReadable(streams.UnderlyingSource[int]{
				Pull: func(_ context.Context, c *streams.ReadableController[int]) error {
					_ = c.Enqueue(1)
					return nil
				},
			}, fail.sizes())
			return readableEnd(t, s)
		},
		"the function of FromFunc": func(t *testing.T, fail callback) error {
			return resultOf(t, streams.FromFunc(func(context.Context) (int, error) { return 0, fail() }), nil)
		},
		"the function of FromFunc, ahead of reads": func(t *testing.T, fail callback) error {
			next := func(context.Context) (int, error) { return 0, fail() }
			return readableEnd(t, streams.FromFunc(next, streams.CountQueuingStrategy[int](1)))
		},
		"the size function of FromFunc": func(t *testing.T, fail callback) error {
			return readableEnd(t, streams.FromFunc(func(context.Context) (int, error) { return 1, nil }, fail.sizes()))
		},
		"the function of Generate": func(t *testing.T, fail callback) error {
			return resultOf(t, streams.Generate(func() (int, error) { return 0, fail() }), nil)
		},
		"the function of Generate, ahead of reads": func(t *testing.T, fail callback) error {
			return readableEnd(t, streams.Generate(func() (int, error) { return 0, fail() }, streams.CountQueuingStrategy[int](1)))
		},
		"the size function of Generate": func(t *testing.T, fail callback) error {
			return readableEnd(t, streams.Generate(func() (int, error) { return 1, nil }, fail.sizes()))
		},
		"the sequence of From": func(t *testing.T, fail callback) error {
			return resultOf(t, streams.From(func(func(int) bool) { _ = fail() }), nil)
		},
		"the sequence of From, after its first value": func(t *testing.T, fail callback) error {
			s := streams.From(func(yield func(int) bool) {
				yield(1)
				_ = fail()
			})
			r := must(s.GetReader())(t)
			read(r).want(t, 1)
			r.ReleaseLock()
			return resultOf(t, s, nil)
		},
		"the sequence of From, when it is stopped": func(t *testing.T, fail callback) error {
			s := streams.From(func(yield func(int) bool) {
				yield(1)
				_ = fail()
			})
			r := must(s.GetReader())(t)
			read(r).want(t, 1)
			cancel := beginReason(r.Cancel, errB)
			wantError(t, r.Closed(ended), nil)
			if !cancel.done { // its goroutine ran the sequence to the end
				return streams.ErrGoexit
			}
			return cancel.err
		},
		"the sequence of FromSeq2": func(t *testing.T, fail callback) error {
			return resultOf(t, streams.FromSeq2(func(func(int, error) bool) { _ = fail() }), nil)
		},
		"the Reader of FromReader": func(t *testing.T, fail callback) error {
			return resultOf(t, streams.FromReader(readerFunc(func([]byte) (int, error) { return 0, fail() })), nil)
		},
	})
}

func TestPanicInSink(t *testing.T) {
	testFailures(t, map[string]func(t *testing.T, fail callback) error{
		"Start": func(t *testing.T, fail callback) error {
			return writableEnd(t, streams.NewWritableStream(streams.UnderlyingSink[int]{Start: fail.start}))
		},
		"Start, with chunks in the queue": func(t *testing.T, fail callback) error {
			hold := newHeld(t)
			s, sink := recordingWritable(streams.UnderlyingSink[int]{Start: hold.before(fail).start})
			w := must(s.GetWriter())(t)
			write := beginCall(w.WriteAsync(1).Wait)
			hold.let(nil)
			w.ReleaseLock()
			sink.want(t)
			wantEqual(t, write.err, writableEnd(t, s))
			return write.err
		},
		"Write": func(t *testing.T, fail callback) error {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{Write: fail.write}, streams.CountQueuingStrategy[int](2))
			w := must(s.GetWriter())(t)
			first, second := w.WriteAsync(1), w.WriteAsync(2)
			synctest.Wait()
			err := first.Wait(ended)
			wantEqual(t, second.Wait(ended), err)
			wantEqual(t, w.Closed(ended), err)
			sink.want(t, "write 1")
			return err
		},
		"Close": func(t *testing.T, fail callback) error {
			s, _ := recordingWritable(streams.UnderlyingSink[int]{Close: fail.close})
			closing := beginCall(s.Close)
			wantEqual(t, writableEnd(t, s), closing.err)
			return closing.err
		},
		"Abort": func(t *testing.T, fail callback) error {
			s, _ := recordingWritable(streams.UnderlyingSink[int]{Abort: fail.abort})
			abort := beginReason(s.Abort, errB)
			wantEqual(t, writableEnd(t, s), errB)
			return abort.err
		},
		"the function of SinkFunc": func(t *testing.T, fail callback) error {
			s := streams.SinkFunc(func(int) error { return fail() })
			w := must(s.GetWriter())(t)
			result := w.WriteAsync(1)
			synctest.Wait()
			wantEqual(t, w.Closed(ended), result.Wait(ended))
			return result.Wait(ended)
		},
		"the function of SinkFunc, while Close waits": func(t *testing.T, fail callback) error {
			s := streams.SinkFunc(func(int) error { return fail() })
			w := must(s.GetWriter())(t)
			beginError(func() error {
				w.WriteAsync(1)
				return w.Close(context.Background())
			})
			return w.Closed(ended)
		},
		"the size function, in Write": func(t *testing.T, fail callback) error {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{}, fail.sizes())
			w := must(s.GetWriter())(t)
			beginError(func() error { return w.Write(context.Background(), 1) })
			sink.want(t)
			return w.Closed(ended)
		},
		"the size function, in WriteBatch": func(t *testing.T, fail callback) error {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{}, fail.sizes())
			w := must(s.GetWriter())(t)
			begin(func() (int, error) { return w.WriteBatch(context.Background(), []int{1, 2}) })
			sink.want(t)
			return w.Closed(ended)
		},
		"the size function, in WriteAsync": func(t *testing.T, fail callback) error {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{}, fail.sizes())
			w := must(s.GetWriter())(t)
			beginError(func() error { return w.WriteAsync(1).Wait(context.Background()) })
			sink.want(t)
			return w.Closed(ended)
		},
	})
}

func TestPanicInTransformer(t *testing.T) {
	testFailures(t, map[string]func(t *testing.T, fail callback) error{
		"Start": func(t *testing.T, fail callback) error {
			return endOfBoth(t, streams.NewTransformStream(streams.Transformer[int, int]{Start: fail.startTransform}))
		},
		"Transform": func(t *testing.T, fail callback) error {
			return written(t, streams.NewTransformStream(streams.Transformer[int, int]{Transform: fail.transform}, wanting(1)))
		},
		"Transform, after an Enqueue": func(t *testing.T, fail callback) error {
			s := streams.NewTransformStream(streams.Transformer[int, int]{
				Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
					_ = c.Enqueue(chunk)
					return fail()
				},
			}, wanting(2))
			return written(t, s)
		},
		"Flush": func(t *testing.T, fail callback) error {
			s := streams.NewTransformStream(streams.Transformer[int, int]{Flush: fail.flush})
			closing := beginCall(s.Writable().Close)
			wantEqual(t, endOfBoth(t, s), closing.err)
			return closing.err
		},
		"Cancel, by a cancel": func(t *testing.T, fail callback) error {
			s := streams.NewTransformStream(streams.Transformer[int, int]{Cancel: fail.cancel})
			cancel := beginReason(s.Readable().Cancel, errB)
			wantError(t, readableEnd(t, s.Readable()), nil)
			wantEqual(t, writableEnd(t, s.Writable()), cancel.err)
			return cancel.err
		},
		"Cancel, by an abort": func(t *testing.T, fail callback) error {
			s := streams.NewTransformStream(streams.Transformer[int, int]{Cancel: fail.cancel})
			abort := beginReason(s.Writable().Abort, errB)
			wantEqual(t, writableEnd(t, s.Writable()), errB)
			wantEqual(t, readableEnd(t, s.Readable()), abort.err)
			return abort.err
		},
		"the size function of the readable side": func(t *testing.T, fail callback) error {
			return written(t, streams.NewTransformStream(streams.Transformer[int, int]{}, streams.WithReadableStrategy(fail.sizes())))
		},
		"the size function of the readable side, its error swallowed": func(t *testing.T, fail callback) error {
			s := streams.NewTransformStream(streams.Transformer[int, int]{
				Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
					_ = c.Enqueue(chunk)
					return nil
				},
			}, streams.WithReadableStrategy(fail.sizes()))
			return written(t, s)
		},
		"the size function of the writable side": func(t *testing.T, fail callback) error {
			s := streams.NewTransformStream(streams.Transformer[int, int]{}, streams.WithWritableStrategy(fail.sizes()))
			w := must(s.Writable().GetWriter())(t)
			beginError(func() error { return w.WriteAsync(1).Wait(context.Background()) })
			wantEqual(t, readableEnd(t, s.Readable()), errPending) // as when a sink's controller errors its stream
			return w.Closed(ended)
		},
		"the function of TransformFunc": func(t *testing.T, fail callback) error {
			s := streams.TransformFunc(func(int, func(int)) error { return fail() }, nil, wanting(1))
			return written(t, s)
		},
		"the function of TransformFunc, after an emit": func(t *testing.T, fail callback) error {
			s := streams.TransformFunc(func(chunk int, emit func(int)) error {
				emit(chunk)
				return fail()
			}, nil, wanting(2))
			return written(t, s)
		},
		"the flush of TransformFunc": func(t *testing.T, fail callback) error {
			s := streams.TransformFunc(func(int, func(int)) error { return nil }, func(func(int)) error { return fail() })
			beginCall(s.Writable().Close)
			return endOfBoth(t, s)
		},
		"the size function of TransformFunc": func(t *testing.T, fail callback) error {
			s := streams.TransformFunc(func(chunk int, emit func(int)) error {
				emit(chunk)
				return nil
			}, nil, streams.WithReadableStrategy(fail.sizes()))
			return written(t, s)
		},
	})
}

// TestBadSizes shows that a size that cannot be is the error of a stream, as a size function that fails is.
func TestBadSizes(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for name, size := range map[string]int{"negative": -1, "unbounded": streams.Unbounded} {
		strategy := streams.QueuingStrategy[int]{HighWaterMark: 1, Size: func(int) int { return size }}
		tests[name+", Enqueue"] = func(t *testing.T) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{}, strategy)
			wantError(t, src.controller.Enqueue(1), streams.ErrRange)
			wantError(t, readableEnd(t, s), streams.ErrRange)
		}
		tests[name+", FromFunc"] = func(t *testing.T) {
			s := streams.FromFunc(func(context.Context) (int, error) { return 1, nil }, strategy)
			wantError(t, readableEnd(t, s), streams.ErrRange)
		}
		for call, write := range writerCalls {
			if strings.HasPrefix(call, "Write") {
				tests[name+", "+call] = func(t *testing.T) {
					s, sink := recordingWritable(streams.UnderlyingSink[int]{}, strategy)
					w := must(s.GetWriter())(t)
					wantError(t, write(w), streams.ErrRange)
					wantError(t, w.Closed(ended), streams.ErrRange)
					sink.want(t)
				}
			}
		}
		tests[name+", PipeTo"] = func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1, 2)})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{}, strategy)
			p := pipe(source, dest)
			p.wantError(t, streams.ErrRange)
			src.want(t, "cancel "+p.err.Error())
			sink.want(t)
		}
		tests[name+", a transform's Enqueue"] = func(t *testing.T) {
			s, rec := recordingTransform(streams.Transformer[int, int]{}, streams.WithReadableStrategy(strategy))
			wantError(t, rec.controller.Enqueue(1), streams.ErrRange)
			wantError(t, endOfBoth(t, s), streams.ErrRange)
		}
	}
	inBubbles(t, tests)
}

// before is a callback that waits at the gate and then does what then does.
func (g gate) before(then callback) callback {
	return func() error {
		if err := g.wait(); err != nil {
			return err
		}
		return then()
	}
}

// sizes is a strategy with mark 1 whose size function does what f does.
func (f callback) sizes() streams.QueuingStrategy[int] {
	return streams.QueuingStrategy[int]{HighWaterMark: 1, Size: func(int) int {
		_ = f()
		return 1
	}}
}

// resultOf reads from a stream that fails then, or when it is told to, and returns what it ended with. The Read returns the
// same, unless runtime.Goexit has ended its goroutine: it may be the one that ran the function.
func resultOf[T any](t *testing.T, s *streams.ReadableStream[T], then func()) error {
	t.Helper()
	r := must(s.GetReader())(t)
	o := read(r)
	if then != nil {
		o.wantPending(t)
		then()
	}
	err := r.Closed(ended)
	if o.done {
		wantEqual(t, o.err, err)
	} else {
		wantError(t, err, streams.ErrGoexit)
	}
	return err
}

// written writes a chunk to a transform stream whose other side wants one, and returns how both have ended.
func written(t *testing.T, s *streams.TransformStream[int, int]) error {
	t.Helper()
	w := must(s.Writable().GetWriter())(t)
	beginError(func() error { return w.WriteAsync(1).Wait(context.Background()) })
	w.ReleaseLock()
	return endOfBoth(t, s)
}

// endOfBoth fails the test unless both sides of a transform stream have ended in the same way, and returns how.
func endOfBoth(t *testing.T, s *streams.TransformStream[int, int]) error {
	t.Helper()
	err := readableEnd(t, s.Readable())
	wantEqual(t, writableEnd(t, s.Writable()), err)
	return err
}

// A readerFunc is the Read of an io.Reader.
type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
