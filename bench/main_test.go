package bench

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/weirstreams/weir/bench/internal/websocket"
)

func TestMain(m *testing.M) {
	websocket.ServeIfAsked()
	goleak.VerifyTestMain(m)
}
