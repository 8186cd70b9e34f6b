package wsstream_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestWPTUndiciStream(t *testing.T) {
	runWPT(t, "undici test/websocket/stream", map[string]func(t *testing.T){
		"abort-before-open.js: WebSocketStream aborts before handshake completes": inBubble(func(t *testing.T) {
			signal, abort := context.WithCancel(t.Context())
			s, peer := connecting(t, &wsstream.Options{Signal: signal})
			peer.WantRequest()
			abort()
			wantNotOpenedFor(t, s, context.Canceled)
		}),

		"invalid-utf8-text-frame.js: sends close code 1007 when receiving invalid UTF-8 in a text frame": inEachRole(func(_ *testing.T, e *end) {
			wantFailure(e, []wstest.Frame{wstest.Whole(wstest.Text, "\xff\xfe\xfd")}, 1007, wsstream.ErrInvalidUTF8)
		}),

		"issue-4958.js: opened.readable should expose text message payloads only": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.AgreeAndSend(peer.WantRequest(), wstest.Whole(wstest.Text, "first"), wstest.Whole(wstest.Text, "second"))
			e := newEnd(t, s, peer)
			e.wantMessage(wsstream.Text("first"))
			e.wantMessage(wsstream.Text("second"))
		}),

		"readable-cancel-before-clean-close.js: does not throw when readable is canceled before a clean close": inEachRole(func(t *testing.T, e *end) {
			e.closeFrom(func() error { return e.reader.Cancel(t.Context(), nil) }, 0, "")
			if err := e.reader.Closed(t.Context()); err != nil {
				t.Errorf("Closed of the reader returns %v", err)
			}
		}),

		"readable-closed-after-close.js: ReadableStream is closed properly": inEachRole(func(t *testing.T, e *end) {
			closed := goDo(func() error { return e.writer.Close(t.Context()) })
			e.answer(0, "", 0, "")
			for _, err := range []error{<-closed, e.writer.Closed(t.Context()), e.reader.Closed(t.Context())} {
				if err != nil {
					t.Errorf("one of the ends says %v", err)
				}
			}
			if _, err := e.reader.Read(t.Context()); !errors.Is(err, io.EOF) {
				t.Errorf("Read returns %v", err)
			}
		}),
	})
}
