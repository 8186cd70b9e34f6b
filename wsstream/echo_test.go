package wsstream_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

// echo is a server in one line: what comes in goes out.
func echo(w http.ResponseWriter, r *http.Request) {
	s, err := wsstream.Upgrade(w, r, nil)
	if err != nil {
		return // answered
	}
	c, err := s.Opened(r.Context())
	if err != nil {
		return
	}
	// How this ends is what the client of the test looks at.
	_ = c.Readable.PipeTo(context.Background(), c.Writable)
	_, _ = s.Closed(context.Background())
}

// testEcho writes messages of many sizes, reads them back, and closes.
func testEcho(t *testing.T, url string, opts *wsstream.Options) {
	t.Helper()
	s, c, err := wsstream.Dial(t.Context(), url, opts)
	if err != nil {
		t.Fatal(err)
	}
	e := newEnd(t, s, nil)
	_ = c
	for _, size := range []int{0, 1, 125, 126, 4096, 65535, 65536, 1 << 20} {
		text := strings.Repeat("ä", size/2+1)[:size/2*2]
		for _, m := range []wsstream.Message{wsstream.Text(text), wsstream.Binary([]byte(text))} {
			write := e.writer.WriteAsync(m)
			e.wantMessage(m)
			if err := write.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Close(wsstream.CloseInfo{Code: 1000, Reason: "enough"}); err != nil {
		t.Fatal(err)
	}
	e.wantCleanEnd(1000, "enough")
}

func TestEchoOverTCP(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	testEcho(t, server.URL, nil)
}

func TestEchoOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(echo))
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	config := &tls.Config{RootCAs: roots}
	testEcho(t, "wss"+strings.TrimPrefix(server.URL, "https"), &wsstream.Options{TLSConfig: config})
	if config.ServerName != "" || config.NextProtos != nil {
		t.Error("the TLS configuration of the caller has changed")
	}
}

// listen accepts connections on l until it is closed, each with a server that echoes by Accept.
func listen(t *testing.T, l net.Listener) (wait func()) {
	var echoes sync.WaitGroup
	echoes.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			echoes.Go(func() {
				s, err := wsstream.Accept(context.Background(), conn, nil)
				if err != nil {
					t.Errorf("Accept: %v", err)
					return
				}
				c, err := s.Opened(context.Background())
				if err == nil {
					err = c.Readable.PipeTo(context.Background(), c.Writable)
				}
				if err != nil && !errors.Is(err, wsstream.ErrInvalidState) {
					t.Errorf("echo: %v", err)
				}
				if info, err := s.Closed(context.Background()); err != nil || info.Code != 1000 {
					t.Errorf("Closed returns %v, %v", info, err)
				}
			})
		}
	})
	return echoes.Wait
}

func TestEchoByAccept(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	wait := listen(t, l)
	testEcho(t, "ws://"+l.Addr().String(), nil)
	l.Close()
	wait()
}

func TestEchoByAcceptOverTLS(t *testing.T) {
	unused := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	defer unused.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: unused.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(unused.Certificate())
	wait := listen(t, l)
	testEcho(t, "wss://"+l.Addr().String(), &wsstream.Options{TLSConfig: &tls.Config{RootCAs: roots}})
	l.Close()
	wait()
}

// Readers, writers, pings and a close, all at once, and each message must come back whole and in order.
func TestConcurrentUse(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	s, _, err := wsstream.Dial(t.Context(), server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := newEnd(t, s, nil)
	const writers, each = 4, 500
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				if err := e.writer.Write(t.Context(), wsstream.Text(fmt.Sprintf("%d %d", w, i))); err != nil {
					t.Errorf("Write: %v", err)
					return
				}
			}
		})
	}
	next := [writers]int{}
	for range writers * each {
		m, err := e.reader.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var w, i int
		if _, err := fmt.Sscanf(m.String(), "%d %d", &w, &i); err != nil || next[w] != i {
			t.Fatalf("got %q, want message %d of writer %d (%v)", m, next[w], w, err)
		}
		next[w]++
	}
	all.Wait()
	var closers sync.WaitGroup
	for range 4 {
		closers.Go(func() {
			if err := s.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
				t.Error(err)
			}
			if _, err := s.Closed(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	closers.Wait()
	if _, err := e.reader.Read(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("Read returns %v", err)
	}
}
