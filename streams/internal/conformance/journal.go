package conformance

import "sync"

// A journal collects the events of a bubble between two points of rest.
type journal struct {
	mu     sync.Mutex // guards events
	events Events
}

// add notes an event of an entity.
func (j *journal) add(entity, event string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.events == nil {
		j.events = Events{}
	}
	j.events[entity] = append(j.events[entity], event)
}

// take returns what was added since it was called last.
func (j *journal) take() Events {
	j.mu.Lock()
	defer j.mu.Unlock()
	events := j.events
	j.events = nil
	return events
}
