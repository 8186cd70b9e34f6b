package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/weirstreams/weir/streams"
)

var w3Marks = []int{0, 1, 16, 128, 1024}

// BenchmarkW3 is the hand-over between two goroutines, through a buffer of so many ints.
func BenchmarkW3(b *testing.B) {
	input := ints(size(200_000, 2_000))
	for _, mark := range w3Marks {
		compare(b, w3Engines(mark), fmt.Sprintf("/mark=%d", mark), input, w3Sum(input))
	}
}

func TestW3EnginesAgree(t *testing.T) {
	input := ints(1000)
	for _, mark := range w3Marks {
		agree(t, w3Engines(mark), input, w3Sum(input))
	}
}

func w3Sum(input []int) int {
	sum := 0
	for _, x := range input {
		sum += x
	}
	return sum
}

func w3Engines(mark int) []engine {
	return []engine{
		{"weir", w3Weir(mark)},
		{"chan", w3Chan(mark)},
		{"chan-ctx", w3ChanCtx(mark)},
		{"rxgo-create", w3RxCreate(mark)},
	}
}

// w3Weir writes to one side of an identity transform and reads from the other. The mark is the readable side's; the
// writable side holds one chunk more.
func w3Weir(mark int) func(context.Context, []int) (int, error) {
	return func(ctx context.Context, input []int) (int, error) {
		boundary := streams.NewTransformStream(streams.Transformer[int, int]{},
			streams.WithReadableStrategy(streams.CountQueuingStrategy[int](mark)))
		written := make(chan error, 1)
		go func() { written <- writeAll(ctx, boundary.Writable(), input) }()
		sum, err := readAll(ctx, boundary.Readable())
		return sum, errors.Join(err, <-written)
	}
}

// writeAll writes the input and closes the stream, or aborts it with the error that stopped it.
func writeAll(ctx context.Context, s *streams.WritableStream[int], input []int) error {
	writer, err := s.GetWriter()
	if err != nil {
		return err
	}
	for _, x := range input {
		if err := writer.Write(ctx, x); err != nil {
			return errors.Join(err, writer.Abort(ctx, err))
		}
	}
	return writer.Close(ctx)
}

// readAll reads to the end and returns the sum, or cancels the stream with the error that stopped it.
func readAll(ctx context.Context, s *streams.ReadableStream[int]) (int, error) {
	reader, err := s.GetReader()
	if err != nil {
		return 0, err
	}
	sum := 0
	for {
		x, err := reader.Read(ctx)
		if errors.Is(err, io.EOF) {
			return sum, nil
		}
		if err != nil {
			return sum, errors.Join(err, reader.Cancel(ctx, err))
		}
		sum += x
	}
}

func w3Chan(buffer int) func(context.Context, []int) (int, error) {
	return func(_ context.Context, input []int) (int, error) {
		return chanSum(chanSource(input, buffer)), nil
	}
}

func w3ChanCtx(buffer int) func(context.Context, []int) (int, error) {
	return func(ctx context.Context, input []int) (int, error) {
		return chanSumCtx(ctx, chanSourceCtx(ctx, input, buffer))
	}
}

func w3RxCreate(buffer int) func(context.Context, []int) (int, error) {
	return func(_ context.Context, input []int) (int, error) {
		return rxSum(rxCreate(input, buffer))
	}
}
