package streams

import "context"

// A heldPull is the pull of a source that bursts begin at.
type heldPull interface {
	plainPull
	// feed takes one chunk from the source to the first stage, and reports whether there was one.
	feed() (bool, error)
	// settledLocked ends the pull.
	settledLocked()
}

// A burstSource is a source that bursts begin at.
type burstSource[T any] struct {
	burst    burst
	take     func(chunk T) // takes a chunk through the chain; nil if the source is not at the beginning of one
	topology int           // of the domain when take was looked for
	running  bool
}

// chainedLocked reports whether the stream of controller c, whose source this is, is at the beginning of a chain that can
// have bursts.
func (s *burstSource[T]) chainedLocked(c *ReadableController[T]) bool {
	if d := c.domainLocked(); s.topology != d.topology {
		if s.burst.engaged { // it began at a stage
			return false
		}
		s.topology, s.take = d.topology, nil
		s.burst.clearLocked()
		if first := fuseLocked(c.stream, &s.burst); first != nil && (!s.burst.endsInQueue() || c.highWaterMark == 0) {
			s.take = first.taker()
			s.burst.topology = d.topology
		}
	}
	return s.take != nil
}

// beginLocked enters a burst if the chain can have one now, and reports whether it did. w is the goroutine that will run it,
// nil for a helper. The burst ends with ctx, if not before.
func (s *burstSource[T]) beginLocked(ctx context.Context, w *waiter, c *ReadableController[T], pull heldPull) bool {
	b := &s.burst
	if !b.engagedFrom(pull) && (b.engaged || !s.chainedLocked(c) || !b.enterLocked(c.domainLocked(), w, pull, b.stages)) {
		return false
	}
	s.running = true
	b.beginLocked(ctx, c.domainLocked())
	return true
}

// loopBurst is the burst that runs, if it calls the body of a loop; else nil.
func (s *burstSource[T]) loopBurst() *burst {
	if !s.running {
		return nil
	}
	return s.burst.loop()
}

// endLocked is what comes after the run of the pull as a burst.
func (s *burstSource[T]) endLocked(d *domain, err error) (left error, held bool) {
	s.running = false
	return s.burst.endLocked(d, err)
}
