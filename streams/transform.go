package streams

// A TransformStream is a pair of streams: what is written to the one comes out of the other, changed. A pipe through it
// is made by [PipeThrough]. See section 6 of the standard.
//
// Both sides share a domain, and the flag backpressure of the controller glues them: it is set while the readable side
// wants nothing. A write waits until the flag is down; a pull of the readable side takes it down and counts as running
// until it is up again.
type TransformStream[I, O any] struct {
	readable   ReadableStream[O]
	writable   WritableStream[I]
	controller TransformController[O]
	source     ReadableController[O]
	sink       WritableController[I]

	// The domain's lock guards following fields.

	transformer transformAlgorithms[I] // nil once no algorithm will be called any more
	life        lifetime               // of the contexts of the callbacks
	finish      *promise               // set by the first of close, cancel and abort: what it comes to
	parked      bool                   // a write waits until backpressure, or the stream, ends
}

// A transformAlgorithms is the transform, flush and cancel algorithms of the standard; the rules for sinkAlgorithms hold.
type transformAlgorithms[I any] interface {
	// transformLocked begins to transform a chunk; transformDoneLocked of the stream is called with its result.
	transformLocked(chunk I)
	flushLocked() *promise
	cancelLocked(reason error) *promise
}

// Readable is the side that the transformed chunks come out of.
func (t *TransformStream[I, O]) Readable() *ReadableStream[O] { return &t.readable }

// Writable is the side that takes the chunks.
func (t *TransformStream[I, O]) Writable() *WritableStream[I] { return &t.writable }

// initializeLocked is InitializeTransformStream. The stream counts as not started.
func (t *TransformStream[I, O]) initializeLocked(d *domain, transformer transformAlgorithms[I], options transformOptions[I, O]) {
	t.readable.home.Store(d)
	t.writable.home.Store(d)
	t.transformer = transformer
	t.controller = TransformController[O]{
		readable:     &t.source,
		ends:         t,
		backpressure: true,
	}
	t.source.setUpLocked(&t.readable, (*transformSource[I, O])(t), options.readable)
	t.sink.setUpLocked(&t.writable, (*transformSink[I, O])(t), &t.life, options.writable)
}

// startDoneLocked is the reaction to the promise of start.
func (t *TransformStream[I, O]) startDoneLocked(err error) {
	t.sink.startDoneLocked(err)
	t.source.startDoneLocked(err)
}

// failFromStart makes both sides errored with err.
func (t *TransformStream[I, O]) failFromStart(err error) {
	d := newDomain()
	t.readable.home.Store(d)
	t.writable.home.Store(d)
	t.readable.state, t.readable.storedError = errored, err
	t.writable.state, t.writable.storedError = sinkErrored, err
}

// errorLocked is TransformStreamError.
func (t *TransformStream[I, O]) errorLocked(err error) {
	t.source.errorLocked(err)
	t.errorWritableAndUnblockWriteLocked(err)
}

// errorWritableAndUnblockWriteLocked is TransformStreamErrorWritableAndUnblockWrite.
func (t *TransformStream[I, O]) errorWritableAndUnblockWriteLocked(err error) {
	t.clearAlgorithmsLocked(err)
	t.tellUpstreamLocked(err)
	t.sink.errorIfNeededLocked(err)
	t.unblockWriteLocked()
}

// terminateLocked is TransformStreamDefaultControllerTerminate.
func (t *TransformStream[I, O]) terminateLocked() {
	t.source.closeLocked()
	t.errorWritableAndUnblockWriteLocked(ErrTerminated)
}

// unblockWriteLocked is TransformStreamUnblockWrite.
func (t *TransformStream[I, O]) unblockWriteLocked() {
	if t.controller.backpressure {
		t.setBackpressureLocked(false)
		return
	}
	t.resumeWriteLocked()
}

// resumeWriteLocked makes the step of a parked write due.
func (t *TransformStream[I, O]) resumeWriteLocked() {
	if t.parked {
		t.parked = false
		t.readable.domainLocked().steps.push((*parkedWrite[I, O])(t))
	}
}

// setBackpressureLocked is TransformStreamSetBackpressure: it changes the flag and makes due what waited for the change.
func (t *TransformStream[I, O]) setBackpressureLocked(backpressure bool) {
	if t.controller.backpressure == backpressure {
		panic("streams: internal error: transform backpressure set twice")
	}
	t.controller.backpressure = backpressure
	if backpressure {
		t.readable.domainLocked().steps.push((*pullDone[O])(&t.source))
		return
	}
	t.resumeWriteLocked()
}

// clearAlgorithmsLocked is TransformStreamDefaultControllerClearAlgorithms.
func (t *TransformStream[I, O]) clearAlgorithmsLocked(cause error) {
	t.transformer = nil
	t.life.endLocked(cause)
}

