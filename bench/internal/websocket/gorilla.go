package websocket

import (
	"context"
	"io"
	"net/http"

	"github.com/gorilla/websocket"
)

const gorillaModule = "github.com/gorilla/websocket"

// gorillaWhole reads messages with ReadMessage, which makes a new buffer for each.
var gorillaWhole = library{
	name: "gorilla", module: gorillaModule,
	dial:  dialer(dialGorilla(newGorillaWhole)),
	serve: overHTTP(upgradeGorilla(newGorillaWhole)),
}

// gorillaKept reads messages with NextReader into a kept buffer.
var gorillaKept = library{
	name: "gorilla-stream", module: gorillaModule,
	dial:  dialer(dialGorilla(newGorillaKept)),
	serve: overHTTP(upgradeGorilla(newGorillaKept)),
}

func dialGorilla(open func(*websocket.Conn) blocking) func(context.Context, string) (blocking, error) {
	return func(ctx context.Context, address string) (blocking, error) {
		conn, response, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+address+"/", nil)
		if err != nil {
			return nil, err
		}
		return open(conn), response.Body.Close()
	}
}

func upgradeGorilla(open func(*websocket.Conn) blocking) func(http.ResponseWriter, *http.Request, task) error {
	return func(w http.ResponseWriter, r *http.Request, t task) error {
		var u websocket.Upgrader
		conn, err := u.Upgrade(w, r, nil)
		if err != nil {
			return err
		}
		go t.dealWith(open(conn))
		return nil
	}
}

type gorillaConn struct {
	*websocket.Conn
}

func newGorillaWhole(c *websocket.Conn) blocking { return gorillaConn{c} }

func (c gorillaConn) read() ([]byte, error) {
	_, message, err := c.ReadMessage()
	return message, err
}

func (c gorillaConn) write(message []byte) error {
	return c.WriteMessage(websocket.BinaryMessage, message)
}

func (c gorillaConn) close() error { return c.Conn.Close() }

type gorillaKeptConn struct {
	gorillaConn
	kept []byte
}

func newGorillaKept(c *websocket.Conn) blocking { return &gorillaKeptConn{gorillaConn: gorillaConn{c}} }

func (c *gorillaKeptConn) read() (message []byte, err error) {
	_, r, err := c.NextReader()
	if err != nil {
		return nil, err
	}
	c.kept, err = readInto(c.kept, r)
	return c.kept, err
}

// readInto reads all that there is into the buffer, which grows where it is too small.
func readInto(buffer []byte, r io.Reader) ([]byte, error) {
	buffer = buffer[:0]
	for {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := r.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if err == io.EOF {
			return buffer, nil
		}
		if err != nil {
			return buffer, err
		}
	}
}
