package wsstream

import (
	"io"
	"sync"
)

// inputBufferSize is how much is asked of the socket at once, in bytes, unless a larger piece of a payload is wanted.
const inputBufferSize = 4096

var inputBuffers = sync.Pool{New: func() any { return new([inputBufferSize]byte) }}

// input reads from the socket through a buffer, so that a small frame costs one system call. It takes the buffer
// from a pool to fill it, and gives it back when it is used up.
type input struct {
	socket io.Reader
	buffer *[inputBufferSize]byte // nil while nothing is buffered
	rest   []byte                 // what is left to read of buffer, or of what came with the handshake
	taken  int64                  // bytes given out so far
}

// newInput returns an input that gives out early first: what arrived in one segment with the opening handshake.
func newInput(socket io.Reader, early []byte) *input {
	return &input{socket: socket, rest: early}
}

// Read gives out what is buffered, without a look at the socket, or else waits for what the socket has next. P
// must have room.
func (in *input) Read(p []byte) (int, error) {
	if len(in.rest) == 0 {
		if len(p) >= inputBufferSize {
			n, err := in.socket.Read(p)
			in.taken += int64(n)
			return n, err
		}
		if err := in.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, in.rest)
	in.rest = in.rest[n:]
	in.taken += int64(n)
	if len(in.rest) == 0 {
		in.release()
	}
	return n, nil
}

// Discard skips n bytes.
func (in *input) Discard(n int64) error {
	_, err := io.CopyN(io.Discard, in, n)
	return err
}

// fill reads from the socket until there is something. An error that came with bytes comes again without them.
func (in *input) fill() error {
	if in.buffer == nil {
		in.buffer = inputBuffers.Get().(*[inputBufferSize]byte)
	}
	for {
		n, err := in.socket.Read(in.buffer[:])
		if n > 0 {
			in.rest = in.buffer[:n]
			return nil
		}
		if err != nil {
			in.release()
			return err
		}
	}
}

func (in *input) release() {
	in.rest = nil
	if in.buffer != nil {
		inputBuffers.Put(in.buffer)
		in.buffer = nil
	}
}
