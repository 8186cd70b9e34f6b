package transforms

import (
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
)

// An intake reads one of the inputs of a joint, one chunk at a time, and holds it.
type intake[T any] struct {
	inputs *inputs
	reader *streams.DefaultReader[T] // immutable
	glance glance                    // only ask uses it
	read   func()                    // readInput; kept so that starting it allocates nothing

	// The lock of the inputs guards following fields.

	state  intakeState
	paused bool // ask does nothing
	chunk  T    // while the intake is full
}

type intakeState int

const (
	intakeEmpty   intakeState = iota
	intakeReading             // a Read is under way
	intakeFull
	intakeEnded // the input has ended, or was cancelled; this is a terminal state
)

// connect makes an intake that reads source.
func connect[T, O any](j *joint[O], source *streams.ReadableStream[T]) *intake[T] {
	a := &intake[T]{inputs: &j.inputs}
	a.read = a.readInput
	var err error
	if a.reader, err = readerOf(source); err != nil {
		a.state = intakeEnded
		j.refused = err
	}
	j.intakes = append(j.intakes, a)
	return a
}

// connectAll makes an intake for each of the sources.
func connectAll[T, O any](j *joint[O], sources []*streams.ReadableStream[T]) []*intake[T] {
	intakes := make([]*intake[T], len(sources))
	for i, source := range sources {
		intakes[i] = connect(j, source)
	}
	return intakes
}

// next takes the chunk that has come, if there is one.
func (a *intake[T]) next() (chunk T, ok bool) {
	a.inputs.mu.Lock()
	defer a.inputs.mu.Unlock()
	if a.state != intakeFull {
		return chunk, false
	}
	var none T
	chunk, a.chunk, a.state = a.chunk, none, intakeEmpty
	return chunk, true
}

// hasNext reports whether there is a chunk to take.
func (a *intake[T]) hasNext() bool { return a.isIn(intakeFull) }

// exhausted reports whether all chunks have been taken and no more will come.
func (a *intake[T]) exhausted() bool { return a.isIn(intakeEnded) }

func (a *intake[T]) isIn(state intakeState) bool {
	a.inputs.mu.Lock()
	defer a.inputs.mu.Unlock()
	return a.state == state
}

// pause makes the intake leave its input alone, or not any more.
func (a *intake[T]) pause(paused bool) {
	a.inputs.mu.Lock()
	defer a.inputs.mu.Unlock()
	a.paused = paused
}

func (a *intake[T]) ask() {
	a.inputs.mu.Lock()
	needed := a.state == intakeEmpty && !a.paused && a.inputs.end == nil
	if needed {
		a.state = intakeReading
	}
	a.inputs.mu.Unlock()
	if !needed {
		return
	}
	chunk, err := glanceAt(&a.glance, a.reader)
	if err == errWouldWait { //nolint:errorlint // it never leaves this package
		go a.read()
		return
	}
	a.arrive(chunk, err)
}

func (a *intake[T]) readInput() { a.arrive(a.reader.Read(context.Background())) }

// arrive takes note of what a Read came to.
func (a *intake[T]) arrive(chunk T, err error) {
	if err != nil && err != io.EOF {
		a.inputs.fail(err)
		return
	}
	a.inputs.mu.Lock()
	defer a.inputs.mu.Unlock()
	switch {
	case a.state == intakeEnded:
		return // it was cancelled meanwhile
	case err == io.EOF:
		a.state = intakeEnded
	default:
		a.state, a.chunk = intakeFull, chunk
	}
	a.inputs.newsLocked()
}

func (a *intake[T]) drop(ctx context.Context, reason error) error {
	var none T
	a.inputs.mu.Lock()
	ended := a.state == intakeEnded
	a.state, a.chunk = intakeEnded, none
	a.inputs.mu.Unlock()
	if ended {
		return nil
	}
	return a.reader.Cancel(ctx, reason)
}
