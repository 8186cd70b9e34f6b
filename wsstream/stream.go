package wsstream

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/weirstreams/weir/streams"
)

// WebSocketStream is a WebSocket connection as a pair of streams, the counterpart of the class of that name in the
// WebSockets standard, in both roles: a client's is made by [New] or [Dial], a server's by [Upgrade] or [Accept].
//
// All methods may be called concurrently. A connection must be closed, by [WebSocketStream.Close] or by way of one of
// its streams, or by the peer; one that is merely dropped keeps its socket.
type WebSocketStream struct {
	url    string
	opened chan struct{} // closed when the opening handshake is over; the following fields do not change after
	closed chan struct{} // closed when the connection is closed, or could not be opened

	conn       *conn       // nil if the connection could not be opened
	connection *Connection // nil like that
	err        error       // why it could not

	mu        sync.Mutex // guards following fields
	closing   bool       // Close was called before the connection was open
	handshake context.CancelCauseFunc
}

// Connection is what an open WebSocketStream consists of.
type Connection struct {
	// Readable gives out the messages of the peer. It ends with io.EOF when the connection was closed cleanly, and is
	// errored with the *WebSocketError when it was not. Each message is read from the socket when it is wanted: while
	// nobody reads, as many are held as the mark says, and TCP holds back the peer. Meanwhile pings are not answered, and
	// the end of the connection is not noticed: an application that only writes should read Readable all the same, and
	// drop what comes.
	//
	// To cancel it closes the connection as [WebSocketStream.Close] does, with what the reason says if that is a
	// *WebSocketError.
	Readable *streams.ReadableStream[Message]

	// Writable takes messages for the peer. A write is complete when the system has taken the message, which says
	// nothing about the peer, and waits while the peer does not read; with a mark of more than one message, when it has
	// been collected to leave together with others, of which there are at most OutputBufferSize. Write of a DefaultWriter returns as
	// soon as the message is accepted: Data may be reused only when the result of WriteAsync has come, or when Close of
	// Writable or a PipeTo into it has returned.
	//
	// To close it sends what is queued, closes the connection with an empty Close frame, and waits until it is closed. To
	// abort it drops what is queued and closes the connection as [WebSocketStream.Close] does, with what the reason says
	// if that is a *WebSocketError, and else with an empty Close frame; a message that is stuck half-way is given up, but
	// the peer may still get it.
	//
	// When the connection was closed cleanly, Writable is errored with [ErrInvalidState], unless it was Writable that was
	// closed; otherwise with the *WebSocketError. So a pipe from Readable to Writable may return ErrInvalidState, or nil,
	// when the peer closes: it depends on what was still to be written.
	Writable *streams.WritableStream[Message]

	// Protocol is the subprotocol that the server chose, "" if none.
	Protocol string

	// Extensions are those in use, as in the Sec-WebSocket-Extensions header; "" if none.
	Extensions string

	incoming *incoming // nil without the setting ByteStreams
}

// URL returns the URL that the client asked for, with the scheme ws or wss and without a password. On the server it is
// put together from the request.
func (s *WebSocketStream) URL() string {
	return s.url
}

// Opened waits until the connection is open and returns it. It fails when the connection could not be opened: with the
// cause of the signal that ended the handshake, or else with a *WebSocketError. When ctx ends first, Opened returns its
// cause, and the handshake goes on.
func (s *WebSocketStream) Opened(ctx context.Context) (*Connection, error) {
	if err := wait(ctx, s.opened); err != nil {
		return nil, err
	}
	return s.connection, s.err
}

// Closed waits until the connection is closed: both streams have ended, and the socket is closed. After a clean close it
// returns what the peer's Close frame said, with StatusNoStatusRcvd if that was nothing. Otherwise it fails with a
// *WebSocketError, or as Opened did. When ctx ends first, Closed returns its cause, and nothing else happens.
func (s *WebSocketStream) Closed(ctx context.Context) (CloseInfo, error) {
	if err := wait(ctx, s.closed); err != nil {
		return CloseInfo{}, err
	}
	if s.err != nil {
		return CloseInfo{}, s.err
	}
	if err := s.conn.result(); err != nil {
		return CloseInfo{}, err
	}
	return s.conn.peer, nil // not changed once the connection is closed
}

// Close starts the closing handshake with a Close frame that says info, and does not wait; Closed does. Messages that
// the peer still sends are dropped, and those not yet written are refused with ErrInvalidState. When the peer does not
// answer within the option CloseTimeout, the connection is cut off. A connection that is not open yet is given up.
//
// It fails, and does nothing, with ErrCloseCode for a code other than 1000 and 3000 to 4999, and with ErrCloseReason.
// A reason without a code gets StatusNormalClosure; the zero CloseInfo makes an empty Close frame. Once the connection
// is closing or closed, Close only checks info.
func (s *WebSocketStream) Close(info CloseInfo) error {
	info, err := info.toSend()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handshake != nil {
		s.closing = true
		s.handshake(ErrClosedWhileConnecting)
	} else if s.conn != nil {
		s.conn.close(info)
	}
	return nil
}

// connecting returns a stream whose handshake is to be done with the context, which Close ends.
func connecting(ctx context.Context, url string) (*WebSocketStream, context.Context) {
	s := &WebSocketStream{url: url, opened: make(chan struct{}), closed: make(chan struct{})}
	ctx, s.handshake = context.WithCancelCause(ctx)
	return s, ctx
}

// isOpen is the channel of those that are open from the first.
var isOpen = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// accepted returns a stream for a socket whose handshake is done.
func accepted(hs handshake, set *Settings) *WebSocketStream {
	s := &WebSocketStream{url: hs.url, opened: isOpen, closed: make(chan struct{})}
	s.openLocked(hs, ws.StateServerSide, set)
	return s
}

// open ends the handshake with success, and returns false if Close was called before.
func (s *WebSocketStream) open(hs handshake, set *Settings) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.endHandshakeLocked()
	s.openLocked(hs, ws.StateClientSide, set)
	close(s.opened)
	return true
}

func (s *WebSocketStream) openLocked(hs handshake, side ws.State, set *Settings) {
	s.conn = newConn(hs.socket, hs.early, side, hs.extensions.terms, set, s.closed)
	readable, writable := s.conn.open(set)
	s.connection = &Connection{
		Readable:   readable,
		Writable:   writable,
		Protocol:   hs.protocol,
		Extensions: hs.extensions.text,
	}
	if set.ByteStreams {
		s.connection.incoming = newIncoming(s.conn, readable, set.ReadBufferSize)
	}
}

// fail ends the handshake without success.
func (s *WebSocketStream) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHandshakeLocked()
	s.err = err
	close(s.opened)
	close(s.closed)
}

func (s *WebSocketStream) endHandshakeLocked() {
	s.handshake(nil) // it is over: this only lets go of the parent context
	s.handshake = nil
}

// handshakeError returns what Opened and Closed report for a handshake with the context ctx that ended with err.
func handshakeError(ctx context.Context, err error) error {
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		<-ctx.Done() // net.Dialer goes by the deadline, and may see it a moment before ctx says so
	}
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		cause = err
	case errors.Is(cause, ErrHandshakeTimeout), errors.Is(cause, ErrClosedWhileConnecting):
	default:
		return cause // of the application's own signal
	}
	return &WebSocketError{Code: StatusAbnormalClosure, Err: cause}
}

// wait waits for done, until ctx ends; then it returns the cause.
func wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	default:
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
