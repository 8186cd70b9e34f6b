package transforms_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// A subject is an operator with an endless input for it.
type subject struct {
	name string

	// How many chunks are taken from the source while nobody reads, and when one chunk has been read and nobody reads.
	aheadAtStart, aheadAfterRead int

	checks []check
}

type check struct {
	name string
	run  func(t *testing.T, s subject)
}

// subjects has a row for every operator.
func subjects() []subject {
	number := func(i int) int { return i }
	line := func(i int) []byte { return fmt.Appendf(nil, "{\"n\":%d}\n", i) }
	same := func(x int) int { return x }
	return []subject{
		newSubject("Map", 1, 2, number, func() pair[int, int] { return transforms.Map(same) }),
		newSubject("MapErr", 1, 2, number, func() pair[int, int] {
			return transforms.MapErr(func(_ context.Context, x int) (int, error) { return x, nil })
		}),
		newSubject("Filter", 1, 2, number, func() pair[int, int] {
			return transforms.Filter(func(int) bool { return true })
		}),
		newSubject("Take", 1, 2, number, func() pair[int, int] { return transforms.Take[int](1 << 30) }),
		newSubject("Batch", 1, 3, number, func() pair[int, []int] { return transforms.Batch[int](2) }),
		newSubject("Lines", 2, 3, line, func() pair[[]byte, []byte] { return transforms.Lines() }),
		newSubject("DecodeJSON", 1, 2, line, func() pair[[]byte, event] { return transforms.DecodeJSON[event]() }),
		newSubject("DecodeJSONLines", 3, 4, line, func() pair[[]byte, event] { return transforms.DecodeJSONLines[event]() }),
		newSubject("EncodeJSONLines", 1, 2, number, func() pair[int, []byte] { return transforms.EncodeJSONLines[int]() }),
		newSubject("EncodeJSONLineBatches", 1, 2, func(i int) []int { return []int{i, i} },
			func() pair[[]int, []byte] { return transforms.EncodeJSONLineBatches[int]() }),
		newSubject("Gzip", 1, 2, incompressible, func() pair[[]byte, []byte] { return transforms.Gzip() }),
		newSubject("Gunzip", 1, 2, func(i int) []byte { return gzipped(line(i)) },
			func() pair[[]byte, []byte] { return transforms.Gunzip() }),
	}
}

type event struct {
	N int `json:"n"`
}

type pair[I, O any] = streams.ReadableWritablePair[I, O]

// incompressible returns a chunk that Gzip makes at least one of.
func incompressible(seed int) []byte {
	chunk := make([]byte, 200<<10)
	_, _ = rand.NewChaCha8([32]byte{byte(seed)}).Read(chunk) // never fails
	return chunk
}

// gzipped returns a member of gzip data, made by the standard library.
func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestOperators(t *testing.T) {
	for _, s := range subjects() {
		for _, c := range s.checks {
			t.Run(s.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { c.run(t, s) })
			})
		}
	}
}

func newSubject[I, O any](name string, aheadAtStart, aheadAfterRead int, input func(i int) I, stage func() pair[I, O]) subject {
	return subject{name, aheadAtStart, aheadAfterRead, []check{
		{"holds back its source", func(t *testing.T, s subject) { checkRunAhead(t, s, input, stage()) }},
		{"cancel reaches the source", func(t *testing.T, _ subject) { checkCancel(t, input, stage()) }},
		{"cancel while it waits for input", func(t *testing.T, _ subject) { checkCancelWaiting(t, stage()) }},
		{"error of the source", func(t *testing.T, _ subject) { checkSourceError(t, input, stage()) }},
		{"error of the source with nobody reading", func(t *testing.T, _ subject) { checkAbortAtRest(t, input, stage()) }},
		{"error of the sink", func(t *testing.T, _ subject) { checkSinkError(t, input, stage()) }},
		{"context of a pipe that hangs", func(t *testing.T, _ subject) { checkContext(t, input, stage()) }},
		{"dropped", func(*testing.T, subject) { checkDropped(input, stage()) }},
	}}
}

