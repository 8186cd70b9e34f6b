package wsstream_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

// closing makes a test of a Close that sends a frame with code and reason, which the peer reflects.
func closing(info wsstream.CloseInfo, code uint16, reason string) func(t *testing.T) {
	return inEachRole(func(_ *testing.T, e *end) {
		e.closeFrom(func() error { return e.stream.Close(info) }, code, reason)
	})
}

// notClosing makes a test of a Close that fails and leaves the connection as it was.
func notClosing(info wsstream.CloseInfo, want error) func(t *testing.T) {
	return inEachRole(func(t *testing.T, e *end) {
		if err := e.stream.Close(info); !errors.Is(err, want) {
			t.Errorf("Close returns %v, want %v", err, want)
		}
		e.closeFromPeer(1000, "")
	})
}

// aborting makes a test of an abort of the writable stream that sends a frame with code and reason.
func aborting(abort error, code uint16, reason string) func(t *testing.T) {
	return inEachRole(func(t *testing.T, e *end) {
		e.closeFrom(func() error { return e.writer.Abort(t.Context(), abort) }, code, reason)
	})
}

// cancelling is aborting for a cancellation of the readable stream.
func cancelling(cancel error, code uint16, reason string) func(t *testing.T) {
	return inEachRole(func(t *testing.T, e *end) {
		e.closeFrom(func() error { return e.reader.Cancel(t.Context(), cancel) }, code, reason)
	})
}

// lookAlike is an error with the fields of a WebSocketError, and not one.
type lookAlike struct {
	Code   wsstream.StatusCode
	Reason string
}

func (lookAlike) Error() string { return "looks like a WebSocketError" }

func TestWPTClose(t *testing.T) {
	code := newError(t, 3333, "")
	both := newError(t, 3456, "set")
	reason := newError(t, 0, "set")
	plain := errors.New("closeCode 3456")
	runWPT(t, "WPT websockets/stream/tentative/close.any.js", map[string]func(t *testing.T){
		"close code should be sent to server and reflected back":                 closing(wsstream.CloseInfo{Code: 3456, Reason: "pizza"}, 3456, "pizza"),
		"no close argument should send empty Close frame":                        closing(wsstream.CloseInfo{}, 0, ""),
		"unspecified close code should send empty Close frame":                   closing(wsstream.CloseInfo{Code: 0}, 0, ""),
		"unspecified close code with empty reason should send empty Close frame": closing(wsstream.CloseInfo{Reason: ""}, 0, ""),
		"unspecified close code with non-empty reason should set code to 1000":   closing(wsstream.CloseInfo{Reason: "non-empty"}, 1000, "non-empty"),

		"close() with an overlong reason should throw": notClosing(wsstream.CloseInfo{Code: 1000, Reason: strings.Repeat("x", 124)}, wsstream.ErrCloseReason),
		"close() with invalid code 999 should throw":   notClosing(wsstream.CloseInfo{Code: 999}, wsstream.ErrCloseCode),
		"close() with invalid code 1001 should throw":  notClosing(wsstream.CloseInfo{Code: 1001}, wsstream.ErrCloseCode),
		"close() with invalid code 2999 should throw":  notClosing(wsstream.CloseInfo{Code: 2999}, wsstream.ErrCloseCode),
		"close() with invalid code 5000 should throw":  notClosing(wsstream.CloseInfo{Code: 5000}, wsstream.ErrCloseCode),

		"aborting the writable should result in a clean close":                                     aborting(nil, 0, ""),
		"aborting the writable with attributes not wrapped in a WebSocketError should be ignored":  aborting(plain, 0, ""),
		"aborting the writable with a code should send that code":                                  aborting(code, 3333, ""),
		"aborting the writable with a code and reason should use them":                             aborting(both, 3456, "set"),
		"aborting the writable with a reason but no code should default the close code":            aborting(reason, 1000, "set"),
		"canceling the readable should result in a clean close":                                    cancelling(nil, 0, ""),
		"canceling the readable with attributes not wrapped in a WebSocketError should be ignored": cancelling(plain, 0, ""),
		"canceling the readable with a code should send that code":                                 cancelling(code, 3333, ""),
		"canceling the readable with a code and reason should use them":                            cancelling(both, 3456, "set"),
		"canceling the readable with a reason but no code should default the close code":           cancelling(reason, 1000, "set"),

		// An error that has the fields is nothing; one that has a WebSocketError in it is.
		"aborting the writable with a DOMException not set code or reason": func(t *testing.T) {
			aborting(lookAlike{3456, "set"}, 0, "")(t)
			aborting(fmt.Errorf("%w: %w", lookAlike{}, both), 3456, "set")(t)
		},
		"canceling the readable with a DOMException not set code or reason": func(t *testing.T) {
			cancelling(lookAlike{3456, "set"}, 0, "")(t)
			cancelling(fmt.Errorf("%w: %w", lookAlike{}, both), 3456, "set")(t)
		},

		"close during handshake should work": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.WantRequest()
			if err := s.Close(wsstream.CloseInfo{Code: 3456, Reason: "ignored"}); err != nil {
				t.Fatal(err)
			}
			err, _ := errors.AsType[*wsstream.WebSocketError](wantNotOpened(t, s))
			if err.Reason != "" || !errors.Is(err, wsstream.ErrClosedWhileConnecting) {
				t.Errorf("Opened returns %v", err)
			}
			peer.WantEnd()
		}),

		"closing the writable should result in a clean close": inEachRole(func(t *testing.T, e *end) {
			closed := goDo(func() error { return e.writer.Close(t.Context()) })
			e.answer(0, "", 0, "")
			if err := <-closed; err != nil {
				t.Errorf("Close of the writer returns %v", err)
			}
			e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
		}),

		"writer close() promise should not resolve until handshake completes": inEachRole(func(t *testing.T, e *end) {
			closed := goDo(func() error { return e.writer.Close(t.Context()) })
			wantPending(t, "Close of the writer", closed)
			e.peer.WantClose(0, "")
			wantPending(t, "Close of the writer, whose frame was read,", closed)
			e.answerClose(0, "")
			if err := <-closed; err != nil {
				t.Errorf("Close of the writer returns %v", err)
			}
		}),

		"incomplete closing handshake should be considered unclean close": inEachRole(func(t *testing.T, e *end) {
			if err := e.stream.Close(wsstream.CloseInfo{}); err != nil {
				t.Fatal(err)
			}
			e.peer.WantClose(0, "")
			e.peer.Drop()
			e.wantAbnormalEnd()
		}),
	})
}
