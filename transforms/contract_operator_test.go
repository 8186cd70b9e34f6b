package transforms_test

import (
	"context"
	"io"
	"reflect"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// An operator is the row of a stage.
type operator[I, O any] struct {
	name  string
	shape shape

	// How many chunks are taken from an endless source while nobody reads, and when one chunk has been read and nobody
	// reads (a gathering stage gives none then, and has no second number).
	aheadAtStart, aheadAfterRead int

	input func(i int) I // the elements
	stage func() pair[I, O]

	// What the pipeline ends with if there is no element at all; nil if that is no error.
	errorOfNone error

	// want is the model: what comes out for what goes in. normal, if there is one, is applied to what comes out before it is
	// compared: it sorts what comes in no order, and joins pieces that may be cut anywhere.
	want   func(in []I) []O
	normal func(out []O) []O

	// The stage with a callback that returns errBoom when it is first called, and one that panics with it; nil if the stage
	// has no such callback. Each constructor that takes a function needs the second. lateCallback: it is called at the end
	// of the input only.
	failing, panicking func() pair[I, O]
	lateCallback       bool

	// An error of the source is not the end of the stage, or not before it is read. The stage has a test of its own for it.
	takesErrors bool
}

// A shape is when a stage gives something.
type shape int

const (
	flows   shape = iota // again and again
	gathers              // when its input has ended, and not before
	stops                // once, and ends then
)

func (o operator[I, O]) subject() subject {
	s := subject{name: o.name, fails: o.failing != nil, panics: o.panicking != nil}
	add := func(applies bool, name string, run func(t *testing.T)) {
		if applies {
			s.checks = append(s.checks, check{name, run})
		}
	}
	givesAny := len(o.want(inputs(o.input, manyElements))) > 0
	add(true, "holds back its source", o.checkRunAhead)
	add(true, "gives what it should", o.checkOutput)
	add(true, "cancel before the first element", o.checkCancelAtStart)
	add(true, "cancel while it waits for input", o.checkCancelWaiting)
	add(o.shape == flows, "cancel after an element", o.checkCancel)
	add(true, "cancel while it is read", o.checkCancelRunning)
	add(!o.takesErrors, "error of the source", o.checkSourceError)
	add(!o.takesErrors && o.shape != stops, "error of the source with nobody reading", o.checkAbortAtRest)
	add(givesAny, "error of the sink", o.checkSinkError)
	add(true, "context of a pipe that hangs", o.checkContext)
	add(o.shape != stops, "context of a pipe that runs", o.checkContextRunning)
	add(true, "dropped", o.checkDropped)
	add(o.failing != nil, "error in its callback", o.checkFailing)
	add(o.panicking != nil, "panic in its callback", o.checkPanicking)
	return s
}

func (o operator[I, O]) checkRunAhead(t *testing.T) {
	source := newProbe(o.input)
	reader := mustReader(t, streams.PipeThrough(source.stream, o.stage()))
	synctest.Wait()
	if source.taken != o.aheadAtStart {
		t.Errorf("with nobody reading %d chunks were taken, want %d", source.taken, o.aheadAtStart)
	}
	if o.shape == gathers {
		mustCancel(t, reader)
		return
	}
	if _, err := reader.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	if source.taken != o.aheadAfterRead {
		t.Errorf("after one read %d chunks were taken, want %d", source.taken, o.aheadAfterRead)
	}
	if o.shape == stops {
		wantError(t, source.cancelled, streams.ErrTerminated)
	}
	mustCancel(t, reader)
}

// checkOutput compares with the model for no element, for one and for many.
func (o operator[I, O]) checkOutput(t *testing.T) {
	for _, n := range []int{0, 1, manyElements} {
		got, err := run(o.stage(), inputs(o.input, n)...)
		if n == 0 && o.errorOfNone != nil {
			wantError(t, err, o.errorOfNone)
			continue
		}
		if err != nil {
			t.Errorf("of %d elements: %v", n, err)
			continue
		}
		if o.normal != nil {
			got = o.normal(got)
		}
		want := o.want(inputs(o.input, n))
		if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("of %d elements: got %v, want %v", n, got, want)
		}
	}
}

func (o operator[I, O]) checkCancel(t *testing.T) {
	source := newProbe(o.input)
	reader := mustReader(t, streams.PipeThrough(source.stream, o.stage()))
	if _, err := reader.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustCancel(t, reader)
	synctest.Wait()
	wantError(t, source.cancelled, errBoom)
}

// checkCancelAtStart cancels while the source is at work on its first chunk.
func (o operator[I, O]) checkCancelAtStart(t *testing.T) {
	source := newPausingProbe(o.input, 0)
	reader := mustReader(t, streams.PipeThrough(source.stream, o.stage()))
	ended := readOn(t, reader)
	synctest.Wait()
	mustCancel(t, reader)
	wantError(t, <-ended, io.EOF)
	synctest.Wait()
	wantError(t, source.cancelled, errBoom)
}

// checkCancelWaiting cancels while a read waits for input that does not come.
func (o operator[I, O]) checkCancelWaiting(t *testing.T) {
	stage := o.stage()
	reader := mustReader(t, stage.Readable())
	ended := readOn(t, reader)
	synctest.Wait()
	mustCancel(t, reader)
	wantError(t, <-ended, io.EOF)
	wantError(t, stage.Writable().Close(t.Context()), errBoom)
}

