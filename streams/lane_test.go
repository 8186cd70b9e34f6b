package streams_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// Several goroutines write and read at once, while others look at the stream, end contexts, and take the locks from them:
// each chunk comes out once, those of a writer in order, and the queues never hold more than the marks allow.
func TestLaneWithManyUsers(t *testing.T) {
	for _, marks := range [][2]int{{1, 1}, {1, 16}, {5, 128}, {300, 3}} {
		t.Run(fmt.Sprint(marks), func(t *testing.T) {
			c := newCrowd(marks[0], marks[1])
			c.run(t)
		})
	}
}

const (
	crowdWriters = 3
	crowdReaders = 3
	crowdChunks  = 4000 // of each writer
)

// A crowd is an identity transform and those who use it. A chunk is the number of its writer, times crowdChunks, and its
// place.
type crowd struct {
	stream     *streams.TransformStream[int, int]
	controller *streams.TransformController[int]
	writer     atomic.Pointer[streams.DefaultWriter[int]]
	reader     atomic.Pointer[streams.DefaultReader[int]]
	ctx        atomic.Pointer[crowdContext] // of the next call

	left atomic.Int64 // writers that have not written all
	seen [crowdReaders][]int
}

// A crowdContext is a context that can be ended.
type crowdContext struct {
	context.Context
	end context.CancelFunc
}

func newCrowd(writable, readable int) *crowd {
	c := new(crowd)
	started := make(chan struct{})
	c.stream = streams.NewTransformStream(streams.Transformer[int, int]{
		Start: func(_ context.Context, controller *streams.TransformController[int]) error {
			c.controller = controller
			close(started)
			return nil
		},
	}, streams.WithWritableStrategy(streams.CountQueuingStrategy[int](writable)),
		streams.WithReadableStrategy(streams.CountQueuingStrategy[int](readable)))
	<-started
	c.changeContext()
	c.changeWriter()
	c.changeReader()
	c.left.Store(crowdWriters)
	return c
}

// changeWriter gives the writers another lock. Nobody else takes it.
func (c *crowd) changeWriter() {
	if w := c.writer.Load(); w != nil {
		w.ReleaseLock()
	}
	w, _ := c.stream.Writable().GetWriter()
	c.writer.Store(w)
}

func (c *crowd) changeReader() {
	if r := c.reader.Load(); r != nil {
		r.ReleaseLock()
	}
	r, _ := c.stream.Readable().GetReader()
	c.reader.Store(r)
}

// changeContext ends the context of the calls that are under way.
func (c *crowd) changeContext() {
	ctx, end := context.WithCancel(context.Background())
	if old := c.ctx.Swap(&crowdContext{ctx, end}); old != nil {
		old.end()
	}
}

func (c *crowd) run(t *testing.T) {
	var users, meddlers sync.WaitGroup
	stop := make(chan struct{})
	for i := range crowdWriters {
		users.Go(func() { c.write(i) })
	}
	for i := range crowdReaders {
		users.Go(func() { c.read(i) })
	}
	meddlers.Go(func() { c.meddle(t, stop) })
	users.Wait()
	close(stop)
	meddlers.Wait()
	c.ctx.Load().end()
	c.check(t)
}

// write writes the chunks of one writer, singly and in batches, and closes the stream if it is the last. A call that failed
// accepted nothing, or what it said.
func (c *crowd) write(writer int) {
	next := 0
	for next < crowdChunks {
		if next%3 > 0 {
			if c.writer.Load().Write(c.ctx.Load(), writer*crowdChunks+next) == nil {
				next++
			}
			continue
		}
		var batch []int
		for i := next; i < min(next+40, crowdChunks); i++ {
			batch = append(batch, writer*crowdChunks+i)
		}
		n, _ := c.writer.Load().WriteBatch(c.ctx.Load(), batch) // an error is a reason to try again
		next += n
	}
	if c.left.Add(-1) > 0 {
		return
	}
	for c.writer.Load().Close(context.Background()) == streams.ErrReleased {
		runtime.Gosched() // it was changed: try the next
	}
}

// read reads until the end.
func (c *crowd) read(reader int) {
	batch := make([]int, 30)
	for i := 0; ; i++ {
		n := 1
		var err error
		if i%3 > 0 {
			batch[0], err = c.reader.Load().Read(c.ctx.Load())
		} else {
			n, err = c.reader.Load().ReadBatch(c.ctx.Load(), batch)
		}
		if err == nil {
			c.seen[reader] = append(c.seen[reader], batch[:n]...)
			continue
		}
		if c.reader.Load().Closed(ended) == nil {
			return
		}
	}
}

// meddle looks at the stream and disturbs its users.
func (c *crowd) meddle(t *testing.T, stop <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		if n, ok := c.writer.Load().DesiredSize(); ok && n < 0 {
			t.Error("the queue of the writable side is over-full by", -n)
		}
		if n, ok := c.controller.DesiredSize(); ok && n < 0 {
			t.Error("the queue of the readable side is over-full by", -n)
		}
		for range 200 { // let them work
			runtime.Gosched()
		}
		switch i % 4 {
		case 0:
			c.changeContext()
		case 1:
			c.changeReader()
		case 2:
			if c.left.Load() > 0 {
				c.changeWriter()
			}
		}
	}
}

// check looks at what came out. A reader may get an earlier chunk of a writer after a later one only from another reader.
func (c *crowd) check(t *testing.T) {
	count := make([]int, crowdWriters*crowdChunks)
	for reader, seen := range c.seen {
		last := [crowdWriters]int{-1, -1, -1}
		for _, chunk := range seen {
			count[chunk]++
			if writer := chunk / crowdChunks; chunk <= last[writer] {
				t.Errorf("reader %d got %d after %d", reader, chunk, last[writer])
			} else {
				last[writer] = chunk
			}
		}
	}
	for chunk, n := range count {
		if n != 1 {
			t.Fatalf("chunk %d came out %d times", chunk, n)
		}
	}
}
