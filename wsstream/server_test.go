package wsstream_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// listener gives out connections in memory, and errors.
type listener struct {
	accepts chan func() (net.Conn, error)
	closed  chan struct{}
	close   func()
}

func newListener() *listener {
	l := &listener{accepts: make(chan func() (net.Conn, error)), closed: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.closed) })
	return l
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case accept := <-l.accepts:
		return accept()
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.close()
	return nil
}

func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }

// connect returns a peer that is connected, but has not sent its request.
func (l *listener) connect(t *testing.T) *wstest.Peer {
	t.Helper()
	a, b := wstest.Pipe()
	l.accepts <- func() (net.Conn, error) { return a, nil }
	return wstest.NewClient(t, b)
}

// open returns a peer after the opening handshake.
func (l *listener) open(t *testing.T) *wstest.Peer {
	t.Helper()
	peer := l.connect(t)
	peer.Open()
	synctest.Wait() // until the handler waits
	return peer
}

// fail makes one Accept fail.
func (l *listener) fail(err error) {
	l.accepts <- func() (net.Conn, error) { return nil, err }
}

// serving is a server under test in a bubble.
type serving struct {
	*wsstream.Server
	t        *testing.T
	listener *listener
	served   <-chan error
	errs     chan error // what OnError was told
}

// serve runs a test in a bubble, in which a server serves.
func serve(t *testing.T, handler wsstream.Handler, opts wsstream.ServerOptions, test func(t *testing.T, s *serving)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &serving{t: t, listener: newListener(), errs: make(chan error, 10)}
		opts.OnError = func(_ string, err error) { s.errs <- err }
		var err error
		if s.Server, err = wsstream.NewServer(handler, &opts); err != nil {
			t.Fatal(err)
		}
		s.served = goDo(func() error { return s.Serve(s.listener) })
		test(t, s)
		s.wantEnd()
	})
}

// wantEnd shuts the server down and checks that nothing goes on, and that all reports were looked at.
func (s *serving) wantEnd() {
	s.t.Helper()
	if err := s.Shutdown(s.t.Context()); err != nil {
		s.t.Errorf("Shutdown returns %v", err)
	}
	if err := <-s.served; !errors.Is(err, wsstream.ErrServerClosed) {
		s.t.Errorf("Serve returns %v", err)
	}
	select {
	case err := <-s.errs:
		s.t.Errorf("OnError was told %v", err)
	default:
	}
}

// wantReport checks what OnError is told next.
func (s *serving) wantReport(want error) {
	s.t.Helper()
	if err := <-s.errs; !errors.Is(err, want) {
		s.t.Errorf("OnError was told %v, want %v", err, want)
	}
}

// wantReportOf checks the type of what OnError is told next.
func wantReportOf[E error](s *serving) {
	s.t.Helper()
	err := <-s.errs
	if e, ok := errors.AsType[E](err); !ok {
		s.t.Errorf("OnError was told %v, want a %T", err, e)
	}
}

// untilShutdown is a handler that does nothing.
func untilShutdown(ctx context.Context, _ *wsstream.WebSocketStream) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

// echoHandler is a handler that sends back what comes.
func echoHandler(ctx context.Context, s *wsstream.WebSocketStream) error {
	conn, err := s.Opened(ctx)
	if err != nil {
		return err
	}
	return conn.Readable.PipeTo(ctx, conn.Writable)
}

func TestShutdownSendsGoingAway(t *testing.T) {
	serve(t, echoHandler, wsstream.ServerOptions{}, func(t *testing.T, s *serving) {
		var peers []*wstest.Peer
		for range 3 {
			peer := s.listener.open(t)
			peer.Send(wstest.Whole(wstest.Text, "hello"))
			peer.Want(wstest.Text, "hello")
			peers = append(peers, peer)
		}
		stopped := goDo(func() error { return s.Shutdown(t.Context()) })
		for _, peer := range peers {
			peer.WantClose(1001, "")
			synctest.Wait()
			select {
			case err := <-stopped:
				t.Fatalf("Shutdown returns %v while a peer is there", err)
			default:
			}
			peer.Send(wstest.CloseFrame(1001, ""))
			peer.WantEnd()
		}
		if err := <-stopped; err != nil {
			t.Errorf("Shutdown returns %v", err)
		}
	})
}

