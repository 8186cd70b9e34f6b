package rx_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirstreams/weir/streams"
)

var errBoom = errors.New("boom")

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("got the error %v, want %v", got, want)
	}
}

func wantSlice[T comparable](t *testing.T, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A probe is a source of 0, 1, 2 and so on, by demand, that tells what was asked of it. Its fields are looked at when the
// bubble is at rest.
type probe struct {
	stream    *streams.ReadableStream[int]
	taken     int
	cancelled error
}

func newProbe() *probe {
	p := new(probe)
	p.stream = streams.NewReadableStream(streams.UnderlyingSource[int]{
		Pull: func(_ context.Context, c *streams.ReadableController[int]) error {
			p.taken++
			return c.Enqueue(p.taken - 1)
		},
		Cancel: func(_ context.Context, reason error) error {
			p.cancelled = reason
			return nil
		},
	}, streams.CountQueuingStrategy[int](0))
	return p
}

func (p *probe) wantTaken(t *testing.T, want int) {
	t.Helper()
	synctest.Wait()
	if p.taken != want {
		t.Errorf("%d chunks were taken, want %d", p.taken, want)
	}
}

func (p *probe) wantCancelled(t *testing.T, want error) {
	t.Helper()
	synctest.Wait()
	wantError(t, p.cancelled, want)
}

func mustReader[T any](t *testing.T, s *streams.ReadableStream[T]) *streams.DefaultReader[T] {
	t.Helper()
	reader, err := s.GetReader()
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func wantRead[T comparable](t *testing.T, reader *streams.DefaultReader[T], want ...T) {
	t.Helper()
	for _, want := range want {
		if got, err := reader.Read(t.Context()); got != want || err != nil {
			t.Errorf("read %v, %v, want %v", got, err, want)
		}
	}
}

func double(o rxgo.Observable) rxgo.Observable {
	return o.Map(func(_ context.Context, x any) (any, error) { return 2 * x.(int), nil })
}
