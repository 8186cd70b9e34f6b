package main

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
)

// errNotPing is why a connection is closed. Given to a stream as an error, a *WebSocketError says what the Close frame
// carries.
var errNotPing = &wsstream.WebSocketError{Code: 4000, Reason: "only pings are answered"}

//go:embed page.html
var page string

// serve answers the pings of each client that connects to listener, and gives the page to a browser that asks for it,
// until ctx ends. It returns when the last connection is closed.
func serve(ctx context.Context, listener net.Listener, out *log.Logger) error {
	players, err := wsstream.NewServer(answer, &wsstream.ServerOptions{
		Upgrade: &wsstream.UpgradeOptions{Settings: wsstream.Settings{HandshakeTimeout: handshakeTimeout}},
		OnError: func(remote string, err error) { out.Printf("%s: %v", remote, err) },
	})
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:      pageOr(players),
		ReadTimeout:  handshakeTimeout,
		WriteTimeout: handshakeTimeout,
		ErrorLog:     out,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	select {
	case <-ctx.Done():
	case err = <-served: // the listener failed
	}
	ending := context.WithoutCancel(ctx) // handshakeTimeout bounds the first, the option CloseTimeout the second
	return errors.Join(err, server.Shutdown(ending), players.Shutdown(ending))
}

// pageOr answers a request for the page, and leaves one for a WebSocket to players.
func pageOr(players http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			players.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page) // a browser that has gone misses nothing
	})
}

// answer answers pings until the connection is closed.
func answer(ctx context.Context, stream *wsstream.WebSocketStream) error {
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
