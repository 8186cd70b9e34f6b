package streams

import (
	"context"
	"fmt"
)

// An UnderlyingByteSource is where a byte stream gets its bytes from. It is an [UnderlyingSource] whose controller also
// shows the buffers that readers wait to have filled.
type UnderlyingByteSource struct {
	// Start, Pull and Cancel are as in [UnderlyingSource]. A Pull may fill the buffer of the controller's BYOBRequest and
	// respond, or enqueue chunks of its own.
	Start  func(ctx context.Context, c *ByteController) error
	Pull   func(ctx context.Context, c *ByteController) error
	Cancel func(ctx context.Context, reason error) error

	// AutoAllocateChunkSize, if it is not 0, is the size in bytes of the buffers that the stream makes for reads without a
	// buffer of their own, so that there is always a BYOBRequest to respond to. A negative size makes a stream that is
	// errored with ErrRange.
	AutoAllocateChunkSize int
}

// A ReadableByteStream is a ReadableStream of bytes that can also be read into buffers of the reader's own. As a
// [ReadableStream] its chunks are the slices that the source enqueued; they belong to whoever reads them. Give PipeThrough
// that field: PipeThrough(s.ReadableStream, …). See section 4 of the standard.
type ReadableByteStream struct {
	*ReadableStream[[]byte]

	controller *ByteController // nil if the stream was errored from the first
}

// NewReadableByteStream makes a stream of the bytes that src gives. The high-water mark is in bytes, by default 0: the
// source is pulled only for reads. It never blocks; a negative mark makes a stream that is errored with ErrRange.
func NewReadableByteStream(src UnderlyingByteSource, highWaterMark ...int) *ReadableByteStream {
	mark := 0
	if len(highWaterMark) > 0 {
		mark = highWaterMark[0]
	}
	err := checkHighWaterMark(mark)
	if src.AutoAllocateChunkSize < 0 {
		err = fmt.Errorf("%w: AutoAllocateChunkSize %d", ErrRange, src.AutoAllocateChunkSize)
	}
	if err != nil {
		return &ReadableByteStream{ReadableStream: erroredReadable[[]byte](err)}
	}
	s := new(struct {
		ReadableByteStream
		stream     ReadableStream[[]byte]
		controller ByteController
		source     userSource[*ByteController]
		own        domainWithAgenda
	})
	s.stream.home.Store(s.own.begin())
	d := s.stream.lock()
	defer d.unlock()
	s.ReadableByteStream = ReadableByteStream{&s.stream, &s.controller}
	s.source.set(&s.controller, src.Start, src.Pull, src.Cancel)
	s.controller.setUpLocked(&s.stream, &s.source, mark, src.AutoAllocateChunkSize)
	s.source.startLocked(d)
	return &s.ReadableByteStream
}

// GetBYOBReader locks the stream to a new reader that reads into buffers of the caller. It returns ErrLocked if something
// has the stream already.
func (s *ReadableByteStream) GetBYOBReader() (*BYOBReader, error) {
	d := s.lock()
	defer d.unlock()
	r := new(BYOBReader)
	r.core.closed = &r.closed
	if err := r.core.acquireLocked(s.ReadableStream, heldByReader); err != nil {
		return nil, err
	}
	r.core.byob = r
	r.controller = s.controller
	return r, nil
}
