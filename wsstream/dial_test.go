package wsstream_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestNewChecksTheURL(t *testing.T) {
	for _, url := range []string{
		"", "example.com", "/path", "ftp://example.com", "mailto:a@b", "ws://", "ws:///path", "ws:example.com",
		"ws://example.com#", "ws://example.com/#fragment", "ws://example.com:99999", "ws://example.com:x", "ws://exämple.com",
		"ws://exa mple.com", "ws://example.com/\x7f", "ws://[::1",
	} {
		if s, err := wsstream.New(url, nil); !errors.Is(err, wsstream.ErrURL) || s != nil {
			t.Errorf("New(%q) returns %v, %v", url, s, err)
		}
	}
}

func TestURLErrorsDoNotShowPasswords(t *testing.T) {
	if _, err := wsstream.New("ws://user:secret@exa mple.com", nil); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("New returns %v", err)
	}
}

func TestURLIsSerialised(t *testing.T) {
	refuse := &wsstream.Options{NetDial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no network")
	}}
	for give, want := range map[string]string{
		"ws://example.com":             "ws://example.com/",
		"http://Example.com:80/a?b":    "ws://example.com/a?b",
		"HTTPS://example.com:443":      "wss://example.com/",
		"wss://example.com:80/x":       "wss://example.com:80/x",
		"ws://[::1]:8080/":             "ws://[::1]:8080/",
		"ws://user:pass@example.com/":  "ws://example.com/",
		"ws://example.com/a b?c d=\"é": "ws://example.com/a%20b?c%20d=%22%C3%A9",
	} {
		s, err := wsstream.New(give, refuse)
		if err != nil {
			t.Errorf("New(%q) returns %v", give, err)
			continue
		}
		if s.URL() != want {
			t.Errorf("URL is %q, want %q", s.URL(), want)
		}
		if _, err := s.Closed(t.Context()); err == nil {
			t.Errorf("%q was opened", give)
		}
	}
}

func TestNewChecksOptions(t *testing.T) {
	negative := &streams.QueuingStrategy[wsstream.Message]{HighWaterMark: -1}
	cases := map[string]struct {
		opts wsstream.Options
		want error
	}{
		"protocol twice":     {wsstream.Options{Protocols: []string{"chat", "Chat"}}, wsstream.ErrSubprotocol},
		"protocol no token":  {wsstream.Options{Protocols: []string{"a b"}}, wsstream.ErrSubprotocol},
		"empty protocol":     {wsstream.Options{Protocols: []string{""}}, wsstream.ErrSubprotocol},
		"handshake header":   {wsstream.Options{Header: http.Header{"Sec-WebSocket-Key": {"x"}}}, wsstream.ErrHeader},
		"connection header":  {wsstream.Options{Header: http.Header{"connection": {"close"}}}, wsstream.ErrHeader},
		"upgrade header":     {wsstream.Options{Header: http.Header{"Upgrade": {"h2c"}}}, wsstream.ErrHeader},
		"length header":      {wsstream.Options{Header: http.Header{"Content-Length": {"3"}}}, wsstream.ErrHeader},
		"encoding header":    {wsstream.Options{Header: http.Header{"transfer-encoding": {"chunked"}}}, wsstream.ErrHeader},
		"header no token":    {wsstream.Options{Header: http.Header{"a b": {"x"}}}, wsstream.ErrHeader},
		"header two lines":   {wsstream.Options{Header: http.Header{"A": {"x\r\nB: y"}}}, wsstream.ErrHeader},
		"negative handshake": {wsstream.Options{Settings: wsstream.Settings{HandshakeTimeout: -1}}, wsstream.ErrOption},
		"negative close":     {wsstream.Options{Settings: wsstream.Settings{CloseTimeout: -1}}, wsstream.ErrOption},
		"negative header":    {wsstream.Options{Settings: wsstream.Settings{MaxHeaderSize: -1}}, wsstream.ErrOption},
		"negative message":   {wsstream.Options{Settings: wsstream.Settings{MaxMessageSize: -1}}, wsstream.ErrOption},
		"negative write":     {wsstream.Options{Settings: wsstream.Settings{WriteTimeout: -1}}, wsstream.ErrOption},
		"negative idle":      {wsstream.Options{Settings: wsstream.Settings{IdleTimeout: -1}}, wsstream.ErrOption},
		"negative interval":  {wsstream.Options{Settings: wsstream.Settings{PingInterval: -1}}, wsstream.ErrOption},
		"negative missed":    {wsstream.Options{Settings: wsstream.Settings{MaxMissedPongs: -1}}, wsstream.ErrOption},
		"negative frame":     {wsstream.Options{Settings: wsstream.Settings{MaxFrameSize: -1}}, wsstream.ErrOption},
		"negative inflated":  {wsstream.Options{Settings: wsstream.Settings{MaxDecompressedSize: -1}}, wsstream.ErrOption},
		"negative fragments": {wsstream.Options{Settings: wsstream.Settings{MaxFragments: -1}}, wsstream.ErrOption},
		"negative buffer":    {wsstream.Options{Settings: wsstream.Settings{ReadBufferSize: -1}}, wsstream.ErrOption},
		"negative input":     {wsstream.Options{Settings: wsstream.Settings{InputBufferSize: -1}}, wsstream.ErrOption},
		"negative output":    {wsstream.Options{Settings: wsstream.Settings{OutputBufferSize: -1}}, wsstream.ErrOption},
		"a window of 7":      {wsstream.Options{Settings: withCompression(wsstream.Compression{SendWindowBits: 7})}, wsstream.ErrOption},
		"a window of 16":     {wsstream.Options{Settings: withCompression(wsstream.Compression{ReceiveWindowBits: 16})}, wsstream.ErrOption},
		"negative threshold": {wsstream.Options{Settings: withCompression(wsstream.Compression{Threshold: -1})}, wsstream.ErrOption},
		"negative mark":      {wsstream.Options{Settings: wsstream.Settings{ReadableStrategy: negative}}, wsstream.ErrOption},
		"negative mark too":  {wsstream.Options{Settings: wsstream.Settings{WritableStrategy: negative}}, wsstream.ErrOption},
	}
	for name, c := range cases {
		if s, err := wsstream.New("ws://example.com", &c.opts); !errors.Is(err, c.want) || s != nil {
			t.Errorf("%s: New returns %v, %v", name, s, err)
		}
		if _, _, err := wsstream.Dial(t.Context(), "ws://example.com", &c.opts); !errors.Is(err, c.want) {
			t.Errorf("%s: Dial returns %v", name, err)
		}
	}
}

func TestRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewServer(t, b)
		s, err := wsstream.New("http://user:pass@example.com:8080/path?query", &wsstream.Options{
			Protocols: []string{"chat", "superchat"},
			Header:    http.Header{"X-Extra": {"one", "two"}, "Origin": {"http://example.com"}, "host": {"other.example"}},
			NetDial: func(_ context.Context, network, address string) (net.Conn, error) {
				if network != "tcp" || address != "example.com:8080" {
					t.Errorf("dials %s %s", network, address)
				}
				return a, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		req := peer.WantRequest()
		if req.Method != http.MethodGet || req.URL.String() != "/path?query" || req.Host != "other.example" || req.Proto != "HTTP/1.1" {
			t.Errorf("request is %s %s %s for %s", req.Method, req.URL, req.Proto, req.Host)
		}
		for name, want := range map[string]string{
			"Upgrade":                  "websocket",
			"Connection":               "Upgrade",
			"Sec-Websocket-Version":    "13",
			"Sec-Websocket-Protocol":   "chat, superchat",
			"Sec-Websocket-Extensions": "",
			"X-Extra":                  "one|two",
			"Origin":                   "http://example.com",
			"Authorization":            "Basic dXNlcjpwYXNz",
		} {
			if got := strings.Join(req.Header[name], "|"); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		peer.Agree(req, "Sec-WebSocket-Protocol: superchat\r\n")
		c, err := s.Opened(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c.Protocol != "superchat" || c.Extensions != "" {
			t.Errorf("protocol %q, extensions %q", c.Protocol, c.Extensions)
		}
	})
}

// The zone of an IPv6 address means something on the client's machine only (RFC 6874, section 4).
func TestTheHostHeaderHasNoZone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewServer(t, b)
		s, err := wsstream.New("ws://[fe80::1%25eth0]:8080/", &wsstream.Options{
			NetDial: func(_ context.Context, _, address string) (net.Conn, error) {
				if address != "[fe80::1%eth0]:8080" {
					t.Errorf("dials %s", address)
				}
				return a, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		req := peer.WantRequest()
		if req.Host != "[fe80::1]:8080" {
			t.Errorf("Host is %s", req.Host)
		}
		peer.Agree(req)
		if _, err := s.Opened(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestResponses(t *testing.T) {
	const head = "HTTP/1.1 101 Switching Protocols\r\n"
	const upgrade, connection, accept = "Upgrade: websocket\r\n", "Connection: Upgrade\r\n", "Sec-WebSocket-Accept: $\r\n"
	cases := map[string]struct {
		response string // $ stands for the right Sec-WebSocket-Accept
		status   int
		cause    error // nil for whatever
	}{
		"404":                     {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, nil},
		"200":                     {"HTTP/1.1 200 OK\r\n" + upgrade + connection + accept + "\r\n", 200, nil},
		"redirect":                {"HTTP/1.1 302 Found\r\nLocation: ws://example.com/b\r\n\r\n", 302, nil},
		"HTTP/1.0":                {"HTTP/1.0 101 Switching Protocols\r\n" + upgrade + connection + accept + "\r\n", 0, nil},
		"no HTTP":                 {"SSH-2.0-OpenSSH_9.7\r\n\r\n", 0, nil},
		"end":                     {"", 0, io.EOF},
		"end in head":             {head + upgrade, 0, io.EOF},
		"no upgrade":              {head + connection + accept + "\r\n", 0, nil},
		"wrong upgrade":           {head + "Upgrade: h2c\r\n" + connection + accept + "\r\n", 0, nil},
		"no connection":           {head + upgrade + accept + "\r\n", 0, nil},
		"wrong connection":        {head + upgrade + "Connection: close\r\n" + accept + "\r\n", 0, nil},
		"no accept":               {head + upgrade + connection + "\r\n", 0, nil},
		"wrong accept":            {head + upgrade + connection + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", 0, nil},
		"accept twice":            {head + upgrade + connection + accept + accept + "\r\n", 0, nil},
		"extension":               {head + upgrade + connection + accept + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", 0, nil},
		"no protocol":             {head + upgrade + connection + accept + "\r\n", 0, wsstream.ErrSubprotocol},
		"foreign protocol":        {head + upgrade + connection + accept + "Sec-WebSocket-Protocol: mail\r\n\r\n", 0, wsstream.ErrSubprotocol},
		"both protocols":          {head + upgrade + connection + accept + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: b\r\n\r\n", 0, nil},
		"list of protocols":       {head + upgrade + connection + accept + "Sec-WebSocket-Protocol: chat, b\r\n\r\n", 0, wsstream.ErrSubprotocol},
		"malformed header":        {head + upgrade + connection + accept + "what is this\r\n\r\n", 0, nil},
		"space before colon":      {head + upgrade + connection + accept + "A : b\r\n\r\n", 0, nil},
		"folded header":           {head + upgrade + connection + accept + "A: b\r\n c\r\n\r\n", 0, nil},
		"large header":            {head + "A: " + strings.Repeat("x", 20_000) + "\r\n\r\n", 0, wsstream.ErrHeadTooLarge},
		"many headers":            {head + strings.Repeat("A: b\r\n", 4000) + "\r\n", 0, wsstream.ErrHeadTooLarge},
		"header that never ends":  {head + "A: " + strings.Repeat("x", 20_000), 0, wsstream.ErrHeadTooLarge},
		"body":                    {head + upgrade + connection + accept + "Sec-WebSocket-Protocol: chat\r\nContent-Length: 4\r\n\r\n", 0, nil},
		"chunked body":            {head + upgrade + connection + accept + "Sec-WebSocket-Protocol: chat\r\nTransfer-Encoding: chunked\r\n\r\n", 0, nil},
		"two lengths":             {head + upgrade + connection + accept + "Sec-WebSocket-Protocol: chat\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", 0, nil},
		"NUL":                     {head + upgrade + connection + accept + "Sec-WebSocket-Protocol: chat\r\nA: b\x00\r\n\r\n", 0, nil},
		"404 with a body":         {"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone", 404, nil},
		"status that is no digit": {"HTTP/1.1 abc Switching Protocols\r\n\r\n", 0, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				peer := wstest.NewServer(t, b)
				s, err := wsstream.New("ws://example.com", &wsstream.Options{Protocols: []string{"chat", "b"}, NetDial: wstest.DialTo(a)})
				if err != nil {
					t.Fatal(err)
				}
				req := peer.WantRequest()
				// The client may hang up before it has read all.
				_, _ = io.WriteString(peer.Conn, strings.ReplaceAll(c.response, "$", wstest.AcceptFor(req)))
				peer.Drop()
				opened := wantNotOpened(t, s)
				bad, ok := errors.AsType[*wsstream.HandshakeError](opened)
				if !ok || bad.StatusCode != c.status || c.cause != nil && !errors.Is(bad, c.cause) {
					t.Errorf("Opened returns %v", opened)
				}
			})
		})
	}
}

// wantNotOpened checks that Opened and Closed fail with one *WebSocketError, and returns it.
func wantNotOpened(t *testing.T, s *wsstream.WebSocketStream) error {
	t.Helper()
	_, opened := s.Opened(t.Context())
	_, closed := s.Closed(t.Context())
	if opened != closed { //nolint:errorlint // the very value
		t.Errorf("Opened returns %v, Closed %v", opened, closed)
	}
	if err, ok := errors.AsType[*wsstream.WebSocketError](opened); !ok || err.Code != wsstream.StatusAbnormalClosure {
		t.Errorf("Opened returns %v, want a *WebSocketError with 1006", opened)
	}
	return opened
}

func TestGoodResponses(t *testing.T) {
	for name, lines := range map[string]string{
		"plain":               "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n",
		"other case":          "upgrade: WebSocket\r\nCONNECTION: upgrade\r\nsec-websocket-accept: $\r\n",
		"list of connections": "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: $\r\n",
		"two connections":     "Upgrade: websocket\r\nConnection: keep-alive\r\nConnection: upgrade\r\nSec-WebSocket-Accept: $\r\n",
		"other headers":       "A: b\r\nA: c\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\nD:\r\n",
		"empty body":          "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\nContent-Length: 0\r\n",
		"bare line feeds":     "Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Accept: $\n",
		"long header":         "A: " + strings.Repeat("x", 10_000) + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				peer := wstest.NewServer(t, b)
				s, err := wsstream.New("ws://example.com", &wsstream.Options{NetDial: wstest.DialTo(a)})
				if err != nil {
					t.Fatal(err)
				}
				accept := wstest.AcceptFor(peer.WantRequest())
				peer.SendRaw("HTTP/1.1 101 Switching Protocols\r\n" + strings.ReplaceAll(lines, "$", accept) + "\r\n")
				if _, err := s.Opened(t.Context()); err != nil {
					t.Errorf("Opened returns %v", err)
				}
			})
		})
	}
}

func TestFramesBehindTheResponseAreNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewServer(t, b)
		s, err := wsstream.New("ws://example.com", &wsstream.Options{NetDial: wstest.DialTo(a)})
		if err != nil {
			t.Fatal(err)
		}
		peer.AgreeAndSend(peer.WantRequest(), wstest.Whole(wstest.Text, "early"), wstest.Whole(wstest.Text, "bird"))
		c, err := s.Opened(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"early", "bird"} {
			for m, err := range c.Readable.Values(t.Context(), streams.PreventCancel()) {
				if err != nil || m.String() != want {
					t.Errorf("got %v, %v", m, err)
				}
				break
			}
		}
	})
}

