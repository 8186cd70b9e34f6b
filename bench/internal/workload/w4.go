package workload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/destel/rill"
	"github.com/reactivex/rxgo/v2"
	"github.com/reugn/go-streams/extension"
	"github.com/reugn/go-streams/flow"
	"github.com/samber/ro"

	"github.com/weirstreams/weir/streams"
)

// w4Chunk is the size of the buffers, of the reads and of the writes, where an engine can choose it.
const w4Chunk = 64 << 10

// bytesCopied is W4: bytes from a reader to a writer, each of which costs a copy.
func bytesCopied() []Workload {
	return []Workload{{
		Name:      "W4",
		Title:     "1 GiB from an io.Reader to an io.Writer, in chunks of 64 KiB",
		Unit:      "chunk",
		Size:      Size{Full: 1 << 30 / w4Chunk, Quick: 128 << 20 / w4Chunk, Test: 40},
		Reference: "io.CopyBuffer",
		Engines: []Engine{
			w4Engine("func-loop", "", w4Loop),
			w4Engine("io.CopyBuffer", "", w4CopyBuffer),
			w4Engine("weir", "", w4Weir),
			w4Engine("weir-ctx-sink", "", w4WeirCtxSink),
			w4Engine("weir-transform", "", w4WeirTransform),
			w4Engine("io.Pipe", "", w4Pipe),
			w4Engine("chan-recycle-0", "", w4Chan(0)),
			w4Engine("chan-recycle-16", "", w4Chan(16)),
			w4Engine("ro-one-buffer", roModule, w4Ro),
			w4Engine("rxgo", rxgoModule, w4Rx),
			w4Engine("go-streams", goStreamsModule, w4GoStreams),
			w4Engine("rill", rillModule, w4Rill),
			node("W4"),
		},
	}}
}

// w4Copy moves everything from src to dst.
type w4Copy func(ctx context.Context, dst io.Writer, src io.Reader) error

func w4Engine(name, library string, run w4Copy) Engine {
	return Engine{Name: name, Library: library, Prepare: func(chunks int) (Job, error) {
		src, dst := newW4Source(chunks), new(w4Destination)
		want := src.whole()
		return Job{Run: func(ctx context.Context) error {
			src.rewind()
			dst.forget()
			if err := run(ctx, dst, src); err != nil {
				return err
			}
			if dst.seen != want {
				return fmt.Errorf("got %+v, want %+v", dst.seen, want)
			}
			return nil
		}}, nil
	}}
}

// w4Loop is the least there is to do: one buffer, read and written through func values.
func w4Loop(_ context.Context, dst io.Writer, src io.Reader) error {
	return w4EachChunk(src, make([]byte, w4Chunk), func(chunk []byte) error { return w4Write(dst, chunk) })
}

// w4EachChunk reads into one buffer, again and again, until src ends.
func w4EachChunk(src io.Reader, buffer []byte, use func([]byte) error) error {
	for {
		n, err := src.Read(buffer)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := use(buffer[:n]); err != nil {
			return err
		}
	}
}

func w4Write(dst io.Writer, chunk []byte) error {
	_, err := dst.Write(chunk)
	return err
}

func w4CopyBuffer(_ context.Context, dst io.Writer, src io.Reader) error {
	_, err := io.CopyBuffer(dst, src, make([]byte, w4Chunk))
	return err
}

func w4Weir(ctx context.Context, dst io.Writer, src io.Reader) error {
	return streams.FromReader(src).PipeTo(ctx, streams.ToWriter(dst))
}

func w4Sink(dst io.Writer) *streams.WritableStream[[]byte] {
	return streams.SinkFunc(func(chunk []byte) error { return w4Write(dst, chunk) })
}

// w4WeirCtxSink has a sink of the user's, which may keep the chunks.
func w4WeirCtxSink(ctx context.Context, dst io.Writer, src io.Reader) error {
	return streams.FromReader(src).PipeTo(ctx, streams.NewWritableStream(streams.UnderlyingSink[[]byte]{
		Write: func(_ context.Context, chunk []byte, _ *streams.WritableController[[]byte]) error {
			return w4Write(dst, chunk)
		},
	}))
}

