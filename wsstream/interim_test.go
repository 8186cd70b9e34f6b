package wsstream_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// A client has to expect responses before the one that counts, also if it has not asked for them (RFC 9110, section 15.2).
func TestInterimResponses(t *testing.T) {
	const early = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
	const switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n\r\n"
	cases := map[string]struct {
		response string // $ stands for the right Sec-WebSocket-Accept
		good     bool
		status   int
		cause    error // nil for whatever
	}{
		"one":                     {"HTTP/1.1 100 Continue\r\n\r\n" + switching, true, 0, nil},
		"with headers":            {early + switching, true, 0, nil},
		"bare line feeds":         {"HTTP/1.1 102 Processing\n\n" + switching, true, 0, nil},
		"headers of the last one": {"HTTP/1.1 100 Continue\r\nSec-WebSocket-Accept: other\r\n\r\n" + switching, true, 0, nil},
		"a length, which it cannot have": {
			"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n" + switching, true, 0, nil,
		},
		"eight":            {strings.Repeat(early, 8) + switching, true, 0, nil},
		"nine":             {strings.Repeat(early, 9) + switching, false, 0, nil},
		"before a refusal": {early + "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", false, 403, nil},
		"none after":       {early, false, 0, io.EOF},
		"too large together": {
			strings.Repeat("HTTP/1.1 103 Early Hints\r\nA: "+strings.Repeat("x", 5000)+"\r\n\r\n", 4) + switching, false, 0,
			wsstream.ErrHeadTooLarge,
		},
		"a status of four digits": {"HTTP/1.1 1000 What\r\n\r\n" + switching, false, 0, nil},
		"a NUL":                   {"HTTP/1.1 100 Continue\r\nA: \x00\r\n\r\n" + switching, false, 0, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				peer := wstest.NewServer(t, b)
				s, err := wsstream.New("ws://example.com", &wsstream.Options{NetDial: wstest.DialTo(a)})
				if err != nil {
					t.Fatal(err)
				}
				accept := wstest.AcceptFor(peer.WantRequest())
				// The client may hang up before it has read all.
				_, _ = io.WriteString(peer.Conn, strings.ReplaceAll(c.response, "$", accept))
				if c.good {
					if _, err := s.Opened(t.Context()); err != nil {
						t.Errorf("Opened returns %v", err)
					}
					return
				}
				peer.Drop()
				opened := wantNotOpened(t, s)
				bad, ok := errors.AsType[*wsstream.HandshakeError](opened)
				if !ok || c.status != 0 && bad.StatusCode != c.status || c.cause != nil && !errors.Is(bad, c.cause) {
					t.Errorf("Opened returns %v", opened)
				}
			})
		})
	}
}

// So has one that asks a proxy for a tunnel.
func TestInterimResponsesOfAProxy(t *testing.T) {
	const early = "HTTP/1.1 103 Early Hints\r\n\r\n"
	for before, good := range map[string]bool{early: true, strings.Repeat(early, 8): true, strings.Repeat(early, 9): false} {
		synctest.Test(t, func(t *testing.T) {
			a, b := wstest.Pipe()
			peer := wstest.NewServer(t, b)
			s, err := wsstream.New("ws://example.com", &wsstream.Options{
				NetDial: wstest.DialTo(a), Proxy: via(t, "http", "", "proxy.example:3128"),
			})
			if err != nil {
				t.Fatal(err)
			}
			peer.WantRequest()
			// The client may hang up before it has read all.
			_, _ = io.WriteString(peer.Conn, before+"HTTP/1.1 200 Connection established\r\n\r\n")
			if good {
				peer.Open()
				if _, err := s.Opened(t.Context()); err != nil {
					t.Errorf("Opened returns %v", err)
				}
				return
			}
			peer.Drop()
			if err := wantNotOpened(t, s); !errors.Is(err, wsstream.ErrProxy) {
				t.Errorf("Opened returns %v", err)
			}
		})
	}
}
