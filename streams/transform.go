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
	own        domain

	// The domain's lock guards following fields.

	transformer  transformAlgorithms[I] // nil once no algorithm will be called any more
	life         *lifetime              // of the contexts of the callbacks; nil if they get none
	finishing    finishing              // the first of close, abort and cancel
	parked       bool                   // a write waits until backpressure, or the stream, ends
	telling      bool                   // tellUpstreamLocked is under way
	finishReason error                  // of abort and cancel
	finish       promise                // what it comes to
}

// finishing is which of the operations that end a transform stream was the first.
type finishing uint8

const (
	notFinishing finishing = iota
	closing
	aborting
	cancelling
)

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
func (t *TransformStream[I, O]) initializeLocked(transformer transformAlgorithms[I], life *lifetime, options transformOptions[I, O]) {
	t.begin()
	t.transformer, t.life = transformer, life
	t.controller = TransformController[O]{
		readable:     &t.source,
		ends:         t,
		backpressure: true,
	}
	t.source.setUpLocked(&t.readable, (*transformSource[I, O])(t), options.readable)
	t.sink.setUpLocked(&t.writable, (*transformSink[I, O])(t), life, options.writable)
}

// begin makes both sides members of a domain.
func (t *TransformStream[I, O]) begin() {
	d := t.own.begin()
	t.readable.home.Store(d)
	t.writable.home.Store(d)
}

// startDoneLocked is the reaction to the promise of start.
func (t *TransformStream[I, O]) startDoneLocked(err error) {
	t.sink.startDoneLocked(err)
	t.source.startDoneLocked(err)
}

// failFromStart makes both sides errored with err.
func (t *TransformStream[I, O]) failFromStart(err error) {
	t.begin()
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
// After an error or terminate there is no algorithm left to call: the standard would crash there, here nothing is left to
// do.
func (t *TransformStream[I, O]) finishLocked(how finishing, reason error) *promise {
	if t.finishing != notFinishing {
		return &t.finish
	}
	t.finishing, t.finishReason = how, reason
	transformer := t.transformer
	if transformer == nil {
		t.finish.settled = true
		return &t.finish
	}
	t.transformer = nil
	var result *promise
	if how == closing {
		result = transformer.flushLocked()
	} else {
		result = transformer.cancelLocked(reason)
	}
	result.whenSettledLocked(t.readable.domainLocked(), (*finishReaction[I, O])(t))
	return &t.finish
}

// finishReaction is the reaction to the promise of the algorithm that ends the stream.
type finishReaction[I, O any] TransformStream[I, O]

func (r *finishReaction[I, O]) setResult(err error) { r.finish.err = err }

func (r *finishReaction[I, O]) stepLocked() {
	t := (*TransformStream[I, O])(r)
	t.life.endLocked(ErrClosed)
	if t.finishing == cancelling {
		t.finish.settleLocked(t.readable.domainLocked(), t.cancelledLocked(t.finish.err))
		return
	}
	t.finish.settleLocked(t.readable.domainLocked(), t.closedOrAbortedLocked(t.finish.err))
}

// closedOrAbortedLocked ends the readable side after the writable side, and returns what that comes to.
func (t *TransformStream[I, O]) closedOrAbortedLocked(err error) error {
	switch {
	case err != nil:
		t.source.errorLocked(err)
	case t.readable.state == errored:
		err = t.readable.storedError
	case t.finishing == aborting:
		t.source.errorLocked(t.finishReason)
	default:
		t.source.closeInReactionLocked()
	}
	return err
}

// cancelledLocked ends the writable side after the readable side, and returns what that comes to.
func (t *TransformStream[I, O]) cancelledLocked(err error) error {
	if err == nil && t.writable.state == sinkErrored {
		return t.writable.storedError
	}
	cause := t.finishReason
	if err != nil {
		cause = err
	}
	t.sink.errorIfNeededLocked(cause)
	t.unblockWriteLocked()
	return err
}

// transformSink is the sinkAlgorithms of the writable side.
type transformSink[I, O any] TransformStream[I, O]

// writeLocked is TransformStreamDefaultSinkWriteAlgorithm.
func (s *transformSink[I, O]) writeLocked(chunk I) {
	if s.controller.backpressure {
		s.parked = true
		return
	}
	s.performTransformLocked(chunk)
}

// performTransformLocked is TransformStreamDefaultControllerPerformTransform.
func (s *transformSink[I, O]) performTransformLocked(chunk I) {
	if s.transformer == nil { // a cancel is under way and will error the stream
		s.parked = true
		return
	}
	s.transformer.transformLocked(chunk)
}

// parkedWrite is the step in which a write goes on after backpressure has ended. It goes on also if there is backpressure
// again by now.
type parkedWrite[I, O any] TransformStream[I, O]

func (p *parkedWrite[I, O]) stepLocked() {
	if p.writable.state == erroring {
		p.sink.writeDoneLocked(p.writable.storedError)
		return
	}
	(*transformSink[I, O])(p).performTransformLocked(p.sink.queue.at(0).chunk)
}

// closeLocked is TransformStreamDefaultSinkCloseAlgorithm.
func (s *transformSink[I, O]) closeLocked() *promise {
	return (*TransformStream[I, O])(s).finishLocked(closing, nil)
}

// abortLocked is TransformStreamDefaultSinkAbortAlgorithm.
func (s *transformSink[I, O]) abortLocked(reason error) *promise {
	return (*TransformStream[I, O])(s).finishLocked(aborting, reason)
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
	result := t.finishLocked(cancelling, reason)
	t.life.endLocked(reason)
	t.tellUpstreamLocked(reason)
	return result
}

// tellLocked also tells the source of the pipe that writes to the stream.
func (s *transformSource[I, O]) tellLocked(cause error) {
	s.life.tellLocked(cause)
	(*TransformStream[I, O])(s).tellUpstreamLocked(cause)
}

// tellUpstreamLocked tells the source of the pipe that writes to the stream, which the pipe is going to cancel. Pipes may
// form a circle: it stops where it began.
func (t *TransformStream[I, O]) tellUpstreamLocked(cause error) {
	if t.telling {
		return
	}
	p := t.writable.pipeLocked()
	if p != nil && !p.options.preventCancel && p.source.controller != nil {
		t.telling = true
		p.source.controller.tellLocked(cause)
		t.telling = false
	}
}

// endLocked does nothing: the algorithms of the transform end with the transform.
func (s *transformSource[I, O]) endLocked(error) {}
