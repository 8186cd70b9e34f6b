package transforms

import (
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
)

// A readerPair makes a pair of streams of a decoder that reads its input from an io.Reader, as decompressors and parsers
// of the standard library do.
//
// Such a decoder wants to pull its input wherever it happens to be, and cannot be left and entered again; a transform
// stream pushes chunks. There are four ways to bring the two together. A decoder of our own that can stop anywhere would
// need no goroutine, and would be ours to keep safe. A coroutine for the decoder stays behind when the pair is dropped.
// Decoding in the Write of a sink would have to wait there, in the midst of a chunk, for the reader of an output that can
// be a thousand times the input. So the decoder runs where its output is wanted: in a pump.
//
//   - Backpressure is that of the two streams. Nothing is decoded that nobody reads (the mark of the readable side is 0),
//     and no input is taken that the decoder does not want. So an error comes after all that was decoded before it.
//   - While a read of the readable side waits for input, one goroutine waits in the decoder, which cannot be suspended in
//     another way. It goes on when there is input, or when the input or the output ends in whichever way. With nobody
//     reading there is none, and a pair that is dropped then is collected.
//   - An abort of the writable side errors the readable side at once, and a cancel of the readable side reaches the
//     writable side at once; neither waits for the decoder.
type readerPair[T any] struct {
	input  chunkReader
	decode nextFunc[T]
}

// A nextFunc returns the next output of a decoder, which may come together with an error. There is no output (ok is false)
// only with one. It is not called again after an error, and must have read its input to the end when that is io.EOF.
type nextFunc[T any] func() (output T, ok bool, err error)

// newReaderPair makes a pair of the decoder that newDecoder makes of its input. newDecoder must not read yet.
func newReaderPair[T any](newDecoder func(input io.Reader) nextFunc[T]) streams.ReadableWritablePair[[]byte, T] {
	p := new(readerPair[T])
	p.decode = newDecoder(&p.input)
	return pumpOf(p.next)
}

func (p *readerPair[T]) next(ctx context.Context, input *streams.DefaultReader[[]byte]) (output T, ok bool, err error) {
	p.input.ctx, p.input.reader = ctx, input
	output, ok, err = p.decode()
	if err != nil && err != io.EOF && p.input.failed() {
		err = p.input.err // as it is, whatever the decoder has made of it
	}
	return output, ok, err
}

// newBytePair is newReaderPair for a decoder of bytes that is an io.Reader itself.
func newBytePair(newDecoder func(input io.Reader) io.Reader) streams.ReadableWritablePair[[]byte, []byte] {
	return newReaderPair(func(input io.Reader) nextFunc[[]byte] {
		b := &blockReader{reader: newDecoder(input)}
		return b.next
	})
}

// A blockReader cuts what it reads from larger blocks, and never touches again what it gave.
type blockReader struct {
	reader io.Reader
	room   []byte // the unused end of a block
}

// leastRoom is the least room for output that a reader is given.
const leastRoom = 4 << 10

func (b *blockReader) next() (output []byte, ok bool, err error) {
	if len(b.room) < leastRoom {
		b.room = make([]byte, blockSize)
	}
	n := 0
	for n == 0 && err == nil {
		n, err = b.reader.Read(b.room)
	}
	output = b.room[:n:n]
	b.room = b.room[n:]
	return output, n > 0, err
}

// A chunkReader is an io.Reader of the chunks of a stream. It remembers how the stream ended.
type chunkReader struct {
	reader *streams.DefaultReader[[]byte]
	ctx    context.Context // ends the wait for a chunk
	rest   []byte          // of the chunk that is being read
	err    error
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.rest, r.err = r.reader.Read(r.ctx)
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// failed reports whether the stream ended in error, or the wait for it by ctx.
func (r *chunkReader) failed() bool { return r.err != nil && r.err != io.EOF }
