package wsstream

import (
	"errors"
	"fmt"
	"io"

	"github.com/gobwas/ws"
)

// rsv1 marks the first frame of a compressed message (RFC 7692, section 6).
const rsv1 = 4

// messageLimits bound a message.
type messageLimits struct {
	message   int64 // bytes of the message as it comes; math.MaxInt64 for none
	inflated  int64 // bytes of a compressed message when it is decompressed
	frame     int64 // bytes of the payload of a frame
	fragments int   // frames
}

// messageReader makes messages of frames: it joins fragments, decompresses, keeps to the limits, checks text as it
// arrives, and hands the control frames that come between to control.
type messageReader struct {
	frames  frameReader
	limits  messageLimits
	deflate bool   // messages may come compressed
	history window // of the messages that came compressed

	// control is called with each control frame. The payload is valid until it returns. An error ends the reading.
	control func(op ws.OpCode, payload []byte) error

	// Of the message in progress:
	kind      MessageType // zero between messages
	last      bool        // its last frame has begun
	wire      int64       // bytes of the frames so far
	fragments int
	inflater  *inflater // nil if it is not compressed
	size      int64     // bytes given out
	text      textChecker
}

// next returns the next message, of which the caller becomes the owner. It waits for the socket, and ends when a
// message is whole, when control fails, when the peer breaks a rule (a *failure), and with the socket's error.
func (r *messageReader) next() (Message, error) {
	kind, err := r.begin()
	if err != nil {
		return Message{}, err
	}
	m := Message{Type: kind}
	if r.inflater != nil {
		m.Data, err = r.readInflated()
	} else {
		m.Data, err = r.readPlain()
	}
	if err == nil {
		err = r.end()
	}
	if !errors.Is(err, io.EOF) {
		return Message{}, err
	}
	return m, nil
}

// begin reads the header of the next message, and returns its type. Read reads it then.
func (r *messageReader) begin() (MessageType, error) {
	h, err := r.nextData()
	if err != nil {
		return 0, err
	}
	r.kind, r.last = typeOf(h.OpCode), false
	r.wire, r.fragments, r.size = 0, 0, 0
	r.text = textChecker{}
	if h.Rsv == rsv1 {
		r.inflater = newInflater(r, &r.history)
	}
	return r.kind, r.count(h)
}

// Read reads some of the message in progress; io.EOF is its end. p must have room.
func (r *messageReader) Read(p []byte) (int, error) {
	if r.kind == 0 {
		return 0, io.EOF
	}
	n, err := r.read(p)
	if errors.Is(err, io.EOF) {
		return 0, r.end()
	}
	return n, err
}

// read is Read, but does not end the message.
func (r *messageReader) read(p []byte) (n int, err error) {
	if r.inflater != nil {
		n, err = r.inflater.Read(p)
	} else {
		n, err = r.readWire(p)
	}
	if err != nil {
		return 0, err
	}
	if r.size += int64(n); r.inflater != nil && r.size > r.limits.inflated {
		return 0, tooBig("%d decompressed bytes", r.limits.inflated)
	}
	if r.kind == TextMessage && !r.text.check(p[:n]) {
		return 0, invalidText()
	}
	return n, nil
}

// end ends the message in progress, and returns io.EOF if it may end here.
func (r *messageReader) end() error {
	complete := r.text.complete()
	r.frames.trust(r.wire)
	r.drop()
	if !complete {
		return invalidText()
	}
	return io.EOF
}

// drop gives back what the message in progress holds.
func (r *messageReader) drop() {
	r.kind = 0
	if r.inflater != nil {
		r.inflater.free()
		r.inflater = nil
	}
}

// readWire reads some of the message in progress as it comes; io.EOF is its end.
func (r *messageReader) readWire(p []byte) (int, error) {
	if err := r.advance(); err != nil {
		return 0, err
	}
	return r.frames.Read(p)
}

