package wsstream_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// violations are frames that must fail the connection, each after a whole message that must still arrive.
var violations = map[string]struct {
	frames []wstest.Frame
	code   uint16
	cause  error
}{
	"reserved bit 1":         {[]wstest.Frame{{Fin: true, Rsv: 4, Op: wstest.Text}}, 1002, wsstream.ErrProtocol},
	"reserved bit 2":         {[]wstest.Frame{{Fin: true, Rsv: 2, Op: wstest.Binary}}, 1002, wsstream.ErrProtocol},
	"reserved bit 3":         {[]wstest.Frame{{Fin: true, Rsv: 1, Op: wstest.Ping}}, 1002, wsstream.ErrProtocol},
	"opcode 3":               {[]wstest.Frame{wstest.Whole(3, "")}, 1002, wsstream.ErrProtocol},
	"opcode 7":               {[]wstest.Frame{wstest.Whole(7, "x")}, 1002, wsstream.ErrProtocol},
	"opcode 11":              {[]wstest.Frame{wstest.Whole(11, "")}, 1002, wsstream.ErrProtocol},
	"opcode 15":              {[]wstest.Frame{wstest.Whole(15, "x")}, 1002, wsstream.ErrProtocol},
	"fragmented ping":        {[]wstest.Frame{wstest.First(wstest.Ping, "x")}, 1002, wsstream.ErrProtocol},
	"fragmented close":       {[]wstest.Frame{{Op: wstest.Close}}, 1002, wsstream.ErrProtocol},
	"ping of 126 bytes":      {[]wstest.Frame{wstest.Whole(wstest.Ping, strings.Repeat("x", 126))}, 1002, wsstream.ErrProtocol},
	"close of 126 bytes":     {[]wstest.Frame{wstest.CloseFrame(1000, strings.Repeat("x", 124))}, 1002, wsstream.ErrProtocol},
	"continuation first":     {[]wstest.Frame{wstest.Last("x")}, 1002, wsstream.ErrProtocol},
	"fragment first":         {[]wstest.Frame{wstest.More("x")}, 1002, wsstream.ErrProtocol},
	"message in a message":   {[]wstest.Frame{wstest.First(wstest.Text, "a"), wstest.Whole(wstest.Text, "b")}, 1002, wsstream.ErrProtocol},
	"length 5 in 2 bytes":    {[]wstest.Frame{{Fin: true, Op: wstest.Text, Payload: []byte("12345"), LengthBytes: 2}}, 1002, wsstream.ErrProtocol},
	"length 5 in 8 bytes":    {[]wstest.Frame{{Fin: true, Op: wstest.Text, Payload: []byte("12345"), LengthBytes: 8}}, 1002, wsstream.ErrProtocol},
	"length with top bit":    {[]wstest.Frame{{Fin: true, Op: wstest.Text, Length: 1 << 63}}, 1002, wsstream.ErrProtocol},
	"close with one byte":    {[]wstest.Frame{wstest.Whole(wstest.Close, "\x03")}, 1002, wsstream.ErrProtocol},
	"invalid text":           {[]wstest.Frame{wstest.Whole(wstest.Text, "a\xffb")}, 1007, wsstream.ErrInvalidUTF8},
	"surrogate":              {[]wstest.Frame{wstest.Whole(wstest.Text, "\xed\xa0\x80")}, 1007, wsstream.ErrInvalidUTF8},
	"overlong":               {[]wstest.Frame{wstest.Whole(wstest.Text, "\xc0\x80")}, 1007, wsstream.ErrInvalidUTF8},
	"text that breaks off":   {[]wstest.Frame{wstest.Whole(wstest.Text, "a\xf0\x9f\x98")}, 1007, wsstream.ErrInvalidUTF8},
	"fragments break off":    {[]wstest.Frame{wstest.First(wstest.Text, "a\xc3"), wstest.Last("")}, 1007, wsstream.ErrInvalidUTF8},
	"bad second fragment":    {[]wstest.Frame{wstest.First(wstest.Text, "a\xc3"), wstest.Last("\x28")}, 1007, wsstream.ErrInvalidUTF8},
	"invalid reason":         {[]wstest.Frame{wstest.CloseFrame(1000, "\xff")}, 1007, wsstream.ErrInvalidUTF8},
	"one byte over limit":    {[]wstest.Frame{wstest.Whole(wstest.Binary, strings.Repeat("x", 1001))}, 1009, wsstream.ErrMessageTooBig},
	"fragments over limit":   {[]wstest.Frame{wstest.First(wstest.Binary, strings.Repeat("x", 600)), wstest.Last(strings.Repeat("x", 401))}, 1009, wsstream.ErrMessageTooBig},
	"4 GiB declared":         {[]wstest.Frame{{Fin: true, Op: wstest.Binary, Length: 1 << 32}}, 1009, wsstream.ErrMessageTooBig},
	"2^63-1 declared":        {[]wstest.Frame{{Fin: true, Op: wstest.Binary, Length: 1<<63 - 1}}, 1009, wsstream.ErrMessageTooBig},
	"2^63-1 in continuation": {[]wstest.Frame{wstest.First(wstest.Binary, "x"), {Fin: true, Length: 1<<63 - 1}}, 1009, wsstream.ErrMessageTooBig},
}