func TestHandshakeIsEnded(t *testing.T) {
	cause := errors.New("enough")
	cases := map[string]struct {
		end  func(s *wsstream.WebSocketStream, cancel context.CancelCauseFunc)
		want error
		own  bool // the cause itself is reported
	}{
		"by its signal": {func(_ *wsstream.WebSocketStream, cancel context.CancelCauseFunc) { cancel(cause) }, cause, true},
		"by its signal without a cause": {
			func(_ *wsstream.WebSocketStream, cancel context.CancelCauseFunc) { cancel(nil) }, context.Canceled, true,
		},
		"by Close": {func(s *wsstream.WebSocketStream, _ context.CancelCauseFunc) {
			_ = s.Close(wsstream.CloseInfo{Code: 4000, Reason: "ignored"})
			_ = s.Close(wsstream.CloseInfo{})
		}, wsstream.ErrClosedWhileConnecting, false},
		"by time": {func(*wsstream.WebSocketStream, context.CancelCauseFunc) {}, wsstream.ErrHandshakeTimeout, false},
	}
	places := map[string]func(ctx context.Context, conn net.Conn) (net.Conn, error){
		"while it dials": func(ctx context.Context, _ net.Conn) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
		"while it sends and waits": func(_ context.Context, conn net.Conn) (net.Conn, error) { return conn, nil },
	}
	for name, c := range cases {
		for place, dial := range places {
			t.Run(name+" "+place, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a, b := wstest.Pipe()
					defer b.Close()
					signal, cancel := context.WithCancelCause(t.Context())
					defer cancel(nil)
					start := time.Now()
					s, err := wsstream.New("ws://example.com", &wsstream.Options{
						Signal:   signal,
						Settings: wsstream.Settings{HandshakeTimeout: 7 * time.Second},
						NetDial: func(ctx context.Context, _, _ string) (net.Conn, error) {
							return dial(ctx, a)
						},
					})
					if err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
					c.end(s, cancel)
					_, opened := s.Opened(t.Context())
					_, closed := s.Closed(t.Context())
					if took := time.Since(start); (took == 7*time.Second) != (name == "by time") {
						t.Errorf("took %v", took)
					}
					if opened != closed || !errors.Is(opened, c.want) { //nolint:errorlint // the very value
						t.Errorf("Opened returns %v, Closed %v, want %v", opened, closed, c.want)
					}
					if _, ok := errors.AsType[*wsstream.WebSocketError](opened); ok == c.own {
						t.Errorf("Opened returns a %T", opened)
					}
				})
			})
		}
	}
}

