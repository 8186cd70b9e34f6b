package wsstream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// benchServer serves one connection on a port of its own, and returns the client's end.
func benchServer(b *testing.B, settings wsstream.Settings, serve func(c *wsstream.Connection) error) *wsstream.Connection {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			served <- err
			return
		}
		s, err := wsstream.Accept(context.Background(), conn, nil)
		if err != nil {
			served <- err
			return
		}
		c, err := s.Opened(context.Background())
		if err == nil {
			err = serve(c)
		}
		if errors.Is(err, wsstream.ErrInvalidState) {
			err = nil // the client closed
		}
		_, closed := s.Closed(context.Background())
		served <- errors.Join(err, closed)
	}()
	s, c, err := wsstream.Dial(b.Context(), "ws://"+l.Addr().String(), &wsstream.Options{Settings: settings})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			b.Error(err)
		}
		if err := <-served; err != nil {
			b.Error(err)
		}
		if _, err := s.Closed(context.Background()); err != nil {
			b.Error(err)
		}
		l.Close()
	})
	return c
}

// BenchmarkEcho is one message at a time, there and back; both ends are in this process.
func BenchmarkEcho(b *testing.B) {
	for _, size := range []int{128, 64 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := benchServer(b, wsstream.Settings{}, func(c *wsstream.Connection) error {
				return c.Readable.PipeTo(context.Background(), c.Writable)
			})
			reader, err := c.Readable.GetReader()
			if err != nil {
				b.Fatal(err)
			}
			writer, err := c.Writable.GetWriter()
			if err != nil {
				b.Fatal(err)
			}
			m := wsstream.Binary(make([]byte, size))
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := writer.Write(b.Context(), m); err != nil {
					b.Fatal(err)
				}
				if _, err := reader.Read(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPipe is a fast source piped to a peer that reads all there is: a system call for each message with a mark of
// one, and one for many with more. It reports how many writes of the socket a message takes.
func BenchmarkPipe(b *testing.B) {
	for _, mark := range []int{1, 64, 1024} {
		b.Run(fmt.Sprint(mark), func(b *testing.B) {
			ours, theirs := wstest.TCP(b)
			peer := wstest.NewServer(b, theirs)
			var writes atomic.Int64
			s, err := wsstream.New("ws://example.com/", &wsstream.Options{
				NetDial:  wstest.DialTo(countingWrites{ours, &writes}),
				Settings: wsstream.Settings{WritableStrategy: &streams.QueuingStrategy[wsstream.Message]{HighWaterMark: mark}},
			})
			if err != nil {
				b.Fatal(err)
			}
			peer.Open()
			c, err := s.Opened(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			go func() { _, _ = io.Copy(io.Discard, theirs) }() // until the connection is closed
			m, n := wsstream.Binary(make([]byte, 128)), 0
			source := streams.Generate(func() (wsstream.Message, error) {
				if n++; n > b.N {
					return wsstream.Message{}, io.EOF
				}
				return m, nil
			})
			b.SetBytes(128)
			b.ReportAllocs()
			b.ResetTimer()
			writes.Store(0)
			if err := source.PipeTo(b.Context(), c.Writable, streams.PreventClose()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(writes.Load())/float64(b.N), "writes/op")
			_ = ours.Close() // all was written
		})
	}
}

// countingWrites is a socket that counts the writes to it.
type countingWrites struct {
	net.Conn
	n *atomic.Int64
}

func (c countingWrites) Write(p []byte) (int, error) {
	c.n.Add(1)
	return c.Conn.Write(p)
}

// BenchmarkOneWay is a fast writer and a fast reader; both ends are in this process.
func BenchmarkOneWay(b *testing.B) {
	for _, size := range []int{128, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := benchServer(b, wsstream.Settings{}, func(c *wsstream.Connection) error {
				return c.Readable.ForEach(context.Background(), func(wsstream.Message) error { return nil })
			})
			writer, err := c.Writable.GetWriter()
			if err != nil {
				b.Fatal(err)
			}
			m := wsstream.Binary(make([]byte, size))
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := writer.Write(b.Context(), m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
