package wsstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// The lines of a good response; $ stands for the right Sec-WebSocket-Accept.
const (
	switching      = "HTTP/1.1 101 Switching Protocols\r\n"
	upgradeLine    = "Upgrade: websocket\r\n"
	connectionLine = "Connection: Upgrade\r\n"
	acceptLine     = "Sec-WebSocket-Accept: $\r\n"
)

// refusing makes a test of responses with which a client, which offers protocols, does not open the connection.
func refusing(protocols []string, responses ...string) func(t *testing.T) {
	return inBubble(func(t *testing.T) {
		for _, response := range responses {
			s, peer := connecting(t, &wsstream.Options{Protocols: protocols})
			accept := wstest.AcceptFor(peer.WantRequest())
			// The client may hang up before it has read all.
			_, _ = io.WriteString(peer.Conn, strings.ReplaceAll(response, "$", accept)+"\r\n")
			err := wantNotOpened(t, s)
			if _, ok := errors.AsType[*wsstream.HandshakeError](err); !ok {
				t.Errorf("%q: Opened returns %v", response, err)
			}
			peer.WantEnd()
		}
	})
}

// closeWhileConnecting closes a client before the server has answered, and returns what it says.
func closeWhileConnecting(t *testing.T) *wsstream.WebSocketStream {
	t.Helper()
	s, peer := connecting(t, nil)
	peer.WantRequest()
	if err := s.Close(wsstream.CloseInfo{}); err != nil {
		t.Error(err)
	}
	if err := wantNotOpened(t, s); !errors.Is(err, wsstream.ErrClosedWhileConnecting) {
		t.Errorf("Opened returns %v", err)
	}
	peer.WantEnd()
	return s
}

func TestWPTUndiciHandshake(t *testing.T) {
	good := switching + upgradeLine + connectionLine + acceptLine
	runWPT(t, undiciWebSocket, map[string]func(t *testing.T){
		"opening-handshake.js: connecting to server that isn't a Websocket server": refusing(nil,
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "HTTP/1.1 302 Found\r\nLocation: /\r\n", "SSH-2.0-OpenSSH\r\n",
		),
		"opening-handshake.js: Server doesn't send Sec-WebSocket-Protocol header when protocols are used": refusing([]string{"a"}, good),
		"issue-2844.js: The connection fails when the client sends subprotocols that the server does not responc with": refusing(
			[]string{"a"}, good, good+"Sec-WebSocket-Protocol: b\r\n",
		),
		"opening-handshake.js: Server sends invalid Upgrade header": refusing(nil,
			switching+connectionLine+acceptLine, switching+"Upgrade: h2c\r\n"+connectionLine+acceptLine,
		),
		"opening-handshake.js: Server sends invalid Connection header": refusing(nil,
			switching+upgradeLine+acceptLine, switching+upgradeLine+"Connection: close\r\n"+acceptLine,
		),
		"opening-handshake.js: Server sends invalid Sec-WebSocket-Accept header": refusing(nil,
			switching+upgradeLine+connectionLine, switching+upgradeLine+connectionLine+"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
		),
		"opening-handshake.js: Server sends invalid Sec-WebSocket-Extensions header": refusing(nil,
			good+"Sec-WebSocket-Extensions: permessage-snappy\r\n", good+"Sec-WebSocket-Extensions: a=\"\r\n",
		),

		"opening-handshake.js: Multiple protocols are joined by a comma": inBubble(func(t *testing.T) {
			_, peer := connecting(t, &wsstream.Options{Protocols: []string{"a", "b", "c"}})
			if got := peer.WantRequest().Header["Sec-Websocket-Protocol"]; len(got) != 1 || got[0] != "a, b, c" {
				t.Errorf("offered are %q", got)
			}
		}),
		"issue-2844.js: The server must reply with at least one subprotocol the client sends": inBubble(func(t *testing.T) {
			s, peer := connecting(t, &wsstream.Options{Protocols: []string{"a", "b"}})
			peer.Agree(peer.WantRequest(), "Sec-WebSocket-Protocol: b\r\n")
			if c, err := s.Opened(t.Context()); err != nil || c.Protocol != "b" {
				t.Errorf("Opened returns %+v, %v", c, err)
			}
		}),
		"custom-headers.js: Setting custom headers": inBubble(func(t *testing.T) {
			_, peer := connecting(t, &wsstream.Options{Header: http.Header{"X-Custom": {"one", "two"}}})
			if got := peer.WantRequest().Header["X-Custom"]; strings.Join(got, "|") != "one|two" {
				t.Errorf("sent are %q", got)
			}
		}),

		"issue-3506.js: readyState is set on fail": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.WantRequest()
			peer.Drop()
			_ = wantNotOpened(t, s)
			if err := s.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
				t.Errorf("Close of what is closed returns %v", err)
			}
		}),
		"issue-3697-2399493917.js: closing before a connection is established changes readyState": inBubble(func(t *testing.T) {
			closeWhileConnecting(t)
		}),
		"issue-4628.js: closing before connection is established should only fire error and close events once": inBubble(func(t *testing.T) {
			s := closeWhileConnecting(t)
			if err := s.Close(wsstream.CloseInfo{}); err != nil {
				t.Errorf("Close again returns %v", err)
			}
			if again := wantNotOpened(t, s); !errors.Is(again, wsstream.ErrClosedWhileConnecting) {
				t.Errorf("Opened, asked again, returns %v", again)
			}
		}),
		"issue-4487.js: should be emit error event on aborted connection": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.WantRequest()
			peer.SendRaw(switching + upgradeLine)
			peer.Drop()
			if err := wantNotOpened(t, s); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("Opened returns %v", err)
			}
		}),
		"send.js: Sending data before connected": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.WantRequest()
			ended, end := context.WithCancel(t.Context())
			end()
			if c, err := s.Opened(ended); c != nil || err == nil {
				t.Errorf("there are streams before the connection is open: %+v, %v", c, err)
			}
		}),
	})
}
