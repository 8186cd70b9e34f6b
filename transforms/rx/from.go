package rx

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirstreams/weir/streams"
)

// ErrType is found in the error of a stream whose observable gave an item of another type than its chunks have.
var ErrType = errors.New("rx: item of another type")

// FromObservable makes a stream of the items of an observable, which must be of type T; for another type the stream is
// errored with [ErrType]. The first item with an error errors the stream with it, also where the error strategy is
// ContinueOnError. A nil observable makes a stream that is errored with streams.ErrInvalidArgument.
//
// The observable is observed at the first read, with options, and then one item is taken for each read. When the stream
// ends, in whichever way, the context that the observable was observed with ends, and what its operators are about to
// send is dropped, so that they end. A read that waits for an item costs one goroutine.
func FromObservable[T any](observable rxgo.Observable, options ...rxgo.Option) *streams.ReadableStream[T] {
	if observable == nil {
		return errored[T](fmt.Errorf("%w: FromObservable(nil)", streams.ErrInvalidArgument))
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	return newObserver[T](ctx, cancel, observable, options).stream(nil)
}

// errored makes a readable stream that is errored with err.
func errored[T any](err error) *streams.ReadableStream[T] {
	return streams.Generate(func() (chunk T, _ error) { return chunk, err }, streams.CountQueuingStrategy[T](1))
}

// An observer is the source of a stream that observes an observable.
type observer[T any] struct {
	observable rxgo.Observable
	options    []rxgo.Option
	cancel     context.CancelCauseFunc // ends the context of the observable
	observed   chan (<-chan rxgo.Item) // takes the items from the first pull to end, if there was one

	items <-chan rxgo.Item // nil before the first pull; only pull uses it
}

func newObserver[T any](ctx context.Context, cancel context.CancelCauseFunc, observable rxgo.Observable, options []rxgo.Option) *observer[T] {
	return &observer[T]{
		observable: observable,
		options:    append(slices.Clip(options), rxgo.WithContext(ctx)),
		cancel:     cancel,
		observed:   make(chan (<-chan rxgo.Item), 1),
	}
}

// stream makes the stream. begin is called before the first item is asked for.
func (o *observer[T]) stream(begin func()) *streams.ReadableStream[T] {
	return streams.NewReadableStream(streams.UnderlyingSource[T]{
		Pull: func(ctx context.Context, c *streams.ReadableController[T]) error {
			if o.items == nil {
				o.items = o.observable.Observe(o.options...)
				o.observed <- o.items
				if begin != nil {
					begin()
				}
			}
			err := o.pull(ctx, c)
			if err != nil {
				o.end(err)
			}
			return err
		},
		Cancel: func(_ context.Context, reason error) error {
			o.end(reason)
			return nil
		},
	}, streams.CountQueuingStrategy[T](0))
}

func (o *observer[T]) pull(ctx context.Context, c *streams.ReadableController[T]) error {
	select {
	case item, ok := <-o.items:
		switch {
		case !ok:
			o.end(streams.ErrTerminated)
			_ = c.Close() // fails only if the stream has ended meanwhile
			return nil
		case item.E != nil:
			return item.E
		}
		chunk, err := unbox[T](item.V)
		if err != nil {
			return err
		}
		_ = c.Enqueue(chunk) // as above
		return nil
	case <-ctx.Done():
		return nil // the stream has ended
	}
}

// unbox returns the value of an item. A nil one is what the type has for that.
func unbox[T any](value any) (T, error) {
	chunk, ok := value.(T)
	if !ok && (value != nil || any(chunk) != nil) {
		return chunk, fmt.Errorf("%w: got a %T, want a %T", ErrType, value, chunk)
	}
	return chunk, nil
}

// mostDropped is how many items are dropped at the end for operators to end. One that has not by then gets its items from
// a source that does not listen to its context.
const mostDropped = 1024

// end makes the observable end. Operators that are about to send something without looking at their context are relieved
// of it, in a goroutine that ends when they do.
func (o *observer[T]) end(reason error) {
	o.cancel(reason)
	select {
	case items := <-o.observed:
		go func() {
			for range mostDropped {
				if _, ok := <-items; !ok {
					return
				}
			}
		}()
	default: // it was not observed, or has ended
	}
}
