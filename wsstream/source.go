package wsstream

import (
	"context"
	"errors"

	"github.com/weirstreams/weir/streams"
)

// source returns what is behind the readable stream.
func (c *conn) source() streams.UnderlyingSource[Message] {
	return streams.UnderlyingSource[Message]{Start: c.startReadable, Pull: c.pull, Cancel: c.cancel}
}

// startReadable keeps the controller. It waits for startWritable, which is called as soon, so that whoever reads can
// tell both streams how the connection ended.
func (c *conn) startReadable(_ context.Context, controller *streams.ReadableController[Message]) error {
	c.readable = controller
	c.started.Done()
	c.started.Wait()
	return nil
}

// pull delivers one message, and of those that have come with it as many as there is room for. It waits for the socket;
// that its context ends does not end it, because that means that the connection is closing, which ends it in time.
func (c *conn) pull(_ context.Context, controller *streams.ReadableController[Message]) error {
	for {
		if !c.startReading() {
			return nil // the connection is closing, and its reader tells the stream
		}
		m, err := c.messages.next()
		more := err == nil && c.messages.isBuffered()
		if err != nil || !c.stopReading() {
			c.conclude(err)
			return nil
		}
		if err := controller.Enqueue(m); err != nil && !errors.Is(err, streams.ErrClosed) {
			c.close(CloseInfo{}) // the strategy of the application failed, and nobody can read any more
			return err
		}
		if !more {
			return nil
		}
		if room, ok := controller.DesiredSize(); !ok || room <= 0 {
			return nil
		}
	}
}

// cancel closes the whole connection: a WebSocket cannot be closed in one direction. It does not wait.
func (c *conn) cancel(_ context.Context, reason error) error {
	c.close(closeInfoOf(reason))
	return nil
}

// endReadable tells the readable stream that the connection is closed.
func (c *conn) endReadable(err error) {
	if err != nil {
		c.readable.Error(err)
		return
	}
	// It fails if the stream was cancelled, and is closed then.
	_ = c.readable.Close()
}
