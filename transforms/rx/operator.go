package rx

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirstreams/weir/streams"
)

// Operator makes a stage of a chain of RxGo operators: chain gets the observable of what is written to the stage, and
// returns the one of what is to come out, which it observes with options. The items of that must be of type O, else the
// stage fails with [ErrType].
//
// Nothing is observed before the first read. What runs ahead after that is one chunk in each operator, one in the stage,
// and one in its writable side. When the observable completes before its input has ended, as with Take, the producer is
// told with streams.ErrTerminated. When the readable side is cancelled, the writable side is errored with the reason, and
// the context of the observables ends with it. An error of the input goes through the chain, which may handle it
// (OnErrorReturn, for one); it arrives when it is read.
//
// chain is called at once. A nil chain or a nil result make a stage that is errored with streams.ErrInvalidArgument, and
// a panic one that is errored with a *streams.PanicError.
func Operator[I, O any](chain func(rxgo.Observable) rxgo.Observable, options ...rxgo.Option) streams.ReadableWritablePair[I, O] {
	ctx, cancel := context.WithCancelCause(context.Background())
	input := make(chan rxgo.Item)
	output, err := apply(chain, rxgo.FromChannel(input, rxgo.WithContext(ctx)))
	if err != nil {
		cancel(err)
		return broken[I, O](err)
	}
	queue := streams.NewTransformStream(streams.Transformer[I, I]{})
	context.AfterFunc(ctx, func() {
		// It does not wait, and fails if feed has the stream, which does the same then.
		_ = queue.Readable().Cancel(ctx, context.Cause(ctx))
	})
	observer := newObserver[O](ctx, cancel, output, options)
	return &operator[I, O]{
		writable: queue.Writable(),
		readable: observer.stream(func() {
			go func() {
				defer close(input)
				feed(ctx, queue.Readable(), input)
			}()
		}),
	}
}

type operator[I, O any] struct {
	writable *streams.WritableStream[I]
	readable *streams.ReadableStream[O]
}

func (o *operator[I, O]) Readable() *streams.ReadableStream[O] { return o.readable }

func (o *operator[I, O]) Writable() *streams.WritableStream[I] { return o.writable }

// apply calls chain.
func apply(chain func(rxgo.Observable) rxgo.Observable, input rxgo.Observable) (output rxgo.Observable, err error) {
	if chain == nil {
		return nil, fmt.Errorf("%w: Operator(nil)", streams.ErrInvalidArgument)
	}
	defer func() {
		if v := recover(); v != nil {
			err = &streams.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	if output = chain(input); output == nil {
		err = fmt.Errorf("%w: the chain of Operator returned nil", streams.ErrInvalidArgument)
	}
	return output, err
}

// broken makes a pair of which both sides are errored.
func broken[I, O any](err error) streams.ReadableWritablePair[I, O] {
	t := streams.TransformFunc(func(I, func(O)) error { return nil }, nil)
	_ = t.Writable().Abort(context.Background(), err) // nothing was written, so it neither waits nor fails
	return t
}
