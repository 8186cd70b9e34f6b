package wsstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/weirstreams/weir/streams"
)

// ReadFrames returns the stream of the frames that are read from r, which is a connection behind its opening handshake,
// whoever did that, or a recording. A frame is read when it is wanted, with its whole payload, for which memory is taken
// as it arrives. Opts may be nil; options that are wrong error the stream with ErrOption.
//
// The stream ends with the end of r. It is errored with a *FrameError when a frame breaks a rule or the limit, with
// io.ErrUnexpectedEOF when r ends in the middle of a frame or of a message, and with the error of r. A Close frame is a
// frame like the others, and does not end it. Nothing is answered.
//
// From now on r belongs to the stream, which reads ahead; but it does not close r. To cancel it ends a read that waits if
// r has a method SetReadDeadline, as a net.Conn has: with a deadline in the past, which stays.
func ReadFrames(r io.Reader, opts *FrameOptions) *streams.ReadableStream[Frame] {
	set, err := opts.withDefaults()
	if err != nil {
		return streams.NewReadableStream(streams.UnderlyingSource[Frame]{
			Start: func(context.Context, *streams.ReadableController[Frame]) error { return err },
		})
	}
	return readFrames(r, newInput(r, nil, DefaultInputBufferSize), set)
}

// readFrames is ReadFrames with what reads from r, and with options that are good.
func readFrames(r io.Reader, in *input, set FrameOptions) *streams.ReadableStream[Frame] {
	s := &frameSource{reader: r, options: set, frames: newFrameReader(in, set.state())}
	s.frames.lenient = set.Lenient
	source := streams.UnderlyingSource[Frame]{Pull: s.pull, Cancel: s.cancel}
	return streams.NewReadableStream(source, streams.CountQueuingStrategy[Frame](0))
}

// frameSource is what is behind ReadFrames.
type frameSource struct {
	reader  io.Reader
	options FrameOptions
	frames  frameReader
}

// pull delivers one frame. It waits for the reader; cancel ends that.
func (s *frameSource) pull(_ context.Context, c *streams.ReadableController[Frame]) error {
	f, err := s.next()
	if errors.Is(err, io.EOF) {
		return unlessClosed(c.Close())
	}
	if err != nil {
		return frameError(err)
	}
	return unlessClosed(c.Enqueue(f))
}

// unlessClosed returns err, but nil if it says that the stream was cancelled meanwhile.
func unlessClosed(err error) error {
	if errors.Is(err, streams.ErrClosed) {
		return nil
	}
	return err
}

// next reads a frame.
func (s *frameSource) next() (Frame, error) {
	h, err := s.frames.next()
	if err != nil {
		return Frame{}, err
	}
	if err := s.options.checkRsv(h); err != nil {
		return Frame{}, err
	}
	if limit := s.options.MaxFrameSize; h.Length > limit {
		return Frame{}, tooBig("%d bytes for a frame", limit)
	}
	f := Frame{Fin: h.Fin, Rsv: h.Rsv, OpCode: OpCode(h.OpCode)}
	for s.frames.left > 0 {
		f.Payload = s.frames.makeRoom(f.Payload, true)
		n, err := s.frames.Read(f.Payload[len(f.Payload):cap(f.Payload)])
		f.Payload = f.Payload[:len(f.Payload)+n]
		if err != nil {
			return Frame{}, err
		}
	}
	s.frames.trust(h.Length)
	return f, nil
}

// cancel ends a read that waits. It does not wait for it.
func (s *frameSource) cancel(context.Context, error) error {
	if r, ok := s.reader.(interface{ SetReadDeadline(t time.Time) error }); ok {
		if err := r.SetReadDeadline(longAgo); err != nil {
			return fmt.Errorf("wsstream: cannot end a read: %w", err)
		}
	}
	return nil
}
