package websocket

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/weirstreams/weir/bench/internal/workload"
)

// idle is what a server keeps of connections on which nothing happens, each of which has echoed a message before.
func idle() workload.Workload {
	w := workload.Workload{
		Name:      "WS-idle",
		Title:     "an idle connection in a server, upgraded by a handler of net/http that has returned",
		Unit:      "connection",
		Size:      workload.Size{Full: 10_000, Quick: 1_000, Test: 10},
		Reference: gobwasHelpers.name,
	}
	for _, l := range libraries {
		if slices.Contains([]string{gorillaKept.name, coderKept.name}, l.name) {
			continue // these differ in nothing that stays
		}
		w.Engines = append(w.Engines, workload.Engine{
			Name: l.name, Library: l.module,
			Report: func(b *testing.B, connections int) error { return reportIdle(b, l, connections) },
		})
	}
	return w
}

// reportIdle makes connections, and reports what each of them adds to the server's process.
func reportIdle(b *testing.B, l library, connections int) (err error) {
	b.Helper()
	s, err := start(task{Library: l.name, Echo: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	for range b.N {
		// What the first connection brings about once is not counted.
		warm, err := connect(s, l, 1)
		if err != nil {
			return err
		}
		var before, after workload.SpaceHeld
		if err := s.ask(askSpace, &before); err != nil {
			return err
		}
		clients, err := connect(s, l, connections)
		if err != nil {
			return err
		}
		if err := s.ask(askSpace, &after); err != nil {
			return err
		}
		after.Report(b, before, connections)
		for _, c := range slices.Concat(warm, clients) {
			if err := c.close(); err != nil {
				return err
			}
		}
	}
	return nil
}

// connect makes so many connections, on each of which a message has been echoed.
func connect(s *server, l library, connections int) ([]client, error) {
	clients := make([]client, 0, connections)
	message := make([]byte, 128)
	for range connections {
		c, err := l.dial(context.Background(), s.address)
		if err != nil {
			return nil, err
		}
		if err := echo(c, message, 1); err != nil {
			return nil, err
		}
		clients = append(clients, c)
	}
	return clients, nil
}
