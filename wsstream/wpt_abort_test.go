package wsstream_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// wantNotOpenedFor checks that Opened and Closed fail with cause, the very value.
func wantNotOpenedFor(t *testing.T, s *wsstream.WebSocketStream, cause error) {
	t.Helper()
	_, opened := s.Opened(t.Context())
	_, closed := s.Closed(t.Context())
	if opened != cause || closed != cause { //nolint:errorlint // the very value
		t.Errorf("Opened returns %v, Closed %v, want %v", opened, closed, cause)
	}
}

func TestWPTAbort(t *testing.T) {
	runWPT(t, "WPT websockets/stream/tentative/abort.any.js", map[string]func(t *testing.T){
		"abort before constructing should prevent connection": func(t *testing.T) {
			cause := errors.New("never mind")
			signal, abort := context.WithCancelCause(t.Context())
			abort(cause)
			s, err := wsstream.New("ws://example.com", &wsstream.Options{
				Signal: signal,
				NetDial: func(context.Context, string, string) (net.Conn, error) {
					t.Error("dialed")
					return nil, io.EOF
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			wantNotOpenedFor(t, s, cause)
		},

		"abort during handshake should work": inBubble(func(t *testing.T) {
			cause := errors.New("enough")
			signal, abort := context.WithCancelCause(t.Context())
			s, peer := connecting(t, &wsstream.Options{Signal: signal})
			peer.WantRequest()
			abort(cause)
			wantNotOpenedFor(t, s, cause)
			peer.WantEnd()
		}),

		"abort after connect should do nothing": inBubble(func(t *testing.T) {
			signal, abort := context.WithCancel(t.Context())
			s, peer := connecting(t, &wsstream.Options{Signal: signal})
			peer.Open()
			e := newEnd(t, s, peer)
			abort()
			synctest.Wait()
			e.writer.WriteAsync(wsstream.Text("still"))
			e.peer.Want(wstest.Text, "still")
			e.peer.Send(wstest.Whole(wstest.Text, "here"))
			e.wantMessage(wsstream.Text("here"))
		}),
	})
}