func TestShutdownIsOverWhenTheCloseTimeoutsAre(t *testing.T) {
	upgrade := &wsstream.UpgradeOptions{Settings: wsstream.Settings{CloseTimeout: 2 * time.Second}}
	serve(t, untilShutdown, wsstream.ServerOptions{Upgrade: upgrade}, func(t *testing.T, s *serving) {
		peer := s.listener.open(t) // reads nothing
		start := time.Now()
		if err := s.Shutdown(t.Context()); err != nil || time.Since(start) != 2*time.Second {
			t.Errorf("Shutdown returns %v after %v", err, time.Since(start))
		}
		peer.WantEnd()
	})
}

func TestShutdownCutsWhenItsContextEnds(t *testing.T) {
	var stubborn chan struct{}
	handler := func(context.Context, *wsstream.WebSocketStream) error {
		<-stubborn
		return nil
	}
	serve(t, handler, wsstream.ServerOptions{}, func(t *testing.T, s *serving) {
		stubborn = make(chan struct{}) // in the bubble
		stuck, silent := s.listener.open(t), s.listener.open(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		stopped := goDo(func() error { return s.Shutdown(ctx) })
		silent.WantClose(1001, "")
		if err := <-stopped; !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("Shutdown returns %v after %v", err, time.Since(start))
		}
		stuck.WantEnd()
		silent.WantEnd()
		close(stubborn)
	})
}

func TestHandlerSeesTheShutdown(t *testing.T) {
	var cause error
	var info wsstream.CloseInfo
	handler := func(ctx context.Context, s *wsstream.WebSocketStream) (err error) {
		<-ctx.Done()
		cause = context.Cause(ctx)
		info, err = s.Closed(context.WithoutCancel(ctx))
		return err
	}
	serve(t, handler, wsstream.ServerOptions{}, func(t *testing.T, s *serving) {
		peer := s.listener.open(t)
		stopped := goDo(func() error { return s.Shutdown(t.Context()) })
		peer.WantClose(1001, "")
		peer.Send(wstest.CloseFrame(1001, "bye"))
		if err := <-stopped; err != nil {
			t.Errorf("Shutdown returns %v", err)
		}
		if !errors.Is(cause, wsstream.ErrServerClosed) || info.Reason != "bye" {
			t.Errorf("the handler saw %v and %v", cause, info)
		}
	})
}

func TestWhatAHandlerReturnsGoesToThePeer(t *testing.T) {
	mine, err := wsstream.NewWebSocketError(4001, "mine")
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("cause")
	for name, test := range map[string]struct {
		handler  func() error
		code     uint16
		reason   string
		reported func(error) bool
	}{
		"nil":             {func() error { return nil }, 1000, "", nil},
		"WebSocketError":  {func() error { return mine }, 4001, "mine", func(err error) bool { return errors.Is(err, mine) }},
		"unsendable code": {func() error { return &wsstream.WebSocketError{Code: 1006} }, 1011, "", func(err error) bool { return err != nil }},
		"other":           {func() error { return cause }, 1011, "", func(err error) bool { return errors.Is(err, cause) }},
		"panic": {func() error { panic(cause) }, 1011, "", func(err error) bool {
			panicked, ok := errors.AsType[*streams.PanicError](err)
			return ok && panicked.Value == any(cause) && len(panicked.Stack) > 0
		}},
		"Goexit": {func() error { runtime.Goexit(); return nil }, 1011, "", func(err error) bool { return errors.Is(err, streams.ErrGoexit) }},
	} {
		t.Run(name, func(t *testing.T) {
			handler := func(context.Context, *wsstream.WebSocketStream) error { return test.handler() }
			serve(t, handler, wsstream.ServerOptions{}, func(t *testing.T, s *serving) {
				peer := s.listener.open(t)
				peer.WantClose(test.code, test.reason)
				peer.Send(wstest.CloseFrame(test.code, test.reason))
				peer.WantEnd()
				if test.reported != nil {
					if err := <-s.errs; !test.reported(err) {
						t.Errorf("OnError was told %v", err)
					}
				}
			})
		})
	}
}

func TestWhatIsReported(t *testing.T) {
	serve(t, echoHandler, wsstream.ServerOptions{}, func(t *testing.T, s *serving) {
		// A clean close, whatever a pipe makes of it, is not worth a report.
		peer := s.listener.open(t)
		peer.Send(wstest.CloseFrame(1000, ""))
		peer.WantClose(1000, "")
		peer.WantEnd()
		synctest.Wait()

		peer = s.listener.open(t)
		peer.Drop()
		wantReportOf[*wsstream.WebSocketError](s)
		peer = s.listener.connect(t)
		peer.SendRaw("GET / HTTP/1.1\r\n\r\n")
		peer.Response()
		wantReportOf[*wsstream.HandshakeError](s)
	})
	// What comes after the handler nobody else sees.
	done := func(context.Context, *wsstream.WebSocketStream) error { return nil }
	serve(t, done, wsstream.ServerOptions{}, func(t *testing.T, s *serving) {
		peer := s.listener.open(t)
		peer.WantClose(1000, "")
		peer.Drop()
		wantReportOf[*wsstream.WebSocketError](s)
	})
}

