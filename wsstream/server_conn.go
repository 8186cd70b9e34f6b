package wsstream

import (
	"context"
	"errors"
	"net"
	"runtime/debug"

	"github.com/weirstreams/weir/streams"
)

// enter takes a slot for a connection, which leave gives back.
func (s *Server) enter() error {
	select {
	case s.slots <- struct{}{}:
		return s.begin()
	default:
		return ErrTooManyConnections
	}
}

// waitToEnter is enter that waits for a slot, until the server shuts down.
func (s *Server) waitToEnter() error {
	select {
	case s.slots <- struct{}{}:
		return s.begin()
	case <-s.ctx.Done():
		return ErrServerClosed
	}
}

// begin counts a connection that has a slot, unless the server has shut down.
func (s *Server) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		<-s.slots
		return ErrServerClosed
	}
	s.active++
	return nil
}

// leave is called when nothing is left of a connection.
func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	<-s.slots
	s.active--
	if s.closing && s.active == 0 {
		close(s.idle)
	}
}

// serve deals with a connection from a listener, from its handshake to its end.
func (s *Server) serve(socket net.Conn) {
	defer s.leave()
	remote := socket.RemoteAddr().String()
	var stream *WebSocketStream
	err := catch(func() (err error) {
		stream, err = Accept(s.ctx, socket, s.options)
		return err
	})
	if err != nil {
		_ = socket.Close() // once more, unless Accept was left by a panic
		s.report(remote, err)
		return
	}
	s.handle(s.ctx, stream, remote)
}

// handle has the handler deal with an open connection, and returns when that is closed.
func (s *Server) handle(ctx context.Context, stream *WebSocketStream, remote string) {
	if !s.add(stream) {
		<-stream.closed
		s.remove(stream)
		return
	}
	err := streams.ErrGoexit // unless the handler returns
	defer func() { s.finish(stream, remote, err) }()
	err = catch(func() error { return s.handler(ctx, stream) })
}

// finish closes a connection with which the handler is done, waits until it is closed, and reports what went wrong.
func (s *Server) finish(stream *WebSocketStream, remote string, err error) {
	seen := stream.isClosed() // by the handler, which then has the say about what that was
	stream.conn.close(closingFor(err))
	_, closed := stream.Closed(context.Background()) // the option CloseTimeout bounds this
	s.remove(stream)
	switch {
	case err == nil && !seen:
		err = closed
	case closed == nil && errors.Is(err, ErrInvalidState):
		err = nil
	}
	if err != nil {
		s.report(remote, err)
	}
}

// add notes a connection that is open, and returns false if it closes at once because the server shuts down.
func (s *Server) add(stream *WebSocketStream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[stream] = struct{}{}
	if s.closing {
		stream.goAway()
	}
	if s.cutting {
		stream.conn.cut()
	}
	return !s.closing
}

func (s *Server) remove(stream *WebSocketStream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, stream)
}

// report tells the application of an error, unless it is the shutdown that it asked for.
func (s *Server) report(remote string, err error) {
	if !errors.Is(err, ErrServerClosed) {
		s.onError(remote, err)
	}
}

// catch calls f, and returns its panic as an error: one connection must not end the others, as in net/http.
func catch(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &streams.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// closingFor returns what the Close frame says after a handler that returned err. Of an error that is not meant for the
// peer it gets to know nothing.
func closingFor(err error) CloseInfo {
	if err == nil {
		return CloseInfo{Code: StatusNormalClosure}
	}
	if info := closeInfoOf(err); info != (CloseInfo{}) {
		return info
	}
	return CloseInfo{Code: StatusInternalError}
}

func (s *WebSocketStream) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// goAway starts the closing handshake with a status that Close does not take: it is the server's, not the
// application's.
func (s *WebSocketStream) goAway() {
	s.conn.close(CloseInfo{Code: StatusGoingAway})
}

// cut ends a connection that is closing without more waiting.
func (c *conn) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == connClosing {
		c.setDeadlineLocked(longAgo)
	}
}

// handlerContext is the context of a handler that came by net/http: the server's, with the values of the request's.
type handlerContext struct {
	context.Context
	request context.Context
}

// Value looks at the server's context first, which has no value but those by which package context finds out that this
// is one of its own, so that a context derived from this one needs no goroutine.
func (c handlerContext) Value(key any) any {
	if v := c.Context.Value(key); v != nil {
		return v
	}
	return c.request.Value(key)
}