func checkRunAhead[I, O any](t *testing.T, s subject, input func(int) I, stage pair[I, O]) {
	source := newProbe(input)
	reader := mustReader(t, streams.PipeThrough(source.stream, stage))
	synctest.Wait()
	if source.taken != s.aheadAtStart {
		t.Errorf("with nobody reading %d chunks were taken, want %d", source.taken, s.aheadAtStart)
	}
	if _, err := reader.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	if source.taken != s.aheadAfterRead {
		t.Errorf("after one read %d chunks were taken, want %d", source.taken, s.aheadAfterRead)
	}
	mustCancel(t, reader)
}

func checkCancel[I, O any](t *testing.T, input func(int) I, stage pair[I, O]) {
	source := newProbe(input)
	reader := mustReader(t, streams.PipeThrough(source.stream, stage))
	if _, err := reader.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustCancel(t, reader)
	synctest.Wait()
	wantError(t, source.cancelled, errBoom)
}

// checkCancelWaiting cancels while a read waits for input that does not come.
func checkCancelWaiting[I, O any](t *testing.T, stage pair[I, O]) {
	reader := mustReader(t, stage.Readable())
	read := make(chan error)
	go func() {
		_, err := reader.Read(t.Context())
		read <- err
	}()
	synctest.Wait()
	mustCancel(t, reader)
	if err := <-read; err == nil {
		t.Error("a read of a cancelled stream returned a chunk")
	}
	wantError(t, stage.Writable().Close(t.Context()), errBoom)
}

func checkSourceError[I, O any](t *testing.T, input func(int) I, stage pair[I, O]) {
	const good = 3
	i := -1
	source := streams.Generate(func() (chunk I, err error) {
		if i++; i == good {
			return chunk, errBoom
		}
		return input(i), nil
	})
	_, err := streams.PipeThrough(source, stage).Collect(t.Context())
	if err != errBoom { //nolint:errorlint // the very error is what it is about
		t.Errorf("got the error %v, want the error of the source as it is", err)
	}
}

// checkAbortAtRest aborts when all that was written has come out and nobody wants more: the readable side must know at
// once. (With a write that waits for room it would learn of it after that write, as the standard has it.)
func checkAbortAtRest[I, O any](t *testing.T, input func(int) I, stage pair[I, O]) {
	reader := mustReader(t, stage.Readable())
	writer, err := stage.Writable().GetWriter()
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := reader.Read(t.Context())
		read <- err
	}()
	for i := 0; len(read) == 0; i++ {
		if err := writer.Write(t.Context(), input(i)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
	}
	wantError(t, <-read, nil)
	if err := writer.Abort(t.Context(), errBoom); err != nil {
		t.Error(err)
	}
	synctest.Wait()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, reader.Closed(over), errBoom)
}

func checkSinkError[I, O any](t *testing.T, input func(int) I, stage pair[I, O]) {
	source := newProbe(input)
	written := 0
	err := streams.PipeThrough(source.stream, stage).PipeTo(t.Context(), streams.SinkFunc(func(O) error {
		if written == 2 {
			return errBoom
		}
		written++
		return nil
	}))
	wantError(t, err, errBoom)
	synctest.Wait()
	wantError(t, source.cancelled, errBoom)
}

func checkContext[I, O any](t *testing.T, input func(int) I, stage pair[I, O]) {
	source := newProbe(input)
	ctx, cancel := context.WithCancelCause(t.Context())
	stuck := streams.NewWritableStream(streams.UnderlyingSink[O]{
		Write: func(ctx context.Context, _ O, _ *streams.WritableController[O]) error {
			<-ctx.Done()
			return context.Cause(ctx)
		},
	})
	piped := make(chan error)
	go func() { piped <- streams.PipeThrough(source.stream, stage).PipeTo(ctx, stuck) }()
	synctest.Wait()
	cancel(errBoom)
	wantError(t, <-piped, errBoom)
	synctest.Wait()
	wantError(t, source.cancelled, errBoom)
}

// checkDropped leaves a pipeline behind that nobody reads. Nothing of it may be running, or the bubble does not end.
func checkDropped[I, O any](input func(int) I, stage pair[I, O]) {
	streams.PipeThrough(newProbe(input).stream, stage)
	synctest.Wait()
}

