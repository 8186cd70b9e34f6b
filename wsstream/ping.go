package wsstream

import (
	"context"
	"time"
)

// Ping sends a ping and waits for the pong, and returns the time between the two. The wait ends with ctx, with its
// cause; it leaves the connection as it is. When the connection ends before the pong, Ping returns what Closed does, or
// ErrInvalidState if that was a clean close; when it could not be opened, what Opened returns.
//
// A pong is seen only while the readable stream wants a message, or the connection is closing: somebody must be
// reading. A ping overtakes the messages that are queued, but not the one being written. Pings of several callers that
// wait to be sent at one time are one. It may be called concurrently.
func (s *WebSocketStream) Ping(ctx context.Context) (time.Duration, error) {
	if _, err := s.Opened(ctx); err != nil {
		return 0, err
	}
	return s.conn.ping(ctx)
}

func (c *conn) ping(ctx context.Context) (time.Duration, error) {
	p := c.output.ping()
	defer c.output.controls.giveUp(p)
	select {
	case <-p.done:
		return p.trip, nil
	case <-c.done:
		if err := c.result(); err != nil {
			return 0, err
		}
		return 0, ErrInvalidState
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}
