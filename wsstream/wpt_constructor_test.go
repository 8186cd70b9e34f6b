package wsstream_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

func TestWPTConstructor(t *testing.T) {
	runWPT(t, "WPT websockets/stream/tentative/constructor.any.js", map[string]func(t *testing.T){
		"constructing with an invalid URL should throw": func(t *testing.T) {
			opts := &wsstream.Options{NetDial: func(context.Context, string, string) (net.Conn, error) {
				t.Error("dialed")
				return nil, io.EOF
			}}
			for _, url := range []string{"", "invalid:", "example.com", "ftp://example.com/", "ws://example.com/#", "ws://"} {
				if s, err := wsstream.New(url, opts); s != nil || !errors.Is(err, wsstream.ErrURL) {
					t.Errorf("New(%q) returns %v, %v", url, s, err)
				}
			}
		},

		"constructing with a valid URL should work": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.Open()
			if _, err := s.Opened(t.Context()); err != nil || s.URL() != "ws://example.com/path" {
				t.Errorf("Opened returns %v, URL is %q", err, s.URL())
			}
		}),

		"setting a protocol in the constructor should work": inBubble(func(t *testing.T) {
			s, peer := connecting(t, &wsstream.Options{Protocols: []string{"alpha", "beta"}})
			req := peer.WantRequest()
			if got := req.Header["Sec-Websocket-Protocol"]; len(got) != 1 || got[0] != "alpha, beta" {
				t.Errorf("offered are %q", got)
			}
			peer.Agree(req, "Sec-WebSocket-Protocol: beta\r\n")
			if c, err := s.Opened(t.Context()); err != nil || c.Protocol != "beta" {
				t.Errorf("Opened returns %+v, %v", c, err)
			}
		}),

		"connection failure should reject the promises": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.WantRequest()
			peer.SendRaw("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
			if bad, ok := errors.AsType[*wsstream.HandshakeError](wantNotOpened(t, s)); !ok || bad.StatusCode != 404 {
				t.Errorf("the cause is %v", bad)
			}
		}),

		"wss.opened should resolve to the right types": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.Open()
			c, err := s.Opened(t.Context())
			if err != nil || c.Readable == nil || c.Writable == nil || c.Protocol != "" || c.Extensions != "" {
				t.Errorf("Opened returns %+v, %v", c, err)
			}
		}),
	})
}
