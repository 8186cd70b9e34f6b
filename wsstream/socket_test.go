package wsstream_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// noDeadlines is a socket whose deadlines fail once it is open.
type noDeadlines struct {
	net.Conn
	broken atomic.Bool
}

var errNoDeadline = errors.New("no deadlines here")

func (c *noDeadlines) SetDeadline(t time.Time) error {
	if c.broken.Load() {
		return errNoDeadline
	}
	return c.Conn.SetDeadline(t)
}

func TestASocketWithoutDeadlinesIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		socket := &noDeadlines{Conn: a}
		e := newServer(t, socket, b, nil)
		socket.broken.Store(true)
		start := time.Now()
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		e.wantAbnormalEnd()
		if took := time.Since(start); took != 0 {
			t.Errorf("took %v", took)
		}
	})
}

// halfWay is a socket that fails, once it is told to, in the middle of each write, and takes the next.
type halfWay struct {
	net.Conn
	broken atomic.Bool
}

var errHalfWay = errors.New("only half was written")

func (c *halfWay) Write(p []byte) (int, error) {
	if !c.broken.Load() {
		return c.Conn.Write(p)
	}
	n, err := c.Conn.Write(p[:len(p)/2])
	return n, errors.Join(err, errHalfWay)
}

func TestNothingFollowsAPartOfAFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		socket := &halfWay{Conn: a}
		e := newServer(t, socket, b, nil)
		socket.broken.Store(true)
		write := e.writer.WriteAsync(wsstream.Binary(make([]byte, 98)))
		if _, err := b.Read(make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		e.peer.Send(wstest.Whole(wstest.Ping, ""), wstest.CloseFrame(1000, ""))
		e.peer.WantEnd()
		err := e.uncleanEnd(1000)
		if got := write.Wait(t.Context()); got != err || !errors.Is(err, errHalfWay) { //nolint:errorlint // the very value
			t.Errorf("the write returns %v, Closed %v", got, err)
		}
	})
}

func TestNothingFollowsAPartOfAPong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		socket := &halfWay{Conn: a}
		e := newServer(t, socket, b, nil)
		socket.broken.Store(true)
		e.peer.Send(wstest.Whole(wstest.Ping, "0123456789"))
		if _, err := b.Read(make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := e.writer.WriteAsync(wsstream.Text("x")).Wait(t.Context()); !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("a write returns %v", err)
		}
		e.peer.Drop()
		if _, err := e.stream.Closed(t.Context()); !errors.Is(err, errHalfWay) {
			t.Errorf("Closed returns %v", err)
		}
	})
}

// tooLate is a socket on which a write is over before it sees that its deadline was moved.
type tooLate struct {
	net.Conn
	writing  func()
	deadline chan time.Time
}

func (c tooLate) Write(p []byte) (int, error) {
	c.writing()
	return c.Conn.Write(p)
}

func (c tooLate) SetWriteDeadline(t time.Time) error {
	c.deadline <- t
	return nil
}

func TestADeadlineThatCameTooLateIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		var late atomic.Bool
		socket := tooLate{Conn: a, deadline: make(chan time.Time, 10)}
		var moved time.Time
		socket.writing = func() {
			if late.CompareAndSwap(true, false) {
				cancel()
				moved = <-socket.deadline
			}
		}
		e := newServer(t, socket, b, nil)
		e.writer.ReleaseLock()
		late.Store(true)
		chunks := make(chan wsstream.Message, 1)
		chunks <- wsstream.Text("a")
		piping := goDo(func() error {
			return streams.FromChan(chunks).PipeTo(ctx, e.conn.Writable, streams.PreventAbort())
		})
		e.peer.Want(wstest.Text, "a")
		if err := <-piping; !errors.Is(err, context.Canceled) {
			t.Errorf("PipeTo returns %v", err)
		}
		if restored := <-socket.deadline; !moved.Before(time.Now()) || !restored.IsZero() {
			t.Errorf("the deadline was moved to %v and then to %v", moved, restored)
		}
	})
}

// recorder is a socket that keeps what is written to it.
type recorder struct {
	net.Conn
	writes chan []byte
}

func (c recorder) Write(p []byte) (int, error) {
	c.writes <- bytes.Clone(p)
	return c.Conn.Write(p)
}

// What waits for the lock leaves in one write, as far as it may.
func TestPongsLeaveWithTheFrameBehindThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		socket := recorder{a, make(chan []byte, 10)}
		e := newServer(t, socket, b, nil)
		<-socket.writes // the response
		e.writer.WriteAsync(wsstream.Text("stuck"))
		synctest.Wait()
		e.peer.Send(wstest.Whole(wstest.Ping, "p"))
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // the Close frame waits for the lock
		e.peer.Want(wstest.Text, "stuck")
		e.peer.Want(wstest.Pong, "p")
		e.answer(1000, "", 1000, "")
		e.wantCleanEnd(1000, "")
		<-socket.writes
		want := append(wstest.Whole(wstest.Pong, "p").Bytes(), wstest.CloseFrame(1000, "").Bytes()...)
		if got := <-socket.writes; !bytes.Equal(got, want) {
			t.Errorf("written: % x, want % x", got, want)
		}
	})
}