func mustReader[T any](t *testing.T, s *streams.ReadableStream[T]) *streams.DefaultReader[T] {
	t.Helper()
	reader, err := s.GetReader()
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func mustCancel[T any](t *testing.T, reader *streams.DefaultReader[T]) {
	t.Helper()
	if err := reader.Cancel(t.Context(), errBoom); err != nil {
		t.Errorf("cancel: %v", err)
	}
}

func TestPanicsInCallbacks(t *testing.T) {
	for name, stage := range map[string]func() pair[int, int]{
		"Map":    func() pair[int, int] { return transforms.Map(func(int) int { panic(errBoom) }) },
		"Filter": func() pair[int, int] { return transforms.Filter(func(int) bool { panic(errBoom) }) },
		"MapErr": func() pair[int, int] {
			return transforms.MapErr(func(context.Context, int) (int, error) { panic(errBoom) })
		},
		"DecodeJSON": func() pair[int, int] {
			bytes := transforms.Map(func(int) []byte { return []byte("1") })
			decoded := streams.Chain(bytes, transforms.DecodeJSON[panicking]())
			return streams.Chain(decoded, transforms.Map(func(panicking) int { return 1 }))
		},
		"EncodeJSONLines": func() pair[int, int] {
			values := transforms.Map(func(int) panicking { return panicking{} })
			encoded := streams.Chain(values, transforms.EncodeJSONLines[panicking]())
			return streams.Chain(encoded, transforms.Map(func([]byte) int { return 1 }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := newProbe(func(i int) int { return i })
				_, err := streams.PipeThrough(source.stream, stage()).Collect(t.Context())
				if _, ok := errors.AsType[*streams.PanicError](err); !ok {
					t.Errorf("got %v, want a PanicError", err)
				}
				wantError(t, err, errBoom)
				synctest.Wait()
				wantError(t, source.cancelled, errBoom)
			})
		})
	}
}

// panicking is a value that JSON makes trouble with.
type panicking struct{}

func (panicking) MarshalJSON() ([]byte, error) { panic(errBoom) }
func (*panicking) UnmarshalJSON([]byte) error  { panic(errBoom) }

func TestBadArguments(t *testing.T) {
	checkBad(t, "Map(nil)", transforms.Map[int, int](nil), streams.ErrInvalidArgument)
	checkBad(t, "MapErr(nil)", transforms.MapErr[int, int](nil), streams.ErrInvalidArgument)
	checkBad(t, "Filter(nil)", transforms.Filter[int](nil), streams.ErrInvalidArgument)
	checkBad(t, "Take(-1)", transforms.Take[int](-1), streams.ErrRange)
	checkBad(t, "Batch(0)", transforms.Batch[int](0), streams.ErrRange)
	checkBad(t, "Batch(-1)", transforms.Batch[int](-1), streams.ErrRange)
	negative := transforms.LinesOptions{MaxLength: -1}
	checkBad(t, "LinesOptions.MaxLength(-1)", transforms.Lines(negative), streams.ErrRange)
	checkBad(t, "LinesOptions.MaxLength(-1)", transforms.DecodeJSONLines[int](negative), streams.ErrRange)
	checkBad(t, "GzipOptions.Level(-1)", transforms.Gzip(transforms.GzipOptions{Level: -1}), streams.ErrRange)
	checkBad(t, "GzipOptions.Level(10)", transforms.Gzip(transforms.GzipOptions{Level: 10}), streams.ErrRange)
	checkBad(t, "GunzipOptions.MaxSize(-1)", transforms.Gunzip(transforms.GunzipOptions{MaxSize: -1}), streams.ErrRange)
}

// checkBad expects that both sides of the stage are errored from the start and that a source is cancelled.
func checkBad[I, O any](t *testing.T, call string, stage pair[I, O], want error) {
	t.Run(call, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			source := newProbe(func(int) (chunk I) { return chunk })
			_, err := streams.PipeThrough(source.stream, stage).Collect(t.Context())
			wantError(t, err, want)
			if text := want.Error() + ": " + call; err.Error() != text {
				t.Errorf("the error is %q, want %q", err, text)
			}
			synctest.Wait()
			if source.taken != 0 {
				t.Error("a chunk was taken")
			}
			wantError(t, source.cancelled, want)
		})
	})
}
