package streams_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// FuzzLane makes an identity transform twice: once as it is, which chunks go through past the lock of the domain, and once
// with a size function, which keeps them from that and changes nothing else. Whatever is done to the two, at every point of
// rest the same must have come of it.
func FuzzLane(f *testing.F) {
	for seed := range 100 {
		recipe := make([]byte, 90)
		for i := range recipe {
			recipe[i] = byte((seed*5003 + i*32452843 + seed*i*29) >> 3)
		}
		f.Add(recipe)
	}
	f.Fuzz(func(t *testing.T, recipe []byte) {
		synctest.Test(t, func(t *testing.T) { compareCrossings(t, recipe) })
	})
}

// compareCrossings does to both transforms what the recipe says.
func compareCrossings(t *testing.T, recipe []byte) {
	twins := [2]*crossing{newCrossing(recipe, nil), newCrossing(recipe, func(int) int { return 1 })}
	for rests := range 30 {
		synctest.Wait()
		if plain, measured := twins[0].state(), twins[1].state(); plain != measured {
			t.Errorf("at rest %d of recipe %v\nas it is:\n%s\nwith a size function:\n%s", rests, recipe, plain, measured)
			break
		}
		if !twins[0].act() || !twins[1].act() {
			break
		}
	}
	for _, x := range twins {
		synctest.Wait()
		x.finish()
		if fault := x.fault(); fault != "" {
			t.Errorf("recipe %v: %s\ngot %v\nof %v", recipe, fault, x.got, x.accepted)
		}
	}
}

// A crossing is an identity transform with those who use it.
type crossing struct {
	recipe     []byte
	alone      bool // there is at most one goroutine a side, so that each result is known
	stream     *streams.TransformStream[int, int]
	controller *streams.TransformController[int]
	writer     *streams.DefaultWriter[int]
	reader     *streams.DefaultReader[int]

	ctx    context.Context // of the calls that are under way
	cancel context.CancelFunc
	next   int // the next chunk

	// What is known while an act begins, when other goroutines may be at work already.

	writes, reads bool
	dropped       bool // something was done that may drop chunks

	mu       sync.Mutex // guards following fields
	writing  int        // goroutines
	reading  int
	accepted []int
	enqueued map[int]bool // past the writable side
	got      [][]int      // by goroutine
	errs     []string
}

func newCrossing(recipe []byte, size func(int) int) *crossing {
	x := &crossing{recipe: recipe, enqueued: map[int]bool{}}
	x.ctx, x.cancel = context.WithCancel(context.Background())
	x.alone = x.choose(2) == 0
	writable := streams.CountQueuingStrategy[int](1 + x.choose(3)*x.choose(20))
	readable := streams.QueuingStrategy[int]{HighWaterMark: []int{0, 1, 2, 7, 16, 50, streams.Unbounded}[x.choose(7)], Size: size}
	x.stream = streams.NewTransformStream(streams.Transformer[int, int]{
		Start: func(_ context.Context, c *streams.TransformController[int]) error {
			x.controller = c
			return nil
		},
	}, streams.WithWritableStrategy(writable), streams.WithReadableStrategy(readable))
	x.writer, _ = x.stream.Writable().GetWriter()
	x.reader, _ = x.stream.Readable().GetReader()
	return x
}

// choose takes a number below n from the recipe; 0 once that is used up.
func (x *crossing) choose(n int) int {
	if len(x.recipe) == 0 {
		return 0
	}
	v := int(x.recipe[0]) % n
	x.recipe = x.recipe[1:]
	return v
}

// act does something, and reports whether there was anything left to do. Alone, that is one thing, or a write and a read;
// else it is up to three things at once.
func (x *crossing) act() bool {
	x.writes, x.reads = x.writing > 0, x.reading > 0
	for range 1 + x.choose(3) {
		if len(x.recipe) == 0 {
			return false
		}
		what, count := x.choose(16), 1+x.choose(60)
		switch {
		case what < 6:
			x.write(count, [...]writeFunc{x.writeEach, x.writeEach, x.writeEach, x.writeBatches, x.writeBatches, x.writeAsync}[what])
		case what < 11:
			x.read(count, [...]readFunc{x.readEach, x.readEach, x.readEach, x.readBatches, x.readBatches}[what-6])
		default:
			x.restAlone()
			x.meddle(what, count)
			x.restAlone()
		}
		if x.dropped { // or a write and a read that begin at once meet the end in either order
			x.restAlone()
		}
	}
	return true
}

// restAlone waits until nothing more happens, if each result is to be known.
func (x *crossing) restAlone() {
	if x.alone {
		synctest.Wait()
	}
}

// meddle does something that is neither a write nor a read.
func (x *crossing) meddle(what, count int) {
	switch what {
	case 11:
		x.cancel()
		x.ctx, x.cancel = context.WithCancel(context.Background())
	case 12:
		x.reader.ReleaseLock()
		x.reader, _ = x.stream.Readable().GetReader()
	case 13:
		x.writer.ReleaseLock()
		x.writer, _ = x.stream.Writable().GetWriter()
	case 14:
		err := x.controller.Enqueue(x.next)
		x.mu.Lock()
		if err == nil {
			x.accepted = append(x.accepted, x.next)
			x.enqueued[x.next] = true
		}
		x.keepErrorLocked(err)
		x.mu.Unlock()
		x.next++
	case 15:
		x.end(count)
	}
}

// end does one of the things after which nothing more goes through, if count is small.
func (x *crossing) end(count int) {
	ctx, writer, reader := x.ctx, x.writer, x.reader
	x.dropped = x.dropped || count > 2 && count < 7
	switch count {
	case 1, 2:
		go func() { x.keepError(writer.Close(ctx)) }()
	case 3:
		go func() { x.keepError(writer.Abort(ctx, errA)) }()
	case 4:
		go func() { x.keepError(reader.Cancel(ctx, errB)) }()
	case 5:
		x.controller.Error(errA)
	case 6:
		x.controller.Terminate()
	}
}

