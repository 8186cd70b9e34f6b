//go:build unix

package wsstream

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// mostWritten is what every system takes in one call, in bytes.
const mostWritten = 1 << 30

// lateWriter writes to a socket of the operating system, which tells when it has room. So nothing has to be prepared to
// end a write before it is known that it waits, which few writes do.
type lateWriter struct {
	socket net.Conn
	raw    syscall.RawConn
	try    func(fd uintptr) bool // writes what there is room for, and reports whether that is the result; made once
	waits  func()                // called each time before it waits

	// Of the write in progress:
	left []byte
	err  error
}

// newLateWriter returns nil for what is not such a socket.
func newLateWriter(socket net.Conn, waits func()) io.Writer {
	switch socket.(type) {
	case *net.TCPConn, *net.UnixConn:
	default: // what has such a socket inside may write to it in its own way
		return nil
	}
	raw, err := socket.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil
	}
	w := &lateWriter{socket: socket, raw: raw, waits: waits}
	w.try = w.tryWrite
	return w
}

// Write writes all of p. One goroutine at a time may call it.
func (w *lateWriter) Write(p []byte) (int, error) {
	w.left, w.err = p, nil
	err := w.raw.Write(w.try)
	if err == nil {
		err = w.err
	}
	n := len(p) - len(w.left)
	w.left = nil
	return n, err
}

func (w *lateWriter) gatherTo() io.Writer {
	w.waits()
	return w.socket
}

func (w *lateWriter) tryWrite(fd uintptr) bool {
	for len(w.left) > 0 {
		n, err := syscall.Write(int(fd), w.left[:min(len(w.left), mostWritten)])
		w.left = w.left[max(n, 0):]
		switch {
		case err == nil, errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			w.waits()
			return false
		default:
			addr := w.socket.LocalAddr()
			w.err = &net.OpError{
				Op: "write", Net: addr.Network(), Source: addr, Addr: w.socket.RemoteAddr(), Err: os.NewSyscallError("write", err),
			}
			return true
		}
	}
	return true
}
