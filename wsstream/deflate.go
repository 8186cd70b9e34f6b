package wsstream

import (
	"bytes"
	"io"
	"sync"

	"github.com/gobwas/ws"
	"github.com/klauspost/compress/flate"
)

const (
	// fragmentSize is how much of a compressed message goes into one frame, in bytes: a large message takes no more
	// memory than that, and control frames come through between its fragments.
	fragmentSize = 64 << 10

	// syncTail ends what the compressor has flushed; it is not sent (RFC 7692, section 7.2.1).
	syncTail = "\x00\x00\xff\xff"
)

// compressors holds those that are not in use, by their window.
var compressors [MaxWindowBits + 1]sync.Pool

// compressor compresses messages into frames. It comes from a pool and goes back there.
type compressor struct {
	flate  *flate.Writer // to frames
	frames fragmenter
}

// newCompressor returns a compressor that refers back to dict, and at most 1<<bits bytes.
func newCompressor(bits int, dict []byte) *compressor {
	c, ok := compressors[bits].Get().(*compressor)
	if !ok {
		c = new(compressor)
		w, err := flate.NewWriterWindow(&c.frames, 1<<bits)
		if err != nil {
			panic("wsstream: internal error: " + err.Error()) // bits have been checked
		}
		c.flate = w
	}
	if len(dict) > 0 {
		c.flate.ResetDict(&c.frames, dict)
	}
	return c
}

func (c *compressor) free(bits int) {
	c.flate.ResetDict(&c.frames, nil)
	compressors[bits].Put(c)
}

// deflater compresses the messages that a connection sends. It is guarded by the lock of the output.
type deflater struct {
	terms   deflateTerms
	history window // of the messages that were sent compressed
}

func newDeflater(terms deflateTerms) *deflater {
	d := &deflater{terms: terms}
	if terms.sendTakeover {
		d.history.size = 1 << terms.sendBits
	}
	return d
}

// writeMessage writes a message, compressed or as one frame. The lock is held.
func (o *output) writeMessage(m Message) error {
	op := opCodeOf(m.Type)
	if d := o.deflate; d != nil && len(m.Data) >= d.terms.threshold {
		return d.write(o, op, m.Data)
	}
	return o.write(o.newHeader(op, len(m.Data)), m.Data)
}

// write compresses a message and writes it, or as it is if that is not smaller.
func (d *deflater) write(o *output, op ws.OpCode, payload []byte) error {
	c := newCompressor(d.terms.sendBits, d.history.content())
	defer c.free(d.terms.sendBits)
	c.frames.begin(o, op)
	defer c.frames.end()
	if _, err := c.flate.Write(payload); err != nil {
		return err
	}
	if err := c.flate.Flush(); err != nil {
		return err
	}
	if !c.frames.smallerThan(len(payload)) {
		return o.write(o.newHeader(op, len(payload)), payload)
	}
	d.history.add(payload)
	return c.frames.last()
}

// fragmenter puts a compressed message into frames. It keeps back the end, of which syncTail is not sent.
type fragmenter struct {
	output *output
	op     ws.OpCode // of the next frame
	buffer *[]byte
}

func (f *fragmenter) begin(o *output, op ws.OpCode) {
	f.output, f.op = o, op
	f.buffer = largeFrames.Get().(*[]byte)
	*f.buffer = (*f.buffer)[:0]
}

func (f *fragmenter) end() {
	freeFrameBuffer(f.buffer)
	f.output, f.buffer = nil, nil
}

// Write takes what the compressor gives out, and writes a frame when there is enough.
func (f *fragmenter) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		n := min(len(p)-done, fragmentSize+len(syncTail)-len(*f.buffer))
		*f.buffer = append(*f.buffer, p[done:done+n]...)
		done += n
		if len(*f.buffer) == fragmentSize+len(syncTail) {
			if err := f.emit(fragmentSize, false); err != nil {
				return 0, err
			}
		}
	}
	return len(p), nil
}

// smallerThan reports whether the message, which is complete, takes less than n bytes. One of which frames have been
// written is taken as it is.
func (f *fragmenter) smallerThan(n int) bool {
	return f.op == ws.OpContinuation || len(*f.buffer)-len(syncTail) < n
}

// last writes the last frame of the message.
func (f *fragmenter) last() error {
	if !bytes.HasSuffix(*f.buffer, []byte(syncTail)) {
		panic("wsstream: internal error: a compressed message without its end")
	}
	return f.emit(len(*f.buffer)-len(syncTail), true)
}

// emit writes the first n bytes of the buffer as a frame.
func (f *fragmenter) emit(n int, last bool) error {
	h := f.output.newHeader(f.op, n)
	h.Fin = last
	if f.op != ws.OpContinuation {
		h.Rsv = rsv1
	}
	f.op = ws.OpContinuation
	err := f.output.write(h, (*f.buffer)[:n])
	*f.buffer = (*f.buffer)[:copy(*f.buffer, (*f.buffer)[n:])]
	return err
}

var _ io.Writer = (*fragmenter)(nil)
