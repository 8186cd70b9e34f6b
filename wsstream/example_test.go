package wsstream_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
)

// An echo server is one line of plumbing, and a client reads and writes messages as chunks of streams.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := wsstream.Upgrade(w, r, nil)
		if err != nil {
			return // the client has got its answer
		}
		conn, err := s.Opened(r.Context())
		if err != nil {
			return
		}
		err = conn.Readable.PipeTo(context.Background(), conn.Writable)
		if err != nil && !errors.Is(err, wsstream.ErrInvalidState) { // that is: the client closed
			fmt.Println("echo:", err)
		}
	}))
	defer server.Close()

	ctx := context.Background()
	s, conn, err := wsstream.Dial(ctx, server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	messages := streams.FromSlice([]wsstream.Message{wsstream.Text("one"), wsstream.Binary([]byte{2}), wsstream.Text("three")})
	if err := messages.PipeTo(ctx, conn.Writable, streams.PreventClose()); err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		for m, err := range conn.Readable.Values(ctx, streams.PreventCancel()) {
			fmt.Printf("%v %q %v\n", m.Type, m, err)
			break
		}
	}
	if err := s.Close(wsstream.CloseInfo{Code: wsstream.StatusNormalClosure, Reason: "that is all"}); err != nil {
		fmt.Println(err)
	}
	info, err := s.Closed(ctx)
	fmt.Println(info, err)
	// Output:
	// text "one" <nil>
	// binary "\x02" <nil>
	// text "three" <nil>
	// 1000 "that is all" <nil>
}

// New returns at once; Opened tells when the connection is open, or why it cannot be.
func ExampleNew() {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()

	s, err := wsstream.New(server.URL, &wsstream.Options{Settings: wsstream.Settings{HandshakeTimeout: 5 * time.Second}})
	if err != nil {
		fmt.Println("the URL or the options are wrong:", err)
		return
	}
	_, err = s.Opened(context.Background())
	if bad, ok := errors.AsType[*wsstream.HandshakeError](err); ok {
		fmt.Println("no WebSocket here: status", bad.StatusCode)
	}
	// Output: no WebSocket here: status 404
}

// The client offers subprotocols, and the server chooses one that it speaks.
func ExampleDial() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := wsstream.Upgrade(w, r, &wsstream.UpgradeOptions{Protocols: []string{"v1.chat", "v2.chat"}})
		if err != nil {
			return
		}
		_ = s.Close(wsstream.CloseInfo{Code: 4000, Reason: "closed for the day"}) // a code that may be sent
	}))
	defer server.Close()

	s, conn, err := wsstream.Dial(context.Background(), server.URL, &wsstream.Options{
		Protocols: []string{"v3.chat", "v2.chat"},
		Header:    http.Header{"Authorization": {"Bearer …"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(conn.Protocol)
	fmt.Println(s.Closed(context.Background()))
	// Output:
	// v2.chat
	// 4000 "closed for the day" <nil>
}

// A server without net/http: the handshake is done on a connection as it was accepted.
func ExampleAccept() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	go func() {
		socket, err := l.Accept()
		if err != nil {
			return
		}
		s, err := wsstream.Accept(context.Background(), socket, nil)
		if err != nil {
			return
		}
		conn, err := s.Opened(context.Background())
		if err != nil {
			return
		}
		// To close the writable stream closes the connection.
		hello := streams.FromSlice([]wsstream.Message{wsstream.Text("hello"), wsstream.Text("world")})
		if err := hello.PipeTo(context.Background(), conn.Writable); err != nil {
			fmt.Println("server:", err)
		}
	}()

	_, conn, err := wsstream.Dial(context.Background(), "ws://"+l.Addr().String(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = conn.Readable.ForEach(context.Background(), func(m wsstream.Message) error {
		fmt.Println(m)
		return nil
	})
	fmt.Println("end:", err)
	// Output:
	// hello
	// world
	// end: <nil>
}

// The reason of an abort or a cancellation says what the Close frame carries, if it is a WebSocketError.
func ExampleNewWebSocketError() {
	served := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := wsstream.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		conn, err := s.Opened(r.Context())
		if err != nil {
			return
		}
		// A reader that gives up in the middle.
		served <- conn.Readable.ForEach(context.Background(), func(m wsstream.Message) error {
			if !strings.HasPrefix(m.String(), "{") {
				reason, err := wsstream.NewWebSocketError(4422, "not JSON")
				return errors.Join(reason, err)
			}
			return nil
		})
	}))
	defer server.Close()

	s, conn, err := wsstream.Dial(context.Background(), server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	writer, err := conn.Writable.GetWriter()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := writer.Write(context.Background(), wsstream.Text("hello")); err != nil {
		fmt.Println(err)
	}
	info, err := s.Closed(context.Background())
	fmt.Println("server:", <-served)
	fmt.Println("client:", info, err)
	// Output:
	// server: wsstream: connection closed with 4422 "not JSON"
	// client: 4422 "not JSON" <nil>
}

// When a connection ends uncleanly, both streams and Closed report the same error, and errors.Is finds what went wrong.
func ExampleWebSocketError() {
	served := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := wsstream.Upgrade(w, r, &wsstream.UpgradeOptions{Settings: wsstream.Settings{MaxMessageSize: 10}})
		if err != nil {
			return
		}
		_, err = s.Closed(context.Background())
		served <- err
	}))
	defer server.Close()

	s, conn, err := wsstream.Dial(context.Background(), server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	writer, err := conn.Writable.GetWriter()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := writer.Write(context.Background(), wsstream.Text("much too long for this server")); err != nil {
		fmt.Println(err)
	}
	for _, err := range conn.Readable.Values(context.Background()) {
		fmt.Println("a message?", err)
	}
	info, err := s.Closed(context.Background())
	fmt.Println("client:", info.Code, err)
	err = <-served
	fmt.Println("server:", err)
	fmt.Println(errors.Is(err, wsstream.ErrMessageTooBig))
	// Output:
	// client: 1009 <nil>
	// server: wsstream: connection closed with 1006: wsstream: message too big: the limit is 10 bytes
	// true
}
