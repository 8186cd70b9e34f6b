package wsstream_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirstreams/weir/wsstream"
)

var (
	slowReaders = flag.Int("slowreaders", 20, "run TestSlowReaders with so many connections")
	slowTime    = flag.Duration("slowtime", time.Second, "run TestSlowReaders for so long")
)

// However much faster a writer is than its reader, and for however long, no more is held than the marks say, at either end:
// the heap is flat. By default there are few connections, and not for long;
// `go test ./wsstream -run SlowReaders -slowreaders 1000 -slowtime 1m -v` is the real thing.
func TestSlowReaders(t *testing.T) {
	const size = 16 << 10
	const samples = 10
	// Of one connection: the message that is written and the one that its writer would write next, and at the other end what
	// the mark lets be queued, what comes meanwhile, and what its reader looks at; then what does not depend on messages.
	const bound = 5*size + 32<<10

	before := liveHeap()
	r := &slowRun{ended: make(chan struct{})}
	for range *slowReaders {
		client, server := pair(t)
		r.running.Go(func() { r.write(t, server, size) })
		r.running.Go(func() { r.read(t, client) })
	}
	ticker := time.NewTicker(*slowTime / samples)
	defer ticker.Stop()
	var heaps []int64
	for range samples {
		<-ticker.C
		heaps = append(heaps, r.heap()-before)
	}
	close(r.ended)
	r.running.Wait()
	fmt.Printf("slow readers: %d connections, %v, %d messages of %d bytes read; heap for each after each tenth of the time: %d bytes\n",
		*slowReaders, *slowTime, r.reads.Load(), size, perConnection(heaps))

	early, late := heaps[samples/5], heaps[samples-1] // when all is as full as it gets, and at the end
	if limit := int64(*slowReaders) * bound; late > limit {
		t.Errorf("%d bytes are held at the end, want at most %d", late, limit)
	}
	if late > early+early/10+1<<20 {
		t.Errorf("the heap grows from %d to %d bytes", early, late)
	}
	if r.reads.Load() == 0 {
		t.Error("nothing was read")
	}
}

func perConnection(heaps []int64) []int64 {
	each := make([]int64, len(heaps))
	for i, heap := range heaps {
		each[i] = heap / int64(*slowReaders)
	}
	return each
}

// slowRun is a run of TestSlowReaders.
type slowRun struct {
	reading sync.RWMutex // held by each reader while it reads
	ended   chan struct{}
	running sync.WaitGroup
	written atomic.Int64 // messages
	reads   atomic.Int64
}

// heap lets the readers pause until the writers can write no more, and returns what is held then: what garbage collection
// counts while messages come and go is not only what is in use.
func (r *slowRun) heap() int64 {
	r.reading.Lock()
	defer r.reading.Unlock()
	for {
		before, held := r.written.Load(), liveHeap()
		if r.written.Load() == before {
			return held
		}
	}
}

// write writes as fast as it may, until the reader closes the connection.
func (r *slowRun) write(t *testing.T, e *end, size int) {
	for {
		err := e.writer.Write(context.Background(), wsstream.Binary(make([]byte, size)))
		switch {
		case err == nil:
			r.written.Add(1)
			continue
		case !errors.Is(err, wsstream.ErrInvalidState):
			t.Errorf("Write returns %v", err)
		}
		return
	}
}

// read reads a message now and then, and at the end closes the connection.
func (r *slowRun) read(t *testing.T, e *end) {
	const pause = 250 * time.Millisecond
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		r.reading.RLock()
		_, err := e.reader.Read(context.Background())
		r.reading.RUnlock()
		if err != nil {
			t.Errorf("Read returns %v", err)
			return
		}
		r.reads.Add(1)
		select {
		case <-ticker.C:
		case <-r.ended:
			if err := e.stream.Close(wsstream.CloseInfo{Code: wsstream.StatusNormalClosure}); err != nil {
				t.Errorf("Close returns %v", err)
			}
			_, _ = e.stream.Closed(context.Background()) // a writer that is cut off in a message is no clean close
			return
		}
	}
}
