package transforms

import (
	"context"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/weirstreams/weir/streams"
)

// A turns runs an operator that has more to listen to than its input: demand, calls that run beside it, other streams.
// Such an operator is made of entries, exits and one function, advance, that looks at all of them and does what can be
// done. Whatever happens (a chunk comes, a read waits, a call has returned, an input ends) is noted down, and a turn is
// taken: advance is called once more. It never waits. So nothing keeps a goroutine at rest, backpressure is exact (a chunk
// is taken when the operator asks for it), and the code of an operator is that of one goroutine, whoever runs it.
//
//   - Turns never overlap, and what happens during a turn makes another one follow. What only turns touch needs no lock.
//   - The lock is held for the notes only: never while a turn runs, a function of the user runs, or a stream is called. So
//     it comes after no other lock, and before none.
//   - The operator ends once, with the first of: an error of its own, an abort of an entry, a cancel of the exits, its
//     completion. Then all parts are told, and there are no more turns; one that runs comes to its end, and what it gives
//     goes nowhere.
type turns struct {
	advance func() // immutable

	mu      sync.Mutex // guards following fields, and the notes of the parts
	running bool       // a goroutine takes turns
	again   bool       // something has happened since its turn began
	over    bool       // the operator has ended
	parts   []part     // all that is told then
}

// A part is told when its operator ends. It waits for what that does until ctx has ended.
type part interface {
	end(ctx context.Context, reason error)
}

// wake takes a turn, or sees to it that the goroutine which is at it takes another.
func (t *turns) wake() {
	t.mu.Lock()
	t.wakeAndUnlock()
}

// wakeAndUnlock is wake for a caller who holds the lock, because he has noted something down.
func (t *turns) wakeAndUnlock() {
	t.again = true
	if !t.running && !t.over {
		t.running = true
		if !t.takeTurnsLocked(mostTurns) {
			go t.takeRest()
		}
	}
	t.mu.Unlock()
}

// mostTurns is how many turns a goroutine takes that has come with something else to do.
const mostTurns = 16

// takeTurnsLocked takes turns until nothing has happened during the last one, and reports whether it got so far with at
// most so many. The lock is given up during a turn.
func (t *turns) takeTurnsLocked(most int) bool {
	for ; t.again && !t.over; most-- {
		if most == 0 {
			return false
		}
		t.again = false
		t.mu.Unlock()
		t.turn()
		t.mu.Lock()
	}
	t.running = false
	return true
}

// takeRest takes all turns there are.
func (t *turns) takeRest() {
	t.mu.Lock()
	t.takeTurnsLocked(streams.Unbounded)
	t.mu.Unlock()
}

func (t *turns) turn() {
	err := protect(func() error {
		t.advance()
		return nil
	}, t.end)
	if err != nil {
		t.end(err)
	}
}

// end ends the operator, unless it has ended. It does not wait.
func (t *turns) end(reason error) { t.endWith(over, reason) }

// endWith is end that waits until all parts have taken note, or ctx has ended.
func (t *turns) endWith(ctx context.Context, reason error) {
	t.mu.Lock()
	if t.over {
		t.mu.Unlock()
		return
	}
	t.over = true
	parts := t.parts
	t.mu.Unlock()
	for _, p := range parts {
		p.end(ctx, reason)
	}
}

// add makes p a part that is told of the end. It reports false if the operator has ended already.
func (t *turns) add(p part) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return false
	}
	t.parts = append(t.parts, p)
	return true
}

// remove makes p a part no more.
func (t *turns) remove(p part) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.parts = slices.DeleteFunc(slices.Clone(t.parts), func(other part) bool { return other == p })
}

// protect calls a function of the user. A panic in it becomes its error. If it ends its goroutine by runtime.Goexit,
// exited is called with the error of that, on the way out.
func protect(f func() error, exited func(err error)) (err error) {
	returned := false
	defer func() {
		switch v := recover(); {
		case v != nil:
			err = &streams.PanicError{Value: v, Stack: debug.Stack()}
		case !returned:
			exited(streams.ErrGoexit)
		}
	}()
	err = f()
	returned = true
	return err
}
