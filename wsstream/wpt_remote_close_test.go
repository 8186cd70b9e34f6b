package wsstream_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// closedByPeer makes a test of a close that the peer begins, with code and reason.
func closedByPeer(code uint16, reason string) func(t *testing.T) {
	return inEachRole(func(_ *testing.T, e *end) {
		e.closeFromPeer(code, reason)
		e.wantRefusedWrites()
	})
}

func TestWPTRemoteClose(t *testing.T) {
	runWPT(t, "WPT websockets/stream/tentative/remote-close.any.js", map[string]func(t *testing.T){
		"clean close should be clean":                                closedByPeer(1000, ""),
		"close frame with no body should result in status code 1005": closedByPeer(0, ""),
		"reason should be passed through":                            closedByPeer(4000, "robot"),
		"UTF-8 reason should work":                                   closedByPeer(4000, "ロボット"),

		"close with unwritten data should not be considered clean": inEachRole(func(t *testing.T, e *end) {
			write := e.writer.WriteAsync(wsstream.Binary(make([]byte, 1<<20)))
			synctest.Wait() // it is stuck
			e.peer.Send(wstest.CloseFrame(4567, ""))
			err := e.uncleanEnd(4567)
			if got := write.Wait(t.Context()); got != err || !errors.Is(got, wsstream.ErrInvalidState) { //nolint:errorlint // the very value
				t.Errorf("the write returns %v, Closed %v", got, err)
			}
		}),

		"remote code and reason should be used": inEachRole(func(t *testing.T, e *end) {
			if err := e.stream.Close(wsstream.CloseInfo{Code: 4222, Reason: "local"}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait() // our Close frame is under way
			e.peer.Send(wstest.CloseFrame(4333, "remote"))
			e.peer.WantClose(4222, "local")
			e.hangUp()
			e.wantCleanEnd(4333, "remote")
		}),

		"abrupt close should give an error": inEachRole(func(t *testing.T, e *end) {
			read := goDo(func() error {
				_, err := e.reader.Read(t.Context())
				return err
			})
			synctest.Wait()
			e.peer.Drop()
			err := e.uncleanEnd(wsstream.StatusAbnormalClosure)
			if got := <-read; got != err { //nolint:errorlint // the very value
				t.Errorf("the Read that waited returns %v, Closed %v", got, err)
			}
		}),
	})
}
