package transforms

import "time"

// An alarm calls a function at a time. Its owner's lock guards it: it is held for all methods, and ring takes it.
//
// The timer may fire too early, when the alarm has been put off meanwhile; so an alarm that is put off with every chunk is
// not a timer that is set with every chunk.
type alarm struct {
	ring  func()      // immutable
	at    time.Time   // what the alarm is set to; zero if it is not
	timer *time.Timer // nil until the alarm is first set
	fires time.Time   // when the timer does; zero if it does not
}

// set sets the alarm to a time.
func (a *alarm) set(at time.Time) {
	a.at = at
	if !a.fires.IsZero() && !at.Before(a.fires) {
		return
	}
	a.fires = at
	if a.timer == nil {
		a.timer = time.AfterFunc(time.Until(at), a.ring)
	} else {
		a.timer.Reset(time.Until(at))
	}
}

// clear makes the alarm ring no more.
func (a *alarm) clear() {
	a.at = time.Time{}
	if !a.fires.IsZero() {
		a.fires = time.Time{}
		a.timer.Stop()
	}
}

func (a *alarm) isSet() bool { return !a.at.IsZero() }

// fired is what ring says first: the timer is not running any more.
func (a *alarm) fired() { a.fires = time.Time{} }

// renew is what ring says last: the timer runs on if it was too early.
func (a *alarm) renew() {
	if a.isSet() {
		a.set(a.at)
	}
}

// rang reports whether the time has come, and clears the alarm then.
func (a *alarm) rang(now time.Time) bool {
	if !a.isSet() || a.at.After(now) {
		return false
	}
	a.clear()
	return true
}
