package streams_test

import (
	"context"
	"io"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// patience is how many chunks an endless source of these tests gives before it gives up.
const patience = 50_000_000

// connect merges what the two streams are connected to, and leaves both free.
func connect[T any](t *testing.T, source *streams.ReadableStream[T], dest *streams.WritableStream[T]) {
	t.Helper()
	err := source.PipeTo(ended, dest, streams.PreventCancel(), streams.PreventAbort(), streams.PreventClose())
	wantError(t, err, errPending)
}

// discard is a sink that takes everything.
func discard() *streams.WritableStream[int] { return streams.SinkFunc(func(int) error { return nil }) }

func TestBurstStopsForResultOfBlockingCallback(t *testing.T) {
	release := make(chan struct{})
	source := streams.FromFunc(func(context.Context) (int, error) {
		<-release
		return 7, nil
	})
	sink := discard()
	connect(t, source, sink)
	var came atomic.Bool
	chunks := 0
	endless := streams.Generate(func() (int, error) {
		chunks++
		if chunks == 1000 { // the burst is under way
			go func() {
				r, err := source.GetReader()
				if err == nil {
					_, err = r.Read(context.Background())
				}
				came.Store(err == nil)
			}()
		}
		if chunks == 2_000_000 {
			close(release)
		}
		if came.Load() || chunks == patience {
			return 0, io.EOF
		}
		return chunks, nil
	})
	wantError(t, endless.PipeTo(t.Context(), sink), nil)
	wantEqual(t, came.Load(), true)
}

func TestBurstsTakeTurns(t *testing.T) {
	var counts [2]atomic.Int64
	var sources [2]*streams.ReadableStream[int]
	for i := range sources {
		sources[i] = streams.Generate(func() (int, error) {
			n := counts[i].Add(1)
			if n >= 100_000 && counts[1-i].Load() >= 100_000 || n == patience {
				return 0, io.EOF
			}
			return int(n), nil
		})
	}
	sinks := [2]*streams.WritableStream[int]{discard(), discard()}
	connect(t, sources[0], sinks[1])
	done := make(chan error)
	go func() { done <- sources[0].PipeTo(context.Background(), sinks[0]) }()
	wantError(t, sources[1].PipeTo(t.Context(), sinks[1]), nil)
	wantError(t, <-done, nil)
	for i := range counts {
		if counts[i].Load() == patience {
			t.Errorf("source %d had the domain to itself", i)
		}
	}
}

func TestBurstGivesEachChunkOnce(t *testing.T) {
	for name, end := range map[string]func() error{
		"an error": func() error { return errA },
		"a panic":  func() error { panic(errA) },
		"Goexit":   func() error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := streams.FromSlice([]int{1, 2, 3, 4, 5})
				var got []int
				beginError(func() error {
					return source.PipeTo(context.Background(), streams.SinkFunc(func(n int) error {
						got = append(got, n)
						if n == 3 {
							return end()
						}
						return nil
					}), streams.PreventCancel())
				})
				rest, err := source.Collect(t.Context())
				wantError(t, err, nil)
				if all := slices.Concat(got, rest); !slices.Equal(all, []int{1, 2, 3, 4, 5}) {
					t.Errorf("got %v and then %v", got, rest)
				}
			})
		})
	}
}

func TestBurstCallsNothingAfterPipeTo(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			over, chunks := false, 0
			source := streams.Generate(func() (int, error) {
				if over {
					t.Error("next was called after PipeTo had returned")
				}
				chunks++
				return chunks, nil
			})
			same := streams.TransformFunc(func(n int, emit func(int)) error { emit(n); return nil }, nil)
			err := streams.PipeThrough(source, same).PipeTo(t.Context(), streams.SinkFunc(func(n int) error {
				if n == 50 {
					return errA
				}
				return nil
			}))
			over = true
			wantError(t, err, errA)
			synctest.Wait()
		})
	}
}
