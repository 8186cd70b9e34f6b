package workload

import (
	"context"
	"io"
	"runtime"
	"testing"

	"github.com/destel/rill"
	"github.com/reactivex/rxgo/v2"
	"github.com/samber/ro"

	"github.com/weirstreams/weir/streams"
)

// rest is what is kept of what nothing happens to.
func rest() []Workload {
	return []Workload{
		{
			Name:      "Rest/readable",
			Title:     "a readable with its controller, and nothing to read",
			Unit:      "stream",
			Size:      Size{Full: 10_000, Quick: 10_000, Test: 100},
			Reference: "chan",
			Engines: []Engine{
				{Name: "chan", Hold: holdChan},
				{Name: "io.Pipe", Hold: holdPipe},
				{Name: "weir", Hold: holdReadable},
				{Name: "ro-Subject", Library: roModule, Hold: holdSubject},
			},
		},
		{
			Name:      "Rest/pipeline",
			Title:     "an idle pipeline of 3 stages (source, map, filter) and its consumer",
			Unit:      "pipeline",
			Size:      Size{Full: 100_000, Quick: 10_000, Test: 100},
			Reference: "chan-0",
			Engines: []Engine{
				{Name: "chan-0", Hold: holdChanPipeline},
				{Name: "weir", Hold: holdPipeline},
				{Name: "ro-Subject", Library: roModule, Hold: holdRo},
				{Name: "rxgo", Library: rxgoModule, Hold: holdRx},
				{Name: "rill", Library: rillModule, Hold: holdRill},
			},
		},
	}
}

// measureSpace makes so many units, lets them come to rest, and reports the space that each takes.
func measureSpace(b *testing.B, hold func() (release func(), err error), units int) error {
	b.Helper()
	for range b.N {
		before := Settle()
		releases := make([]func(), 0, units)
		for range units {
			release, err := hold()
			if err != nil {
				return err
			}
			releases = append(releases, release)
		}
		after := Settle()
		for _, release := range releases {
			release()
		}
		// The list of release functions is not the engine's, but what they keep alive is.
		after.Heap -= uint64(units) * 8
		after.Report(b, before, units)
	}
	return nil
}

// SpaceHeld is what a process holds.
type SpaceHeld struct {
	Heap, Stack uint64 // bytes
	Goroutines  uint64
}

// Report reports what has been added since before, for one of so many units.
func (s SpaceHeld) Report(b *testing.B, before SpaceHeld, units int) {
	b.Helper()
	per := func(before, after uint64) float64 { return (float64(after) - float64(before)) / float64(units) }
	heap, stack := per(before.Heap, s.Heap), per(before.Stack, s.Stack)
	b.ReportMetric(heap, Heap)
	b.ReportMetric(stack, Stack)
	b.ReportMetric(heap+stack, Space)
	b.ReportMetric(per(before.Goroutines, s.Goroutines), Goroutines)
}

// Settle waits until the number of goroutines changes no more, and collects the garbage.
func Settle() SpaceHeld {
	goroutines := -1
	for now := runtime.NumGoroutine(); now != goroutines; now = runtime.NumGoroutine() {
		goroutines = now
		for range 3 { // what a pool holds survives one collection, what a finalizer holds another
			runtime.GC()
		}
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return SpaceHeld{Heap: memory.HeapAlloc, Stack: memory.StackInuse, Goroutines: uint64(goroutines)}
}

func holdChan() (func(), error) {
	c := make(chan int)
	return func() { close(c) }, nil
}

func holdPipe() (func(), error) {
	_, w := io.Pipe()
	return func() { _ = w.Close() }, nil
}

// holdReadable is the least that one can push into and read from: the source keeps its controller, and does nothing.
func holdReadable() (func(), error) {
	s, source := weirIdle()
	return func() {
		_ = s.Cancel(context.Background(), nil) // the source has no Cancel that could fail
		runtime.KeepAlive(source)
	}, nil
}

// idleSource gives nothing: it keeps its controller, to push into some day.
type idleSource struct {
	controller *streams.ReadableController[int]
}

func (s *idleSource) start(_ context.Context, c *streams.ReadableController[int]) error {
	s.controller = c
	return nil
}

func weirIdle() (*streams.ReadableStream[int], *idleSource) {
	source := new(idleSource)
	return streams.NewReadableStream(streams.UnderlyingSource[int]{Start: source.start}), source
}

// holdPipeline has a reader at its end that has not been asked to read. A PipeTo or a Read that waits would take the
// goroutine of its caller in addition.
func holdPipeline() (func(), error) {
	s, source := weirIdle()
	reader, err := weirStages(s).GetReader()
	if err != nil {
		return nil, err
	}
	return func() {
		_ = reader.Cancel(context.Background(), nil) // the source has no Cancel that could fail
		runtime.KeepAlive(source)
	}, nil
}

func holdChanPipeline() (func(), error) {
	source := make(chan int)
	end := chanFilter(chanMap(source, 0, triple), 0, even)
	return func() {
		close(source)
		chanSum(end)
	}, nil
}

func holdSubject() (func(), error) {
	subject := ro.NewPublishSubject[int]()
	return subject.Complete, nil
}

func holdRo() (func(), error) {
	subject := ro.NewPublishSubject[int]()
	sum := 0
	roSubscribe(context.Background(), roStages(subject), func(x int) { sum += x })
	return subject.Complete, nil
}

func holdRx() (func(), error) {
	source := make(chan rxgo.Item)
	end := rxStages(rxgo.FromChannel(source)).Observe()
	return func() {
		close(source)
		for range end { // it ends when the goroutines of the stages have
		}
	}, nil
}

func holdRill() (func(), error) {
	source := make(chan int)
	end := rillStages(rill.FromChan(source, nil))
	return func() {
		close(source)
		rill.Drain(end)
	}, nil
}
