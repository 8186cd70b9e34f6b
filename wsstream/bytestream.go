package wsstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/gobwas/ws"
	"github.com/weirstreams/weir/streams"
)

// IncomingMessage is a message that is read as it comes, so that it need not fit in memory.
type IncomingMessage struct {
	// Type is TextMessage or BinaryMessage.
	Type MessageType

	// Body is the payload. It is read from the socket when it is wanted, with a BYOB reader right into the buffer that is
	// given. That of a text message is checked as it comes. To cancel it has the rest of the message dropped.
	//
	// It ends with io.EOF when the message is whole, and is errored when the connection ends before, with the
	// *WebSocketError, or with ErrInvalidState if it was closed cleanly in the middle of the message.
	Body *streams.ReadableByteStream
}

// NextMessage waits for the next message and returns it as soon as it begins. It needs the setting ByteStreams, or it
// fails with ErrByteStreams. The message before must have been read to its end, or been cancelled: NextMessage waits for
// that too. The wait ends with ctx, with its cause; no message is lost then. At the end of the connection it returns
// what a Read of Readable would: io.EOF or the *WebSocketError. It may be called concurrently.
//
// Nothing is read from the socket but for NextMessage and for bodies: between, pings are not answered, and the end of the
// connection is not noticed. So call it again until it fails.
func (c *Connection) NextMessage(ctx context.Context) (*IncomingMessage, error) {
	in := c.incoming
	if in == nil {
		return nil, ErrByteStreams
	}
	select {
	case in.turn <- struct{}{}:
	case <-in.conn.done: // also with a message in progress
		_, err := in.reader.Read(ctx)
		return nil, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if !in.beginning {
		in.beginning = true
		go in.begin()
	}
	select {
	case kind := <-in.begun:
		in.beginning = false
		if kind == 0 {
			<-in.turn
			_, err := in.reader.Read(ctx)
			return nil, err
		}
		return &IncomingMessage{Type: kind, Body: in.body()}, nil
	case <-ctx.Done():
		<-in.turn
		return nil, context.Cause(ctx)
	}
}

// incoming gives out the messages of a connection as byte streams.
type incoming struct {
	conn       *conn
	reader     *streams.DefaultReader[Message] // holds the lock of Readable, and learns how that ends
	bufferSize int

	turn      chan struct{}    // holds a value while somebody waits for a message, and until that has been read
	beginning bool             // begin is at work, or its result has not been taken; belongs to who has the turn
	begun     chan MessageType // what begin has found; 0 if there are no more messages
	reading   chan struct{}    // holds a value while somebody reads the socket
}

func newIncoming(c *conn, readable *streams.ReadableStream[Message], bufferSize int) *incoming {
	reader, err := readable.GetReader()
	if err != nil {
		panic("wsstream: internal error: " + err.Error()) // nobody else has seen the stream
	}
	return &incoming{
		conn:       c,
		reader:     reader,
		bufferSize: bufferSize,
		turn:       make(chan struct{}, 1),
		begun:      make(chan MessageType, 1),
		reading:    make(chan struct{}, 1),
	}
}

// begin reads past what is left of the message before, and to the beginning of the next.
func (in *incoming) begin() {
	in.reading <- struct{}{}
	defer func() { <-in.reading }()
	c := in.conn
	if !c.startReading() {
		in.begun <- 0 // the connection is closing, and its reader tells the stream
		return
	}
	kind, err := c.messages.skipTo()
	if err != nil || !c.stopReading() {
		in.begun <- 0
		c.conclude(err)
		return
	}
	in.begun <- kind
}

// skipTo reads past what is left of the message in progress, and begins the next.
func (r *messageReader) skipTo() (MessageType, error) {
	_, err := io.Copy(io.Discard, r)
	if err != nil {
		return 0, err
	}
	return r.begin()
}

// body returns the stream of the message that has begun. The caller has the turn, which the end of the message gives up.
func (in *incoming) body() *streams.ReadableByteStream {
	b := &incomingBody{incoming: in}
	body := streams.NewReadableByteStream(streams.UnderlyingByteSource{
		Start:                 b.start,
		Pull:                  b.pull,
		Cancel:                b.cancel,
		AutoAllocateChunkSize: in.bufferSize,
	})
	return body
}

// incomingBody is what is behind the body of one message.
type incomingBody struct {
	incoming *incoming
	over     sync.Once // gives up the turn
}

// start has the end of the connection seen.
func (b *incomingBody) start(_ context.Context, controller *streams.ByteController) error {
	c := b.incoming.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return bodyError(c.err)
	}
	c.endBody = func(err error) { controller.Error(bodyError(err)) }
	return nil
}

func bodyError(err error) error {
	if err == nil {
		return fmt.Errorf("%w, in the middle of a message", ErrInvalidState)
	}
	return err
}

