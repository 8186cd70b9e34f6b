package main

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestEveryMessageIsHandled(t *testing.T) {
	var out strings.Builder
	o := options{clients: 7, messages: 30, size: 1000, queue: 3}
	if err := run(t.Context(), o, &out); err != nil {
		t.Error(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if want := "7 clients send 30 messages of 1000 B each, which is 205 KiB. The sink takes 0s for a message."; lines[0] != want {
		t.Errorf("the first line is %q, want %q", lines[0], want)
	}
	last := lines[len(lines)-1]
	if want := "sent 210, received 210, handled 210,"; !strings.Contains(last, want) {
		t.Errorf("the last line is %q, want one with %q", last, want)
	}
}

func TestASlowSinkHoldsBackTheClients(t *testing.T) {
	const (
		clients, messages, size = 4, 200, 128 << 10 // 100 MiB in all
		queue                   = 8

		mostQueued = queue + clients + 1    // what fits, one that each connection waits with, and one in the sink
		mostSent   = clients * messages / 2 // and not handled: what the buffers of the connections hold is less
		mostHeap   = 32 << 20
	)
	slow := pause(500 * time.Microsecond)
	var f *fanIn
	var most state
	f = fanInTo(t, queue, func(ctx context.Context, m wsstream.Message) error {
		if len(m.Data) != size {
			t.Errorf("a message of %d bytes", len(m.Data))
		}
		now := f.state()
		most.sent = max(most.sent, now.sent-now.handled)
		most.queued = max(most.queued, now.queued)
		most.heap = max(most.heap, now.heap)
		return slow(ctx, m)
	})
	runtime.GC() // so that the garbage of other tests does not count
	if err := f.run(t.Context(), listen(t), clients, messages, size); err != nil {
		t.Error(err)
	}
	if end := f.state(); end.sent != clients*messages || end.received != end.sent || end.handled != end.sent {
		t.Errorf("%d sent, %d received, %d handled", end.sent, end.received, end.handled)
	}
	if most.queued > mostQueued {
		t.Errorf("up to %d messages were queued, want at most %d", most.queued, mostQueued)
	}
	if most.sent > mostSent {
		t.Errorf("the clients were up to %d messages ahead, want at most %d", most.sent, mostSent)
	}
	if most.heap > mostHeap {
		t.Errorf("the heap was up to %s, want at most %s", formatSize(most.heap), formatSize(mostHeap))
	}
}

func TestTheErrorOfTheSinkEndsEverything(t *testing.T) {
	full := errors.New("disk full")
	left := 10
	f := fanInTo(t, 4, func(context.Context, wsstream.Message) error {
		left--
		if left == 0 {
			return full
		}
		return nil
	})
	if err := f.run(t.Context(), listen(t), 5, 1_000_000, 1000); !errors.Is(err, full) {
		t.Errorf("run returns %v, want the error of the sink", err)
	}
}

func TestInterrupt(t *testing.T) {
	interrupt := errors.New("interrupt")
	ctx, cancel := context.WithCancelCause(t.Context())
	f := fanInTo(t, 4, func(ctx context.Context, _ wsstream.Message) error {
		cancel(interrupt)
		<-ctx.Done() // as a sink that is stuck
		return context.Cause(ctx)
	})
	if err := f.run(ctx, listen(t), 5, 1_000_000, 100_000); !errors.Is(err, interrupt) {
		t.Errorf("run returns %v, want the cause", err)
	}
}

func TestAClientThatCannotConnectEndsEverything(t *testing.T) {
	listener := listen(t)
	listener.Close()
	f := fanInTo(t, 4, pause(0))
	if err := f.run(t.Context(), listener, 3, 10, 10); err == nil {
		t.Error("run returns no error")
	}
}

func TestAMessageThatIsTooLargeIsReported(t *testing.T) {
	o := options{clients: 2, messages: 1, size: wsstream.DefaultMaxMessageSize + 1, queue: 1}
	if err := run(t.Context(), o, io.Discard); !errors.Is(err, wsstream.ErrMessageTooBig) {
		t.Errorf("run returns %v", err)
	}
}

func TestBadCommandLines(t *testing.T) {
	good := options{clients: 1, messages: 1, size: 1, queue: 1}
	for want, change := range map[string]func(*options){
		"-clients 0":    func(o *options) { o.clients = 0 },
		"-messages -1":  func(o *options) { o.messages = -1 },
		"-size -1":      func(o *options) { o.size = -1 },
		"-queue 0":      func(o *options) { o.queue = 0 },
		"-delay -1ns":   func(o *options) { o.delay = -1 },
		`argument "12"`: func(o *options) { o.rest = []string{"12"} },
	} {
		o := good
		change(&o)
		if err := run(t.Context(), o, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("run returns %v, want an error that says %q", err, want)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for n, want := range map[int]string{0: "0 B", 1023: "1023 B", 1024: "1 KiB", 1 << 20: "1 MiB", 250 << 20: "250 MiB"} {
		if got := formatSize(n); got != want {
			t.Errorf("formatSize(%d) is %q, want %q", n, got, want)
		}
	}
}

func fanInTo(t *testing.T, queue int, handle func(context.Context, wsstream.Message) error) *fanIn {
	t.Helper()
	f, err := newFanIn(queue, handle)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}
