package wstest

import (
	"bytes"
	"compress/flate"
	"fmt"
	"strings"
)

// syncTail ends what a deflater has flushed, and is left out of a message (RFC 7692, section 7.2.1).
const syncTail = "\x00\x00\xff\xff"

// A Deflater compresses messages. What it has compressed before is taken over into the next message.
type Deflater struct {
	out bytes.Buffer
	w   *flate.Writer
}

// NewDeflater returns a Deflater of a level of package compress/flate. With flate.HuffmanOnly messages refer to nothing
// before, so that they fit every window.
func NewDeflater(level int) *Deflater {
	d := new(Deflater)
	w, err := flate.NewWriter(&d.out, level)
	if err != nil {
		panic(err) // the level of a test
	}
	d.w = w
	return d
}

// Message returns the payload of a compressed message.
func (d *Deflater) Message(text string) string {
	d.out.Reset()
	if _, err := d.w.Write([]byte(text)); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := d.w.Flush(); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(d.out.String(), syncTail)
}

// Deflated returns a message compressed on its own.
func Deflated(text string) string {
	return NewDeflater(flate.BestCompression).Message(text)
}

// Compressed returns the frame of a message that was compressed on its own.
func Compressed(op byte, text string) Frame {
	return Frame{Fin: true, Rsv: 4, Op: op, Payload: []byte(Deflated(text))}
}

// An Inflater decompresses messages, and sees to it that they refer back no further than a window, and to nothing before
// them unless takeover is agreed on.
type Inflater struct {
	window   int
	takeover bool
	history  []byte
}

// NewInflater returns an Inflater for a window of 1<<bits bytes.
func NewInflater(bits int, takeover bool) *Inflater {
	return &Inflater{window: 1 << bits, takeover: takeover}
}

// Message returns the text of a message with this payload.
func (i *Inflater) Message(payload []byte) (text string, err error) {
	if !i.takeover {
		i.history = nil
	}
	from := len(i.history)
	d := inflation{in: append(bytes.Clone(payload), syncTail...), out: i.history, window: i.window}
	if err := d.blocks(); err != nil {
		return "", fmt.Errorf("after %d bytes: %w", len(d.out)-from, err)
	}
	i.history = d.out
	return string(d.out[from:]), nil
}
