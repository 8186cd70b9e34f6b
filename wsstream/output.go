package wsstream

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"

	"github.com/gobwas/ws"
)

const (
	// smallFrame is the room in which most frames are put together before they go to the socket, in bytes.
	smallFrame = 4 << 10

	// largeFrame is that of the others. A frame that does not fit goes to the socket in pieces of this size, so that
	// the memory a connection takes to write does not grow with its messages.
	largeFrame = 64<<10 + smallFrame

	// maxPongs is how many answers to pings may wait for a writer. With more the oldest is dropped, as RFC 6455,
	// section 5.5.3, allows: so a flood of pings to a connection that is stuck takes no memory.
	maxPongs = 16
)

var (
	smallFrames = sync.Pool{New: func() any { return new(make([]byte, 0, smallFrame)) }}
	largeFrames = sync.Pool{New: func() any { return new(make([]byte, 0, largeFrame)) }}
)

// output is the one way by which frames reach the socket. Whoever writes a frame holds the lock until the whole frame
// is written, so that frames never mix.
//
// Answers to pings wait in a queue, and never does whoever reads the socket wait for the lock: two ends whose writers
// are stuck until the other end reads would wait for each other for ever. The next frame takes the answers along in
// front of it; when nobody is writing, a goroutine of their own writes them, and is gone when it has.
type output struct {
	socket io.Writer
	client bool          // frames of a client are masked
	lock   chan struct{} // holds a value while somebody writes
	shut   bool          // no frame may follow; guarded by lock
	rest   []byte        // of a frame that was cut off, when only a Close frame will follow; guarded by lock

	// failed is called with the error of the socket when answers to pings could not be written.
	failed func(err error)

	mu    sync.Mutex // guards the following field
	pongs [][]byte   // answers that wait, the oldest first
}

// newOutput returns the output to socket.
func newOutput(socket io.Writer, client bool, failed func(error)) *output {
	return &output{socket: socket, client: client, lock: make(chan struct{}, 1), failed: failed}
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

// release gives up the lock. Pongs that came meanwhile are seen here or by the next to hold it: pong looks for a
// holder after it has queued, and this looks at the queue after it has let go.
func (o *output) release() {
	<-o.lock
	if o.pongsWait() && o.tryAcquire() {
		go o.flush()
	}
}

// pong answers a ping. It does not wait.
func (o *output) pong(payload []byte) {
	o.mu.Lock()
	if len(o.pongs) == maxPongs {
		o.pongs = slices.Delete(o.pongs, 0, 1)
	}
	o.pongs = append(o.pongs, slices.Clone(payload))
	o.mu.Unlock()
	if o.tryAcquire() {
		go o.flush()
	}
}

func (o *output) pongsWait() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.pongs) > 0
}

// flush writes the answers that wait. It holds the lock when it is called, and gives it up.
func (o *output) flush() {
	defer o.release()
	pongs := o.takePongs(nil)
	if o.shut || len(o.rest) > 0 || len(pongs) == 0 {
		return
	}
	if _, err := o.socket.Write(pongs); err != nil {
		o.shut = true
		o.failed(err)
	}
}

// takePongs empties the queue of answers into buf, as frames.
func (o *output) takePongs(buf []byte) []byte {
	o.mu.Lock()
	pongs := o.pongs
	o.pongs = nil
	o.mu.Unlock()
	for _, payload := range pongs {
		h := o.newHeader(ws.OpPong, len(payload))
		buf = appendPayload(appendHeader(buf, h), payload, h, 0)
	}
	return buf
}

// write writes one frame. It holds the lock when it is called. It waits for the socket to take the frame, for as long
// as the socket's write deadline lets it; if that ends it in the middle of the frame, what is left is kept for
// writeRest, which must come before any other frame.
//
// A frame of up to 64 KiB is one Write of the socket.
func (o *output) write(op ws.OpCode, payload []byte) error {
	buffer := frameBuffer(len(payload))
	defer freeFrameBuffer(buffer)
	h := o.newHeader(op, len(payload))
	buf := appendHeader(o.takePongs(*buffer), h)
	begun := false
	for done := 0; ; {
		piece := payload[done:min(len(payload), done+cap(buf)-len(buf))]
		buf = appendPayload(buf, piece, h, done)
		done += len(piece)
		if n, err := o.socket.Write(buf); err != nil {
			if begun || n > 0 {
				o.keep(err, buf[n:], payload[done:], h, done)
			}
			return err
		}
		begun = true
		switch {
		case done == len(payload):
			return nil
		case !h.Masked: // nothing is to be done to the rest
			n, err := o.socket.Write(payload[done:])
			if err != nil {
				o.keep(err, nil, payload[done+n:], h, done+n)
			}
			return err
		}
		buf = buf[:0]
	}
}

// keep copies what is left of a frame that ran into the deadline: some bytes that are ready to go, and the payload from
// offset on. The payload belongs to the caller again when write has returned.
func (o *output) keep(err error, ready, payload []byte, h ws.Header, offset int) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		rest := make([]byte, 0, len(ready)+len(payload))
		o.rest = appendPayload(append(rest, ready...), payload, h, offset)
	}
}

// writeRest writes what is left of a frame. It holds the lock when it is called.
func (o *output) writeRest() error {
	if len(o.rest) == 0 {
		return nil
	}
	_, err := o.socket.Write(o.rest)
	o.rest = nil
	return err
}

// frameBuffer returns an empty buffer for a frame with a payload of n bytes and the pongs before it.
func frameBuffer(n int) *[]byte {
	if n <= smallFrame-ws.MaxHeaderSize-maxPongs*(ws.MaxHeaderSize+ws.MaxControlFramePayloadSize) {
		return smallFrames.Get().(*[]byte)
	}
	return largeFrames.Get().(*[]byte)
}

// freeFrameBuffer takes back what frameBuffer gave.
func freeFrameBuffer(buf *[]byte) {
	if cap(*buf) == smallFrame {
		smallFrames.Put(buf)
	} else {
		largeFrames.Put(buf)
	}
}

// newHeader returns the header of a frame that is not a fragment.
func (o *output) newHeader(op ws.OpCode, length int) ws.Header {
	h := ws.Header{Fin: true, OpCode: op, Length: int64(length), Masked: o.client}
	if o.client {
		// The application must not be able to foresee the mask (RFC 6455, section 5.3); the operating system seeds this
		// generator, and nobody else can.
		binary.LittleEndian.PutUint32(h.Mask[:], rand.Uint32())
	}
	return h
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
	n := len(buf)
	buf = append(buf, piece...)
	if h.Masked {
		ws.Cipher(buf[n:], h.Mask, offset%4)
	}
	return buf
}
