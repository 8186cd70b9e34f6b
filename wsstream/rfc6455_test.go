package wsstream_test

// The tests in the files rfc6455_*_test.go go through RFC 6455, section by section, with a peer that looks at the very
// bytes: over TCP, against an end that sends back each message it receives, once as a server and once as a client.
// Their names begin with the section.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// A wire is a connection to an end that echoes.
type wire struct {
	t     *testing.T
	peer  *wstest.Peer
	end   *wsstream.WebSocketStream
	ended bool // a step has seen the end of the connection

	extensions string           // what the server has answered
	inflater   *wstest.Inflater // of what the end sends
}

// A step is something that the peer of a wire does, or something that it must see next.
type step func(w *wire)

// wireCases are the cases of a section, by their names.
type wireCases map[string][]step

// wireCasesRun counts the cases that ran, once for each role.
var wireCasesRun atomic.Int64

// runWire runs cases in both roles. A case whose steps do not end the connection ends with a clean close.
func runWire(t *testing.T, settings wsstream.Settings, cases wireCases) {
	t.Helper()
	runWireWith(t, settings, "", cases)
}

// runWireWith is runWire with what the peer says of extensions, as a client or as a server.
func runWireWith(t *testing.T, settings wsstream.Settings, extensions string, cases wireCases) {
	t.Helper()
	for role, open := range map[string]func(*testing.T, wsstream.Settings, string) *wire{"server": newServerWire, "client": newClientWire} {
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			t.Run(role+" "+name, func(t *testing.T) {
				wireCasesRun.Add(1)
				open(t, settings, extensions).run(cases[name])
			})
		}
	}
}

func (w *wire) run(steps []step) {
	w.t.Helper()
	for _, step := range steps {
		step(w)
	}
	if !w.ended {
		closes(1000, "the end", 1000, "the end")(w)
	}
}

// newServerWire opens a connection to a server, which is offered extensions.
func newServerWire(t *testing.T, settings wsstream.Settings, offer string) *wire {
	t.Helper()
	a, b := wstest.TCP(t)
	w := &wire{t: t, peer: wstest.NewClient(t, b)}
	accepted := goAccept(t.Context(), a, &wsstream.UpgradeOptions{Settings: settings})
	w.peer.Request(extensionLine(offer))
	w.extensions = w.peer.WantUpgrade().Header.Get("Sec-Websocket-Extensions")
	w.end = (<-accepted).stream
	w.echo()
	return w
}

// newClientWire opens a connection to a client, which gets an answer to what it offers.
func newClientWire(t *testing.T, settings wsstream.Settings, answer string) *wire {
	t.Helper()
	a, b := wstest.TCP(t)
	w := &wire{t: t, peer: wstest.NewServer(t, b), extensions: answer}
	opts := &wsstream.Options{NetDial: wstest.DialTo(a), Settings: settings}
	var err error
	if w.end, err = wsstream.New("ws://example.com", opts); err != nil {
		t.Fatal(err)
	}
	w.peer.Agree(w.peer.WantRequest(), extensionLine(answer))
	w.echo()
	return w
}

func extensionLine(extensions string) string {
	if extensions == "" {
		return ""
	}
	return "Sec-WebSocket-Extensions: " + extensions + "\r\n"
}

