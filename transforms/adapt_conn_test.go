package transforms_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// tcp returns the ends of a connection.
func tcp(t *testing.T) (a, b net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dialled := make(chan net.Conn, 1)
	go func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Error(err)
		}
		dialled <- conn
	}()
	a, err = listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	b = <-dialled
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// Both directions are used, and each is shut down by itself.
func TestFromConn(t *testing.T) {
	conn, peer := tcp(t)
	pair := transforms.FromConn(conn)
	echoed := make(chan error, 1)
	go func() {
		_, err := io.Copy(peer, peer)
		peer.Close()
		echoed <- err
	}()
	sent := make(chan error, 1)
	go func() { sent <- texts("over ", "the ", "weir").PipeTo(t.Context(), pair.Writable()) }()
	got, err := pair.Readable().Collect(t.Context())
	wantError(t, err, nil)
	if joined(got) != "over the weir" {
		t.Errorf("got %q", joined(got))
	}
	wantError(t, <-sent, nil)
	wantError(t, <-echoed, nil)
	if _, err := conn.Read(make([]byte, 1)); !isClosed(err) {
		t.Errorf("the connection is not closed: %v", err)
	}
}

func isClosed(err error) bool { return err != nil && err != io.EOF }

func TestFromConnCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, peer := net.Pipe()
		pair := transforms.FromConn(conn)
		reader := mustReader(t, pair.Readable())
		read := readLater(t, reader)
		synctest.Wait()
		mustCancel(t, reader)
		wantEnd(t, <-read)
		written := make(chan error, 1)
		go func() { written <- texts("x").PipeTo(t.Context(), pair.Writable()) }()
		p := make([]byte, 1)
		if _, err := io.ReadFull(peer, p); err != nil || p[0] != 'x' {
			t.Errorf("the other side is not open any more: %v", err)
		}
		wantError(t, <-written, nil)
		_, err := peer.Read(p)
		wantEnd(t, err) // both sides have ended
	})
}

// A peer that does not read holds back the writer, and an abort gets it out of there.
func TestFromConnStuckWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, peer := net.Pipe()
		pair := transforms.FromConn(conn)
		ctx, cancel := context.WithCancelCause(t.Context())
		source := newProbe(func(int) []byte { return []byte("x") })
		piped := make(chan error, 1)
		go func() { piped <- source.stream.PipeTo(ctx, pair.Writable()) }()
		wantTaken(t, source, 1)
		cancel(errBoom)
		wantError(t, <-piped, errBoom)
		wantError(t, source.cancelled, errBoom)
		_, err := peer.Read(make([]byte, 1))
		wantEnd(t, err)
		_, err = pair.Readable().Collect(t.Context())
		wantError(t, err, io.ErrClosedPipe)
	})
}

func TestFromConnAbort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, peer := net.Pipe()
		pair := transforms.FromConn(conn)
		reader := mustReader(t, pair.Readable())
		read := readLater(t, reader)
		synctest.Wait()
		wantError(t, pair.Writable().Abort(t.Context(), errBoom), nil)
		wantError(t, <-read, io.ErrClosedPipe)
		_, err := peer.Read(make([]byte, 1))
		wantEnd(t, err)
	})
	checkBad(t, "FromConn(nil)", transforms.FromConn(nil), streams.ErrInvalidArgument)
}

// A handler that reads what it is sent, and answers in two chunks: the client gets the first before the second is made.
func TestToResponse(t *testing.T) {
	seen := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, err := transforms.FromReadCloser(r.Body).Collect(r.Context())
		if err != nil || joined(sent) != "over the weir" {
			t.Errorf("the handler was sent %q, %v", joined(sent), err)
		}
		answer := transforms.FromEmitter(func(ctx context.Context, emit func([]byte) error) error {
			if err := emit([]byte("one")); err != nil {
				return err
			}
			select {
			case <-seen:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			return emit([]byte("two"))
		})
		if err := answer.PipeTo(r.Context(), transforms.ToResponse(w)); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	request := transforms.NewReader(t.Context(), texts("over ", "the ", "weir"))
	response, err := http.Post(server.URL, "text/plain", request) //nolint:bodyclose // FromReadCloser does
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	err = transforms.FromReadCloser(response.Body).ForEach(t.Context(), func(chunk []byte) error {
		got = append(got, chunk...)
		if string(got) == "one" {
			seen <- struct{}{}
		}
		return nil
	})
	wantError(t, err, nil)
	if string(got) != "onetwo" {
		t.Errorf("got %q", got)
	}
}

// failingResponse fails to write, and cannot flush.
type failingResponse struct{ err error }

func (failingResponse) Header() http.Header { return http.Header{} }
func (failingResponse) WriteHeader(int)     {}
func (f failingResponse) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return len(p), nil
}

func TestToResponseErrors(t *testing.T) {
	wantError(t, texts("a", "b").PipeTo(t.Context(), transforms.ToResponse(failingResponse{errBoom})), errBoom)
	wantError(t, texts("a", "b").PipeTo(t.Context(), transforms.ToResponse(failingResponse{})), nil)
	wantError(t, texts("a").PipeTo(t.Context(), transforms.ToResponse(nil)), streams.ErrInvalidArgument)
}
