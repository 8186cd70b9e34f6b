package wsstream

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestCheckUTF8AgreesWithTheWholeText(t *testing.T) {
	texts := []string{
		"", "a", "grüß", "€", "😀", "a😀b", "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x98", "\xe2\x82",
		"\xc3", "\xc3\x28", "\xe2\x28\xa1", "\xf0\x28\x8c\xbc", "\x80", "ok\xf8\x88\x80\x80\x80", "\xef\xbf\xbd", "\xef\xbb\xbf",
	}
	for _, text := range texts {
		// Byte by byte, as it would come from a slow peer.
		checked, valid, failedAt := 0, true, -1
		for i := 1; i <= len(text) && valid; i++ {
			n, ok := checkUTF8([]byte(text[checked:i]))
			checked += n
			if !ok {
				valid, failedAt = false, i
			}
		}
		valid = valid && checked == len(text)
		if want := utf8.ValidString(text); valid != want {
			t.Errorf("%q: valid %t, want %t", text, valid, want)
		}
		if failedAt > 0 && canBecomeValid(text[:failedAt-1]) != true {
			t.Errorf("%q: failed at byte %d, but was hopeless before", text, failedAt)
		}
	}
}

// canBecomeValid reports whether some bytes can follow p that make it valid UTF-8.
func canBecomeValid(p string) bool {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if s := string(r); r != utf8.RuneError || s == "\uFFFD" {
			for cut := range len(s) {
				if strings.HasSuffix(p, s[:cut]) && utf8.ValidString(p[:len(p)-cut]) {
					return true
				}
			}
		}
	}
	return false
}

func TestCloseCodeRules(t *testing.T) {
	for code := range 70_000 {
		if code > math.MaxUint16 {
			break
		}
		c := StatusCode(code)
		sendable := code == 1000 || code >= 3000 && code < 5000
		onWire := sendable || code >= 1001 && code <= 1003 || code >= 1007 && code <= 1014
		if c.sendable() != sendable || c.onWire() != onWire {
			t.Errorf("%d: sendable %t, on the wire %t", code, c.sendable(), c.onWire())
		}
	}
}

func TestErrorsDescribeThemselves(t *testing.T) {
	cause := errors.New("cause")
	for want, err := range map[string]error{
		"wsstream: connection closed":                                            &WebSocketError{},
		"wsstream: connection closed with 1006: cause":                           &WebSocketError{Code: 1006, Err: cause},
		`wsstream: connection closed with 4000 "why"`:                            &WebSocketError{Code: 4000, Reason: "why"},
		"wsstream: bad handshake: cause":                                         &HandshakeError{Err: cause},
		"wsstream: bad handshake (HTTP status 404): cause":                       &HandshakeError{StatusCode: 404, Err: cause},
		"wsstream: protocol error: what they did":                                violation("what they did"),
		"wsstream: status code may not be sent: 1001":                            second(CloseInfo{Code: 1001}.toSend()),
		"wsstream: bad reason to close: wsstream: invalid UTF-8":                 second(CloseInfo{Reason: "\xff"}.toSend()),
		"wsstream: bad reason to close: 124 bytes, at most 123 fit":              second(CloseInfo{Reason: strings.Repeat("x", 124)}.toSend()),
		"wsstream: message cannot be sent: MessageType(0) is no type of message": Message{}.sendable(),
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}

func second(_ CloseInfo, err error) error { return err }

func TestNewWebSocketError(t *testing.T) {
	for _, c := range []struct {
		code   StatusCode
		reason string
		want   WebSocketError
		err    error
	}{
		{0, "", WebSocketError{}, nil},
		{3456, "", WebSocketError{Code: 3456}, nil},
		{0, "why", WebSocketError{Code: 1000, Reason: "why"}, nil},
		{4999, "why", WebSocketError{Code: 4999, Reason: "why"}, nil},
		{999, "", WebSocketError{}, ErrCloseCode},
		{1001, "", WebSocketError{}, ErrCloseCode},
		{2999, "", WebSocketError{}, ErrCloseCode},
		{5000, "", WebSocketError{}, ErrCloseCode},
		{1000, strings.Repeat("x", 124), WebSocketError{}, ErrCloseReason},
		{0, strings.Repeat("😀", 32), WebSocketError{}, ErrCloseReason},
	} {
		got, err := NewWebSocketError(c.code, c.reason)
		if !errors.Is(err, c.err) || err == nil && *got != c.want {
			t.Errorf("NewWebSocketError(%d, %q) returns %+v, %v", c.code, c.reason, got, err)
		}
	}
}

// testReader returns a reader of messages from bytes of a client, that reads pings into pings.
func testReader(in io.Reader, early []byte, limit int64, pings *[]string) *messageReader {
	return &messageReader{
		frames: newFrameReader(newInput(in, early, DefaultInputBufferSize), ws.StateServerSide),
		limits: messageLimits{message: limit, inflated: limit, frame: limit, fragments: 1000},
		control: func(op ws.OpCode, payload []byte) error {
			if op == ws.OpPing {
				*pings = append(*pings, string(payload))
			}
			if op == ws.OpClose {
				return errPeerCloses
			}
			return nil
		},
	}
}

func TestEarlyBytesComeFirst(t *testing.T) {
	var wire []byte
	for _, text := range []string{"one", "two", "three"} {
		f := wstest.Whole(wstest.Text, text)
		f.Masked, f.Mask = true, [4]byte{1, 2, 3, 4}
		wire = append(wire, f.Bytes()...)
	}
	for split := range wire {
		r := testReader(iotest.OneByteReader(bytes.NewReader(wire[split:])), wire[:split], 100, nil)
		for _, want := range []string{"one", "two", "three"} {
			if m, err := r.next(); err != nil || m.String() != want {
				t.Fatalf("split at %d: got %q, %v, want %q", split, m, err, want)
			}
		}
		if _, err := r.next(); !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %v", err)
		}
	}
}

