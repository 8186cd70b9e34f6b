package transforms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/sony/gobreaker/v2"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// Eight pages at a time, in the order of their addresses.
func ExampleMapConcurrent() {
	fetch := func(_ context.Context, page int) (string, error) { return fmt.Sprint("page ", page), nil }
	pages := streams.FromSlice([]int{1, 2, 3})
	fetched := streams.PipeThrough(pages, transforms.MapConcurrent(8, fetch))
	fmt.Println(fetched.Collect(context.Background()))
	// Output: [page 1 page 2 page 3] <nil>
}

func ExampleMapConcurrentUnordered() {
	second := make(chan struct{})
	fetch := func(_ context.Context, page int) (int, error) {
		if page == 1 {
			<-second // it takes longer than the other
		} else {
			defer time.AfterFunc(10*time.Millisecond, func() { close(second) })
		}
		return page, nil
	}
	pages := streams.FromSlice([]int{1, 2})
	fetched := streams.PipeThrough(pages, transforms.MapConcurrentUnordered(8, fetch))
	fmt.Println(fetched.Collect(context.Background()))
	// Output: [2 1] <nil>
}

func ExampleMergeMap() {
	files := streams.FromSlice([]string{"ab", "cd"})
	letters := streams.PipeThrough(files, transforms.MergeMap(2, func(file string) *streams.ReadableStream[string] {
		return streams.FromSlice([]string{file[:1], file[1:]})
	}))
	got, err := letters.Collect(context.Background())
	slices.Sort(got)
	fmt.Println(got, err)
	// Output: [a b c d] <nil>
}

// Of searches only the results of the last are wanted.
func ExampleSwitchMap() {
	typed := streams.FromSlice([]string{"we", "weir"})
	results := streams.PipeThrough(typed, transforms.SwitchMap(func(text string) *streams.ReadableStream[string] {
		if text == "weir" {
			return streams.FromSlice([]string{"a low dam"})
		}
		return streams.FromChan(make(chan string)) // it takes long
	}))
	fmt.Println(results.Collect(context.Background()))
	// Output: [a low dam] <nil>
}

// Clicks do nothing as long as what the first has begun goes on.
func ExampleExhaustMap() {
	results := make(chan string)
	clicks := streams.FromSlice([]int{1, 2, 3})
	shown := streams.PipeThrough(clicks, transforms.ExhaustMap(func(click int) *streams.ReadableStream[string] {
		time.AfterFunc(10*time.Millisecond, func() {
			results <- fmt.Sprint("result of click ", click)
			close(results)
		})
		return streams.FromChan(results)
	}))
	fmt.Println(shown.Collect(context.Background()))
	// Output: [result of click 1] <nil>
}

func ExamplePartition() {
	even, odd := transforms.Partition(streams.FromSlice([]int{1, 2, 3, 4}), func(x int) bool { return x%2 == 0 })
	var reading sync.WaitGroup
	var evens, odds []int
	reading.Go(func() { evens, _ = even.Collect(context.Background()) })
	reading.Go(func() { odds, _ = odd.Collect(context.Background()) })
	reading.Wait()
	fmt.Println(evens, odds)
	// Output: [2 4] [1 3]
}

// Two consumers that take turns.
func ExampleRoundRobin() {
	branches := transforms.RoundRobin(streams.FromSlice([]int{1, 2, 3, 4}), 2)
	var reading sync.WaitGroup
	got := make([][]int, 2)
	for i, branch := range branches {
		reading.Go(func() { got[i], _ = branch.Collect(context.Background()) })
	}
	reading.Wait()
	fmt.Println(got)
	// Output: [[1 3] [2 4]]
}

// Two consumers, each of which takes what it can.
func ExampleBalance() {
	branches := transforms.Balance(streams.FromSlice([]int{1, 2, 3, 4}), 2)
	var reading sync.WaitGroup
	got := make([][]int, 2)
	for i, branch := range branches {
		reading.Go(func() { got[i], _ = branch.Collect(context.Background()) })
	}
	reading.Wait()
	fmt.Println(len(got[0]) + len(got[1]))
	// Output: 4
}

func ExampleGroupBy() {
	ctx := context.Background()
	words := streams.FromSlice([]string{"weir", "dam", "lock", "sea"})
	byLength := streams.PipeThrough(words, transforms.GroupBy(10, func(word string) int { return len(word) }))
	var reading sync.WaitGroup
	var mu sync.Mutex
	var lines []string
	err := byLength.ForEach(ctx, func(group transforms.Group[int, string]) error {
		reading.Go(func() {
			words, _ := group.Readable.Collect(ctx)
			mu.Lock()
			defer mu.Unlock()
			lines = append(lines, fmt.Sprint(group.Key, " ", words))
		})
		return nil
	})
	reading.Wait()
	slices.Sort(lines)
	fmt.Println(lines, err)
	// Output: [3 [dam sea] 4 [weir lock]] <nil>
}

