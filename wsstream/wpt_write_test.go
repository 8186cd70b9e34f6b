package wsstream_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestWPTWrite(t *testing.T) {
	runWPT(t, "WPT websockets/stream/tentative/write.any.js", map[string]func(t *testing.T){
		"a write that was incomplete at close time should reject": inEachRole(func(t *testing.T, e *end) {
			write := e.writer.WriteAsync(wsstream.Binary(make([]byte, 1<<20)))
			synctest.Wait() // it is stuck
			e.peer.Send(wstest.CloseFrame(1000, ""))
			err := write.Wait(t.Context())
			if !errors.Is(err, wsstream.ErrInvalidState) {
				t.Errorf("the write returns %v", err)
			}
			if later := e.writer.Write(t.Context(), wsstream.Text("later")); later != err { //nolint:errorlint // the very value
				t.Errorf("a later write returns %v, want %v", later, err)
			}
		}),
	})
}
