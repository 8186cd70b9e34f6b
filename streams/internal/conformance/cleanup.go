package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing/synctest"
)

// errOver is the reason with which everything is ended when a program is over.
var errOver = errors.New("conformance: the program is over")

// cleanUp ends everything that the program has left, so that the bubble can end: programs end with calls held and with
// pipes that the standard never ends. It returns a difference if something does not end.
func (p *player) cleanUp() *Difference {
	p.holds.end(errOver)
	synctest.Wait()
	p.errorControllers()
	synctest.Wait()
	p.endEntities()
	synctest.Wait()
	p.endContexts()
	synctest.Wait()
	p.endEntities() // what a pipe held until its context ended
	synctest.Wait()

	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.pending) == 0 {
		return nil
	}
	return p.differs(fmt.Sprintf("operations that do not return when everything has ended: %v", slices.Sorted(maps.Keys(p.pending))))
}

func (p *player) errorControllers() {
	for _, e := range p.everything() {
		if c, ok := e.controller().(interface{ Error(err error) }); ok {
			c.Error(errOver)
		}
	}
}

// endEntities cancels and aborts every reader, writer and stream.
func (p *player) endEntities() {
	for id, e := range p.everything() {
		p.async("clean-up:"+id, func(ctx context.Context) error { return e.end(ctx, errOver) })
	}
}

// endContexts ends what waits and what listens to a signal.
func (p *player) endContexts() {
	p.end(errOver)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.signals {
		s.abort(errOver)
	}
}
