package wsstream_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// answer reads the Close frame of the end under test, answers it and hangs up, as a well-behaved peer does.
func (e *end) answer(code uint16, reason string, answerCode uint16, answerReason string) {
	e.t.Helper()
	e.peer.WantClose(code, reason)
	e.peer.Send(wstest.CloseFrame(answerCode, answerReason))
	e.hangUp()
}

// hangUp ends the socket after the closing handshake: the server does it first.
func (e *end) hangUp() {
	e.t.Helper()
	if e.isServer() {
		e.peer.WantEnd()
	}
	e.peer.Drop()
}

func TestCloseSendsWhatItIsGiven(t *testing.T) {
	long := strings.Repeat("é", 61) + "x" // 123 bytes
	cases := map[string]struct {
		give           wsstream.CloseInfo
		code           uint16
		reason         string
		answer         uint16
		answerReason   string
		want           wsstream.StatusCode
		wantFromClosed string
	}{
		"code and reason":      {wsstream.CloseInfo{Code: 3456, Reason: "pizza"}, 3456, "pizza", 3456, "pizza", 3456, "pizza"},
		"nothing":              {wsstream.CloseInfo{}, 0, "", 0, "", 1005, ""},
		"code only":            {wsstream.CloseInfo{Code: 4999}, 4999, "", 4999, "", 4999, ""},
		"reason only":          {wsstream.CloseInfo{Reason: "done"}, 1000, "done", 1000, "done", 1000, "done"},
		"longest reason":       {wsstream.CloseInfo{Code: 1000, Reason: long}, 1000, long, 1000, long, 1000, long},
		"the peer's word wins": {wsstream.CloseInfo{Code: 3456, Reason: "ours"}, 3456, "ours", 4567, "theirs", 4567, "theirs"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachRole(t, limits{}, func(t *testing.T, e *end) {
				if err := e.stream.Close(c.give); err != nil {
					t.Fatal(err)
				}
				e.answer(c.code, c.reason, c.answer, c.answerReason)
				e.wantCleanEnd(c.want, c.wantFromClosed)
				e.wantRefusedWrites()
			})
		})
	}
}

func TestCloseChecksFirst(t *testing.T) {
	cases := map[string]struct {
		info wsstream.CloseInfo
		want error
	}{
		"999":            {wsstream.CloseInfo{Code: 999}, wsstream.ErrCloseCode},
		"1001":           {wsstream.CloseInfo{Code: 1001}, wsstream.ErrCloseCode},
		"2999":           {wsstream.CloseInfo{Code: 2999}, wsstream.ErrCloseCode},
		"5000":           {wsstream.CloseInfo{Code: 5000}, wsstream.ErrCloseCode},
		"long reason":    {wsstream.CloseInfo{Code: 1000, Reason: strings.Repeat("x", 124)}, wsstream.ErrCloseReason},
		"long in UTF-8":  {wsstream.CloseInfo{Reason: strings.Repeat("😀", 32)}, wsstream.ErrCloseReason},
		"invalid reason": {wsstream.CloseInfo{Reason: "\xff"}, wsstream.ErrCloseReason},
	}
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		for name, c := range cases {
			if err := e.stream.Close(c.info); !errors.Is(err, c.want) {
				t.Errorf("%s: Close returns %v", name, err)
			}
		}
		e.peer.Send(wstest.Whole(wstest.Text, "still open"))
		e.wantMessage(wsstream.Text("still open"))
		e.peer.Send(wstest.CloseFrame(1000, ""))
		e.peer.WantClose(1000, "")
		e.hangUp()
		e.wantCleanEnd(1000, "")
		if err := e.stream.Close(wsstream.CloseInfo{Code: 999}); !errors.Is(err, wsstream.ErrCloseCode) {
			t.Errorf("Close of a closed connection returns %v", err)
		}
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Errorf("Close of a closed connection returns %v", err)
		}
	})
}

func TestPeerCloses(t *testing.T) {
	cases := map[string]struct {
		code   uint16
		reason string
		want   wsstream.StatusCode
	}{
		"1000":          {1000, "", 1000},
		"no body":       {0, "", 1005},
		"with a reason": {4000, "robot", 4000},
		"UTF-8 reason":  {4000, "Это робот", 4000},
		"going away":    {1001, "bye", 1001},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachRole(t, limits{}, func(_ *testing.T, e *end) {
				e.peer.Send(wstest.CloseFrame(c.code, c.reason))
				e.peer.WantClose(c.code, c.reason)
				e.hangUp()
				e.wantCleanEnd(c.want, c.reason)
				e.wantRefusedWrites()
			})
		})
	}
}

