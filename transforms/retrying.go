package transforms

import (
	"context"
)

// Retrying makes a function for [MapErr], [MapConcurrent] and their kind that calls f again when it fails, after a pause,
// as options say. When it gives up, it returns an error that wraps the last one. The pauses end with the context.
// It may be called by several goroutines if f may.
func Retrying[T, U any](f func(ctx context.Context, chunk T) (U, error), options ...RetryOptions) func(ctx context.Context, chunk T) (U, error) {
	checked, err := checkRetryOptions(options)
	if f == nil {
		err = missing("Retrying")
	}
	if err != nil {
		return func(context.Context, T) (result U, _ error) { return result, err }
	}
	return func(ctx context.Context, chunk T) (U, error) {
		t := tries{options: checked}
		for {
			result, err := f(ctx, chunk)
			if err == nil || ctx.Err() != nil {
				return result, err
			}
			if err := t.wait(ctx, err); err != nil {
				return result, err
			}
		}
	}
}

// A Breaker is a circuit breaker: it calls the function that Execute gets, or returns an error of its own without, as long
// as too many calls have failed. *CircuitBreaker of github.com/sony/gobreaker/v2 is one.
type Breaker[U any] interface {
	Execute(call func() (U, error)) (U, error)
}

// Breaking makes a function for [MapErr], [MapConcurrent] and their kind that calls f through a circuit breaker. The error of
// a breaker that is open errors the stream, unless the function is made one that waits for it to close, by [Retrying].
// It may be called by several goroutines if f and the breaker may.
func Breaking[T, U any](breaker Breaker[U], f func(ctx context.Context, chunk T) (U, error)) func(ctx context.Context, chunk T) (U, error) {
	if breaker == nil || f == nil {
		return func(context.Context, T) (result U, _ error) { return result, missing("Breaking") }
	}
	return func(ctx context.Context, chunk T) (U, error) {
		return breaker.Execute(func() (U, error) { return f(ctx, chunk) })
	}
}
