package wsstream_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// A behaviour is one connection of a soak, from its beginning to its end. It fails with what this end, which keeps the
// rules as far as it wants to, cannot explain.
type behaviour func(s *soak, random *rand.Rand) error

// behaviours are those of clients of the server under test, and those of clients under test whose server is not.
var behaviours = map[string]behaviour{
	"client that echoes and closes":           echoAndClose,
	"client that closes with echoes unread":   closeUnread,
	"client that aborts a write":              abortWrite,
	"client that dials and gives up":          giveUpDialing,
	"peer killed in the handshake":            (*soak).killInHandshake,
	"peer killed in a frame":                  (*soak).killInFrame,
	"peer killed between fragments":           (*soak).killInMessage,
	"peer half closed":                        (*soak).halfClose,
	"peer that writes and does not read":      (*soak).stall,
	"peer that floods with pings":             (*soak).floodPings,
	"peer that floods with fragments":         (*soak).floodFragments,
	"peer that breaks the rules":              (*soak).breakRules,
	"server killed in a frame":                killByServer,
	"server that takes nothing":               stallByServer,
	"server that does not answer a close":     ignoreClose,
	"server that sends what is not WebSocket": garbleByServer,
}

// dial opens a client under test.
func (s *soak) dial(ctx context.Context) (*wsstream.WebSocketStream, *wsstream.Connection, error) {
	return wsstream.Dial(ctx, "ws://"+s.address, &wsstream.Options{Settings: patient})
}

func echoAndClose(s *soak, random *rand.Rand) error {
	stream, c, err := s.dial(context.Background())
	if err != nil {
		return err
	}
	reader, err := c.Readable.GetReader()
	if err != nil {
		return err
	}
	writer, err := c.Writable.GetWriter()
	if err != nil {
		return err
	}
	for range random.IntN(20) {
		data := make([]byte, random.IntN(100_000))
		written := writer.WriteAsync(wsstream.Binary(data))
		m, err := reader.Read(context.Background())
		if err = errors.Join(err, written.Wait(context.Background())); err != nil || len(m.Data) != len(data) {
			return fmt.Errorf("%d bytes come back as %d: %w", len(data), len(m.Data), err)
		}
	}
	info := wsstream.CloseInfo{Code: 4000, Reason: "enough"}
	if err := stream.Close(info); err != nil {
		return err
	}
	if got, err := stream.Closed(context.Background()); err != nil || got != info {
		return fmt.Errorf("closed with %v: %w", got, err)
	}
	return nil
}

func closeUnread(s *soak, random *rand.Rand) error {
	stream, c, err := s.dial(context.Background())
	if err != nil {
		return err
	}
	writer, err := c.Writable.GetWriter()
	if err != nil {
		return err
	}
	for range random.IntN(10) {
		if err := writer.Write(context.Background(), wsstream.Text("nobody reads the echo")); err != nil {
			return err
		}
	}
	if err := stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
		return err
	}
	_, err = stream.Closed(context.Background())
	return err
}

func abortWrite(s *soak, random *rand.Rand) error {
	stream, c, err := s.dial(context.Background())
	if err != nil {
		return err
	}
	writer, err := c.Writable.GetWriter()
	if err != nil {
		return err
	}
	written := writer.WriteAsync(wsstream.Binary(make([]byte, random.IntN(4<<20))))
	aborted := writer.Abort(context.Background(), nil)
	_ = written.Wait(context.Background()) // it was in time, or not
	_, _ = stream.Closed(context.Background())
	return aborted
}

func giveUpDialing(s *soak, random *rand.Rand) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(random.IntN(1000))*time.Microsecond)
	defer cancel()
	stream, _, err := s.dial(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := stream.Close(wsstream.CloseInfo{}); err != nil {
		return err
	}
	_, err = stream.Closed(context.Background())
	return err
}

