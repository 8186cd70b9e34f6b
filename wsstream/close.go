package wsstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/gobwas/ws"
)

// errPeerCloses ends the reading of messages: there will be none after the peer's Close frame.
var errPeerCloses = errors.New("wsstream: the peer sent a Close frame")

// longAgo is a deadline that ends a wait at once.
var longAgo = time.Unix(1, 0)

// close starts the closing handshake, if the connection is open, with a Close frame that says info. It does not wait.
func (c *conn) close(info CloseInfo) {
	c.mu.Lock()
	started := c.startClosingLocked(info)
	c.shaking = c.shaking || started
	c.mu.Unlock()
	if started {
		go c.shakeHands()
	}
}

// shakeHands sends our Close frame, behind the message that is being written, and has what the peer sends read up to
// its Close frame. Both at once: a peer that is stuck with a message for us does not read before it is rid of it.
func (c *conn) shakeHands() {
	if c.startReading() {
		go c.conclude(nil)
	}
	c.sendClose()
}

// startClosingLocked makes an open connection closing, and returns false if it was not open. From now on the socket
// has a deadline.
func (c *conn) startClosingLocked(frame CloseInfo) bool {
	if c.state != connOpen {
		return false
	}
	c.state, c.frame = connClosing, frame
	c.setDeadlineLocked(time.Now().Add(c.closeTimeout))
	return true
}

// setDeadlineLocked sets when everything on the socket ends. A write that its context has cut off stays so.
func (c *conn) setDeadlineLocked(t time.Time) {
	c.deadline = t
	set := c.socket.SetDeadline
	if c.cutShort {
		set = c.socket.SetReadDeadline
	}
	if err := set(t); err != nil {
		_ = transport(c.socket).Close() // what cannot be given a limit must end now
	}
}

// peerCloses notes the peer's Close frame; the reader calls it.
func (c *conn) peerCloses(info CloseInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received, c.peer, c.shaking = true, info, true
	c.startClosingLocked(info.answer())
}

// breakOff notes that a frame could not be written, or not to its end, so that none can follow. What the peer has
// still sent is read, by the one who reads already or by a goroutine of its own: often it is a Close frame.
func (c *conn) breakOff(cause error) {
	c.mu.Lock()
	c.noteSocketLocked(cause)
	c.startClosingLocked(CloseInfo{})
	unread := !c.reading && c.state != connClosed
	if unread {
		c.reading = true
	}
	c.mu.Unlock()
	if unread {
		go c.conclude(nil)
	}
}

// noteLocked keeps the first thing that goes wrong.
func (c *conn) noteLocked(cause error) {
	if c.cause == nil {
		c.cause = cause
	}
}

// conclude reads to the end of the connection and finishes it. The caller is the one who reads; err is how its reading
// ended, nil if it did not.
func (c *conn) conclude(err error) {
	for err == nil {
		err = c.messages.discard()
	}
	broken, failed := errors.AsType[*failure](err)
	switch {
	case failed:
		c.fail(broken)
		c.sendClose()
		c.hangUp(true)
	case errors.Is(err, errPeerCloses):
		c.sendClose()
		c.hangUp(!c.client)
	default:
		c.drop(err)
	}
	c.finish()
}

// fail fails the connection for what the peer did (RFC 6455, section 7.1.7). The application learns of it at once: as
// an abnormal closure, since no Close frame of the peer was read.
func (c *conn) fail(f *failure) {
	c.mu.Lock()
	c.noteLocked(f.err)
	c.startClosingLocked(CloseInfo{Code: f.code})
	err := &WebSocketError{Code: StatusAbnormalClosure, Err: c.cause}
	c.mu.Unlock()
	c.endStreams(err)
}

// drop notes that the socket ended without a Close frame of the peer.
func (c *conn) drop(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	c.noteSocketLocked(err)
}

// noteSocketLocked notes an error of the socket.
func (c *conn) noteSocketLocked(err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) && c.state == connClosing && !time.Now().Before(c.deadline) {
		err = ErrCloseTimeout
	}
	c.noteLocked(err)
}

