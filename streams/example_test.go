package streams_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/weirstreams/weir/streams"
)

func ExampleReadableStream_PipeTo() {
	ctx := context.Background()
	words := streams.FromSlice([]string{"a", "weir", "holds", "water"})
	shout := streams.PipeThrough(words, streams.TransformFunc(func(word string, emit func(string)) error {
		emit(strings.ToUpper(word))
		return nil
	}, nil))
	err := shout.PipeTo(ctx, streams.SinkFunc(func(word string) error {
		fmt.Println(word)
		return nil
	}))
	fmt.Println(err)
	// Output:
	// A
	// WEIR
	// HOLDS
	// WATER
	// <nil>
}

func ExampleNewReadableStream() {
	next := 0
	squares := streams.NewReadableStream(streams.UnderlyingSource[int]{
		Pull: func(ctx context.Context, c *streams.ReadableController[int]) error {
			if next++; next > 3 {
				return c.Close()
			}
			return c.Enqueue(next * next)
		},
		Cancel: func(ctx context.Context, reason error) error {
			fmt.Println("cancelled:", reason)
			return nil
		},
	})
	for square, err := range squares.Values(context.Background()) {
		fmt.Println(square, err)
	}
	// Output:
	// 1 <nil>
	// 4 <nil>
	// 9 <nil>
}

func ExampleDefaultReader_Read() {
	ctx := context.Background()
	reader, err := streams.FromSlice([]string{"one", "two"}).GetReader()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer reader.ReleaseLock()
	for {
		chunk, err := reader.Read(ctx)
		if err == io.EOF {
			fmt.Println("the end")
			return
		}
		fmt.Println(chunk, err)
	}
	// Output:
	// one <nil>
	// two <nil>
	// the end
}

func ExampleDefaultWriter_Write() {
	ctx := context.Background()
	stream := streams.NewWritableStream(streams.UnderlyingSink[string]{
		Write: func(ctx context.Context, chunk string, _ *streams.WritableController[string]) error {
			fmt.Println("wrote", chunk)
			return nil
		},
		Close: func(ctx context.Context) error {
			fmt.Println("closed")
			return nil
		},
	})
	writer, err := stream.GetWriter()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, chunk := range []string{"one", "two"} {
		if err := writer.Write(ctx, chunk); err != nil { // waits while the queue is full
			fmt.Println(err)
		}
	}
	fmt.Println(writer.Close(ctx)) // waits for the sink
	// Output:
	// wrote one
	// wrote two
	// closed
	// <nil>
}

func ExampleReadableStream_Tee() {
	ctx := context.Background()
	a, b, err := streams.FromSlice([]int{1, 2, 3}).Tee()
	if err != nil {
		fmt.Println(err)
		return
	}
	one, err := a.Collect(ctx)
	fmt.Println(one, err)
	other, err := b.Collect(ctx)
	fmt.Println(other, err)
	// Output:
	// [1 2 3] <nil>
	// [1 2 3] <nil>
}

func ExampleReadableStream_ForEach() {
	errEnough := errors.New("enough")
	counter := 0
	numbers := streams.Generate(func() (int, error) { counter++; return counter, nil })
	err := numbers.ForEach(context.Background(), func(n int) error {
		if n == 3 {
			return errEnough // cancels the stream
		}
		fmt.Println(n)
		return nil
	})
	fmt.Println(err)
	// Output:
	// 1
	// 2
	// enough
}

func ExampleTransformFunc() {
	// The running sum, and at the end how many there were.
	sum, count := 0, 0
	sums := streams.TransformFunc(func(n int, emit func(string)) error {
		sum += n
		count++
		emit(fmt.Sprint(sum))
		return nil
	}, func(emit func(string)) error {
		emit(fmt.Sprintf("%d numbers", count))
		return nil
	})
	all, err := streams.PipeThrough(streams.FromSlice([]int{1, 2, 3}), sums).Collect(context.Background())
	fmt.Println(all, err)
	// Output: [1 3 6 3 numbers] <nil>
}

func ExampleNewTransformStream() {
	// A stage that may block, such as one that asks a server about each chunk.
	ask := streams.NewTransformStream(streams.Transformer[string, int]{
		Transform: func(ctx context.Context, name string, c *streams.TransformController[int]) error {
			return c.Enqueue(len(name))
		},
	}, streams.WithWritableStrategy(streams.CountQueuingStrategy[string](16)))
	lengths, err := streams.PipeThrough(streams.FromSlice([]string{"a", "weir"}), ask).Collect(context.Background())
	fmt.Println(lengths, err)
	// Output: [1 4] <nil>
}

// A goroutine that pushes: it writes to the one side of a transform stream without a Transform, and waits there for room.
func ExampleTransformStream() {
	ctx := context.Background()
	room := streams.WithReadableStrategy(streams.CountQueuingStrategy[int](16))
	queue := streams.NewTransformStream(streams.Transformer[int, int]{}, room)
	writer, err := queue.Writable().GetWriter()
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for n := range 100 {
			if writer.Write(ctx, n) != nil { // waits while the consumer is behind
				return // nobody reads any more
			}
		}
		_ = writer.Close(ctx) // an error that came meanwhile is the consumer's
	}()
	sum := 0
	err = queue.Readable().ForEach(ctx, func(n int) error { sum += n; return nil })
	fmt.Println(sum, err)
	// Output: 4950 <nil>
}

func ExampleChain() {
	add := func(n int) *streams.TransformStream[int, int] {
		return streams.TransformFunc(func(v int, emit func(int)) error { emit(v + n); return nil }, nil)
	}
	both := streams.Chain(add(1), add(10))
	all, err := streams.PipeThrough(streams.FromSlice([]int{1, 2}), both).Collect(context.Background())
	fmt.Println(all, err)
	// Output: [12 13] <nil>
}

func ExampleNewReadableByteStream() {
	file := strings.NewReader("bytes that go where the reader says")
	stream := streams.NewReadableByteStream(streams.UnderlyingByteSource{
		Pull: func(ctx context.Context, c *streams.ByteController) error {
			request := c.BYOBRequest()
			n, err := file.Read(request.View())
			if err == io.EOF {
				err = c.Close()
			}
			if err != nil {
				return err
			}
			return request.Respond(n) // 0 at the end: it gives the buffer back
		},
		AutoAllocateChunkSize: 16,
	})
	reader, err := stream.GetBYOBReader()
	if err != nil {
		fmt.Println(err)
		return
	}
	buffer := make([]byte, 10)
	for {
		n, err := reader.Read(context.Background(), buffer)
		fmt.Printf("%q %v\n", buffer[:n], err)
		if err != nil {
			return
		}
	}
	// Output:
	// "bytes that" <nil>
	// " go where " <nil>
	// "the reader" <nil>
	// " says" <nil>
	// "" EOF
}

func ExampleFromReader() {
	text := streams.FromReader(strings.NewReader("from any io.Reader\n"))
	err := text.PipeTo(context.Background(), streams.NewWritableStream(streams.UnderlyingSink[[]byte]{
		Write: func(ctx context.Context, chunk []byte, _ *streams.WritableController[[]byte]) error {
			_, err := os.Stdout.Write(chunk)
			return err
		},
	}))
	fmt.Println(err)
	// Output:
	// from any io.Reader
	// <nil>
}
