//go:build unix

package wsstream

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// Who waits for a socket of the system holds no buffer.
func TestNoBufferIsHeldWhileNothingComes(t *testing.T) {
	ours, theirs := wstest.TCP(t)
	in := newInput(ours, nil, 1000)
	if err := ours.SetReadDeadline(longAgo); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 900)
	if n, err := in.Read(p); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || in.buffer != nil {
		t.Errorf("past the deadline: %d bytes, %v, a buffer of %d", n, err, len(in.buffer))
	}
	if err := ours.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(theirs, strings.Repeat("x", 950)); err != nil {
		t.Fatal(err)
	}
	for total := 0; total < 950; {
		n, err := in.Read(p)
		if total += n; err != nil {
			t.Fatal(err)
		}
	}
	if in.buffer != nil {
		t.Errorf("a buffer of %d is held when it is used up", len(in.buffer))
	}
	if err := theirs.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := in.Read(p); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %d bytes, %v", n, err)
	}
	if err := ours.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := in.Read(p); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed: %d bytes, %v", n, err)
	}
}

// The error of a socket is that of its Read.
func TestReadOfAConnectionThatWasReset(t *testing.T) {
	ours, theirs := wstest.TCP(t)
	in := newInput(ours, nil, 1000)
	if err := errors.Join(theirs.SetLinger(0), theirs.Close()); err != nil {
		t.Fatal(err)
	}
	_, err := in.Read(make([]byte, 10))
	if op, ok := errors.AsType[*net.OpError](err); !ok || op.Op != "read" || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("Read returns %v", err)
	}
}
