package streams_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
)

// Whatever readers and source do, and in whatever order, the bytes come out as they went in: none is lost, doubled or out of
// order.
func TestByteStreamKeepsBytes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		autoAllocate := rapid.SampledFrom([]int{0, 4}).Draw(rt, "autoAllocate")
		tee := rapid.Bool().Draw(rt, "tee")
		moves := rapid.SliceOfN(rapid.Custom(drawByteMove), 20, 60).Draw(rt, "moves")

		var sent string
		var got []string
		synctest.Test(t, func(t *testing.T) {
			g := newByteGame(t, autoAllocate, tee)
			for _, m := range moves {
				g.play(m)
				synctest.Wait()
			}
			sent, got = g.finish()
		})
		for i := range got {
			if got[i] != sent {
				rt.Fatalf("consumer %d got %q, want %q", i, got[i], sent)
			}
		}
	})
}

// A byteMove is one thing that a reader or the source does.
type byteMove struct {
	what     string
	consumer int // whose reader; with one consumer it is always that
	which    int // of the reads
	size     int // of a buffer or a chunk
	minimum  int // of a read, at most size
	byob     bool
}

func drawByteMove(rt *rapid.T) byteMove {
	size := rapid.IntRange(1, 6).Draw(rt, "size")
	return byteMove{
		what: rapid.SampledFrom([]string{
			"read", "read", "end read", "release", "request", "respond", "respond", "respond with new view", "enqueue",
		}).Draw(rt, "what"),
		consumer: rapid.IntRange(0, 1).Draw(rt, "consumer"),
		which:    rapid.IntRange(0, 3).Draw(rt, "which"),
		size:     size,
		minimum:  rapid.IntRange(1, size).Draw(rt, "minimum"),
		byob:     rapid.Bool().Draw(rt, "byob"),
	}
}

// A byteGame is a stream, or a tee of one, with its readers and its source.
type byteGame struct {
	src       *recordingByteSource
	sent      string
	consumers []*byteConsumer
}

type byteConsumer struct {
	stream *streams.ReadableByteStream
	reader lockHolder
	reads  []byteGameRead // in the order of the calls
}

type byteGameRead struct {
	*operation[string]
	end context.CancelFunc
}

func newByteGame(t *testing.T, autoAllocate int, tee bool) *byteGame {
	s, src := recordingBytes(byteSource{AutoAllocateChunkSize: autoAllocate})
	g := &byteGame{src: src, consumers: []*byteConsumer{{stream: s}}}
	if tee {
		branch1, branch2 := teeBytes(t, s)
		g.consumers = []*byteConsumer{{stream: branch1}, {stream: branch2}}
	}
	for _, c := range g.consumers {
		c.lock(true)
	}
	return g
}

// play makes a move. One that is not possible at the moment does nothing.
func (g *byteGame) play(m byteMove) {
	c := g.consumers[m.consumer%len(g.consumers)]
	switch m.what {
	case "read":
		c.read(m.size, m.minimum)
	case "end read":
		if m.which < len(c.reads) {
			c.reads[len(c.reads)-1-m.which].end()
		}
	case "release":
		c.reader.ReleaseLock()
		c.lock(m.byob)
	case "request":
		g.src.controller.BYOBRequest()
	case "respond":
		g.give(m.size, respond)
	case "respond with new view":
		g.give(m.size, respondWithNewView)
	case "enqueue":
		g.give(m.size, enqueue)
	}
}

// give has the source give the next n bytes of the alphabet, or as many as the view of the request takes.
func (g *byteGame) give(n int, answer func(data string) byteAnswer) {
	data := strings.Repeat("abcdefghijklmnopqrstuvwxyz", 2)[len(g.sent)%26:][:n]
	if view := viewLength(g.src.controller); view > 0 {
		data = data[:min(n, view)]
	}
	if g.src.controller.BYOBRequest() == nil {
		answer = enqueue
	}
	if answer(data)(g.src.controller) == nil {
		g.sent += data
	}
}

func (c *byteConsumer) lock(byob bool) {
	var err error
	if byob {
		c.reader, err = c.stream.GetBYOBReader()
	} else {
		c.reader, err = c.stream.GetReader()
	}
	if err != nil {
		panic(err)
	}
}

func (c *byteConsumer) read(size, minimum int) {
	ctx, end := context.WithCancel(context.Background())
	reader := c.reader
	c.reads = append(c.reads, byteGameRead{begin(func() (string, error) {
		if r, ok := reader.(*streams.BYOBReader); ok {
			p := make([]byte, size)
			n, err := r.ReadAtLeast(ctx, p, minimum)
			return string(p[:n]), err
		}
		chunk, err := reader.(*streams.DefaultReader[[]byte]).Read(ctx)
		return string(chunk), err
	}), end})
}

// finish ends the reads that wait, reads the rest of all consumers, and returns what the source has given and what each
// consumer has got.
func (g *byteGame) finish() (sent string, got []string) {
	for _, c := range g.consumers {
		for _, read := range c.reads {
			read.end()
		}
		synctest.Wait()
		c.reader.ReleaseLock()
		c.lock(false)
	}
	const last = "."
	if enqueue(last)(g.src.controller) == nil {
		g.sent += last
	}
	for _, c := range g.consumers {
		got = append(got, c.readUntil(last))
	}
	g.src.controller.Error(errA)
	synctest.Wait()
	return g.sent, got
}

// readUntil reads up to a chunk that ends with last, and returns all that was ever read. If nothing comes it gives up.
func (c *byteConsumer) readUntil(last string) string {
	var got strings.Builder
	for {
		c.read(0, 0)
		if next := c.reads[len(c.reads)-1]; !next.done || next.err != nil || strings.HasSuffix(next.value, last) {
			break
		}
	}
	for _, read := range c.reads {
		if read.done {
			got.WriteString(read.value)
		}
	}
	return got.String()
}
