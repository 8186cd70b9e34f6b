package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// game is what is printed for three rounds.
const game = `listening on URL
connected to URL/
sent: ping
received: pong
sent: ping
received: pong
sent: ping
received: pong
closed: 1000 "the game is over"
`

func withoutURL(output string) string {
	return regexp.MustCompile(`ws://127\.0\.0\.1:\d+`).ReplaceAllString(output, "URL")
}

func TestBothHalves(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), options{n: 3, every: time.Microsecond}, &out); err != nil {
		t.Error(err)
	}
	if got := withoutURL(out.String()); got != game {
		t.Errorf("printed\n%s\nwant\n%s", got, game)
	}
}

func TestTheHalvesApart(t *testing.T) {
	url, stop := startServer(t)
	for range 2 {
		var out strings.Builder
		if err := run(t.Context(), options{n: 3, connect: url}, &out); err != nil {
			t.Error(err)
		}
		if got, want := withoutURL("listening on "+url+"\n"+out.String()), game; got != want {
			t.Errorf("printed\n%s\nwant\n%s", got, want)
		}
	}
	stop()
}

func TestNoRounds(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), options{}, &out); err != nil {
		t.Error(err)
	}
	want := "listening on URL\nconnected to URL/\nclosed: 1000 \"the game is over\"\n"
	if got := withoutURL(out.String()); got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

func TestAnInterruptedGameIsClosed(t *testing.T) {
	interrupt := errors.New("interrupt")
	ctx, cancel := context.WithCancelCause(t.Context())
	p := start(ctx, options{n: 2, every: time.Hour})
	for p.line(t) != "received: pong" {
	}
	cancel(interrupt)
	if line := p.line(t); line != `closed: 1000 "the game is over"` {
		t.Errorf("printed %q", line)
	}
	if err := <-p.result; !errors.Is(err, interrupt) {
		t.Errorf("run returns %v, want the cause", err)
	}
}

func TestTheServerClosesWhenItStops(t *testing.T) {
	url, stop := startServer(t)
	stream, conn := dial(t, url)
	exchange(t, conn, "ping", "pong")
	stop()
	wantClosed(t, stream, wsstream.CloseInfo{Code: wsstream.StatusGoingAway})
}

func TestAGameThatTheServerEnds(t *testing.T) {
	url, stop := startServer(t)
	p := start(t.Context(), options{n: 1_000_000, connect: url})
	for p.line(t) != "received: pong" {
	}
	stop()
	last := ""
	for line := range p.lines {
		last = line
	}
	if last != "closed: 1001" {
		t.Errorf("printed %q last", last)
	}
	if err := <-p.result; err == nil || !strings.Contains(err.Error(), " of 1000000: ") {
		t.Errorf("run returns %v, want one that says how far the game got", err)
	}
}

func TestOnlyPingsAreAnswered(t *testing.T) {
	url, stop := startServer(t)
	defer stop()
	stream, conn := dial(t, url)
	exchange(t, conn, "ping", "pong")
	writer, err := conn.Writable.GetWriter()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Write(t.Context(), wsstream.Text("pong")); err != nil {
		t.Fatal(err)
	}
	wantClosed(t, stream, wsstream.CloseInfo{Code: 4000, Reason: "only pings are answered"})
}

func TestTheServerSaysWhatWentWrong(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := start(ctx, options{serve: "127.0.0.1:0"})
	address := strings.TrimPrefix(p.line(t), "listening on ws://")
	p.line(t) // where the page is
	socket, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(socket, "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, socket); err != nil {
		t.Fatal(err)
	}
	socket.Close()
	if line := p.line(t); !strings.Contains(line, "bad handshake (HTTP status 400)") {
		t.Errorf("printed %q", line)
	}
	cancel()
	if err := <-p.result; err != nil {
		t.Error(err)
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := urlOf(listener)
	listener.Close()
	if err := run(t.Context(), options{n: 1, connect: url}, io.Discard); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("run returns %v", err)
	}
}

func TestTheHandshakeIsInterrupted(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	interrupt := errors.New("interrupt")
	ctx, cancel := context.WithCancelCause(t.Context())
	p := start(ctx, options{n: 1, connect: urlOf(listener)})
	socket, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	cancel(interrupt)
	if err := <-p.result; !errors.Is(err, interrupt) {
		t.Errorf("run returns %v, want the cause", err)
	}
}

func TestBadCommandLines(t *testing.T) {
	for want, o := range map[string]options{
		"-n -1":                 {n: -1},
		"-every -1s":            {every: -time.Second},
		"-serve and -connect":   {serve: "127.0.0.1:0", connect: "ws://127.0.0.1:1"},
		`argument "ws://host"`:  {rest: []string{"ws://host"}},
		"bad URL":               {connect: "ftp://127.0.0.1"},
		"listen tcp: address x": {serve: "x"},
	} {
		if err := run(t.Context(), o, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("run returns %v, want an error that says %q", err, want)
		}
	}
}

// program is a run that is under way.
type program struct {
	lines  chan string // what it prints
	result chan error
}

func start(ctx context.Context, o options) program {
	stdout, stdin := io.Pipe()
	p := program{make(chan string), make(chan error, 1)}
	go func() {
		p.result <- run(ctx, o, stdin)
		_ = stdin.Close() // a pipe closes without an error
	}()
	go func() {
		defer close(p.lines)
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			p.lines <- scanner.Text()
		}
	}()
	return p
}

// line returns the next line that is printed.
func (p program) line(t *testing.T) string {
	t.Helper()
	line, ok := <-p.lines
	if !ok {
		t.Fatalf("ended with %v", <-p.result)
	}
	return line
}

// startServer runs the server alone. It returns its URL, and what stops it and checks that it says nothing of errors.
func startServer(t *testing.T) (url string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := start(ctx, options{serve: "127.0.0.1:0"})
	url, ok := strings.CutPrefix(p.line(t), "listening on ")
	if !ok || p.line(t) != "and a page to play with on http"+strings.TrimPrefix(url, "ws") {
		t.Fatal("the server did not say where it listens")
	}
	return url, func() {
		cancel()
		for line := range p.lines {
			t.Errorf("the server printed %q", line)
		}
		if err := <-p.result; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	}
}

func dial(t *testing.T, url string) (*wsstream.WebSocketStream, *wsstream.Connection) {
	t.Helper()
	stream, conn, err := wsstream.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return stream, conn
}

// exchange sends a message and checks the answer.
func exchange(t *testing.T, conn *wsstream.Connection, message, want string) {
	t.Helper()
	writer, err := conn.Writable.GetWriter()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.ReleaseLock()
	reader, err := conn.Readable.GetReader()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.ReleaseLock()
	if err := writer.Write(t.Context(), wsstream.Text(message)); err != nil {
		t.Fatal(err)
	}
	if answer, err := reader.Read(t.Context()); err != nil || answer.String() != want {
		t.Errorf("the answer is %v, %v, want %s", answer, err, want)
	}
}

func wantClosed(t *testing.T, stream *wsstream.WebSocketStream, want wsstream.CloseInfo) {
	t.Helper()
	if info, err := stream.Closed(t.Context()); err != nil || info != want {
		t.Errorf("Closed returns %v, %v, want %v", info, err, want)
	}
}
