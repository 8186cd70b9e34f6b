package transforms

import "slices"

// A rotation gives the chunks of several inputs, one input after the other.
type rotation[T any] struct {
	out     giver[T]
	inputs  []taker[T] // that are not exhausted
	current int        // whose turn it is
	given   int        // chunks in this turn
	n       int        // chunks in a turn

	left func(taker[T]) // is told of each input that is exhausted; may be nil
}

// A giver is where an operator gives its chunks: a joint, or an exit.
type giver[T any] interface {
	isWanted() bool
	give(chunk T)
}

// A taker is where an operator takes its chunks from: an intake, or an entry.
type taker[T any] interface {
	next() (chunk T, ok bool)
	exhausted() bool
}

// give gives what the consumer wants and the inputs have.
func (r *rotation[T]) give(giveOne func(r *rotation[T]) bool) {
	r.dropExhausted()
	for r.out.isWanted() && len(r.inputs) > 0 && giveOne(r) {
		r.dropExhausted()
	}
}

// dropExhausted leaves out the inputs that have ended.
func (r *rotation[T]) dropExhausted() {
	for i := 0; i < len(r.inputs); {
		input := r.inputs[i]
		if !input.exhausted() {
			i++
			continue
		}
		if r.left != nil {
			r.left(input)
		}
		r.inputs = slices.Delete(r.inputs, i, i+1)
		switch {
		case i < r.current:
			r.current--
		case i == r.current:
			r.given = 0
		}
	}
	if r.current == len(r.inputs) {
		r.current = 0
	}
}

// turn makes it the turn of the next input.
func (r *rotation[T]) turn() {
	r.given = 0
	if r.current++; r.current == len(r.inputs) {
		r.current = 0
	}
}

// giveOfCurrent gives a chunk of the input whose turn it is.
func (r *rotation[T]) giveOfCurrent() bool {
	chunk, ok := r.inputs[r.current].next()
	if !ok {
		return false
	}
	if r.given++; r.given == r.n {
		r.turn()
	}
	r.out.give(chunk)
	return true
}

// giveFirst gives a chunk of the first input that has one, beginning with the one whose turn it is.
func (r *rotation[T]) giveFirst() bool {
	for range r.inputs {
		if r.giveOfCurrent() {
			return true
		}
		r.turn()
	}
	return false
}