// echo starts the echo. The test ends when it has.
func (w *wire) echo() {
	c, err := w.end.Opened(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	echoed := goDo(func() error { return c.Readable.PipeTo(context.Background(), c.Writable) })
	w.t.Cleanup(func() {
		_ = w.peer.Conn.Close() // of a test that failed, too
		err := <-echoed
		_, unclean := errors.AsType[*wsstream.WebSocketError](err)
		if err != nil && !unclean && !errors.Is(err, wsstream.ErrInvalidState) {
			w.t.Errorf("the echo ended with %v", err)
		}
	})
}

// isServer reports which end is under test.
func (w *wire) isServer() bool { return w.end.URL() != "ws://example.com/" }

// send sends frames in one Write, masked as the role wants it.
func send(frames ...wstest.Frame) step {
	return func(w *wire) { w.peer.Send(frames...) }
}

// sendInPieces sends frames in pieces of a size.
func sendInPieces(size int, frames ...wstest.Frame) step {
	return func(w *wire) {
		for piece := range slices.Chunk(w.peer.Bytes(frames...), size) {
			w.peer.SendRaw(string(piece))
		}
	}
}

// sendHead sends the first n bytes of what a frame would be.
func sendHead(n int, frame wstest.Frame) step {
	return func(w *wire) { w.peer.SendRaw(string(w.peer.Bytes(frame)[:n])) }
}

// sendWithout sends a frame without the last missing bytes of its payload.
func sendWithout(missing int, frame wstest.Frame) step {
	return func(w *wire) {
		b := w.peer.Bytes(frame)
		w.peer.SendRaw(string(b[:len(b)-missing]))
	}
}

// receive sees one frame, and compares all its bytes but for the mask, which a client chooses.
func receive(op byte, payload string) step {
	return func(w *wire) {
		w.t.Helper()
		got := w.peer.Read()
		want := wstest.Frame{Fin: true, Op: op, Masked: !w.isServer(), Mask: got.Mask, Payload: []byte(payload)}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			w.t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// echoes sends a message whole and sees it come back.
func echoes(op byte, payload string) step {
	return steps(send(wstest.Whole(op, payload)), receive(op, payload))
}

// lives sees that the connection is alive.
func lives() step {
	return steps(send(wstest.Whole(wstest.Ping, "alive?")), receive(wstest.Pong, "alive?"))
}

func steps(all ...step) step {
	return func(w *wire) {
		w.t.Helper()
		for _, step := range all {
			step(w)
		}
	}
}

// fails sees that the end under test fails the connection: a Close frame with code, and the end of the connection. The
// application sees an abnormal closure with the cause.
func fails(code uint16, cause error) step {
	return func(w *wire) {
		w.t.Helper()
		w.ended = true
		w.peer.WantCloseCode(code)
		w.peer.WantEnd()
		w.peer.Drop()
		_, err := w.end.Closed(w.t.Context())
		if e, ok := errors.AsType[*wsstream.WebSocketError](err); !ok || e.Code != 1006 || !errors.Is(err, cause) {
			w.t.Errorf("Closed returns %v, want 1006 and %v", err, cause)
		}
	}
}

func violates() step { return fails(1002, wsstream.ErrProtocol) }

func isNotUTF8() step { return fails(1007, wsstream.ErrInvalidUTF8) }

func isTooBig() step { return fails(1009, wsstream.ErrMessageTooBig) }

// closes sends a Close frame and sees the answer and the end. The application sees what was sent. Code 0 stands for an
// empty body.
func closes(code uint16, reason string, answer uint16, answerReason string) step {
	return steps(send(wstest.CloseFrame(code, reason)), answersClose(code, reason, answer, answerReason))
}

// answersClose sees the answer to a Close frame that said code and reason, and the end of the connection.
func answersClose(code uint16, reason string, answer uint16, answerReason string) step {
	return func(w *wire) {
		w.t.Helper()
		w.ended = true
		receive(wstest.Close, string(wstest.CloseFrame(answer, answerReason).Payload))(w)
		if !w.isServer() {
			w.hangUp() // the server's side does it first
		}
		w.peer.WantEnd()
		w.peer.Drop()
		info, err := w.end.Closed(w.t.Context())
		if want := (wsstream.CloseInfo{Code: cleanCode(code), Reason: reason}); err != nil || info != want {
			w.t.Errorf("Closed returns %v, %v, want %v", info, err, want)
		}
	}
}

// hangUp closes the direction from the peer.
func (w *wire) hangUp() {
	if err := w.peer.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		w.t.Fatal(err)
	}
}

// drops closes the socket without a word. The application sees an abnormal closure.
func drops() step {
	return func(w *wire) {
		w.t.Helper()
		w.ended = true
		w.peer.Drop()
		_, err := w.end.Closed(w.t.Context())
		if e, ok := errors.AsType[*wsstream.WebSocketError](err); !ok || e.Code != 1006 {
			w.t.Errorf("Closed returns %v, want 1006", err)
		}
	}
}

// ops names the opcodes that are in use.
var ops = map[byte]string{
	wstest.Continuation: "continuation", wstest.Text: "text", wstest.Binary: "binary",
	wstest.Close: "close", wstest.Ping: "ping", wstest.Pong: "pong",
}

// someText returns n bytes of text that is not the same everywhere.
func someText(n int) string {
	const period = "The quick brown fox jumps over the lazy dog. "
	return strings.Repeat(period, n/len(period)+1)[:n]
}

// named is fmt.Sprintf, for names of cases.
func named(format string, args ...any) string { return fmt.Sprintf(format, args...) }