// checkCancelRunning cancels an endless source that is being read without a pause.
func (o operator[I, O]) checkCancelRunning(t *testing.T) {
	source := newProbe(o.input)
	reader := mustReader(t, streams.PipeThrough(source.stream, o.stage()))
	ended := readOn(t, reader)
	mustCancel(t, reader)
	wantError(t, <-ended, io.EOF)
	synctest.Wait()
	if o.shape != stops { // which may have been first
		wantError(t, source.cancelled, errBoom)
	}
}

func (o operator[I, O]) checkSourceError(t *testing.T) {
	good := manyElements
	if o.shape == stops {
		good = 0
	}
	i := -1
	source := streams.Generate(func() (chunk I, err error) {
		if i++; i == good {
			return chunk, errBoom
		}
		return o.input(i), nil
	})
	_, err := streams.PipeThrough(source, o.stage()).Collect(t.Context())
	if err != errBoom { //nolint:errorlint // the very error is what it is about
		t.Errorf("got the error %v, want the error of the source as it is", err)
	}
}

// checkAbortAtRest aborts when all that was written has come out and nobody wants more: the readable side must know at
// once. (With a write that waits for room it would learn of it after that write, as the standard has it.)
func (o operator[I, O]) checkAbortAtRest(t *testing.T) {
	stage := o.stage()
	reader := mustReader(t, stage.Readable())
	writer, err := stage.Writable().GetWriter()
	if err != nil {
		t.Fatal(err)
	}
	read := readLater(t, reader)
	synctest.Wait()
	for i := 0; len(read) == 0 && (o.shape == flows || i < manyElements); i++ {
		if err := writer.Write(t.Context(), o.input(i)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
	}
	if o.shape == flows {
		wantError(t, <-read, nil)
	}
	if err := writer.Abort(t.Context(), errBoom); err != nil {
		t.Error(err)
	}
	synctest.Wait()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, reader.Closed(over), errBoom)
}

// checkSinkError breaks the sink at its third chunk, or at the only one.
func (o operator[I, O]) checkSinkError(t *testing.T) {
	source := newProbe(o.input)
	good := 2
	switch o.shape {
	case stops:
		good = 0
	case gathers:
		good = 0
		source.stream = streams.FromSlice(inputs(o.input, manyElements))
	case flows:
	}
	written := 0
	err := streams.PipeThrough(source.stream, o.stage()).PipeTo(t.Context(), streams.SinkFunc(func(O) error {
		if written == good {
			return errBoom
		}
		written++
		return nil
	}))
	wantError(t, err, errBoom)
	synctest.Wait()
	if o.shape == flows { // else the source has ended before
		wantError(t, source.cancelled, errBoom)
	}
}

func (o operator[I, O]) checkContext(t *testing.T) {
	source := newProbe(o.input)
	ctx, cancel := context.WithCancelCause(t.Context())
	stuck := streams.NewWritableStream(streams.UnderlyingSink[O]{
		Write: func(ctx context.Context, _ O, _ *streams.WritableController[O]) error {
			<-ctx.Done()
			return context.Cause(ctx)
		},
	})
	piped := make(chan error)
	go func() { piped <- streams.PipeThrough(source.stream, o.stage()).PipeTo(ctx, stuck) }()
	if o.shape != gathers { // which never gets to the sink
		synctest.Wait()
	}
	cancel(errBoom)
	wantError(t, <-piped, errBoom)
	synctest.Wait()
	reason := errBoom
	if o.shape == stops { // it has, before the sink got what it writes
		reason = streams.ErrTerminated
	}
	wantError(t, source.cancelled, reason)
}

// checkContextRunning ends a pipe that moves chunks without a pause from an endless source that cannot block.
func (o operator[I, O]) checkContextRunning(t *testing.T) {
	running := make(chan struct{})
	i := -1
	source := streams.Generate(func() (I, error) {
		if i++; i == manyElements {
			close(running)
		}
		return o.input(i), nil
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	piped := make(chan error)
	go func() {
		piped <- streams.PipeThrough(source, o.stage()).PipeTo(ctx, streams.SinkFunc(func(O) error { return nil }))
	}()
	<-running
	cancel(errBoom)
	wantError(t, <-piped, errBoom)
}

// checkDropped leaves a pipeline behind that nobody reads. Nothing of it may be running, or the bubble does not end.
func (o operator[I, O]) checkDropped(*testing.T) {
	streams.PipeThrough(newProbe(o.input).stream, o.stage())
	synctest.Wait()
}

func (o operator[I, O]) checkFailing(t *testing.T) {
	o.checkFault(t, o.failing(), wantBoom)
}

func (o operator[I, O]) checkPanicking(t *testing.T) {
	o.checkFault(t, o.panicking(), wantPanic)
}

// checkFault expects the error of a callback at the end of the pipeline and as the reason of the source.
func (o operator[I, O]) checkFault(t *testing.T, stage pair[I, O], want func(t *testing.T, err error)) {
	t.Helper()
	source := newProbe(o.input)
	if o.lateCallback {
		source.stream = streams.FromSlice(inputs(o.input, 1))
	}
	_, err := streams.PipeThrough(source.stream, stage).Collect(t.Context())
	want(t, err)
	synctest.Wait()
	if !o.lateCallback {
		want(t, source.cancelled)
	}
}