func TestQueuedMessageIsReadAfterClose(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		e.peer.Send(wstest.Whole(wstest.Text, "queued"))
		synctest.Wait() // it is in the queue, and nobody reads the socket
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		e.peer.WantClose(1000, "")
		// What the peer sends from now on is dropped, its pings are not answered.
		e.peer.Send(
			wstest.Whole(wstest.Text, "dropped"), wstest.Whole(wstest.Ping, ""),
			wstest.First(wstest.Binary, "dropped"), wstest.Last("too"), wstest.CloseFrame(1000, ""))
		e.hangUp()
		if _, err := e.stream.Closed(t.Context()); err != nil {
			t.Fatal(err)
		}
		e.wantMessage(wsstream.Text("queued"))
		e.wantCleanEnd(1000, "")
	})
}

func TestCloseWithAReadInProgress(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		read := goDo(func() error {
			_, err := e.reader.Read(t.Context())
			return err
		})
		synctest.Wait()
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		e.peer.WantClose(1000, "")
		e.peer.Send(wstest.Whole(wstest.Text, "dropped"), wstest.CloseFrame(1000, ""))
		e.hangUp()
		if err := <-read; !errors.Is(err, io.EOF) {
			t.Errorf("Read returns %v", err)
		}
		e.wantCleanEnd(1000, "")
	})
}

func TestBothCloseAtOnce(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		if err := e.stream.Close(wsstream.CloseInfo{Code: 4000, Reason: "ours"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // our Close frame is being written, and the peer does not read it yet
		e.peer.Send(wstest.CloseFrame(4567, "theirs"))
		e.peer.WantClose(4000, "ours")
		e.hangUp()
		e.wantCleanEnd(4567, "theirs")
	})
}

func TestCloseTwiceSendsOneFrame(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		for code := range wsstream.StatusCode(3) {
			if err := e.stream.Close(wsstream.CloseInfo{Code: 4000 + code}); err != nil {
				t.Fatal(err)
			}
		}
		e.answer(4000, "", 4000, "")
		e.wantCleanEnd(4000, "")
	})
}

func TestCloseGoesBehindTheMessageBeingWritten(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		first := e.writer.WriteAsync(wsstream.Text("first"))
		second := e.writer.WriteAsync(wsstream.Text("second"))
		synctest.Wait() // the first is being written
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		e.peer.Want(wstest.Text, "first")
		e.answer(1000, "", 1000, "")
		if err := first.Wait(t.Context()); err != nil {
			t.Errorf("the first write returns %v", err)
		}
		if err := second.Wait(t.Context()); !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("the second write returns %v", err)
		}
		e.wantCleanEnd(1000, "")
	})
}

func TestPeerDoesNotAnswerClose(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		start := time.Now()
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		e.peer.WantClose(1000, "")
		e.peer.Send(wstest.Whole(wstest.Text, "going on"))
		err := e.uncleanEnd(wsstream.StatusAbnormalClosure)
		if !errors.Is(err, wsstream.ErrCloseTimeout) {
			t.Errorf("the cause is %v", err)
		}
		if took := time.Since(start); took != wsstream.DefaultCloseTimeout {
			t.Errorf("took %v", took)
		}
	})
}

func TestPeerDoesNotReadClose(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		start := time.Now()
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		e.wantAbnormalEnd()
		if took := time.Since(start); took != wsstream.DefaultCloseTimeout {
			t.Errorf("took %v", took)
		}
	})
}

// Nobody reads, the peer is stuck with a message, and reads our Close frame when it is rid of that.
func TestCloseFreesAPeerThatIsStuck(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		e.peer.Send(wstest.Whole(wstest.Text, "queued"))
		synctest.Wait()
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		e.peer.Send(wstest.Whole(wstest.Text, "stuck"))
		e.answer(1000, "", 1000, "")
		if _, err := e.stream.Closed(t.Context()); err != nil {
			t.Errorf("Closed returns %v", err)
		}
	})
}

func TestPongsGoBeforeTheCloseFrame(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		e.writer.WriteAsync(wsstream.Text("stuck"))
		synctest.Wait()
		e.peer.Send(wstest.Whole(wstest.Ping, "one"), wstest.Whole(wstest.Ping, "two"))
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		e.peer.Want(wstest.Text, "stuck")
		e.peer.Want(wstest.Pong, "one")
		e.peer.Want(wstest.Pong, "two")
		e.answer(1000, "", 1000, "")
		e.wantCleanEnd(1000, "")
	})
}

// The server closes the socket first (RFC 6455, section 7.1.1).
func TestClientLetsTheServerHangUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		e := newClient(t, a, b, nil)
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		e.peer.WantClose(1000, "")
		e.peer.Send(wstest.CloseFrame(1000, ""))
		closed := goDo(func() error {
			_, err := e.stream.Closed(t.Context())
			return err
		})
		synctest.Wait()
		select {
		case err := <-closed:
			t.Fatalf("Closed has returned %v with the server still there", err)
		default:
		}
		e.peer.Drop()
		if err := <-closed; err != nil {
			t.Errorf("Closed returns %v", err)
		}
	})
}

func TestServerThatNeverHangsUpIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		e := newClient(t, a, b, nil)
		start := time.Now()
		e.peer.Send(wstest.CloseFrame(1000, ""))
		e.peer.WantClose(1000, "")
		e.wantCleanEnd(1000, "")
		if took := time.Since(start); took != wsstream.DefaultCloseTimeout {
			t.Errorf("took %v", took)
		}
	})
}

func TestPeerStopsInTheMiddleOfAMessage(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		bytes := e.peer.Bytes(wstest.Whole(wstest.Binary, strings.Repeat("x", 1000)))
		e.peer.SendRaw(string(bytes[:500]))
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		e.peer.WantClose(1000, "")
		if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, wsstream.ErrCloseTimeout) {
			t.Errorf("the cause is %v", err)
		}
	})
}

func TestCloseBehindAPongThatIsStuck(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		e.peer.Send(wstest.Whole(wstest.Ping, "p"))
		synctest.Wait()
		start := time.Now()
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, wsstream.ErrCloseTimeout) {
			t.Errorf("the cause is %v", err)
		}
		if took := time.Since(start); took != wsstream.DefaultCloseTimeout {
			t.Errorf("took %v", took)
		}
	})
}

func TestPeerDropsInsteadOfAnsweringClose(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		e.peer.WantClose(1000, "")
		e.peer.Drop()
		if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the cause is %v", err)
		}
	})
}

func TestPeerDrops(t *testing.T) {
	partial := map[string]string{
		"between frames": "",
		"in a header":    "\x82",
		"in a payload":   string(wstest.Frame{Fin: true, Op: wstest.Binary, Masked: true, Length: 10, Payload: []byte("12345")}.Bytes()),
		"in a message":   string(wstest.Frame{Op: wstest.Binary, Masked: true, Payload: []byte("12345")}.Bytes()),
		"in a ping":      string(wstest.Frame{Fin: true, Op: wstest.Ping, Masked: true, Length: 10, Payload: []byte("12345")}.Bytes()),
	}
	for name, bytes := range partial {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				e := newServer(t, a, b, nil)
				e.peer.SendRaw(bytes)
				e.peer.Drop()
				if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("the cause is %v", err)
				}
			})
		})
	}
}

func TestAWriteEndsWhenThePeerDrops(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		write := e.writer.WriteAsync(wsstream.Text("stuck"))
		synctest.Wait()
		e.peer.Drop()
		err := e.uncleanEnd(wsstream.StatusAbnormalClosure)
		if got := write.Wait(t.Context()); !errors.Is(got, err) {
			t.Errorf("the write returns %v, want %v", got, err)
		}
		if errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("%v says that a close cut off the write", err)
		}
	})
}

func TestClosingTheWritable(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		writes := []interface{ Wait(context.Context) error }{
			e.writer.WriteAsync(wsstream.Text("one")), e.writer.WriteAsync(wsstream.Text("two")),
		}
		closing := goDo(func() error { return e.writer.Close(t.Context()) })
		e.peer.Want(wstest.Text, "one")
		e.peer.Want(wstest.Text, "two")
		e.peer.WantClose(0, "")
		synctest.Wait()
		select {
		case err := <-closing:
			t.Fatalf("Close of the writer has returned %v before the peer answered", err)
		default:
		}
		e.peer.Send(wstest.CloseFrame(0, ""))
		e.hangUp()
		if err := <-closing; err != nil {
			t.Errorf("Close of the writer returns %v", err)
		}
		for _, w := range writes {
			if err := w.Wait(t.Context()); err != nil {
				t.Errorf("a write before returns %v", err)
			}
		}
		if err := e.writer.Closed(t.Context()); err != nil {
			t.Errorf("Closed of the writer returns %v", err)
		}
		if err := e.writer.Ready(t.Context()); err != nil {
			t.Errorf("Ready returns %v", err)
		}
		e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
	})
}

func TestClosingTheWritableUncleanly(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		closing := goDo(func() error { return e.writer.Close(t.Context()) })
		e.peer.WantClose(0, "")
		e.peer.Drop()
		_, closed := e.stream.Closed(t.Context())
		if err := <-closing; closed == nil || !errors.Is(err, closed) {
			t.Errorf("Close of the writer returns %v, Closed %v", err, closed)
		}
	})
}

func TestAbortingACloseThatWaits(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		closing := goDo(func() error { return e.writer.Close(t.Context()) })
		e.peer.WantClose(0, "")
		reason := errors.New("no patience")
		aborting := goDo(func() error { return e.writer.Abort(t.Context(), reason) })
		if err := <-closing; !errors.Is(err, reason) {
			t.Errorf("Close of the writer returns %v", err)
		}
		if err := <-aborting; !errors.Is(err, reason) {
			t.Errorf("Abort of the writer returns %v", err)
		}
		e.peer.Send(wstest.CloseFrame(0, ""))
		e.hangUp()
		e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
	})
}
