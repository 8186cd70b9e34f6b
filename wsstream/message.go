package wsstream

import (
	"fmt"
	"unicode/utf8"
)

// MessageType says how the bytes of a [Message] are meant (RFC 6455, section 5.6).
type MessageType uint8

const (
	// TextMessage marks data that is UTF-8. Data of a received text message has been checked.
	TextMessage MessageType = iota + 1

	// BinaryMessage marks data that means whatever the application says.
	BinaryMessage
)

// String returns "text" or "binary".
func (t MessageType) String() string {
	switch t {
	case TextMessage:
		return "text"
	case BinaryMessage:
		return "binary"
	default:
		return fmt.Sprintf("MessageType(%d)", uint8(t))
	}
}

// Message is one WebSocket message, which is one chunk of a stream: an empty message is a chunk too, and the
// fragments in which a message may have come are joined.
//
// The receiver of a message owns Data and may keep and change it; [Message.Release] gives it back, for those who do not
// keep it and want to spare the garbage collector. A message that is written still belongs to the
// writer: Data must not change until the write has completed, and is neither changed nor kept by the connection. That
// Write of a DefaultWriter returned nil means that the message was accepted, not that its write has completed. It has
// when the result of WriteAsync has come, or when Close of the writable stream or a PipeTo into it has returned.
type Message struct {
	// Type is TextMessage or BinaryMessage. A message of any other type cannot be sent.
	Type MessageType

	// Data is the payload. That of a text message must be valid UTF-8, or it cannot be sent.
	Data []byte
}

// Text returns a text message that holds a copy of s.
func Text(s string) Message {
	return Message{Type: TextMessage, Data: []byte(s)}
}

// Binary returns a binary message that holds data itself, not a copy of it: see [Message] for when data may be reused.
func Binary(data []byte) Message {
	return Message{Type: BinaryMessage, Data: data}
}

// String returns the payload as a string, whatever the type.
func (m Message) String() string {
	return string(m.Data)
}

// Release gives the memory of Data away, for messages that are received later, on any connection. Whoever owns a message
// may call it, once, when nobody uses Data any more, nor another slice of the same memory; else a later message appears
// there. It is worth the care where large messages come fast. Memory that is not given back is garbage collected.
//
// To have messages released that have been written, see ReleaseWritten of [Settings].
func (m Message) Release() {
	giveMemory(m.Data)
}

// sendable returns the error for which m cannot be sent.
func (m Message) sendable() error {
	switch {
	case m.Type != TextMessage && m.Type != BinaryMessage:
		return fmt.Errorf("%w: %v is no type of message", ErrMessage, m.Type)
	case m.Type == TextMessage && !utf8.Valid(m.Data):
		return fmt.Errorf("%w: %w", ErrMessage, ErrInvalidUTF8)
	default:
		return nil
	}
}
