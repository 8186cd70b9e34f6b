package wsstream_test

import (
	"fmt"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

// dialNode starts the server of ws and returns a connection to it, on which it does what path says.
func dialNode(t *testing.T, path string) (*program, *end) {
	t.Helper()
	p := startNode(t, "server.mjs")
	s, _, err := wsstream.Dial(t.Context(), fmt.Sprintf("ws://127.0.0.1:%d/%s", p.number("port"), path), nil)
	if err != nil {
		t.Fatal(err)
	}
	return p, newEnd(t, s, nil)
}

func TestNodeServerEchoes(t *testing.T) {
	p := startNode(t, "server.mjs")
	testEcho(t, fmt.Sprintf("ws://127.0.0.1:%d/echo", p.number("port")), nil)
	p.want(`{"closed":{"code":1000,"reason":"enough"}}`)
}

func TestNodeServerCloses(t *testing.T) {
	p, e := dialNode(t, "close")
	e.writer.WriteAsync(wsstream.Text("the last"))
	e.wantCleanEnd(4001, "enough")
	e.wantRefusedWrites()
	p.want(`{"closed":{"code":4001,"reason":"enough"}}`)
}

func TestNodeServerCutsOff(t *testing.T) {
	p, e := dialNode(t, "terminate")
	e.writer.WriteAsync(wsstream.Text("the last"))
	e.wantAbnormalEnd()
	p.want(`{"closed":{"code":1006,"reason":""}}`)
}

func TestNodeServerPings(t *testing.T) {
	_, e := dialNode(t, "ping")
	e.wantMessage(wsstream.Text("pong payload"))
	if err := e.stream.Close(wsstream.CloseInfo{}); err != nil {
		t.Fatal(err)
	}
	e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
}

func TestNodeServerSendsFragments(t *testing.T) {
	_, e := dialNode(t, "fragments")
	e.wantMessage(wsstream.Text("fragments"))
	closed := goDo(func() error { return e.writer.Close(t.Context()) })
	if err := <-closed; err != nil {
		t.Errorf("Close of the writer returns %v", err)
	}
	e.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
}

func TestNodeServerThatDoesNotRead(t *testing.T) {
	p, e := dialNode(t, "stall")
	p.want(`"open"`)
	p.wantNotToRead(e)
	if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
		t.Fatal(err)
	}
	e.wantCleanEnd(1000, "")
}

func TestNodeServerThatHasToWait(t *testing.T) {
	p, e := dialNode(t, "flood")
	p.wantToWait(e)
	if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
		t.Fatal(err)
	}
	e.wantCleanEnd(1000, "")
	p.want(`{"closed":{"code":1000,"reason":""}}`)
}
