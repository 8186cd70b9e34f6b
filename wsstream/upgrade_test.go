package wsstream_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

// goodRequest are the lines of a good request but for the first.
const goodRequest = "Host: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

// without returns goodRequest without the line of a header, and with another in its place.
func without(header, instead string) string {
	var lines []string
	for line := range strings.Lines(goodRequest) {
		if !strings.HasPrefix(line, header+":") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "") + instead
}

var badRequests = map[string]struct {
	request string
	status  int   // for Accept; net/http refuses some in its own way
	cause   error // nil for whatever
}{
	"POST":                {"POST / HTTP/1.1\r\n" + goodRequest + "\r\n", 405, nil},
	"HTTP/1.0":            {"GET / HTTP/1.0\r\n" + goodRequest + "\r\n", 505, nil},
	"no host":             {"GET / HTTP/1.1\r\n" + without("Host", "") + "\r\n", 400, nil},
	"two hosts":           {"GET / HTTP/1.1\r\nHost: a.example\r\n" + goodRequest + "\r\n", 400, nil},
	"no upgrade":          {"GET / HTTP/1.1\r\n" + without("Upgrade", "") + "\r\n", 400, nil},
	"wrong upgrade":       {"GET / HTTP/1.1\r\n" + without("Upgrade", "Upgrade: h2c\r\n") + "\r\n", 400, nil},
	"no connection":       {"GET / HTTP/1.1\r\n" + without("Connection", "") + "\r\n", 400, nil},
	"wrong connection":    {"GET / HTTP/1.1\r\n" + without("Connection", "Connection: keep-alive\r\n") + "\r\n", 400, nil},
	"no version":          {"GET / HTTP/1.1\r\n" + without("Sec-WebSocket-Version", "") + "\r\n", 400, nil},
	"wrong version":       {"GET / HTTP/1.1\r\n" + without("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8\r\n") + "\r\n", 426, nil},
	"no key":              {"GET / HTTP/1.1\r\n" + without("Sec-WebSocket-Key", "") + "\r\n", 400, nil},
	"short key":           {"GET / HTTP/1.1\r\n" + without("Sec-WebSocket-Key", "Sec-WebSocket-Key: abc\r\n") + "\r\n", 400, nil},
	"key not base64":      {"GET / HTTP/1.1\r\n" + without("Sec-WebSocket-Key", "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!\r\n") + "\r\n", 400, nil},
	"two keys":            {"GET / HTTP/1.1\r\n" + goodRequest + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 400, nil},
	"foreign origin":      {"GET / HTTP/1.1\r\n" + goodRequest + "Origin: http://evil.example\r\n\r\n", 403, wsstream.ErrOrigin},
	"null origin":         {"GET / HTTP/1.1\r\n" + goodRequest + "Origin: null\r\n\r\n", 403, wsstream.ErrOrigin},
	"one foreign origin":  {"GET / HTTP/1.1\r\n" + goodRequest + "Origin: http://example.com\r\nOrigin: http://evil.example\r\n\r\n", 403, wsstream.ErrOrigin},
	"other port":          {"GET / HTTP/1.1\r\n" + goodRequest + "Origin: http://example.com:81\r\n\r\n", 403, wsstream.ErrOrigin},
	"malformed header":    {"GET / HTTP/1.1\r\n" + goodRequest + "what is this\r\n\r\n", 400, nil},
	"space before colon":  {"GET / HTTP/1.1\r\n" + goodRequest + "A : b\r\n\r\n", 400, nil},
	"folded header":       {"GET / HTTP/1.1\r\n" + goodRequest + "A: b\r\n c\r\n\r\n", 400, nil},
	"malformed target":    {"GET path HTTP/1.1\r\n" + goodRequest + "\r\n", 400, nil},
	"malformed protocols": {"GET / HTTP/1.1\r\n" + goodRequest + "Sec-WebSocket-Protocol: \"\r\n\r\n", 400, nil},
	"no request line":     {"GARBAGE\r\n\r\n", 400, nil},
	"empty request line":  {"\r\n", 400, nil},
	"no version in line":  {"GET /\r\n\r\n", 400, nil},
	"two spaces":          {"GET  / HTTP/1.1\r\n" + goodRequest + "\r\n", 400, nil},
	"two targets":         {"GET / /b HTTP/1.1\r\n" + goodRequest + "\r\n", 400, nil},
	"no method":           {" / HTTP/1.1\r\n" + goodRequest + "\r\n", 400, nil},
	"asterisk":            {"GET * HTTP/1.1\r\n" + goodRequest + "\r\n", 400, nil},
	"absolute, no host":   {"GET http:///b HTTP/1.1\r\n" + goodRequest + "\r\n", 400, nil},
	"absolute, with user": {"GET http://a@example.com/ HTTP/1.1\r\n" + goodRequest + "\r\n", 400, nil},
	"empty host":          {"GET / HTTP/1.1\r\n" + without("Host", "Host:\r\n") + "\r\n", 400, nil},
	"host with a path":    {"GET / HTTP/1.1\r\n" + without("Host", "Host: a/b\r\n") + "\r\n", 400, nil},
	"host with a user":    {"GET / HTTP/1.1\r\n" + without("Host", "Host: a@b\r\n") + "\r\n", 400, nil},
	"host with a space":   {"GET / HTTP/1.1\r\n" + without("Host", "Host: a b\r\n") + "\r\n", 400, nil},
	"host with markup":    {"GET / HTTP/1.1\r\n" + without("Host", "Host: <x>\r\n") + "\r\n", 400, nil},
	"host with bad port":  {"GET / HTTP/1.1\r\n" + without("Host", "Host: a:b\r\n") + "\r\n", 400, nil},
	"host is a port":      {"GET / HTTP/1.1\r\n" + without("Host", "Host: :80\r\n") + "\r\n", 400, nil},
	"host not ASCII":      {"GET / HTTP/1.1\r\n" + without("Host", "Host: \u00e9.example\r\n") + "\r\n", 400, nil},
	"NUL":                 {"GET / HTTP/1.1\r\n" + goodRequest + "A: b\x00c\r\n\r\n", 400, nil},
	"bare CR":             {"GET / HTTP/1.1\r\n" + goodRequest + "A: b\rOrigin: c\r\n\r\n", 400, nil},
	"CR before the end":   {"GET / HTTP/1.1\r\n" + goodRequest + "\r\r\n", 400, nil},
	"body":                {"GET / HTTP/1.1\r\n" + goodRequest + "Content-Length: 11\r\n\r\n", 400, nil},
	"chunked body":        {"GET / HTTP/1.1\r\n" + goodRequest + "Transfer-Encoding: chunked\r\n\r\n", 400, nil},
	"bad length":          {"GET / HTTP/1.1\r\n" + goodRequest + "Content-Length: 0, 11\r\n\r\n", 400, nil},
	"two lengths":         {"GET / HTTP/1.1\r\n" + goodRequest + "Content-Length: 0\r\nContent-Length: 11\r\n\r\n", 400, nil},
	"large extensions":    {"GET / HTTP/1.1\r\n" + goodRequest + "Sec-WebSocket-Extensions: " + strings.Repeat("a,", 10_000) + "\r\n\r\n", 431, wsstream.ErrHeadTooLarge},
	"large header":        {"GET / HTTP/1.1\r\nA: " + strings.Repeat("x", 20_000) + "\r\n" + goodRequest + "\r\n", 431, wsstream.ErrHeadTooLarge},
	"header never ends":   {"GET / HTTP/1.1\r\nA: " + strings.Repeat("x", 20_000), 431, wsstream.ErrHeadTooLarge},
}

