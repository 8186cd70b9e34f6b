package streams_test

import (
	"runtime"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// A goroutine that makes one short pipeline after the other, and never waits itself, leaves no helpers behind where they
// get no processor but its own.
func TestShortPipelinesLeaveNoHelpersBehind(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	ends := map[string]func(s *streams.ReadableStream[int]) error{
		"PipeTo": func(s *streams.ReadableStream[int]) error {
			return s.PipeTo(t.Context(), streams.SinkFunc(func(int) error { return nil }))
		},
		"ForEach": func(s *streams.ReadableStream[int]) error {
			return s.ForEach(t.Context(), func(int) error { return nil })
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			for range 200 {
				s := streams.FromSlice([]int{1, 2, 3})
				for range 2 {
					s = streams.PipeThrough(s, streams.TransformFunc(func(x int, emit func(int)) error {
						emit(x)
						return nil
					}, nil))
				}
				if err := end(s); err != nil {
					t.Fatal(err)
				}
			}
			if left := runtime.NumGoroutine() - before; left > 20 {
				t.Errorf("200 pipelines that have ended left %d goroutines behind", left)
			}
		})
	}
}
