package main

import (
	"cmp"
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
)

// closeTimeout is how long a connection may take to close. A Close frame travels behind the messages that the server has
// not read yet, so this has to be long enough for a sink that is slow.
const closeTimeout = time.Minute

// fanIn is a server that merges what its clients send, and its clients.
type fanIn struct {
	stream *streams.ReadableStream[wsstream.Message] // the merged stream
	writer *streams.DefaultWriter[wsstream.Message]  // writes to it; the connections share this one
	handle func(context.Context, wsstream.Message) error

	// How many messages came how far. Each count includes the next.
	sent, received, handled atomic.Int64
}

// newFanIn returns a fanIn whose merged stream has room for queue messages, and whose sink calls handle for each.
func newFanIn(queue int, handle func(context.Context, wsstream.Message) error) (*fanIn, error) {
	// What is written comes out as it is; in between there is a queue.
	merged := streams.NewTransformStream(streams.Transformer[wsstream.Message, wsstream.Message]{},
		streams.WithWritableStrategy(streams.CountQueuingStrategy[wsstream.Message](queue)))
	writer, err := merged.Writable().GetWriter()
	if err != nil {
		return nil, err
	}
	return &fanIn{stream: merged.Readable(), writer: writer, handle: handle}, nil
}

// run has clients connect to listener and send messages of size bytes each. It returns when the last one is handled, or
// when everything has ended after the first error, which may be the cause of ctx.
func (f *fanIn) run(ctx context.Context, listener net.Listener, clients, messages, size int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { listener.Close() })() // so that nobody waits for a client in vain
	check := func(err error) {
		if err != nil {
			cancel(err)
		}
	}

	var receivers, others sync.WaitGroup
	others.Go(func() { check(f.stream.PipeTo(ctx, f.sink())) })
	url := "ws://" + listener.Addr().String()
	for range clients {
		receivers.Go(func() { check(f.receive(ctx, listener)) })
		others.Go(func() { check(f.produce(ctx, url, messages, size)) })
	}
	receivers.Wait()
	check(f.writer.Close(ctx)) // no more messages will come
	others.Wait()
	return context.Cause(ctx)
}

// sink returns the end of the pipeline.
func (f *fanIn) sink() *streams.WritableStream[wsstream.Message] {
	return streams.NewWritableStream(streams.UnderlyingSink[wsstream.Message]{
		Write: func(ctx context.Context, m wsstream.Message, _ *streams.WritableController[wsstream.Message]) error {
			if err := f.handle(ctx, m); err != nil {
				return err
			}
			f.handled.Add(1)
			return nil
		},
	})
}

// receive takes the next client that connects, and writes its messages to the merged stream until the client closes the
// connection.
func (f *fanIn) receive(ctx context.Context, listener net.Listener) error {
	socket, err := listener.Accept()
	if err != nil {
		return err // or it was closed because ctx has ended
	}
	stream, err := wsstream.Accept(ctx, socket, nil)
	if err != nil {
		return err
	}
	conn, err := stream.Opened(ctx)
	if err != nil {
		return err
	}
	err = conn.Readable.ForEach(ctx, func(m wsstream.Message) error {
		f.received.Add(1)
		return f.writer.Write(ctx, m)
	})
	_, closeErr := stream.Closed(context.WithoutCancel(ctx)) // the option CloseTimeout bounds this
	return cmp.Or(err, closeErr)
}

// produce is a client. It connects to url, sends messages of size bytes, and closes the connection.
func (f *fanIn) produce(ctx context.Context, url string, messages, size int) error {
	stream, conn, err := wsstream.Dial(ctx, url, &wsstream.Options{Settings: wsstream.Settings{CloseTimeout: closeTimeout}})
	if err != nil {
		return err
	}
	message := wsstream.Binary(make([]byte, size)) // always the same, as nobody changes it
	left := messages
	source := streams.Generate(func() (wsstream.Message, error) {
		if left == 0 {
			return wsstream.Message{}, io.EOF
		}
		left--
		f.sent.Add(1)
		return message, nil
	})
	err = source.PipeTo(ctx, conn.Writable)
	_, closeErr := stream.Closed(context.WithoutCancel(ctx)) // the option CloseTimeout bounds this
	return cmp.Or(err, closeErr)
}
