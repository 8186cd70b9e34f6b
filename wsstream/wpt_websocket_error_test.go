package wsstream_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

// makingError makes a test of NewWebSocketError that has one result or the other.
func makingError(code wsstream.StatusCode, reason string, want wsstream.WebSocketError, wantErr error) func(t *testing.T) {
	return func(t *testing.T) {
		got, err := wsstream.NewWebSocketError(code, reason)
		switch {
		case !errors.Is(err, wantErr):
			t.Errorf("NewWebSocketError(%d, %q) fails with %v, want %v", code, reason, err, wantErr)
		case err == nil && *got != want:
			t.Errorf("NewWebSocketError(%d, %q) returns %+v, want %+v", code, reason, *got, want)
		case err != nil && got != nil:
			t.Errorf("NewWebSocketError(%d, %q) returns %v and %v", code, reason, got, err)
		}
	}
}

func TestWPTWebSocketError(t *testing.T) {
	type Error = wsstream.WebSocketError
	none := Error{}
	runWPT(t, "WPT websockets/stream/tentative/websocket-error.any.js", map[string]func(t *testing.T){
		"WebSocketError defaults should be correct":                                makingError(0, "", none, nil),
		"WebSocketError should be initialised from arguments":                      makingError(3456, "reason", Error{Code: 3456, Reason: "reason"}, nil),
		"passing only close code to WebSocketError should work":                    makingError(4567, "", Error{Code: 4567}, nil),
		"passing a non-empty reason should cause the close code to be set to 1000": makingError(0, "set", Error{Code: 1000, Reason: "set"}, nil),

		"new WebSocketError with invalid code 999 should throw":  makingError(999, "", none, wsstream.ErrCloseCode),
		"new WebSocketError with invalid code 1001 should throw": makingError(1001, "", none, wsstream.ErrCloseCode),
		"new WebSocketError with invalid code 2999 should throw": makingError(2999, "", none, wsstream.ErrCloseCode),
		"new WebSocketError with invalid code 5000 should throw": makingError(5000, "", none, wsstream.ErrCloseCode),

		"overlong reason should throw":                                        makingError(1000, strings.Repeat("x", 124), none, wsstream.ErrCloseReason),
		"reason should be rejected based on utf-8 bytes, not character count": makingError(1000, strings.Repeat("😀", 32), none, wsstream.ErrCloseReason),
	})
}
