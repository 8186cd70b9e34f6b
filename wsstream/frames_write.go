package wsstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gobwas/ws"
	"github.com/weirstreams/weir/streams"
)

// WriteFrames returns a stream that writes frames to w, each with one Write if it is not larger than 64 KiB. It is the
// Writable of a [FrameWriter], for those who have no control frames to put between.
func WriteFrames(w io.Writer, opts *FrameOptions) *streams.WritableStream[Frame] {
	return NewFrameWriter(w, opts).Writable()
}

// FrameWriter writes the frames of one end of a connection: those of a stream, and control frames that overtake them.
// All its methods may be called concurrently.
type FrameWriter struct {
	writer   io.Writer
	options  FrameOptions
	err      error   // of the options
	output   *output // its lock is for each frame
	state    ws.State
	broken   error // of a frame that was not written to its end; state and this are guarded by that lock
	writable *streams.WritableStream[Frame]
}

// NewFrameWriter returns a writer of frames to w, which is a connection behind its opening handshake, or a recording. Of
// opts, which may be nil, MaxFrameSize does not matter; options that are wrong error the stream with ErrOption.
func NewFrameWriter(w io.Writer, opts *FrameOptions) *FrameWriter {
	set, err := opts.withDefaults()
	f := &FrameWriter{writer: w, options: set, err: err, state: set.state()}
	// All that this is called for is what FrameWriter does not do: to queue frames.
	f.output = newOutput(w, set.Role == ClientRole, DefaultOutputBufferSize, func(error) {})
	f.writable = streams.NewWritableStream(streams.UnderlyingSink[Frame]{Start: f.start, Write: f.write, Close: f.closeWrite})
	return f
}

// Writable returns the stream of the frames to write. A write is complete when w has taken the frame. A frame against
// the rules fails with ErrFrame, and as with every sink that fails, the stream is errored by it.
//
// To close the stream ends what the other end reads, if w has a method CloseWrite as a TCP or TLS connection has; it does
// not write a Close frame, and does not close w. To abort it ends a Write that waits if w has a method SetWriteDeadline,
// as a net.Conn has.
func (w *FrameWriter) Writable() *streams.WritableStream[Frame] {
	return w.writable
}

// WriteControl writes a control frame as soon as the frame that is being written is whole: before those that are queued
// in the stream, and never inside of one. It waits until w has taken it. When ctx ends before, it fails with the cause;
// if the frame was cut off then, none can follow. It fails with ErrFrame for a frame that
// is no control frame or breaks a rule.
func (w *FrameWriter) WriteControl(ctx context.Context, f Frame) error {
	switch {
	case w.err != nil:
		return w.err
	case !f.OpCode.IsControl():
		return fmt.Errorf("%w: %v is not a control frame", ErrFrame, f.OpCode)
	}
	return w.write(ctx, f, nil)
}

// start errors a stream whose options are wrong.
func (w *FrameWriter) start(context.Context, *streams.WritableController[Frame]) error { return w.err }

// write writes one frame.
func (w *FrameWriter) write(ctx context.Context, f Frame, _ *streams.WritableController[Frame]) error {
	if err := w.output.acquire(ctx); err != nil {
		return err
	}
	defer w.output.release()
	if w.broken != nil {
		return w.broken
	}
	h := f.header()
	state, err := w.check(h)
	if err != nil {
		return err
	}
	if w.output.client {
		h.Masked, h.Mask = true, newMask()
	}
	if err := w.writeFrame(ctx, h, f.Payload); err != nil {
		if w.output.begun {
			w.broken = err
		}
		return err
	}
	w.state = state
	return nil
}

// check returns the state behind a frame, or the error for which it cannot be sent.
func (w *FrameWriter) check(h ws.Header) (ws.State, error) {
	if h.Rsv > Rsv1|Rsv2|Rsv3 || h.OpCode > 0xf {
		return w.state, fmt.Errorf("%w: an opcode or reserved bits that do not fit their field", ErrFrame)
	}
	if w.options.Lenient {
		return w.state, nil
	}
	err := w.options.checkRsv(h)
	state := w.state
	if err == nil {
		state, err = stateAfter(w.state.Clear(ws.StateClientSide|ws.StateServerSide), h)
	}
	if err != nil {
		return state, fmt.Errorf("%w: %w", ErrFrame, err)
	}
	return state, nil
}

// writeFrame writes a frame, and ends that when ctx ends, if the writer has deadlines.
func (w *FrameWriter) writeFrame(ctx context.Context, h ws.Header, payload []byte) error {
	d, ok := w.writer.(interface{ SetWriteDeadline(t time.Time) error })
	if !ok {
		return w.output.write(h, payload)
	}
	stop := expireBy(ctx, d.SetWriteDeadline)
	err := w.output.write(h, payload)
	if stop() {
		// Nothing, or all, of the frame may have been written before.
		if resetErr := d.SetWriteDeadline(time.Time{}); err == nil {
			err = resetErr
		}
	}
	if err != nil && ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}

// closeWrite ends what the other end reads.
func (w *FrameWriter) closeWrite(context.Context) error {
	if half, ok := w.writer.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