func TestAcceptRefusesBadRequests(t *testing.T) {
	for name, c := range badRequests {
		t.Run(name, func(t *testing.T) {
			a, b := wstest.TCP(t)
			peer := wstest.NewClient(t, b)
			accepted := goAccept(t.Context(), a, &wsstream.UpgradeOptions{Protocols: []string{"chat"}})
			peer.SendRaw(c.request)
			resp := peer.Response()
			if resp.StatusCode != c.status {
				t.Errorf("status %d, want %d", resp.StatusCode, c.status)
			}
			if c.status == http.StatusUpgradeRequired && resp.Header.Get("Sec-Websocket-Version") != "13" {
				t.Errorf("the response does not tell the version: %v", resp.Header)
			}
			peer.WantEnd()
			peer.Drop()
			got := <-accepted
			bad, ok := errors.AsType[*wsstream.HandshakeError](got.err)
			if !ok || bad.StatusCode != c.status || got.stream != nil || c.cause != nil && !errors.Is(bad, c.cause) {
				t.Errorf("Accept returns %v", got.err)
			}
		})
	}
}

// halfCloser is a socket in memory that can be closed in one direction as far as its user sees.
type halfCloser struct{ net.Conn }

func (halfCloser) CloseWrite() error { return nil }

func TestAcceptOfABadRequestIsEnded(t *testing.T) {
	cases := map[string]struct {
		opts wsstream.UpgradeOptions
		want time.Duration
	}{
		"by its context":      {wsstream.UpgradeOptions{}, time.Second},
		"by HandshakeTimeout": {wsstream.UpgradeOptions{Settings: wsstream.Settings{HandshakeTimeout: 50 * time.Millisecond}}, 50 * time.Millisecond},
		"by CloseTimeout":     {wsstream.UpgradeOptions{Settings: wsstream.Settings{CloseTimeout: 20 * time.Millisecond}}, 20 * time.Millisecond},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				peer := wstest.NewClient(t, b)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start := time.Now()
				accepted := goAccept(ctx, halfCloser{a}, &c.opts)
				peer.SendRaw("GET / HTTP/1.1\r\nwhat is this\r\n")
				if resp := peer.Response(); resp.StatusCode != http.StatusBadRequest {
					t.Errorf("status %d", resp.StatusCode)
				}
				got := <-accepted
				if bad, ok := errors.AsType[*wsstream.HandshakeError](got.err); !ok || bad.StatusCode != http.StatusBadRequest {
					t.Errorf("Accept returns %v, want the refusal", got.err)
				}
				if took := time.Since(start); took != c.want {
					t.Errorf("took %v, want %v", took, c.want)
				}
				peer.WantEnd()
			})
		})
	}
}

