package transforms

import "github.com/weirstreams/weir/streams"

// An outcome is a value, or the error that comes after all values.
type outcome[T any] struct {
	value T
	err   error
}

// A splitter is a stage of a plain function that makes many chunks of one, and can fail after some of them. Failing a
// stream takes away what was emitted and has not been read yet; so here the error comes out as one of the outcomes, and a
// second function fails with it when it is read.
type splitter[I, O any] struct {
	transform func(chunk I, emit func(O)) error
	flush     func(emit func(O)) error
	emit      func(outcome[O]) // of the call that runs
	give      func(O)          // emits a value
	failed    bool
}

// newSplitter makes the stage. flush may be nil.
func newSplitter[I, O any](transform func(chunk I, emit func(O)) error, flush func(emit func(O)) error) streams.ReadableWritablePair[I, O] {
	s := &splitter[I, O]{transform: transform, flush: flush}
	s.give = func(value O) { s.emit(outcome[O]{value: value}) }
	return streams.Chain(
		streams.TransformFunc(s.transformChunk, s.flushChunks),
		streams.TransformFunc(deliver[O], nil))
}

func (s *splitter[I, O]) transformChunk(chunk I, emit func(outcome[O])) error {
	if !s.failed { // else deliver is about to say so
		s.emit = emit
		s.end(s.transform(chunk, s.give))
	}
	return nil
}

func (s *splitter[I, O]) flushChunks(emit func(outcome[O])) error {
	if !s.failed && s.flush != nil {
		s.emit = emit
		s.end(s.flush(s.give))
	}
	return nil
}

func (s *splitter[I, O]) end(err error) {
	if err != nil {
		s.failed = true
		s.emit(outcome[O]{err: err})
	}
}

func deliver[T any](o outcome[T], emit func(T)) error {
	if o.err != nil {
		return o.err
	}
	emit(o.value)
	return nil
}