// withPeer opens a connection to the server under test by hand, does something, and cuts it off.
func (s *soak) withPeer(do func(socket *net.TCPConn, br *bufio.Reader) error) error {
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		return err
	}
	socket := conn.(*net.TCPConn)
	defer kill(socket)
	if _, err := io.WriteString(socket, "GET / HTTP/1.1\r\n"+goodRequest+"\r\n"); err != nil {
		return err
	}
	br := bufio.NewReader(socket)
	response, err := http.ReadResponse(br, nil)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	return do(socket, br)
}

// kill ends a socket as the end of its machine would: what is under way is lost.
func kill(socket *net.TCPConn) {
	_ = socket.SetLinger(0) // whether it is reset or closed, it ends
	_ = socket.Close()
}

// masked returns the bytes of frames from a client.
func masked(frames ...wstest.Frame) []byte {
	var wire []byte
	for _, f := range frames {
		f.Masked, f.Mask = true, [4]byte{1, 2, 3, 4}
		wire = append(wire, f.Bytes()...)
	}
	return wire
}

func (s *soak) killInHandshake(random *rand.Rand) error {
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		return err
	}
	defer kill(conn.(*net.TCPConn))
	request := "GET / HTTP/1.1\r\n" + goodRequest
	_, err = io.WriteString(conn, request[:random.IntN(len(request))])
	return err
}

func (s *soak) killInFrame(random *rand.Rand) error {
	return s.withPeer(func(socket *net.TCPConn, _ *bufio.Reader) error {
		wire := masked(wstest.Whole(wstest.Text, someText(500)), wstest.Whole(wstest.Binary, someText(random.IntN(100_000))))
		_, err := socket.Write(wire[:random.IntN(len(wire))])
		return err
	})
}

func (s *soak) killInMessage(*rand.Rand) error {
	return s.withPeer(func(socket *net.TCPConn, _ *bufio.Reader) error {
		_, err := socket.Write(masked(wstest.First(wstest.Text, "a"), wstest.More("b"), wstest.Whole(wstest.Ping, "")))
		return err
	})
}

func (s *soak) halfClose(*rand.Rand) error {
	return s.withPeer(func(socket *net.TCPConn, br *bufio.Reader) error {
		if _, err := socket.Write(masked(wstest.Whole(wstest.Text, "the last"))); err != nil {
			return err
		}
		if err := socket.CloseWrite(); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, br) // the server must end it
		return ignoreReset(err)
	})
}

// ignoreReset returns err unless it says that the other end has reset the connection, as it may when something is unread.
func ignoreReset(err error) error {
	if _, ok := errors.AsType[*net.OpError](err); ok && !errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

func (s *soak) stall(*rand.Rand) error {
	return s.withPeer(func(socket *net.TCPConn, _ *bufio.Reader) error {
		return writeUntilStuck(socket, masked(wstest.Whole(wstest.Binary, someText(64<<10))))
	})
}

// writeUntilStuck writes the same again and again, until the other end has taken nothing for a while.
func writeUntilStuck(socket net.Conn, wire []byte) error {
	for range 1000 {
		if err := socket.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			return err
		}
		if _, err := socket.Write(wire); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return nil
			}
			return err
		}
	}
	return errors.New("the other end takes whatever comes")
}

func (s *soak) floodPings(*rand.Rand) error {
	return s.withPeer(func(socket *net.TCPConn, _ *bufio.Reader) error {
		wire := masked(wstest.Whole(wstest.Ping, someText(125)))
		for range 2000 {
			if _, err := socket.Write(wire); err != nil {
				return ignoreReset(err)
			}
		}
		return nil
	})
}

func (s *soak) floodFragments(*rand.Rand) error {
	return s.withPeer(func(socket *net.TCPConn, _ *bufio.Reader) error {
		frames := []wstest.Frame{wstest.First(wstest.Text, "")}
		for range 5000 {
			frames = append(frames, wstest.More("x"))
		}
		_, err := socket.Write(masked(frames...))
		return ignoreReset(err)
	})
}