// pull reads some of the message into the buffer of the reader.
func (b *incomingBody) pull(_ context.Context, controller *streams.ByteController) error {
	in, c := b.incoming, b.incoming.conn
	in.reading <- struct{}{} // held by nobody else but the pull before, which has returned
	defer func() { <-in.reading }()
	request := controller.BYOBRequest()
	if request == nil || !c.startReading() {
		return nil // cancelled; or the connection is closing, and its reader tells the stream
	}
	n, err := c.messages.Read(request.View())
	end := errors.Is(err, io.EOF)
	if err != nil && !end || !c.stopReading() {
		c.conclude(noEOF(err))
		return nil
	}
	if !end {
		_ = request.Respond(n) // it fails if the stream was cancelled, and the bytes are dropped then
		return nil
	}
	b.finish()
	if controller.Close() == nil {
		_ = request.Respond(0)
	}
	return nil
}

// cancel leaves the rest of the message to the next begin.
func (b *incomingBody) cancel(context.Context, error) error {
	b.finish()
	return nil
}

// finish ends the message for the connection.
func (b *incomingBody) finish() {
	b.over.Do(func() {
		c := b.incoming.conn
		c.mu.Lock()
		c.endBody = nil
		c.mu.Unlock()
		<-b.incoming.turn
	})
}

// NewMessage begins a message of this type, whose payload is what is written to the stream it returns: each chunk is a
// fragment, and is complete when the system has taken it. Close ends the message, and Abort closes the connection, as
// that of Writable does: a message that has begun cannot be taken back. It needs the setting ByteStreams, or it fails with
// ErrByteStreams.
//
// Until the message has ended, other messages wait; NewMessage waits until the one before has ended, or ctx ends. Control
// frames come through between the chunks. It fails with what Writable is errored with when the connection is closing or
// closed. Such a message is not compressed. Text that is not UTF-8 errors the stream with ErrMessage, and closes the
// connection.
func (c *Connection) NewMessage(ctx context.Context, kind MessageType) (*streams.WritableStream[[]byte], error) {
	if c.incoming == nil {
		return nil, ErrByteStreams
	}
	if err := (Message{Type: kind}).sendable(); err != nil {
		return nil, err
	}
	conn := c.incoming.conn
	if err := conn.startMessage(ctx); err != nil {
		return nil, err
	}
	if !conn.isOpen() {
		conn.endMessage()
		return nil, ErrInvalidState
	}
	m := &outgoingMessage{conn: conn, op: opCodeOf(kind), isText: kind == TextMessage}
	return streams.NewWritableStream(streams.UnderlyingSink[[]byte]{Write: m.write, Close: m.close, Abort: m.abort}), nil
}

// startMessage waits until no other message is being written, if messages may be streams.
func (c *conn) startMessage(ctx context.Context) error {
	if c.outgoing == nil {
		return nil
	}
	select {
	case c.outgoing <- struct{}{}:
		return nil
	case <-c.done:
		if err := c.result(); err != nil {
			return err
		}
		return ErrInvalidState
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// endMessage lets the next message be written.
func (c *conn) endMessage() {
	if c.outgoing != nil {
		<-c.outgoing
	}
}

// outgoingMessage is what is behind the stream of a message that is written in pieces.
type outgoingMessage struct {
	conn   *conn
	op     ws.OpCode // of the next frame
	isText bool
	text   textChecker
}

func (m *outgoingMessage) write(ctx context.Context, chunk []byte, _ *streams.WritableController[[]byte]) error {
	if m.isText && !m.text.check(chunk) {
		return m.fail()
	}
	return m.fragment(ctx, chunk, false)
}

// fail closes the connection for text that cannot be sent. The message has no end, so none can follow.
func (m *outgoingMessage) fail() error {
	m.conn.close(CloseInfo{})
	return fmt.Errorf("%w: %w", ErrMessage, ErrInvalidUTF8)
}

// fragment writes one frame of the message.
func (m *outgoingMessage) fragment(ctx context.Context, chunk []byte, last bool) error {
	op := m.op
	m.op = ws.OpContinuation
	return m.conn.writeOut(ctx, func() error {
		h := m.conn.output.newHeader(op, len(chunk))
		h.Fin = last
		return m.conn.output.write(h, chunk)
	})
}

func (m *outgoingMessage) close(ctx context.Context) error {
	if !m.text.complete() {
		return m.fail()
	}
	if err := m.fragment(ctx, nil, true); err != nil {
		return err
	}
	m.conn.endMessage()
	return nil
}

func (m *outgoingMessage) abort(_ context.Context, reason error) error {
	m.conn.close(closeInfoOf(reason))
	return nil
}