func TestTheAuthorityOfTheTargetWins(t *testing.T) {
	const request = "GET http://other.example:81/path?query HTTP/1.1\r\nOrigin: http://other.example:81\r\nContent-Length: 0\r\n" +
		goodRequest + "\r\n"
	a, b := wstest.TCP(t)
	address, upgraded := startServer(t, nil)
	for peer, results := range map[*wstest.Peer]<-chan acceptResult{
		wstest.NewClient(t, b): goAccept(t.Context(), a, nil),
		connect(t, address):    upgraded,
	} {
		peer.SendRaw(request)
		peer.WantUpgrade()
		e := newEnd(t, (<-results).stream, peer)
		if got := e.stream.URL(); got != "ws://other.example:81/path?query" {
			t.Errorf("URL is %q", got)
		}
		e.peer.Drop()
		e.wantAbnormalEnd()
	}
}

func TestAcceptOfARequestThatBreaksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewClient(t, b)
		accepted := goAccept(t.Context(), a, nil)
		peer.SendRaw("GET / HTTP/1.1\r\nHost: exam")
		peer.Drop()
		if got := <-accepted; !errors.Is(got.err, io.EOF) {
			t.Errorf("Accept returns %v", got.err)
		}
	})
}

func TestAcceptIsEnded(t *testing.T) {
	cause := errors.New("enough")
	for _, sent := range []string{"", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\n" + goodRequest + "\r\n"} {
		synctest.Test(t, func(t *testing.T) { // by its context
			a, b := wstest.Pipe()
			peer := wstest.NewClient(t, b)
			ctx, cancel := context.WithCancelCause(t.Context())
			accepted := goAccept(ctx, a, nil)
			peer.SendRaw(sent)
			synctest.Wait()
			cancel(cause)
			if got := <-accepted; !errors.Is(got.err, cause) {
				t.Errorf("Accept returns %v", got.err)
			}
		})
		synctest.Test(t, func(t *testing.T) { // by time
			a, b := wstest.Pipe()
			peer := wstest.NewClient(t, b)
			start := time.Now()
			accepted := goAccept(t.Context(), a, nil)
			peer.SendRaw(sent)
			if got := <-accepted; !errors.Is(got.err, wsstream.ErrHandshakeTimeout) {
				t.Errorf("Accept returns %v", got.err)
			}
			if took := time.Since(start); took != wsstream.DefaultHandshakeTimeout {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestAcceptLeavesNoDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		peer := wstest.NewClient(t, b)
		accepted := goAccept(ctx, a, &wsstream.UpgradeOptions{Settings: wsstream.Settings{HandshakeTimeout: 2 * time.Second}})
		peer.Open()
		got := <-accepted
		cancel()
		if got.err != nil {
			t.Fatal(got.err)
		}
		e := newEnd(t, got.stream, peer)
		time.Sleep(10 * time.Second) //nolint:forbidigo // moves the clock of the bubble
		e.peer.Send(wstest.Whole(wstest.Text, "still here"))
		e.wantMessage(wsstream.Text("still here"))
		e.writer.WriteAsync(wsstream.Text("me too"))
		e.peer.Want(wstest.Text, "me too")
	})
}

func TestServersCheckOptions(t *testing.T) {
	for name, opts := range map[string]*wsstream.UpgradeOptions{
		"protocols": {Protocols: []string{"a b"}},
		"header":    {Header: http.Header{"Upgrade": {"x"}}},
		"timeout":   {Settings: wsstream.Settings{CloseTimeout: -1}},
	} {
		a, b := wstest.Pipe()
		if s, err := wsstream.Accept(t.Context(), a, opts); err == nil || s != nil {
			t.Errorf("%s: Accept returns %v", name, err)
		}
		if _, err := b.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("%s: the socket is not closed: %v", name, err)
		}
		w := httptest.NewRecorder()
		if s, err := wsstream.Upgrade(w, httptest.NewRequest(http.MethodGet, "/", nil), opts); err == nil || s != nil {
			t.Errorf("%s: Upgrade returns %v", name, err)
		}
		if w.Code != http.StatusInternalServerError {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
}

// startServer starts an http.Server whose handler is one Upgrade, and returns its address and what Upgrade returned.
func startServer(t *testing.T, opts *wsstream.UpgradeOptions) (address string, upgraded <-chan acceptResult) {
	t.Helper()
	result := make(chan acceptResult, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := wsstream.Upgrade(w, r, opts)
		result <- acceptResult{s, err}
	}))
	server.Config.ErrorLog = discardLog()
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), result
}

