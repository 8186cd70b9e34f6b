package transforms

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/weirstreams/weir/streams"
)

// A Backoff says how long to wait before the next try. It is asked by one goroutine at a time. A negative time means that
// there is no other try. The policies of github.com/cenkalti/backoff/v5 are of this type.
type Backoff interface {
	NextBackOff() time.Duration
	Reset() // begins anew, after a success
}

// RetryOptions are the options of [Retry], [Restart] and [Retrying].
type RetryOptions struct {
	// Backoff makes the policy for a stream, or for a call. By default it begins with half a second, grows by half with each
	// try, up to a minute, and each time is varied at random by half.
	Backoff func() Backoff

	// MaxTries is how often something is tried in a row without success, the first try included. 0 is no limit.
	MaxTries int

	// Retryable reports whether another try makes sense after err. By default it always does, but for a panic and the end
	// of the context.
	Retryable func(err error) bool
}

// errTries is found in the error of the last try.
var errTries = errors.New("transforms: gave up")

// tries counts the tries of one stream or call.
type tries struct {
	options RetryOptions
	policy  Backoff // made by the first failure
	failed  int     // in a row
}

// checkRetryOptions returns the options that were given, or the error that is in them.
func checkRetryOptions(given []RetryOptions) (RetryOptions, error) {
	options := optional(given)
	if options.MaxTries < 0 {
		return options, outOfRange("RetryOptions.MaxTries", options.MaxTries)
	}
	return options, nil
}

// succeeded begins anew.
func (t *tries) succeeded() {
	if t.failed > 0 {
		t.failed = 0
		t.policy.Reset()
	}
}

// wait waits until it is time for the next try after err. It returns err if there is none, and the cause of ctx if that ends
// first.
func (t *tries) wait(ctx context.Context, err error) error {
	if t.policy == nil {
		t.policy = t.newPolicy()
	}
	t.failed++
	if !t.retryable(err) {
		return err
	}
	if t.failed == t.options.MaxTries {
		return fmt.Errorf("%w after %d tries: %w", errTries, t.failed, err)
	}
	pause := t.policy.NextBackOff()
	if pause < 0 {
		return fmt.Errorf("%w after %d tries: %w", errTries, t.failed, err)
	}
	return sleep(ctx, pause)
}

func (t *tries) newPolicy() Backoff {
	if t.options.Backoff != nil {
		return t.options.Backoff()
	}
	return backoff.NewExponentialBackOff()
}

func (t *tries) retryable(err error) bool {
	if _, panicked := errors.AsType[*streams.PanicError](err); panicked {
		return false
	}
	return t.options.Retryable == nil || t.options.Retryable(err)
}
