package wsstream_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

// newHTTPServer returns a server under test behind net/http, and where OnError puts what it is told.
func newHTTPServer(t *testing.T, handler wsstream.Handler, opts wsstream.ServerOptions) (*wsstream.Server, <-chan error) {
	t.Helper()
	errs := make(chan error, 10)
	opts.OnError = func(remote string, err error) {
		if remote == "" {
			t.Error("OnError was told no address")
		}
		errs <- err
	}
	s, err := wsstream.NewServer(handler, &opts)
	if err != nil {
		t.Fatal(err)
	}
	return s, errs
}

// dial returns a client's end.
func dial(t *testing.T, url string) *end {
	t.Helper()
	s, _, err := wsstream.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return newEnd(t, s, nil)
}

// wantStatus checks that a server refuses a connection.
func wantStatus(t *testing.T, url string, status int) {
	t.Helper()
	_, _, err := wsstream.Dial(t.Context(), url, nil)
	if bad, ok := errors.AsType[*wsstream.HandshakeError](err); !ok || bad.StatusCode != status {
		t.Errorf("Dial returns %v, want status %d", err, status)
	}
}

func TestServerBehindNetHTTP(t *testing.T) {
	type user struct{}
	handler := func(ctx context.Context, s *wsstream.WebSocketStream) error {
		conn, err := s.Opened(ctx)
		if err != nil {
			return err
		}
		writer, err := conn.Writable.GetWriter()
		if err != nil {
			return err
		}
		name, _ := ctx.Value(user{}).(string)
		if err := writer.Write(ctx, wsstream.Text("hello "+name)); err != nil {
			return err
		}
		derived, cancel := context.WithCancel(ctx)
		defer cancel()
		<-derived.Done()
		return context.Cause(derived)
	}
	s, errs := newHTTPServer(t, handler, wsstream.ServerOptions{MaxConnections: 1})
	returned := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), user{}, r.URL.Query().Get("name"))))
		returned <- struct{}{}
	}))
	defer server.Close()

	client := dial(t, server.URL+"?name=ada")
	client.wantMessage(wsstream.Text("hello ada"))
	<-returned // while the handler goes on

	wantStatus(t, server.URL, http.StatusServiceUnavailable)
	if err := <-errs; !errors.Is(err, wsstream.ErrTooManyConnections) {
		t.Errorf("OnError was told %v", err)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown returns %v", err)
	}
	client.wantCleanEnd(wsstream.StatusGoingAway, "")
	wantStatus(t, server.URL, http.StatusServiceUnavailable) // which is no error
	if len(errs) > 0 {
		t.Errorf("OnError was told %v", <-errs)
	}
}

func TestServerGivesASlotBack(t *testing.T) {
	s, errs := newHTTPServer(t, echoHandler, wsstream.ServerOptions{MaxConnections: 1})
	server := httptest.NewServer(s)
	defer server.Close()
	for range 3 {
		resp, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode == http.StatusServiceUnavailable {
			t.Errorf("status %d, %v", resp.StatusCode, err)
		}
		if err := <-errs; errors.Is(err, wsstream.ErrTooManyConnections) {
			t.Errorf("OnError was told %v", err)
		}
	}
	dial(t, server.URL)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown returns %v", err)
	}
}

// A connection that opens while the server shuts down is closed like the others, and the handler does not see it.
func TestShutdownDuringAHandshake(t *testing.T) {
	asked, closing := make(chan struct{}), make(chan struct{})
	upgrade := &wsstream.UpgradeOptions{CheckOrigin: func(string, string) bool {
		close(asked)
		<-closing
		return true
	}}
	handler := func(context.Context, *wsstream.WebSocketStream) error {
		t.Error("the handler was called")
		return nil
	}
	s, _ := newHTTPServer(t, handler, wsstream.ServerOptions{Upgrade: upgrade})
	server := httptest.NewServer(s)
	defer server.Close()
	client, err := wsstream.New(server.URL, &wsstream.Options{Header: http.Header{"Origin": {server.URL}}})
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Shutdown(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown returns %v", err)
	}
	close(closing)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown returns %v", err)
	}
	// It may even have been cut before its response was out.
	if _, err := client.Closed(t.Context()); err != nil {
		t.Logf("the client: %v", err)
	}
}