func TestServeHoldsBackWhatIsTooMuch(t *testing.T) {
	upgrade := &wsstream.UpgradeOptions{Settings: wsstream.Settings{HandshakeTimeout: time.Second}}
	serve(t, echoHandler, wsstream.ServerOptions{MaxConnections: 2, Upgrade: upgrade}, func(t *testing.T, s *serving) {
		first := s.listener.open(t)
		_ = s.listener.connect(t) // a handshake that does not end counts too, as long as it takes
		waiting := s.listener.connect(t)
		opened := make(chan struct{})
		go func() {
			waiting.Open()
			close(opened)
		}()
		synctest.Wait()
		select {
		case <-opened:
			t.Error("more connections than MaxConnections")
		default:
		}
		s.wantReport(wsstream.ErrHandshakeTimeout)
		<-opened
		for _, peer := range []*wstest.Peer{first, waiting} {
			peer.Send(wstest.CloseFrame(1000, ""))
			peer.WantClose(1000, "")
			peer.WantEnd()
		}
	})
}

func TestShutdownGivesUpWhatIsNotOpen(t *testing.T) {
	serve(t, echoHandler, wsstream.ServerOptions{MaxConnections: 1}, func(t *testing.T, s *serving) {
		shaking := s.listener.connect(t)
		waiting := s.listener.connect(t)
		synctest.Wait()
		start := time.Now()
		s.wantEnd()
		if took := time.Since(start); took > 0 {
			t.Errorf("Shutdown takes %v", took)
		}
		shaking.WantEnd()
		waiting.WantEnd()
		s.served = goDo(func() error { return s.Serve(newListener()) }) // cannot be used again
	})
}

func TestServeAndAListenerThatFails(t *testing.T) {
	serve(t, echoHandler, wsstream.ServerOptions{}, func(t *testing.T, s *serving) {
		start := time.Now()
		s.listener.fail(&net.OpError{Op: "accept", Err: syscall.EMFILE})
		s.wantReport(syscall.EMFILE)
		peer := s.listener.open(t)
		if took := time.Since(start); took != time.Second {
			t.Errorf("Serve goes on after %v", took)
		}
		peer.Send(wstest.CloseFrame(1000, ""))
		peer.WantClose(1000, "")
		peer.WantEnd()

		other := newListener()
		broken := errors.New("broken")
		served := goDo(func() error { return s.Serve(other) })
		other.fail(broken)
		if err := <-served; !errors.Is(err, broken) {
			t.Errorf("Serve returns %v", err)
		}
		<-other.closed

		s.listener.fail(&net.OpError{Op: "accept", Err: syscall.EMFILE})
		s.wantReport(syscall.EMFILE) // and Shutdown does not wait for the second to be over
	})
}

func TestServerOptionsAreChecked(t *testing.T) {
	for _, test := range []struct {
		handler wsstream.Handler
		opts    *wsstream.ServerOptions
		want    error
	}{
		{echoHandler, nil, nil},
		{nil, nil, wsstream.ErrOption},
		{echoHandler, &wsstream.ServerOptions{MaxConnections: -1}, wsstream.ErrOption},
		{echoHandler, &wsstream.ServerOptions{Upgrade: &wsstream.UpgradeOptions{Protocols: []string{""}}}, wsstream.ErrSubprotocol},
		{echoHandler, &wsstream.ServerOptions{Upgrade: &wsstream.UpgradeOptions{Header: http.Header{"Upgrade": nil}}}, wsstream.ErrHeader},
	} {
		if s, err := wsstream.NewServer(test.handler, test.opts); !errors.Is(err, test.want) || (s == nil) != (err != nil) {
			t.Errorf("NewServer(%v) returns %v, %v", test.opts, s, err)
		}
	}
}

func TestACheckThatPanicsEndsOneConnection(t *testing.T) {
	upgrade := &wsstream.UpgradeOptions{CheckOrigin: func(string, string) bool { panic("origin") }}
	serve(t, echoHandler, wsstream.ServerOptions{Upgrade: upgrade}, func(t *testing.T, s *serving) {
		peer := s.listener.connect(t)
		peer.Request("Origin: http://example.com\r\n")
		peer.WantEnd()
		wantReportOf[*streams.PanicError](s)
	})
}
