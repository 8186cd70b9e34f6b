//go:build unix

package wsstream

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// readiness reads from a socket of the operating system, which tells when there is something to read. So who waits for
// that needs no buffer meanwhile.
type readiness struct {
	socket net.Conn
	raw    syscall.RawConn
	try    func(fd uintptr) bool // reads what is there, and reports whether that is the result; made once, so that it costs no allocation

	// Of the read in progress:
	in  *input
	n   int
	err error
}

// newReadiness returns nil for what is not such a socket.
func newReadiness(socket io.Reader) *readiness {
	var conn interface {
		net.Conn
		syscall.Conn
	}
	switch s := socket.(type) {
	case *net.TCPConn:
		conn = s
	case *net.UnixConn:
		conn = s
	default: // what has such a socket inside may read it in its own way
		return nil
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	r := &readiness{socket: conn, raw: raw}
	r.try = r.tryRead
	return r
}

// read waits until the socket has something, and reads it into the buffer, which it takes.
func (r *readiness) read(in *input) (int, error) {
	r.in = in
	err := r.raw.Read(r.try)
	r.in = nil
	if err != nil { // of the wait: the socket was closed, or its deadline has passed
		return 0, err
	}
	return r.n, r.err
}

func (r *readiness) tryRead(fd uintptr) bool {
	r.in.take(r.in.size)
	var err error
	for {
		r.n, err = syscall.Read(int(fd), r.in.buffer)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	switch {
	case errors.Is(err, syscall.EAGAIN):
		r.in.release()
		return false
	case err != nil:
		addr := r.socket.LocalAddr()
		r.n, r.err = 0, &net.OpError{
			Op: "read", Net: addr.Network(), Source: addr, Addr: r.socket.RemoteAddr(), Err: os.NewSyscallError("read", err),
		}
	case r.n == 0:
		r.err = io.EOF
	default:
		r.err = nil
	}
	return true
}
