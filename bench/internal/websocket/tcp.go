package websocket

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
)

// tcp is what the connection itself costs: messages behind their length, without WebSocket. Both sides buffer 4 KiB and
// flush after each message.
var tcp = library{name: "tcp", dial: dialer(dialTCP), serve: serveTCP}

// tcpLazy does not flush before it wants an answer, which is what sending many messages at once can gain.
var tcpLazy = library{name: "tcp-lazy", dial: dialTCPLazy, serve: serveTCP}

type tcpConn struct {
	conn   net.Conn
	in     *bufio.Reader
	out    *bufio.Writer
	length [4]byte
	kept   []byte
}

func newTCP(conn net.Conn) *tcpConn {
	return &tcpConn{conn: conn, in: bufio.NewReader(conn), out: bufio.NewWriter(conn)}
}

func (c *tcpConn) read() ([]byte, error) {
	if _, err := io.ReadFull(c.in, c.length[:]); err != nil {
		return nil, err
	}
	c.kept = sized(c.kept, int(binary.BigEndian.Uint32(c.length[:])))
	_, err := io.ReadFull(c.in, c.kept)
	return c.kept, err
}

func (c *tcpConn) write(message []byte) error {
	if err := c.buffer(message); err != nil {
		return err
	}
	return c.out.Flush()
}

func (c *tcpConn) buffer(message []byte) error {
	binary.BigEndian.PutUint32(c.length[:], uint32(len(message)))
	if _, err := c.out.Write(c.length[:]); err != nil {
		return err
	}
	_, err := c.out.Write(message)
	return err
}

func (c *tcpConn) close() error { return c.conn.Close() }

// sized returns n bytes, in the buffer if they fit.
func sized(buffer []byte, n int) []byte {
	if cap(buffer) < n {
		return make([]byte, n)
	}
	return buffer[:n]
}

func dialTCP(ctx context.Context, address string) (*tcpConn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return newTCP(conn), nil
}

type lazyClient struct {
	blockingClient
	tcp *tcpConn
}

func (c lazyClient) writeAll(message []byte, times int) error {
	for range times {
		if err := c.tcp.buffer(message); err != nil {
			return err
		}
	}
	return c.tcp.out.Flush()
}

func dialTCPLazy(ctx context.Context, address string) (client, error) {
	c, err := dialTCP(ctx, address)
	if err != nil {
		return nil, err
	}
	return lazyClient{blockingClient: blockingClient{c}, tcp: c}, nil
}

func serveTCP(l net.Listener, t task) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go t.dealWith(newTCP(conn))
	}
}