func connect(t *testing.T, address string) *wstest.Peer {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return wstest.NewClient(t, conn)
}

func TestUpgradeRefusesBadRequests(t *testing.T) {
	for name, c := range badRequests {
		switch name {
		case "no host", "two hosts", "malformed header", "space before colon", "folded header", "malformed target", "large header", "header never ends",
			"no request line", "empty request line", "no version in line", "two spaces", "two targets", "no method",
			"host with a path", "host with a user", "host with a space", "host with markup", "host not ASCII", "NUL", "bare CR", "CR before the end", "bad length", "two lengths":
			continue // net/http does not let these through, or sets its own limit
		}
		t.Run(name, func(t *testing.T) {
			address, upgraded := startServer(t, &wsstream.UpgradeOptions{Protocols: []string{"chat"}})
			peer := connect(t, address)
			peer.SendRaw(c.request)
			if resp := peer.Response(); resp.StatusCode != c.status {
				t.Errorf("status %d, want %d", resp.StatusCode, c.status)
			}
			got := <-upgraded
			bad, ok := errors.AsType[*wsstream.HandshakeError](got.err)
			if !ok || bad.StatusCode != c.status || got.stream != nil || c.cause != nil && !errors.Is(bad, c.cause) {
				t.Errorf("Upgrade returns %v", got.err)
			}
		})
	}
}

func TestUpgradeWithoutAHijacker(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	w := httptest.NewRecorder()
	if s, err := wsstream.Upgrade(w, r, nil); err == nil || s != nil || w.Code != http.StatusInternalServerError {
		t.Errorf("Upgrade returns %v and status %d", err, w.Code)
	}
}

func TestServerHandshake(t *testing.T) {
	opts := func() *wsstream.UpgradeOptions {
		return &wsstream.UpgradeOptions{
			Protocols: []string{"superchat", "chat"},
			Header:    http.Header{"X-Extra": {"one", "two"}},
		}
	}
	request := []string{
		"Origin: http://EXAMPLE.com\r\n", "Connection: keep-alive\r\n",
		"Sec-WebSocket-Protocol: mail, chat\r\n", "Sec-WebSocket-Protocol: superchat\r\n",
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
	}
	check := func(t *testing.T, peer *wstest.Peer, results <-chan acceptResult) {
		t.Helper()
		resp := peer.WantUpgrade()
		if got := resp.Header["Sec-Websocket-Protocol"]; len(got) != 1 || got[0] != "chat" {
			t.Errorf("protocol %q", got)
		}
		if got := resp.Header["X-Extra"]; strings.Join(got, "|") != "one|two" {
			t.Errorf("extra header %q", got)
		}
		if got := resp.Header["Sec-Websocket-Extensions"]; got != nil {
			t.Errorf("extensions %q", got)
		}
		got := <-results
		if got.err != nil {
			t.Fatal(got.err)
		}
		c, err := got.stream.Opened(t.Context())
		if err != nil || c.Protocol != "chat" || c.Extensions != "" {
			t.Errorf("Opened returns %+v, %v", c, err)
		}
		if got.stream.URL() != "ws://example.com/path?query" {
			t.Errorf("URL is %q", got.stream.URL())
		}
		peer.Drop()
		if _, err := got.stream.Closed(t.Context()); err == nil {
			t.Error("a drop is a clean close")
		}
	}
	t.Run("Accept", func(t *testing.T) {
		a, b := wstest.TCP(t)
		peer := wstest.NewClient(t, b)
		accepted := goAccept(t.Context(), a, opts())
		peer.Request(request...)
		check(t, peer, accepted)
	})
	t.Run("Upgrade", func(t *testing.T) {
		address, upgraded := startServer(t, opts())
		peer := connect(t, address)
		peer.Request(request...)
		check(t, peer, upgraded)
	})
}

