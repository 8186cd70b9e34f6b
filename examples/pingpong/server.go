package main

import (
	"context"
	"log"
	"net"
	"sync"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
)

// Reasons to close a connection. Given to a stream as an error or as the cause of its context, a *WebSocketError says
// what the Close frame carries.
var (
	errShutdown = &wsstream.WebSocketError{Code: wsstream.StatusNormalClosure, Reason: "the server is shutting down"}
	errNotPing  = &wsstream.WebSocketError{Code: 4000, Reason: "only pings are answered"}
)

// serve answers the pings of each client that connects to listener, until ctx ends. It returns when the last connection
// is closed. It takes bare TCP connections; the example echo shows a server behind net/http.
func serve(ctx context.Context, listener net.Listener, out *log.Logger) error {
	defer listener.Close()
	serving, shutDown := context.WithCancelCause(context.WithoutCancel(ctx))
	defer context.AfterFunc(ctx, func() {
		shutDown(errShutdown)
		listener.Close()
	})()

	var connections sync.WaitGroup
	defer connections.Wait()
	defer shutDown(errShutdown)
	for {
		socket, err := listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil // this is why
			}
			return err
		}
		connections.Go(func() {
			if err := answer(serving, socket); err != nil {
				out.Printf("%v: %v", socket.RemoteAddr(), err)
			}
		})
	}
}

// answer does the opening handshake on socket and answers pings until the connection is closed.
func answer(ctx context.Context, socket net.Conn) error {
	stream, err := wsstream.Accept(ctx, socket, &wsstream.UpgradeOptions{HandshakeTimeout: handshakeTimeout})
	if err != nil {
		return err
	}
	conn, err := stream.Opened(ctx)
	if err != nil {
		return err
	}
	pongs := streams.PipeThrough(conn.Readable, streams.TransformFunc(pong, nil))
	_ = pongs.PipeTo(ctx, conn.Writable) // Closed says how it ended

	_, err = stream.Closed(context.WithoutCancel(ctx)) // the option CloseTimeout bounds this
	return err
}

// pong turns a ping into a pong.
func pong(m wsstream.Message, emit func(wsstream.Message)) error {
	if m.String() != "ping" {
		return errNotPing
	}
	emit(wsstream.Text("pong"))
	return nil
}
