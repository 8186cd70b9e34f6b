package transforms_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
)

var errBoom = errors.New("boom")

// run sends input through stage and returns what comes out, and how it ends.
func run[I, O any](stage streams.ReadableWritablePair[I, O], input ...I) ([]O, error) {
	return streams.PipeThrough(streams.FromSlice(input), stage).Collect(context.Background())
}

// mustRun is run for an input without fault.
func mustRun[I, O any](t *testing.T, stage streams.ReadableWritablePair[I, O], input ...I) []O {
	t.Helper()
	output, err := run(stage, input...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

func wantSlice[T comparable](t *testing.T, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("got the error %v, want %v", got, want)
	}
}

// cut splits data at the places that lie in it. Every chunk has memory of its own, as a stage may rely on.
func cut(data []byte, places ...int) [][]byte {
	var chunks [][]byte
	start := 0
	for _, place := range append(places, len(data)) {
		if place >= start && place <= len(data) {
			chunks = append(chunks, slices.Clone(data[start:place]))
			start = place
		}
	}
	return chunks
}

// drawChunks splits data at random.
func drawChunks(rt *rapid.T, data []byte) [][]byte {
	places := rapid.SliceOfN(rapid.IntRange(0, len(data)), 0, 20).Draw(rt, "places")
	slices.Sort(places)
	return cut(data, places...)
}

// A probe is a source that tells what was asked of it. Its fields are looked at when the bubble is at rest.
type probe[T any] struct {
	stream    *streams.ReadableStream[T]
	taken     int   // chunks
	cancelled error // the reason, nil if it was not
}

// newProbe makes a source that gives next(0), next(1) and so on by demand, and nothing ahead of it.
func newProbe[T any](next func(i int) T) *probe[T] { return newPausingProbe(next, streams.Unbounded) }

// newPausingProbe makes a probe that gives so many chunks and is then at work on the next until it is cancelled.
func newPausingProbe[T any](next func(i int) T, chunks int) *probe[T] {
	p := new(probe[T])
	p.stream = streams.NewReadableStream(streams.UnderlyingSource[T]{
		Pull: func(ctx context.Context, c *streams.ReadableController[T]) error {
			if p.taken == chunks {
				<-ctx.Done()
				return context.Cause(ctx)
			}
			chunk := next(p.taken)
			p.taken++
			return c.Enqueue(chunk)
		},
		Cancel: func(_ context.Context, reason error) error {
			p.cancelled = reason
			return nil
		},
	}, streams.CountQueuingStrategy[T](0))
	return p
}
