package wsstream

import (
	"io"
	"sync"
)

const (
	// inputBufferSize is how much is asked of the socket at once, in bytes, unless a larger piece of a payload is wanted.
	inputBufferSize = 4096

	// inputWaitSize is how much is asked when probably nothing is there yet: a connection at rest holds a buffer of this
	// size only. A small message fits.
	inputWaitSize = 512
)

var inputBuffers = sync.Pool{New: func() any { return new([inputBufferSize]byte) }}

// input reads from the socket through a buffer, so that a small frame costs one system call. While more comes than fits
// the small buffer, it takes a large one from a pool to fill it, and gives it back when it is used up.
type input struct {
	socket io.Reader
	small  [inputWaitSize]byte
	large  *[inputBufferSize]byte // nil while nothing is in it
	rest   []byte                 // what is left to read of a buffer, or of what came with the handshake
	flows  bool                   // the last read filled the buffer, so that more is probably there
	taken  int64                  // bytes given out so far
	heard  func()                 // called when something has come from the socket; nil for none
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
			n, err := in.read(p)
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
	buffer := in.small[:]
	if in.flows {
		in.large = inputBuffers.Get().(*[inputBufferSize]byte)
		buffer = in.large[:]
	}
	for {
		n, err := in.read(buffer)
		in.flows = n == len(buffer)
		if n > 0 {
			in.rest = buffer[:n]
			return nil
		}
		if err != nil {
			in.release()
			return err
		}
	}
}

// read reads from the socket.
func (in *input) read(p []byte) (int, error) {
	n, err := in.socket.Read(p)
	if n > 0 && in.heard != nil {
		in.heard()
	}
	return n, err
}

func (in *input) release() {
	in.rest = nil
	if in.large != nil {
		inputBuffers.Put(in.large)
		in.large = nil
	}
}
