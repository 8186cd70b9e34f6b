package wsstream

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"slices"

	"github.com/gobwas/ws"
)

const (
	// smallFrame is the room in which most frames are put together before they go to the socket, in bytes.
	smallFrame = 4 << 10

	// controlRoom is what the control frames that wait may take of it.
	controlRoom = (maxPongs + 1) * (ws.MaxHeaderSize + ws.MaxControlFramePayloadSize)

	// maskBlock is how much is masked at once, in bytes, so that it is still in the cache of the processor.
	maskBlock = 8 << 10
)

// output is the one way by which frames reach the socket. Whoever writes a frame holds the lock until the whole frame
// is written, so that frames never mix.
//
// Small messages may join a batch instead, for which the lock is not needed: a goroutine writes what has come together
// while it wrote the batch before, and is gone when nothing has. So a batch is as large as the socket is slow, up to
// size.
//
// Answers to pings wait in a queue, and never does whoever reads the socket wait for the lock: two ends whose writers
// are stuck until the other end reads would wait for each other for ever. The next frame takes the answers along in
// front of it; when nobody is writing, a goroutine of their own writes them, and is gone when it has. So do pings.
type output struct {
	socket  io.Writer
	client  bool      // frames of a client are masked
	gathers bool      // the socket takes what is in two places as one write
	size    int       // of a batch, and of the pieces in which larger frames go to the socket, in bytes
	deflate *deflater // nil without compression

	lock  chan struct{} // holds a value while somebody writes; guards following fields
	shut  bool          // no frame may follow
	rest  []byte        // what is left when a write was cut off; only a Close frame will follow
	begun bool          // some of the frame whose write failed last has left, or is in rest
	parts [2][]byte     // of a write that gathers them
	queue net.Buffers   // what is left of parts in that

	// failed is called with the error of the socket when frames could not be written for which nobody waits.
	failed func(err error)

	controls controlQueue
	batch    batch
}

// newOutput returns the output to socket, with batches of this size.
func newOutput(socket io.Writer, client bool, size int, failed func(error)) *output {
	o := &output{socket: socket, client: client, size: size, lock: make(chan struct{}, 1), failed: failed}
	switch socket.(type) {
	case *net.TCPConn, *net.UnixConn, gatherer:
		o.gathers = true
	}
	return o
}

// acquire waits for the lock, until ctx ends; then it returns the cause.
func (o *output) acquire(ctx context.Context) error {
	select {
	case o.lock <- struct{}{}:
		return nil
	default:
	}
	select {
	case o.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (o *output) tryAcquire() bool {
	select {
	case o.lock <- struct{}{}:
		return true
	default:
		return false
	}
}

// release gives up the lock. Control frames that came meanwhile are seen here or by the next to hold it: who queues one
// looks for a holder afterwards, and this looks at the queue after it has let go.
func (o *output) release() {
	<-o.lock
	if !o.controls.isEmpty() && o.tryAcquire() {
		go o.flush()
	}
}

// pong answers a ping. It does not wait.
func (o *output) pong(payload []byte) {
	o.controls.addPong(payload)
	if o.tryAcquire() {
		go o.flush()
	}
}

// ping sends a ping. It does not wait.
func (o *output) ping() *ping {
	p := o.controls.addPing()
	if o.tryAcquire() {
		go o.flush()
	}
	return p
}

// flush writes the control frames and the batch that wait. It holds the lock when it is called, and gives it up.
func (o *output) flush() {
	defer o.release()
	for {
		if o.shut || len(o.rest) > 0 {
			o.controls.drop()
			return
		}
		buffer := o.takeWaiting(0)
		waited := len(buffer) > 0
		if waited {
			o.writeWaiting(buffer)
		}
		giveMemory(buffer)
		if !waited {
			return
		}
	}
}

func (o *output) writeWaiting(frames []byte) {
	if n, err := o.socket.Write(frames); err != nil {
		o.keep(err, frames[n:], nil, ws.Header{}, 0)
		o.shut = len(o.rest) == 0
		o.failed(err)
	}
}

// takeWaiting returns a buffer with the frames that wait: the batch, and the control frames. Behind them is room for a
// header, and for a payload of this size unless it is large. The lock is held.
func (o *output) takeWaiting(size int) []byte {
	buffer := o.batch.take()
	if buffer == nil {
		buffer = o.frameBuffer(size)
	}
	return o.controls.appendTo(buffer, o)
}

// write writes one frame. It waits for the socket to take the frame, for as long as the socket's write deadline lets
// it; if that ends it, what must still be written is kept for writeRest, which must come before any other frame. The
// lock is held.
//
// A frame that fits a batch is one Write of the socket.
func (o *output) write(h ws.Header, payload []byte) error {
	if o.gathers && !h.Masked && len(payload) > smallFrame {
		return o.gather(h, payload)
	}
	buf := o.takeWaiting(len(payload))
	defer giveMemory(buf)
	before := len(buf) // the frames before this one, in buf; -1 once some of this one has left
	buf = appendHeader(buf, h)
	for done := 0; ; {
		piece := payload[done:min(len(payload), done+cap(buf)-len(buf))]
		buf = appendPayload(buf, piece, h, done)
		done += len(piece)
		n, err := o.socket.Write(buf)
		if err == nil && done < len(payload) && !h.Masked { // nothing is to be done to the rest
			buf, before, done = payload[done:], -1, len(payload)
			n, err = o.socket.Write(buf)
		}
		if err != nil {
			if o.begun = n > before; o.begun {
				o.keep(err, buf[n:], payload[done:], h, done)
			} else {
				o.keep(err, buf[n:before], nil, h, 0)
			}
		}
		if err != nil || done == len(payload) {
			return err
		}
		buf, before = buf[:0], -1
	}
}

// gather is write for a frame whose payload goes to the socket as it is, from where it is.
func (o *output) gather(h ws.Header, payload []byte) error {
	buf := o.takeWaiting(0)
	defer giveMemory(buf)
	before := len(buf)
	buf = appendHeader(buf, h)
	o.parts = [2][]byte{buf, payload}
	o.queue = o.parts[:]
	socket := o.socket
	if g, ok := socket.(gatherer); ok {
		socket = g.gatherTo()
	}
	n, err := o.queue.WriteTo(socket)
	o.queue, o.parts = nil, [2][]byte{}
	if err == nil {
		return nil
	}
	if o.begun = n > int64(before); o.begun {
		inBuf := min(n, int64(len(buf)))
		o.keep(err, buf[inBuf:], payload[n-inBuf:], h, 0)
	} else {
		o.keep(err, buf[n:before], nil, h, 0)
	}
	return err
}

// keep copies what must still be written after a write that ran into the deadline: some bytes that are ready to go, and
// the payload of h from offset on. They belong to the caller again when write has returned.
func (o *output) keep(err error, ready, payload []byte, h ws.Header, offset int) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		rest := make([]byte, 0, len(ready)+len(payload))
		o.rest = appendPayload(append(rest, ready...), payload, h, offset)
	}
}

