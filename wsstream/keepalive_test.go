package wsstream_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// serverInBubble runs a test in a bubble with a server under test, over a pipe without buffers.
func serverInBubble(t *testing.T, s wsstream.Settings, test func(t *testing.T, e *end)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		test(t, newServer(t, a, b, &wsstream.UpgradeOptions{Settings: s}))
	})
}

// pass lets the clock of the bubble move.
func pass(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // it is the clock of a bubble
}

func TestPingReturnsTheRoundTripTime(t *testing.T) {
	serverInBubble(t, wsstream.Settings{}, func(t *testing.T, e *end) {
		type result struct {
			trip time.Duration
			err  error
		}
		results := make(chan result, 1)
		go func() {
			trip, err := e.stream.Ping(t.Context())
			results <- result{trip, err}
		}()
		f := e.peer.Read()
		if f.Op != wstest.Ping {
			t.Fatalf("got %v", f)
		}
		pass(3 * time.Second)
		e.peer.Send(wstest.Whole(wstest.Pong, "unasked"), wstest.Whole(wstest.Pong, string(f.Payload)))
		if got := <-results; got.trip != 3*time.Second || got.err != nil {
			t.Errorf("Ping returns %v, %v", got.trip, got.err)
		}
	})
}

func TestAPingThatIsGivenUpLeavesTheConnection(t *testing.T) {
	serverInBubble(t, wsstream.Settings{}, func(t *testing.T, e *end) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		pinging := goDo(func() error { _, err := e.stream.Ping(ctx); return err })
		ping := e.peer.Read()
		if err := <-pinging; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Ping returns %v", err)
		}
		e.peer.Send(wstest.Whole(wstest.Pong, string(ping.Payload)), wstest.Whole(wstest.Text, "on it goes"))
		e.wantMessage(wsstream.Text("on it goes"))
	})
}

func TestAPingEndsWithTheConnection(t *testing.T) {
	serverInBubble(t, wsstream.Settings{}, func(t *testing.T, e *end) {
		pinging := goDo(func() error { _, err := e.stream.Ping(t.Context()); return err })
		e.peer.Read()
		e.peer.Send(wstest.CloseFrame(1000, ""))
		e.peer.WantClose(1000, "")
		e.peer.Drop()
		if err := <-pinging; !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("Ping returns %v", err)
		}
		e.wantCleanEnd(1000, "")
	})
}

// A later pong answers the pings before it.
func TestAPongAnswersEarlierPings(t *testing.T) {
	serverInBubble(t, wsstream.Settings{}, func(t *testing.T, e *end) {
		ping := func() error { _, err := e.stream.Ping(t.Context()); return err }
		first := goDo(ping)
		e.peer.Read()
		second := goDo(ping)
		f := e.peer.Read()
		e.peer.Send(wstest.Whole(wstest.Pong, string(f.Payload)))
		if err := errors.Join(<-first, <-second); err != nil {
			t.Error(err)
		}
	})
}

func TestPingsAndPongsAreReported(t *testing.T) {
	var seen []string
	serverInBubble(t, wsstream.Settings{
		OnPing: func(p []byte) { seen = append(seen, "ping "+string(p)) },
		OnPong: func(p []byte) { seen = append(seen, "pong "+string(p)) },
	}, func(t *testing.T, e *end) {
		e.peer.Send(wstest.Whole(wstest.Ping, "a"), wstest.Whole(wstest.Pong, "b"))
		e.peer.Want(wstest.Pong, "a")
		synctest.Wait()
		if !slices.Equal(seen, []string{"ping a", "pong b"}) {
			t.Errorf("seen: %q", seen)
		}
	})
}

func TestPingsAreSentAtTheInterval(t *testing.T) {
	serverInBubble(t, wsstream.Settings{PingInterval: time.Second}, func(t *testing.T, e *end) {
		start := time.Now()
		for i := range 5 {
			f := e.peer.Read()
			if at := time.Since(start); f.Op != wstest.Ping || at != time.Duration(i+1)*time.Second {
				t.Fatalf("got %v after %v", f, at)
			}
			e.peer.Send(wstest.Whole(wstest.Pong, string(f.Payload)))
		}
	})
}