// sendClose writes what is left of a message that was cut off, and our Close frame, unless it was written or nothing
// can be. The connection is closing, so whoever holds the lock and this write itself come to their end.
func (c *conn) sendClose() {
	c.mu.Lock()
	body := c.frame.appendBody(nil)
	c.mu.Unlock()
	if err := c.output.acquire(context.Background()); err != nil {
		panic("wsstream: internal error: " + err.Error()) // that context never ends
	}
	defer c.output.release()
	if c.output.shut {
		return
	}
	c.output.shut = true
	c.output.batch.close()
	err := c.output.writeRest()
	if err == nil {
		c.mu.Lock()
		c.lost = false
		c.mu.Unlock()
		err = c.output.write(c.output.newHeader(ws.OpClose, len(body)), body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.sent = true
		return
	}
	c.noteSocketLocked(err)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		// TLS stays broken once a write has met a deadline, as that of a message may have: nothing is gained by
		// waiting for the peer.
		c.setDeadlineLocked(longAgo)
	}
}

// hangUp waits until the peer has closed its side of the socket, when no frame is expected any more: the server's,
// which is the one to close first, or after halfClose, with which we do. To close a socket on which something is unread
// would make the peer's system drop what the peer has not read, our Close frame too (RFC 6455, section 7.1.1).
func (c *conn) hangUp(halfClose bool) {
	if halfClose {
		half, ok := c.socket.(interface{ CloseWrite() error })
		if !ok || c.inTime(half.CloseWrite) != nil {
			return
		}
	}
	// However this ends, by the end of the socket or by its deadline, the handshake is over.
	_, _ = io.Copy(io.Discard, c.messages.frames.in)
}

// inTime calls one of the methods of a socket that say goodbye. Over TLS these write with a deadline of their own, so
// what they write on is closed when the time of the closing handshake is over.
func (c *conn) inTime(goodbye func() error) error {
	if below := transport(c.socket); below != c.socket {
		c.mu.Lock()
		left := time.Until(c.deadline)
		c.mu.Unlock()
		defer time.AfterFunc(left, func() { _ = below.Close() }).Stop()
	}
	return goodbye()
}

// finish closes the socket, tells everybody the outcome and closes done. The one who reads calls it, once.
func (c *conn) finish() {
	c.mu.Lock()
	err := c.outcomeLocked()
	c.state = connClosed
	c.stopWatchLocked()
	c.mu.Unlock()
	if c.keepalive != nil {
		c.keepalive.stop()
	}
	// Nothing depends on how closing goes: all that mattered was written and read before.
	if err == nil {
		_ = c.inTime(c.socket.Close)
	} else {
		_ = transport(c.socket).Close()
	}
	c.endStreams(err)
	close(c.done)
}

// outcomeLocked returns nil if the connection is closed cleanly, else the error that everybody gets.
func (c *conn) outcomeLocked() error {
	if c.ended {
		return c.err
	}
	if c.sent && c.received && c.cause == nil {
		return nil
	}
	e := &WebSocketError{Code: StatusAbnormalClosure, Err: c.cause}
	if c.received {
		e.Code, e.Reason = c.peer.Code, c.peer.Reason
	}
	if c.shaking && (c.lost || c.writing != nil) {
		e.Err = fmt.Errorf("%w; a message was cut off: %w", ErrInvalidState, c.cause)
	}
	return e
}

// endStreams tells both streams the outcome, unless they know it.
func (c *conn) endStreams(err error) {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return
	}
	c.ended, c.err = true, err
	closes, endBody := c.closes, c.endBody
	c.mu.Unlock()
	if endBody != nil {
		endBody(err)
	}
	c.endReadable(err)
	if err != nil || !closes {
		c.endWritable(err)
	}
}

// transport returns what is below TLS: closing that cuts a connection off without a word, and without a wait for the
// peer to take it.
func transport(socket net.Conn) net.Conn {
	for {
		t, ok := socket.(*tls.Conn)
		if !ok {
			return socket
		}
		socket = t.NetConn() // which is TLS as well behind a proxy that is reached by TLS
	}
}
