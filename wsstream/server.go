package wsstream

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// DefaultMaxConnections bounds the connections of a [Server] at one time.
const DefaultMaxConnections = 10_000

// Handler deals with one connection of a [Server]. It is called in a goroutine of its own when the connection is open,
// and may be called many times at once.
//
// The context ends when the server shuts down, with the cause ErrServerClosed; the connection is closing then, with
// StatusGoingAway. It does not end with the connection: the streams of that do. Behind [Server.ServeHTTP] it has the
// values of the request's context, so what a handler is to know of the request can be put there.
//
// When the handler returns, the connection is closed, unless it is already: with StatusNormalClosure after nil, with what
// the error says if that is a *WebSocketError, and with StatusInternalError after any other. A handler that panics fails
// with a *streams.PanicError.
type Handler func(ctx context.Context, s *WebSocketStream) error

// ServerOptions are those of a [Server]. The zero value, and a nil pointer, are safe defaults.
type ServerOptions struct {
	// Upgrade is for each connection; nil are its defaults. It must not change while the server is in use.
	Upgrade *UpgradeOptions

	// MaxConnections bounds how many connections there are at one time; handshakes count, and connections that are
	// closing. With as many, ServeHTTP answers with status 503, and Serve takes no connection from its listener, but for
	// one that waits. Zero means DefaultMaxConnections; negative is ErrOption.
	MaxConnections int

	// OnError is told what went wrong with a connection, and its remote address: a handshake that failed, the error of
	// the handler, and how the connection ended if that was not clean and came after the handler. That a handler fails
	// with ErrInvalidState after a clean close, or with ErrServerClosed, is not an error. It may be called by several
	// goroutines at once, and should not wait. The default writes to the standard logger of package log.
	OnError func(remote string, err error)
}

// Server serves WebSocket connections, at most so many at once, and can end them all gracefully. It takes them from
// net/http, as an http.Handler, or from a net.Listener by [Server.Serve], which costs less, or from both. All its
// methods may be called concurrently.
type Server struct {
	handler Handler
	options *UpgradeOptions // nil for the defaults
	onError func(remote string, err error)

	slots chan struct{}      // holds a value for each connection
	ctx   context.Context    // of the handlers; ends when the server shuts down
	end   context.CancelFunc // ends it
	idle  chan struct{}      // closed when the server has shut down and the last connection is gone

	mu        sync.Mutex // guards following fields
	closing   bool       // Shutdown was called; active does not grow any more
	cutting   bool       // the time of Shutdown is over
	active    int        // connections, from before their handshake until they are closed and their handler has returned
	open      map[*WebSocketStream]struct{}
	listeners map[*net.Listener]struct{} // by address: a listener need not be comparable
}

// NewServer returns a server that has handler deal with its connections. It fails with ErrOption, ErrSubprotocol or
// ErrHeader for options that are wrong, and with ErrOption without a handler. Opts may be nil.
func NewServer(handler Handler, opts *ServerOptions) (*Server, error) {
	if opts == nil {
		opts = new(ServerOptions)
	}
	s := &Server{
		handler:   handler,
		options:   opts.Upgrade,
		onError:   opts.OnError,
		idle:      make(chan struct{}),
		open:      make(map[*WebSocketStream]struct{}),
		listeners: make(map[*net.Listener]struct{}),
	}
	if opts.Upgrade != nil {
		if _, err := opts.Upgrade.settings(); err != nil {
			return nil, err
		}
	}
	limit := opts.MaxConnections
	switch {
	case handler == nil:
		return nil, fmt.Errorf("%w: a server without a handler", ErrOption)
	case limit < 0:
		return nil, fmt.Errorf("%w: a negative number of connections", ErrOption)
	case limit == 0:
		limit = DefaultMaxConnections
	}
	if s.onError == nil {
		s.onError = func(remote string, err error) { log.Printf("%s: %v", remote, err) }
	}
	s.slots = make(chan struct{}, limit)
	ctx, end := context.WithCancelCause(context.Background())
	s.ctx, s.end = ctx, func() { end(ErrServerClosed) }
	return s, nil
}