type (
	writeFunc func(ctx context.Context, writer *streams.DefaultWriter[int], chunks []int) (int, error)
	readFunc  func(ctx context.Context, reader *streams.DefaultReader[int], count int) ([]int, error)
)

func (x *crossing) write(count int, by writeFunc) {
	if x.alone && x.writes {
		return
	}
	x.writes = true
	chunks := make([]int, count)
	for i := range chunks {
		chunks[i] = x.next + i
	}
	x.next += count
	x.mu.Lock()
	x.writing++
	x.mu.Unlock()
	ctx, writer := x.ctx, x.writer
	go func() {
		n, err := by(ctx, writer, chunks)
		x.mu.Lock()
		defer x.mu.Unlock()
		x.writing--
		x.accepted = append(x.accepted, chunks[:n]...)
		x.keepErrorLocked(err)
	}()
}

func (x *crossing) writeEach(ctx context.Context, writer *streams.DefaultWriter[int], chunks []int) (int, error) {
	for i, chunk := range chunks {
		if err := writer.Write(ctx, chunk); err != nil {
			return i, err
		}
	}
	return len(chunks), nil
}

func (x *crossing) writeBatches(ctx context.Context, writer *streams.DefaultWriter[int], chunks []int) (written int, err error) {
	for written < len(chunks) && err == nil {
		var n int
		n, err = writer.WriteBatch(ctx, chunks[written:min(len(chunks), written+17)])
		written += n
	}
	return written, err
}

// writeAsync writes whatever the mark, so it takes few.
func (x *crossing) writeAsync(_ context.Context, writer *streams.DefaultWriter[int], chunks []int) (int, error) {
	chunks = chunks[:min(3, len(chunks))]
	for i, chunk := range chunks {
		result := writer.WriteAsync(chunk)
		if err := result.Wait(ended); err != nil && err != errPending {
			return i, err
		}
	}
	return len(chunks), nil
}

func (x *crossing) read(count int, by readFunc) {
	if x.alone && x.reads {
		return
	}
	x.reads = true
	x.mu.Lock()
	x.reading++
	x.mu.Unlock()
	ctx, reader := x.ctx, x.reader
	go func() { x.doneReading(by(ctx, reader, count)) }()
}

func (x *crossing) doneReading(got []int, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.reading--
	x.got = append(x.got, got)
	x.keepErrorLocked(err)
}

func (x *crossing) readEach(ctx context.Context, reader *streams.DefaultReader[int], count int) (got []int, err error) {
	for range count {
		chunk, err := reader.Read(ctx)
		if err != nil {
			return got, err
		}
		got = append(got, chunk)
	}
	return got, nil
}

func (x *crossing) readBatches(ctx context.Context, reader *streams.DefaultReader[int], count int) (got []int, err error) {
	for len(got) < count && err == nil {
		var n int
		batch := make([]int, min(13, count-len(got)))
		n, err = reader.ReadBatch(ctx, batch)
		got = append(got, batch[:n]...)
	}
	return got, err
}

func (x *crossing) keepError(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.keepErrorLocked(err)
}

func (x *crossing) keepErrorLocked(err error) {
	if err != nil {
		x.errs = append(x.errs, err.Error())
	}
}

// state is what can be seen at a point of rest; nothing if that depends on whose turn it was.
func (x *crossing) state() string {
	if !x.alone {
		return ""
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	var b strings.Builder
	wanted, wantedOK := x.writer.DesiredSize()
	room, roomOK := x.controller.DesiredSize()
	fmt.Fprintln(&b, "desired sizes:", wanted, wantedOK, room, roomOK)
	fmt.Fprintln(&b, "locked:", x.stream.Writable().Locked(), x.stream.Readable().Locked())
	fmt.Fprintln(&b, "promises:", x.writer.Ready(ended), x.writer.Closed(ended), x.reader.Closed(ended))
	fmt.Fprintln(&b, "under way:", x.writing, x.reading)
	fmt.Fprintln(&b, "accepted:", x.accepted)
	fmt.Fprintln(&b, "got:", x.got)
	slices.Sort(x.errs)
	fmt.Fprintln(&b, "errors:", x.errs)
	return b.String()
}

// finish ends all calls, closes the stream and takes what is left.
func (x *crossing) finish() {
	x.cancel()
	synctest.Wait()
	x.writer.ReleaseLock()
	x.reader.ReleaseLock()
	synctest.Wait()
	go func() { x.keepError(x.stream.Writable().Close(context.Background())) }()
	rest, err := x.stream.Readable().Collect(context.Background())
	x.reading++
	x.doneReading(rest, err)
	synctest.Wait()
}

// fault is what is wrong with what came out; empty if nothing is.
func (x *crossing) fault() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.writing > 0 || x.reading > 0 {
		return fmt.Sprintf("%d writers and %d readers hang", x.writing, x.reading)
	}
	seen := map[int]bool{}
	for _, got := range x.got {
		last := -1
		for _, chunk := range got {
			if x.alone && !x.enqueued[chunk] && chunk < last {
				return fmt.Sprintf("%d came out after %d", chunk, last)
			} else if !x.enqueued[chunk] {
				last = chunk
			}
			if seen[chunk] {
				return fmt.Sprintf("%d came out twice", chunk)
			}
			seen[chunk] = true
		}
	}
	for _, chunk := range x.accepted {
		if !seen[chunk] && !x.dropped {
			return fmt.Sprintf("%d was lost", chunk)
		}
	}
	return ""
}
