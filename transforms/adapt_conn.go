package transforms

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"github.com/weirstreams/weir/streams"
)

// FromConn is a connection as a pair of streams: what is read from it, and what is written to it. The chunks that are read
// belong to whoever reads them. The connection is closed when both sides have ended, and at once when one of them fails or
// the writable side is aborted. Closing the writable side, or cancelling the readable one, shuts down that direction if the
// connection can do that (CloseWrite and CloseRead, as TCP and Unix sockets have); if not, the peer sees nothing of it
// before both sides have ended.
//
// It reads by demand and nothing ahead, and holds one chunk to write (the mark of the writable side is 1). Aborting the
// writable side and cancelling the readable one end a Read or a Write that waits, by its deadline, so deadlines that were
// set before are lost. A nil conn makes a pair that is errored with streams.ErrInvalidArgument.
func FromConn(conn net.Conn) streams.ReadableWritablePair[[]byte, []byte] {
	if conn == nil {
		return erroredTransform[[]byte, []byte](missing("FromConn"))
	}
	c := &connPair{conn: conn, input: blockInput{reader: conn}, open: 2}
	c.readable = streams.NewReadableStream(streams.UnderlyingSource[[]byte]{
		Pull:   c.pull,
		Cancel: c.cancel,
	}, streams.CountQueuingStrategy[[]byte](0))
	c.writable = streams.NewWritableStream(streams.UnderlyingSink[[]byte]{
		Write: c.write,
		Close: c.closeWrite,
		Abort: func(context.Context, error) error { return conn.Close() },
	})
	return c
}

// A connPair is a connection with its two sides.
type connPair struct {
	conn     net.Conn
	readable *streams.ReadableStream[[]byte]
	writable *streams.WritableStream[[]byte]
	input    blockInput // only pull uses it

	mu   sync.Mutex // guards following fields
	open int        // sides
}

func (c *connPair) Readable() *streams.ReadableStream[[]byte] { return c.readable }

func (c *connPair) Writable() *streams.WritableStream[[]byte] { return c.writable }

func (c *connPair) pull(ctx context.Context, rc *streams.ReadableController[[]byte]) error {
	defer interruptible(ctx, c.conn.SetReadDeadline)()
	chunk, err := c.input.next()
	if len(chunk) > 0 {
		_ = rc.Enqueue(chunk) // fails only if the stream has ended meanwhile
	}
	switch {
	case err == nil || ctx.Err() != nil: // the end of ctx was an end of the side
		return nil
	case err == io.EOF:
		_ = rc.Close() // as above
		return c.sideEnded(nil)
	}
	_ = c.conn.Close() // the error that counts is that of the Read
	return err
}

func (c *connPair) write(ctx context.Context, chunk []byte, _ *streams.WritableController[[]byte]) error {
	defer interruptible(ctx, c.conn.SetWriteDeadline)()
	n, err := c.conn.Write(chunk)
	if err == nil && n < len(chunk) {
		err = io.ErrShortWrite
	}
	if err == nil {
		return nil
	}
	_ = c.conn.Close() // what was written has no end; the error that counts is that of the Write
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// interruptible makes the end of ctx interrupt a call that waits, by its deadline. The result ends that.
func interruptible(ctx context.Context, setDeadline func(time.Time) error) (stop func()) {
	stopped := context.AfterFunc(ctx, func() {
		_ = setDeadline(time.Unix(1, 0)) // fails only if the connection is closed, which is as good
	})
	return func() { stopped() }
}

// cancel says that nobody wants more. What is in the way of telling the peer does not matter.
func (c *connPair) cancel(context.Context, error) error {
	if conn, ok := c.conn.(interface{ CloseRead() error }); ok {
		_ = conn.CloseRead()
	}
	return c.sideEnded(nil)
}

// closeWrite says that no more will be written.
func (c *connPair) closeWrite(context.Context) error {
	if conn, ok := c.conn.(interface{ CloseWrite() error }); ok {
		return c.sideEnded(conn.CloseWrite())
	}
	return c.sideEnded(nil)
}

// sideEnded closes the connection when both sides have ended. err is what ending the side came to.
func (c *connPair) sideEnded(err error) error {
	c.mu.Lock()
	c.open--
	last := c.open == 0
	c.mu.Unlock()
	if !last {
		return err
	}
	if closed := c.conn.Close(); err == nil {
		err = closed
	}
	return err
}
