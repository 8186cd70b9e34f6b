package conformance

import (
	"errors"
	"fmt"

	"github.com/weirstreams/weir/streams"
)

// A Reason is one of the errors e0 to e4 that programs hand to streams. It is the same value wherever it is named.
type Reason string

// Error returns the reason's name.
func (r Reason) Error() string { return string(r) }

// UnmarshalText refuses reasons that do not exist.
func (r *Reason) UnmarshalText(text []byte) error {
	switch reason := Reason(text); reason {
	case "e0", "e1", "e2", "e3", "e4":
		*r = reason
		return nil
	default:
		return fmt.Errorf("no such reason: %q", text)
	}
}

// typeErrors are what the standard raises as a TypeError.
var typeErrors = []error{
	streams.ErrLocked, streams.ErrReleased, streams.ErrClosed, streams.ErrErrored, streams.ErrTerminated,
	streams.ErrDestinationClosed, streams.ErrInvalidArgument,
}

// nameOf returns the name that programs give an error. A reason counts as itself only when it is not wrapped, because
// streams hand stored errors on as they are. An error that programs have no name for reads as its text.
func nameOf(err error) string {
	switch err := err.(type) { //nolint:errorlint // what an error is, not what it wraps
	case nil:
		return "nil"
	case Reason:
		return string(err)
	case *streams.CompositeError: // before the kinds, which errors.Is would find in its reasons
		return "[" + nameOf(err.Reasons[0]) + "," + nameOf(err.Reasons[1]) + "]"
	case *streams.PanicError:
		return fmt.Sprintf("panic: %v", err.Value)
	}
	for _, kind := range typeErrors {
		if errors.Is(err, kind) {
			return "TypeError"
		}
	}
	switch {
	case errors.Is(err, streams.ErrRange):
		return "RangeError"
	case errors.Is(err, streams.ErrNoReason):
		return "undefined"
	}
	return err.Error()
}
