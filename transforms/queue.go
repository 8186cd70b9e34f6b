package transforms

// A queue is first in, first out. It reuses its memory.
type queue[T any] struct {
	values []T
	head   int // what is before it has been taken
}

func (q *queue[T]) len() int { return len(q.values) - q.head }

func (q *queue[T]) push(value T) {
	if q.head > 0 && len(q.values) == cap(q.values) {
		kept := copy(q.values, q.values[q.head:])
		clear(q.values[kept:])
		q.values, q.head = q.values[:kept], 0
	}
	q.values = append(q.values, value)
}

func (q *queue[T]) first() T { return q.values[q.head] }

func (q *queue[T]) pop() T {
	var none T
	value := q.values[q.head]
	q.values[q.head] = none
	q.head++
	if q.head == len(q.values) {
		q.values, q.head = q.values[:0], 0
	}
	return value
}

// clear takes everything.
func (q *queue[T]) clear() {
	clear(q.values)
	q.values, q.head = q.values[:0], 0
}
