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

// handshake is what an opening handshake came to.
type handshake struct {
	socket     net.Conn
	url        string
	protocol   string
	extensions agreed
	early      []byte // what was read behind it
}

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
	stop := expireBy(ctx, socket.SetDeadline)
	return func() error {
		stop() // of a socket that refuses, the next line returns the error
		return socket.SetDeadline(time.Time{})
	}
}

// expireBy makes the end of ctx set a deadline that has passed. stop ends that, and reports whether it has happened.
func expireBy(ctx context.Context, set func(time.Time) error) (stop func() (expired bool)) {
	ended := make(chan struct{})
	stopFunc := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = set(longAgo)
	})
	return func() bool {
		if stopFunc() {
			return false
		}
		<-ended
		return true
	}
}