func TestAPeerThatAnswersNoPings(t *testing.T) {
	serverInBubble(t, wsstream.Settings{PingInterval: time.Second, MaxMissedPongs: 3}, func(t *testing.T, e *end) {
		start := time.Now()
		for range 3 {
			e.peer.Read()
		}
		reading := goDo(func() error { _, err := e.reader.Read(t.Context()); return err })
		e.peer.WantCloseCode(1011)
		if err := <-reading; !errors.Is(err, wsstream.ErrNoPong) || time.Since(start) != 4*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, wsstream.ErrNoPong) {
			t.Errorf("Closed returns %v", err)
		}
	})
}

// A message is as good as a pong, and while nobody reads nothing is missed.
func TestSignsOfLife(t *testing.T) {
	none := streams.CountQueuingStrategy[wsstream.Message](0)
	s := wsstream.Settings{PingInterval: time.Second, MaxMissedPongs: 1, IdleTimeout: 3 * time.Second, ReadableStrategy: &none}
	serverInBubble(t, s, func(t *testing.T, e *end) {
		for range 10 { // nobody reads
			e.peer.Read()
		}
		for range 5 {
			reading := goDo(func() error { _, err := e.reader.Read(t.Context()); return err })
			pass(900 * time.Millisecond)
			e.peer.Send(wstest.Whole(wstest.Text, "alive"))
			if err := <-reading; err != nil {
				t.Fatal(err)
			}
			e.peer.Read()
		}
	})
}

func TestAnIdlePeer(t *testing.T) {
	serverInBubble(t, wsstream.Settings{IdleTimeout: 5 * time.Second}, func(t *testing.T, e *end) {
		pass(4 * time.Second)
		e.peer.Send(wstest.Whole(wstest.Pong, ""))
		start := time.Now()
		e.peer.WantCloseCode(1001)
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
		e.peer.Drop()
		if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, wsstream.ErrIdleTimeout) {
			t.Errorf("Closed returns %v", err)
		}
	})
}

func TestAPeerThatDoesNotReadForTooLong(t *testing.T) {
	serverInBubble(t, wsstream.Settings{WriteTimeout: 2 * time.Second}, func(t *testing.T, e *end) {
		written := e.writer.WriteAsync(wsstream.Text("taken"))
		pass(time.Second)
		e.peer.Want(wstest.Text, "taken")
		if err := written.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		pass(30 * time.Second) // no deadline is left from that
		again := e.writer.WriteAsync(wsstream.Text("taken too"))
		e.peer.Want(wstest.Text, "taken too")
		if err := again.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
	serverInBubble(t, wsstream.Settings{WriteTimeout: 2 * time.Second, CloseTimeout: time.Second}, func(t *testing.T, e *end) {
		start := time.Now()
		if err := e.writer.WriteAsync(wsstream.Text("stuck")).Wait(t.Context()); !errors.Is(err, wsstream.ErrWriteTimeout) {
			t.Errorf("the write returns %v", err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("took %v", took)
		}
		if err := e.uncleanEnd(wsstream.StatusAbnormalClosure); !errors.Is(err, wsstream.ErrWriteTimeout) {
			t.Errorf("Closed returns %v", err)
		}
	})
}

func TestFramesAndFragmentsAreLimited(t *testing.T) {
	s := wsstream.Settings{MaxFrameSize: 10, MaxFragments: 3, MaxDecompressedSize: 100, Compression: &takeover}
	for name, frames := range map[string][]wstest.Frame{
		"a large frame":          {wstest.First(wstest.Text, "0123456789"), wstest.Last("0123456789a")},
		"many fragments":         {wstest.First(wstest.Text, "a"), wstest.More("b"), wstest.More(""), wstest.Last("d")},
		"a decompressed message": {wstest.Frame{Fin: true, Rsv: 4, Op: wstest.Binary, Payload: []byte(wstest.Deflated(string(make([]byte, 101))))}},
	} {
		t.Run(name, func(t *testing.T) {
			eachCompressedRole(t, s, "", func(t *testing.T, e *end) {
				code := uint16(1009)
				if name == "many fragments" {
					code = 1008
				}
				wantFailure(e, frames, code, wsstream.ErrMessageTooBig)
			})
		})
	}
}
