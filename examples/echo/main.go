// Echo is a WebSocket server that sends back what it receives.
//
//	go run ./examples/echo -addr 127.0.0.1:8080
//
// Its first line of output is its address; with port 0 the system chooses a free one. SIGINT and SIGTERM stop it: it
// closes each connection with a closing handshake and waits for the last one, a few seconds at most.
//
// What to look at:
//
//   - echo: a connection is a pair of streams, so the handler is one pipe from the one to the other. A client that does
//     not read what comes back fills the pipe, and then its own writes wait: the server holds a few messages of a
//     connection, whatever the client does.
//   - serve: how to stop. An http.Server lets go of a connection that becomes a WebSocket, so the pipes end with the
//     context of their requests. Its cause says what the Close frames carry.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/weirstreams/weir/wsstream"
)

const (
	// handshakeTimeout is how long the opening handshake may take, in each direction.
	handshakeTimeout = 2 * time.Second

	// closeTimeout is how long the closing handshake may take.
	closeTimeout = 3 * time.Second
)

// errShutdown is why connections end when the server stops. As a *WebSocketError it says what the Close frame carries.
var errShutdown = &wsstream.WebSocketError{Code: wsstream.StatusNormalClosure, Reason: "the server is shutting down"}

func main() {
	address := flag.String("addr", "127.0.0.1:8080", "listen on `HOST:PORT`")
	flag.Parse()
	if flag.NArg() > 0 {
		exit(fmt.Errorf("unexpected argument %q", flag.Arg(0)))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := run(ctx, *address, os.Stdout); err != nil {
		exit(err)
	}
}

func exit(err error) {
	fmt.Fprintln(os.Stderr, "echo:", err)
	os.Exit(1)
}

// run listens on address and serves until ctx ends.
func run(ctx context.Context, address string, stdout io.Writer) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	out := log.New(stdout, "", 0)
	out.Printf("ws://%v", listener.Addr())
	return serve(ctx, listener, &wsstream.UpgradeOptions{HandshakeTimeout: handshakeTimeout, CloseTimeout: closeTimeout}, out)
}

// serve echoes until ctx ends, and returns when the last connection is closed.
func serve(ctx context.Context, listener net.Listener, opts *wsstream.UpgradeOptions, out *log.Logger) error {
	serving, shutDown := context.WithCancelCause(context.WithoutCancel(ctx))
	var echoes sync.WaitGroup
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			echoes.Add(1)
			defer echoes.Done()
			if err := echo(w, r, opts); err != nil {
				out.Printf("%s: %v", r.RemoteAddr, err)
			}
		}),
		BaseContext:  func(net.Listener) context.Context { return serving },
		ReadTimeout:  opts.HandshakeTimeout,
		WriteTimeout: opts.HandshakeTimeout,
		ErrorLog:     out,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	var err error
	select {
	case <-ctx.Done():
	case err = <-served: // the listener failed
	}
	shutDown(errShutdown)
	// This waits for the requests that are no WebSockets yet, and handshakeTimeout bounds it.
	shutdownErr := server.Shutdown(context.WithoutCancel(ctx))
	echoes.Wait()
	return cmp.Or(err, shutdownErr)
}

// echo makes a WebSocket of a request, and sends back what it receives, until the client closes the connection or the
// context of the request ends.
func echo(w http.ResponseWriter, r *http.Request, opts *wsstream.UpgradeOptions) error {
	stream, err := wsstream.Upgrade(w, r, opts)
	if err != nil {
		return err // and the request is answered
	}
	conn, err := stream.Opened(r.Context())
	if err != nil {
		return err
	}
	_ = conn.Readable.PipeTo(r.Context(), conn.Writable) // Closed says how it ended

	_, err = stream.Closed(context.WithoutCancel(r.Context())) // closeTimeout bounds this
	return err
}
