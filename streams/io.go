package streams

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
)

// FromReader makes a stream of the bytes of r: a chunk is what one Read of r gave, at most 64 KiB, and belongs to whoever
// reads it. The mark is 0: Read is called by demand. It may block; cancelling the stream does not interrupt or close r.
//
// A pipe from here straight to [ToWriter] uses the same memory again and again.
func FromReader(r io.Reader) *ReadableStream[[]byte] {
	if r == nil {
		return erroredReadable[[]byte](fmt.Errorf("%w: FromReader(nil)", ErrInvalidArgument))
	}
	blocks := &blockReader{reader: r}
	return newNextStream(&nextSource[[]byte]{next: blocks.next, takeBack: blocks.takeBack}, CountQueuingStrategy[[]byte](0))
}

const (
	blockSize  = 64 << 10 // what a blockReader allocates at a time
	leastRoom  = 4 << 10  // the least room that it reads into
	emptyReads = 100      // after so many reads of nothing in a row it gives up
)

// A blockReader reads chunks that the caller may keep. Small ones share a block of memory.
type blockReader struct {
	reader io.Reader
	err    error // what the reader returned; it comes after the bytes that came with it

	mu      sync.Mutex // guards following fields
	block   []byte
	used    int  // how much of the block has been given away
	last    int  // where the last chunk begins
	reading bool // into what is left of it
}

// next returns the next chunk, which is not empty, or the error of the reader. One goroutine at a time calls it.
func (b *blockReader) next(ctx context.Context) ([]byte, error) {
	for empty := 0; b.err == nil; empty++ {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if empty == emptyReads {
			return nil, io.ErrNoProgress
		}
		room := b.beginReading()
		n, err := b.reader.Read(room)
		if n < 0 || n > len(room) {
			return nil, fmt.Errorf("%w: Read returned the count %d", ErrInvalidArgument, n)
		}
		b.err = err
		b.endReading(n)
		if n > 0 {
			return room[:n:n], nil
		}
	}
	return nil, b.err
}

func (b *blockReader) beginReading() (room []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.block)-b.used < leastRoom {
		b.block, b.used = make([]byte, blockSize), 0
	}
	b.reading = true
	return b.block[b.used:]
}

func (b *blockReader) endReading(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reading = false
	b.last, b.used = b.used, b.used+n
}

// takeBack takes back a chunk that nobody uses any more, if it is the last.
func (b *blockReader) takeBack(chunk []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.reading && len(chunk) > 0 && len(chunk) == b.used-b.last && &chunk[0] == &b.block[b.last] {
		b.used = b.last
	}
}

// ToWriter makes a stream that writes its chunks to w, one after the other. The stream holds no chunk after the Write of w
// has returned, nor must w. An error of w errors the stream, as does io.ErrShortWrite when w takes less than a chunk without
// one. The default strategy counts chunks up to a mark of 1: one chunk is being written, and the next comes when it has been.
//
// When w is slow, the producer waits. Aborting the stream, or ending the context of its PipeTo, does not interrupt a Write of
// w, and waits for it: close w for that, or set a deadline. Nobody closes or flushes w but its owner, who does so when PipeTo,
// or Close of the stream, has returned.
func ToWriter(w io.Writer, strategy ...QueuingStrategy[[]byte]) *WritableStream[[]byte] {
	if w == nil {
		return erroredWritable[[]byte](fmt.Errorf("%w: ToWriter(nil)", ErrInvalidArgument))
	}
	u := &userSink[[]byte]{givesBack: true, callbacks: UnderlyingSink[[]byte]{
		Write: func(_ context.Context, chunk []byte, _ *WritableController[[]byte]) error {
			_, err := writeChunk(w, chunk)
			return err
		},
	}}
	return newUserSink(u, strategyOr(strategy, 1))
}

