package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestEveryMessageComesBack(t *testing.T) {
	s := start(t)
	sent := []wsstream.Message{
		wsstream.Text("weir"),
		wsstream.Text(""),
		wsstream.Binary([]byte{0, 0xff}),
		wsstream.Binary(bytes.Repeat([]byte{7}, 1<<20)),
	}
	stream, conn := s.dial(t)
	writer := getWriter(t, conn)
	reader := getReader(t, conn)
	for _, m := range sent {
		if err := writer.Write(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		got, err := reader.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.Type != m.Type || !bytes.Equal(got.Data, m.Data) {
			t.Errorf("a %v message of %d bytes came back as a %v message of %d", m.Type, len(m.Data), got.Type, len(got.Data))
		}
	}
	if err := stream.Close(wsstream.CloseInfo{Code: 3000, Reason: "thanks"}); err != nil {
		t.Fatal(err)
	}
	wantClosed(t, stream, wsstream.CloseInfo{Code: 3000, Reason: "thanks"})
	s.stop(t)
}

func TestAClientThatDoesNotReadHasToWait(t *testing.T) {
	const enough = 256 // more than the buffers of any system hold
	s := start(t)
	stream, conn := s.dial(t)
	writer := getWriter(t, conn)
	message := wsstream.Binary(make([]byte, 1<<20))
	written := 0
	for ; written < enough; written++ {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		err := writer.Write(ctx, message)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if written == enough {
		t.Errorf("%d messages were taken from a client that does not read", written)
	}
	reader := getReader(t, conn)
	for i := range written {
		if m, err := reader.Read(t.Context()); err != nil || len(m.Data) != len(message.Data) {
			t.Fatalf("message %d of %d: %d bytes, %v", i+1, written, len(m.Data), err)
		}
	}
	if err := writer.Close(t.Context()); err != nil {
		t.Error(err)
	}
	wantClosed(t, stream, wsstream.CloseInfo{Code: wsstream.StatusNoStatusRcvd})
	s.stop(t)
}

func TestTheServerClosesAllConnectionsWhenItStops(t *testing.T) {
	s := start(t)
	var clients []*wsstream.WebSocketStream
	for range 20 {
		stream, conn := s.dial(t)
		if err := getWriter(t, conn).Write(t.Context(), wsstream.Text("weir")); err != nil {
			t.Fatal(err)
		}
		if _, err := getReader(t, conn).Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		clients = append(clients, stream)
	}
	s.stop(t)
	for _, stream := range clients {
		wantClosed(t, stream, wsstream.CloseInfo{Code: 1000, Reason: "the echo is shutting down"})
	}
}

func TestTheServerDoesNotWaitForeverForAClient(t *testing.T) {
	s := startWith(t, wsstream.Settings{CloseTimeout: 10 * time.Millisecond})
	socket := s.openByHand(t) // and nobody answers the Close frame
	defer socket.Close()
	s.cancel()
	if line := s.line(t); !strings.Contains(line, wsstream.ErrCloseTimeout.Error()) {
		t.Errorf("printed %q, want what became of the connection", line)
	}
	s.stop(t)
}

func TestAConnectionThatBreaksIsReported(t *testing.T) {
	s := start(t)
	s.openByHand(t).Close()
	if line := s.line(t); !strings.Contains(line, io.ErrUnexpectedEOF.Error()) {
		t.Errorf("printed %q", line)
	}
	s.stop(t)
}

func TestAnOrdinaryRequestIsRefused(t *testing.T) {
	s := start(t)
	client := http.Client{Transport: new(http.Transport)}
	response, err := client.Get("http://" + s.address)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	client.CloseIdleConnections()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("status %s", response.Status)
	}
	if line := s.line(t); !strings.Contains(line, "bad handshake (HTTP status 400)") {
		t.Errorf("printed %q", line)
	}
	s.stop(t)
}

func TestTheServerDoesNotWaitForeverForARequest(t *testing.T) {
	s := startWith(t, wsstream.Settings{HandshakeTimeout: 10 * time.Millisecond})
	socket, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	s.stop(t)
}

func TestBadAddress(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), options{address: "nowhere", compress: "on"}, &out); err == nil || out.Len() > 0 {
		t.Errorf("run returns %v and printed %q", err, out.String())
	}
}

func TestTheListenerFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	err = serve(t.Context(), listener, wsstream.Settings{}, log.New(io.Discard, "", 0))
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("serve returns %v", err)
	}
}

// server is a server under test.
type server struct {
	address string
	lines   chan string // what it prints
	result  chan error
	cancel  context.CancelFunc
}

// start runs the program on a free port.
func start(t *testing.T) *server {
	t.Helper()
	return startCompressing(t, "on")
}

// startCompressing is start with a choice of compression.
func startCompressing(t *testing.T, compress string) *server {
	t.Helper()
	o := options{address: "127.0.0.1:0", compress: compress}
	s := goServe(t, func(ctx context.Context, stdout io.Writer) error { return run(ctx, o, stdout) })
	address, ok := strings.CutPrefix(s.line(t), "ws://")
	if !ok {
		t.Fatal("the server does not say where it listens")
	}
	s.address = address
	return s
}

// startWith runs the server with other options than those of the program.
func startWith(t *testing.T, settings wsstream.Settings) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := goServe(t, func(ctx context.Context, stdout io.Writer) error {
		return serve(ctx, listener, settings, log.New(stdout, "", 0))
	})
	s.address = listener.Addr().String()
	return s
}

func goServe(t *testing.T, serve func(ctx context.Context, stdout io.Writer) error) *server {
	ctx, cancel := context.WithCancel(t.Context())
	s := &server{lines: make(chan string), result: make(chan error, 1), cancel: cancel}
	stdout, stdin := io.Pipe()
	go func() {
		s.result <- serve(ctx, stdin)
		_ = stdin.Close() // a pipe closes without an error
	}()
	go func() {
		defer close(s.lines)
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			s.lines <- scanner.Text()
		}
	}()
	return s
}

// line returns the next line that the server prints.
func (s *server) line(t *testing.T) string {
	t.Helper()
	line, ok := <-s.lines
	if !ok {
		t.Fatalf("the server ended with %v", <-s.result)
	}
	return line
}

// stop stops the server, which has nothing more to complain about, and waits until it has ended.
func (s *server) stop(t *testing.T) {
	t.Helper()
	s.cancel()
	for line := range s.lines {
		t.Errorf("the server printed %q", line)
	}
	if err := <-s.result; err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

func (s *server) dial(t *testing.T) (*wsstream.WebSocketStream, *wsstream.Connection) {
	t.Helper()
	stream, conn, err := wsstream.Dial(t.Context(), "ws://"+s.address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return stream, conn
}

// openByHand does the opening handshake on a bare socket.
func (s *server) openByHand(t *testing.T) net.Conn {
	t.Helper()
	socket, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	const request = "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	if _, err := io.WriteString(socket, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(socket), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %s", response.Status)
	}
	return socket
}

func getReader(t *testing.T, conn *wsstream.Connection) *streams.DefaultReader[wsstream.Message] {
	t.Helper()
	reader, err := conn.Readable.GetReader()
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func getWriter(t *testing.T, conn *wsstream.Connection) *streams.DefaultWriter[wsstream.Message] {
	t.Helper()
	writer, err := conn.Writable.GetWriter()
	if err != nil {
		t.Fatal(err)
	}
	return writer
}

func wantClosed(t *testing.T, stream *wsstream.WebSocketStream, want wsstream.CloseInfo) {
	t.Helper()
	if info, err := stream.Closed(t.Context()); err != nil || info != want {
		t.Errorf("Closed returns %v, %v, want %v", info, err, want)
	}
}
