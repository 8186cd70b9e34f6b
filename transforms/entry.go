package transforms

import (
	"context"

	"github.com/weirstreams/weir/streams"
)

// An entry is a writable stream that an operator takes chunks from in its turns. One chunk waits in it, as in any stage,
// and one in its writable side; the producer waits with the next until the operator has taken one. Nobody waits in a
// goroutine for that.
type entry[T any] struct {
	turns  *turns
	stream *streams.TransformStream[T, T] // the queue, of which the operator is the only reader
	reader *streams.DefaultReader[T]

	// The lock of the turns guards following fields.

	waiting int  // chunks that can be taken
	closed  bool // no more will come
	ended   bool // closed, aborted or cancelled
}

// over is a context that has ended: with it, calls of streams do not wait.
var over = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// newEntry makes an entry and adds it to the parts of t.
func newEntry[T any](t *turns) *entry[T] {
	in := &entry[T]{turns: t}
	in.stream = streams.NewTransformStream(streams.Transformer[T, T]{
		Transform: in.arrive,
		Flush:     in.flush,
		Cancel:    in.cancel,
	}, streams.WithReadableStrategy(streams.CountQueuingStrategy[T](1)))
	reader, err := in.stream.Readable().GetReader()
	if err != nil {
		panic("transforms: internal error: " + err.Error())
	}
	in.reader = reader
	if !t.add(in) {
		in.end(over, streams.ErrTerminated)
	}
	return in
}

// next takes the chunk that waits, if there is one.
func (in *entry[T]) next() (chunk T, ok bool) {
	in.turns.mu.Lock()
	ok = in.waiting > 0
	if ok {
		in.waiting--
	}
	in.turns.mu.Unlock()
	if !ok {
		return chunk, false
	}
	chunk, err := in.reader.Read(over)
	return chunk, err == nil // an error means that the operator is ending
}

// hasNext reports whether a chunk waits.
func (in *entry[T]) hasNext() bool {
	in.turns.mu.Lock()
	defer in.turns.mu.Unlock()
	return in.waiting > 0
}

// exhausted reports whether all chunks have been taken and no more will come.
func (in *entry[T]) exhausted() bool {
	in.turns.mu.Lock()
	defer in.turns.mu.Unlock()
	return in.closed && in.waiting == 0
}

func (in *entry[T]) arrive(_ context.Context, chunk T, c *streams.TransformController[T]) error {
	if c.Enqueue(chunk) != nil {
		return nil // the stream has ended meanwhile; whoever ended it knows why
	}
	in.turns.mu.Lock()
	in.waiting++
	in.turns.wakeAndUnlock()
	return nil
}

func (in *entry[T]) flush(context.Context, *streams.TransformController[T]) error {
	in.turns.mu.Lock()
	in.closed, in.ended = true, true
	in.turns.wakeAndUnlock()
	return nil
}

// cancel is called when the producer aborts, or end has cancelled the stream.
func (in *entry[T]) cancel(_ context.Context, reason error) error {
	in.turns.mu.Lock()
	ended := in.ended
	in.ended = true
	in.turns.mu.Unlock()
	if !ended {
		in.turns.end(reason)
	}
	return nil
}

// end tells the producer that nothing more is wanted.
func (in *entry[T]) end(ctx context.Context, reason error) {
	in.turns.mu.Lock()
	ended := in.ended
	in.ended = true
	in.turns.mu.Unlock()
	if !ended {
		_ = in.reader.Cancel(ctx, reason) // it only says that it did not wait
	}
}
