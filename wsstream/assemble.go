package wsstream

import (
	"fmt"
	"io"

	"github.com/gobwas/ws"
)

// believed is how much memory is set aside for a payload on the word of its header, in bytes. What is larger gets
// more as it arrives, at most twice what has arrived.
const believed = 64 << 10

// messageReader makes messages of frames: it joins fragments, keeps to the limit, checks text as it arrives, and hands
// the control frames that come between to control.
type messageReader struct {
	frames frameReader
	limit  int64 // bytes of a message; math.MaxInt64 for none

	// control is called with each control frame. The payload is valid until it returns. An error ends the reading.
	control func(op ws.OpCode, payload []byte) error
	payload [ws.MaxControlFramePayloadSize]byte // of a control frame

	message Message // what there is so far of the message in progress; Type is zero between messages
	checked int     // how much of its text has been checked
}

// next returns the next message, of which the caller becomes the owner. It waits for the socket, and ends when a
// message is whole, when control fails, when the peer breaks a rule (a *failure), and with the socket's error.
func (r *messageReader) next() (Message, error) {
	for {
		h, err := r.nextData()
		if err != nil {
			return Message{}, err
		}
		if err := r.readData(h); err != nil {
			return Message{}, err
		}
		if h.Fin {
			return r.take()
		}
	}
}

// discard reads past one data frame, and the control frames before it.
func (r *messageReader) discard() error {
	if _, err := r.nextData(); err != nil {
		return err
	}
	return r.frames.skip()
}

// nextData reads up to the payload of the next data frame.
func (r *messageReader) nextData() (ws.Header, error) {
	for {
		h, err := r.frames.next()
		if err != nil || h.OpCode.IsData() {
			return h, err
		}
		payload := r.payload[:h.Length]
		if _, err := io.ReadFull(&r.frames, payload); err != nil {
			return h, err
		}
		if err := r.control(h.OpCode, payload); err != nil {
			return h, err
		}
	}
}

// readData adds the payload of the data frame in progress to the message.
func (r *messageReader) readData(h ws.Header) error {
	if h.OpCode != ws.OpContinuation {
		r.message.Type = typeOf(h.OpCode)
	}
	if h.Length > r.limit-int64(len(r.message.Data)) {
		return &failure{StatusMessageTooBig, fmt.Errorf("%w: the limit is %d bytes", ErrMessageTooBig, r.limit)}
	}
	for r.frames.left > 0 {
		r.makeRoom(h.Fin)
		data := r.message.Data
		n, err := r.frames.Read(data[len(data):cap(data)])
		r.message.Data = data[:len(data)+n]
		if err != nil {
			return err
		}
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

// makeRoom sees to it that there is room for some of the payload in progress. The last fragment is given no more room
// than it needs, so that a message in one frame fits its memory.
func (r *messageReader) makeRoom(last bool) {
	data := r.message.Data
	if len(data) < cap(data) {
		return
	}
	total := int64(len(data)) + r.frames.left
	size := max(2*int64(len(data)), min(total, believed))
	if last {
		size = min(size, total)
	}
	r.message.Data = make([]byte, len(data), size)
	copy(r.message.Data, data)
}

// check looks at the text that arrived since it was called last, so that a message fails at its first bad byte.
func (r *messageReader) check() error {
	if r.message.Type != TextMessage {
		return nil
	}
	n, ok := checkUTF8(r.message.Data[r.checked:])
	if !ok {
		return invalidText()
	}
	r.checked += n
	return nil
}

// take gives out the message, which is whole.
func (r *messageReader) take() (Message, error) {
	m := r.message
	if m.Type == TextMessage && r.checked < len(m.Data) {
		return Message{}, invalidText()
	}
	r.message, r.checked = Message{}, 0
	return m, nil
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
