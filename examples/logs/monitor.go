package main

import (
	"fmt"
	"io"
	"os"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"time"
)

// lookEvery is how often a monitor looks.
const lookEvery = 100 * time.Millisecond

// A monitor looks at a running pipeline: at its memory and its progress.
type monitor struct {
	bar   io.Writer     // where to draw the progress; nil for nowhere
	done  *atomic.Int64 // of total
	total int64

	began  time.Time
	ending chan struct{} // closed to end the goroutine
	ended  chan struct{} // closed when it has

	// Following fields are written by the goroutine, and read when it has ended.

	took time.Duration
	peak uint64 // the most memory that was seen, in bytes
}

func startMonitor(done *atomic.Int64, total int64, bar io.Writer) *monitor {
	m := &monitor{
		bar:    bar,
		done:   done,
		total:  total,
		began:  time.Now(),
		ending: make(chan struct{}),
		ended:  make(chan struct{}),
	}
	go m.watch()
	return m
}

// stop ends the monitor, and takes away its bar.
func (m *monitor) stop() {
	close(m.ending)
	<-m.ended
}

func (m *monitor) watch() {
	defer close(m.ended)
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		m.look()
		select {
		case <-ticker.C:
		case <-m.ending:
			m.look()
			m.draw(eraseLine)
			return
		}
	}
}

// eraseLine goes to the beginning of a terminal's line and makes it empty.
const eraseLine = "\r\x1b[K"

func (m *monitor) look() {
	m.took = time.Since(m.began)
	m.peak = max(m.peak, memoryInUse())
	m.draw(eraseLine + progressBar(m.done.Load(), m.total))
}

func (m *monitor) draw(text string) {
	if m.bar != nil {
		_, _ = io.WriteString(m.bar, text) // without the bar the work goes on
	}
}

func progressBar(done, total int64) string {
	const width = 40
	share := 1.0
	if total > 0 {
		share = min(float64(done)/float64(total), 1)
	}
	full := int(share * width)
	return fmt.Sprintf("[%s%s] %3.0f %%", strings.Repeat("#", full), strings.Repeat("-", width-full), share*100)
}

// memoryInUse is what the Go runtime holds of the memory of the machine: heap, stacks and all else.
func memoryInUse() uint64 {
	samples := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}

// isTerminal reports whether what is written to file can move a cursor. It also says so of /dev/null, where a progress bar
// does no harm.
func isTerminal(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
