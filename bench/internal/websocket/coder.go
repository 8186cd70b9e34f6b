package websocket

import (
	"context"
	"net/http"

	"github.com/coder/websocket"
)

const coderModule = "github.com/coder/websocket"

// coderWhole reads messages with Read, which makes a new buffer for each.
var coderWhole = library{
	name: "coder", module: coderModule,
	dial:  dialer(dialCoder(newCoderWhole)),
	serve: overHTTP(upgradeCoder(newCoderWhole)),
}

// coderKept reads messages with Reader into a kept buffer.
var coderKept = library{
	name: "coder-stream", module: coderModule,
	dial:  dialer(dialCoder(newCoderKept)),
	serve: overHTTP(upgradeCoder(newCoderKept)),
}

// coderLimit lets through all messages here; without it a message has 32 KiB at most.
const coderLimit = 2 << 20

func dialCoder(open func(*websocket.Conn) blocking) func(context.Context, string) (blocking, error) {
	return func(ctx context.Context, address string) (blocking, error) {
		conn, _, err := websocket.Dial(ctx, "ws://"+address+"/", nil) //nolint:bodyclose // documented as never needed
		if err != nil {
			return nil, err
		}
		conn.SetReadLimit(coderLimit)
		return open(conn), nil
	}
}

func upgradeCoder(open func(*websocket.Conn) blocking) func(http.ResponseWriter, *http.Request, task) error {
	return func(w http.ResponseWriter, r *http.Request, t task) error {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return err
		}
		conn.SetReadLimit(coderLimit)
		go t.dealWith(open(conn))
		return nil
	}
}

type coderConn struct {
	*websocket.Conn
}

func newCoderWhole(c *websocket.Conn) blocking { return coderConn{c} }

func (c coderConn) read() ([]byte, error) {
	_, message, err := c.Read(context.Background())
	return message, err
}

func (c coderConn) write(message []byte) error {
	return c.Write(context.Background(), websocket.MessageBinary, message)
}

func (c coderConn) close() error { return c.CloseNow() }

type coderKeptConn struct {
	coderConn
	kept []byte
}

func newCoderKept(c *websocket.Conn) blocking { return &coderKeptConn{coderConn: coderConn{c}} }

func (c *coderKeptConn) read() (message []byte, err error) {
	_, r, err := c.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	c.kept, err = readInto(c.kept, r)
	return c.kept, err
}
