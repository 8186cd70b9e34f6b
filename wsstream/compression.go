package wsstream

import (
	"cmp"
	"fmt"
)

// Window sizes of permessage-deflate, as powers of two (RFC 7692, section 7.1.2).
const (
	// MinWindowBits is the smallest window, of 256 bytes.
	MinWindowBits = 8

	// MaxWindowBits is the largest window, of 32 KiB.
	MaxWindowBits = 15
)

const (
	// DefaultCompressionThreshold is the size from which messages are compressed, in bytes.
	DefaultCompressionThreshold = 256

	// defaultTakeoverBits is the window for sending with takeover: it is kept for each connection, and the compressor has
	// to be told it again when it comes from the pool.
	defaultTakeoverBits = 12
)

// Compression says how permessage-deflate (RFC 7692) is negotiated and used. The zero value is safe: it takes nothing
// over from one message to the next, so that a connection at rest holds no memory for it.
//
// Sending and receiving are as seen from this side, so the same Compression is good for a client and for a server. A
// client offers what it says; a server takes the first offer that agrees with it, and refuses none of the rest: the
// connection is open without compression then.
//
// Compressors and decompressors, of about 1 MiB and 50 KiB, are kept in pools, and a connection has one only while it
// writes or reads a compressed message. What a connection keeps with takeover are the windows, of
// 1<<SendWindowBits and 1<<ReceiveWindowBits bytes, and half as much again at most.
//
// A secret and text that an attacker chooses should not be in compressed messages together: their size tells how much
// of the text is in the secret.
type Compression struct {
	// SendTakeover lets messages that are sent refer back to those before, if the peer agrees, which makes similar small
	// messages a good deal smaller. ReceiveTakeover lets the peer's do so.
	SendTakeover, ReceiveTakeover bool

	// SendWindowBits and ReceiveWindowBits bound how far back a compressed message may refer: 1<<bits bytes, from
	// MinWindowBits to MaxWindowBits; anything else is ErrOption. The peer can ask for less. Zero means MaxWindowBits,
	// except for sending with takeover, where it means 12. A peer that cannot be bound to ReceiveWindowBits, as a client
	// that does not offer it, must do without takeover.
	SendWindowBits, ReceiveWindowBits int

	// Threshold is the size from which messages are compressed, in bytes. Zero means DefaultCompressionThreshold; 1
	// compresses all but the empty; negative is ErrOption. A message that would not get smaller is sent as it is.
	Threshold int
}

// withDefaults returns a copy of c with the defaults filled in, and the error for what is out of its range.
func (c *Compression) withDefaults() (*Compression, error) {
	if c == nil {
		return nil, nil
	}
	d := *c
	sendBits := MaxWindowBits
	if d.SendTakeover {
		sendBits = defaultTakeoverBits
	}
	d.SendWindowBits = cmp.Or(d.SendWindowBits, sendBits)
	d.ReceiveWindowBits = cmp.Or(d.ReceiveWindowBits, MaxWindowBits)
	d.Threshold = cmp.Or(d.Threshold, DefaultCompressionThreshold)
	for _, bits := range []int{d.SendWindowBits, d.ReceiveWindowBits} {
		if bits < MinWindowBits || bits > MaxWindowBits {
			return nil, fmt.Errorf("%w: a window of %d bits", ErrOption, bits)
		}
	}
	if d.Threshold < 0 {
		return nil, fmt.Errorf("%w: a negative threshold", ErrOption)
	}
	return &d, nil
}
