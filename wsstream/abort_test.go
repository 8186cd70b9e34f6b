package wsstream_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// endings are reasons to abort or cancel with, and the Close frames that they make.
func endings(t *testing.T) map[string]struct {
	reason error
	code   uint16
	text   string
} {
	t.Helper()
	made := func(code wsstream.StatusCode, reason string) *wsstream.WebSocketError {
		e, err := wsstream.NewWebSocketError(code, reason)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	return map[string]struct {
		reason error
		code   uint16
		text   string
	}{
		"no reason":                 {nil, 0, ""},
		"another error":             {errors.New("4000 whatever"), 0, ""},
		"code":                      {made(3333, ""), 3333, ""},
		"code and reason":           {made(3456, "set"), 3456, "set"},
		"reason only":               {made(0, "set"), 1000, "set"},
		"wrapped":                   {errors.Join(errors.New("stage 3"), made(3333, "deep")), 3333, "deep"},
		"code that may not be sent": {&wsstream.WebSocketError{Code: 1006, Reason: "dropped"}, 0, ""},
		"no content":                {made(0, ""), 0, ""},
		"nil pointer":               {(*wsstream.WebSocketError)(nil), 0, ""},
	}
}

func TestAbortingTheWritable(t *testing.T) {
	for name, c := range endings(t) {
		t.Run(name, func(t *testing.T) {
			eachRole(t, limits{}, func(t *testing.T, e *end) {
				if err := e.writer.Abort(t.Context(), c.reason); err != nil {
					t.Fatalf("Abort returns %v", err)
				}
				e.answer(c.code, c.text, c.code, c.text)
				e.wantCleanEnd(max(wsstream.StatusCode(c.code), cleanCode(c.code)), c.text)
			})
		})
	}
}

func TestCancellingTheReadable(t *testing.T) {
	for name, c := range endings(t) {
		t.Run(name, func(t *testing.T) {
			eachRole(t, limits{}, func(t *testing.T, e *end) {
				if err := e.reader.Cancel(t.Context(), c.reason); err != nil {
					t.Fatalf("Cancel returns %v", err)
				}
				e.peer.Send(wstest.Whole(wstest.Text, "nobody reads"))
				e.answer(c.code, c.text, c.code, c.text)
				e.wantCleanEnd(cleanCode(c.code), c.text)
				e.wantRefusedWrites()
			})
		})
	}
}

// cleanCode is what Closed reports for an answer with code, where 0 stands for no body.
func cleanCode(code uint16) wsstream.StatusCode {
	if code == 0 {
		return wsstream.StatusNoStatusRcvd
	}
	return wsstream.StatusCode(code)
}

func TestAbortDropsWhatIsQueuedAndCutsOffWhatIsStuck(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		stuck := e.writer.WriteAsync(wsstream.Binary(make([]byte, 1000)))
		queued := e.writer.WriteAsync(wsstream.Text("queued"))
		synctest.Wait()
		start := time.Now()
		reason := errors.New("enough")
		if err := e.writer.Abort(t.Context(), reason); err != nil {
			t.Fatalf("Abort returns %v", err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("Abort took %v", took)
		}
		if err := stuck.Wait(t.Context()); !errors.Is(err, reason) {
			t.Errorf("the stuck write returns %v", err)
		}
		if err := queued.Wait(t.Context()); !errors.Is(err, reason) {
			t.Errorf("the queued write returns %v", err)
		}
		// No byte of the message was taken, so the closing handshake is still possible.
		e.answer(0, "", 0, "")
		e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
	})
}

func TestAbortInTheMiddleOfAFrame(t *testing.T) {
	for _, size := range []int{1000, 300_000} { // the second takes several writes of the socket
		eachRole(t, limits{}, func(t *testing.T, e *end) {
			data := bytes.Repeat([]byte("0123456789"), size/10)
			stuck := e.writer.WriteAsync(wsstream.Binary(data))
			begun := make([]byte, size/3)
			if _, err := io.ReadFull(e.peer.Conn, begun); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			start := time.Now()
			reason := errors.New("enough")
			if err := e.writer.Abort(t.Context(), reason); err != nil {
				t.Fatalf("Abort returns %v", err)
			}
			if err := stuck.Wait(t.Context()); !errors.Is(err, reason) {
				t.Errorf("the write returns %v", err)
			}
			if took := time.Since(start); took != 0 {
				t.Errorf("Abort took %v", took)
			}
			clear(data) // it is the caller's again
			// The frame comes to its end all the same, so that the Close frame can follow.
			e.peer.Unread(begun)
			if f := e.peer.Read(); f.Op != wstest.Binary || !bytes.Equal(f.Payload, bytes.Repeat([]byte("0123456789"), size/10)) {
				t.Errorf("got %v", f)
			}
			e.answer(0, "", 0, "")
			e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
		})
	}
}

