package wsstream

import (
	"errors"
	"io"

	"github.com/gobwas/ws"
)

// frameReader reads frames: the header of one, then its payload in as many pieces as the caller likes, then the next.
// It keeps the rules that need no look into a payload (RFC 6455, section 5).
type frameReader struct {
	in     *input
	state  ws.State               // whose side this is, and whether a message is in fragments
	header ws.Header              // of the frame in progress
	left   int64                  // bytes of its payload that were not read yet
	buffer [ws.MaxHeaderSize]byte // for the header
}

func newFrameReader(in *input, side ws.State) frameReader {
	return frameReader{in: in, state: side}
}

// next reads the header of the next frame. The payload of the one before must have been read or skipped.
func (r *frameReader) next() (ws.Header, error) {
	start := r.in.taken
	h, err := ws.ReadHeaderBuffer(r.in, r.buffer[:])
	switch {
	case errors.Is(err, ws.ErrHeaderLengthMSB):
		return h, violation("a payload length with the top bit set")
	case err != nil:
		return h, err
	case r.in.taken-start != int64(ws.HeaderSize(h)):
		return h, violation("a payload length in more bytes than it needs")
	}
	if err := ws.CheckHeader(h, r.state); err != nil {
		return h, violation(err.Error())
	}
	if h.OpCode.IsData() {
		if h.Fin {
			r.state = r.state.Clear(ws.StateFragmented)
		} else {
			r.state = r.state.Set(ws.StateFragmented)
		}
	}
	r.header, r.left = h, h.Length
	return h, nil
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
