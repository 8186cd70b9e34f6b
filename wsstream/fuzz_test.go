package wsstream_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// fuzzSeeds are frames that keep the rules and frames that break them.
var fuzzSeeds = [][]wstest.Frame{
	{wstest.Whole(wstest.Text, "grüß"), wstest.Whole(wstest.Binary, "\xff"), wstest.CloseFrame(1000, "bye")},
	{wstest.First(wstest.Text, "\xf0\x9f"), wstest.Whole(wstest.Ping, "p"), wstest.Last("\x98\x80")},
	{wstest.First(wstest.Binary, ""), wstest.More("x"), wstest.Last(strings.Repeat("y", 300))},
	{wstest.Compressed(wstest.Text, strings.Repeat("weir ", 200)), wstest.Compressed(wstest.Binary, "x")},
	{wstest.Frame{Rsv: 4, Op: wstest.Text, Payload: []byte("\xf2\x48\xcd")}, wstest.Last("\xc9\xc9\x07\x00")},
	{wstest.Compressed(wstest.Text, strings.Repeat("x", 100_000))},

	{wstest.CloseFrame(1006, ""), wstest.Whole(wstest.Text, "late")},
	{wstest.Whole(wstest.Close, "\x03")},
	{wstest.CloseFrame(1000, "\xff")},
	{wstest.First(wstest.Ping, "x")},
	{wstest.Whole(wstest.Ping, strings.Repeat("x", 126))},
	{wstest.Whole(3, "")},
	{wstest.Frame{Fin: true, Rsv: 2, Op: wstest.Binary}},
	{wstest.Last("x")},
	{wstest.First(wstest.Text, "a"), wstest.Whole(wstest.Text, "b")},
	{wstest.Whole(wstest.Text, "a\xffb")},
	{wstest.First(wstest.Text, "a\xc3"), wstest.Last("")},
	{wstest.Frame{Fin: true, Op: wstest.Text, Payload: []byte("12345"), LengthBytes: 8}},
	{wstest.Frame{Fin: true, Op: wstest.Text, Length: 1 << 63}},
	{wstest.Frame{Fin: true, Op: wstest.Binary, Length: 1 << 40}},
}

// FuzzServer feeds a server that echoes anything, and FuzzClient a client.
func FuzzServer(f *testing.F) {
	fuzzEnd(f, true, func(t *testing.T, a, b net.Conn, settings wsstream.Settings) *end {
		peer := wstest.NewClient(t, b)
		accepted := goAccept(t.Context(), a, &wsstream.UpgradeOptions{Settings: settings})
		peer.Request(extensionLine("permessage-deflate"))
		peer.WantUpgrade()
		return newEnd(t, (<-accepted).stream, peer)
	})
}

func FuzzClient(f *testing.F) {
	fuzzEnd(f, false, func(t *testing.T, a, b net.Conn, settings wsstream.Settings) *end {
		peer := wstest.NewServer(t, b)
		s, err := wsstream.New("ws://example.com", &wsstream.Options{NetDial: wstest.DialTo(a), Settings: settings})
		if err != nil {
			t.Fatal(err)
		}
		answer := ""
		if settings.Compression != nil {
			answer = extensionLine("permessage-deflate")
		}
		peer.Agree(peer.WantRequest(), answer)
		return newEnd(t, s, peer)
	})
}

// fuzzEnd feeds an end that echoes. Whatever comes, what it sends must keep the rules, and everything must end.
func fuzzEnd(f *testing.F, isServer bool, open func(*testing.T, net.Conn, net.Conn, wsstream.Settings) *end) {
	for i, frames := range fuzzSeeds {
		var wire []byte
		for _, frame := range frames {
			if isServer {
				frame.Masked, frame.Mask = true, [4]byte{0x12, 0x34, 0x56, 0x78}
			}
			wire = append(wire, frame.Bytes()...)
		}
		f.Add(wire, i%2 == 0)
		f.Add(wire, i%2 != 0)
	}
	f.Fuzz(func(t *testing.T, wire []byte, compressed bool) {
		settings := wsstream.Settings{MaxMessageSize: 1000, MaxFragments: 10}
		if compressed {
			settings.Compression = &wsstream.Compression{SendTakeover: true, ReceiveTakeover: true, Threshold: 1}
		}
		synctest.Test(t, func(t *testing.T) {
			a, b := wstest.Pipe()
			e := open(t, a, b, settings)
			e.reader.ReleaseLock()
			e.writer.ReleaseLock()
			echoed := goDo(func() error { return e.conn.Readable.PipeTo(t.Context(), e.conn.Writable) })
			fed := goDo(func() error {
				_, err := b.Write(wire)
				synctest.Wait()
				return errors.Join(err, b.Close())
			})
			wantRulesKept(t, b, isServer, compressed)
			<-fed //nolint:errcheck // the end may have hung up before it had all
			info, closed := e.stream.Closed(t.Context())
			if _, unclean := errors.AsType[*wsstream.WebSocketError](closed); closed != nil && !unclean {
				t.Errorf("Closed returns %v, %v", info, closed)
			}
			<-echoed //nolint:errcheck // Closed tells how it ended
		})
	})
}

