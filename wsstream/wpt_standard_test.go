package wsstream_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// standard is where the text of the standard is.
const standard = "whatwg/websockets PR 48, branch add-websocketstream d5570f3 (index.bs)"

// wantURL checks the URL that New makes of one, and the address that it dials.
func wantURL(t *testing.T, give, want, wantAddress string) {
	t.Helper()
	dialed := make(chan string, 1)
	s, err := wsstream.New(give, &wsstream.Options{NetDial: func(_ context.Context, _, address string) (net.Conn, error) {
		dialed <- address
		return nil, io.EOF
	}})
	if err != nil {
		t.Errorf("New(%q) returns %v", give, err)
		return
	}
	if address := <-dialed; s.URL() != want || address != wantAddress {
		t.Errorf("%q becomes %q at %q, want %q at %q", give, s.URL(), address, want, wantAddress)
	}
	_ = wantNotOpened(t, s)
}

// held is the number of messages from the peer that are taken from the socket while nobody reads.
func held(t *testing.T, mark int) int {
	t.Helper()
	a, b := wstest.Pipe()
	e := newServer(t, a, b, readingAhead(mark))
	taken := 0
	sending := goDo(func() error {
		for {
			if _, err := e.peer.Conn.Write(e.peer.Bytes(wstest.Whole(wstest.Text, "x"))); err != nil {
				return err
			}
			taken++
		}
	})
	wantPending(t, "sending", sending)
	n := taken
	e.peer.Drop()
	if err := <-sending; err == nil {
		t.Error("everything was taken")
	}
	if err := e.stream.Close(wsstream.CloseInfo{}); err != nil { // or with nobody reading the end is not seen
		t.Error(err)
	}
	if _, err := e.stream.Closed(t.Context()); err == nil {
		t.Error("a drop is a clean close")
	}
	return n
}

func TestWPTStandardOpening(t *testing.T) {
	runWPT(t, standard, map[string]func(t *testing.T){
		"constructor: scheme mapping": func(t *testing.T) {
			wantURL(t, "http://example.com/a", "ws://example.com/a", "example.com:80")
			wantURL(t, "https://example.com/a", "wss://example.com/a", "example.com:443")
			for _, url := range []string{"ftp://example.com", "ws://example.com/#", "wss://example.com/#fragment"} {
				if _, err := wsstream.New(url, nil); !errors.Is(err, wsstream.ErrURL) {
					t.Errorf("New(%q) returns %v", url, err)
				}
			}
		},

		"constructor: protocols check": func(t *testing.T) {
			for _, protocols := range [][]string{{"a", "a"}, {""}, {"a b"}, {"a,b"}, {"\u00e9"}} {
				opts := &wsstream.Options{Protocols: protocols}
				if s, err := wsstream.New("ws://example.com", opts); s != nil || !errors.Is(err, wsstream.ErrSubprotocol) {
					t.Errorf("%q: New returns %v, %v", protocols, s, err)
				}
			}
		},

		"constructor: backpressure from the start": inBubble(func(t *testing.T) {
			for _, mark := range []int{0, 1} {
				if n := held(t, mark); n != mark {
					t.Errorf("with mark %d %d messages are taken", mark, n)
				}
			}
		}),

		"constructor: connects at once": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.WantRequest() // and nobody has asked for Opened
			if err := s.Close(wsstream.CloseInfo{}); err != nil {
				t.Error(err)
			}
			_ = wantNotOpened(t, s)
		}),

		"handshake: server chose none of the offered protocols": inBubble(func(t *testing.T) {
			for _, chosen := range []string{"", "Sec-WebSocket-Protocol: b\r\n"} {
				s, peer := connecting(t, &wsstream.Options{Protocols: []string{"a"}})
				peer.Agree(peer.WantRequest(), chosen)
				if err := wantNotOpened(t, s); !errors.Is(err, wsstream.ErrSubprotocol) {
					t.Errorf("%q: Opened returns %v", chosen, err)
				}
			}
		}),

		"url getter": func(t *testing.T) {
			wantURL(t, "HTTP://EXAMPLE.com:80", "ws://example.com/", "example.com:80")
			wantURL(t, "wss://example.com:444/a?b=c", "wss://example.com:444/a?b=c", "example.com:444")
		},

		"open: order": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			var c *wsstream.Connection
			opened := goDo(func() (err error) {
				c, err = s.Opened(t.Context())
				return err
			})
			req := peer.WantRequest()
			wantPending(t, "Opened", opened)
			peer.Agree(req)
			if err := <-opened; err != nil || c.Readable == nil || c.Writable == nil {
				t.Errorf("Opened returns %+v, %v", c, err)
			}
		}),

		"connection closed: handshake aborted by signal": inBubble(func(t *testing.T) {
			cause := errors.New("enough")
			signal, abort := context.WithCancelCause(t.Context())
			s, peer := connecting(t, &wsstream.Options{Signal: signal})
			peer.WantRequest()
			abort(cause)
			wantNotOpenedFor(t, s, cause)
			if err := s.Close(wsstream.CloseInfo{Code: 4000}); err != nil {
				t.Errorf("Close returns %v", err)
			}
			peer.WantEnd()
			wantNotOpenedFor(t, s, cause)
		}),

		"connection closed: never connected": func(t *testing.T) {
			refused := errors.New("connection refused")
			s, err := wsstream.New("ws://example.com", &wsstream.Options{
				NetDial: func(context.Context, string, string) (net.Conn, error) { return nil, refused },
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := wantNotOpened(t, s); !errors.Is(err, refused) {
				t.Errorf("Opened returns %v", err)
			}
		},
	})
}

