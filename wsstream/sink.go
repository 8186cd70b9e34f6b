package wsstream

import (
	"context"
	"errors"
	"os"

	"github.com/weirstreams/weir/streams"
)

// sink returns what is behind the writable stream.
func (c *conn) sink() streams.UnderlyingSink[Message] {
	return streams.UnderlyingSink[Message]{Start: c.startWritable, Write: c.write, Close: c.closeWritable, Abort: c.abort}
}

// startWritable keeps the controller, as startReadable does.
func (c *conn) startWritable(_ context.Context, controller *streams.WritableController[Message]) error {
	c.writable = controller
	c.started.Done()
	return nil
}

// write sends one message, and returns when the system has taken all of it. When ctx ends before that, write closes
// the connection, as abort does: the error of a write leaves the stream errored, and abort may not be called any more.
// When the socket fails, write returns how the connection ended, after it has.
func (c *conn) write(ctx context.Context, m Message, _ *streams.WritableController[Message]) error {
	if err := m.sendable(); err != nil {
		return err
	}
	if err := c.startMessage(ctx); err != nil {
		return c.giveUp(err)
	}
	defer c.endMessage()
	if !c.isOpen() { // and not behind the Close frame, which the peer may be slow to take
		return ErrInvalidState
	}
	if err := c.writeMessage(ctx, m); err != nil {
		return err
	}
	if c.releases {
		m.Release()
	}
	return nil
}

// writeMessage writes one message, or has it join the batch.
func (c *conn) writeMessage(ctx context.Context, m Message) error {
	frame, ok := c.output.pack(m)
	if !ok {
		return c.writeOut(ctx, func() error { return c.output.writeLarge(m) })
	}
	defer frame.free()
	if c.batches && c.output.join(frame.header, frame.payload) {
		return nil
	}
	return c.writeOut(ctx, func() error { return c.output.write(frame.header, frame.payload) })
}

// writeOut has frames written, by what it is given, and returns how that ended, or how the connection ended if it is
// broken then.
func (c *conn) writeOut(ctx context.Context, write func() error) error {
	broken, err := c.writeLocked(ctx, write)
	if broken {
		return c.result()
	}
	return err
}

func (c *conn) isOpen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == connOpen
}

// writeLocked calls write with the lock of the output. It returns true if that left the connection broken.
func (c *conn) writeLocked(ctx context.Context, write func() error) (broken bool, err error) {
	if err := c.output.acquire(ctx); err != nil {
		return false, c.giveUp(err)
	}
	defer c.output.release()
	if err := c.startWrite(ctx); err != nil {
		return false, c.giveUp(err)
	}
	err = write()
	cutShort := c.stopWrite(err)
	switch {
	case err == nil:
		return false, nil
	case cutShort:
		return false, c.giveUp(context.Cause(ctx))
	default:
		c.output.shut = true
		c.breakOff(err)
		return true, err
	}
}

// giveUp closes the connection because a message is not sent, and returns why.
func (c *conn) giveUp(reason error) error {
	c.close(closeInfoOf(reason))
	return reason
}

// startWrite makes the end of ctx cut off the write that the caller is about to do. The lock of the output is held.
func (c *conn) startWrite(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != connOpen {
		return ErrInvalidState
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !c.watch.late {
		c.watchLocked(ctx)
	}
	c.writing = ctx
	return nil
}

// cutOff ends the write in progress if ctx is its context.
func (c *conn) cutOff(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writing == ctx {
		c.cutShort = true
		_ = c.socket.SetWriteDeadline(longAgo) // a socket without deadlines was closed, or is once it is closing
	}
}

// stopWrite ends the watch over a write that returned err. It reports whether its context has cut off the write; then
// the socket gets back the deadline it had, and the rest of the frame is left to sendClose. The lock of the output is
// held.
func (c *conn) stopWrite(err error) (cutShort bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cutShort {
		_ = c.socket.SetWriteDeadline(c.deadline) // it worked when the deadline was moved
		cutShort = errors.Is(err, os.ErrDeadlineExceeded)
	}
	c.writing, c.cutShort = nil, false
	c.lost = err != nil && (!cutShort || c.output.begun)
	return cutShort
}

// closeWritable closes the connection and waits until it is closed, or ctx ends.
func (c *conn) closeWritable(ctx context.Context) error {
	c.mu.Lock()
	c.closes = true
	c.mu.Unlock()
	c.close(CloseInfo{})
	select {
	case <-c.done:
		return c.result()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// abort closes the connection. It does not wait.
func (c *conn) abort(_ context.Context, reason error) error {
	c.close(closeInfoOf(reason))
	return nil
}

// endWritable tells the writable stream that the connection is closed. After a clean close it is errored as well, not
// closed: what is written to it from now on is not sent.
func (c *conn) endWritable(err error) {
	if err == nil {
		err = ErrInvalidState
	}
	c.writable.Error(err)
}