// w4WeirTransform has a stage on the way that looks at each chunk and passes it on.
func w4WeirTransform(ctx context.Context, dst io.Writer, src io.Reader) error {
	size := 0
	counter := streams.TransformFunc(func(chunk []byte, emit func([]byte)) error {
		size += len(chunk)
		emit(chunk)
		return nil
	}, nil)
	return streams.PipeThrough(streams.FromReader(src), counter).PipeTo(ctx, w4Sink(dst))
}

func w4Pipe(ctx context.Context, dst io.Writer, src io.Reader) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(w4CopyBuffer(ctx, w, src)) }()
	err := w4CopyBuffer(ctx, dst, r)
	r.CloseWithError(err)
	return err
}

// w4Chan sends full buffers over one channel and gets them back over another.
func w4Chan(buffer int) w4Copy {
	return func(_ context.Context, dst io.Writer, src io.Reader) error {
		// One buffer more for the reader and one for the writer to hold.
		count := buffer + 2
		free := make(chan []byte, count)
		for range count {
			free <- make([]byte, w4Chunk)
		}
		full := make(chan []byte, buffer)
		var readErr error // written before full is closed, read after
		go func() {
			defer close(full)
			for {
				chunk := <-free
				n, err := src.Read(chunk)
				if err == io.EOF {
					return
				}
				if err != nil {
					readErr = err
					return
				}
				full <- chunk[:n]
			}
		}()
		var writeErr error
		for chunk := range full {
			if writeErr == nil {
				writeErr = w4Write(dst, chunk)
			}
			free <- chunk[:w4Chunk]
		}
		return errors.Join(readErr, writeErr)
	}
}

// w4Ro uses one buffer for all chunks. It can do so because each chunk is written before the next is read; nothing in
// ro says so to those who put an asynchronous operator in between.
func w4Ro(ctx context.Context, dst io.Writer, src io.Reader) error {
	chunks := ro.NewObservable(func(destination ro.Observer[[]byte]) ro.Teardown {
		err := w4EachChunk(src, make([]byte, w4Chunk), func(chunk []byte) error {
			destination.Next(chunk)
			return nil
		})
		if err != nil {
			destination.Error(err)
			return nil
		}
		destination.Complete()
		return nil
	})
	var writeErr error
	wait := roSubscribe(ctx, chunks, func(chunk []byte) {
		if writeErr == nil {
			writeErr = w4Write(dst, chunk)
		}
	})
	return errors.Join(wait(), writeErr)
}

// The others have no place where a buffer could be given back, so they make a new one for every chunk.

func w4NewChunk(src io.Reader) ([]byte, error) {
	chunk := make([]byte, w4Chunk)
	n, err := src.Read(chunk)
	return chunk[:n], err
}

func w4Rx(_ context.Context, dst io.Writer, src io.Reader) error {
	chunks := rxgo.Create([]rxgo.Producer{func(_ context.Context, next chan<- rxgo.Item) {
		for {
			chunk, err := w4NewChunk(src)
			if err == io.EOF {
				return
			}
			if err != nil {
				next <- rxgo.Error(err)
				return
			}
			next <- rxgo.Of(chunk)
		}
	}})
	var writeErr error
	for item := range chunks.Observe() {
		if item.Error() {
			return item.E
		}
		if writeErr == nil {
			writeErr = w4Write(dst, item.V.([]byte))
		}
	}
	return writeErr
}

func w4GoStreams(_ context.Context, dst io.Writer, src io.Reader) error {
	silent := extension.WithLogger(slog.New(slog.DiscardHandler))
	source, err := extension.NewReaderSource(io.NopCloser(src), w4NewChunk, silent)
	if err != nil {
		return err
	}
	sink := extension.NewChanSink(make(chan any))
	go source.Via(flow.NewPassThrough()).To(sink)
	var writeErr error
	for chunk := range sink.Out {
		if writeErr == nil {
			writeErr = w4Write(dst, chunk.([]byte))
		}
	}
	return writeErr
}

func w4Rill(_ context.Context, dst io.Writer, src io.Reader) error {
	chunks := rill.Generate(func(send func([]byte), sendErr func(error)) {
		for {
			chunk, err := w4NewChunk(src)
			if err == io.EOF {
				return
			}
			if err != nil {
				sendErr(err)
				return
			}
			send(chunk)
		}
	})
	return rill.ForEach(chunks, 1, func(chunk []byte) error { return w4Write(dst, chunk) })
}
