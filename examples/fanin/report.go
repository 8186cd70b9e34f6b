package main

import (
	"fmt"
	"log"
	"runtime"
	"time"
)

// reportEvery is how often a line is printed.
const reportEvery = 250 * time.Millisecond

// report prints how far f is until its result comes, which it returns.
func report(f *fanIn, result <-chan error, out *log.Logger) error {
	start := time.Now()
	elapsed := func() time.Duration { return time.Since(start).Round(10 * time.Millisecond) }
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()

	out.Printf("%8s %9s %9s %9s %9s %9s", "time", "sent", "received", "handled", "queued", "heap")
	var most state
	for {
		select {
		case <-tick.C:
			now := f.state()
			most.queued, most.heap = max(most.queued, now.queued), max(most.heap, now.heap)
			out.Printf("%8v %9d %9d %9d %9d %9s", elapsed(), now.sent, now.received, now.handled, now.queued, formatSize(now.heap))
		case err := <-result:
			end := f.state()
			out.Printf("ended after %v: sent %d, received %d, handled %d, queued at most %d, heap at most %s",
				elapsed(), end.sent, end.received, end.handled, most.queued, formatSize(most.heap))
			return err
		}
	}
}

// state is how far a fanIn is.
type state struct {
	sent, received, handled int

	queued int // received and not handled
	heap   int // in bytes
}

func (f *fanIn) state() state {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	// In this order no message is handled and not received: queued may be a little too large, but not negative.
	s := state{handled: int(f.handled.Load()), received: int(f.received.Load()), sent: int(f.sent.Load())}
	s.queued, s.heap = s.received-s.handled, int(memory.HeapAlloc)
	return s
}

// formatSize writes a size for people.
func formatSize(n int) string {
	const kib, mib = 1 << 10, 1 << 20
	switch {
	case n < kib:
		return fmt.Sprintf("%d B", n)
	case n < mib:
		return fmt.Sprintf("%.0f KiB", float64(n)/kib)
	default:
		return fmt.Sprintf("%.0f MiB", float64(n)/mib)
	}
}
