package streams_test

// Callbacks that panic or call runtime.Goexit in the middle of pipelines and loops.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A failingStage is the stage of a pipeline that fails at a chunk. Each stage counts its chunks from 1.
type failingStage struct {
	stage string // "source", "transform", "flush" or "sink"
	at    int    // the chunk; flush has none
	fail  callback
}

// reached does what f does if this is the stage and the chunk.
func (f failingStage) reached(stage string, chunk int) error {
	if stage != f.stage || chunk != f.at {
		return nil
	}
	return f.fail()
}

// lastChunk is the last that the sources of the pipelines give.
const lastChunk = 5

// The stages of a pipeline, of which the functions must not block or may.
var (
	sources = map[string]func(f failingStage) *streams.ReadableStream[int]{
		"plain": func(f failingStage) *streams.ReadableStream[int] {
			chunk := 0
			return streams.Generate(func() (int, error) {
				if chunk == lastChunk {
					return 0, io.EOF
				}
				chunk++
				return chunk, f.reached("source", chunk)
			})
		},
		"blocking": func(f failingStage) *streams.ReadableStream[int] {
			chunk := 0
			return streams.NewReadableStream(streams.UnderlyingSource[int]{
				Pull: func(_ context.Context, c *streams.ReadableController[int]) error {
					if chunk == lastChunk {
						return c.Close()
					}
					chunk++
					return errors.Join(f.reached("source", chunk), c.Enqueue(chunk))
				},
			})
		},
	}
	transforms = map[string]func(f failingStage) *streams.TransformStream[int, int]{
		"plain": func(f failingStage) *streams.TransformStream[int, int] {
			return streams.TransformFunc(func(chunk int, emit func(int)) error {
				err := f.reached("transform", chunk)
				emit(chunk)
				return err
			}, func(func(int)) error { return f.reached("flush", 0) })
		},
		"blocking": func(f failingStage) *streams.TransformStream[int, int] {
			return streams.NewTransformStream(streams.Transformer[int, int]{
				Transform: func(_ context.Context, chunk int, c *streams.TransformController[int]) error {
					return errors.Join(f.reached("transform", chunk), c.Enqueue(chunk))
				},
				Flush: func(context.Context, *streams.TransformController[int]) error { return f.reached("flush", 0) },
			})
		},
	}
	sinks = map[string]func(f failingStage) *streams.WritableStream[int]{
		"plain": func(f failingStage) *streams.WritableStream[int] {
			return streams.SinkFunc(func(chunk int) error { return f.reached("sink", chunk) })
		},
		"blocking": func(f failingStage) *streams.WritableStream[int] {
			return streams.NewWritableStream(streams.UnderlyingSink[int]{
				Write: func(_ context.Context, chunk int, _ *streams.WritableController[int]) error {
					return f.reached("sink", chunk)
				},
			})
		},
	}
)

// TestPanicInPipeline shows that a stage that fails ends the whole pipeline with its error: at any chunk, in any stage, and
// whether the stages before and after it may block or not.
func TestPanicInPipeline(t *testing.T) {
	tests := map[string]func(t *testing.T, fail callback) error{}
	for ofSource, source := range sources {
		for ofTransform, transform := range transforms {
			for ofSink, sink := range sinks {
				kinds := fmt.Sprintf("%s, %s, %s: ", ofSource, ofTransform, ofSink)
				for _, chunk := range []int{1, 3} { // the last would find stages that have closed already
					for _, stage := range []string{"source", "transform", "sink"} {
						tests[fmt.Sprintf("%s%s at chunk %d", kinds, stage, chunk)] = func(t *testing.T, fail callback) error {
							f := failingStage{stage, chunk, fail}
							return pipelineError(t, source(f), transform(f), sink(f), stage)
						}
					}
				}
				tests[kinds+"flush"] = func(t *testing.T, fail callback) error {
					f := failingStage{"flush", 0, fail}
					return pipelineError(t, source(f), transform(f), sink(f), "flush")
				}
			}
		}
	}
	testFailures(t, tests)
}

// pipelineError runs a pipeline of which a stage fails, and returns the error with which everything has ended. PipeTo
// returns the same, unless runtime.Goexit has ended its goroutine.
func pipelineError(t *testing.T, source *streams.ReadableStream[int], transform *streams.TransformStream[int, int], sink *streams.WritableStream[int], stage string) error {
	t.Helper()
	p := pipe(streams.PipeThrough(source, transform), sink)
	err := writableEnd(t, sink)
	if p.done {
		wantEqual(t, p.err, err)
	} else {
		wantError(t, err, streams.ErrGoexit)
	}
	wantUnlocked(t, source, transform.Writable())
	wantEqual(t, transform.Readable().Locked(), false)
	wantEqual(t, writableEnd(t, transform.Writable()), err)
	switch end := readableEnd(t, source); stage {
	case "source":
		wantEqual(t, end, err)
	default: // it was cancelled, or had closed
		wantEqual(t, end, nil)
	}
	return err
}

// TestPanicRecoveredByOtherStage shows that the stage that panicked is the one that fails, although its function may be
// called from the emit of an earlier one that recovers the panic. What it panicked with is lost then.
func TestPanicRecoveredByOtherStage(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for name, transform := range map[string]func(chunk int, emit func(int)) error{
		"returns it": func(chunk int, emit func(int)) (err error) {
			defer func() {
				if v := recover(); v != nil {
					err = errB
				}
			}()
			emit(chunk)
			return nil
		},
		"drops it": func(chunk int, emit func(int)) error {
			defer func() { _ = recover() }()
			emit(chunk)
			return nil
		},
	} {
		for how, failure := range failures {
			tests[name+", "+how] = func(t *testing.T) {
				f := failingStage{"sink", 3, failure.fail}
				err := pipelineError(t, sources["plain"](f), streams.TransformFunc(transform, nil), sinks["plain"](f), "sink")
				if failure.is == streams.ErrGoexit {
					wantError(t, err, streams.ErrGoexit)
				} else if _, ok := errors.AsType[*streams.PanicError](err); !ok {
					t.Fatalf("got the error %v, want a PanicError", err)
				}
			}
		}
	}
	inBubbles(t, tests)
}

