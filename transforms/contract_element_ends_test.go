package transforms_test

import (
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func endSubjects() []subject {
	return []subject{
		operator[int, int]{
			name: "StartWith", aheadAtStart: 0, aheadAfterRead: 1,
			input: number,
			stage: func() pair[int, int] { return transforms.StartWith(-1) },
			want:  func(in []int) []int { return append([]int{-1}, in...) },
		}.subject(),
		operator[int, int]{
			name: "EndWith", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.EndWith(-2, -1) },
			want:  func(in []int) []int { return append(in, -2, -1) },
		}.subject(),
		operator[int, int]{
			name: "DefaultIfEmpty", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.DefaultIfEmpty(-1) },
			want: func(in []int) []int {
				if len(in) == 0 {
					return []int{-1}
				}
				return in
			},
		}.subject(),
		operator[int, int]{
			name: "ThrowIfEmpty", aheadAtStart: 1, aheadAfterRead: 2,
			input:       number,
			stage:       func() pair[int, int] { return transforms.ThrowIfEmpty[int](errBoom) },
			errorOfNone: errBoom,
			want:        same[[]int],
		}.subject(),
		operator[int, int]{
			name: "Tap", aheadAtStart: 1, aheadAfterRead: 2,
			input:     number,
			stage:     func() pair[int, int] { return transforms.Tap(func(int) {}) },
			want:      same[[]int],
			panicking: func() pair[int, int] { return transforms.Tap(func(int) { panic(errBoom) }) },
		}.subject(),
		operator[int, int]{
			name: "Finalize", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] {
				return transforms.Finalize[int](func(context.Context, error) error { return nil })
			},
			want: same[[]int],
			failing: func() pair[int, int] {
				return transforms.Finalize[int](func(context.Context, error) error { return errBoom })
			},
			panicking: func() pair[int, int] {
				return transforms.Finalize[int](func(context.Context, error) error { panic(errBoom) })
			},
			lateCallback: true,
		}.subject(),
		operator[int, transforms.Notification[int]]{
			name: "Materialize", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, transforms.Notification[int]] { return transforms.Materialize[int]() },
			want: func(in []int) (out []transforms.Notification[int]) {
				for _, x := range in {
					out = append(out, transforms.Notification[int]{Value: x})
				}
				return append(out, transforms.Notification[int]{Err: io.EOF})
			},
			takesErrors: true,
		}.subject(),
		operator[transforms.Notification[int], int]{
			name: "Dematerialize", aheadAtStart: 1, aheadAfterRead: 2,
			input: func(i int) transforms.Notification[int] { return transforms.Notification[int]{Value: i} },
			stage: func() pair[transforms.Notification[int], int] { return transforms.Dematerialize[int]() },
			want:  func(in []transforms.Notification[int]) []int { return inputs(number, len(in)) },
		}.subject(),
		operator[int, int]{
			name: "Catch", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] {
				return transforms.Catch(func(error) *streams.ReadableStream[int] { return unending() })
			},
			want: same[[]int],
			panicking: func() pair[int, int] {
				return streams.Chain(failing(), transforms.Catch(func(error) *streams.ReadableStream[int] { panic(errBoom) }))
			},
			lateCallback: true,
			takesErrors:  true,
		}.subject(),
		operator[int, int]{
			name: "OnErrorReturn", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.OnErrorReturn(func(error) int { return -1 }) },
			want:  same[[]int],
			panicking: func() pair[int, int] {
				return streams.Chain(failing(), transforms.OnErrorReturn(func(error) int { panic(errBoom) }))
			},
			lateCallback: true,
			takesErrors:  true,
		}.subject(),
	}
}

// failing makes a stage that fails at its first chunk.
func failing() pair[int, int] {
	return transforms.MapErr(func(context.Context, int) (int, error) { return 0, errBoom })
}
