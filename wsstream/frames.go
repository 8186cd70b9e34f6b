package wsstream

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/gobwas/ws"
)

// OpCode says what a frame is (RFC 6455, section 5.2).
type OpCode uint8

// The opcodes that RFC 6455 defines.
const (
	OpContinuation OpCode = 0x0
	OpText         OpCode = 0x1
	OpBinary       OpCode = 0x2
	OpClose        OpCode = 0x8
	OpPing         OpCode = 0x9
	OpPong         OpCode = 0xa
)

// IsControl reports whether frames with this opcode are control frames, which may come between the fragments of a
// message and are never fragments themselves.
func (c OpCode) IsControl() bool { return c&0x8 != 0 }

// String returns the name of the opcode in RFC 6455, in lower case.
func (c OpCode) String() string {
	switch c {
	case OpContinuation:
		return "continuation"
	case OpText:
		return "text"
	case OpBinary:
		return "binary"
	case OpClose:
		return "close"
	case OpPing:
		return "ping"
	case OpPong:
		return "pong"
	default:
		return fmt.Sprintf("OpCode(%#x)", uint8(c))
	}
}

// The reserved bits of a frame, of which extensions make use (RFC 6455, section 5.2).
const (
	Rsv1 = 4 // permessage-deflate: the first frame of a compressed message
	Rsv2 = 2
	Rsv3 = 1
)

// Frame is one frame, which is one chunk of a stream of frames. It does not tell of masking: the payload is not masked,
// whatever goes over the wire.
//
// The receiver of a frame owns Payload and may keep and change it. A frame that is written still belongs to the writer:
// as with [Message], Payload must not change until the write has completed.
type Frame struct {
	Fin     bool // it is the last frame of its message, or a control frame
	Rsv     byte // the reserved bits that are set: a sum of Rsv1, Rsv2 and Rsv3
	OpCode  OpCode
	Payload []byte
}

// CloseFrame returns the Close frame that says info. Unlike [WebSocketStream.Close] it takes any code that a Close frame
// may carry, as proxies have to pass on all of them; StatusNoStatusRcvd, as [Frame.CloseInfo] reports it, and zero make an
// empty frame, and a reason without a code gets StatusNormalClosure. It fails with ErrCloseCode and ErrCloseReason.
func CloseFrame(info CloseInfo) (Frame, error) {
	info = info.answer()
	switch {
	case info.Code == 0 && info.Reason != "":
		info.Code = StatusNormalClosure
	case info.Code != 0 && !info.Code.onWire():
		return Frame{}, fmt.Errorf("%w: %d", ErrCloseCode, info.Code)
	}
	if err := checkReason(info.Reason); err != nil {
		return Frame{}, err
	}
	return Frame{Fin: true, OpCode: OpClose, Payload: info.appendBody(nil)}, nil
}

// CloseInfo returns what a Close frame says, with StatusNoStatusRcvd if that is nothing. It fails with a *FrameError for
// a frame of another kind or with a body that it must not have.
func (f Frame) CloseInfo() (CloseInfo, error) {
	if f.OpCode != OpClose {
		return CloseInfo{}, frameError(violation(fmt.Sprintf("a %v frame in place of a Close frame", f.OpCode)))
	}
	info, err := parseCloseBody(f.Payload)
	return info, frameError(err)
}

// header returns the header of the frame, without a mask.
func (f *Frame) header() ws.Header {
	return ws.Header{Fin: f.Fin, Rsv: f.Rsv, OpCode: ws.OpCode(f.OpCode), Length: int64(len(f.Payload))}
}

// Role says which end of a connection something is (RFC 6455, section 5.1): the client's frames are masked, the server's
// are not.
type Role uint8

const (
	// AnyRole reads frames masked or not, and writes them plain.
	AnyRole Role = iota

	// ClientRole reads the frames of a server, and writes those of a client.
	ClientRole

	// ServerRole reads the frames of a client, and writes those of a server.
	ServerRole
)

// FrameOptions are those of streams of frames. The zero value, and a nil pointer, are safe defaults.
type FrameOptions struct {
	// Role is that of the end where the frames are read or written. The default is AnyRole.
	Role Role

	// Rsv are the reserved bits that may be set, as by an extension that was agreed on. The default is none.
	Rsv byte

	// Lenient lets frames pass that break the rules of RFC 6455, section 5, about masking, reserved bits, opcodes,
	// fragments and control frames, to record them or to try out a peer. The bounds stay.
	Lenient bool

	// MaxFrameSize bounds the payload of a frame that is read, in bytes. Zero means DefaultMaxMessageSize; negative is
	// ErrOption.
	MaxFrameSize int64
}

// withDefaults returns a copy of o with the defaults filled in, and the error for what is out of its range.
func (o *FrameOptions) withDefaults() (FrameOptions, error) {
	var set FrameOptions
	if o != nil {
		set = *o
	}
	if set.Role > ServerRole || set.Rsv > Rsv1|Rsv2|Rsv3 || set.MaxFrameSize < 0 {
		return set, fmt.Errorf("%w: a role, reserved bits or a size that cannot be", ErrOption)
	}
	set.MaxFrameSize = cmp.Or(set.MaxFrameSize, DefaultMaxMessageSize)
	return set, nil
}

// state returns what gobwas/ws has to know of the options to check frames.
func (o *FrameOptions) state() ws.State {
	var state ws.State
	switch o.Role {
	case ClientRole:
		state = ws.StateClientSide
	case ServerRole:
		state = ws.StateServerSide
	case AnyRole:
	}
	if o.Rsv != 0 {
		state = state.Set(ws.StateExtended)
	}
	return state
}

// checkRsv returns the error for reserved bits that must not be set.
func (o *FrameOptions) checkRsv(h ws.Header) error {
	if o.Lenient || h.Rsv&^o.Rsv == 0 {
		return nil
	}
	return violation(ws.ErrProtocolNonZeroRsv.Error())
}

// FrameError says that frames broke the rules or a limit: the protocol (ErrProtocol), UTF-8 (ErrInvalidUTF8), compression
// (ErrCompression), or a size or number (ErrMessageTooBig).
type FrameError struct {
	// Code is what the Close frame has to say with which the connection is failed (RFC 6455, section 7.1.7).
	Code StatusCode

	// Err is what was wrong.
	Err error
}

// Error describes what was wrong.
func (e *FrameError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *FrameError) Unwrap() error { return e.Err }

// frameError returns err as it is told to the application.
func frameError(err error) error {
	if f, ok := errors.AsType[*failure](err); ok {
		return &FrameError{Code: f.code, Err: f.err}
	}
	return err
}
