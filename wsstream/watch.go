package wsstream

import (
	"context"
	"io"
	"net"
)

// A watch sees to it that the end of the context of a write cuts off the write. It begins when the write is about to wait,
// if the socket can tell that, because what is kept for it would be much of what a connection at rest takes; else before
// each write.
type watch struct {
	late bool            // the socket tells that a write waits
	ctx  context.Context // the one that is watched; nil for none
	stop func() bool     // ends the watch; nil for none
}

// A gatherer is a writer that gives out the socket itself, for a write of what is in several places, which net does in one
// system call and only there. Since it cannot tell then that the write waits, the watch begins at once.
type gatherer interface{ gatherTo() io.Writer }

// watching returns the writer to the socket.
func (c *conn) watching(socket net.Conn) io.Writer {
	if w := newLateWriter(socket, c.watchWrite); w != nil {
		c.watch.late = true
		return w
	}
	return socket
}

// watchWrite is called when a write is about to wait.
func (c *conn) watchWrite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writing != nil {
		c.watchLocked(c.writing)
	}
}

// watchLocked watches ctx, and no other any more.
func (c *conn) watchLocked(ctx context.Context) {
	w := &c.watch
	if w.ctx == ctx { // as nearly always: it is that of the write before
		return
	}
	c.stopWatchLocked()
	w.ctx = ctx
	w.stop = context.AfterFunc(ctx, func() { c.cutOff(ctx) })
}

func (c *conn) stopWatchLocked() {
	if c.watch.stop != nil {
		c.watch.stop()
	}
}
