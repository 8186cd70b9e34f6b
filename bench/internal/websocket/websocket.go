// Package websocket holds the workloads of WebSockets: by wsstream, by gobwas/ws as one would use it by hand, by gorilla,
// coder and gws, and by TCP alone. A server has a process of its own, and the figures are those of both processes.
package websocket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/weirstreams/weir/bench/internal/workload"
)

// library is one way to speak WebSocket. Both ends are its own.
type library struct {
	name   string
	module string // empty for wsstream and for TCP alone

	// dial makes a connection.
	dial func(ctx context.Context, address string) (client, error)

	// serve deals with connections as the task says, until the listener fails.
	serve func(l net.Listener, t task) error
}

// client is a connection as a client has it. One goroutine uses it.
type client interface {
	// write sends a binary message, which must not change before a message of the peer has come.
	write(message []byte) error

	// receive calls got with each message of the peer, until it returns true or fails.
	receive(got func(message []byte) (done bool, err error)) error

	// close gives the connection up.
	close() error
}

// batchWriter is a client that has a way of its own to send many messages.
type batchWriter interface {
	// writeAll sends the message so many times.
	writeAll(message []byte, times int) error
}

// reference is hand-written gobwas with kept buffers.
const reference = "gobwas-bufio"

var libraries = []library{
	gobwasBuffered,
	weir,
	tcp,
	gobwasHelpers,
	gorillaWhole, gorillaKept,
	coderWhole, coderKept,
	gwsEvents,
}

// queued are those that send many messages in one go: nobody else does.
var queued = []library{weirPiped, tcpLazy}

// A pattern is how a client and a server exchange messages.
type pattern struct {
	family string
	title  string
	echo   bool // the server sends each message back; else it acknowledges the last one of a run
	run    func(c client, message []byte, messages int) error
}

var (
	there     = pattern{family: "WS-up", title: "from the client to the server", run: up}
	thereBack = pattern{family: "WS-echo", title: "to the server and back, one after the other", echo: true, run: echo}
)

// Workloads returns the workloads, in the order of the table.
func Workloads() []workload.Workload {
	small := workload.Size{Full: 20_000, Quick: 2_000, Test: 20}
	large := workload.Size{Full: 2_000, Quick: 200, Test: 10}
	huge := workload.Size{Full: 200, Quick: 20, Test: 5}
	return []workload.Workload{
		thereBack.workload(128, small, libraries),
		thereBack.workload(64<<10, large, libraries),
		there.workload(128, small, slices.Concat(libraries, queued)),
		there.workload(64<<10, large, libraries),
		there.workload(1<<20, huge, libraries),
		idle(),
	}
}

// workload is messages of one size by each of the libraries.
func (p pattern) workload(size int, units workload.Size, by []library) workload.Workload {
	w := workload.Workload{
		Name:      fmt.Sprintf("%s/size=%d", p.family, size),
		Title:     fmt.Sprintf("binary messages of %d bytes %s", size, p.title),
		Unit:      "message",
		Size:      units,
		Reference: reference,
	}
	for _, l := range by {
		w.Engines = append(w.Engines, workload.Engine{
			Name: l.name, Library: l.module,
			Prepare: func(messages int) (workload.Job, error) { return p.prepare(l, size, messages) },
		})
	}
	return w
}

// prepare starts a server and connects to it.
func (p pattern) prepare(l library, size, messages int) (workload.Job, error) {
	t := task{Library: l.name, Echo: p.echo, Every: messages}
	s, err := start(t)
	if err != nil {
		return workload.Job{}, err
	}
	c, err := l.dial(context.Background(), s.address)
	if err != nil {
		return workload.Job{}, errors.Join(err, s.stop())
	}
	message := bytes.Repeat([]byte{0xA5}, size)
	return workload.Job{
		Run:   func(context.Context) error { return p.run(c, message, messages) },
		Cost:  s.costOfBoth,
		Close: func() error { return errors.Join(c.close(), s.stop()) },
	}, nil
}

// echo sends the next message when the last has come back.
func echo(c client, message []byte, messages int) error {
	if err := c.write(message); err != nil {
		return err
	}
	left := messages
	return c.receive(func(got []byte) (bool, error) {
		if !bytes.Equal(got, message) {
			return false, fmt.Errorf("%d bytes came back, which are not the %d that were sent", len(got), len(message))
		}
		if left--; left == 0 {
			return true, nil
		}
		return false, c.write(message)
	})
}

// up sends all messages, and waits until the server says that it has them.
func up(c client, message []byte, messages int) error {
	if err := writeAll(c, message, messages); err != nil {
		return err
	}
	return c.receive(func(got []byte) (bool, error) {
		if string(got) != acknowledgement {
			return false, fmt.Errorf("%d bytes came, which are no acknowledgement", len(got))
		}
		return true, nil
	})
}

func writeAll(c client, message []byte, times int) error {
	if b, ok := c.(batchWriter); ok {
		return b.writeAll(message, times)
	}
	for range times {
		if err := c.write(message); err != nil {
			return err
		}
	}
	return nil
}
