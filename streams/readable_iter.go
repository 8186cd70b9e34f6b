package streams

import (
	"context"
	"fmt"
	"io"
	"iter"
)

// Values returns the chunks of the stream for a range loop. The loop locks the stream, waits for each chunk, and releases
// the lock when it ends. At the end of the stream the loop ends; an error of the stream comes as the last step, and so
// does the cause of ctx when that ends. If the stream is locked, ErrLocked is the only step.
//
// When the loop is left early, by break or a panic, or because ctx has ended, the stream is cancelled, unless
// [PreventCancel] is given. The wait for the source's Cancel ends with ctx too.
func (s *ReadableStream[T]) Values(ctx context.Context, opts ...ValuesOption) iter.Seq2[T, error] {
	var o valuesOptions
	for _, opt := range opts {
		opt.applyToValues(&o)
	}
	return func(yield func(T, error) bool) {
		r, err := s.GetReader()
		if err != nil {
			var zero T
			yield(zero, err)
			return
		}
		cancel := func(reason error) error { return r.Cancel(ctx, reason) }
		if o.preventCancel {
			cancel = func(error) error { return nil }
		}
		defer r.endLoop()
		left := true
		defer func() {
			if left { // who left asked for no result, and has the error of a panic already
				_ = cancel(ErrNoReason)
			}
		}()
		err = r.each(ctx, !o.preventCancel, func(chunk T) bool { return yield(chunk, nil) })
		if err == errLeft {
			return
		}
		left = false
		if err == io.EOF {
			return
		}
		if ctx.Err() != nil {
			_ = cancel(err) // what ended the loop is the cause of ctx
		}
		var zero T
		yield(zero, err)
	}
}

// each calls body for each chunk, until it returns false, and then returns errLeft. Else it returns io.EOF, the error of the
// stream, or the cause of ctx.
//
// It may call the body in a burst if the stream is cancelled when the body panics, which unwinds the stages.
func (r *DefaultReader[T]) each(ctx context.Context, inBursts bool, body func(chunk T) bool) error {
	if inBursts {
		r.core.beginLoop(&loopEnd[T]{reader: r, ctx: ctx, body: body})
	}
	for {
		chunk, err := readOrEnd(ctx, r)
		if err != nil {
			return err
		}
		if !body(chunk) {
			return errLeft
		}
	}
}

// endLoop releases the lock of a loop that is over.
func (r *DefaultReader[T]) endLoop() {
	d := r.core.stream.lock()
	r.core.releaseLocked()
	d.unlockAfterPipeline()
}

// readOrEnd reads a chunk, but not when ctx has ended, even if one is there: a loop has to come to its end.
func readOrEnd[T any](ctx context.Context, r *DefaultReader[T]) (T, error) {
	if ctx.Err() != nil {
		var zero T
		return zero, context.Cause(ctx)
	}
	return r.Read(ctx)
}

// ForEach calls f for each chunk of the stream, which it locks meanwhile. It returns nil at the end of the stream. When f
// returns an error, the stream is cancelled with it and ForEach returns it; when ctx ends, the stream is cancelled and
// ForEach returns the cause; else it returns the error of the stream. f may block: nothing but what fits the marks is
// read ahead meanwhile.
func (s *ReadableStream[T]) ForEach(ctx context.Context, f func(T) error) error {
	if f == nil {
		return fmt.Errorf("%w: ForEach(nil)", ErrInvalidArgument)
	}
	r, err := s.GetReader()
	if err != nil {
		return err
	}
	defer r.endLoop()
	left := true
	defer func() {
		if left { // f panicked, which is the error that counts
			_ = r.Cancel(ctx, ErrNoReason)
		}
	}()
	var failure error
	err = r.each(ctx, true, func(chunk T) bool {
		failure = f(chunk)
		return failure == nil
	})
	left = false
	switch {
	case err == io.EOF:
		return nil
	case failure != nil:
		err = failure
	case err == errLeft: // f panicked, and a stage before it recovered that
		err = newPanicError(errRecovered)
	}
	_ = r.Cancel(ctx, err) // what ended the loop is err; a stream that is errored stays so
	return err
}

// Collect returns all chunks of the stream, which it locks meanwhile. If the stream errors or ctx ends, Collect returns
// what it has, with the error; in the second case the stream is cancelled. It is for streams that fit into memory.
func (s *ReadableStream[T]) Collect(ctx context.Context) ([]T, error) {
	var all []T
	err := s.ForEach(ctx, func(chunk T) error {
		all = append(all, chunk)
		return nil
	})
	return all, err
}
