package streams_test

import (
	"context"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// An aheadMeter knows how far a source is ahead of the end of its pipeline, and was at most.
type aheadMeter struct{ given, taken, most atomic.Int64 }

func (m *aheadMeter) give() int {
	given := m.given.Add(1)
	if ahead := given - m.taken.Load(); ahead > m.most.Load() {
		m.most.Store(ahead) // calls of the source never overlap
	}
	return int(given)
}

// TestSourceKeepsToTheMarksInABurst looks, whenever the source gives a chunk, how far it is ahead of the sink: by what its mark
// allows, or the chunk that a read waits for, and the one that each stage and the sink may be busy with.
func TestSourceKeepsToTheMarksInABurst(t *testing.T) {
	const chunks, stages = 2000, 2
	pull := func(m *aheadMeter) func(context.Context, *streams.ReadableController[int]) error {
		return func(_ context.Context, c *streams.ReadableController[int]) error {
			if m.given.Load() == chunks {
				return c.Close()
			}
			return c.Enqueue(m.give())
		}
	}
	for _, mark := range []int{0, 1, 2, 16, 100} {
		strategy := streams.CountQueuingStrategy[int](mark)
		sources := map[string]func(m *aheadMeter) *streams.ReadableStream[int]{
			"Generate": func(m *aheadMeter) *streams.ReadableStream[int] {
				return streams.Generate(func() (int, error) {
					if m.given.Load() == chunks {
						return 0, io.EOF
					}
					return m.give(), nil
				}, strategy)
			},
			"Pull": func(m *aheadMeter) *streams.ReadableStream[int] {
				return streams.NewReadableStream(streams.UnderlyingSource[int]{Pull: pull(m)}, strategy)
			},
			"many a Pull": func(m *aheadMeter) *streams.ReadableStream[int] {
				return streams.NewReadableStream(streams.UnderlyingSource[int]{
					Pull: func(ctx context.Context, c *streams.ReadableController[int]) error {
						for {
							err := pull(m)(ctx, c)
							if room, _ := c.DesiredSize(); err != nil || room <= 0 || m.given.Load() == chunks {
								return err
							}
						}
					},
				}, strategy)
			},
		}
		for name, source := range sources {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var m aheadMeter
					s := source(&m)
					for range stages {
						s = streams.PipeThrough(s, streams.TransformFunc(func(chunk int, emit func(int)) error { emit(chunk); return nil }, nil))
					}
					wantError(t, s.PipeTo(t.Context(), streams.SinkFunc(func(int) error { m.taken.Add(1); return nil })), nil)
					wantEqual(t, m.taken.Load(), chunks)
					if allowed := int64(max(mark, 1) + stages + 1); m.most.Load() > allowed {
						t.Errorf("mark %d: up to %d chunks ahead, want %d at most", mark, m.most.Load(), allowed)
					}
				})
			})
		}
	}
}
