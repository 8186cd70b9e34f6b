package wsstream

import (
	"context"
	"errors"
	"io"

	"github.com/gobwas/ws"
	"github.com/weirstreams/weir/streams"
)

// AssembleOptions are those of [AssembleMessages]. The zero value, and a nil pointer, are safe defaults.
type AssembleOptions struct {
	// Control is called with each control frame, in its place between the frames of the messages, and owns it. It may wait;
	// its context ends when the stream of the messages is cancelled. An error of its ends both streams. The default drops
	// control frames.
	Control func(ctx context.Context, f Frame) error

	// Compressed says that messages may be compressed, because permessage-deflate was agreed on (RFC 7692).
	Compressed bool

	// MaxMessageSize bounds a message as it comes, in bytes, MaxDecompressedSize one that was compressed, after
	// decompression, and MaxFragments its frames. What zero means is said at [Settings], which have them too; negative is
	// ErrOption.
	MaxMessageSize      int64
	MaxDecompressedSize int64
	MaxFragments        int
}

// AssembleMessages returns a stage that makes messages of frames as an open connection does: it joins fragments,
// decompresses, checks text, at the first frame with a bad byte, and keeps to the limits. What breaks the rules or a
// limit is a *FrameError, which ends both streams. Opts may be nil; options that are wrong error the readable stream with
// ErrOption.
//
// It holds the message in progress, and one frame more.
func AssembleMessages(opts *AssembleOptions) streams.ReadableWritablePair[Frame, Message] {
	if opts == nil {
		opts = new(AssembleOptions)
	}
	a := &assembler{control: opts.Control}
	set, err := Settings{
		MaxMessageSize:      opts.MaxMessageSize,
		MaxDecompressedSize: opts.MaxDecompressedSize,
		MaxFragments:        opts.MaxFragments,
	}.withDefaults()
	a.err = err
	a.messages = messageReader{
		frames:  newFrameReader(newInput(&a.wire, nil, DefaultInputBufferSize), 0),
		limits:  set.messageLimits(),
		control: a.onControl,
	}
	if opts.Compressed {
		a.messages.inflateAny()
	}
	frames := streams.NewTransformStream(streams.Transformer[Frame, Frame]{})
	a.writable = frames.Writable()
	a.wire.frames, _ = frames.Readable().GetReader() // nobody else could have locked it
	a.readable = streams.NewReadableStream(streams.UnderlyingSource[Message]{Start: a.start, Pull: a.pull, Cancel: a.cancel},
		streams.CountQueuingStrategy[Message](0))
	return a
}

// assembler is the pair of AssembleMessages. The rules for messages are those of messageReader, which reads bytes: of a
// socket it reads a payload into the memory of its message, without a frame in between. So that nothing of it is
// written twice, frames become bytes for it again.
type assembler struct {
	readable *streams.ReadableStream[Message]
	writable *streams.WritableStream[Frame]
	control  func(ctx context.Context, f Frame) error
	err      error // of the options
	wire     frameWire
	messages messageReader
}

func (a *assembler) Readable() *streams.ReadableStream[Message] { return a.readable }
func (a *assembler) Writable() *streams.WritableStream[Frame]   { return a.writable }

func (a *assembler) start(ctx context.Context, _ *streams.ReadableController[Message]) error {
	if a.err != nil {
		_ = a.cancel(ctx, a.err) // there is no callback behind it that could fail
	}
	return a.err
}

// pull delivers one message. It waits for frames; cancel ends that.
func (a *assembler) pull(ctx context.Context, c *streams.ReadableController[Message]) error {
	a.wire.ctx = ctx
	m, err := a.messages.next()
	switch {
	case err == nil:
		return unlessClosed(c.Enqueue(m))
	case errors.Is(err, io.EOF):
		return unlessClosed(c.Close())
	}
	a.messages.drop()
	err = frameError(err)
	c.Error(err)
	return a.wire.frames.Cancel(ctx, err)
}

// cancel ends the stream of frames, and a pull that waits for one.
func (a *assembler) cancel(ctx context.Context, reason error) error {
	return a.wire.frames.Cancel(ctx, reason)
}

// inflateAny makes the reader decompress what comes, whatever the terms: a full window does no harm where there is less,
// or no takeover.
func (r *messageReader) inflateAny() {
	r.deflate = true
	r.frames.state = r.frames.state.Set(ws.StateExtended)
	r.history.size = 1 << MaxWindowBits
}

// onControl hands a control frame to the application.
func (a *assembler) onControl(op ws.OpCode, payload []byte) error {
	if a.control == nil {
		return nil
	}
	f := Frame{Fin: true, OpCode: OpCode(op), Payload: append([]byte(nil), payload...)}
	return a.control(a.wire.ctx, f)
}

// frameWire reads frames as the bytes that they are on the wire.
type frameWire struct {
	frameBytes
	frames *streams.DefaultReader[Frame]
	ctx    context.Context // of the pull in progress
}

// Read gives out some of the frame in progress. It waits for the next frame where there is none.
func (w *frameWire) Read(p []byte) (int, error) {
	if w.isEmpty() {
		f, err := w.frames.Read(w.ctx)
		if err != nil {
			return 0, err
		}
		w.put(f)
	}
	return w.frameBytes.Read(p)
}

// frameBytes reads one frame as the bytes that it is on the wire, without a mask; io.EOF is its end.
type frameBytes struct {
	header  []byte // what is left of the header; in buffer
	payload []byte // and of the payload
	buffer  [ws.MaxHeaderSize]byte
}

func (b *frameBytes) put(f Frame) {
	b.header, b.payload = appendHeader(b.buffer[:0], f.header()), f.Payload
}

func (b *frameBytes) isEmpty() bool { return len(b.header) == 0 && len(b.payload) == 0 }

// Read gives out the rest of the header or the payload, or some of it.
func (b *frameBytes) Read(p []byte) (int, error) {
	if b.isEmpty() {
		return 0, io.EOF
	}
	rest := &b.header
	if len(*rest) == 0 {
		rest = &b.payload
	}
	n := copy(p, *rest)
	*rest = (*rest)[n:]
	return n, nil
}
