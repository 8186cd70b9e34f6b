package websocket

import (
	"context"
	"io"
	"log"
	"net/http"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
)

// weir is wsstream: the client reads and writes message by message, the server has a pipe. Both give back the memory of
// messages, as the reference keeps its own.
var weir = library{name: "weir", dial: dialWeir, serve: overHTTP(upgradeWeir)}

// weirPiped is the same with a pipe into the client's side, which may hold 64 messages.
var weirPiped = library{name: "weir-pipe-64", dial: dialWeirPiped, serve: overHTTP(upgradeWeir)}

// weirClient uses the two ends of a connection.
type weirClient struct {
	stream *wsstream.WebSocketStream
	reader *streams.DefaultReader[wsstream.Message]
	writer *streams.DefaultWriter[wsstream.Message]
}

func dialWeir(ctx context.Context, address string) (client, error) {
	stream, conn, err := wsstream.Dial(ctx, "ws://"+address+"/", nil)
	if err != nil {
		return nil, err
	}
	reader, err := conn.Readable.GetReader()
	if err != nil {
		return nil, err
	}
	writer, err := conn.Writable.GetWriter()
	if err != nil {
		return nil, err
	}
	return &weirClient{stream: stream, reader: reader, writer: writer}, nil
}

func (c *weirClient) write(message []byte) error {
	return c.writer.Write(context.Background(), wsstream.Binary(message))
}

func (c *weirClient) receive(got func([]byte) (bool, error)) error { return receiveWeir(c.reader, got) }

func receiveWeir(reader *streams.DefaultReader[wsstream.Message], got func([]byte) (bool, error)) error {
	for {
		message, err := reader.Read(context.Background())
		if err != nil {
			return err
		}
		done, err := got(message.Data)
		message.Release()
		if done || err != nil {
			return err
		}
	}
}

func (c *weirClient) close() error { return closeWeir(c.stream) }

func closeWeir(s *wsstream.WebSocketStream) error {
	if err := s.Close(wsstream.CloseInfo{Code: wsstream.StatusNormalClosure}); err != nil {
		return err
	}
	_, err := s.Closed(context.Background()) // within the closing timeout
	return err
}

// weirPipeClient sends many messages by a pipe.
type weirPipeClient struct {
	stream   *wsstream.WebSocketStream
	reader   *streams.DefaultReader[wsstream.Message]
	writable *streams.WritableStream[wsstream.Message]
}

func dialWeirPiped(ctx context.Context, address string) (client, error) {
	mark := streams.CountQueuingStrategy[wsstream.Message](64)
	stream, conn, err := wsstream.Dial(ctx, "ws://"+address+"/", &wsstream.Options{
		Settings: wsstream.Settings{WritableStrategy: &mark},
	})
	if err != nil {
		return nil, err
	}
	reader, err := conn.Readable.GetReader()
	if err != nil {
		return nil, err
	}
	return &weirPipeClient{stream: stream, reader: reader, writable: conn.Writable}, nil
}

func (c *weirPipeClient) writeAll(message []byte, times int) error {
	left := times
	source := streams.Generate(func() (wsstream.Message, error) {
		if left == 0 {
			return wsstream.Message{}, io.EOF
		}
		left--
		return wsstream.Binary(message), nil
	})
	return source.PipeTo(context.Background(), c.writable, streams.PreventClose())
}

func (c *weirPipeClient) write(message []byte) error { return c.writeAll(message, 1) }

func (c *weirPipeClient) receive(got func([]byte) (bool, error)) error {
	return receiveWeir(c.reader, got)
}

func (c *weirPipeClient) close() error { return closeWeir(c.stream) }

func upgradeWeir(w http.ResponseWriter, r *http.Request, t task) error {
	stream, err := wsstream.Upgrade(w, r, &wsstream.UpgradeOptions{Settings: wsstream.Settings{ReleaseWritten: t.Echo}})
	if err != nil {
		return err
	}
	go t.dealWithStream(stream)
	return nil
}

// dealWithStream is what an application would write: a pipe for an echo, a loop for messages that are counted.
func (t task) dealWithStream(s *wsstream.WebSocketStream) {
	ctx := context.Background()
	conn, err := s.Opened(ctx)
	if err != nil {
		log.Print(err)
		return
	}
	if t.Echo {
		// How it ends says how the client has closed.
		_ = conn.Readable.PipeTo(ctx, conn.Writable)
		return
	}
	writer, err := conn.Writable.GetWriter()
	if err != nil {
		log.Print(err)
		return
	}
	messages := counter{task: t}
	_ = conn.Readable.ForEach(ctx, func(m wsstream.Message) error {
		defer m.Release()
		if reply := messages.reply(m.Data); reply != nil {
			return writer.Write(ctx, wsstream.Binary(reply))
		}
		return nil
	})
}
