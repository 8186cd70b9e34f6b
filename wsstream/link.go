package wsstream

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// link is a connection in memory: a buffer in each direction, which is all that there is between its two ends. It
// waits only in ways that let a testing/synctest bubble come to rest.
type link struct {
	mu      sync.Mutex // guards everything of both ends
	changed sync.Cond  // tells of each change, and that a deadline may have passed
}

// linkEnd is one end. As with TCP, a Write waits for nothing but room in the buffer, and what was written before Close
// or CloseWrite can still be read. Unlike with TCP, unread data does not harm the other direction at Close.
type linkEnd struct {
	link          *link
	name          linkAddr
	in, out       *wire
	closed        bool
	readDeadline  linkDeadline
	writeDeadline linkDeadline
}

// wire is one direction of a link.
type wire struct {
	data  []byte // written and not yet read
	size  int    // how much of it there may be
	ended bool   // nothing more will be written
	cut   bool   // nothing more will be read
}

// linkDeadline is a time, zero for none, and the timer that tells of it.
type linkDeadline struct {
	time  time.Time
	timer *time.Timer
}

// linkAddr is the address of an end: its name.
type linkAddr string

func (a linkAddr) Network() string { return "memory" }
func (a linkAddr) String() string  { return string(a) }

// newLink returns the ends of a link with room for size bytes, at least one, in each direction.
func newLink(size int) (client, server *linkEnd) {
	l := new(link)
	l.changed.L = &l.mu
	up, down := &wire{size: size}, &wire{size: size}
	return &linkEnd{link: l, name: "client", in: down, out: up}, &linkEnd{link: l, name: "server", in: up, out: down}
}

// Read waits until there is something, the other end is closed, this one is, or the deadline has passed.
func (e *linkEnd) Read(p []byte) (int, error) {
	e.link.mu.Lock()
	defer e.link.mu.Unlock()
	for {
		switch {
		case e.closed:
			return 0, net.ErrClosed
		case e.readDeadline.passed():
			return 0, os.ErrDeadlineExceeded
		case len(e.in.data) > 0 || len(p) == 0:
			n := copy(p, e.in.data)
			e.in.data = e.in.data[n:]
			e.link.changed.Broadcast()
			return n, nil
		case e.in.ended:
			return 0, io.EOF
		}
		e.link.changed.Wait()
	}
}

// Write waits until the buffer has taken all of p, either end is closed, or the deadline has passed.
func (e *linkEnd) Write(p []byte) (written int, err error) {
	e.link.mu.Lock()
	defer e.link.mu.Unlock()
	for {
		switch {
		case e.closed:
			return written, net.ErrClosed
		case e.writeDeadline.passed():
			return written, os.ErrDeadlineExceeded
		case e.out.ended || e.out.cut:
			return written, io.ErrClosedPipe
		}
		n := min(len(p)-written, e.out.size-len(e.out.data))
		e.out.data = append(e.out.data, p[written:written+n]...)
		if n > 0 {
			e.link.changed.Broadcast()
		}
		if written += n; written == len(p) {
			return written, nil
		}
		e.link.changed.Wait()
	}
}

// CloseWrite ends what the other end reads.
func (e *linkEnd) CloseWrite() error {
	e.link.mu.Lock()
	defer e.link.mu.Unlock()
	if e.closed {
		return net.ErrClosed
	}
	e.out.ended = true
	e.link.changed.Broadcast()
	return nil
}

// Close closes this end.
func (e *linkEnd) Close() error {
	e.link.mu.Lock()
	defer e.link.mu.Unlock()
	e.closed = true
	e.out.ended = true
	e.in.cut, e.in.data = true, nil
	e.readDeadline.set(e.link, time.Time{})
	e.writeDeadline.set(e.link, time.Time{})
	e.link.changed.Broadcast()
	return nil
}

func (e *linkEnd) LocalAddr() net.Addr { return e.name }

func (e *linkEnd) RemoteAddr() net.Addr {
	if e.name == "client" {
		return linkAddr("server")
	}
	return linkAddr("client")
}

func (e *linkEnd) SetDeadline(t time.Time) error {
	return e.setDeadlines(t, &e.readDeadline, &e.writeDeadline)
}

func (e *linkEnd) SetReadDeadline(t time.Time) error {
	return e.setDeadlines(t, &e.readDeadline)
}

func (e *linkEnd) SetWriteDeadline(t time.Time) error {
	return e.setDeadlines(t, &e.writeDeadline)
}

func (e *linkEnd) setDeadlines(t time.Time, deadlines ...*linkDeadline) error {
	e.link.mu.Lock()
	defer e.link.mu.Unlock()
	if e.closed {
		return net.ErrClosed
	}
	for _, d := range deadlines {
		d.set(e.link, t)
	}
	e.link.changed.Broadcast()
	return nil
}

// passed reports whether the deadline is over. The lock is held.
func (d *linkDeadline) passed() bool {
	return !d.time.IsZero() && !time.Now().Before(d.time)
}

// set changes the deadline. The lock is held.
func (d *linkDeadline) set(l *link, t time.Time) {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.time = t
	if wait := time.Until(t); !t.IsZero() && wait > 0 {
		d.timer = time.AfterFunc(wait, func() {
			l.mu.Lock() // or a wait that is about to begin would miss it
			defer l.mu.Unlock()
			l.changed.Broadcast()
		})
	}
}