// Reader returns the bytes of the stream as an io.ReadCloser, and locks the stream to it. Read waits for bytes as
// [DefaultReader.Read] does, and returns the errors of the stream as they are; one goroutine at a time may use the reader.
// When ctx ends, Read returns its cause, and the stream goes on. Close cancels the stream, unless it has ended, and
// releases the lock; later calls return ErrReleased. If the stream is locked, Read and Close return ErrLocked.
//
// The reader has a WriteTo, which hands over the chunks of the stream without a copy.
func (s *ReadableByteStream) Reader(ctx context.Context) io.ReadCloser {
	r, err := s.GetReader()
	return &byteReader{ctx: ctx, reader: r, err: err}
}

// WriteTo writes the bytes of the stream to w until it ends, without a copy, and returns how many were written. The stream
// is locked meanwhile. When w fails the stream is cancelled with that error, which WriteTo returns.
func (s *ReadableByteStream) WriteTo(w io.Writer) (written int64, err error) {
	err = s.ForEach(context.Background(), func(chunk []byte) error {
		n, err := writeChunk(w, chunk)
		written += int64(n)
		return err
	})
	return written, err
}

// A byteReader is the io.ReadCloser of a byte stream.
type byteReader struct {
	ctx    context.Context
	reader *DefaultReader[[]byte]
	err    error  // why there is no reader
	rest   []byte // of the chunk that was read last
}

func (b *byteReader) Read(p []byte) (int, error) {
	if err := b.fill(); err != nil {
		return 0, err
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// WriteTo makes io.Copy hand over the chunks.
func (b *byteReader) WriteTo(w io.Writer) (written int64, err error) {
	for {
		if err := b.fill(); err != nil {
			if err == io.EOF {
				err = nil
			}
			return written, err
		}
		n, err := writeChunk(w, b.rest)
		b.rest = b.rest[n:]
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
}

// fill sees to it that there is a rest.
func (b *byteReader) fill() (err error) {
	if b.err != nil {
		return b.err
	}
	if len(b.rest) == 0 {
		b.rest, err = b.reader.Read(b.ctx)
	}
	return err
}

func (b *byteReader) Close() error {
	if b.err != nil {
		return b.err
	}
	b.rest = nil
	defer b.reader.ReleaseLock()
	return b.reader.Cancel(b.ctx, ErrClosed)
}

// writeChunk writes all of chunk, and returns how much w took.
func writeChunk(w io.Writer, chunk []byte) (int, error) {
	n, err := w.Write(chunk)
	if n < 0 || n > len(chunk) {
		return 0, fmt.Errorf("%w: Write returned the count %d", ErrInvalidArgument, n)
	}
	if err == nil && n < len(chunk) {
		err = io.ErrShortWrite
	}
	return n, err
}

// NewWriter returns a writable stream of bytes as an io.WriteCloser, and locks the stream to it. Write waits for room as
// [DefaultWriter.Write] does, and writes a copy of p, since streams own their chunks; it may be called by several
// goroutines. Close closes the stream and waits for its sink. When ctx ends, both return its cause, and the stream goes on.
// If the stream is locked, they return ErrLocked.
//
// The result has a ReadFrom, which reads into chunks of up to 64 KiB without another copy.
func NewWriter(ctx context.Context, s *WritableStream[[]byte]) io.WriteCloser {
	w, err := s.GetWriter()
	return &byteWriter{ctx: ctx, writer: w, err: err}
}

// A byteWriter is the io.WriteCloser of a stream. Its fields are immutable.
type byteWriter struct {
	ctx    context.Context
	writer *DefaultWriter[[]byte]
	err    error // why there is no writer
}

func (b *byteWriter) Write(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if err := b.writer.Write(b.ctx, bytes.Clone(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// ReadFrom writes what r gives until io.EOF.
func (b *byteWriter) ReadFrom(r io.Reader) (read int64, err error) {
	if b.err != nil {
		return 0, b.err
	}
	blocks := blockReader{reader: r}
	for {
		chunk, err := blocks.next(b.ctx)
		if err == io.EOF {
			return read, nil
		}
		if err != nil {
			return read, err
		}
		if err := b.writer.Write(b.ctx, chunk); err != nil {
			return read, err
		}
		read += int64(len(chunk))
	}
}

func (b *byteWriter) Close() error {
	if b.err != nil {
		return b.err
	}
	return b.writer.Close(b.ctx)
}