func TestViolationsFailTheConnection(t *testing.T) {
	for name, c := range violations {
		t.Run(name, func(t *testing.T) {
			eachRole(t, limits{maxMessageSize: 1000}, func(_ *testing.T, e *end) {
				wantFailure(e, c.frames, c.code, c.cause)
			})
		})
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

func TestCloseCodesOnTheWire(t *testing.T) {
	for _, code := range []uint16{1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		eachRole(t, limits{}, func(_ *testing.T, e *end) {
			wantFailure(e, []wstest.Frame{wstest.CloseFrame(code, "")}, 1002, wsstream.ErrProtocol)
		})
	}
	for _, code := range []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999} {
		eachRole(t, limits{}, func(_ *testing.T, e *end) {
			e.peer.Send(wstest.CloseFrame(code, "why"))
			e.peer.WantClose(code, "why")
			if !e.isServer() {
				e.peer.Drop()
			}
			e.wantCleanEnd(wsstream.StatusCode(code), "why")
		})
	}
}

func TestUnmaskedFrameFromClient(t *testing.T) {
	a, b := wstest.TCP(t)
	e := newServer(t, a, b, nil)
	e.peer.SendRaw(string(wstest.Whole(wstest.Text, "bare").Bytes()))
	e.peer.WantCloseCode(1002)
	e.peer.WantEnd()
	e.peer.Drop()
	if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, wsstream.ErrProtocol) {
		t.Errorf("the cause is %v", err)
	}
}

func TestMaskedFrameFromServer(t *testing.T) {
	a, b := wstest.TCP(t)
	e := newClient(t, a, b, nil)
	f := wstest.Whole(wstest.Text, "masked")
	f.Masked = true
	e.peer.SendRaw(string(f.Bytes()))
	e.peer.WantCloseCode(1002)
	e.peer.WantEnd()
	e.peer.Drop()
	if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, wsstream.ErrProtocol) {
		t.Errorf("the cause is %v", err)
	}
}

// The peer must be able to read why it was failed although it has sent more than was read: closing a socket with
// unread data would reset the connection.
func TestFailureReachesAPeerThatGoesOnSending(t *testing.T) {
	a, b := wstest.TCP(t)
	e := newServer(t, a, b, nil)
	e.peer.Send(wstest.Whole(3, "a violation"))
	for range 100 {
		e.peer.Send(wstest.Whole(wstest.Binary, strings.Repeat("x", 10_000)))
	}
	e.peer.WantCloseCode(1002)
	e.peer.WantEnd()
	e.peer.Drop()
	e.wantAbnormalEnd()
}

func TestTextFailsAtItsFirstBadByte(t *testing.T) {
	eachRole(t, limits{}, func(_ *testing.T, e *end) {
		frame := wstest.Whole(wstest.Text, "good\xf4\x90"+strings.Repeat("x", 100))
		bytes := e.peer.Bytes(frame)
		e.peer.SendRaw(string(bytes[:len(bytes)-100])) // up to the byte that makes it invalid
		e.peer.WantCloseCode(1007)
		e.peer.WantEnd()
		e.wantAbnormalEnd()
	})
}

func TestAMessageAtTheLimitPasses(t *testing.T) {
	eachRole(t, limits{maxMessageSize: 1000}, func(_ *testing.T, e *end) {
		half := strings.Repeat("x", 500)
		e.peer.Send(wstest.Whole(wstest.Text, half+half))
		e.wantMessage(wsstream.Text(half + half))
		e.peer.Send(wstest.First(wstest.Text, half), wstest.Last(half))
		e.wantMessage(wsstream.Text(half + half))
	})
}

func TestADeclaredLengthIsNotBelieved(t *testing.T) {
	const declared = 1 << 30
	a, b := wstest.TCP(t)
	e := newServer(t, a, b, &wsstream.UpgradeOptions{Settings: wsstream.Settings{MaxMessageSize: wsstream.Unlimited}})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	e.peer.Send(wstest.Frame{Fin: true, Op: wstest.Binary, Length: declared, Payload: []byte("ten bytes!")})
	e.peer.Drop()
	if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the cause is %v", err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes allocated for a header that declares %d and 10 that came", got, declared)
	}
}

func TestManyTinyFragmentsAreJoinedInLinearTime(t *testing.T) {
	a, b := wstest.TCP(t)
	e := newServer(t, a, b, nil)
	const n = 100_000
	fragments := make([]wstest.Frame, n)
	for i := range fragments {
		fragments[i] = wstest.More("x")
	}
	fragments[0].Op = wstest.Binary
	fragments[n-1].Fin = true
	bytes := e.peer.Bytes(fragments...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sent := goDo(func() error {
		_, err := e.peer.Conn.Write(bytes)
		return err
	})
	e.wantMessage(wsstream.Binary([]byte(strings.Repeat("x", n))))
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 20*n {
		t.Errorf("%d bytes allocated to join %d bytes", got, n)
	}
	e.peer.Drop()
	e.wantAbnormalEnd()
}
