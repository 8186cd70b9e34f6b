package operators

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/weirstreams/weir/bench/internal/workload"
	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// long is a time that does not pass: what is measured is what the clock costs where it does nothing.
const long = time.Hour

// windows are the operators that collect by weight and by the clock.
func windows() []workload.Engine {
	const n = 100
	type slices = *streams.TransformStream[int, []int]
	type windows = streams.ReadableWritablePair[int, *streams.ReadableStream[int]]
	ofN := func(ints int) int { return ints / n }
	weight := func(int) int { return 1 }
	read := func(name string, build func() windows) workload.Engine { // one after the other
		return stage[int](name, func() pair {
			return streams.Chain(build(), transforms.ConcatMap(
				func(w *streams.ReadableStream[int]) *streams.ReadableStream[int] { return w }))
		}, all)
	}
	return []workload.Engine{
		stage[[]int]("BatchWithin", func() slices { return transforms.BatchWithin[int](n, long) }, ofN),
		stage[[]int]("BatchWeight", func() slices { return transforms.BatchWeight(n, weight) }, ofN),
		stage[[]int]("BatchWeightWithin", func() slices { return transforms.BatchWeightWithin(n, weight, long) }, ofN),
		stage[[]int]("TumblingWindow", func() slices { return transforms.TumblingWindow[int](long, n) }, ofN),
		stage[[]int]("SessionWindow", func() slices { return transforms.SessionWindow[int](long, n) }, ofN),
		stage[[]int]("SlidingWindowTime", func() slices {
			return transforms.SlidingWindowTime[int](long, long, streams.Unbounded)
		}, one),
		read("TumblingWindowStreams", func() windows { return transforms.TumblingWindowStreams[int](long, n) }),
		read("SessionWindowStreams", func() windows { return transforms.SessionWindowStreams[int](long, n) }),
	}
}

// paces are the operators that look at when a chunk comes or is wanted.
func paces() []workload.Engine {
	const n = 100
	return []workload.Engine{
		stage[int]("Debounce", func() transform { return transforms.Debounce[int](long) }, one),
		stage[int]("Throttle", func() transform { return transforms.Throttle[int](long) }, one),
		stage[int]("Audit", func() transform { return transforms.Audit[int](long) }, one),
		stage[int]("Sample", func() transform { return transforms.Sample[int](long) }, one),
		stage[int]("RateLimit", func() transform {
			return transforms.RateLimit[int](rate.NewLimiter(rate.Inf, 1))
		}, all),
		stage[int]("Delay", func() transform { return transforms.Delay[int](time.Microsecond, n) }, all),
		stage[int]("Timeout", func() pair { return transforms.Timeout[int](long) }, all),
		stage[int]("TimeoutFirst", func() pair { return transforms.TimeoutFirst[int](long) }, all),
		stage[int]("TimeoutWhole", func() transform { return transforms.TimeoutWhole[int](long) }, all),
		stage[int]("TimeoutConsumer", func() transform { return transforms.TimeoutConsumer[int](long) }, all),
		stage[int]("KeepAlive", func() pair { return transforms.KeepAlive(long, func() int { return 0 }) }, all),
		stage[int]("Expand", func() pair {
			return transforms.Expand(func(int, int) (int, bool) { return 0, false })
		}, all),
		stage[int]("Buffer", func() pair { return transforms.Buffer[int](n, transforms.Wait) }, all),
		stage[int]("Conflate", func() pair {
			return transforms.Conflate(func(x int) int { return x }, add)
		}, anyNumber),
	}
}