func TestConnectionHeadersAreOneList(t *testing.T) {
	const request = "GET / HTTP/1.1\r\nConnection: keep-alive\r\n" + goodRequest + "\r\n"
	a, b := wstest.TCP(t)
	address, upgraded := startServer(t, nil)
	for peer, results := range map[*wstest.Peer]<-chan acceptResult{
		wstest.NewClient(t, b): goAccept(t.Context(), a, nil),
		connect(t, address):    upgraded,
	} {
		peer.SendRaw(request)
		peer.WantUpgrade()
		got := <-results
		if got.err != nil {
			t.Fatal(got.err)
		}
		peer.Drop()
		if _, err := got.stream.Closed(t.Context()); err == nil {
			t.Error("a drop is a clean close")
		}
	}
}

func TestServerWithoutAMatchingProtocol(t *testing.T) {
	a, b := wstest.TCP(t)
	peer := wstest.NewClient(t, b)
	accepted := goAccept(t.Context(), a, &wsstream.UpgradeOptions{Protocols: []string{"chat"}})
	peer.Request("Sec-WebSocket-Protocol: mail\r\n")
	if resp := peer.WantUpgrade(); resp.Header["Sec-Websocket-Protocol"] != nil {
		t.Errorf("response is %v", resp.Header)
	}
	e := newEnd(t, (<-accepted).stream, peer)
	if e.conn.Protocol != "" {
		t.Errorf("protocol %q", e.conn.Protocol)
	}
	e.peer.Drop()
	e.wantAbnormalEnd()
}

func TestCheckOrigin(t *testing.T) {
	for origin, want := range map[string]int{"http://friend.example": 101, "http://evil.example": 403} {
		opts := &wsstream.UpgradeOptions{CheckOrigin: func(origin, host string) bool {
			return origin == "http://friend.example" && host == "example.com"
		}}
		address, _ := startServer(t, opts)
		peer := connect(t, address)
		peer.Request("Origin: " + origin + "\r\n")
		if resp := peer.Response(); resp.StatusCode != want {
			t.Errorf("%s: status %d", origin, resp.StatusCode)
		}
		a, b := wstest.TCP(t)
		peer = wstest.NewClient(t, b)
		accepted := goAccept(t.Context(), a, opts)
		peer.Request("Origin: " + origin + "\r\n")
		if resp := peer.Response(); resp.StatusCode != want {
			t.Errorf("%s: status %d", origin, resp.StatusCode)
		}
		peer.Drop()
		<-accepted
	}
}

func TestFramesBehindTheRequestAreNotLost(t *testing.T) {
	check := func(t *testing.T, peer *wstest.Peer, results <-chan acceptResult) {
		t.Helper()
		peer.RequestAndSend(wstest.Whole(wstest.Text, "early"), wstest.Whole(wstest.Text, "bird"))
		peer.WantUpgrade()
		e := newEnd(t, (<-results).stream, peer)
		e.wantMessage(wsstream.Text("early"))
		e.wantMessage(wsstream.Text("bird"))
		e.peer.Send(wstest.Whole(wstest.Text, "later"))
		e.wantMessage(wsstream.Text("later"))
		e.peer.Drop()
		e.wantAbnormalEnd()
	}
	t.Run("Accept", func(t *testing.T) {
		a, b := wstest.TCP(t)
		check(t, wstest.NewClient(t, b), goAccept(t.Context(), a, nil))
	})
	t.Run("Upgrade", func(t *testing.T) {
		address, upgraded := startServer(t, nil)
		check(t, connect(t, address), upgraded)
	})
}
