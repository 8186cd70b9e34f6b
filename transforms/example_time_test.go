package transforms_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// never is a stream that gives nothing.
func never() *streams.ReadableStream[int] { return streams.FromChan(make(chan int)) }

// A search is made when the user has stopped typing.
func ExampleDebounce() {
	typed := streams.FromSlice([]string{"w", "we", "wei", "weir"})
	searches := streams.PipeThrough(typed, transforms.Debounce[string](300*time.Millisecond))
	fmt.Println(searches.Collect(context.Background()))
	// Output: [weir] <nil>
}

func ExampleThrottle() {
	clicks := streams.FromSlice([]int{1, 2, 3})
	first := streams.PipeThrough(clicks, transforms.Throttle[int](time.Second))
	fmt.Println(first.Collect(context.Background()))
	// Output: [1] <nil>
}

func ExampleThrottleOptions() {
	positions := streams.FromSlice([]int{1, 2, 3})
	shown := streams.PipeThrough(positions, transforms.Throttle[int](time.Second, transforms.ThrottleOptions{Trailing: true}))
	fmt.Println(shown.Collect(context.Background()))
	// Output: [1 3] <nil>
}

func ExampleAudit() {
	positions := streams.FromSlice([]int{1, 2, 3})
	latest := streams.PipeThrough(positions, transforms.Audit[int](time.Second))
	fmt.Println(latest.Collect(context.Background()))
	// Output: [3] <nil>
}

func ExampleSample() {
	levels := streams.FromSlice([]int{1, 2, 3})
	latest := streams.PipeThrough(levels, transforms.Sample[int](time.Second))
	fmt.Println(latest.Collect(context.Background()))
	// Output: [3] <nil>
}

func ExampleDelay() {
	start := time.Now()
	numbers := streams.FromSlice([]int{1, 2, 3})
	later := streams.PipeThrough(numbers, transforms.Delay[int](10*time.Millisecond, 100))
	fmt.Println(later.Collect(context.Background()))
	fmt.Println(time.Since(start) >= 10*time.Millisecond)
	// Output:
	// [1 2 3] <nil>
	// true
}

// At most 100 requests a second, of which 10 may come at once.
func ExampleRateLimit() {
	requests := streams.FromSlice([]string{"a", "b", "c"})
	limited := streams.PipeThrough(requests, transforms.RateLimit[string](rate.NewLimiter(100, 10)))
	fmt.Println(limited.Collect(context.Background()))
	// Output: [a b c] <nil>
}

// At most a megabyte a second.
func ExampleRateLimitBy() {
	chunks := streams.FromSlice([][]byte{[]byte("weir"), []byte("dam")})
	limiter := rate.NewLimiter(1e6, 1<<16)
	limited := streams.PipeThrough(chunks, transforms.RateLimitBy(limiter, func(chunk []byte) int { return len(chunk) }))
	fmt.Println(limited.Collect(context.Background()))
	// Output: [[119 101 105 114] [100 97 109]] <nil>
}

func ExampleTimeout() {
	quick := streams.PipeThrough(never(), transforms.Timeout[int](time.Millisecond))
	_, err := quick.Collect(context.Background())
	fmt.Println(err)
	// Output: transforms: timeout: no chunk within 1ms
}

func ExampleErrTimeout() {
	quick := streams.PipeThrough(never(), transforms.Timeout[int](time.Millisecond))
	_, err := quick.Collect(context.Background())
	fmt.Println(errors.Is(err, transforms.ErrTimeout))
	// Output: true
}

func ExampleTimeoutFirst() {
	quick := streams.PipeThrough(never(), transforms.TimeoutFirst[int](time.Millisecond))
	_, err := quick.Collect(context.Background())
	fmt.Println(err)
	// Output: transforms: timeout: no chunk within 1ms
}

func ExampleTimeoutWhole() {
	quick := streams.PipeThrough(never(), transforms.TimeoutWhole[int](time.Millisecond))
	_, err := quick.Collect(context.Background())
	fmt.Println(err)
	// Output: transforms: timeout: no end within 1ms
}

// A client that does not read is let go.
func ExampleTimeoutConsumer() {
	messages := streams.PipeThrough(streams.FromSlice([]int{1, 2}), transforms.TimeoutConsumer[int](time.Millisecond))
	reader, err := messages.GetReader()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(reader.Closed(context.Background()))
	// Output: transforms: timeout: nobody took a chunk within 1ms
}

func ExampleKeepAlive() {
	alive := streams.PipeThrough(never(), transforms.KeepAlive(time.Millisecond, func() int { return -1 }))
	pings := streams.PipeThrough(alive, transforms.Take[int](2))
	fmt.Println(pings.Collect(context.Background()))
	// Output: [-1 -1] <nil>
}

// A display that asks faster than positions come gets estimates.
func ExampleExpand() {
	estimate := func(last, n int) (int, bool) { return last + n, true }
	positions := streams.PipeThrough(streams.FromChan(oneChunk(100)), transforms.Expand(estimate))
	shown := streams.PipeThrough(positions, transforms.Take[int](3))
	fmt.Println(shown.Collect(context.Background()))
	// Output: [100 101 102] <nil>
}

// oneChunk is a channel with one value that is not closed.
func oneChunk(x int) <-chan int {
	ch := make(chan int, 1)
	ch <- x
	return ch
}

func ExampleInterval() {
	ticks := streams.PipeThrough(transforms.Interval(time.Millisecond), transforms.Take[time.Time](2))
	got, err := ticks.Collect(context.Background())
	fmt.Println(len(got), got[1].After(got[0]), err)
	// Output: 2 true <nil>
}

func ExampleTimer() {
	start := time.Now()
	got, err := transforms.Timer(time.Millisecond).Collect(context.Background())
	fmt.Println(len(got), got[0].After(start), err)
	// Output: 1 true <nil>
}
