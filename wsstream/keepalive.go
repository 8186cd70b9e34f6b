package wsstream

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// keepalive sends pings at an interval, and gives up a connection on which nothing is heard. Anything that comes from
// the peer is a sign of life. While nobody reads the socket nothing can be heard, so that time does not count.
type keepalive struct {
	conn      *conn
	interval  time.Duration // between pings; 0 for none
	maxMissed int
	idle      time.Duration // without a sign of life; 0 for no limit

	start time.Time
	heard atomic.Int64 // when something was read last or reading began, since start

	mu      sync.Mutex // guards following fields
	stopped bool
	ping    *time.Timer   // nil without pings
	silence *time.Timer   // nil without a limit
	pinged  time.Duration // when the last ping was sent, since start; 0 if none was
	missed  int           // pings in a row after which nothing came
}

// newKeepalive returns nil if nothing is to be done.
func newKeepalive(c *conn, s *Settings) *keepalive {
	if s.PingInterval == 0 && s.IdleTimeout == 0 {
		return nil
	}
	return &keepalive{conn: c, interval: s.PingInterval, maxMissed: s.MaxMissedPongs, idle: s.IdleTimeout, start: time.Now()}
}

// begin starts the timers.
func (k *keepalive) begin() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stopped {
		return
	}
	if k.interval > 0 {
		k.ping = time.AfterFunc(k.interval, k.sendPing)
	}
	if k.idle > 0 {
		k.silence = time.AfterFunc(k.idle, k.checkSilence)
	}
}

// stop ends the timers.
func (k *keepalive) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopped = true
	for _, timer := range []*time.Timer{k.ping, k.silence} {
		if timer != nil {
			timer.Stop()
		}
	}
}

// hear notes a sign of life, or that reading begins.
func (k *keepalive) hear() { k.heard.Store(int64(time.Since(k.start))) }

// silent returns for how long nothing was heard; not at all if nobody listens.
func (k *keepalive) silent() time.Duration {
	if !k.conn.isReading() {
		return 0
	}
	return time.Since(k.start) - time.Duration(k.heard.Load())
}

// sendPing is called at each interval.
func (k *keepalive) sendPing() {
	if k.isGone() {
		k.conn.giveUpOn(fmt.Errorf("%w: %d pings were not answered", ErrNoPong, k.maxMissed), StatusInternalError)
		return
	}
	controls := &k.conn.output.controls
	controls.giveUp(k.conn.output.ping())
}

// isGone counts the pings that were not answered, and starts the timer again if there may be more.
func (k *keepalive) isGone() bool {
	reading, now := k.conn.isReading(), time.Since(k.start)
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.stopped:
		return false
	case reading && k.pinged > time.Duration(k.heard.Load()):
		k.missed++
	default:
		k.missed = 0
	}
	k.pinged = now
	if k.missed >= k.maxMissed {
		return true
	}
	k.ping.Reset(k.interval)
	return false
}

// checkSilence is called when the peer may have been silent for too long.
func (k *keepalive) checkSilence() {
	left := k.idle - k.silent()
	if left <= 0 {
		k.conn.giveUpOn(fmt.Errorf("%w: %v", ErrIdleTimeout, k.idle), StatusGoingAway)
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.stopped {
		k.silence.Reset(left)
	}
}

// isReading reports whether somebody reads the socket of an open connection.
func (c *conn) isReading() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reading && c.state == connOpen
}

// giveUpOn fails an open connection for what the peer did not do. The application learns of it at once.
func (c *conn) giveUpOn(cause error, code StatusCode) {
	c.mu.Lock()
	if c.state != connOpen {
		c.mu.Unlock()
		return
	}
	c.noteLocked(cause)
	c.startClosingLocked(CloseInfo{Code: code})
	c.mu.Unlock()
	go c.shakeHands()
	c.endStreams(&WebSocketError{Code: StatusAbnormalClosure, Err: cause})
}
