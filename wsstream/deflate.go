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
	flate  *flate.Writer // to the compressor itself, for frames
	frames *fragmenter   // nil while it is not in use
}

func (c *compressor) Write(p []byte) (int, error) { return c.frames.Write(p) }

// newCompressor returns a compressor that refers back to dict, and at most 1<<bits bytes.
func newCompressor(bits int, dict []byte) *compressor {
	c, ok := compressors[bits].Get().(*compressor)
	if !ok {
		c = new(compressor)
		w, err := flate.NewWriterWindow(c, 1<<bits)
		if err != nil {
			panic("wsstream: internal error: " + err.Error()) // bits have been checked
		}
		c.flate = w
	}
	if len(dict) > 0 {
		c.flate.ResetDict(c, dict)
	}
	return c
}

func (c *compressor) free(bits int) {
	c.frames = nil
	c.flate.ResetDict(c, nil)
	compressors[bits].Put(c)
}

// deflater compresses the messages that a connection sends, one after the other.
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

// compresses reports whether a message of n bytes is sent compressed, if that makes it smaller.
func (d *deflater) compresses(n int) bool { return d != nil && n >= d.terms.threshold }

// compress compresses a message into frames: those that are full are written, with the lock of the output, and the last one
// is left to the caller, who ends the frames. It returns false if the message is to be sent as it is.
func (d *deflater) compress(frames *fragmenter, data []byte) (bool, error) {
	c := newCompressor(d.terms.sendBits, d.history.content())
	defer c.free(d.terms.sendBits)
	c.frames = frames
	if _, err := c.flate.Write(data); err != nil {
		return false, err
	}
	if err := c.flate.Flush(); err != nil || !frames.smallerThan(len(data)) {
		return false, err
	}
	d.history.add(data)
	return true, nil
}

// writeLarge writes a message that is compressed, in as many frames as it takes. The lock is held.
func (o *output) writeLarge(m Message) error {
	frames := newFragmenter(o, opCodeOf(m.Type))
	defer frames.end()
	ok, err := o.deflate.compress(&frames, m.Data)
	if err != nil {
		return err
	}
	if !ok {
		return o.write(o.newHeader(opCodeOf(m.Type), len(m.Data)), m.Data)
	}
	return frames.emit(len(frames.last()), true)
}

// fragmenter puts a compressed message into frames. It keeps back the end, of which syncTail is not sent.
type fragmenter struct {
	output *output
	op     ws.OpCode // of the next frame
	buffer []byte
}

func newFragmenter(o *output, op ws.OpCode) fragmenter {
	return fragmenter{output: o, op: op, buffer: takeMemory(fragmentSize + len(syncTail))}
}

// end gives back what the fragmenter holds.
func (f *fragmenter) end() {
	giveMemory(f.buffer)
	f.buffer = nil
}

// Write takes what the compressor gives out, and writes a frame when there is enough.
func (f *fragmenter) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		n := min(len(p)-done, fragmentSize+len(syncTail)-len(f.buffer))
		f.buffer = append(f.buffer, p[done:done+n]...)
		done += n
		if len(f.buffer) == fragmentSize+len(syncTail) {
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
	return f.op == ws.OpContinuation || len(f.buffer)-len(syncTail) < n
}

// last returns the payload of the last frame of the message.
func (f *fragmenter) last() []byte {
	payload, ok := bytes.CutSuffix(f.buffer, []byte(syncTail))
	if !ok {
		panic("wsstream: internal error: a compressed message without its end")
	}
	return payload
}

// header returns that of the next frame, with n bytes of payload.
func (f *fragmenter) header(n int, last bool) ws.Header {
	h := f.output.newHeader(f.op, n)
	h.Fin = last
	if f.op != ws.OpContinuation {
		h.Rsv = rsv1
	}
	f.op = ws.OpContinuation
	return h
}

// emit writes the first n bytes of the buffer as a frame. The lock of the output is held.
func (f *fragmenter) emit(n int, last bool) error {
	err := f.output.write(f.header(n, last), f.buffer[:n])
	f.buffer = f.buffer[:copy(f.buffer, f.buffer[n:])]
	return err
}

var _ io.Writer = (*compressor)(nil)
