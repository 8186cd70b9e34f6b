package workload

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/destel/rill"
	"github.com/reactivex/rxgo/v2"
	gostreams "github.com/reugn/go-streams"
	"github.com/reugn/go-streams/flow"
	"github.com/samber/ro"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// fanOut is W5: one source to several consumers, each of which gets every int.
func fanOut() []Workload {
	return []Workload{fanOutTo(2, "tee", "broadcast"), fanOutTo(8, "broadcast", "tee")}
}

// fanOutTo has weir's ways in the order in which one would think of them.
func fanOutTo(consumers int, ways ...string) Workload {
	sum := intsTo{func(input []int) int { return consumers * total(input) }}
	w := Workload{
		Name:      fmt.Sprintf("W5/consumers=%d", consumers),
		Title:     fmt.Sprintf("one source to %d consumers, each of which sums", consumers),
		Unit:      "int",
		Size:      Size{Full: 100_000, Quick: 20_000, Test: 300},
		Reference: "func-loop",
		Engines: []Engine{
			sum.engine("func-loop", "", fanLoop(consumers)),
			sum.engine("chan-0", "", fanChan(consumers, 0)),
			sum.engine("chan-128", "", fanChan(consumers, 128)),
			sum.engine("chan-batch-256", "", fanBatch(consumers)),
			sum.engine("ro-Connectable", roModule, fanRo(consumers)),
			sum.engine("rxgo-Publish", rxgoModule, fanRx(consumers)),
			sum.engine("go-streams-FanOut", goStreamsModule, fanGoStreams(consumers)),
			sum.engine("rill-Tee", rillModule, fanRill(consumers)),
			node(fmt.Sprintf("W5/consumers=%d", consumers)),
		},
	}
	splits := map[string]weirSplit{"tee": weirTees, "broadcast": weirBroadcast}
	for i, way := range ways {
		w.Engines = slices.Insert(w.Engines, 1+i, sum.engine("weir-"+way, "", fanWeir(splits[way], consumers)))
	}
	return w
}

// fanLoop calls a function for each consumer.
func fanLoop(consumers int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		sums := make([]int, consumers)
		next := make([]push, consumers)
		for i := range next {
			next[i] = pushSum(&sums[i])
		}
		for _, x := range input {
			for _, consume := range next {
				if err := consume(x); err != nil {
					return 0, err
				}
			}
		}
		return total(sums), nil
	}
}

// weirSplit makes so many branches of a stream.
type weirSplit func(s *streams.ReadableStream[int], branches int) ([]*streams.ReadableStream[int], error)

// fanWeir pipes each of the branches to a sink.
func fanWeir(split weirSplit, consumers int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		branches, err := split(streams.FromSlice(input), consumers)
		if err != nil {
			return 0, err
		}
		sums := make([]int, len(branches))
		ended := make([]error, len(branches))
		var pipes sync.WaitGroup
		for i, branch := range branches {
			pipes.Go(func() { ended[i] = branch.PipeTo(ctx, weirSum(&sums[i])) })
		}
		pipes.Wait()
		return total(sums), errors.Join(ended...)
	}
}

func weirBroadcast(s *streams.ReadableStream[int], branches int) ([]*streams.ReadableStream[int], error) {
	return transforms.Broadcast(s, branches), nil
}

// weirTees makes a tree of tees; the branches are a power of 2.
func weirTees(s *streams.ReadableStream[int], branches int) ([]*streams.ReadableStream[int], error) {
	if branches == 1 {
		return []*streams.ReadableStream[int]{s}, nil
	}
	a, b, err := s.Tee()
	if err != nil {
		return nil, err
	}
	left, err := weirTees(a, branches/2)
	if err != nil {
		return nil, err
	}
	right, err := weirTees(b, branches/2)
	return append(left, right...), err
}

// gather runs a consumer for each input and returns the sum of what they return.
func gather[In any](inputs []In, consume func(In) int) int {
	sums := make([]int, len(inputs))
	var consumers sync.WaitGroup
	for i, in := range inputs {
		consumers.Go(func() { sums[i] = consume(in) })
	}
	consumers.Wait()
	return total(sums)
}

func fanChan(consumers, buffer int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return gather(sendToAll(input, consumers, buffer), chanSum), nil
	}
}

func sendToAll(input []int, consumers, buffer int) []<-chan int {
	outputs := make([]chan int, consumers)
	receivers := make([]<-chan int, consumers)
	for i := range outputs {
		outputs[i] = make(chan int, buffer)
		receivers[i] = outputs[i]
	}
	go func() {
		for _, x := range input {
			for _, out := range outputs {
				out <- x
			}
		}
		for _, out := range outputs {
			close(out)
		}
	}()
	return receivers
}

// fanBatch sends the same slice to all: its consumers must not change it.
func fanBatch(consumers int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		outputs := make([]chan []int, consumers)
		for i := range outputs {
			outputs[i] = make(chan []int)
		}
		go func() {
			for batch := range batchSource(input, 0) {
				for _, out := range outputs {
					out <- batch
				}
			}
			for _, out := range outputs {
				close(out)
			}
		}()
		return gather(outputs, func(in chan []int) int { return batchSum(in) }), nil
	}
}

// fanRo is synchronous: the consumers are called one after the other.
func fanRo(consumers int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		shared := ro.Connectable(ro.FromSlice(input))
		sums := make([]int, consumers)
		waits := make([]func() error, consumers)
		for i := range sums {
			waits[i] = roSubscribe(ctx, shared, func(x int) { sums[i] += x })
		}
		shared.ConnectWithContext(ctx)
		var errs []error
		for _, wait := range waits {
			errs = append(errs, wait())
		}
		return total(sums), errors.Join(errs...)
	}
}

func fanRx(consumers int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		shared := rxFromChannel(input, rxgo.WithPublishStrategy())
		observers := make([]<-chan rxgo.Item, consumers)
		for i := range observers {
			observers[i] = shared.Observe()
		}
		_, disconnect := shared.Connect(ctx)
		defer disconnect()
		return gather(observers, func(items <-chan rxgo.Item) int {
			sum := 0
			for item := range items {
				sum += item.V.(int)
			}
			return sum
		}), nil
	}
}

func fanGoStreams(consumers int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		outputs := flow.FanOut(gsSource(input, 0), consumers)
		return gather(outputs, func(out gostreams.Flow) int { return gsSum(out, 0) }), nil
	}
}

// fanRill makes a tree of tees.
func fanRill(consumers int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return gather(rillTees(rill.FromSlice(input, nil), consumers), func(in <-chan rill.Try[int]) int {
			sum := 0
			for x := range in {
				sum += x.Value
			}
			return sum
		}), nil
	}
}

func rillTees(in <-chan rill.Try[int], n int) []<-chan rill.Try[int] {
	if n == 1 {
		return []<-chan rill.Try[int]{in}
	}
	a, b := rill.Tee(in)
	return append(rillTees(a, n/2), rillTees(b, n/2)...)
}
