package wsstream_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// Without Abort the sink of the connection must see by itself that its write was given up.
func TestCancellingAPipeThatIsStuck(t *testing.T) {
	for name, options := range map[string][]streams.PipeOption{"": nil, "without abort": {streams.PreventAbort()}} {
		t.Run(name, func(t *testing.T) {
			eachRole(t, limits{}, func(t *testing.T, e *end) {
				e.writer.ReleaseLock()
				ctx, cancel := context.WithCancelCause(t.Context())
				source := streams.FromSlice([]wsstream.Message{wsstream.Text("a"), wsstream.Text("b"), wsstream.Text("c")})
				piping := goDo(func() error { return source.PipeTo(ctx, e.conn.Writable, options...) })
				e.peer.Want(wstest.Text, "a")
				synctest.Wait()
				reason, err := wsstream.NewWebSocketError(4001, "shutting down")
				if err != nil {
					t.Fatal(err)
				}
				cancel(reason)
				if err := <-piping; !errors.Is(err, reason) {
					t.Errorf("PipeTo returns %v", err)
				}
				e.peer.WantClose(4001, "shutting down")
				e.peer.Send(wstest.CloseFrame(4001, ""))
				e.hangUp()
				e.wantCleanEnd(4001, "")
			})
		})
	}
}

func TestCancellingAPipeClosesTheConnection(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		e.reader.ReleaseLock()
		e.writer.ReleaseLock()
		ctx, cancel := context.WithCancelCause(t.Context())
		piping := goDo(func() error { return e.conn.Readable.PipeTo(ctx, e.conn.Writable) })
		e.peer.Send(wstest.Whole(wstest.Text, "echo"))
		e.peer.Want(wstest.Text, "echo")
		reason, err := wsstream.NewWebSocketError(4001, "shutting down")
		if err != nil {
			t.Fatal(err)
		}
		cancel(reason)
		if err := <-piping; !errors.Is(err, reason) {
			t.Errorf("PipeTo returns %v", err)
		}
		e.peer.WantClose(4001, "shutting down")
		e.peer.Send(wstest.CloseFrame(4001, "shutting down"))
		e.hangUp()
		if info, err := e.stream.Closed(t.Context()); err != nil || info.Code != 4001 {
			t.Errorf("Closed returns %v, %v", info, err)
		}
	})
}

func TestEchoByPipeEndsWithThePeer(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		e.reader.ReleaseLock()
		e.writer.ReleaseLock()
		piping := goDo(func() error { return e.conn.Readable.PipeTo(t.Context(), e.conn.Writable) })
		e.peer.Send(wstest.Whole(wstest.Text, "echo"))
		e.peer.Want(wstest.Text, "echo")
		e.peer.Send(wstest.CloseFrame(1000, "bye"))
		e.peer.WantClose(1000, "bye")
		e.hangUp()
		info, err := e.stream.Closed(t.Context())
		if want := (wsstream.CloseInfo{Code: 1000, Reason: "bye"}); err != nil || info != want {
			t.Errorf("Closed returns %v, %v", info, err)
		}
		// Which end of its stream the pipe saw first is left open.
		if err := <-piping; err != nil && !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("PipeTo returns %v", err)
		}
	})
}

func TestAStrategyThatFailsClosesTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		e := newServer(t, a, b, &wsstream.UpgradeOptions{Settings: wsstream.Settings{ReadableStrategy: &streams.QueuingStrategy[wsstream.Message]{
			HighWaterMark: 1,
			Size:          func(m wsstream.Message) int { return -len(m.Data) },
		}}})
		e.peer.Send(wstest.Whole(wstest.Text, "x"))
		e.answer(0, "", 0, "")
		if _, err := e.stream.Closed(t.Context()); err != nil {
			t.Errorf("Closed returns %v", err)
		}
		if _, err := e.reader.Read(t.Context()); !errors.Is(err, streams.ErrRange) {
			t.Errorf("Read returns %v", err)
		}
	})
}

// A pipe that ended between two writes, and must not abort, leaves the connection as it was, although the context that
// its writes had has ended.
func TestAConnectionOutlivesAPipe(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		e.writer.ReleaseLock()
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			chunks := make(chan wsstream.Message)
			piping := goDo(func() error {
				return streams.FromChan(chunks).PipeTo(ctx, e.conn.Writable, streams.PreventAbort())
			})
			chunks <- wsstream.Text("a")
			e.peer.Want(wstest.Text, "a")
			synctest.Wait()
			cancel()
			if err := <-piping; !errors.Is(err, context.Canceled) {
				t.Errorf("PipeTo returns %v", err)
			}
		}
		writer, err := e.conn.Writable.GetWriter()
		if err != nil {
			t.Fatal(err)
		}
		writer.WriteAsync(wsstream.Text("b"))
		e.peer.Want(wstest.Text, "b")
		// The context that its writes have now counts as the first did.
		stuck := writer.WriteAsync(wsstream.Text("stuck"))
		synctest.Wait()
		reason := errors.New("enough")
		if err := writer.Abort(t.Context(), reason); err != nil {
			t.Errorf("Abort returns %v", err)
		}
		if err := stuck.Wait(t.Context()); !errors.Is(err, reason) {
			t.Errorf("the write returns %v", err)
		}
		e.answer(0, "", 0, "")
		e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
	})
}
