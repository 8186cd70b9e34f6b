package wsstream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if code == 0 && !checkRows() {
		code = 1
	}
	os.Exit(code)
}

// end is one open connection under test, with a peer of single frames at its other end.
type end struct {
	t      *testing.T
	stream *wsstream.WebSocketStream
	conn   *wsstream.Connection
	peer   *wstest.Peer

	reader *streams.DefaultReader[wsstream.Message]
	writer *streams.DefaultWriter[wsstream.Message]
}

// limits are the options that both roles have.
type limits struct {
	maxMessageSize int64
}

// eachRole runs a test in a bubble for a server and for a client under test, each over a pipe without buffers.
func eachRole(t *testing.T, limits limits, test func(t *testing.T, e *end)) {
	t.Helper()
	t.Run("server", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, b := wstest.Pipe()
			test(t, newServer(t, a, b, &wsstream.UpgradeOptions{Settings: wsstream.Settings{MaxMessageSize: limits.maxMessageSize}}))
		})
	})
	t.Run("client", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, b := wstest.Pipe()
			test(t, newClient(t, a, b, &wsstream.Options{Settings: wsstream.Settings{MaxMessageSize: limits.maxMessageSize}}))
		})
	})
}

// newServer returns a server under test on a, with a peer on b.
func newServer(t *testing.T, a, b net.Conn, opts *wsstream.UpgradeOptions) *end {
	t.Helper()
	peer := wstest.NewClient(t, b)
	accepted := goAccept(t.Context(), a, opts)
	peer.Open()
	got := <-accepted
	if got.err != nil {
		t.Fatalf("Accept: %v", got.err)
	}
	return newEnd(t, got.stream, peer)
}

// newClient returns a client under test on a, with a peer on b.
func newClient(t *testing.T, a, b net.Conn, opts *wsstream.Options) *end {
	t.Helper()
	if opts == nil {
		opts = new(wsstream.Options)
	}
	opts.NetDial = wstest.DialTo(a)
	peer := wstest.NewServer(t, b)
	s, err := wsstream.New("ws://example.com/path", opts)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	peer.Open()
	return newEnd(t, s, peer)
}

func newEnd(t *testing.T, s *wsstream.WebSocketStream, peer *wstest.Peer) *end {
	t.Helper()
	e := &end{t: t, stream: s, peer: peer}
	var err error
	if e.conn, err = s.Opened(t.Context()); err != nil {
		t.Fatalf("Opened: %v", err)
	}
	if e.reader, err = e.conn.Readable.GetReader(); err != nil {
		t.Fatal(err)
	}
	if e.writer, err = e.conn.Writable.GetWriter(); err != nil {
		t.Fatal(err)
	}
	return e
}

type acceptResult struct {
	stream *wsstream.WebSocketStream
	err    error
}

func goAccept(ctx context.Context, conn net.Conn, opts *wsstream.UpgradeOptions) <-chan acceptResult {
	result := make(chan acceptResult, 1)
	go func() {
		s, err := wsstream.Accept(ctx, conn, opts)
		result <- acceptResult{s, err}
	}()
	return result
}

// isServer reports which end is under test.
func (e *end) isServer() bool { return e.stream.URL() == "ws://example.com/path?query" }

// wantMessage reads a message.
func (e *end) wantMessage(want wsstream.Message) {
	e.t.Helper()
	m, err := e.reader.Read(e.t.Context())
	if err != nil {
		e.t.Fatalf("Read: %v", err)
	}
	if m.Type != want.Type || m.String() != want.String() {
		e.t.Fatalf("read a %v message %.100q, want %v %.100q", m.Type, m, want.Type, want)
	}
}

// wantCleanEnd checks that everybody saw a clean close with this code and reason.
func (e *end) wantCleanEnd(code wsstream.StatusCode, reason string) {
	e.t.Helper()
	info, err := e.stream.Closed(e.t.Context())
	if want := (wsstream.CloseInfo{Code: code, Reason: reason}); err != nil || info != want {
		e.t.Errorf("Closed returns %v, %v, want %v", info, err, want)
	}
	if _, err := e.reader.Read(e.t.Context()); !errors.Is(err, io.EOF) {
		e.t.Errorf("Read returns %v, want io.EOF", err)
	}
}

// wantRefusedWrites checks that the writable stream is errored as after a clean close.
func (e *end) wantRefusedWrites() {
	e.t.Helper()
	if err := e.writer.Ready(e.t.Context()); !errors.Is(err, wsstream.ErrInvalidState) {
		e.t.Errorf("Ready returns %v, want ErrInvalidState", err)
	}
	if err := e.writer.Write(e.t.Context(), wsstream.Text("late")); !errors.Is(err, wsstream.ErrInvalidState) {
		e.t.Errorf("Write returns %v, want ErrInvalidState", err)
	}
}

// wantFailure sends frames and checks what comes of them: a Close frame with code on the wire, and an abnormal closure
// for the application, at once.
func wantFailure(e *end, frames []wstest.Frame, code uint16, cause error) {
	e.t.Helper()
	e.peer.Send(wstest.Whole(wstest.Text, "before"))
	e.wantMessage(wsstream.Text("before"))
	// The end under test may hang up before it has read all: what it does not read may be stuck.
	sent := make(chan struct{})
	bytes := e.peer.Bytes(frames...)
	go func() {
		defer close(sent)
		_, _ = e.peer.Conn.Write(bytes)
	}()
	e.peer.WantCloseCode(code)
	e.peer.WantEnd()
	<-sent
	if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, cause) {
		e.t.Errorf("the cause is %v, want %v", err, cause)
	}
}

// wantAbnormalEnd is uncleanEnd for an end without a Close frame of the peer, whatever the cause.
func (e *end) wantAbnormalEnd() {
	e.t.Helper()
	_ = e.uncleanEnd(wsstream.StatusAbnormalClosure)
}

// uncleanEnd checks that everybody saw one and the same *WebSocketError with this code, and returns it.
func (e *end) uncleanEnd(code wsstream.StatusCode) *wsstream.WebSocketError {
	e.t.Helper()
	_, closed := e.stream.Closed(e.t.Context())
	wsErr, ok := errors.AsType[*wsstream.WebSocketError](closed)
	if !ok || wsErr.Code != code {
		e.t.Fatalf("Closed returns %v, want a *WebSocketError with code %d", closed, code)
	}
	if _, err := e.reader.Read(e.t.Context()); err != closed { //nolint:errorlint // the very value
		e.t.Errorf("Read returns %v, want what Closed returned", err)
	}
	if err := e.writer.Write(e.t.Context(), wsstream.Text("late")); err != closed { //nolint:errorlint // the very value
		e.t.Errorf("Write returns %v, want what Closed returned", err)
	}
	if err := e.writer.Ready(e.t.Context()); err != closed { //nolint:errorlint // the very value
		e.t.Errorf("Ready returns %v, want what Closed returned", err)
	}
	return wsErr
}

// goDo runs a call that waits, and returns where its result will be.
func goDo(call func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- call() }()
	return result
}
