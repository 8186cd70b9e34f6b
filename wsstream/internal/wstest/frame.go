// Package wstest holds the other end of a connection under test: a peer that sends and expects single frames, right or
// wrong ones, and looks at the very bytes. It shares no code with what it tests.
package wstest

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// The opcodes of RFC 6455, section 5.2.
const (
	Continuation = 0x0
	Text         = 0x1
	Binary       = 0x2
	Close        = 0x8
	Ping         = 0x9
	Pong         = 0xa
)

// Frame is a frame, which may break any rule.
type Frame struct {
	Fin     bool
	Rsv     byte // the three reserved bits
	Op      byte
	Masked  bool
	Mask    [4]byte
	Payload []byte // not masked

	// Length, if not zero, is the length to declare in place of that of Payload.
	Length uint64

	// LengthBytes, if not zero, is how many bytes the length takes: 1, 2 or 8 in place of the fewest that hold it.
	LengthBytes int
}

// Whole returns an unmasked frame that is not a fragment.
func Whole(op byte, payload string) Frame {
	return Frame{Fin: true, Op: op, Payload: []byte(payload)}
}

// First returns an unmasked frame that begins a fragmented message.
func First(op byte, payload string) Frame {
	return Frame{Op: op, Payload: []byte(payload)}
}

// More returns an unmasked frame in the middle of a fragmented message.
func More(payload string) Frame {
	return First(Continuation, payload)
}

// Last returns an unmasked frame that ends a fragmented message.
func Last(payload string) Frame {
	return Whole(Continuation, payload)
}

// CloseFrame returns an unmasked Close frame; code 0 leaves the body empty.
func CloseFrame(code uint16, reason string) Frame {
	if code == 0 {
		return Whole(Close, reason)
	}
	return Whole(Close, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

// Bytes returns the frame as it goes over the wire.
func (f Frame) Bytes() []byte {
	bits := f.Rsv<<4 | f.Op
	if f.Fin {
		bits |= 0x80
	}
	buf := f.appendLength([]byte{bits})
	if !f.Masked {
		return append(buf, f.Payload...)
	}
	buf = append(buf, f.Mask[:]...)
	for i, b := range f.Payload {
		buf = append(buf, b^f.Mask[i%4])
	}
	return buf
}

func (f Frame) appendLength(buf []byte) []byte {
	n := f.Length
	if n == 0 {
		n = uint64(len(f.Payload))
	}
	size := f.LengthBytes
	switch {
	case size != 0:
	case n <= 125:
		size = 1
	case n <= math.MaxUint16:
		size = 2
	default:
		size = 8
	}
	var mask byte
	if f.Masked {
		mask = 0x80
	}
	switch size {
	case 1:
		return append(buf, mask|byte(n))
	case 2:
		return binary.BigEndian.AppendUint16(append(buf, mask|126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(buf, mask|127), n)
	}
}

// String describes the frame, for messages of tests.
func (f Frame) String() string {
	payload := fmt.Sprintf("%q", f.Payload)
	if len(f.Payload) > 200 {
		payload = fmt.Sprintf("%d bytes", len(f.Payload))
	}
	return fmt.Sprintf("{fin %t rsv %d op %#x masked %t %s}", f.Fin, f.Rsv, f.Op, f.Masked, payload)
}

// ReadFrame reads a frame and unmasks it.
func ReadFrame(r io.Reader) (Frame, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return Frame{}, err
	}
	f := Frame{Fin: head[0]&0x80 != 0, Rsv: head[0] >> 4 & 7, Op: head[0] & 0xf, Masked: head[1]&0x80 != 0}
	n := uint64(head[1] & 0x7f)
	switch n {
	case 126:
		f.LengthBytes = 2
	case 127:
		f.LengthBytes = 8
	default:
		f.LengthBytes = 1
	}
	if f.LengthBytes > 1 {
		if _, err := io.ReadFull(r, head[:f.LengthBytes]); err != nil {
			return f, err
		}
		if n = uint64(binary.BigEndian.Uint16(head[:])); f.LengthBytes == 8 {
			n = binary.BigEndian.Uint64(head[:])
		}
	}
	if f.Masked {
		if _, err := io.ReadFull(r, f.Mask[:]); err != nil {
			return f, err
		}
	}
	f.Payload = make([]byte, n)
	if _, err := io.ReadFull(r, f.Payload); err != nil {
		return f, err
	}
	if f.Masked {
		for i := range f.Payload {
			f.Payload[i] ^= f.Mask[i%4]
		}
	}
	return f, nil
}
