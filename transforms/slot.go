package transforms

// A slot holds one chunk, or none.
type slot[T any] struct {
	chunk T
	full  bool
}

func (s *slot[T]) put(chunk T) { s.chunk, s.full = chunk, true }

// take empties the slot.
func (s *slot[T]) take() T {
	chunk := s.chunk
	*s = slot[T]{}
	return chunk
}