func (s *soak) breakRules(random *rand.Rand) error {
	violations := []wstest.Frame{
		wstest.Whole(3, ""), wstest.Last("x"), wstest.Whole(wstest.Text, "\xff"),
		{Fin: true, Op: wstest.Text, Length: 1 << 63},
		{Fin: true, Op: wstest.Binary, Length: 1 << 40},
		wstest.CloseFrame(999, ""),
	}
	return s.withPeer(func(socket *net.TCPConn, br *bufio.Reader) error {
		if _, err := socket.Write(masked(violations[random.IntN(len(violations))])); err != nil {
			return err
		}
		f, err := wstest.ReadFrame(br)
		if err != nil || f.Op != wstest.Close {
			return fmt.Errorf("got %v, want a Close frame: %w", f, err)
		}
		return nil
	})
}

// withServer opens a client under test whose server is the function. It waits until the connection has ended, closed by
// use if not by the server.
func withServer(server func(socket *net.TCPConn) error, use func(stream *wsstream.WebSocketStream, c *wsstream.Connection) error) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	served := goDo(func() error {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		socket := conn.(*net.TCPConn)
		defer kill(socket)
		request, err := http.ReadRequest(bufio.NewReader(socket))
		if err != nil {
			return err
		}
		_, err = io.WriteString(socket, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Accept: "+wstest.AcceptFor(request)+"\r\n\r\n")
		if err != nil {
			return err
		}
		return server(socket)
	})
	stream, c, err := wsstream.Dial(context.Background(), "ws://"+l.Addr().String(), &wsstream.Options{Settings: impatient})
	if err != nil {
		return errors.Join(err, <-served)
	}
	err = use(stream, c)
	if _, clean := stream.Closed(context.Background()); clean == nil {
		err = errors.Join(err, errors.New("it is a clean close"))
	}
	return errors.Join(err, <-served)
}

func killByServer(_ *soak, random *rand.Rand) error {
	return withServer(func(socket *net.TCPConn) error {
		wire := wstest.Whole(wstest.Text, someText(1000)).Bytes()
		_, err := socket.Write(wire[:random.IntN(len(wire))])
		return err
	}, drain)
}

// drain reads what comes, to the end.
func drain(_ *wsstream.WebSocketStream, c *wsstream.Connection) error {
	_ = c.Readable.ForEach(context.Background(), func(wsstream.Message) error { return nil }) // Closed tells how it ended
	return nil
}

func stallByServer(*soak, *rand.Rand) error {
	over := make(chan struct{})
	return withServer(func(*net.TCPConn) error {
		<-over
		return nil
	}, func(stream *wsstream.WebSocketStream, c *wsstream.Connection) error {
		defer close(over)
		writer, err := c.Writable.GetWriter()
		if err != nil {
			return err
		}
		written := writer.WriteAsync(wsstream.Binary(make([]byte, 16<<20)))
		if err := stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			return err
		}
		if written.Wait(context.Background()) == nil {
			return errors.New("16 MiB were written to a server that reads nothing")
		}
		_, _ = stream.Closed(context.Background()) // before the server hangs up
		return nil
	})
}

func ignoreClose(*soak, *rand.Rand) error {
	over := make(chan struct{})
	return withServer(func(*net.TCPConn) error {
		<-over
		return nil
	}, func(stream *wsstream.WebSocketStream, _ *wsstream.Connection) error {
		defer close(over)
		if err := stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			return err
		}
		if _, err := stream.Closed(context.Background()); !errors.Is(err, wsstream.ErrCloseTimeout) {
			return fmt.Errorf("closed: %w", err)
		}
		return nil
	})
}

func garbleByServer(_ *soak, random *rand.Rand) error {
	return withServer(func(socket *net.TCPConn) error {
		garbage := make([]byte, 1000)
		for i := range garbage {
			garbage[i] = byte(random.Uint32())
		}
		garbage[0] |= 0x70 // so that it fails
		_, err := socket.Write(garbage)
		return err
	}, drain)
}
