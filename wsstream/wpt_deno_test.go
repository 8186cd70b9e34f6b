package wsstream_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

const deno = "Deno ext/websocket/02_websocketstream.js and tests/unit/websocketstream_test.ts.disabled"

// echoing writes a message to a server that echoes, reads it, and closes.
func echoing(t *testing.T, url string, opts *wsstream.Options, m wsstream.Message) {
	t.Helper()
	s, _, err := wsstream.Dial(t.Context(), url, opts)
	if err != nil {
		t.Fatal(err)
	}
	e := newEnd(t, s, nil)
	e.writer.WriteAsync(m)
	e.wantMessage(m)
	if err := s.Close(wsstream.CloseInfo{}); err != nil {
		t.Error(err)
	}
	e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
}

// abortedBefore returns what a client says whose signal had ended, with cause, when it was made.
func abortedBefore(t *testing.T, cause error) (opened, closed error) {
	t.Helper()
	signal, abort := context.WithCancelCause(t.Context())
	abort(cause)
	s, err := wsstream.New("ws://example.com", &wsstream.Options{Signal: signal})
	if err != nil {
		t.Fatal(err)
	}
	_, opened = s.Opened(t.Context())
	_, closed = s.Closed(t.Context())
	return opened, closed
}

func TestWPTDenoConnecting(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	secure := httptest.NewTLSServer(http.HandlerFunc(echo))
	defer secure.Close()
	wantDefaultCause := func(t *testing.T) {
		opened, closed := abortedBefore(t, nil)
		if !errors.Is(opened, context.Canceled) || !errors.Is(closed, context.Canceled) {
			t.Errorf("Opened returns %v, Closed %v", opened, closed)
		}
	}
	runWPT(t, deno, map[string]func(t *testing.T){
		"fragment": func(t *testing.T) {
			for _, url := range []string{"ws://example.com#", "ws://example.com/#foo"} {
				if _, err := wsstream.New(url, nil); !errors.Is(err, wsstream.ErrURL) {
					t.Errorf("New(%q) returns %v", url, err)
				}
			}
		},
		"duplicate protocols": func(t *testing.T) {
			for _, again := range []string{"foo", "FOO"} {
				opts := &wsstream.Options{Protocols: []string{"foo", again}}
				if _, err := wsstream.New("ws://example.com", opts); !errors.Is(err, wsstream.ErrSubprotocol) {
					t.Errorf("with %q again New returns %v", again, err)
				}
			}
		},
		"echo string":     func(t *testing.T) { echoing(t, server.URL, nil, wsstream.Text("grüß dich")) },
		"echo uint8array": func(t *testing.T) { echoing(t, server.URL, nil, wsstream.Binary([]byte("\xff\x00"))) },
		"echo string tls": func(t *testing.T) {
			roots := x509.NewCertPool()
			roots.AddCert(secure.Certificate())
			opts := &wsstream.Options{TLSConfig: &tls.Config{RootCAs: roots}}
			echoing(t, "wss"+strings.TrimPrefix(secure.URL, "https"), opts, wsstream.Text("secret"))
		},
		"websocket error": func(t *testing.T) {
			s, err := wsstream.New("wss"+strings.TrimPrefix(server.URL, "http"), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := errors.AsType[tls.RecordHeaderError](wantNotOpened(t, s)); !ok {
				t.Error("the cause is not what TLS found")
			}
		},
		"aborting immediately throws an AbortError": wantDefaultCause,
		"aborting immediately with a reason throws that reason": func(t *testing.T) {
			reason := errors.New("no time")
			if opened, closed := abortedBefore(t, reason); opened != reason || closed != reason { //nolint:errorlint // the very value
				t.Errorf("Opened returns %v, Closed %v", opened, closed)
			}
		},
		"aborting immediately with a primitive as reason throws that primitive": wantDefaultCause, // a cause is an error here
		"headers": inBubble(func(t *testing.T) {
			_, peer := connecting(t, &wsstream.Options{Header: http.Header{"X-Some": {"thing"}}})
			if got := peer.WantRequest().Header.Get("X-Some"); got != "thing" {
				t.Errorf("sent is %q", got)
			}
		}),
		"forbidden headers": func(t *testing.T) {
			for _, name := range []string{
				"sec-websocket-accept", "Sec-WebSocket-Extensions", "sec-websocket-key", "Sec-WebSocket-Protocol",
				"sec-websocket-version", "Upgrade", "connection",
			} {
				opts := &wsstream.Options{Header: http.Header{name: {"x"}}}
				if _, err := wsstream.New("ws://example.com", opts); !errors.Is(err, wsstream.ErrHeader) {
					t.Errorf("with %s New returns %v", name, err)
				}
			}
		},
		"implementation: early close during connect": inBubble(func(t *testing.T) { closeWhileConnecting(t) }),
	})
}

func TestWPTDenoClosing(t *testing.T) {
	closeEmpty := inEachRole(func(t *testing.T, e *end) {
		e.peer.Send(wstest.Whole(wstest.Text, "only"))
		e.wantMessage(wsstream.Text("only"))
		e.closeFrom(func() error { return e.stream.Close(wsstream.CloseInfo{Code: 1000}) }, 1000, "")
	})
	runWPT(t, deno, map[string]func(t *testing.T){
		"connect & close custom valid code": closing(wsstream.CloseInfo{Code: 3333}, 3333, ""),
		"connect & close custom invalid reason": inEachRole(func(t *testing.T, e *end) {
			long := wsstream.CloseInfo{Code: 1000, Reason: strings.Repeat("x", 124)}
			if err := e.stream.Close(long); !errors.Is(err, wsstream.ErrCloseReason) {
				t.Errorf("Close returns %v", err)
			}
			e.closeFrom(func() error { return e.stream.Close(wsstream.CloseInfo{}) }, 0, "")
		}),
		"sync close with empty stream":              closeEmpty,
		"sync close with unread messages in stream": inEachRole(func(_ *testing.T, e *end) { e.closeUnread() }),
		"async close with empty stream": func(t *testing.T) {
			inEachRole(func(t *testing.T, e *end) {
				done := make(chan struct{})
				go func() {
					defer close(done)
					if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
						t.Error(err)
					}
				}()
				e.answer(1000, "", 1000, "")
				<-done
				e.wantCleanEnd(1000, "")
			})(t)
		},
		"async close with unread messages in stream": inEachRole(func(t *testing.T, e *end) {
			e.peer.Send(wstest.Whole(wstest.Text, "queued"))
			synctest.Wait()
			closed := goDo(func() error { return e.stream.Close(wsstream.CloseInfo{Code: 1000}) })
			e.peer.Send(wstest.Whole(wstest.Text, "in the socket"))
			e.answer(1000, "", 1000, "")
			if err := <-closed; err != nil {
				t.Error(err)
			}
			if info, err := e.stream.Closed(t.Context()); err != nil || info.Code != 1000 {
				t.Errorf("Closed returns %v, %v", info, err)
			}
		}),
		"websocketstream_ping_test.ts": inEachRole(func(t *testing.T, e *end) {
			e.reader.ReleaseLock()
			var got []string
			ranging := goDo(func() error {
				for m, err := range e.conn.Readable.Values(t.Context()) {
					if err != nil {
						return err
					}
					got = append(got, m.String())
				}
				return nil
			})
			for _, payload := range []string{"one", "two"} {
				e.peer.Send(wstest.Whole(wstest.Ping, payload))
				e.peer.Want(wstest.Pong, payload)
				e.peer.Send(wstest.Whole(wstest.Text, payload))
			}
			e.peer.Send(wstest.CloseFrame(1000, ""))
			e.peer.WantClose(1000, "")
			e.hangUp()
			if err := <-ranging; err != nil || strings.Join(got, " ") != "one two" {
				t.Errorf("got %q, %v", got, err)
			}
		}),
		"implementation: close response timeout 5 s": inEachRole(func(t *testing.T, e *end) {
			start := time.Now()
			if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
				t.Fatal(err)
			}
			e.peer.WantClose(1000, "")
			err := e.uncleanEnd(wsstream.StatusAbnormalClosure)
			if took := time.Since(start); took != 5*time.Second || !errors.Is(err, wsstream.ErrCloseTimeout) {
				t.Errorf("%v after %v", err, took)
			}
		}),
		"implementation: on clean remote close Deno closes the writable": inEachRole(func(t *testing.T, e *end) {
			e.closeFromPeer(1000, "")
			e.wantRefusedWrites()
			if err := e.writer.Closed(t.Context()); !errors.Is(err, wsstream.ErrInvalidState) {
				t.Errorf("Closed of the writer returns %v", err)
			}
		}),
	})
}
