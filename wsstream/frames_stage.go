package wsstream

import (
	"fmt"

	"github.com/weirstreams/weir/streams"
)

// FragmentMessages returns a stage that makes frames of messages, each with at most size bytes of payload: of a longer
// message several, of an empty one one. Their payloads are parts of the message's. A message that cannot be sent fails
// with ErrMessage; a size less than 1 is ErrOption, at the first message.
func FragmentMessages(size int) *streams.TransformStream[Message, Frame] {
	return streams.TransformFunc(func(m Message, emit func(Frame)) error {
		if size < 1 {
			return fmt.Errorf("%w: fragments of %d bytes", ErrOption, size)
		}
		if err := m.sendable(); err != nil {
			return err
		}
		op, data := OpCode(opCodeOf(m.Type)), m.Data
		for len(data) > size {
			emit(Frame{OpCode: op, Payload: data[:size:size]})
			op, data = OpContinuation, data[size:]
		}
		emit(Frame{Fin: true, OpCode: op, Payload: data})
		return nil
	}, nil)
}

// CheckText returns a stage that lets frames pass as they are, and fails with a *FrameError (ErrInvalidUTF8) at the first
// frame with a byte that no valid text can have there: in text messages, also across fragments, and in the bodies of Close
// frames, for which their status codes are checked as well. Compressed messages, which have Rsv1, pass unchecked.
// [AssembleMessages] needs no such stage.
func CheckText() *streams.TransformStream[Frame, Frame] {
	var text textChecker
	checking := false // text is that of the message in progress
	return streams.TransformFunc(func(f Frame, emit func(Frame)) error {
		switch f.OpCode {
		case OpClose:
			if _, err := f.CloseInfo(); err != nil {
				return err
			}
		case OpText:
			text, checking = textChecker{}, f.Rsv&Rsv1 == 0
		case OpBinary:
			checking = false
		}
		if checking && !f.OpCode.IsControl() {
			if !text.check(f.Payload) || f.Fin && !text.complete() {
				return frameError(invalidText())
			}
			checking = !f.Fin
		}
		emit(f)
		return nil
	}, nil)
}