func TestAbortInTheMiddleOfAFrameThatThePeerNeverTakes(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		stuck := e.writer.WriteAsync(wsstream.Binary(make([]byte, 1000)))
		if _, err := io.ReadFull(e.peer.Conn, make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		start := time.Now()
		reason := errors.New("enough")
		if err := e.writer.Abort(t.Context(), reason); err != nil {
			t.Fatalf("Abort returns %v", err)
		}
		if err := stuck.Wait(t.Context()); !errors.Is(err, reason) || time.Since(start) != 0 {
			t.Errorf("the write returns %v after %v", err, time.Since(start))
		}
		_, closed := e.stream.Closed(t.Context())
		if took := time.Since(start); took != wsstream.DefaultCloseTimeout {
			t.Errorf("the end took %v", took)
		}
		if err, ok := errors.AsType[*wsstream.WebSocketError](closed); !ok || err.Code != 1006 ||
			!errors.Is(err, wsstream.ErrCloseTimeout) || !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("Closed returns %v", closed)
		}
	})
}

// TLS cannot go on after a write that was cut off, so the connection ends at once.
func TestAbortOfAStuckWriteOverTLS(t *testing.T) {
	unused := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	defer unused.Close()
	a, b := wstest.TCP(t)
	secure := tls.Client(b, &tls.Config{InsecureSkipVerify: true})
	shaking := goDo(func() error { return secure.HandshakeContext(t.Context()) })
	server := tls.Server(a, &tls.Config{Certificates: unused.TLS.Certificates})
	accepted := goAccept(t.Context(), server, nil)
	if err := <-shaking; err != nil {
		t.Fatal(err)
	}
	peer := wstest.NewClient(t, secure)
	peer.Open()
	got := <-accepted
	if got.err != nil {
		t.Fatal(got.err)
	}
	if got.stream.URL() != "wss://example.com/path?query" {
		t.Errorf("URL is %q", got.stream.URL())
	}
	e := newEnd(t, got.stream, peer)
	stuck := e.writer.WriteAsync(wsstream.Binary(make([]byte, 32<<20)))
	if _, err := io.ReadFull(secure, make([]byte, 1)); err != nil { // the frame has begun
		t.Fatal(err)
	}
	start := time.Now()
	reason := errors.New("enough")
	if err := e.writer.Abort(t.Context(), reason); err != nil {
		t.Errorf("Abort returns %v", err)
	}
	if err := stuck.Wait(t.Context()); !errors.Is(err, reason) {
		t.Errorf("the write returns %v", err)
	}
	_, closed := e.stream.Closed(t.Context())
	if err, ok := errors.AsType[*wsstream.WebSocketError](closed); !ok || err.Code != 1006 {
		t.Errorf("Closed returns %v", closed)
	}
	if took := time.Since(start); took > wsstream.DefaultCloseTimeout/2 {
		t.Errorf("the end took %v", took)
	}
}

// Whatever holds the lock of the output, a write that waits for it can be given up.
func TestAbortOfAWriteBehindAPong(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		e.peer.Send(wstest.Whole(wstest.Ping, "p"))
		synctest.Wait() // the pong is stuck
		waiting := e.writer.WriteAsync(wsstream.Text("behind"))
		synctest.Wait()
		reason := errors.New("enough")
		if err := e.writer.Abort(t.Context(), reason); err != nil {
			t.Errorf("Abort returns %v", err)
		}
		if err := waiting.Wait(t.Context()); !errors.Is(err, reason) {
			t.Errorf("the write returns %v", err)
		}
		e.peer.Want(wstest.Pong, "p")
		e.answer(0, "", 0, "")
		e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
	})
}
