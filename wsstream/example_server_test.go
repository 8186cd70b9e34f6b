package wsstream_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
)

// A server behind net/http, and its end: the client is told that the server goes away, and the handler as well.
func ExampleServer() {
	echo := func(ctx context.Context, s *wsstream.WebSocketStream) error {
		conn, err := s.Opened(ctx)
		if err != nil {
			return err
		}
		return conn.Readable.PipeTo(ctx, conn.Writable)
	}
	sockets, err := wsstream.NewServer(echo, &wsstream.ServerOptions{MaxConnections: 1000})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/echo", sockets)
	server := httptest.NewServer(mux)
	defer server.Close()

	s, conn, err := wsstream.Dial(context.Background(), server.URL+"/echo", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	hello := streams.FromSlice([]wsstream.Message{wsstream.Text("hello")})
	if err := hello.PipeTo(context.Background(), conn.Writable, streams.PreventClose()); err != nil {
		fmt.Println(err)
	}
	reader, err := conn.Readable.GetReader()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(reader.Read(context.Background()))

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	fmt.Println("shutdown:", sockets.Shutdown(ctx))
	info, err := s.Closed(ctx)
	fmt.Println("client:", info, err)
	// Output:
	// hello <nil>
	// shutdown: <nil>
	// client: 1001 <nil>
}

// A server without net/http. What a handler returns says how its connection is closed.
func ExampleServer_Serve() {
	sockets, err := wsstream.NewServer(func(context.Context, *wsstream.WebSocketStream) error {
		full, err := wsstream.NewWebSocketError(4503, "come back tomorrow")
		return errors.Join(full, err)
	}, &wsstream.ServerOptions{
		OnError: func(_ string, err error) { fmt.Println("server:", err) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	served := make(chan error, 1)
	go func() { served <- sockets.Serve(l) }()

	s, _, err := wsstream.Dial(context.Background(), "ws://"+l.Addr().String(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	info, closed := s.Closed(context.Background())
	err = sockets.Shutdown(context.Background())
	fmt.Println("client:", info, closed)
	fmt.Println(err, errors.Is(<-served, wsstream.ErrServerClosed))
	// Output:
	// server: wsstream: connection closed with 4503 "come back tomorrow"
	// client: 4503 "come back tomorrow" <nil>
	// <nil> true
}

// A connection in memory to test a handler with, also in a bubble of testing/synctest.
func ExamplePair() {
	client, server, err := wsstream.Pair(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	go func() { // the handler under test
		conn, err := server.Opened(ctx)
		if err != nil {
			return
		}
		greeting := streams.FromSlice([]wsstream.Message{wsstream.Text("hello"), wsstream.Text("world")})
		_ = greeting.PipeTo(ctx, conn.Writable) // which closes the connection
	}()
	conn, err := client.Opened(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(conn.Readable.Collect(ctx))
	fmt.Println(client.Closed(ctx))
	// Output:
	// [hello world] <nil>
	// 1005 <nil>
}

// Through the proxy that the environment names, as net/http does it, or through one for certain hosts.
func ExampleOptions_proxy() {
	fromEnvironment := &wsstream.Options{Proxy: http.ProxyFromEnvironment}
	_ = fromEnvironment

	options := &wsstream.Options{
		Proxy: func(r *http.Request) (*url.URL, error) {
			if r.URL.Hostname() == "localhost" {
				return nil, nil
			}
			return &url.URL{Scheme: "socks5", Host: "127.0.0.1:1", User: url.UserPassword("ada", "secret")}, nil
		},
	}
	_, _, err := wsstream.Dial(context.Background(), "wss://example.com/feed", options)
	fmt.Println(errors.Is(err, wsstream.ErrProxy))
	// Output: true
}
