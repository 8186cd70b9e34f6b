package wsstream

import (
	"encoding/binary"

	"github.com/gobwas/ws"
)

// isBuffered reports whether the next message is in the buffer to its end, so that next does not wait for the socket.
func (r *messageReader) isBuffered() bool {
	return holdsMessage(r.frames.in.rest)
}

// holdsMessage reports whether the frames in p are those of a message to its end, with what comes between. It does not
// look whether they are valid.
func holdsMessage(p []byte) bool {
	for {
		h, n, ok := peekHeader(p)
		if p = p[n:]; !ok || h.Length < 0 || h.Length > int64(len(p)) {
			return false
		}
		if h.OpCode.IsData() && h.Fin {
			return true
		}
		p = p[h.Length:]
	}
}

// peekHeader returns what the header at the beginning of p says about the frame, and how long it is. It returns false if
// it is not there to its end.
func peekHeader(p []byte) (h ws.Header, n int, ok bool) {
	const fin, masked, length16, length64 = 0x80, 0x80, 126, 127
	n = 2
	if len(p) < n {
		return h, 0, false
	}
	h.Fin, h.OpCode, h.Length = p[0]&fin != 0, ws.OpCode(p[0]&0xf), int64(p[1]&^masked)
	extended := p[n:]
	switch {
	case h.Length == length16 && len(extended) >= 2:
		h.Length = int64(binary.BigEndian.Uint16(extended))
		n += 2
	case h.Length == length64 && len(extended) >= 8:
		h.Length = int64(binary.BigEndian.Uint64(extended))
		n += 8
	case h.Length >= length16:
		return h, 0, false
	}
	if p[1]&masked != 0 {
		n += 4
	}
	if len(p) < n {
		return h, 0, false
	}
	return h, n, true
}
