package wsstream_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// The peer must be able to read why it was failed although it has sent more than was read: closing a socket with
// unread data would reset the connection.
func TestFailureReachesAPeerThatGoesOnSending(t *testing.T) {
	a, b := wstest.TCP(t)
	e := newServer(t, a, b, nil)
	e.peer.Send(wstest.Whole(3, "a violation"))
	for range 100 {
		e.peer.Send(wstest.Whole(wstest.Binary, strings.Repeat("x", 10_000)))
	}
	e.peer.WantCloseCode(1002)
	e.peer.WantEnd()
	e.peer.Drop()
	e.wantAbnormalEnd()
}

func TestADeclaredLengthIsNotBelieved(t *testing.T) {
	const declared = 1 << 30
	a, b := wstest.TCP(t)
	e := newServer(t, a, b, &wsstream.UpgradeOptions{Settings: wsstream.Settings{MaxMessageSize: wsstream.Unlimited}})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	e.peer.Send(wstest.Frame{Fin: true, Op: wstest.Binary, Length: declared, Payload: []byte("ten bytes!")})
	e.peer.Drop()
	if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the cause is %v", err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes allocated for a header that declares %d and 10 that came", got, declared)
	}
}

func TestManyTinyFragmentsAreJoinedInLinearTime(t *testing.T) {
	a, b := wstest.TCP(t)
	e := newServer(t, a, b, nil)
	const n = 100_000
	fragments := make([]wstest.Frame, n)
	for i := range fragments {
		fragments[i] = wstest.More("x")
	}
	fragments[0].Op = wstest.Binary
	fragments[n-1].Fin = true
	bytes := e.peer.Bytes(fragments...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sent := goDo(func() error {
		_, err := e.peer.Conn.Write(bytes)
		return err
	})
	e.wantMessage(wsstream.Binary([]byte(strings.Repeat("x", n))))
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 20*n {
		t.Errorf("%d bytes allocated to join %d bytes", got, n)
	}
	e.peer.Drop()
	e.wantAbnormalEnd()
}
