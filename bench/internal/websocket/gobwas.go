package websocket

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

const gobwasModule = "github.com/gobwas/ws"

// gobwasBuffered is gobwas/ws as one writes it by hand for speed: reads through a buffer of 4 KiB, messages into a kept
// one, and one system call for each frame that is written.
var gobwasBuffered = library{
	name: reference, module: gobwasModule,
	dial:  dialer(dialGobwas(newGobwasBuffered)),
	serve: overHTTP(upgradeGobwas(newGobwasBuffered)),
}

// gobwasHelpers is gobwas/ws by its helpers, on the bare connection.
var gobwasHelpers = library{
	name: "gobwas", module: gobwasModule,
	dial:  dialer(dialGobwas(newGobwasHelpers)),
	serve: overHTTP(upgradeGobwas(newGobwasHelpers)),
}

// newGobwas makes a connection of one that is open; early is what came with the handshake, or nil.
type newGobwas func(conn net.Conn, early *bufio.Reader, state ws.State) blocking

func dialGobwas(open newGobwas) func(context.Context, string) (blocking, error) {
	return func(ctx context.Context, address string) (blocking, error) {
		conn, early, _, err := ws.Dial(ctx, "ws://"+address+"/")
		if err != nil {
			return nil, err
		}
		return open(conn, early, ws.StateClientSide), nil
	}
}

func upgradeGobwas(open newGobwas) func(http.ResponseWriter, *http.Request, task) error {
	return func(w http.ResponseWriter, r *http.Request, t task) error {
		conn, _, _, err := ws.UpgradeHTTP(r, w) // these clients send nothing before they have the response
		if err != nil {
			return err
		}
		go t.dealWith(open(conn, nil, ws.StateServerSide))
		return nil
	}
}

type gobwasConn struct {
	conn  net.Conn
	in    wsutil.Reader
	state ws.State
	kept  []byte
	frame bytes.Buffer
}

func newGobwasBuffered(conn net.Conn, early *bufio.Reader, state ws.State) blocking {
	if early == nil {
		early = bufio.NewReader(conn)
	}
	return &gobwasConn{conn: conn, state: state, in: wsutil.Reader{Source: early, State: state}}
}

func (c *gobwasConn) read() ([]byte, error) {
	header, err := c.in.NextFrame()
	if err != nil {
		return nil, err
	}
	if header.OpCode.IsControl() {
		return nil, io.EOF // nobody pings here, so it is the end
	}
	c.kept = sized(c.kept, int(header.Length)) // these peers are trusted, and send a message as one frame
	_, err = io.ReadFull(&c.in, c.kept)
	return c.kept, err
}

func (c *gobwasConn) write(message []byte) error {
	header := ws.Header{Fin: true, OpCode: ws.OpBinary, Length: int64(len(message))}
	if c.state.ClientSide() {
		header.Masked, header.Mask = true, ws.NewMask()
	}
	c.frame.Reset()
	if err := ws.WriteHeader(&c.frame, header); err != nil {
		return err
	}
	start := c.frame.Len()
	c.frame.Write(message)
	if header.Masked {
		ws.Cipher(c.frame.Bytes()[start:], header.Mask, 0)
	}
	_, err := c.conn.Write(c.frame.Bytes())
	return err
}

func (c *gobwasConn) close() error { return c.conn.Close() }

type gobwasHelperConn struct {
	net.Conn
	state ws.State
}

func newGobwasHelpers(conn net.Conn, _ *bufio.Reader, state ws.State) blocking {
	return gobwasHelperConn{conn, state}
}

func (c gobwasHelperConn) read() ([]byte, error) {
	message, _, err := wsutil.ReadData(c.Conn, c.state)
	return message, err
}

func (c gobwasHelperConn) write(message []byte) error {
	return wsutil.WriteMessage(c.Conn, c.state, ws.OpBinary, message)
}

func (c gobwasHelperConn) close() error { return c.Conn.Close() }
