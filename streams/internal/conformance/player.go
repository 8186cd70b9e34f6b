package conformance

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A Form says how the callbacks of a program are given to the library.
type Form int

// The forms in which a program is played.
const (
	Blocking         Form = iota // every callback is one that may block
	Plain                        // callbacks that never hold are plain functions, where the library has such a form
	PlainBeforeSinks             // the same, but those of sinks are ones that may block
)

// String returns the name of the form.
func (f Form) String() string {
	return [...]string{"callbacks that may block", "plain forms", "plain forms before sinks that may block"}[f]
}

// A player plays one program in one form. It lives in a bubble.
type player struct {
	program *Program
	form    Form
	plan    plan
	step    atomic.Int64 // the index of the present step; atomic for whoever watches from outside the bubble

	journal journal
	holds   holds
	counter byteCounter // callbacks and steps that make bytes never run at once
	seen    State       // the whole state at the last point of rest

	ctx     context.Context // for what waits; ends when the program is over
	end     context.CancelCauseFunc
	polling context.Context // has ended with errPending

	mu       sync.Mutex // guards the fields below
	entities map[string]entity
	signals  map[string]*signal
	pending  map[string]int // operations that have not returned
}

// Play plays a program in a bubble of its own and returns where it first differs, or nil. It returns after limit at the
// latest, in real time: a bubble that never comes to rest by then is left behind.
func Play(t *testing.T, program *Program, form Form, limit time.Duration) *Difference {
	p := &player{program: program, form: form, plan: planFor(program, form)}
	return p.within(limit, func() *Difference {
		return p.inBubble(t, p.play)
	})
}

// within returns what f returns, or a difference if that takes longer than limit.
func (p *player) within(limit time.Duration, f func() *Difference) *Difference {
	returned := make(chan *Difference, 1)
	go func() { returned <- f() }()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case difference := <-returned:
		return difference
	case <-timer.C:
		difference := p.differs(fmt.Sprintf("no point of rest within %v", limit))
		difference.Hung = true
		return difference
	}
}

// inBubble returns what f returns in a bubble. A bubble in which goroutines remain that nothing can wake panics when it
// ends, on this goroutine, which makes it a difference; those goroutines stay behind.
func (p *player) inBubble(t *testing.T, f func() *Difference) (difference *Difference) {
	defer func() {
		if deadlock := recover(); deadlock != nil && difference == nil {
			difference = p.differs(fmt.Sprint(deadlock))
		}
	}()
	synctest.Test(t, func(*testing.T) { difference = f() })
	return difference
}

// play plays the program up to the first step that differs, and cleans up.
func (p *player) play() *Difference {
	p.makeContexts()
	difference := p.guard(p.playSteps)
	if left := p.guard(p.cleanUp); difference == nil {
		difference = left
	}
	return difference
}

func (p *player) makeContexts() {
	p.ctx, p.end = context.WithCancelCause(context.Background())
	polling, end := context.WithCancelCause(context.Background())
	end(errPending)
	p.polling = polling
}

// guard turns a panic of f into a difference, because one that leaves the bubble ends the process.
func (p *player) guard(f func() *Difference) (difference *Difference) {
	defer func() {
		if v := recover(); v != nil {
			difference = p.differs(fmt.Sprintf("panic: %v", v))
		}
	}()
	return f()
}

func (p *player) playSteps() *Difference {
	for i, step := range p.program.Steps {
		p.step.Store(int64(i))
		p.perform(step.Do)
		synctest.Wait()
		events, state := p.plan.expects(step)
		problems := append(compareEvents(events, p.journal.take()), compareState(state, p.observe())...)
		if len(problems) > 0 {
			return p.differs(problems...)
		}
	}
	return nil
}

// differs returns a difference at the present step.
func (p *player) differs(problems ...string) *Difference {
	return newDifference(p.program, p.form, int(p.step.Load()), problems...)
}

// observe returns what has changed in the visible state since it was called last.
func (p *player) observe() State {
	now, changed := State{}, State{}
	for id, e := range p.everything() {
		now[id] = e.properties(p.polling)
		for name, value := range now[id] {
			if p.seen[id][name] == value {
				continue
			}
			if changed[id] == nil {
				changed[id] = Properties{}
			}
			changed[id][name] = value
		}
	}
	p.seen = now
	return changed
}

// add names an entity.
func (p *player) add(id string, e entity) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.entities == nil {
		p.entities = map[string]entity{}
	}
	p.entities[id] = e
}

// entity returns what the program knows by a name, or nil.
func (p *player) entity(id string) entity {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.entities[id]
}

// everything returns the entities by their names.
func (p *player) everything() map[string]entity {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.entities)
}

// get returns an entity of a certain kind. It panics if the program mistakes it for one.
func get[E entity](p *player, id string) E {
	return as[E](id, p.entity(id))
}

// control returns the controller of an entity, which must have what C asks for.
func control[C any](p *player, id string) C {
	return as[C](id, p.entity(id).controller())
}

func as[T any](id string, v any) T {
	t, ok := v.(T)
	if !ok {
		panic(fmt.Sprintf("%s is a %T, which this action is not for", id, v))
	}
	return t
}

// A signal is an abort signal: a context that ends with the reason as its cause.
type signal struct {
	ctx   context.Context
	abort context.CancelCauseFunc
}

// signal returns a signal, which exists from its first mention.
func (p *player) signal(id string) *signal {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.signals == nil {
		p.signals = map[string]*signal{}
	}
	if p.signals[id] == nil {
		ctx, abort := context.WithCancelCause(context.Background())
		p.signals[id] = &signal{ctx: ctx, abort: abort}
	}
	return p.signals[id]
}

// result shows how an operation went that does not wait.
func (p *player) result(operation string, err error) {
	p.journal.add(operation, resultOf(err))
}

// async runs an operation that may wait, and shows how it went.
func (p *player) async(operation string, run func(ctx context.Context) error) {
	p.await(operation, func(ctx context.Context) string { return resultOf(run(ctx)) })
}

// await runs an operation on a goroutine of its own and shows what it returns.
func (p *player) await(operation string, run func(ctx context.Context) string) {
	p.count(operation, +1)
	go func() {
		defer p.count(operation, -1)
		defer func() {
			if v := recover(); v != nil {
				p.journal.add(operation, fmt.Sprintf("panic: %v", v))
			}
		}()
		p.journal.add(operation, run(p.ctx))
	}()
}

func resultOf(err error) string {
	if err != nil {
		return "err:" + nameOf(err)
	}
	return "ok"
}

// count notes that an operation has begun or returned.
func (p *player) count(operation string, by int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pending == nil {
		p.pending = map[string]int{}
	}
	p.pending[operation] += by
	if p.pending[operation] == 0 {
		delete(p.pending, operation)
	}
}