// ServeHTTP makes a WebSocket of a request, as [Upgrade] does, and returns; the handler has a goroutine of its own, so
// that net/http can let go of the request. A request that is refused is answered: as Upgrade does, or with status 503
// when there are too many connections or the server has shut down.
//
// An http.Server does not know of the connections that were taken from it. To end them with it, give a function that
// calls Shutdown to its RegisterOnShutdown, and wait for that function, too.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.enter(); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		s.report(r.RemoteAddr, err)
		return
	}
	leave := s.leave
	defer func() { leave() }()
	stream, err := Upgrade(w, r, s.options)
	if err != nil {
		s.report(r.RemoteAddr, err)
		return
	}
	leave = func() {}
	ctx := handlerContext{s.ctx, r.Context()}
	go func() {
		defer s.leave()
		s.handle(ctx, stream, r.RemoteAddr)
	}()
}

// Serve accepts connections on l, does their opening handshakes as [Accept] does, and has the handler deal with each.
// It waits until the server is shut down, and returns ErrServerClosed then, or until l fails, and returns its error. A
// failure that is temporary, such as too many open files, is reported to OnError, and Serve goes on after a second. L is
// closed when Serve returns.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if !s.listens(&l) {
		return ErrServerClosed
	}
	defer s.forget(&l)
	for {
		socket, err := l.Accept()
		switch {
		case s.isClosing():
			if err == nil {
				_ = socket.Close()
			}
			return ErrServerClosed
		case isTemporary(err):
			s.report(l.Addr().String(), err)
			s.pause(time.Second)
			continue
		case err != nil:
			return err
		}
		if err := s.waitToEnter(); err != nil {
			_ = socket.Close()
			return err
		}
		go s.serve(socket)
	}
}

// isTemporary reports whether a listener that failed with err can be expected to work again.
func isTemporary(err error) bool {
	temporary, ok := errors.AsType[interface {
		error
		Temporary() bool
	}](err)
	return ok && temporary.Temporary()
}

// pause waits for d, or for the shutdown.
func (s *Server) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	}
}

// Shutdown ends the server: it accepts no more connections, and those that there are get a Close frame with
// StatusGoingAway, behind the message that is being written; what is queued is not sent. The contexts of the handlers
// end. Shutdown waits until all connections are closed, which takes no longer than CloseTimeout of UpgradeOptions, and
// all handlers have returned. When ctx ends before, it cuts off what connections there are, does not wait for handlers,
// and returns the cause of ctx. In either case the sockets are closed when it returns.
//
// Called again it does the same for what is left. A server that has shut down cannot be used again.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop()
	err := wait(ctx, s.idle)
	if err != nil {
		s.cut()
	}
	return err
}

// stop begins the shutdown, unless it has begun.
func (s *Server) stop() {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return
	}
	s.closing = true
	for l := range s.listeners {
		(*l).Close()
	}
	for stream := range s.open {
		stream.goAway()
	}
	if s.active == 0 {
		close(s.idle)
	}
	s.mu.Unlock()
	s.end() // after goAway: or a pipe that ends with its context would say what the Close frame carries
}

// cut closes the sockets of all connections.
func (s *Server) cut() {
	s.mu.Lock()
	s.cutting = true
	var open []*WebSocketStream
	for stream := range s.open {
		stream.conn.cut()
		open = append(open, stream)
	}
	s.mu.Unlock()
	for _, stream := range open {
		<-stream.closed
	}
}

// isClosing reports whether Shutdown was called, also before the context has ended.
func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// listens notes a listener that Serve uses, and returns false if the server has shut down.
func (s *Server) listens(l *net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.listeners[l] = struct{}{}
	return true
}

func (s *Server) forget(l *net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
}
