package streams

import (
	"math"
	"math/bits"
)

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
		q.grow(q.len + 1)
	}
	q.ring[(q.head+q.len)&(len(q.ring)-1)] = v
	q.len++
}

// grow makes the ring larger, so that it has room for n elements.
func (q *fifo[T]) grow(n int) {
	if q.ring == nil && n == len(q.first) {
		q.ring = q.first[:]
		return
	}
	ring := make([]T, 1<<bits.Len(uint(max(4, n)-1)))
	moved := copy(ring, q.ring[q.head:])
	copy(ring[moved:], q.ring[:q.head])
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
		q.grow(2)
	}
}

// reserve sees to it that q has room for n elements.
func (q *fifo[T]) reserve(n int) {
	if n > len(q.ring) {
		q.grow(n)
	}
}

// truncate drops all elements but the first n, if there are more.
func (q *fifo[T]) truncate(n int) {
	var zero T
	for ; q.len > n; q.len-- {
		*q.at(q.len - 1) = zero
	}
}

// pushAll pushes all of values.
func (q *fifo[T]) pushAll(values []T) {
	if len(values) == 0 {
		return
	}
	q.reserve(q.len + len(values))
	n := copy(q.ring[(q.head+q.len)&(len(q.ring)-1):], values)
	copy(q.ring, values[n:])
	q.len += len(values)
}

// popAll pops as many elements as there are and fit dst, and returns how many these are.
func (q *fifo[T]) popAll(dst []T) (n int) {
	for n < len(dst) && q.len > 0 {
		popped := copy(dst[n:], q.run())
		q.drop(popped)
		n += popped
	}
	return n
}

// run is as many of the first elements as stand in one piece.
func (q *fifo[T]) run() []T { return q.ring[q.head:min(q.head+q.len, len(q.ring))] }

// drop takes out the first n elements, which stand in one piece.
func (q *fifo[T]) drop(n int) {
	clear(q.run()[:n]) // the ring keeps nothing alive
	q.head = (q.head + n) & (len(q.ring) - 1)
	q.len -= n
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
	fifo[E]
	sizes *fifo[int] // of all chunks; nil while each is 1
	total int        // the sum of the sizes; it stops at MaxInt instead of overflowing
}

func (q *chunkQueue[E]) enqueueValueWithSize(value E, size int) {
	if q.sizes != nil || size != 1 {
		q.keepSize(size)
	}
	q.push(value)
	if q.total > math.MaxInt-size {
		q.total = math.MaxInt
		return
	}
	q.total += size
}

// keepSize takes note of the size of the next chunk.
func (q *chunkQueue[E]) keepSize(size int) {
	if q.sizes == nil {
		q.sizes = new(fifo[int])
		for range q.len {
			q.sizes.push(1)
		}
	}
	q.sizes.push(size)
}

func (q *chunkQueue[E]) dequeueValue() E {
	if q.sizes == nil {
		q.total = max(0, q.total-1)
	} else {
		q.total = max(0, q.total-q.sizes.pop())
	}
	return q.pop()
}

// enqueueUnits enqueues values of size 1, after others of size 1.
func (q *chunkQueue[E]) enqueueUnits(values []E) {
	q.pushAll(values)
	q.total += len(values)
}

// takeOver enqueues what other holds. Every size is 1.
func (q *chunkQueue[E]) takeOver(other *chunkQueue[E]) {
	if q.len == 0 {
		q.fifo.swap(&other.fifo)
	}
	for other.len > 0 {
		run := other.run()
		q.pushAll(run)
		other.drop(len(run))
	}
	q.total, other.total = q.len, 0
}

// dequeueValues dequeues as many values as there are and fit dst, and returns how many these are.
func (q *chunkQueue[E]) dequeueValues(dst []E) int {
	if q.sizes != nil {
		n := min(len(dst), q.len)
		for i := range n {
			dst[i] = q.dequeueValue()
		}
		return n
	}
	n := q.popAll(dst)
	q.total = max(0, q.total-n)
	return n
}

func (q *chunkQueue[E]) resetQueue() { *q = chunkQueue[E]{} }
