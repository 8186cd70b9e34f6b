package wsstream_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// openedFrames is what DialFrames and AcceptFrames return.
type openedFrames struct {
	c   *wsstream.FrameConnection
	err error
}

func goDialFrames(ctx context.Context, url string, opts *wsstream.Options) <-chan openedFrames {
	opened := make(chan openedFrames, 1)
	go func() {
		c, err := wsstream.DialFrames(ctx, url, opts)
		opened <- openedFrames{c, err}
	}()
	return opened
}

func goAcceptFrames(ctx context.Context, socket net.Conn, opts *wsstream.UpgradeOptions) <-chan openedFrames {
	opened := make(chan openedFrames, 1)
	go func() {
		c, err := wsstream.AcceptFrames(ctx, socket, opts)
		opened <- openedFrames{c, err}
	}()
	return opened
}

// eachFrameRole runs a test for a client and for a server under test, with a peer that sends a frame with the handshake.
func eachFrameRole(t *testing.T, set wsstream.Settings, early wstest.Frame, test func(t *testing.T, c *wsstream.FrameConnection, peer *wstest.Peer)) {
	t.Helper()
	t.Run("client", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, b := wstest.Pipe()
			peer := wstest.NewServer(t, b)
			opts := &wsstream.Options{NetDial: wstest.DialTo(a), Settings: set}
			opening := goDialFrames(t.Context(), "ws://user:secret@example.com/path?query", opts)
			peer.AgreeAndSend(peer.WantRequest(), early)
			testFrames(t, <-opening, peer, test)
		})
	})
	t.Run("server", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, b := wstest.Pipe()
			peer := wstest.NewClient(t, b)
			opening := goAcceptFrames(t.Context(), a, &wsstream.UpgradeOptions{Settings: set})
			peer.RequestAndSend(early)
			peer.WantUpgrade()
			testFrames(t, <-opening, peer, test)
		})
	})
}

func testFrames(t *testing.T, opened openedFrames, peer *wstest.Peer, test func(*testing.T, *wsstream.FrameConnection, *wstest.Peer)) {
	t.Helper()
	if opened.err != nil {
		t.Fatal(opened.err)
	}
	test(t, opened.c, peer)
	if err := opened.c.Close(); err != nil {
		t.Errorf("Close returns %v", err)
	}
	peer.Drop()
}

// Frames go both ways in either role, and those that come with the handshake are not lost.
func TestFrameConnections(t *testing.T) {
	ping := wsstream.Frame{Fin: true, OpCode: wsstream.OpPing, Payload: []byte("there?")}
	eachFrameRole(t, wsstream.Settings{}, wstest.First(wstest.Text, "early"), func(t *testing.T, c *wsstream.FrameConnection, peer *wstest.Peer) {
		if c.URL != "ws://example.com/path?query" || c.Protocol != "" || c.Extensions != "" {
			t.Errorf("URL %s, protocol %q, extensions %q", c.URL, c.Protocol, c.Extensions)
		}
		writing := goDo(func() error {
			text := streams.FromSlice([]wsstream.Frame{{Fin: true, OpCode: wsstream.OpText, Payload: []byte("hello")}})
			return errors.Join(text.PipeTo(t.Context(), c.Writable, streams.PreventClose()), c.WriteControl(t.Context(), ping))
		})
		peer.Want(wstest.Text, "hello")
		peer.Want(wstest.Ping, "there?")
		if err := <-writing; err != nil {
			t.Error(err)
		}
		reading := goDo(func() error {
			frames, err := c.Readable.Collect(t.Context())
			if len(frames) != 3 || string(frames[0].Payload) != "early" || frames[0].Fin ||
				string(frames[1].Payload) != "bird" || frames[2].OpCode != wsstream.OpClose {
				t.Errorf("the frames are %v", frames)
			}
			return err
		})
		peer.Send(wstest.Last("bird"), wstest.CloseFrame(4000, "bye"))
		peer.Drop()
		if err := <-reading; err != nil {
			t.Error(err)
		}
	})
}

// The limit of the settings is that of the frames.
func TestFrameConnectionsHaveLimits(t *testing.T) {
	set := wsstream.Settings{MaxFrameSize: 10}
	eachFrameRole(t, set, wstest.Whole(wstest.Text, "just enough"), func(t *testing.T, c *wsstream.FrameConnection, _ *wstest.Peer) {
		_, err := c.Readable.Collect(t.Context())
		if bad, ok := errors.AsType[*wsstream.FrameError](err); !ok || bad.Code != wsstream.StatusMessageTooBig {
			t.Errorf("Readable ends with %v", err)
		}
	})
}

