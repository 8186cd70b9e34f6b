package wsstream_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirstreams/weir/wsstream"
)

var soakTime = flag.Duration("soak", 2*time.Second, "run TestSoak for so long")

// A soak is connections of all sorts, at once and one after the other, with peers that do not behave.
type soak struct {
	t       *testing.T
	address string // of a server under test that echoes

	serving sync.WaitGroup // connections of that server
	served  atomic.Int64
	ran     map[string]*atomic.Int64 // by the name of the behaviour
	peak    atomic.Int64             // goroutines
}

// patient are the settings of ends whose peers keep the rules or are killed, and impatient of those that must be cut off. A
// machine that is busy must not make a peer look dead.
var (
	patient   = wsstream.Settings{CloseTimeout: 30 * time.Second}
	impatient = wsstream.Settings{CloseTimeout: 100 * time.Millisecond}
)

// After a time of connections that are opened and closed, killed in the middle of a frame, half closed, stalled and
// flooded, in both roles, no goroutine, no descriptor and no memory may be left. By default that is short;
// `go test ./wsstream -run TestSoak -soak 30m -timeout 40m -v` is the real thing.
func TestSoak(t *testing.T) {
	s := &soak{t: t, ran: map[string]*atomic.Int64{}}
	for name := range behaviours {
		s.ran[name] = new(atomic.Int64)
	}
	before := figuresOf(t)
	stop := s.serve()
	for name := range behaviours { // so that the pools are as full as they get
		s.run(name, rand.New(rand.NewPCG(1, 1)))
	}
	warm := figuresOf(t)
	start := time.Now()
	s.soak(start.Add(*soakTime))
	took := time.Since(start)
	stop()
	s.report(took)
	s.wantNothingLeft(before, warm)
}

// soak runs behaviours at random until the time has come.
func (s *soak) soak(until time.Time) {
	const workers = 16
	seed := rand.Uint64()
	s.t.Logf("seed %d", seed)
	names := slices.Sorted(maps.Keys(behaviours))
	var working sync.WaitGroup
	for worker := range workers {
		working.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(worker)))
			for time.Now().Before(until) {
				s.run(names[random.IntN(len(names))], random)
			}
		})
	}
	working.Wait()
}

// run runs a behaviour.
func (s *soak) run(name string, random *rand.Rand) {
	if err := behaviours[name](s, random); err != nil {
		s.t.Errorf("%s: %v", name, err)
	}
	s.ran[name].Add(1)
	if n := int64(runtime.NumGoroutine()); n > s.peak.Load() {
		s.peak.Store(n)
	}
}

// serve starts the server. stop stops it, and waits for its connections.
func (s *soak) serve() (stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.address = l.Addr().String()
	s.serving.Go(func() {
		for {
			socket, err := l.Accept()
			if err != nil {
				return
			}
			s.serving.Go(func() { s.serveOne(socket) })
		}
	})
	return func() {
		l.Close()
		s.serving.Wait()
	}
}

// serveOne echoes on a connection to its end, which is up to its client.
func (s *soak) serveOne(socket net.Conn) {
	s.served.Add(1)
	stream, err := wsstream.Accept(context.Background(), socket, &wsstream.UpgradeOptions{Settings: patient})
	if err != nil {
		return
	}
	c, err := stream.Opened(context.Background())
	if err != nil {
		s.t.Errorf("Opened returns %v", err)
		return
	}
	// The pipe ends with the connection, or is ended by what a client makes of it; either way the connection must end.
	piped := c.Readable.PipeTo(context.Background(), c.Writable)
	if _, err := stream.Closed(context.Background()); err == nil && piped != nil && !errors.Is(piped, wsstream.ErrInvalidState) {
		s.t.Errorf("the connection is closed cleanly, the pipe fails with %v", piped)
	}
}

// figures are what a process holds.
type figures struct {
	goroutines  int
	descriptors int // -1 where the system does not tell
	heap        int64
}

func (f figures) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d KiB of heap", f.goroutines, f.descriptors, f.heap>>10)
}

func figuresOf(t *testing.T) figures {
	t.Helper()
	f := figures{goroutines: runtime.NumGoroutine(), descriptors: -1, heap: liveHeap()}
	entries, err := os.ReadDir("/proc/self/fd")
	switch {
	case err == nil:
		f.descriptors = len(entries)
	case runtime.GOOS == "linux":
		t.Fatal(err)
	}
	return f
}

// wantNothingLeft compares what is held with what was.
func (s *soak) wantNothingLeft(before, warm figures) {
	// What closed the last connections is on its way out, which is no event that can be waited for.
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	after := figuresOf(s.t)
	for looks := 0; looks < 500 && (after.goroutines > before.goroutines || after.descriptors > before.descriptors); looks++ {
		<-ticker.C
		after = figuresOf(s.t)
	}
	fmt.Printf("soak: before %v; warm %v; after %v\n", before, warm, after)
	const slack = 2 << 20 // of a heap that holds pools, and what the runtime remembers of goroutines
	if after.goroutines > before.goroutines || after.descriptors > before.descriptors || after.heap > warm.heap+slack {
		s.t.Error("something is left")
	}
}

// report prints what ran.
func (s *soak) report(took time.Duration) {
	total := int64(0)
	for name, ran := range s.ran {
		total += ran.Load()
		s.t.Logf("%6d times %s", ran.Load(), name)
	}
	fmt.Printf("soak: %v, %d connections of %d sorts, %d of them served, at most %d goroutines\n",
		took.Round(time.Millisecond), total, len(s.ran), s.served.Load(), s.peak.Load())
}
