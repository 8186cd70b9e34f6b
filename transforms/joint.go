package transforms

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/weirstreams/weir/streams"
)

// A joint is an operator that makes one readable stream of several. It is the supply of that stream: when a chunk is
// wanted, advance looks at the intakes, one for each input, takes what has come, and gives a chunk if that makes one. If not,
// each intake that has nothing reads its input, and when something has come advance is called again.
//
// So nothing is read before the first chunk is wanted, and at most one chunk of each input ahead of what is. An input that
// has its chunk at once, such as one of plain functions, is read where the joint is. For one that has not, a goroutine waits
// in the Read; it is kept pending when the consumer stops reading meanwhile, and ends with the chunk or with the joint.
type joint[O any] struct {
	inputs
	advance func() // immutable once the stream was made
	refused error  // why an input cannot be used; only while the joint is made

	// Only next and advance use the following.

	wanted bool    // a chunk
	given  slot[O] // it, when advance has given it
}

func newJoint[O any]() *joint[O] {
	j := new(joint[O])
	j.wake = make(chan struct{}, 1)
	return j
}

// start returns the stream. It calls advance when a chunk is wanted.
func (j *joint[O]) start(advance func()) *streams.ReadableStream[O] {
	if j.refused != nil {
		j.stop(j.refused, j.refused)
		return erroredReadable[O](j.refused)
	}
	j.advance = advance
	return newReadable(j)
}

// isWanted reports whether a chunk is wanted, and has not been given yet.
func (j *joint[O]) isWanted() bool { return j.wanted }

// give gives the chunk that is wanted.
func (j *joint[O]) give(chunk O) {
	j.wanted = false
	j.given.put(chunk)
}

// finish ends the joint when it has given all there is. Inputs that go on are told that they are not wanted.
func (j *joint[O]) finish() { j.stop(io.EOF, streams.ErrTerminated) }

// connect is the supply's.
func (j *joint[O]) connect(c *streams.ReadyController[O]) { j.broken = c.Error }

// next is the supply's.
func (j *joint[O]) next() (chunk O, err error) {
	if err := j.begin(); err != nil {
		return chunk, err
	}
	j.wanted = true
	j.advance()
	if j.given.full {
		return j.given.take(), nil
	}
	if err := j.ending(); err != nil {
		return chunk, err
	}
	return chunk, streams.ErrNotReady
}

// inputs is the part of a joint that its intakes know.
type inputs struct {
	wake   chan struct{}   // takes a token when something has come
	broken func(err error) // is told when an input has failed; set before an input is read

	mu sync.Mutex // guards following fields, and the intakes where they say so

	intakes []joined // changed only while the joint is made
	news    bool     // something has come since advance was called last
	end     error    // why the joint has ended: io.EOF if it is complete, or an error; nil until then
}

// joined is an intake of whatever type.
type joined interface {
	// ask reads the input, unless there is no need.
	ask()
	// drop cancels the input, unless it has ended, and waits for that until ctx has ended.
	drop(ctx context.Context, reason error) error
}

// begin begins to look at what has come. It returns why the joint has ended, if it has.
func (in *inputs) begin() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.news = false
	return in.end
}

func (in *inputs) ending() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.end
}

// wait is the supply's. It has the intakes read their inputs, and waits until one of them has come to something.
func (in *inputs) wait(ctx context.Context) error {
	for ctx.Err() == nil {
		for _, a := range in.intakes {
			a.ask()
		}
		in.mu.Lock()
		ready := in.news || in.end != nil
		in.mu.Unlock()
		if ready {
			return nil
		}
		select {
		case <-in.wake:
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

// cancel is the supply's. It reaches all inputs at once, and waits for what that comes to.
func (in *inputs) cancel(ctx context.Context, reason error) error {
	if !in.setEnd(reason) {
		return nil // all inputs have ended, or have been told
	}
	results := make(chan error, len(in.intakes))
	for _, a := range in.intakes {
		go func() { results <- a.drop(ctx, reason) }()
	}
	var failed []error
	for range in.intakes {
		failed = append(failed, <-results)
	}
	return errors.Join(failed...)
}

// fail ends the joint with the error of an input.
func (in *inputs) fail(err error) {
	if in.stop(err, err) {
		in.broken(err)
	}
}

// stop ends the joint, and cancels its inputs without waiting for that. It reports false if it has ended already.
func (in *inputs) stop(end, reason error) bool {
	if !in.setEnd(end) {
		return false
	}
	for _, a := range in.intakes {
		_ = a.drop(over, reason) // it only says that it did not wait
	}
	return true
}

func (in *inputs) setEnd(end error) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.end != nil {
		return false
	}
	in.end = end
	in.newsLocked()
	return true
}

// newsLocked notes that something has come, and wakes who waits for that.
func (in *inputs) newsLocked() {
	in.news = true
	select {
	case in.wake <- struct{}{}:
	default: // there is a token
	}
}
