package workload

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/destel/rill"
	"github.com/reugn/go-streams/flow"
	"github.com/samber/ro"

	"github.com/weirstreams/weir/streams"
)

var marks = []int{0, 1, 16, 128, 1024}

// handOver is W3: from one goroutine to another, with a queue of so many ints between them.
func handOver() []Workload {
	sum := intsTo{total}
	var list []Workload
	for _, mark := range marks {
		w := Workload{
			Name:      fmt.Sprintf("W3/mark=%d", mark),
			Title:     fmt.Sprintf("ints from one goroutine to another, %d queued between them", mark),
			Unit:      "int",
			Size:      ints200K,
			Reference: "chan-ctx",
			Engines: []Engine{
				sum.engine("chan-ctx", "", handOverChanCtx(mark)),
				sum.engine("chan", "", handOverChan(mark)),
				sum.engine("weir", "", handOverWeir(mark)),
				sum.engine("rxgo", rxgoModule, handOverRx(mark)),
				sum.engine("go-streams", goStreamsModule, handOverGoStreams(mark)),
				sum.engine("rill", rillModule, handOverRill(mark)),
				node(fmt.Sprintf("W3/mark=%d", mark)),
			},
		}
		if mark > 0 { // ro refuses a buffer of 0
			w.Engines = append(w.Engines, sum.engine("ro-ObserveOn", roModule, handOverRo(mark)))
		}
		list = append(list, w)
	}
	return list
}

func handOverChan(buffer int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return chanSum(chanSource(input, buffer)), nil
	}
}

func handOverChanCtx(buffer int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		return chanSumCtx(ctx, chanSourceCtx(ctx, input, buffer))
	}
}

// handOverWeir writes to one side of an identity transform and reads from the other. The mark is the readable side's;
// the writable side holds one chunk more.
func handOverWeir(mark int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		between := weirBetween(mark)
		written := make(chan error, 1)
		go func() { written <- weirWriteAll(ctx, between.Writable(), input) }()
		sum, err := weirReadAll(ctx, between.Readable())
		return sum, errors.Join(err, <-written)
	}
}

func weirBetween(mark int, opts ...streams.TransformOption) *streams.TransformStream[int, int] {
	opts = append(opts, streams.WithReadableStrategy(streams.CountQueuingStrategy[int](mark)))
	return streams.NewTransformStream(streams.Transformer[int, int]{}, opts...)
}

func handOverRx(buffer int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return rxSum(rxCreate(input, buffer))
	}
}

func handOverGoStreams(buffer int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		return gsSum(gsSource(input, buffer).Via(flow.NewPassThrough()), buffer), nil
	}
}

// handOverRill has no Buffer where there is nothing to queue: rill's channels are unbuffered by themselves.
func handOverRill(buffer int) runInts {
	return func(_ context.Context, input []int) (int, error) {
		s := rillUnbuffered(input)
		if buffer > 0 {
			s = rill.Buffer(s, buffer)
		}
		return rillSum(s)
	}
}

func handOverRo(buffer int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		return roSum(ctx, ro.Pipe1(ro.FromSlice(input), ro.ObserveOn[int](buffer)))
	}
}

// handOverBatches is W3 by those who hand over many ints at once: 256 a call, of which four calls' worth may be queued.
func handOverBatches() []Workload {
	const queued = 4
	sum := intsTo{total}
	return []Workload{{
		Name:      "W3-batch",
		Title:     "W3 in batches of 256",
		Unit:      "int",
		Size:      Size{Full: 1_000_000, Quick: 200_000, Test: 1_000},
		Reference: "chan-batch-256",
		Engines: []Engine{
			sum.engine("chan-batch-256", "", batchesTo(queued)),
			sum.engine("weir", "", batchesWeir(queued*batchSize)),
		},
	}}
}

func batchesWeir(mark int) runInts {
	return func(ctx context.Context, input []int) (int, error) {
		between := weirBetween(mark, streams.WithWritableStrategy(streams.CountQueuingStrategy[int](batchSize)))
		written := make(chan error, 1)
		go func() { written <- weirWriteBatches(ctx, between.Writable(), input) }()
		sum, err := weirReadBatches(ctx, between.Readable())
		return sum, errors.Join(err, <-written)
	}
}

func weirWriteBatches(ctx context.Context, s *streams.WritableStream[int], input []int) error {
	writer, err := s.GetWriter()
	if err != nil {
		return err
	}
	for len(input) > 0 {
		n := min(batchSize, len(input))
		if _, err := writer.WriteBatch(ctx, input[:n]); err != nil {
			return errors.Join(err, writer.Abort(ctx, err))
		}
		input = input[n:]
	}
	return writer.Close(ctx)
}

func weirReadBatches(ctx context.Context, s *streams.ReadableStream[int]) (int, error) {
	reader, err := s.GetReader()
	if err != nil {
		return 0, err
	}
	batch := make([]int, batchSize)
	sum := 0
	for {
		n, err := reader.ReadBatch(ctx, batch)
		if err == io.EOF {
			return sum, nil
		}
		if err != nil {
			return sum, errors.Join(err, reader.Cancel(ctx, err))
		}
		sum += total(batch[:n])
	}
}
