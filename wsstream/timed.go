package wsstream

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// timedWriter writes to the socket of a connection, in pieces for each of which there is a limit of time as long as the
// connection is open. Once it is closing it has a limit as a whole.
type timedWriter struct {
	conn   *conn
	limit  time.Duration
	writer io.Writer // to the socket
}

func (w timedWriter) Write(p []byte) (int, error) {
	for done := 0; ; {
		piece := p[done:min(len(p), done+DefaultOutputBufferSize)]
		limited, err := w.start()
		if err != nil {
			return done, err
		}
		n, err := w.writer.Write(piece)
		if done += n; err != nil {
			if limited && errors.Is(err, os.ErrDeadlineExceeded) && w.expired() {
				err = fmt.Errorf("%w: %v", ErrWriteTimeout, w.limit)
			}
			return done, err
		}
		if done == len(p) {
			return done, nil
		}
	}
}

// start sets the deadline for a piece, unless the connection or the context of the write has set one.
func (w timedWriter) start() (limited bool, err error) {
	c := w.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != connOpen || c.cutShort {
		return false, nil
	}
	return true, c.socket.SetWriteDeadline(time.Now().Add(w.limit))
}

// expired reports whether it was this deadline that was met.
func (w timedWriter) expired() bool {
	c := w.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == connOpen && !c.cutShort
}
