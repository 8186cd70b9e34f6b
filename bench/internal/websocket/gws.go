package websocket

import (
	"context"
	"net/http"

	"github.com/lxzan/gws"
)

// gwsEvents has no read: it calls a handler with each message, whose buffer it takes back.
var gwsEvents = library{
	name: "gws", module: "github.com/lxzan/gws",
	dial:  dialGWS,
	serve: overHTTP(upgradeGWS),
}

// gwsServer deals with the messages of one connection.
type gwsServer struct {
	gws.BuiltinEventHandler
	messages counter
}

func (s *gwsServer) OnMessage(c *gws.Conn, m *gws.Message) {
	if reply := s.messages.reply(m.Bytes()); reply != nil {
		_ = c.WriteMessage(gws.OpcodeBinary, reply) // if it fails, the reading ends too
	}
	_ = m.Close() // it gives the buffer back, and does not fail
}

func upgradeGWS(w http.ResponseWriter, r *http.Request, t task) error {
	conn, err := gws.NewUpgrader(&gwsServer{messages: counter{task: t}}, nil).Upgrade(w, r)
	if err != nil {
		return err
	}
	go conn.ReadLoop()
	return nil
}

// gwsClient hands each message to the function that waits for it.
type gwsClient struct {
	gws.BuiltinEventHandler
	conn    *gws.Conn
	waiting chan func([]byte) (bool, error) // who waits for messages
	current func([]byte) (bool, error)      // used by the goroutine that reads only
	done    chan error                      // what the waiting ended with
}

func dialGWS(_ context.Context, address string) (client, error) {
	c := &gwsClient{waiting: make(chan func([]byte) (bool, error), 1), done: make(chan error, 1)}
	var err error
	c.conn, _, err = gws.NewClient(c, &gws.ClientOption{Addr: "ws://" + address + "/"}) //nolint:bodyclose // it was read to the end of its head, and there is no more
	if err != nil {
		return nil, err
	}
	go c.conn.ReadLoop()
	return c, nil
}

func (c *gwsClient) OnMessage(_ *gws.Conn, m *gws.Message) {
	if c.current == nil {
		c.current = <-c.waiting
	}
	done, err := c.current(m.Bytes())
	_ = m.Close() // it gives the buffer back, and does not fail
	if done || err != nil {
		c.current = nil
		c.done <- err
	}
}

// OnClose ends the waiting.
func (c *gwsClient) OnClose(_ *gws.Conn, err error) {
	select {
	case c.done <- err:
	default: // it has ended before, and nobody waits
	}
}

func (c *gwsClient) write(message []byte) error {
	return c.conn.WriteMessage(gws.OpcodeBinary, message)
}

func (c *gwsClient) receive(got func([]byte) (bool, error)) error {
	c.waiting <- got
	return <-c.done
}

func (c *gwsClient) close() error {
	return c.conn.NetConn().Close()
}