// TestPanicInPipeSizes shows that the size function of a pipe's destination errors it, and with it the pipe.
func TestPanicInPipeSizes(t *testing.T) {
	testFailures(t, map[string]func(t *testing.T, fail callback) error{
		"to a sink": func(t *testing.T, fail callback) error {
			source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1, 2)})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{}, fail.sizes())
			pipe(source, dest)
			sink.want(t)
			err := writableEnd(t, dest)
			src.want(t, "cancel "+err.Error())
			wantUnlocked(t, source, dest)
			return err
		},
		"to a SinkFunc": func(t *testing.T, fail callback) error {
			source := streams.FromSlice([]int{1, 2})
			dest := streams.SinkFunc(func(int) error { return errB }, fail.sizes())
			pipe(source, dest)
			wantError(t, readableEnd(t, source), nil)
			wantUnlocked(t, source, dest)
			return writableEnd(t, dest)
		},
	})
}

// TestPanicBesideOthers shows that a stream that fails does not disturb one that it shares a graph with: the branches of a
// tee are piped to two sinks, of which one fails.
func TestPanicBesideOthers(t *testing.T) {
	tests := map[string]func(t *testing.T, fail callback) error{}
	for kind, sink := range sinks {
		tests[kind] = func(t *testing.T, fail callback) error {
			a, b, err := sources[kind](failingStage{}).Tee()
			wantError(t, err, nil)
			good, rec := recordingWritable(streams.UnderlyingSink[int]{})
			bad := sink(failingStage{"sink", 2, fail})
			streams.PipeThrough(a, anyPair{b, bad})
			pipe(b, good).wantOK(t)
			rec.want(t, append(writes(1, 2, 3, 4, 5), "close")...)
			return writableEnd(t, bad)
		}
	}
	testFailures(t, tests)
}

// TestPanicInLoop shows that a loop that panics, or whose goroutine ends, cancels its stream and gives it free. The panic
// goes on to the caller.
func TestPanicInLoop(t *testing.T) {
	loops := map[string]func(s *streams.ReadableStream[int], body callback) error{
		"ForEach": func(s *streams.ReadableStream[int], body callback) error {
			return s.ForEach(context.Background(), func(int) error { return body() })
		},
		"Values": func(s *streams.ReadableStream[int], body callback) error {
			for _, err := range s.Values(context.Background()) {
				return errors.Join(err, body())
			}
			return nil
		},
	}
	tests := map[string]func(t *testing.T){}
	for name, loop := range loops {
		for how, f := range failures {
			tests[name+", "+how] = func(t *testing.T) {
				s, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1, 2)})
				var recovered any
				o := beginError(func() error {
					defer func() { recovered = recover() }()
					return loop(s, f.fail)
				})
				if f.is == streams.ErrGoexit {
					wantEqual(t, o.done, false)
				} else {
					wantEqual(t, recovered != nil, true)
				}
				src.want(t, "cancel "+streams.ErrNoReason.Error())
				wantEqual(t, s.Locked(), false)
				wantError(t, readableEnd(t, s), nil)
			}
		}
	}
	inBubbles(t, tests)
}

// TestGoexitInPlainFunction shows what becomes of the goroutine that waits in PipeTo and runs a plain function meanwhile: it
// ends, with its deferred functions run, as the function asked for. The pipe comes to its end without it.
func TestGoexitInPlainFunction(t *testing.T) {
	inBubbles(t, map[string]func(t *testing.T){
		"in PipeTo": func(t *testing.T) {
			source := streams.FromSlice([]int{1, 2, 3})
			dest := streams.SinkFunc(func(chunk int) error {
				if chunk == 2 {
					runtime.Goexit()
				}
				return nil
			})
			deferred := false
			p := beginError(func() error {
				defer func() { deferred = true }()
				return source.PipeTo(context.Background(), dest)
			})
			wantEqual(t, p.done, false)
			wantEqual(t, deferred, true)
			wantUnlocked(t, source, dest)
			wantError(t, writableEnd(t, dest), streams.ErrGoexit)
			wantError(t, readableEnd(t, source), nil)
		},
		"in Read, which takes no chunk with it": func(t *testing.T) {
			// The branch b is piped to a function that ends the goroutine that runs it, which may be the one that waits for a
			// chunk of branch a.
			var c *streams.ReadableController[int]
			source := streams.NewReadableStream(streams.UnderlyingSource[int]{
				Start: func(_ context.Context, controller *streams.ReadableController[int]) error {
					c = controller
					return nil
				},
			})
			a, b, err := source.Tee()
			wantError(t, err, nil)
			streams.PipeThrough(b, anyPair{a, streams.SinkFunc(func(int) error { runtime.Goexit(); return nil })})
			synctest.Wait()
			r := getReader(t, a)
			var got []int
			o := beginError(func() error {
				if err := c.Enqueue(1); err != nil {
					return err
				}
				for range 2 {
					chunk, err := r.Read(context.Background())
					if err != nil {
						return err
					}
					got = append(got, chunk)
				}
				return nil
			})
			wantError(t, c.Enqueue(2), nil)
			synctest.Wait()
			if !o.done {
				second := read(r)
				second.want(t, 2)
				got = append(got, second.value)
			}
			wantChunks(t, got, 1, 2)
		},
	})
}