// transformDoneLocked is the reaction to the promise of a transform.
func (t *TransformStream[I, O]) transformDoneLocked(err error) {
	if err != nil {
		t.errorLocked(err)
	}
	t.sink.writeDoneLocked(err)
}

// finishLocked begins the one algorithm that ends the stream, unless it was begun before, and returns what it comes to.
// settled is called with the result of the algorithm and turns it into the result of the whole. After an error or
// terminate there is no algorithm left to call: the standard would crash there, here nothing is left to do.
func (t *TransformStream[I, O]) finishLocked(begin func(transformAlgorithms[I]) *promise, settled func(err error) error) *promise {
	if t.finish != nil {
		return t.finish
	}
	if t.transformer == nil {
		t.finish = settledPromise(nil)
		return t.finish
	}
	t.finish = new(promise)
	transformer := t.transformer
	t.transformer = nil
	begin(transformer).whenSettledLocked(t.readable.domainLocked(), func(err error) {
		t.life.endLocked(ErrClosed)
		t.finish.settleLocked(t.readable.domainLocked(), settled(err))
	})
	return t.finish
}

// transformSink is the sinkAlgorithms of the writable side.
type transformSink[I, O any] TransformStream[I, O]

// writeLocked is TransformStreamDefaultSinkWriteAlgorithm.
func (s *transformSink[I, O]) writeLocked(chunk I) {
	if s.controller.backpressure || s.transformer == nil { // nil: a cancel is under way and will error the stream
		s.parked = true
		return
	}
	s.transformer.transformLocked(chunk)
}

// parkedWrite is the step in which a write goes on after backpressure has ended.
type parkedWrite[I, O any] TransformStream[I, O]

func (p *parkedWrite[I, O]) stepLocked() {
	if p.writable.state == erroring {
		p.sink.writeDoneLocked(p.writable.storedError)
		return
	}
	(*transformSink[I, O])(p).writeLocked(p.sink.queue.at(0).value.chunk)
}

// closeLocked is TransformStreamDefaultSinkCloseAlgorithm.
func (s *transformSink[I, O]) closeLocked() *promise {
	t := (*TransformStream[I, O])(s)
	return t.finishLocked(transformAlgorithms[I].flushLocked, func(err error) error {
		switch {
		case err != nil:
			t.source.errorLocked(err)
		case t.readable.state == errored:
			err = t.readable.storedError
		default:
			t.source.closeInReactionLocked()
		}
		return err
	})
}

// abortLocked is TransformStreamDefaultSinkAbortAlgorithm.
func (s *transformSink[I, O]) abortLocked(reason error) *promise {
	t := (*TransformStream[I, O])(s)
	return t.finishLocked(cancelWith[I](reason), func(err error) error {
		switch {
		case err != nil:
			t.source.errorLocked(err)
		case t.readable.state == errored:
			err = t.readable.storedError
		default:
			t.source.errorLocked(reason)
		}
		return err
	})
}

// transformSource is the sourceAlgorithms of the readable side.
type transformSource[I, O any] TransformStream[I, O]

// pullLocked is TransformStreamDefaultSourcePullAlgorithm.
func (s *transformSource[I, O]) pullLocked() {
	(*TransformStream[I, O])(s).setBackpressureLocked(false)
}

// cancelLocked is TransformStreamDefaultSourceCancelAlgorithm.
func (s *transformSource[I, O]) cancelLocked(reason error) *promise {
	t := (*TransformStream[I, O])(s)
	s.tellLocked(reason)
	return t.finishLocked(cancelWith[I](reason), func(err error) error {
		if err == nil && t.writable.state == sinkErrored {
			return t.writable.storedError
		}
		cause := reason
		if err != nil {
			cause = err
		}
		t.sink.errorIfNeededLocked(cause)
		t.unblockWriteLocked()
		return err
	})
}

// tellLocked also tells the source of the pipe that writes to the stream.
func (s *transformSource[I, O]) tellLocked(cause error) {
	s.life.endLocked(cause)
	(*TransformStream[I, O])(s).tellUpstreamLocked(cause)
}

// tellUpstreamLocked tells the source of the pipe that writes to the stream, which the pipe is going to cancel.
func (t *TransformStream[I, O]) tellUpstreamLocked(cause error) {
	if t.writable.writer == nil {
		return
	}
	p, ok := t.writable.writer.observer.(*pipe[I])
	if ok && !p.options.preventCancel && p.source.controller != nil {
		p.source.controller.tellLocked(cause)
	}
}

// endLocked does nothing: the algorithms of the transform end with the transform.
func (s *transformSource[I, O]) endLocked(error) {}

func cancelWith[I any](reason error) func(transformAlgorithms[I]) *promise {
	return func(a transformAlgorithms[I]) *promise { return a.cancelLocked(reason) }
}
