package wsstream_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestWPTStandardClose(t *testing.T) {
	runWPT(t, standard, map[string]func(t *testing.T){
		"close(): while CLOSING or CLOSED": inEachRole(func(t *testing.T, e *end) {
			e.closeFrom(func() error {
				err := e.stream.Close(wsstream.CloseInfo{Code: 4000, Reason: "first"})
				return errors.Join(err, e.stream.Close(wsstream.CloseInfo{Code: 4001, Reason: "second"}))
			}, 4000, "first")
			if err := e.stream.Close(wsstream.CloseInfo{Code: 4002}); err != nil {
				t.Errorf("Close of a closed connection returns %v", err)
			}
		}),

		"close(): validation comes first": func(t *testing.T) {
			check := func(t *testing.T, state string, s *wsstream.WebSocketStream) {
				t.Helper()
				if err := s.Close(wsstream.CloseInfo{Code: 1001}); !errors.Is(err, wsstream.ErrCloseCode) {
					t.Errorf("%s: Close returns %v", state, err)
				}
			}
			inBubble(func(t *testing.T) {
				s, peer := connecting(t, nil)
				check(t, "connecting", s)
				peer.Open()
				if _, err := s.Opened(t.Context()); err != nil {
					t.Errorf("Opened returns %v", err)
				}
			})(t)
			inEachRole(func(t *testing.T, e *end) {
				check(t, "open", e.stream)
				e.closeFrom(func() error {
					err := e.stream.Close(wsstream.CloseInfo{Code: 4000})
					check(t, "closing", e.stream)
					return err
				}, 4000, "")
				check(t, "closed", e.stream)
			})(t)
		},

		"close(): handshake already started by the peer": inEachRole(func(t *testing.T, e *end) {
			e.peer.Send(wstest.CloseFrame(4000, "theirs"))
			synctest.Wait() // the answer is under way
			if err := e.stream.Close(wsstream.CloseInfo{Code: 4001, Reason: "ours"}); err != nil {
				t.Errorf("Close returns %v", err)
			}
			e.peer.WantClose(4000, "theirs")
			e.hangUp()
			e.wantCleanEnd(4000, "theirs")
		}),

		"close(): returns at once": inEachRole(func(t *testing.T, e *end) {
			start := time.Now()
			if err := e.stream.Close(wsstream.CloseInfo{Code: 4000}); err != nil || time.Since(start) != 0 {
				t.Errorf("Close returns %v after %v", err, time.Since(start))
			}
			closed := goDo(func() error {
				_, err := e.stream.Closed(t.Context())
				return err
			})
			wantPending(t, "Closed", closed)
			e.answer(4000, "", 4000, "")
			if err := <-closed; err != nil {
				t.Errorf("Closed returns %v", err)
			}
		}),

		"closing handshake started": func(t *testing.T) {
			starts := map[string]func(e *end) error{
				"by us": func(e *end) error { return e.stream.Close(wsstream.CloseInfo{Code: 4000}) },
				"by the peer": func(e *end) error {
					e.peer.Send(wstest.CloseFrame(4000, ""))
					return nil
				},
			}
			for name, start := range starts {
				t.Run(name, inEachRole(func(t *testing.T, e *end) {
					if err := start(e); err != nil {
						t.Fatal(err)
					}
					synctest.Wait() // the Close frame has been sent, or read
					if err := e.writer.WriteAsync(wsstream.Text("late")).Wait(t.Context()); !errors.Is(err, wsstream.ErrInvalidState) {
						t.Errorf("a write returns %v", err)
					}
				}))
			}
		},

		"connection closed cleanly": inEachRole(func(t *testing.T, e *end) {
			e.peer.Send(wstest.Whole(wstest.Text, "queued"))
			synctest.Wait()
			if err := e.stream.Close(wsstream.CloseInfo{Code: 4999}); err != nil {
				t.Fatal(err)
			}
			e.answer(4999, "", 4000, "done")
			e.wantMessage(wsstream.Text("queued"))
			e.wantCleanEnd(4000, "done")
			e.wantRefusedWrites()
		}),

		"connection closed uncleanly": func(t *testing.T) {
			inEachRole(func(_ *testing.T, e *end) {
				e.peer.Drop()
				if err := e.uncleanEnd(1006); err.Reason != "" {
					t.Errorf("the reason is %q", err.Reason)
				}
			})(t)
			inEachRole(func(_ *testing.T, e *end) {
				e.writer.WriteAsync(wsstream.Text("never read"))
				synctest.Wait()
				e.peer.Send(wstest.CloseFrame(1001, "away"))
				if err := e.uncleanEnd(1001); err.Reason != "away" {
					t.Errorf("the reason is %q", err.Reason)
				}
			})(t)
		},

		"cancel(reason) of readable": inEachRole(func(t *testing.T, e *end) {
			e.closeFrom(func() error { return e.reader.Cancel(t.Context(), newError(t, 4000, "enough")) }, 4000, "enough")
			e.wantRefusedWrites()
		}),

		"close of writable": inEachRole(func(t *testing.T, e *end) {
			e.writer.WriteAsync(wsstream.Text("first"))
			e.writer.WriteAsync(wsstream.Text("second"))
			closed := goDo(func() error { return e.writer.Close(t.Context()) })
			e.peer.Want(wstest.Text, "first")
			e.peer.Want(wstest.Text, "second")
			e.answer(0, "", 0, "")
			if err := <-closed; err != nil {
				t.Errorf("Close of the writer returns %v", err)
			}
		}),

		"abort(reason) of writable": inEachRole(func(t *testing.T, e *end) {
			begun := e.writer.WriteAsync(wsstream.Text("in flight"))
			head := make([]byte, 1)
			if _, err := e.peer.Conn.Read(head); err != nil {
				t.Fatal(err)
			}
			queued := e.writer.WriteAsync(wsstream.Text("queued"))
			reason := newError(t, 4000, "enough")
			if err := e.writer.Abort(t.Context(), reason); err != nil {
				t.Errorf("Abort returns %v", err)
			}
			e.peer.Unread(head)
			e.peer.Want(wstest.Text, "in flight")
			e.answer(4000, "enough", 4000, "enough")
			for _, write := range []error{begun.Wait(t.Context()), queued.Wait(t.Context())} {
				if !errors.Is(write, reason) {
					t.Errorf("a write returns %v", write)
				}
			}
			e.wantCleanEnd(4000, "enough")
		}),

		"close using reason: code not allowed": func(t *testing.T) {
			for _, code := range []wsstream.StatusCode{1001, 1005, 1006, 2999, 5000} {
				reason := &wsstream.WebSocketError{Code: code, Reason: "from elsewhere"}
				aborting(reason, 0, "")(t)
				cancelling(reason, 0, "")(t)
			}
		},

		"WebSocketError fields": makingError(0, "", wsstream.WebSocketError{}, nil),

		"close frame body rule": func(t *testing.T) {
			closing(wsstream.CloseInfo{}, 0, "")(t)
			closedByPeer(0, "")(t)
			notClosing(wsstream.CloseInfo{Code: 1005}, wsstream.ErrCloseCode)(t)
			notClosing(wsstream.CloseInfo{Code: 1006}, wsstream.ErrCloseCode)(t)
		},
	})
}