// advance reads on to a frame of the message in progress of which something is left; io.EOF says that there is none.
func (r *messageReader) advance() error {
	for r.frames.left == 0 {
		if r.last {
			return io.EOF
		}
		h, err := r.nextData()
		if err == nil {
			err = r.count(h)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// count counts a frame of the message in progress.
func (r *messageReader) count(h ws.Header) error {
	r.last = h.Fin
	r.fragments++
	switch {
	case h.Length > r.limits.message-r.wire:
		return tooBig("%d bytes", r.limits.message)
	case h.Length > r.limits.frame:
		return tooBig("%d bytes for a frame", r.limits.frame)
	case r.fragments > r.limits.fragments:
		return &failure{StatusPolicyViolation, fmt.Errorf("%w: the limit is %d fragments", ErrMessageTooBig, r.limits.fragments)}
	}
	r.wire += h.Length
	return nil
}

// readPlain reads a message that is not compressed, and does not end it.
func (r *messageReader) readPlain() (data []byte, err error) {
	for {
		if err := r.advance(); err != nil {
			return data, noEOF(err)
		}
		data = r.frames.makeRoom(data, r.last)
		n, err := r.read(data[len(data):cap(data)])
		if data = data[:len(data)+n]; err != nil {
			return nil, err
		}
	}
}

// noEOF returns nil for io.EOF, and else err.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// readInflated reads a message that is compressed, and does not end it.
func (r *messageReader) readInflated() ([]byte, error) {
	f := r.inflater
	n, err := readFull(r.read, f.output[:])
	data := append(takeMemory(n), f.output[:n]...)
	for err == nil {
		if n = 2 * len(data); f.source.suspects(n) {
			return r.readSuspect(data)
		}
		data = growMemory(data, n)
		n, err = readFull(r.read, data[len(data):n])
		data = data[:len(data)+n]
	}
	return data, noEOF(err)
}

// readFull reads until p is full. It returns how much it read, and what ended that.
func readFull(read func(p []byte) (int, error), p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var more int
		more, err = read(p[n:])
		n += more
	}
	return n, err
}

// discard reads past what is left of a data frame, or else past one and the control frames before it.
func (r *messageReader) discard() error {
	r.drop()
	if r.frames.left > 0 {
		return r.frames.skip()
	}
	if _, err := r.nextData(); err != nil {
		return err
	}
	return r.frames.skip()
}

// nextData reads up to the payload of the next data frame.
func (r *messageReader) nextData() (ws.Header, error) {
	for {
		h, err := r.frames.next()
		if err != nil {
			return h, err
		}
		if err := r.checkReserved(h); err != nil || h.OpCode.IsData() {
			return h, err
		}
		payload := make([]byte, h.Length) // at most 125: kept for the next, it would be much of what a connection at rest takes
		if _, err := io.ReadFull(&r.frames, payload); err != nil {
			return h, err
		}
		if err := r.control(h.OpCode, payload); err != nil {
			return h, err
		}
	}
}

// checkReserved returns the error for reserved bits that mean nothing: any without an extension, and with compression
// all but RSV1 on the first frame of a message (RFC 7692, section 6.1).
func (r *messageReader) checkReserved(h ws.Header) error {
	if h.Rsv == 0 || h.Rsv == rsv1 && r.deflate && (h.OpCode == ws.OpText || h.OpCode == ws.OpBinary) {
		return nil
	}
	return violation(ws.ErrProtocolNonZeroRsv.Error())
}

func tooBig(format string, limit any) *failure {
	return &failure{StatusMessageTooBig, fmt.Errorf("%w: the limit is "+format, ErrMessageTooBig, limit)}
}

func invalidText() *failure {
	return &failure{StatusInvalidFramePayloadData, fmt.Errorf("%w in a text message", ErrInvalidUTF8)}
}

func typeOf(op ws.OpCode) MessageType {
	if op == ws.OpText {
		return TextMessage
	}
	return BinaryMessage
}

func opCodeOf(t MessageType) ws.OpCode {
	if t == TextMessage {
		return ws.OpText
	}
	return ws.OpBinary
}
