package browser_test

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirstreams/weir/examples/internal/browser"
	"github.com/weirstreams/weir/wsstream"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

//go:embed page.html
var page string

// A site serves the page and, one after the other, the connections that it opens.
type site struct {
	url         string
	connections chan *wsstream.WebSocketStream
}

func newSite(t *testing.T, settings wsstream.Settings) *site {
	t.Helper()
	s := &site{connections: make(chan *wsstream.WebSocketStream)}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page) // the browser tells if it does not get the page
	})
	mux.HandleFunc("/socket", func(w http.ResponseWriter, r *http.Request) {
		stream, err := wsstream.Upgrade(w, r, &wsstream.UpgradeOptions{Settings: settings})
		if err != nil {
			t.Errorf("Upgrade returns %v", err)
			return
		}
		s.connections <- stream
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// open opens the page, and a connection as its variable socket.
func open(t *testing.T, settings wsstream.Settings) (*browser.Page, *wsstream.WebSocketStream, *wsstream.Connection) {
	t.Helper()
	s := newSite(t, settings)
	p := browser.Open(t, s.url)
	stream, c := s.connect(t, p)
	return p, stream, c
}

// connect has the page open a connection as its variable socket.
func (s *site) connect(t *testing.T, p *browser.Page) (*wsstream.WebSocketStream, *wsstream.Connection) {
	t.Helper()
	browser.Eval[bool](p, "opening = open(), true")
	stream := <-s.connections
	browser.Eval[bool](p, "opening.then((s) => { socket = s; return true; })")
	c, err := stream.Opened(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stream, c
}

// echoing sends back what comes, until the connection is closed.
func echoing(t *testing.T, c *wsstream.Connection) {
	echoed := make(chan error, 1)
	go func() { echoed <- c.Readable.PipeTo(context.Background(), c.Writable) }()
	t.Cleanup(func() {
		if err := <-echoed; err != nil && !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("the echo ends with %v", err)
		}
	})
}

func wantClosed(t *testing.T, stream *wsstream.WebSocketStream, code wsstream.StatusCode, reason string) {
	t.Helper()
	info, err := stream.Closed(t.Context())
	if want := (wsstream.CloseInfo{Code: code, Reason: reason}); err != nil || info != want {
		t.Errorf("Closed returns %v, %v, want %v", info, err, want)
	}
}

// wantEval checks the value of an expression.
func wantEval[T comparable](t *testing.T, p *browser.Page, expression string, want T) {
	t.Helper()
	if got := browser.Eval[T](p, expression); got != want {
		t.Errorf("%s is %v, want %v", expression, got, want)
	}
}

// wantEcho has the page send messages, and then close the connection.
func wantEcho(t *testing.T, p *browser.Page, stream *wsstream.WebSocketStream, messages string) {
	t.Helper()
	if different := browser.Eval[[]int](p, "echo(socket, "+messages+")"); len(different) > 0 {
		t.Errorf("messages of these lengths came back different: %v", different)
	}
	browser.Eval[bool](p, "socket.stream.close({ closeCode: 4000, reason: 'enough' }), true")
	wantEval(t, p, "socket.closed", "4000 enough")
	wantClosed(t, stream, 4000, "enough")
}

func TestPageEchoes(t *testing.T) {
	p, stream, c := open(t, wsstream.Settings{})
	echoing(t, c)
	wantEval(t, p, "socket.extensions", "")
	wantEcho(t, p, stream, `[
		'', 'x', 'grüß dich, 世界 😀', '\ufeffmark', bytes(0), bytes(1), text(125), text(126), text(65535), text(65536), bytes(65536),
	]`)
}

func TestPageSendsAndReceivesLargeMessages(t *testing.T) {
	p, stream, c := open(t, wsstream.Settings{})
	echoing(t, c)
	wantEcho(t, p, stream, "[text(8 << 20), bytes(8 << 20)]")
}

func TestPageCompresses(t *testing.T) {
	for name, compression := range map[string]wsstream.Compression{
		"no takeover":   {},
		"takeover":      {SendTakeover: true, ReceiveTakeover: true},
		"small windows": {SendTakeover: true, ReceiveTakeover: true, SendWindowBits: 9, ReceiveWindowBits: 9},
	} {
		t.Run(name, func(t *testing.T) {
			p, stream, c := open(t, wsstream.Settings{Compression: &compression})
			echoing(t, c)
			if extensions := browser.Eval[string](p, "socket.extensions"); extensions == "" || extensions != c.Extensions {
				t.Errorf("the page has the extensions %q, we have %q", extensions, c.Extensions)
			}
			wantEcho(t, p, stream, "[text(1000), text(1000), bytes(100_000), text(1 << 20), bytes(100), text(0), text(1000)]")
		})
	}
}

func TestPageCloses(t *testing.T) {
	s := newSite(t, wsstream.Settings{})
	p := browser.Open(t, s.url)
	for expression, want := range map[string]wsstream.CloseInfo{
		"socket.stream.close(), true":                      {Code: wsstream.StatusNoStatusRcvd},
		"socket.stream.close({ reason: 'because' }), true": {Code: 1000, Reason: "because"},
		"socket.writer.close().then(() => true)":           {Code: wsstream.StatusNoStatusRcvd},
		"socket.reader.cancel(), true":                     {Code: wsstream.StatusNoStatusRcvd},
		"socket.writer.abort(new WebSocketError('', { closeCode: 3333, reason: 'aborted' })), true": {Code: 3333, Reason: "aborted"},
	} {
		t.Run(expression, func(t *testing.T) {
			stream, _ := s.connect(t, p)
			wantEval(t, p, expression, true)
			wantClosed(t, stream, want.Code, want.Reason)
		})
	}
}

func TestPageIsClosed(t *testing.T) {
	p, stream, _ := open(t, wsstream.Settings{})
	if err := stream.Close(wsstream.CloseInfo{Code: 4001, Reason: "go away"}); err != nil {
		t.Fatal(err)
	}
	wantEval(t, p, "socket.closed", "4001 go away")
	wantEval(t, p, "socket.reader.read().then(({ done }) => done)", true)
	wantClosed(t, stream, 4001, "go away")
}

// The size of a flood: more than the buffers of the system and of the browser hold.
const (
	messages    = 1000
	messageSize = 64 << 10
)

// The page stops to read: our writes wait, and go on when it does.
func TestPageThatDoesNotRead(t *testing.T) {
	p, stream, c := open(t, wsstream.Settings{})
	writer, err := c.Writable.GetWriter()
	if err != nil {
		t.Fatal(err)
	}
	var written atomic.Int64
	flooded := make(chan error, 1)
	go func() {
		for range messages {
			if err := writer.WriteAsync(wsstream.Binary(make([]byte, messageSize))).Wait(context.Background()); err != nil {
				flooded <- err
				return
			}
			written.Add(1)
		}
		flooded <- nil
	}()
	waitUntilStill(t, written.Load)
	if n := written.Load(); n == messages {
		t.Errorf("all %d messages were written to a page that does not read", n)
	} else {
		t.Logf("%d messages were written to a page that does not read", n)
	}
	wantEval(t, p, `(async () => {
		let size = 0;
		for (let i = 0; i < 1000; i++) size += (await socket.reader.read()).value.byteLength;
		return size;
	})()`, messages*messageSize)
	if err := <-flooded; err != nil {
		t.Error(err)
	}
	browser.Eval[bool](p, "socket.stream.close(), true")
	wantClosed(t, stream, wsstream.StatusNoStatusRcvd, "")
}

// We stop to read: the page's writer is not ready any more, and is when we go on.
func TestPageThatHasToWait(t *testing.T) {
	p, stream, c := open(t, wsstream.Settings{})
	browser.Eval[bool](p, `written = 0, flooded = (async () => {
		for (; written < 1000; written++) {
			await socket.writer.ready;
			socket.writer.write(new Uint8Array(64 << 10));
		}
		await socket.writer.ready;
	})(), true`)
	waitUntilStill(t, func() int64 { return browser.Eval[int64](p, "written") })
	wantEval(t, p, "Promise.race([socket.writer.ready.then(() => 'ready'), Promise.resolve('pending')])", "pending")
	n := browser.Eval[int](p, "written")
	if n == messages {
		t.Errorf("all %d messages were taken, and nobody has read one", n)
	}
	t.Logf("%d messages were taken from the page", n)
	reader, err := c.Readable.GetReader()
	if err != nil {
		t.Fatal(err)
	}
	for i := range messages {
		if m, err := reader.Read(t.Context()); err != nil || len(m.Data) != messageSize {
			t.Fatalf("message %d is of %d bytes (%v)", i, len(m.Data), err)
		}
	}
	wantEval(t, p, "flooded.then(() => written)", messages)
	if err := stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
		t.Fatal(err)
	}
	wantEval(t, p, "socket.closed", "1000 ")
	wantClosed(t, stream, 1000, "")
}

// waitUntilStill returns when a counter that was moving has stopped. That the other end takes nothing any more is no event
// that a program could wait for: it is seen by a counter that stands still over many looks in a row.
func waitUntilStill(t *testing.T, counter func() int64) {
	t.Helper()
	const looks, most = 20, 1000
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for last, still, look := int64(0), 0, 0; still < looks; look++ {
		if look == most {
			t.Fatalf("still going at %d", last)
		}
		<-ticker.C
		now := counter()
		if still++; now != last || now == 0 {
			still = 0
		}
		last = now
	}
}