func TestAPayloadEndsBeforeTheNextFrame(t *testing.T) {
	var wire []byte
	for _, text := range []string{"one", "", "three"} {
		wire = append(wire, wstest.Whole(wstest.Binary, text).Bytes()...)
	}
	r := newFrameReader(newInput(bytes.NewReader(wire), nil, DefaultInputBufferSize), ws.StateClientSide)
	for _, want := range []string{"one", "", "three"} {
		if _, err := r.next(); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(&r); err != nil || string(got) != want {
			t.Errorf("payload %q, %v, want %q", got, err, want)
		}
	}
}

// A small buffer is taken for a socket that may have nothing, a large one when the small one was too small; and given back
// when it is used up.
func TestABufferIsHeldOnlyWhileItIsNeeded(t *testing.T) {
	in := newInput(strings.NewReader(strings.Repeat("x", inputWaitSize+10)), nil, DefaultInputBufferSize)
	p := make([]byte, 1)
	for range inputWaitSize + 10 {
		if _, err := in.Read(p); err != nil {
			t.Fatal(err)
		}
		want := 0
		switch {
		case len(in.rest) == 0:
		case in.taken < inputWaitSize:
			want = inputWaitSize
		default:
			want = DefaultInputBufferSize
		}
		if len(in.buffer) != want {
			t.Errorf("after %d bytes a buffer of %d is held, want %d", in.taken, len(in.buffer), want)
		}
	}
	if _, err := in.Read(p); !errors.Is(err, io.EOF) || in.buffer != nil {
		t.Errorf("at the end: %v, buffer %d", err, len(in.buffer))
	}
}

// FuzzMessages feeds a server anything. Whatever comes, the reader must not panic, must not hold much more than came,
// must give out only what keeps the rules, and must not depend on how the bytes were split.
func FuzzMessages(f *testing.F) {
	mask := func(frames ...wstest.Frame) []byte {
		var wire []byte
		for _, frame := range frames {
			frame.Masked, frame.Mask = true, [4]byte{0x12, 0x34, 0x56, 0x78}
			wire = append(wire, frame.Bytes()...)
		}
		return wire
	}
	f.Add(mask(wstest.Whole(wstest.Text, "grüß")))
	f.Add(mask(wstest.First(wstest.Text, "\xf0\x9f"), wstest.Whole(wstest.Ping, "p"), wstest.Last("\x98\x80")))
	f.Add(mask(wstest.First(wstest.Binary, ""), wstest.More("x"), wstest.Last(strings.Repeat("y", 300))))
	f.Add(mask(wstest.Frame{Fin: true, Op: wstest.Binary, Length: 1 << 40}))
	f.Add(mask(wstest.CloseFrame(1000, "bye"), wstest.Whole(wstest.Text, "late")))
	f.Add(mask(wstest.Frame{Fin: true, Rsv: 4, Op: wstest.Text, Payload: []byte("x")}))
	f.Fuzz(func(t *testing.T, wire []byte) {
		const limit = 1000
		whole, wholeErr, wholePings := readAll(t, testReader, bytes.NewReader(wire), limit)
		split, splitErr, splitPings := readAll(t, testReader, iotest.OneByteReader(bytes.NewReader(wire)), limit)
		if whole != split || wholePings != splitPings || wholeErr != splitErr {
			t.Errorf("whole: %q %q %v\nsplit: %q %q %v", whole, wholePings, wholeErr, split, splitPings, splitErr)
		}
	})
}

func readAll(t *testing.T, reader func(io.Reader, []byte, int64, *[]string) *messageReader, in io.Reader, limit int64) (messages, end, pings string) {
	t.Helper()
	var got, pinged []string
	r := reader(in, nil, limit, &pinged)
	for {
		m, err := r.next()
		if err != nil {
			if failed, ok := errors.AsType[*failure](err); ok && !failed.code.onWire() {
				t.Errorf("fails with code %d", failed.code)
			}
			return strings.Join(got, "|"), err.Error(), strings.Join(pinged, "|")
		}
		if int64(len(m.Data)) > limit || m.Type == TextMessage && !utf8.Valid(m.Data) || m.sendable() != nil {
			t.Errorf("got a %v message %q", m.Type, m)
		}
		got = append(got, m.Type.String()+" "+m.String())
	}
}

// FuzzRequest feeds the handshake of Accept anything, and then checks that nothing behind the request was taken.
func FuzzRequest(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nframes")
	f.Add("GET / HTTP/1.1\r\nConnection: a\r\nConnection: upgrade\r\nA: " + strings.Repeat("b", 5000) + "\r\n\r\n")
	f.Add("\r\n\r\n")
	f.Add("GET / HTTP/1.1\n:\n\n")
	f.Fuzz(func(t *testing.T, wire string) {
		br := headBuffer(strings.NewReader(wire))
		defer freeHeadBuffer(br)
		reader := newHeadReader(br, 8000, true)
		head, err := io.ReadAll(reader)
		if len(head) > 2*8000 { // a short Connection header may have become a longer one
			t.Errorf("a head of %d bytes", len(head))
		}
		if err != nil || !reader.over {
			return
		}
		rest, err := io.ReadAll(br)
		if err != nil || !strings.HasSuffix(wire, string(rest)) {
			t.Errorf("the rest is %q (%v)", rest, err)
		}
		if before := strings.TrimSuffix(wire, string(rest)); !strings.HasSuffix(before, "\n") {
			t.Errorf("the head ends with %q", before)
		}
	})
}
