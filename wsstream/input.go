package wsstream

import (
	"io"
)

// inputWaitSize is how much is asked of a socket that cannot be asked whether something is there, when probably nothing
// is, in bytes: a connection at rest holds a buffer of this size only. A small message fits.
const inputWaitSize = 512

// input reads from the socket through a buffer, so that many small frames cost one system call. The buffer is taken when
// there is something to read, as far as that can be known, and given back when it is used up.
type input struct {
	socket io.Reader
	ready  *readiness // tells when there is something to read; nil if the socket cannot
	size   int        // of the buffer, in bytes
	buffer []byte     // nil while nothing is in it
	rest   []byte     // what is left to read of the buffer, or of what came with the handshake
	flows  bool       // the last read filled the buffer, so that more is probably there
	taken  int64      // bytes given out so far
	heard  func()     // called when something has come from the socket; nil for none
}

// newInput returns an input with a buffer of this size that gives out early first: what arrived in one segment with the
// opening handshake.
func newInput(socket io.Reader, early []byte, size int) *input {
	return &input{socket: socket, ready: newReadiness(socket), size: size, rest: early}
}

// Read gives out what is buffered, without a look at the socket, or else waits for what the socket has next. P
// must have room.
func (in *input) Read(p []byte) (int, error) {
	if len(in.rest) == 0 {
		if len(p) >= in.size {
			n, err := in.socket.Read(p)
			in.hear(n)
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
	for {
		n, err := in.readSome()
		in.hear(n)
		if n > 0 {
			in.rest = in.buffer[:n]
			return nil
		}
		in.release()
		if err != nil {
			return err
		}
	}
}

// readSome reads from the socket into the buffer, which it takes.
func (in *input) readSome() (int, error) {
	if in.ready != nil {
		return in.ready.read(in)
	}
	size := in.size
	if !in.flows {
		size = min(size, inputWaitSize)
	}
	in.take(size)
	n, err := in.socket.Read(in.buffer)
	in.flows = n == len(in.buffer)
	return n, err
}

func (in *input) hear(n int) {
	if n > 0 && in.heard != nil {
		in.heard()
	}
}

func (in *input) take(size int) {
	in.buffer = takeMemory(size)[:size]
}

func (in *input) release() {
	in.rest = nil
	giveMemory(in.buffer)
	in.buffer = nil
}
