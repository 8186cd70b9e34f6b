// Fanin merges the messages of many WebSocket clients into one stream that ends in a slow sink.
//
//	go run ./examples/fanin
//	go run ./examples/fanin -clients 100 -messages 30
//	go run ./examples/fanin -delay 0
//
// The clients and the server are in one process, with real TCP connections between them. While it runs it prints how many
// messages were
//
//	sent      by the clients, that is, taken by their connections
//	received  by the server, that is, read from the connections
//	handled   by the sink, which takes 1 ms for each
//	queued    received and not handled: they are in the merged stream, which has room for 16, or wait to get in
//
// and how large the heap is. Nothing but backpressure keeps the clients from sending everything at once: the sink is
// slow, so the merged stream is full, so the server does not read, so the system's buffers of the connections are full,
// so the clients wait. After a first burst into these buffers everybody goes at the pace of the sink. The queue does not
// grow, and the heap does not either.
//
// What to look at:
//
//   - receive: to merge streams is to let them write to one. Write waits for room, and that is all there is to it.
//   - produce: a client is a pipe from its source to its connection.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/weirstreams/weir/wsstream"
)

func main() {
	var o options
	flag.IntVar(&o.clients, "clients", 20, "how many clients there are")
	flag.IntVar(&o.messages, "messages", 100, "how many messages each of them sends")
	flag.IntVar(&o.size, "size", 128<<10, "size of a message in `BYTES`")
	flag.IntVar(&o.queue, "queue", 16, "how many messages the merged stream has room for")
	flag.DurationVar(&o.delay, "delay", time.Millisecond, "how long the sink takes for a message")
	flag.Parse()
	o.rest = flag.Args()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fanin:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	clients  int
	messages int
	size     int
	queue    int
	delay    time.Duration
	rest     []string // arguments that are no flags
}

func (o options) check() error {
	switch {
	case len(o.rest) > 0:
		return fmt.Errorf("unexpected argument %q", o.rest[0])
	case o.clients < 1:
		return fmt.Errorf("-clients %d is less than 1", o.clients)
	case o.messages < 0:
		return fmt.Errorf("-messages %d is negative", o.messages)
	case o.size < 0:
		return fmt.Errorf("-size %d is negative", o.size)
	case o.queue < 1:
		return fmt.Errorf("-queue %d is less than 1", o.queue)
	case o.delay < 0:
		return fmt.Errorf("-delay %v is negative", o.delay)
	}
	return nil
}

// run is the program. It returns when every message was handled, or with the first error; ctx ends it early.
func run(ctx context.Context, o options, stdout io.Writer) error {
	if err := o.check(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	f, err := newFanIn(o.queue, pause(o.delay))
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- f.run(ctx, listener, o.clients, o.messages, o.size) }()

	out := log.New(stdout, "", 0)
	out.Printf("%d clients send %d messages of %s each, which is %s. The sink takes %v for a message.",
		o.clients, o.messages, formatSize(o.size), formatSize(o.clients*o.messages*o.size), o.delay)
	return report(f, done, out)
}

// pause returns what the sink does with a message: nothing, for a while.
func pause(d time.Duration) func(context.Context, wsstream.Message) error {
	return func(ctx context.Context, _ wsstream.Message) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
