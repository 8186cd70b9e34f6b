package wsstream

import (
	"io"

	"github.com/gobwas/ws"
	"github.com/weirstreams/weir/streams"
)

// InflateOptions are those of [InflateFrames]: MaxMessageSize bounds a message that comes compressed, and
// MaxDecompressedSize what it is decompressed, in bytes. What zero means is said at [Settings], which have them too;
// negative is ErrOption.
type InflateOptions struct {
	MaxMessageSize      int64
	MaxDecompressedSize int64
}

// InflateFrames returns a stage that makes of each compressed message one frame that is not, and lets all other frames
// pass as they are: so that what was sent with permessage-deflate can be recorded, or passed on to a peer that has not
// agreed to it. Control frames between the fragments of a compressed message come before it. Opts may be nil; options that
// are wrong fail with ErrOption at the first frame. What cannot be decompressed, breaks the rules or a limit is a
// *FrameError. The text of a compressed message is checked.
//
// It holds the compressed message in progress, and the last 32 KiB of those before.
func InflateFrames(opts *InflateOptions) *streams.TransformStream[Frame, Frame] {
	if opts == nil {
		opts = new(InflateOptions)
	}
	set, err := Settings{MaxMessageSize: opts.MaxMessageSize, MaxDecompressedSize: opts.MaxDecompressedSize}.withDefaults()
	i := new(frameInflater)
	i.messages = messageReader{frames: newFrameReader(newInput(&i.wire, nil, DefaultInputBufferSize), 0), limits: set.messageLimits()}
	i.messages.inflateAny()
	return streams.TransformFunc(func(f Frame, emit func(Frame)) error {
		if err != nil {
			return err
		}
		return frameError(i.frame(f, emit))
	}, func(func(Frame)) error {
		if i.collecting {
			return io.ErrUnexpectedEOF
		}
		return nil
	})
}

// frameInflater joins the frames of a compressed message, and has a messageReader, which has the rules, read it.
type frameInflater struct {
	message    Frame // what there is of the compressed message in progress
	collecting bool  // there is one
	wire       frameBytes
	messages   messageReader
}

// frame deals with one frame.
func (i *frameInflater) frame(f Frame, emit func(Frame)) error {
	begins := f.Rsv&Rsv1 != 0
	switch {
	case f.OpCode.IsControl(), !begins && !i.collecting:
		emit(f)
		return nil
	case i.collecting && f.OpCode != OpContinuation:
		return violation(ws.ErrProtocolContinuationExpected.Error())
	case begins:
		i.message, i.collecting = Frame{Fin: true, Rsv: f.Rsv, OpCode: f.OpCode}, true
	}
	if limit := i.messages.limits.message; int64(len(f.Payload)) > limit-int64(len(i.message.Payload)) {
		return tooBig("%d bytes", limit)
	}
	i.message.Payload = append(i.message.Payload, f.Payload...)
	if !f.Fin {
		return nil
	}
	i.wire.put(i.message)
	i.message, i.collecting = Frame{}, false
	m, err := i.messages.next()
	if err != nil {
		i.messages.drop()
		return err
	}
	emit(Frame{Fin: true, OpCode: OpCode(opCodeOf(m.Type)), Payload: m.Data})
	return nil
}