// A handshake over net/http, with a subprotocol and compression: frames come as they were compressed.
func TestFrameConnectionsOverHTTP(t *testing.T) {
	served := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := wsstream.UpgradeFrames(w, r, &wsstream.UpgradeOptions{
			Protocols: []string{"chat"}, Settings: withCompression(wsstream.Compression{}),
		})
		if err != nil {
			served <- err
			return
		}
		err = c.Readable.PipeTo(context.WithoutCancel(r.Context()), c.Writable)
		served <- errors.Join(err, c.Close())
	}))
	defer server.Close()
	opts := &wsstream.Options{Protocols: []string{"chat"}, Settings: withCompression(wsstream.Compression{})}
	c, err := wsstream.DialFrames(t.Context(), server.URL, opts)
	if err != nil {
		t.Fatal(err)
	}
	if c.Protocol != "chat" || c.Extensions == "" {
		t.Errorf("protocol %q, extensions %q", c.Protocol, c.Extensions)
	}
	hello := wsstream.Frame{Fin: true, Rsv: wsstream.Rsv1, OpCode: wsstream.OpText, Payload: []byte(wstest.Deflated("hello"))}
	if err := streams.FromSlice([]wsstream.Frame{hello}).PipeTo(t.Context(), c.Writable); err != nil {
		t.Fatal(err)
	}
	frames, err := streams.PipeThrough(c.Readable, wsstream.InflateFrames(nil)).Collect(t.Context())
	if err != nil || len(frames) != 1 || string(frames[0].Payload) != "hello" {
		t.Errorf("got %v, %v", frames, err)
	}
	if err := errors.Join(<-served, c.Close()); err != nil {
		t.Error(err)
	}
}

// A handshake that fails does so as that of Dial, Upgrade and Accept.
func TestFrameConnectionsThatFail(t *testing.T) {
	cause := errors.New("enough")
	signal, end := context.WithCancelCause(t.Context())
	end(cause)
	notDialed := wstest.DialTo(nil)
	if _, err := wsstream.DialFrames(t.Context(), "ftp://example.com", nil); !errors.Is(err, wsstream.ErrURL) {
		t.Errorf("DialFrames of ftp returns %v", err)
	}
	if _, err := wsstream.DialFrames(signal, "ws://example.com", &wsstream.Options{NetDial: notDialed}); !errors.Is(err, cause) {
		t.Errorf("DialFrames with a context that has ended returns %v", err)
	}
	if _, err := wsstream.DialFrames(t.Context(), "ws://example.com", &wsstream.Options{Signal: signal, NetDial: notDialed}); !errors.Is(err, cause) {
		t.Errorf("DialFrames with a signal that has ended returns %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		defer b.Close()
		opts := &wsstream.Options{NetDial: wstest.DialTo(a), Settings: wsstream.Settings{HandshakeTimeout: time.Second}}
		err := (<-goDialFrames(t.Context(), "ws://example.com", opts)).err
		if _, ok := errors.AsType[*wsstream.WebSocketError](err); !ok || !errors.Is(err, wsstream.ErrHandshakeTimeout) {
			t.Errorf("DialFrames without an answer returns %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewClient(t, b)
		opening := goAcceptFrames(t.Context(), a, nil)
		go peer.SendRaw("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
		if got := peer.Response(); got.StatusCode != http.StatusBadRequest {
			t.Errorf("the answer is %v", got)
		}
		peer.Drop()
		if _, ok := errors.AsType[*wsstream.HandshakeError]((<-opening).err); !ok {
			t.Error("AcceptFrames does not fail with a *HandshakeError")
		}
	})
	recorder := httptest.NewRecorder()
	bad := &wsstream.UpgradeOptions{Protocols: []string{"a b"}}
	_, err := wsstream.UpgradeFrames(recorder, httptest.NewRequest(http.MethodGet, "/", nil), bad)
	if !errors.Is(err, wsstream.ErrSubprotocol) || recorder.Code != http.StatusInternalServerError {
		t.Errorf("UpgradeFrames returns %v, and has answered with status %d", err, recorder.Code)
	}
}
