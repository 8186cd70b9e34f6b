package wsstream_test

import (
	"io"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestWPTBackpressureSend(t *testing.T) {
	runWPT(t, "WPT websockets/stream/tentative/backpressure-send.any.js", map[string]func(t *testing.T){
		"backpressure should be applied to sent messages": inEachRole(func(t *testing.T, e *end) {
			const size = 8 << 20
			write := goDo(func() error { return e.writer.WriteAsync(wsstream.Binary(make([]byte, size))).Wait(t.Context()) })
			wantPending(t, "the write", write)
			begun := make([]byte, size/2)
			if _, err := io.ReadFull(e.peer.Conn, begun); err != nil {
				t.Fatal(err)
			}
			wantPending(t, "the write of which half is taken", write)
			e.peer.Unread(begun)
			if f := e.peer.Read(); f.Op != wstest.Binary || len(f.Payload) != size {
				t.Errorf("got %v", f)
			}
			if err := <-write; err != nil {
				t.Errorf("the write returns %v", err)
			}
		}),
	})
}
