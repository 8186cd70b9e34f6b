package transforms_test

import (
	"context"
	"io"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A join is the row of what makes one readable stream of several.
type join[I, O any] struct {
	name  string
	shape shape

	// How many chunks are taken from each of the endless sources while nobody reads, and when one chunk has been read and
	// nobody reads (a gathering join gives none then). There are as many sources as numbers.
	aheadAtStart, aheadAfterRead []int

	input func(i int) I // the elements of each source
	join  func(sources ...*streams.ReadableStream[I]) *streams.ReadableStream[O]

	// As those of an operator; want gets the elements of each source.
	want               func(in [][]I) []O
	normal             func(out []O) []O
	failing, panicking func(sources ...*streams.ReadableStream[I]) *streams.ReadableStream[O]
}

func (j join[I, O]) subject() subject {
	s := subject{name: j.name, fails: j.failing != nil, panics: j.panicking != nil, checks: []check{
		{"holds back its sources", j.checkRunAhead},
		{"gives what it should", j.checkOutput},
		{"cancel reaches the sources", j.checkCancel},
		{"error of a source", j.checkSourceError},
		{"context of a pipe that hangs", j.checkContext},
		{"dropped", j.checkDropped},
	}}
	if j.shape == flows {
		s.checks = append(s.checks, check{"error of the sink", j.checkSinkError})
	}
	if j.failing != nil {
		s.checks = append(s.checks, check{"error in its callback", j.checkFailing})
	}
	if j.panicking != nil {
		s.checks = append(s.checks, check{"panic in its callback", j.checkPanicking})
	}
	return s
}

// probes is a source for each number of aheadAtStart.
type probes[I any] []*probe[I]

func (j join[I, O]) probes(next func(i int) I) probes[I] {
	sources := make(probes[I], len(j.aheadAtStart))
	for i := range sources {
		sources[i] = newProbe(next)
	}
	return sources
}

func (p probes[I]) streams() []*streams.ReadableStream[I] {
	var all []*streams.ReadableStream[I]
	for _, source := range p {
		all = append(all, source.stream)
	}
	return all
}

func (p probes[I]) taken() []int {
	var taken []int
	for _, source := range p {
		taken = append(taken, source.taken)
	}
	return taken
}

func (p probes[I]) wantCancelled(t *testing.T) {
	t.Helper()
	synctest.Wait()
	for i, source := range p {
		if source.cancelled == nil {
			t.Errorf("source %d was not cancelled", i)
		}
	}
}

func (j join[I, O]) checkRunAhead(t *testing.T) {
	sources := j.probes(j.input)
	reader := mustReader(t, j.join(sources.streams()...))
	synctest.Wait()
	if got := sources.taken(); !slices.Equal(got, j.aheadAtStart) {
		t.Errorf("with nobody reading %v chunks were taken, want %v", got, j.aheadAtStart)
	}
	if j.shape == gathers {
		mustCancel(t, reader)
		return
	}
	if _, err := reader.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	if got := sources.taken(); !slices.Equal(got, j.aheadAfterRead) {
		t.Errorf("after one read %v chunks were taken, want %v", got, j.aheadAfterRead)
	}
	mustCancel(t, reader)
}

// checkOutput compares with the model for sources of no element, of one and of many.
func (j join[I, O]) checkOutput(t *testing.T) {
	for _, n := range []int{0, 1, manyElements} {
		var in [][]I
		var sources []*streams.ReadableStream[I]
		for range j.aheadAtStart {
			in = append(in, inputs(j.input, n))
			sources = append(sources, streams.FromSlice(inputs(j.input, n)))
		}
		got, err := j.join(sources...).Collect(t.Context())
		if err != nil {
			t.Errorf("of %d elements each: %v", n, err)
			continue
		}
		if j.normal != nil {
			got = j.normal(got)
		}
		if want := j.want(in); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("of %d elements each: got %v, want %v", n, got, want)
		}
	}
}

// checkCancel cancels when a chunk has come, where one comes, and while a read waits for the next.
func (j join[I, O]) checkCancel(t *testing.T) {
	sources := make(probes[I], len(j.aheadAtStart))
	for i := range sources {
		sources[i] = newPausingProbe(j.input, 1)
	}
	reader := mustReader(t, j.join(sources.streams()...))
	read := readLater(t, reader)
	synctest.Wait()
	mustCancel(t, reader)
	if err := <-read; err != nil {
		wantError(t, err, io.EOF)
	}
	sources.wantCancelled(t)
}

// checkSourceError breaks the first source, at once, while the others are endless.
func (j join[I, O]) checkSourceError(t *testing.T) {
	sources := j.probes(j.input)
	all := sources.streams()
	all[0] = streams.Generate(func() (chunk I, err error) { return chunk, errBoom })
	_, err := j.join(all...).Collect(t.Context())
	wantError(t, err, errBoom)
	sources[1:].wantCancelled(t)
}

func (j join[I, O]) checkSinkError(t *testing.T) {
	sources := j.probes(j.input)
	err := j.join(sources.streams()...).PipeTo(t.Context(), streams.SinkFunc(func(O) error { return errBoom }))
	wantError(t, err, errBoom)
	sources.wantCancelled(t)
}

func (j join[I, O]) checkContext(t *testing.T) {
	sources := j.probes(j.input)
	ctx, cancel := context.WithCancelCause(t.Context())
	stuck := streams.NewWritableStream(streams.UnderlyingSink[O]{
		Write: func(ctx context.Context, _ O, _ *streams.WritableController[O]) error {
			<-ctx.Done()
			return context.Cause(ctx)
		},
	})
	piped := make(chan error)
	go func() { piped <- j.join(sources.streams()...).PipeTo(ctx, stuck) }()
	if j.shape != gathers { // which never gets to the sink
		synctest.Wait()
	}
	cancel(errBoom)
	wantError(t, <-piped, errBoom)
	sources.wantCancelled(t)
}

// checkDropped leaves streams behind that nobody reads. Nothing of them may be running, or the bubble does not end.
func (j join[I, O]) checkDropped(*testing.T) {
	j.join(j.probes(j.input).streams()...)
	synctest.Wait()
}

func (j join[I, O]) checkFailing(t *testing.T) {
	sources := j.probes(j.input)
	_, err := j.failing(sources.streams()...).Collect(t.Context())
	wantError(t, err, errBoom)
	sources.wantCancelled(t)
}

func (j join[I, O]) checkPanicking(t *testing.T) {
	sources := j.probes(j.input)
	_, err := j.panicking(sources.streams()...).Collect(t.Context())
	wantPanic(t, err)
	sources.wantCancelled(t)
}
