// Echo is a WebSocket server that sends back what it receives, or a client that does so until the server closes.
//
//	go run ./examples/echo -addr 127.0.0.1:8080
//	go run ./examples/echo -addr 127.0.0.1:8080 -compress takeover
//	go run ./examples/echo -connect ws://127.0.0.1:8080
//
// The server's first line of output is its address; with port 0 the system chooses a free one. SIGINT and SIGTERM stop
// it: it closes each connection with a closing handshake and waits for the last one, a few seconds at most.
//
// What to look at:
//
//   - echo: a connection is a pair of streams, so all that is to do is one pipe from the one to the other, in both roles. A
//     peer that does not read what comes back fills the pipe, and then its own writes wait: no more than a few messages of a
//     connection are held here, whatever the peer does.
//   - serve: how to stop. An http.Server lets go of a connection that becomes a WebSocket, so the pipes end with the
//     context of their requests. Its cause says what the Close frames carry.
//   - compressions: what is negotiated. Messages that may refer back to those before, with takeover, get smaller, and each
//     connection holds memory for it.
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

// errShutdown is why connections end when the program is stopped. As a *WebSocketError it says what the Close frame carries.
var errShutdown = &wsstream.WebSocketError{Code: wsstream.StatusNormalClosure, Reason: "the echo is shutting down"}

// compressions are what -compress can choose.
var compressions = map[string]*wsstream.Compression{
	"off":      nil,
	"on":       {},
	"takeover": {SendTakeover: true, ReceiveTakeover: true},
}

func main() {
	var o options
	flag.StringVar(&o.address, "addr", "127.0.0.1:8080", "listen on `HOST:PORT`")
	flag.StringVar(&o.connect, "connect", "", "be a client, of the server at `URL`")
	flag.StringVar(&o.compress, "compress", "on", "agree to compress messages: `HOW` is off, on (each on its own) or takeover")
	flag.Parse()
	o.rest = flag.Args()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	address  string
	connect  string
	compress string
	rest     []string // arguments that are no flags
}

// run is the program. The server returns when ctx has ended, the client when its connection is closed.
func run(ctx context.Context, o options, stdout io.Writer) error {
	compression, ok := compressions[o.compress]
	switch {
	case len(o.rest) > 0:
		return fmt.Errorf("unexpected argument %q", o.rest[0])
	case !ok:
		return fmt.Errorf("-compress %q is not off, on or takeover", o.compress)
	}
	settings := wsstream.Settings{HandshakeTimeout: handshakeTimeout, CloseTimeout: closeTimeout, Compression: compression}
	out := log.New(stdout, "", 0)
	if o.connect != "" {
		return connect(ctx, o.connect, settings, out)
	}
	listener, err := net.Listen("tcp", o.address)
	if err != nil {
		return err
	}
	out.Printf("ws://%v", listener.Addr())
	return serve(ctx, listener, settings, out)
}

// connect echoes what the server at url sends, until that closes the connection or ctx ends.
func connect(ctx context.Context, url string, settings wsstream.Settings, out *log.Logger) error {
	stream, _, err := wsstream.Dial(ctx, url, &wsstream.Options{Settings: settings})
	if err != nil {
		return err
	}
	out.Printf("connected to %s", stream.URL())
	echoing, shutDown := context.WithCancelCause(context.WithoutCancel(ctx))
	defer context.AfterFunc(ctx, func() { shutDown(errShutdown) })()
	info, err := echo(echoing, stream)
	if err == nil {
		out.Printf("closed: %v", info)
	}
	return err
}

// serve echoes until ctx ends, and returns when the last connection is closed.
func serve(ctx context.Context, listener net.Listener, settings wsstream.Settings, out *log.Logger) error {
	serving, shutDown := context.WithCancelCause(context.WithoutCancel(ctx))
	var echoes sync.WaitGroup
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			echoes.Add(1)
			defer echoes.Done()
			if err := upgrade(w, r, settings); err != nil {
				out.Printf("%s: %v", r.RemoteAddr, err)
			}
		}),
		BaseContext:  func(net.Listener) context.Context { return serving },
		ReadTimeout:  settings.HandshakeTimeout,
		WriteTimeout: settings.HandshakeTimeout,
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

// upgrade makes a WebSocket of a request, and echoes until the client closes it or the context of the request ends.
func upgrade(w http.ResponseWriter, r *http.Request, settings wsstream.Settings) error {
	stream, err := wsstream.Upgrade(w, r, &wsstream.UpgradeOptions{Settings: settings})
	if err != nil {
		return err // and the request is answered
	}
	_, err = echo(r.Context(), stream)
	return err
}

// echo sends back what it receives, until the peer closes the connection or ctx ends, and returns how it was closed.
func echo(ctx context.Context, stream *wsstream.WebSocketStream) (wsstream.CloseInfo, error) {
	conn, err := stream.Opened(ctx)
	if err != nil {
		return wsstream.CloseInfo{}, err
	}
	_ = conn.Readable.PipeTo(ctx, conn.Writable) // Closed says how it ended

	return stream.Closed(context.WithoutCancel(ctx)) // closeTimeout bounds this
}
