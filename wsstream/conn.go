package wsstream

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/weirstreams/weir/streams"
)

// connState is the state of an open connection: the end of RFC 6455, section 7.1.
type connState uint8

const (
	// connOpen: messages go both ways. It becomes connClosing with the first Close frame of either side, when this side
	// fails the connection, and when a frame could not be written; and connClosed when the socket ends.
	connOpen connState = iota

	// connClosing: no message is written or delivered any more. Everything on the socket has a deadline now, so this
	// state becomes connClosed in time, whatever the peer does.
	connClosing

	// connClosed: the socket is closed. This is a terminal state.
	connClosed
)

// conn is a connection after its opening handshake, in either role: what is behind both streams.
//
// # Who reads
//
// The socket has at most one reader at a time, the one who set reading. While the connection is open that is Pull of
// the readable stream, for one message, so that nobody reads when nobody wants a message. Once it is closing, it is
// whoever reads then, to the end: a Pull that was waiting for a message anyway goes on, else a goroutine is started.
// What comes before the peer's Close frame is discarded. The reader who reaches the end of the connection, and nobody
// else, finishes it.
//
// # Who writes
//
// Whoever holds the lock of the output: Write of the writable stream, the answers to pings, and the Close frame, which
// is the last. The reader takes that lock only when it has nothing more to read. Messages that may leave together with
// others join a batch, without that lock, and the next to hold it writes the batch first.
//
// # What ends a wait
//
// A read of the socket has no time limit while the connection is open; Close, Cancel and Abort end it by way of
// connClosing. A write of the socket has none either, that is the backpressure: it ends when the peer reads, when the
// connection is closing and its time is over, or when the context of the sink ends. The last one moves the deadline of
// the socket for the one write that is in progress, and stopWrite moves it back. The message is given up then as far
// as the stream is concerned, so that who aborts does not have to wait; but a frame that has begun is brought to its
// end in front of the Close frame, in the time that the closing handshake has. Who waits for the output's lock waits
// for one of those writes.
type conn struct {
	socket       net.Conn
	client       bool
	batches      bool // messages may wait for others, to leave in one system call with them
	releases     bool // messages that were sent are released
	closeTimeout time.Duration
	onPing       func(payload []byte) // nil for none
	onPong       func(payload []byte) // nil for none
	output       *output
	messages     messageReader // belongs to whoever set reading
	controlRate  controlRate   // like that

	keepalive *keepalive // nil for none

	outgoing chan struct{} // holds a value while a message is written; nil if each is one frame, or the sink's alone

	// started waits for the Start of both streams, which set their controllers.
	started  sync.WaitGroup
	readable *streams.ReadableController[Message]
	writable *streams.WritableController[Message]

	// done is closed when the connection is closed and both streams have been told.
	done chan struct{}

	mu       sync.Mutex // guards following fields
	state    connState
	reading  bool            // somebody reads the socket
	writing  context.Context // of the message that is being written, nil for none
	deadline time.Time       // of everything on the socket; zero while the connection is open

	watch    watch
	cutShort bool // the write in progress was cut off by its context

	shaking  bool      // the closing handshake has begun, by a call of ours or a Close frame of the peer
	frame    CloseInfo // what our Close frame says, set when the connection begins to close
	sent     bool      // our Close frame was written
	received bool      // the peer's Close frame was read
	peer     CloseInfo // what it said
	lost     bool      // a message was cut off, and its rest not written (yet)
	cause    error     // the first thing that went wrong, nil if nothing did

	closes  bool            // Close of the writable stream is in progress
	endBody func(err error) // errors the stream of the message that is being read; nil for none

	ended bool  // the streams have been told the outcome
	err   error // the outcome, once ended: nil or the *WebSocketError
}

// newConn returns the connection over a socket after its handshake, and early, what has been read behind that. The
// conn closes done when it is closed.
func newConn(socket net.Conn, early []byte, side ws.State, terms *deflateTerms, s *Settings, done chan struct{}) *conn {
	c := &conn{
		socket:       socket,
		client:       side == ws.StateClientSide,
		onPing:       s.OnPing,
		onPong:       s.OnPong,
		closeTimeout: s.CloseTimeout,
		controlRate:  newControlRate(s.MaxControlRate),
		done:         done,
	}
	writer := c.watching(socket)
	if s.WriteTimeout > 0 {
		writer = timedWriter{c, s.WriteTimeout, writer}
	}
	c.output = newOutput(writer, c.client, s.OutputBufferSize, c.breakOff)
	in := newInput(socket, early, s.InputBufferSize)
	if c.keepalive = newKeepalive(c, s); c.keepalive != nil {
		in.heard = c.keepalive.hear
	}
	c.messages = messageReader{
		frames:  newFrameReader(in, side),
		limits:  s.messageLimits(),
		control: c.control,
	}
	c.batches = s.WritableStrategy.HighWaterMark > 1
	c.releases = s.ReleaseWritten
	if s.ByteStreams {
		c.outgoing = make(chan struct{}, 1)
	}
	if terms != nil {
		c.useCompression(*terms)
	}
	return c
}

// open makes the streams of the connection, and waits until they are at work. They see to it soon and by themselves.
func (c *conn) open(s *Settings) (*streams.ReadableStream[Message], *streams.WritableStream[Message]) {
	c.started.Add(2)
	readable := streams.NewReadableStream(c.source(), *s.ReadableStrategy)
	writable := streams.NewWritableStream(c.sink(), *s.WritableStrategy)
	c.started.Wait()
	if c.keepalive != nil {
		c.keepalive.begin()
	}
	return readable, writable
}

// useCompression makes both directions keep to what was agreed.
func (c *conn) useCompression(terms deflateTerms) {
	c.output.deflate = newDeflater(terms)
	c.messages.deflate = true
	c.messages.frames.state = c.messages.frames.state.Set(ws.StateExtended)
	if terms.receiveTakeover {
		c.messages.history.size = 1 << terms.receiveBits
	}
}

// startReading makes the caller the one who reads the socket, unless somebody is or there is nothing left to read.
func (c *conn) startReading() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reading || c.state == connClosed {
		return false
	}
	c.reading = true
	if c.keepalive != nil {
		c.keepalive.hear()
	}
	return true
}

// stopReading ends that if the connection is open. If it is not, the caller has to go on, to the end.
func (c *conn) stopReading() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != connOpen {
		return false
	}
	c.reading = false
	return true
}

// control deals with a control frame; the reader calls it.
func (c *conn) control(op ws.OpCode, payload []byte) error {
	if err := c.controlRate.count(); err != nil {
		return err
	}
	switch op {
	case ws.OpPing:
		c.output.pong(payload)
		if c.onPing != nil {
			c.onPing(payload)
		}
	case ws.OpPong:
		c.output.controls.answer(payload)
		if c.onPong != nil {
			c.onPong(payload)
		}
	case ws.OpClose:
		info, err := parseCloseBody(payload)
		if err != nil {
			return err
		}
		c.peerCloses(info)
		return errPeerCloses
	}
	return nil
}

// result waits until the connection is closed, and returns nil if that was clean, else the *WebSocketError.
func (c *conn) result() error {
	<-c.done
	return c.err // set before done was closed, and not changed after
}
