package wsstream_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestCloseCutsOffAStuckWrite(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		stuck := e.writer.WriteAsync(wsstream.Binary(make([]byte, 1000)))
		synctest.Wait()
		start := time.Now()
		if err := e.stream.Close(wsstream.CloseInfo{Code: 4000}); err != nil {
			t.Fatal(err)
		}
		err := e.uncleanEnd(wsstream.StatusAbnormalClosure)
		if took := time.Since(start); took != wsstream.DefaultCloseTimeout {
			t.Errorf("took %v", took)
		}
		if !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("the error is %v, want ErrInvalidState in it", err)
		}
		if got := stuck.Wait(t.Context()); got != err { //nolint:errorlint // the very value
			t.Errorf("the write returns %v, want %v", got, err)
		}
	})
}

func TestPeerClosesDuringAStuckWrite(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		stuck := e.writer.WriteAsync(wsstream.Binary(make([]byte, 1000)))
		synctest.Wait()
		e.peer.Send(wstest.CloseFrame(4567, "enough"))
		err := e.uncleanEnd(4567)
		if err.Reason != "enough" || !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("the error is %v", err)
		}
		if got := stuck.Wait(t.Context()); got != err { //nolint:errorlint // the very value
			t.Errorf("the write returns %v, want %v", got, err)
		}
	})
}

func TestPeerClosesDuringAWriteThatItTakes(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		write := e.writer.WriteAsync(wsstream.Text("last words"))
		synctest.Wait()
		e.peer.Send(wstest.CloseFrame(4567, ""))
		e.peer.Want(wstest.Text, "last words")
		e.peer.WantClose(4567, "")
		e.hangUp()
		if err := write.Wait(t.Context()); err != nil {
			t.Errorf("the write returns %v", err)
		}
		e.wantCleanEnd(4567, "")
	})
}

// A peer that sends its Close frame and is gone makes a write fail, and yet its last word counts.
func TestPeerClosesAndIsGoneDuringAWrite(t *testing.T) {
	a, b := wstest.TCP(t)
	// With a mark of zero nobody reads before a Read, so that nothing but a failing write leads to the Close frame.
	e := newServer(t, a, b, &wsstream.UpgradeOptions{Settings: wsstream.Settings{ReadableStrategy: new(streams.QueuingStrategy[wsstream.Message])}})
	e.peer.Send(wstest.Whole(wstest.Text, "one"), wstest.CloseFrame(4567, "gone"))
	e.peer.Drop()
	var err error
	for err == nil {
		err = e.writer.WriteAsync(wsstream.Binary(make([]byte, 100))).Wait(t.Context())
	}
	wsErr, ok := errors.AsType[*wsstream.WebSocketError](err)
	if !ok || wsErr.Code != 4567 || wsErr.Reason != "gone" || !errors.Is(err, wsstream.ErrInvalidState) {
		t.Errorf("the write returns %v", err)
	}
	if _, closed := e.stream.Closed(t.Context()); closed != err { //nolint:errorlint // the very value
		t.Errorf("Closed returns %v, want %v", closed, err)
	}
}

func TestContextsOfWaitsDoNotTouchTheConnection(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := e.reader.Read(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Read returns %v", err)
			}
			if _, err := e.stream.Closed(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Closed returns %v", err)
			}
			if err := e.writer.WriteAsync(wsstream.Text("x")).Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the wait for a write returns %v", err)
			}
			cancel()
			e.peer.Want(wstest.Text, "x")
			e.peer.Send(wstest.Whole(wstest.Text, "y"))
			e.wantMessage(wsstream.Text("y"))
		}
	})
}