// closedAtTheEnd is a socket that calls a function when the handshake gives it back its deadline.
type closedAtTheEnd struct {
	net.Conn
	end func()
}

func (c closedAtTheEnd) SetDeadline(t time.Time) error {
	if t.IsZero() {
		c.end()
	}
	return c.Conn.SetDeadline(t)
}

func TestCloseAfterTheResponseAndBeforeOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewServer(t, b)
		made := make(chan *wsstream.WebSocketStream, 1)
		s, err := wsstream.New("ws://example.com", &wsstream.Options{NetDial: wstest.DialTo(closedAtTheEnd{a, func() {
			if err := (<-made).Close(wsstream.CloseInfo{}); err != nil {
				t.Error(err)
			}
		}})})
		if err != nil {
			t.Fatal(err)
		}
		made <- s
		peer.Open()
		if err := wantNotOpened(t, s); !errors.Is(err, wsstream.ErrClosedWhileConnecting) {
			t.Errorf("Opened returns %v", err)
		}
		peer.WantEnd()
	})
}

func TestAnEndedSignalPreventsTheConnection(t *testing.T) {
	cause := errors.New("never mind")
	signal, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	dialed := false
	opts := &wsstream.Options{NetDial: func(context.Context, string, string) (net.Conn, error) {
		dialed = true
		return nil, io.EOF
	}}
	if _, _, err := wsstream.Dial(signal, "ws://example.com", opts); !errors.Is(err, cause) {
		t.Errorf("Dial returns %v", err)
	}
	opts.Signal = signal
	if _, _, err := wsstream.Dial(t.Context(), "ws://example.com", opts); !errors.Is(err, cause) {
		t.Errorf("Dial returns %v", err)
	}
	s, err := wsstream.New("ws://example.com", opts)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Closed(t.Context()); !errors.Is(err, cause) || dialed {
		t.Errorf("Closed returns %v, dialed %t", err, dialed)
	}
}

func TestASignalThatEndsLaterHasNoEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		signal, cancel := context.WithCancel(t.Context())
		e := newClient(t, a, b, &wsstream.Options{Signal: signal, Settings: wsstream.Settings{HandshakeTimeout: time.Second}})
		cancel()
		time.Sleep(10 * time.Second) //nolint:forbidigo // moves the clock of the bubble
		e.peer.Send(wstest.Whole(wstest.Text, "still here"))
		e.wantMessage(wsstream.Text("still here"))
		e.writer.WriteAsync(wsstream.Text("me too"))
		e.peer.Want(wstest.Text, "me too")
	})
}

func TestWaitForOpenedDoesNotEndTheHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewServer(t, b)
		s, err := wsstream.New("ws://example.com", &wsstream.Options{NetDial: wstest.DialTo(a)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Opened(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Opened returns %v", err)
		}
		peer.Open()
		synctest.Wait()
		if _, err := s.Opened(ctx); err != nil {
			t.Errorf("Opened returns %v although it is open", err)
		}
	})
}

func TestDialFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody listens there now
	_, _, err = wsstream.Dial(t.Context(), "ws://"+l.Addr().String(), nil)
	if wsErr, ok := errors.AsType[*wsstream.WebSocketError](err); !ok || wsErr.Code != 1006 {
		t.Errorf("Dial returns %v", err)
	}
	if _, ok := errors.AsType[*net.OpError](err); !ok {
		t.Errorf("Dial returns %v, want the cause in it", err)
	}
}

func TestTLSFails(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	if _, _, err := wsstream.Dial(t.Context(), "wss"+strings.TrimPrefix(plain.URL, "http"), nil); err == nil {
		t.Error("wss to a server without TLS was opened")
	}
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = discardLog()
	secure.StartTLS()
	defer secure.Close()
	_, _, err := wsstream.Dial(t.Context(), "wss"+strings.TrimPrefix(secure.URL, "https"), nil)
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		t.Errorf("an unknown authority gives %v", err)
	}
	s, err := wsstream.New("ws"+strings.TrimPrefix(secure.URL, "https"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = wantNotOpened(t, s)
}
