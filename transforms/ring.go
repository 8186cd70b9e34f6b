package transforms

// A ring keeps the last size values that were pushed. size is at least 1 and immutable; room is made as values come.
type ring[T any] struct {
	size   int
	kept   []T
	oldest int // where the oldest is once all the room is taken
}

// push keeps value, and returns the oldest one in its place if all the room was taken.
func (r *ring[T]) push(value T) (oldest T, full bool) {
	if len(r.kept) < r.size {
		r.kept = append(r.kept, value)
		return oldest, false
	}
	oldest, r.kept[r.oldest] = r.kept[r.oldest], value
	if r.oldest++; r.oldest == r.size {
		r.oldest = 0
	}
	return oldest, true
}

// each calls f for the values that are kept, the oldest first.
func (r *ring[T]) each(f func(T)) {
	for _, value := range r.kept[r.oldest:] {
		f(value)
	}
	for _, value := range r.kept[:r.oldest] {
		f(value)
	}
}
