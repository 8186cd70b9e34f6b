package wsstream

import (
	"bufio"
	"context"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// headBuffers holds buffers for opening handshakes; an open connection needs none of them.
var headBuffers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}

// headBuffer returns a buffer that reads from socket.
func headBuffer(socket io.Reader) *bufio.Reader {
	br := headBuffers.Get().(*bufio.Reader)
	br.Reset(socket)
	return br
}

// freeHeadBuffer takes back what headBuffer gave.
func freeHeadBuffer(br *bufio.Reader) {
	br.Reset(nil)
	headBuffers.Put(br)
}

// buffered returns what br has read ahead: frames that came in one segment with the handshake.
func buffered(br *bufio.Reader) []byte {
	early, err := br.Peek(br.Buffered())
	if err != nil {
		panic("wsstream: internal error: " + err.Error()) // what is buffered can be had
	}
	return slices.Clone(early)
}

// limitBy makes the end of ctx end what waits on the socket. release undoes that: afterwards the socket has no
// deadline, even if ctx has ended meanwhile.
func limitBy(ctx context.Context, socket net.Conn) (release func() error) {
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = socket.SetDeadline(longAgo) // of a socket that refuses, release returns the error
	})
	return func() error {
		if !stop() {
			<-ended
		}
		return socket.SetDeadline(time.Time{})
	}
}
