package conformance

import "sync"

// A callback plays one callback of an entity.
type callback struct {
	player *player
	entity string
	name   string
	does   Callback
	calls  int // calls begun; calls of one callback never overlap
}

func (p *player) callback(entity, name string, does Callback) *callback {
	return &callback{player: p, entity: entity, name: name, does: does}
}

// exists reports whether the program has this callback at all.
func (c *callback) exists() bool { return c.does.Mode != None }

// begin counts a call, shows its event if it is not empty, and does the step that the program does from inside it.
func (c *callback) begin(event string) {
	c.calls++
	if event != "" {
		c.player.journal.add(c.entity, event)
	}
	if c.does.At != nil && c.does.At.Call == c.calls {
		c.player.perform(c.does.At.Do)
	}
}

// end returns what the call returns, when it returns: a call that holds waits for a release step or for the clean-up.
func (c *callback) end() error {
	switch {
	case !c.exists():
		return nil
	case c.calls == c.does.FailAt:
		return c.does.Err
	case c.calls == c.does.HoldAt || c.does.Mode == Hold:
		return c.player.holds.hold(c.entity + "." + c.name)
	case c.does.Mode == Fail:
		return c.does.Err
	default:
		return nil
	}
}

// call plays a call that does nothing but show its event and return.
func (c *callback) call(event string) error {
	c.begin(event)
	return c.end()
}

// holds are the calls of callbacks that are held.
type holds struct {
	mu   sync.Mutex              // guards the fields below
	held map[string][]chan error // by callback, oldest first; a send lets the call return
	over error                   // set by the clean-up: what every call returns that would hold
}

// hold waits until the call is released and returns the outcome.
func (h *holds) hold(callback string) error {
	h.mu.Lock()
	if h.over != nil {
		defer h.mu.Unlock()
		return h.over
	}
	release := make(chan error, 1)
	if h.held == nil {
		h.held = map[string][]chan error{}
	}
	h.held[callback] = append(h.held[callback], release)
	h.mu.Unlock()
	return <-release
}

// release lets the oldest held call of a callback return outcome. It has no effect when none is held.
func (h *holds) release(callback string, outcome error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	held := h.held[callback]
	if len(held) == 0 {
		return
	}
	held[0] <- outcome
	h.held[callback] = held[1:]
}

// end lets every held call return outcome, and from now on every call that would hold.
func (h *holds) end(outcome error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = outcome
	for _, held := range h.held {
		for _, release := range held {
			release <- outcome
		}
	}
	h.held = nil
}
