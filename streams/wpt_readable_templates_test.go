package streams_test

// The tests that there are for streams of chunks and for byte streams alike.

import (
	"context"
	"errors"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// An enqueuer is the controller of a readable stream.
type enqueuer[T any] interface {
	Enqueue(chunk T) error
	Close() error
	Error(err error)
}

// throwAfterCloseOrErrorTests are the tests that a controller refuses what comes after the end of its stream.
func throwAfterCloseOrErrorTests[T any](prefix string, chunk T, newController func() enqueuer[T]) map[string]func(t *testing.T) {
	return map[string]func(t *testing.T){
		prefix + "enqueue() throws after close()": func(t *testing.T) {
			c := newController()
			wantError(t, c.Close(), nil)
			wantError(t, c.Enqueue(chunk), streams.ErrClosed)
		},
		prefix + "enqueue() throws after enqueue() and close()": func(t *testing.T) {
			c := newController()
			wantError(t, c.Enqueue(chunk), nil)
			wantError(t, c.Close(), nil)
			wantError(t, c.Enqueue(chunk), streams.ErrClosed)
		},
		prefix + "enqueue() throws after error()": func(t *testing.T) {
			c := newController()
			c.Error(errA)
			wantError(t, c.Enqueue(chunk), streams.ErrErrored)
			wantError(t, c.Enqueue(chunk), errA)
		},
		prefix + "close() throws after error()": func(t *testing.T) {
			c := newController()
			c.Error(errA)
			wantError(t, c.Close(), streams.ErrErrored)
			wantError(t, c.Close(), errA)
		},
	}
}

// A teedStream is a readable stream and its branches.
type teedStream struct {
	source   *events // of the original
	fail     func(err error)
	branches [2]cancelable
}

type cancelable interface {
	Cancel(ctx context.Context, reason error) error
}

// teeCancelTests are the tests of cancelling the branches of a tee. newTee makes them of a stream whose source has this
// Cancel.
func teeCancelTests(prefix string, newTee func(t *testing.T, cancel func(ctx context.Context, reason error) error) teedStream) map[string]func(t *testing.T) {
	succeed := func(context.Context, error) error { return nil }
	tests := map[string]func(t *testing.T){
		prefix + "failing to cancel the original stream should cause cancel() to reject on branches": func(t *testing.T) {
			s := newTee(t, func(context.Context, error) error { return errA })
			first := beginReason(s.branches[0].Cancel, nil)
			first.wantPending(t)
			beginReason(s.branches[1].Cancel, nil).wantError(t, errA)
			first.wantError(t, errA)
		},
		prefix + "erroring a teed stream should properly handle canceled branches": func(t *testing.T) {
			s := newTee(t, succeed)
			s.fail(errA)
			wantAll(t, errA,
				func(ctx context.Context) error { return s.branches[0].Cancel(ctx, errB) },
				func(ctx context.Context) error { return s.branches[1].Cancel(ctx, errB) })
			s.source.wantWithoutPulls(t)
		},
	}
	for name, order := range map[string][2]int{"": {0, 1}, " in reverse order": {1, 0}} {
		tests[prefix+"canceling both branches"+name+" should aggregate the cancel reasons into an array"] = func(t *testing.T) {
			var reason *streams.CompositeError
			s := newTee(t, func(_ context.Context, err error) error {
				errors.As(err, &reason)
				return nil
			})
			reasons := [2]error{errA, errB}
			first := beginReason(s.branches[order[0]].Cancel, reasons[order[0]])
			first.wantPending(t)
			s.source.wantWithoutPulls(t)
			second := beginReason(s.branches[order[1]].Cancel, reasons[order[1]])
			first.wantOK(t)
			second.wantOK(t)
			s.source.wantWithoutPulls(t, "cancel "+(&streams.CompositeError{Reasons: reasons}).Error())
			wantEqual(t, reason.Reasons, reasons)
		}
	}
	return tests
}
