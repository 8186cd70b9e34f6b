package wsstream

import (
	"fmt"
	"time"
)

// controlSpan is how much of the time that has passed counts for the control frames that come at once: what a peer has
// sent while nobody read comes together, too.
const controlSpan = time.Minute

// controlRate keeps the control frames of a peer to so many in a time. Nothing else would stop a peer that keeps this end
// busy with them: they are part of no message, and the application does not see them.
type controlRate struct {
	perSecond int
	ahead     time.Time // when as many as came would have come at this rate
}

func newControlRate(perSecond int) controlRate {
	return controlRate{perSecond: perSecond}
}

// count counts a frame, and fails if that is one too many.
func (r *controlRate) count() error {
	now := time.Now()
	if r.ahead.Before(now) {
		r.ahead = now
	}
	r.ahead = r.ahead.Add(time.Second / time.Duration(r.perSecond))
	if r.ahead.Sub(now) > controlSpan {
		return &failure{StatusPolicyViolation, fmt.Errorf("%w: the limit is %d a second", ErrTooManyControls, r.perSecond)}
	}
	return nil
}