// writeRest writes what is left of a write that was cut off. It holds the lock when it is called.
func (o *output) writeRest() error {
	if len(o.rest) == 0 {
		return nil
	}
	_, err := o.socket.Write(o.rest)
	o.rest = nil
	return err
}

// frameBuffer returns an empty buffer for a frame with a payload of n bytes and the control frames before it. A frame that
// does not fit goes to the socket in pieces of this size, so that the memory a connection takes to write does not grow with
// its messages.
func (o *output) frameBuffer(n int) []byte {
	return takeMemory(smallFrame + min(o.size, max(0, n-smallFrame+ws.MaxHeaderSize+controlRoom)))
}

// batchBuffer returns an empty buffer for a batch, and what goes along with it.
func (o *output) batchBuffer() []byte {
	return takeMemory(smallFrame + o.size)
}

// newHeader returns the header of a frame that is not a fragment.
func (o *output) newHeader(op ws.OpCode, length int) ws.Header {
	h := ws.Header{Fin: true, OpCode: op, Length: int64(length), Masked: o.client}
	if o.client {
		h.Mask = newMask()
	}
	return h
}

// newMask returns a mask that the application cannot foresee, as RFC 6455, section 5.3, wants it: the operating system
// seeds this generator, and nobody else can.
func newMask() (mask [4]byte) {
	binary.LittleEndian.PutUint32(mask[:], rand.Uint32())
	return mask
}

// appendHeader appends the bytes of h (RFC 6455, section 5.2). Those that gobwas/ws has write to an io.Writer, which
// would cost an allocation a frame.
func appendHeader(buf []byte, h ws.Header) []byte {
	const fin, masked, length16, length64 = 0x80, 0x80, 126, 127
	var bits, mask byte
	if h.Fin {
		bits = fin
	}
	if h.Masked {
		mask = masked
	}
	buf = append(buf, bits|h.Rsv<<4|byte(h.OpCode))
	switch {
	case h.Length < length16:
		buf = append(buf, mask|byte(h.Length))
	case h.Length <= math.MaxUint16:
		buf = binary.BigEndian.AppendUint16(append(buf, mask|length16), uint16(h.Length))
	default:
		buf = binary.BigEndian.AppendUint64(append(buf, mask|length64), uint64(h.Length))
	}
	if h.Masked {
		buf = append(buf, h.Mask[:]...)
	}
	return buf
}

// appendPayload appends a piece of the payload that h announces, masked if it has to be; offset is where it begins.
func appendPayload(buf, piece []byte, h ws.Header, offset int) []byte {
	if !h.Masked {
		return append(buf, piece...)
	}
	for block := range slices.Chunk(piece, maskBlock) {
		n := len(buf)
		buf = append(buf, block...)
		ws.Cipher(buf[n:], h.Mask, offset%4)
		offset += len(block)
	}
	return buf
}
