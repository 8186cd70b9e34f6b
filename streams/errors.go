package streams

import (
	"errors"
	"fmt"
	"math"
	"runtime/debug"
)

var (
	// ErrLocked is returned when an operation needs a stream that a reader, a writer, a pipe or a tee holds. The text of
	// the error says which of them.
	ErrLocked = errors.New("streams: stream is locked")

	// ErrReleased is returned by the methods of a reader or writer after its ReleaseLock, and by the reads and waits that
	// ReleaseLock interrupts.
	ErrReleased = errors.New("streams: reader or writer was released")

	// ErrClosed is returned when something is put into a stream that is closed or has been asked to close, and when a
	// stream is closed twice.
	ErrClosed = errors.New("streams: stream is closed or closing")

	// ErrErrored is returned when something is put into an errored stream by a call that does not report the stored
	// error itself. errors.Is finds the stored error behind it too.
	ErrErrored = errors.New("streams: stream is errored")

	// ErrTerminated is the error that [TransformController.Terminate] leaves on the writable side. A function given to
	// [TransformFunc] may return it to end the stream in the same way.
	ErrTerminated = errors.New("streams: transform was terminated")

	// ErrDestinationClosed is returned by PipeTo when its destination is closed or closing at the start.
	ErrDestinationClosed = errors.New("streams: pipe destination is closed")

	// ErrRange is returned for a high-water mark or a chunk size that is negative, and for a size that is [Unbounded].
	ErrRange = errors.New("streams: mark or size out of range")

	// ErrInvalidArgument is stored in a stream that was built from something unusable, such as a nil callback where
	// there must be one, and returned by methods that are given a nil stream.
	ErrInvalidArgument = errors.New("streams: invalid argument")

	// ErrNoReason stands in where nil was given as an error or as a reason, so that an errored stream never returns a
	// nil error.
	ErrNoReason = errors.New("streams: no reason was given")

	// ErrGoexit is the error of a callback that ended its goroutine by runtime.Goexit (t.FailNow does).
	ErrGoexit = errors.New("streams: callback called runtime.Goexit")
)

// A PanicError is the error of a callback that panicked. It errors the callback's stream; the process and the other
// streams live on, as they do in the standard when a callback throws.
type PanicError struct {
	Value any    // what was given to panic
	Stack []byte // the stack of the goroutine at the panic
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("streams: callback panicked: %v", e.Value)
}

// Unwrap returns the value of the panic if it was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func newPanicError(v any) *PanicError {
	return &PanicError{Value: v, Stack: debug.Stack()}
}

// A CompositeError is the reason with which a source is cancelled when both branches of its tee were cancelled.
type CompositeError struct {
	Reasons [2]error // in the order of the branches
}

func (e *CompositeError) Error() string {
	return fmt.Sprintf("streams: both branches cancelled: %v; %v", e.Reasons[0], e.Reasons[1])
}

// Unwrap returns both reasons.
func (e *CompositeError) Unwrap() []error { return e.Reasons[:] }

// orNoReason returns err, or ErrNoReason in place of nil.
func orNoReason(err error) error {
	if err == nil {
		return ErrNoReason
	}
	return err
}

// lockedBy returns an ErrLocked that names the holder of the lock.
func lockedBy(holder lockHolder) error {
	return fmt.Errorf("%w by %s", ErrLocked, holder)
}

// refusedByErrored returns the ErrErrored of a stream whose stored error is err.
func refusedByErrored(err error) error {
	return fmt.Errorf("%w: %w", ErrErrored, err)
}

func checkHighWaterMark(mark int) error {
	if mark < 0 {
		return fmt.Errorf("%w: high-water mark %d", ErrRange, mark)
	}
	return nil
}

func checkSize(size int) error {
	if size < 0 || size == math.MaxInt {
		return fmt.Errorf("%w: chunk size %d", ErrRange, size)
	}
	return nil
}
