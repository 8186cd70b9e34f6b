package wsstream

import (
	"errors"
	"io"
	"math"

	"github.com/gobwas/ws"
)

// frameReader reads frames: the header of one, then its payload in as many pieces as the caller likes, then the next.
// It keeps the rules that need no look into a payload (RFC 6455, section 5).
type frameReader struct {
	in      *input
	state   ws.State               // whose side this is, and whether a message is in fragments
	lenient bool                   // only what cannot be read is refused
	header  ws.Header              // of the frame in progress
	left    int64                  // bytes of its payload that were not read yet
	trusted int64                  // how much memory is set aside for a payload on the word of its header, in bytes
	buffer  [ws.MaxHeaderSize]byte // for the header
}

func newFrameReader(in *input, side ws.State) frameReader {
	return frameReader{in: in, state: side, trusted: leastTrusted}
}

// next reads the header of the next frame. The payload of the one before must have been read or skipped. It returns
// io.EOF at the end of the connection, if that is between two messages.
func (r *frameReader) next() (ws.Header, error) {
	start := r.in.taken
	h, err := ws.ReadHeaderBuffer(r.in, r.buffer[:])
	switch {
	case errors.Is(err, ws.ErrHeaderLengthMSB):
		return h, violation("a payload length with the top bit set")
	case errors.Is(err, io.EOF) && (r.in.taken > start || r.state.Fragmented()):
		return h, io.ErrUnexpectedEOF
	case err != nil:
		return h, err
	}
	r.header, r.left = h, h.Length
	if r.lenient {
		return h, nil
	}
	if r.in.taken-start != int64(ws.HeaderSize(h)) {
		return h, violation("a payload length in more bytes than it needs")
	}
	r.state, err = stateAfter(r.state, h)
	return h, err
}

// stateAfter returns the state behind a frame with the header h, and an error if there must be no such frame now.
func stateAfter(state ws.State, h ws.Header) (ws.State, error) {
	if err := ws.CheckHeader(h, state); err != nil {
		return state, violation(err.Error())
	}
	switch {
	case !h.OpCode.IsData():
		return state, nil
	case h.Fin:
		return state.Clear(ws.StateFragmented), nil
	default:
		return state.Set(ws.StateFragmented), nil
	}
}

// Read reads some of the payload, unmasked; io.EOF is the end of the payload, not of the connection.
func (r *frameReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.in.Read(p[:min(int64(len(p)), r.left)])
	if r.header.Masked {
		ws.Cipher(p[:n], r.header.Mask, int((r.header.Length-r.left)%4))
	}
	r.left -= int64(n)
	switch {
	case n > 0:
		return n, nil // an error that came with bytes comes again without them
	case errors.Is(err, io.EOF):
		return 0, io.ErrUnexpectedEOF
	default:
		return 0, err
	}
}

// skip reads past the rest of the payload.
func (r *frameReader) skip() error {
	err := r.in.Discard(r.left)
	r.left = 0
	return err
}

// leastTrusted is how much memory is set aside for a payload on the word of its header at least, in bytes.
const leastTrusted = 64 << 10

// trust notes that a message of n bytes has come, so that as many are set aside for the next, half of that for the one
// after, and so on. What is larger gets more as it arrives, at most twice what has arrived. So a peer has sent half of what
// it makes us hold, now or shortly before.
func (r *frameReader) trust(n int64) {
	r.trusted = max(leastTrusted, n, r.trusted/2)
}

// makeRoom returns data with room for some of the payload in progress. The last fragment of a message is given no more
// room than it needs, so that a message in one frame fits its memory. Data belongs to makeRoom from now on.
func (r *frameReader) makeRoom(data []byte, last bool) []byte {
	if len(data) < cap(data) {
		return data
	}
	total := int64(len(data)) + r.left
	size := max(2*int64(len(data)), min(total, r.trusted))
	if last {
		size = min(size, total)
	}
	return growMemory(data, int(min(size, math.MaxInt)))
}
