package wsstream_test

import (
	"errors"
	"testing"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// pongs returns pongs that nobody has asked for.
func pongs(n int) []wstest.Frame {
	frames := make([]wstest.Frame, n)
	for i := range frames {
		frames[i] = wstest.Whole(wstest.Pong, "")
	}
	return frames
}

func TestAFloodOfControlFramesEndsTheConnection(t *testing.T) {
	const rate, aMinute = 2, 120
	serverInBubble(t, wsstream.Settings{MaxControlRate: rate}, func(t *testing.T, e *end) {
		e.peer.Send(pongs(aMinute)...)
		for range 3 {
			pass(time.Second)
			e.peer.Send(pongs(rate)...)
			e.peer.Send(wstest.Whole(wstest.Text, "still open"))
			e.wantMessage(wsstream.Text("still open"))
		}
		e.peer.Send(pongs(1)...)
		e.peer.WantCloseCode(1008)
		e.peer.WantEnd()
		if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, wsstream.ErrTooManyControls) {
			t.Errorf("the cause is %v", err)
		}
	})
}

// What a peer sends by the rules in an hour in which nobody reads may come in one piece.
func TestControlFramesThatWereNotReadInTimeAreNoFlood(t *testing.T) {
	serverInBubble(t, wsstream.Settings{}, func(_ *testing.T, e *end) {
		e.peer.Send(pongs(3600)...)
		e.peer.Send(wstest.Whole(wstest.Text, "still open"))
		e.wantMessage(wsstream.Text("still open"))
		e.peer.Drop()
		e.wantAbnormalEnd()
	})
}
