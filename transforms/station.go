package transforms

import "github.com/weirstreams/weir/streams"

// A station is an operator of one entry and one exit: see turns.
type station[I, O any] struct {
	turns
	in  *entry[I]
	out *exit[O]
}

// newStation makes a station whose turns are calls of advance.
func newStation[I, O any](advance func(s *station[I, O])) *station[I, O] {
	s := new(station[I, O])
	s.init(advance)
	return s
}

func (s *station[I, O]) init(advance func(s *station[I, O])) {
	s.advance = func() { advance(s) }
	s.in = newEntry[I](&s.turns)
	s.out = newExit[O](&s.turns)
}

// Readable is the side that the operator gives its results to.
func (s *station[I, O]) Readable() *streams.ReadableStream[O] { return s.out.stream }

// Writable is the side that the operator takes its chunks from.
func (s *station[I, O]) Writable() *streams.WritableStream[I] { return s.in.stream.Writable() }

// finish ends the operator when it has given all there is. If there is more input, the producer is told that it is not
// wanted.
func (s *station[I, O]) finish() {
	s.out.close()
	s.end(streams.ErrTerminated)
}