func ExampleGroup() {
	words := streams.FromSlice([]string{"weir"})
	groups := streams.PipeThrough(words, transforms.GroupBy(10, func(word string) int { return len(word) }))
	err := groups.ForEach(context.Background(), func(group transforms.Group[int, string]) error {
		fmt.Println(group.Key)
		return group.Readable.Cancel(context.Background(), nil) // else its chunk waits for a consumer
	})
	fmt.Println(err)
	// Output:
	// 4
	// <nil>
}

func ExampleErrTooManyGroups() {
	words := streams.FromSlice([]string{"weir", "dam"})
	groups := streams.PipeThrough(words, transforms.GroupBy(1, func(word string) int { return len(word) }))
	err := groups.ForEach(context.Background(), func(group transforms.Group[int, string]) error {
		_, err := group.Readable.Collect(context.Background())
		return err
	})
	fmt.Println(errors.Is(err, transforms.ErrTooManyGroups))
	// Output: true
}

// fails so many times and then succeeds.
func fails(times int) func(context.Context) error {
	return func(context.Context) error {
		if times--; times >= 0 {
			return errors.New("no connection")
		}
		return nil
	}
}

func ExampleRetry() {
	connect := fails(2)
	events := transforms.Retry(func(ctx context.Context) (*streams.ReadableStream[string], error) {
		if err := connect(ctx); err != nil {
			return nil, err
		}
		return streams.FromSlice([]string{"hello"}), nil
	}, transforms.RetryOptions{
		Backoff: func() transforms.Backoff { return backoff.NewConstantBackOff(time.Millisecond) },
	})
	fmt.Println(events.Collect(context.Background()))
	// Output: [hello] <nil>
}

func ExampleRestart() {
	events := transforms.Restart(func(context.Context) (*streams.ReadableStream[string], error) {
		return streams.FromSlice([]string{"hello"}), nil
	}, transforms.RetryOptions{
		Backoff: func() transforms.Backoff { return backoff.NewConstantBackOff(time.Millisecond) },
	})
	some := streams.PipeThrough(events, transforms.Take[string](3))
	fmt.Println(some.Collect(context.Background()))
	// Output: [hello hello hello] <nil>
}

func ExampleRetryOptions() {
	_, err := transforms.Retry(func(context.Context) (*streams.ReadableStream[string], error) {
		return nil, errors.New("no connection")
	}, transforms.RetryOptions{
		Backoff:  func() transforms.Backoff { return backoff.NewConstantBackOff(time.Millisecond) },
		MaxTries: 3,
	}).Collect(context.Background())
	fmt.Println(err)
	// Output: transforms: gave up after 3 tries: no connection
}

func ExampleBackoff() {
	var policy transforms.Backoff = &backoff.ExponentialBackOff{
		InitialInterval: 100 * time.Millisecond,
		Multiplier:      2,
		MaxInterval:     time.Minute,
	}
	policy.Reset()
	fmt.Println(policy.NextBackOff(), policy.NextBackOff(), policy.NextBackOff())
	// Output: 100ms 200ms 400ms
}

func ExampleRetrying() {
	connect := fails(2)
	send := func(ctx context.Context, message string) (int, error) { return len(message), connect(ctx) }
	messages := streams.FromSlice([]string{"hello"})
	sent := streams.PipeThrough(messages, transforms.MapConcurrent(8, transforms.Retrying(send, transforms.RetryOptions{
		Backoff: func() transforms.Backoff { return backoff.NewConstantBackOff(time.Millisecond) },
	})))
	fmt.Println(sent.Collect(context.Background()))
	// Output: [5] <nil>
}

func ExampleBreaking() {
	breaker := gobreaker.NewCircuitBreaker[int](gobreaker.Settings{Name: "mail"})
	send := func(_ context.Context, message string) (int, error) { return len(message), nil }
	messages := streams.FromSlice([]string{"hello"})
	sent := streams.PipeThrough(messages, transforms.MapErr(transforms.Breaking(breaker, send)))
	fmt.Println(sent.Collect(context.Background()))
	// Output: [5] <nil>
}

func ExampleBreaker() {
	var breaker transforms.Breaker[int] = gobreaker.NewCircuitBreaker[int](gobreaker.Settings{
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures > 1 },
	})
	for range 3 {
		_, err := breaker.Execute(func() (int, error) { return 0, errors.New("no connection") })
		fmt.Println(err)
	}
	// Output:
	// no connection
	// no connection
	// circuit breaker is open
}
