package streams

import "math"

// A fifo is a first-in-first-out queue in a ring that grows by doubling. The zero value is empty. It must not be copied:
// the ring begins in the fifo itself, since most never hold more than one element.
type fifo[T any] struct {
	ring  []T // its length is 0 or a power of two
	head  int // index of the first element
	len   int
	first [1]T // the ring of a fifo that has not grown
}

func (q *fifo[T]) push(v T) {
	if q.len == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.len)&(len(q.ring)-1)] = v
	q.len++
}

func (q *fifo[T]) grow() {
	if q.ring == nil {
		q.ring = q.first[:]
		return
	}
	ring := make([]T, max(4, 2*len(q.ring)))
	n := copy(ring, q.ring[q.head:])
	copy(ring[n:], q.ring[:q.head])
	q.ring, q.head = ring, 0
}

// at returns the element that i others stand before. It panics unless i < len.
func (q *fifo[T]) at(i int) *T {
	if i >= q.len {
		panic("streams: internal error: fifo index out of range")
	}
	return &q.ring[(q.head+i)&(len(q.ring)-1)]
}

// pop removes and returns the first element. It panics if there is none.
func (q *fifo[T]) pop() T {
	first := q.at(0)
	v := *first
	var zero T
	*first = zero // the ring keeps nothing alive
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.len--
	return v
}

// swap exchanges what q and other hold.
func (q *fifo[T]) swap(other *fifo[T]) {
	q.leaveFirst()
	other.leaveFirst()
	q.ring, other.ring = other.ring, q.ring
	q.head, other.head = other.head, q.head
	q.len, other.len = other.len, q.len
}

// leaveFirst sees to it that the ring is not in the fifo itself.
func (q *fifo[T]) leaveFirst() {
	if len(q.ring) == len(q.first) {
		q.grow()
	}
}

// truncate drops all elements but the first n, if there are more.
func (q *fifo[T]) truncate(n int) {
	var zero T
	for ; q.len > n; q.len-- {
		*q.at(q.len - 1) = zero
	}
}

// remove takes out the first element that match accepts and reports whether there was one.
func (q *fifo[T]) remove(match func(T) bool) bool {
	for i := range q.len {
		if !match(*q.at(i)) {
			continue
		}
		for j := i; j > 0; j-- {
			*q.at(j) = *q.at(j - 1)
		}
		q.pop()
		return true
	}
	return false
}

// reset drops all elements and the memory.
func (q *fifo[T]) reset() { *q = fifo[T]{} }

// A chunkQueue is the queue-with-sizes of section 8.1 of the standard: chunks in order, and the sum of their sizes.
type chunkQueue[E any] struct {
	fifo[sized[E]]
	total int // the sum of the sizes; it stops at MaxInt instead of overflowing
}

type sized[E any] struct {
	value E
	size  int
}

func (q *chunkQueue[E]) enqueueValueWithSize(value E, size int) {
	q.push(sized[E]{value, size})
	if q.total > math.MaxInt-size {
		q.total = math.MaxInt
		return
	}
	q.total += size
}

func (q *chunkQueue[E]) dequeueValue() E {
	first := q.pop()
	q.total = max(0, q.total-first.size)
	return first.value
}

// enqueueUnits enqueues values of size 1.
func (q *chunkQueue[E]) enqueueUnits(values []E) {
	for _, value := range values {
		q.enqueueValueWithSize(value, 1)
	}
}

// dequeueValues dequeues as many values as there are and fit dst, and returns how many these are.
func (q *chunkQueue[E]) dequeueValues(dst []E) (n int) {
	n = min(len(dst), q.len)
	for i := range n {
		dst[i] = q.dequeueValue()
	}
	return n
}

// swap exchanges what q and other hold.
func (q *chunkQueue[E]) swap(other *chunkQueue[E]) {
	q.fifo.swap(&other.fifo)
	q.total, other.total = other.total, q.total
}

// truncate drops all values but the first n, if there are more. Each has size 1.
func (q *chunkQueue[E]) truncate(n int) {
	q.fifo.truncate(n)
	q.total = q.len
}

func (q *chunkQueue[E]) resetQueue() { *q = chunkQueue[E]{} }
