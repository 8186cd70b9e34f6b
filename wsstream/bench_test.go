package wsstream_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

// benchServer serves one connection on a port of its own, and returns the client's end.
func benchServer(b *testing.B, serve func(c *wsstream.Connection) error) *wsstream.Connection {
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
	s, c, err := wsstream.Dial(b.Context(), "ws://"+l.Addr().String(), nil)
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
			c := benchServer(b, func(c *wsstream.Connection) error {
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

// BenchmarkOneWay is a fast writer and a fast reader; both ends are in this process.
func BenchmarkOneWay(b *testing.B) {
	for _, size := range []int{128, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := benchServer(b, func(c *wsstream.Connection) error {
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