func TestWPTStandardMessages(t *testing.T) {
	runWPT(t, standard, map[string]func(t *testing.T){
		"message: one message = one chunk": inEachRole(func(_ *testing.T, e *end) {
			e.peer.Send(wstest.First(wstest.Text, "gr"), wstest.More("\xc3"), wstest.Last("\xbc\xc3\x9f"))
			e.wantMessage(wsstream.Text("grüß"))
			e.peer.Send(wstest.Whole(wstest.Binary, "\xff"))
			e.wantMessage(wsstream.Binary([]byte("\xff")))
		}),

		"message: dropped unless OPEN": inEachRole(func(t *testing.T, e *end) {
			if err := e.stream.Close(wsstream.CloseInfo{}); err != nil {
				t.Fatal(err)
			}
			e.peer.WantClose(0, "")
			e.peer.Send(wstest.Whole(wstest.Text, "late"))
			e.answerClose(0, "")
			e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
		}),

		"message: backpressure re-applied after each message": inEachRole(func(t *testing.T, e *end) {
			taken := 0
			sending := goDo(func() error {
				for range 4 {
					if _, err := e.peer.Conn.Write(e.peer.Bytes(wstest.Whole(wstest.Text, "x"))); err != nil {
						return err
					}
					taken++
				}
				return nil
			})
			for read := range 3 {
				wantPending(t, "sending", sending)
				if taken != read+1 {
					t.Errorf("after %d reads %d messages are taken", read, taken)
				}
				e.wantMessage(wsstream.Text("x"))
			}
			if err := <-sending; err != nil {
				t.Error(err)
			}
		}),

		"pull": inBubble(func(t *testing.T) {
			a, b := wstest.Pipe()
			e := newServer(t, a, b, readingAhead(0))
			sent := goDo(func() error {
				_, err := e.peer.Conn.Write(e.peer.Bytes(wstest.Whole(wstest.Text, "wanted")))
				return err
			})
			wantPending(t, "sending", sent)
			e.wantMessage(wsstream.Text("wanted"))
			if err := <-sent; err != nil {
				t.Error(err)
			}
		}),

		"write: bytes": inEachRole(func(t *testing.T, e *end) {
			data := []byte("\xffbytes")
			write := e.writer.WriteAsync(wsstream.Binary(data))
			e.peer.Want(wstest.Binary, "\xffbytes")
			if err := write.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			if string(data) != "\xffbytes" {
				t.Errorf("the data of the caller is %q", data)
			}
			copy(data, "other!")
			e.writer.WriteAsync(wsstream.Binary(data))
			e.peer.Want(wstest.Binary, "other!")
		}),

		"write: text": inEachRole(func(t *testing.T, e *end) {
			e.writer.WriteAsync(wsstream.Text("grüß"))
			e.peer.Want(wstest.Text, "grüß")
			if err := e.writer.WriteAsync(wsstream.Text("\xff")).Wait(t.Context()); !errors.Is(err, wsstream.ErrMessage) {
				t.Errorf("a write of text that is not UTF-8 returns %v", err)
			}
		}),

		"write: after closing handshake started": inEachRole(func(t *testing.T, e *end) {
			if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
				t.Fatal(err)
			}
			if err := e.writer.WriteAsync(wsstream.Text("late")).Wait(t.Context()); !errors.Is(err, wsstream.ErrInvalidState) {
				t.Errorf("the write returns %v", err)
			}
			e.answer(1000, "", 1000, "") // and nothing but that frame is sent
			e.wantCleanEnd(1000, "")
		}),

		"write: backpressure": inEachRole(func(t *testing.T, e *end) {
			first := goDo(func() error { return e.writer.Write(t.Context(), wsstream.Text("first")) })
			if err := <-first; err != nil {
				t.Fatal(err)
			}
			second := goDo(func() error { return e.writer.Write(t.Context(), wsstream.Text("second")) })
			wantPending(t, "the second Write", second)
			if n, ok := e.writer.DesiredSize(); n != 0 || !ok {
				t.Errorf("the desired size is %d, %t", n, ok)
			}
			e.peer.Want(wstest.Text, "first")
			if err := <-second; err != nil {
				t.Fatal(err)
			}
			e.peer.Want(wstest.Text, "second")
			synctest.Wait()
			if n, ok := e.writer.DesiredSize(); n != 1 || !ok {
				t.Errorf("the desired size is %d, %t", n, ok)
			}
		}),
	})
}
