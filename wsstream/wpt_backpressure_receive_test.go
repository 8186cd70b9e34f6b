package wsstream_test

import (
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestWPTBackpressureReceive(t *testing.T) {
	runWPT(t, "WPT websockets/stream/tentative/backpressure-receive.any.js", map[string]func(t *testing.T){
		"backpressure should be applied to received messages": inEachRole(func(t *testing.T, e *end) {
			send := func(text string) <-chan error {
				return goDo(func() error {
					_, err := e.peer.Conn.Write(e.peer.Bytes(wstest.Whole(wstest.Text, text)))
					return err
				})
			}
			if err := <-send("queued"); err != nil {
				t.Fatal(err)
			}
			held := send("held back")
			wantPending(t, "the second Write of the peer", held)
			e.wantMessage(wsstream.Text("queued"))
			if err := <-held; err != nil {
				t.Fatal(err)
			}
			e.wantMessage(wsstream.Text("held back"))
		}),
	})
}
