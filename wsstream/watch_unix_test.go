//go:build unix

package wsstream

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// A write tells when it waits, and not before.
func TestAWriteTellsThatItWaits(t *testing.T) {
	ours, theirs := wstest.TCP(t)
	waited := make(chan struct{}, 1)
	w := newLateWriter(ours, func() {
		select {
		case waited <- struct{}{}:
		default:
		}
	})
	if n, err := w.Write([]byte("small")); n != 5 || err != nil {
		t.Errorf("Write returns %d, %v", n, err)
	}
	if len(waited) > 0 {
		t.Error("a small write waits")
	}
	large := bytes.Repeat([]byte("large"), 4<<20) // more than the buffers of the system hold
	written := make(chan error, 1)
	go func() {
		n, err := w.Write(large)
		if n != len(large) {
			t.Errorf("Write returns %d", n)
		}
		written <- err
	}()
	<-waited
	got := make([]byte, 5+len(large))
	if _, err := io.ReadFull(theirs, got); err != nil {
		t.Fatal(err)
	}
	if err := <-written; err != nil || !bytes.Equal(got[5:], large) {
		t.Errorf("Write returns %v, and what came is equal: %t", err, bytes.Equal(got[5:], large))
	}
}

// A write that is cut off says how much has left.
func TestAWriteThatWaitsIsCutOff(t *testing.T) {
	ours, theirs := wstest.TCP(t)
	w := newLateWriter(ours, func() {
		if err := ours.SetWriteDeadline(longAgo); err != nil {
			t.Error(err)
		}
	})
	n, err := w.Write(make([]byte, 20<<20))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Write returns %v", err)
	}
	if err := errors.Join(ours.SetWriteDeadline(time.Time{}), ours.CloseWrite()); err != nil {
		t.Fatal(err)
	}
	if came, err := io.Copy(io.Discard, theirs); came != int64(n) || err != nil {
		t.Errorf("%d bytes left, %d came, %v", n, came, err)
	}
}

// The error of a socket is that of its Write.
func TestWriteToAConnectionThatWasReset(t *testing.T) {
	ours, theirs := wstest.TCP(t)
	if err := errors.Join(theirs.SetLinger(0), theirs.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, ours); !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("the reset comes as %v", err)
	}
	w := newLateWriter(ours, func() { t.Error("the write waits") })
	n, err := w.Write([]byte("x"))
	op, ok := errors.AsType[*net.OpError](err)
	if n != 0 || !errors.Is(err, syscall.EPIPE) || !ok || op.Op != "write" || op.Addr.String() != ours.RemoteAddr().String() {
		t.Errorf("Write returns %d, %v", n, err)
	}
	if err := ours.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Write([]byte("x")); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close, Write returns %d, %v", n, err)
	}
}

// What wraps a socket sees all that is written.
func TestSocketsThatDoNotTell(t *testing.T) {
	ours, _ := wstest.TCP(t)
	if w := newLateWriter(struct{ net.Conn }{ours}, nil); w != nil {
		t.Error("a wrapped socket is written to behind its back")
	}
}

// A connection that has written, and never had to wait, watches no context.
func TestAWriteThatDoesNotWaitLeavesNothing(t *testing.T) {
	ours, theirs := wstest.TCP(t)
	accepted := make(chan *WebSocketStream, 1)
	go func() {
		s, err := Accept(t.Context(), ours, nil)
		if err != nil {
			t.Error(err)
		}
		accepted <- s
	}()
	peer := wstest.NewClient(t, theirs)
	peer.Open()
	s := <-accepted
	writer, err := s.connection.Writable.GetWriter()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.WriteAsync(Text("hello")).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	peer.Want(wstest.Text, "hello")
	if s.conn.watch.ctx != nil {
		t.Error("a context is watched")
	}
	peer.Drop()
	if _, err := s.Closed(t.Context()); err == nil {
		t.Error("the connection is closed cleanly without a Close frame")
	}
}
