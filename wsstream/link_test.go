package wsstream

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/nettest"
)

func TestLinkIsAConn(t *testing.T) {
	// Its echoes need room for what is written before anything is read.
	for _, size := range []int{100, DefaultPairBuffer} {
		nettest.TestConn(t, func() (a, b net.Conn, stop func(), err error) {
			client, server := newLink(size)
			return client, server, func() { _, _ = client.Close(), server.Close() }, nil
		})
	}
}

func TestLinkHoldsAsMuchAsItsBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newLink(10)
		written := make(chan int)
		go func() {
			n, err := a.Write(bytes.Repeat([]byte("x"), 25))
			if err != nil {
				t.Errorf("Write: %v", err)
			}
			written <- n
		}()
		for _, want := range []int{10, 10} {
			synctest.Wait()
			select {
			case n := <-written:
				t.Fatalf("Write returns %d", n)
			default:
			}
			if n, err := b.Read(make([]byte, 100)); n != want || err != nil {
				t.Errorf("Read returns %d, %v, want %d", n, err, want)
			}
		}
		if n := <-written; n != 25 {
			t.Errorf("Write returns %d", n)
		}
	})
}

func TestLinkHalfClose(t *testing.T) {
	a, b := newLink(10)
	if _, err := a.Write([]byte("bye")); err != nil {
		t.Fatal(err)
	}
	if err := a.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a Write after CloseWrite returns %v", err)
	}
	if got, err := io.ReadAll(b); string(got) != "bye" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := b.Write([]byte("answer")); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(a); string(got) != "answer" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if err := b.CloseWrite(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("CloseWrite after Close returns %v", err)
	}
}

func TestLinkDeadlinesGoByTheClockOfTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newLink(10)
		start := time.Now()
		if err := a.SetReadDeadline(start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := a.SetWriteDeadline(start.Add(2 * time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Hour {
			t.Errorf("Read returns %v after %v", err, time.Since(start))
		}
		if n, err := a.Write(make([]byte, 11)); n != 10 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 2*time.Hour {
			t.Errorf("Write returns %d, %v after %v", n, err, time.Since(start))
		}
	})
}
