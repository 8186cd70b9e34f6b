// Pingpong plays ping-pong over a WebSocket, with the client and the server in one process and a real TCP connection
// between them. It is MDN's sample for WebSocketStream, in Go.
//
//	go run ./examples/pingpong
//	go run ./examples/pingpong -n 100 -every 10ms
//	go run ./examples/pingpong -serve 127.0.0.1:8080
//	go run ./examples/pingpong -connect ws://127.0.0.1:8080
//
// What to look at:
//
//   - client.go: the way through a connection. Opened waits for the handshake, a reader and a writer take the two
//     streams, Close starts the closing handshake, and Closed tells how it went. There are no callbacks: each step waits
//     for the one before, as in a conversation.
//   - server.go: a connection is a pair of streams, so what the server does with it is one pipe through a function, whose
//     error says what the Close frame carries. A wsstream.Server keeps the connections, behind net/http, and ends them.
//   - page.html: the client again, for a browser that has WebSocketStream; -serve prints where to find it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	var o options
	flag.IntVar(&o.n, "n", 5, "play `N` rounds")
	flag.DurationVar(&o.every, "every", 500*time.Millisecond, "wait between two rounds")
	flag.StringVar(&o.serve, "serve", "", "run the server alone, on `HOST:PORT`, until a signal stops it")
	flag.StringVar(&o.connect, "connect", "", "run the client alone, with the server at `URL`")
	flag.Parse()
	o.rest = flag.Args()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pingpong:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	n       int
	every   time.Duration
	serve   string
	connect string
	rest    []string // arguments that are no flags
}

func (o options) check() error {
	switch {
	case len(o.rest) > 0:
		return fmt.Errorf("unexpected argument %q", o.rest[0])
	case o.n < 0:
		return fmt.Errorf("-n %d is negative", o.n)
	case o.every < 0:
		return fmt.Errorf("-every %v is negative", o.every)
	case o.serve != "" && o.connect != "":
		return errors.New("-serve and -connect each run one half alone; without them both run")
	}
	return nil
}

// run is the program. It returns when the game is over or, when it is the server alone, when ctx has ended.
func run(ctx context.Context, o options, stdout io.Writer) error {
	if err := o.check(); err != nil {
		return err
	}
	out := log.New(stdout, "", 0)
	switch {
	case o.serve != "":
		return runServer(ctx, o.serve, out)
	case o.connect != "":
		return play(ctx, o.connect, o.n, o.every, out)
	default:
		return runBoth(ctx, o.n, o.every, out)
	}
}

func runServer(ctx context.Context, address string, out *log.Logger) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	out.Printf("listening on %s", urlOf(listener))
	out.Printf("and a page to play with on http://%v", listener.Addr())
	return serve(ctx, listener, out)
}

func runBoth(ctx context.Context, n int, every time.Duration, out *log.Logger) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	out.Printf("listening on %s", urlOf(listener))

	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx)) // the client is the one to hang up
	served := make(chan error, 1)
	go func() { served <- serve(serving, listener, out) }()

	played := play(ctx, urlOf(listener), n, every, out)
	stopServing()
	return errors.Join(played, <-served)
}

func urlOf(listener net.Listener) string {
	return "ws://" + listener.Addr().String()
}
