package transforms_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// single makes a stream of one element.
func single(x int) *streams.ReadableStream[int] { return streams.FromSlice([]int{x}) }

func panicsInner(int) *streams.ReadableStream[int] { panic(errBoom) }

func concurrentSubjects() []subject {
	passes := func(_ context.Context, x int) (int, error) { return x, nil }
	fails := func(context.Context, int) (int, error) { return 0, errBoom }
	panics := func(context.Context, int) (int, error) { panic(errBoom) }
	return []subject{
		operator[int, int]{
			name: "MapConcurrent", aheadAtStart: 6, aheadAfterRead: 7,
			input:     number,
			stage:     func() pair[int, int] { return transforms.MapConcurrent(2, passes) },
			want:      same[[]int],
			failing:   func() pair[int, int] { return transforms.MapConcurrent(2, fails) },
			panicking: func() pair[int, int] { return transforms.MapConcurrent(2, panics) },
		}.subject(),
		operator[int, int]{
			name: "MapConcurrentUnordered", aheadAtStart: 6, aheadAfterRead: 7,
			input:     number,
			stage:     func() pair[int, int] { return transforms.MapConcurrentUnordered(2, passes) },
			want:      same[[]int],
			normal:    sorted,
			failing:   func() pair[int, int] { return transforms.MapConcurrentUnordered(2, fails) },
			panicking: func() pair[int, int] { return transforms.MapConcurrentUnordered(2, panics) },
		}.subject(),
		operator[int, int]{
			name: "MergeMap", aheadAtStart: 4, aheadAfterRead: 5,
			input:     number,
			stage:     func() pair[int, int] { return transforms.MergeMap(2, single) },
			want:      same[[]int],
			normal:    sorted,
			panicking: func() pair[int, int] { return transforms.MergeMap(2, panicsInner) },
		}.subject(),
		operator[int, int]{
			name:      "SwitchMap",
			input:     number,
			stage:     func() pair[int, int] { return transforms.SwitchMap(single) },
			want:      lastOf,
			normal:    lastOf,
			panicking: func() pair[int, int] { return transforms.SwitchMap(panicsInner) },
		}.eagerSubject(),
		operator[int, int]{
			name:      "ExhaustMap",
			input:     number,
			stage:     func() pair[int, int] { return transforms.ExhaustMap(single) },
			want:      firstOf,
			normal:    firstOf,
			panicking: func() pair[int, int] { return transforms.ExhaustMap(panicsInner) },
		}.eagerSubject(),
		covered("Partition", TestPartition),
		covered("GroupBy", TestGroupBy),
		covered("Balance", TestBalance),
		covered("RoundRobin", TestRoundRobin),
		covered("Retrying", TestRetrying),
		covered("Breaking", TestBreaking),
	}
}

func TestBadConcurrentArguments(t *testing.T) {
	passes := func(_ context.Context, x int) (int, error) { return x, nil }
	checkBad(t, "MapConcurrent(0)", transforms.MapConcurrent(0, passes), streams.ErrRange)
	checkBad(t, "MapConcurrent(nil)", transforms.MapConcurrent[int, int](1, nil), streams.ErrInvalidArgument)
	checkBad(t, "MapConcurrentUnordered(0)", transforms.MapConcurrentUnordered(0, passes), streams.ErrRange)
	checkBad(t, "MapConcurrentUnordered(nil)", transforms.MapConcurrentUnordered[int, int](1, nil), streams.ErrInvalidArgument)
	checkBad(t, "MergeMap(0)", transforms.MergeMap(0, single), streams.ErrRange)
	checkBad(t, "MergeMap(nil)", transforms.MergeMap[int, int](1, nil), streams.ErrInvalidArgument)
	checkBad(t, "SwitchMap(nil)", transforms.SwitchMap[int, int](nil), streams.ErrInvalidArgument)
	checkBad(t, "ExhaustMap(nil)", transforms.ExhaustMap[int, int](nil), streams.ErrInvalidArgument)
}
