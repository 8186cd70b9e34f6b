package transforms_test

import (
	"slices"
	"testing"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func windowSubjects() []subject {
	pairs := func(in []int) [][]int { return slices.Collect(slices.Chunk(in, 2)) }
	return []subject{
		operator[int, []int]{
			name: "Batch", aheadAtStart: 1, aheadAfterRead: 3,
			input: number,
			stage: func() pair[int, []int] { return transforms.Batch[int](2) },
			want:  pairs,
		}.subject(),
		operator[int, []int]{
			name: "BatchWithin", aheadAtStart: 3, aheadAfterRead: 5,
			input: number,
			stage: func() pair[int, []int] { return transforms.BatchWithin[int](2, time.Second) },
			want:  pairs,
		}.timedSubject(),
		operator[int, []int]{
			name: "BatchWeight", aheadAtStart: 1, aheadAfterRead: 3,
			input: number,
			stage: func() pair[int, []int] { return transforms.BatchWeight(4, func(int) int { return 2 }) },
			want:  pairs,
			panicking: func() pair[int, []int] {
				return transforms.BatchWeight(4, func(int) int { panic(errBoom) })
			},
		}.subject(),
		operator[int, []int]{
			name: "BatchWeightWithin", aheadAtStart: 3, aheadAfterRead: 5,
			input: number,
			stage: func() pair[int, []int] {
				return transforms.BatchWeightWithin(4, func(int) int { return 2 }, time.Second)
			},
			want: pairs,
			panicking: func() pair[int, []int] {
				return transforms.BatchWeightWithin(4, func(int) int { panic(errBoom) }, time.Second)
			},
		}.timedSubject(),
		operator[int, []int]{
			name: "TumblingWindow", aheadAtStart: 3, aheadAfterRead: 5,
			input: number,
			stage: func() pair[int, []int] { return transforms.TumblingWindow[int](time.Second, 2) },
			want:  pairs,
		}.timedSubject(),
		operator[int, []int]{
			name: "SessionWindow", aheadAtStart: 3, aheadAfterRead: 5,
			input: number,
			stage: func() pair[int, []int] { return transforms.SessionWindow[int](time.Second, 2) },
			want:  pairs,
		}.timedSubject(),
		operator[int, []int]{
			name: "SlidingWindow", aheadAtStart: 1, aheadAfterRead: 3,
			input: number,
			stage: func() pair[int, []int] { return transforms.SlidingWindow[int](2, 1) },
			want: func(in []int) [][]int {
				if len(in) == 1 {
					return [][]int{in}
				}
				var windows [][]int
				for i := 2; i <= len(in); i++ {
					windows = append(windows, in[i-2:i])
				}
				return windows
			},
		}.subject(),
		operator[int, []int]{
			name: "SlidingWindowTime", aheadAtStart: 4, aheadAfterRead: 4,
			input: number,
			stage: func() pair[int, []int] { return transforms.SlidingWindowTime[int](time.Second, time.Second, 2) },
			want:  pairs,
		}.timedSubject(),
		windowStreamsSubject("TumblingWindowStreams", func() windowStreams {
			return transforms.TumblingWindowStreams[int](time.Second, 2)
		}),
		windowStreamsSubject("SessionWindowStreams", func() windowStreams {
			return transforms.SessionWindowStreams[int](time.Second, 2)
		}),
	}
}

type windowStreams = pair[int, *streams.ReadableStream[int]]

// windowStreamsSubject is the row of a stage that gives streams. Nobody reads those, so each element is a window.
func windowStreamsSubject(name string, stage func() windowStreams) subject {
	return operator[int, *streams.ReadableStream[int]]{
		name: name, aheadAtStart: 1, aheadAfterRead: 2,
		input: number,
		stage: stage,
		want: func(in []int) []*streams.ReadableStream[int] {
			return inputs(func(int) *streams.ReadableStream[int] { return nil }, len(in))
		},
		normal: func(out []*streams.ReadableStream[int]) []*streams.ReadableStream[int] {
			return make([]*streams.ReadableStream[int], len(out))
		},
	}.timedSubject()
}

func TestBadWindowArguments(t *testing.T) {
	const s = time.Second
	checkBad(t, "Batch(0)", transforms.Batch[int](0), streams.ErrRange)
	checkBad(t, "Batch(-1)", transforms.Batch[int](-1), streams.ErrRange)
	checkBad(t, "BatchWithin(0)", transforms.BatchWithin[int](0, s), streams.ErrRange)
	checkBad(t, "BatchWithin(0s)", transforms.BatchWithin[int](1, 0), streams.ErrRange)
	checkBad(t, "BatchWeight(0)", transforms.BatchWeight(0, same[int]), streams.ErrRange)
	checkBad(t, "BatchWeight(nil)", transforms.BatchWeight[int](1, nil), streams.ErrInvalidArgument)
	checkBad(t, "BatchWeightWithin(0)", transforms.BatchWeightWithin(0, same[int], s), streams.ErrRange)
	checkBad(t, "BatchWeightWithin(nil)", transforms.BatchWeightWithin[int](1, nil, s), streams.ErrInvalidArgument)
	checkBad(t, "BatchWeightWithin(0s)", transforms.BatchWeightWithin(1, same[int], 0), streams.ErrRange)
	checkBad(t, "TumblingWindowStreams(0s)", transforms.TumblingWindowStreams[int](0, 1), streams.ErrRange)
	checkBad(t, "TumblingWindowStreams(0)", transforms.TumblingWindowStreams[int](s, 0), streams.ErrRange)
	checkBad(t, "SessionWindowStreams(0s)", transforms.SessionWindowStreams[int](0, 1), streams.ErrRange)
	checkBad(t, "SessionWindowStreams(0)", transforms.SessionWindowStreams[int](s, 0), streams.ErrRange)
	checkBad(t, "TumblingWindow(0s)", transforms.TumblingWindow[int](0, 1), streams.ErrRange)
	checkBad(t, "TumblingWindow(0)", transforms.TumblingWindow[int](s, 0), streams.ErrRange)
	checkBad(t, "SessionWindow(0s)", transforms.SessionWindow[int](0, 1), streams.ErrRange)
	checkBad(t, "SessionWindow(0)", transforms.SessionWindow[int](s, 0), streams.ErrRange)
	checkBad(t, "SlidingWindow(0)", transforms.SlidingWindow[int](0, 1), streams.ErrRange)
	checkBad(t, "SlidingWindow(-1)", transforms.SlidingWindow[int](1, -1), streams.ErrRange)
	checkBad(t, "SlidingWindowTime(0s)", transforms.SlidingWindowTime[int](0, s, 1), streams.ErrRange)
	checkBad(t, "SlidingWindowTime(2s)", transforms.SlidingWindowTime[int](s, 2*s, 1), streams.ErrRange)
	checkBad(t, "SlidingWindowTime(0)", transforms.SlidingWindowTime[int](s, s, 0), streams.ErrRange)
}
