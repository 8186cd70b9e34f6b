package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirstreams/weir/streams"
)

// w4Chunk is the size of the buffers, of the reads and of the writes, where an engine can choose it.
const w4Chunk = 64 << 10

// BenchmarkW4 is bytes from a reader to a writer.
func BenchmarkW4(b *testing.B) {
	chunks := size(1<<30, 16<<20) / w4Chunk
	for _, e := range w4Engines() {
		b.Run(e.name, func(b *testing.B) {
			src, dst := newW4Source(chunks), new(w4Destination)
			b.SetBytes(int64(chunks) * w4Chunk)
			measure(b, chunks, func() error { return e.check(b.Context(), dst, src) })
		})
	}
}

func TestW4EnginesAgree(t *testing.T) {
	for _, e := range w4Engines() {
		if err := e.check(t.Context(), new(w4Destination), newW4Source(40)); err != nil {
			t.Error(err)
		}
	}
}

// w4Engine moves everything from src to dst.
type w4Engine struct {
	name string
	run  func(ctx context.Context, dst io.Writer, src io.Reader) error
}

// check moves all of src once, from its beginning, and says how what arrived differs from it.
func (e w4Engine) check(ctx context.Context, dst *w4Destination, src *w4Source) error {
	src.rewind()
	dst.forget()
	if err := e.run(ctx, dst, src); err != nil {
		return fmt.Errorf("%s: %w", e.name, err)
	}
	if want := src.whole(); dst.seen != want {
		return fmt.Errorf("%s: got %+v, want %+v", e.name, dst.seen, want)
	}
	return nil
}

func w4Engines() []w4Engine {
	return []w4Engine{
		{"func-loop", w4Loop},
		{"io.CopyBuffer", w4CopyBuffer},
		{"weir", w4Weir},
		{"weir-ctx-sink", w4WeirCtxSink},
		{"io.Pipe", w4Pipe},
		{"chan-recycle-0", w4Chan(0)},
		{"chan-recycle-16", w4Chan(16)},
		{"rxgo-create", w4RxCreate},
	}
}

// w4Loop is the least there is to do: one buffer, read and written through func values.
func w4Loop(_ context.Context, dst io.Writer, src io.Reader) error {
	buffer := make([]byte, w4Chunk)
	read, write := src.Read, dst.Write
	for {
		n, err := read(buffer)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := write(buffer[:n]); err != nil {
			return err
		}
	}
}

func w4CopyBuffer(_ context.Context, dst io.Writer, src io.Reader) error {
	_, err := io.CopyBuffer(dst, src, make([]byte, w4Chunk))
	return err
}

// w4Weir has a plain sink, which is right for a writer that never blocks.
func w4Weir(ctx context.Context, dst io.Writer, src io.Reader) error {
	return streams.FromReader(src).PipeTo(ctx, streams.SinkFunc(func(chunk []byte) error {
		_, err := dst.Write(chunk)
		return err
	}))
}

// w4WeirCtxSink has the sink that a file or a socket needs: one that may block.
func w4WeirCtxSink(ctx context.Context, dst io.Writer, src io.Reader) error {
	return streams.FromReader(src).PipeTo(ctx, streams.NewWritableStream(streams.UnderlyingSink[[]byte]{
		Write: func(_ context.Context, chunk []byte, _ *streams.WritableController[[]byte]) error {
			_, err := dst.Write(chunk)
			return err
		},
	}))
}

func w4Pipe(ctx context.Context, dst io.Writer, src io.Reader) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(w4CopyBuffer(ctx, w, src)) }()
	err := w4CopyBuffer(ctx, dst, r)
	r.CloseWithError(err)
	return err
}

// w4Chan sends full buffers over one channel and gets them back over another.
func w4Chan(buffer int) func(context.Context, io.Writer, io.Reader) error {
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
				if errors.Is(err, io.EOF) {
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
				_, writeErr = dst.Write(chunk)
			}
			free <- chunk[:w4Chunk]
		}
		if readErr != nil {
			return readErr
		}
		return writeErr
	}
}

// w4RxCreate makes a new buffer for every chunk: RxGo has no place where one could be given back.
func w4RxCreate(_ context.Context, dst io.Writer, src io.Reader) error {
	chunks := rxgo.Create([]rxgo.Producer{func(_ context.Context, next chan<- rxgo.Item) {
		for {
			chunk := make([]byte, w4Chunk)
			n, err := src.Read(chunk)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				next <- rxgo.Error(err)
				return
			}
			next <- rxgo.Of(chunk[:n])
		}
	}})
	var writeErr error
	for item := range chunks.Observe() {
		if item.Error() {
			return item.E
		}
		if writeErr == nil {
			_, writeErr = dst.Write(item.V.([]byte))
		}
	}
	return writeErr
}