// wantRulesKept reads what an end sends, to the end.
func wantRulesKept(t *testing.T, conn io.Reader, masked bool, compressed bool) {
	t.Helper()
	inMessage, closed := false, false
	for {
		f, err := wstest.ReadFrame(conn)
		if err != nil {
			return // the socket was closed
		}
		control := f.Op >= wstest.Close
		switch {
		case closed:
			t.Errorf("%v behind a Close frame", f)
		case f.Masked == masked:
			t.Errorf("%v with a wrong mask", f)
		case f.Rsv != 0 && (f.Rsv != 4 || !compressed || control || f.Op == wstest.Continuation):
			t.Errorf("%v with reserved bits", f)
		case ops[f.Op] == "", control && (!f.Fin || len(f.Payload) > 125), !control && inMessage != (f.Op == wstest.Continuation):
			t.Errorf("%v is out of place", f)
		case f.Op == wstest.Text && f.Fin && f.Rsv == 0 && !utf8.Valid(f.Payload):
			t.Errorf("%v is not UTF-8", f)
		}
		if !control {
			inMessage = !f.Fin
		}
		if closed = f.Op == wstest.Close; closed && len(f.Payload) > 0 {
			wantCodeOnWire(t, f.Payload)
		}
	}
}

// wantCodeOnWire checks the body of a Close frame.
func wantCodeOnWire(t *testing.T, body []byte) {
	t.Helper()
	if len(body) < 2 || !utf8.Valid(body[2:]) {
		t.Fatalf("a Close frame says %q", body)
	}
	code := binary.BigEndian.Uint16(body)
	if code < 1000 || code >= 1004 && code <= 1006 || code >= 1015 && code < 3000 || code >= 5000 {
		t.Errorf("a Close frame says %d", code)
	}
}

// FuzzResponse feeds the handshake of a client anything. It must come to an end, and with a response that is right, to
// an open connection.
func FuzzResponse(f *testing.F) {
	const good = switching + upgradeLine + connectionLine + acceptLine
	for _, seed := range []string{
		good + "\r\n", good + extensionLine("permessage-deflate") + "\r\n\x81\x00", good + "Sec-WebSocket-Protocol: a\r\n\r\n",
		"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone", "HTTP/1.0 101\r\n\r\n", switching + ":\r\n", "\r\n", "",
		good + extensionLine(`permessage-deflate; server_max_window_bits="1\0"; a="`) + "\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, response string) {
		synctest.Test(t, func(t *testing.T) {
			s, peer := connecting(t, &wsstream.Options{Settings: wsstream.Settings{Compression: new(wsstream.Compression)}})
			accept := wstest.AcceptFor(peer.WantRequest())
			fed := goDo(func() error {
				_, err := io.WriteString(peer.Conn, strings.ReplaceAll(response, "$", accept))
				synctest.Wait()
				return errors.Join(err, peer.Conn.Close())
			})
			_, opened := s.Opened(t.Context())
			if opened == nil && !strings.Contains(response, "101") {
				t.Errorf("%q opens a connection", response)
			}
			if err := s.Close(wsstream.CloseInfo{}); err != nil {
				t.Error(err)
			}
			if _, err := s.Closed(t.Context()); err == nil && opened != nil {
				t.Errorf("Opened returns %v, Closed nothing", opened)
			}
			<-fed //nolint:errcheck // the client may have hung up before it had all
		})
	})
}
