package wsstream

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// Memory of messages and buffers is used again where somebody gives it back. It waits for that in pools, one for each size
// of eight in a doubling, so that a piece is at most an eighth larger than what it is taken for. Like every sync.Pool they
// are emptied by garbage collection.
const (
	memoryLeast = 128      // what is smaller is not worth the trouble, in bytes
	memoryMost  = 16 << 20 // what is larger is not kept
	memorySteps = 8

	leastBits = 8 // the length of memoryLeast as a binary number

	memorySizes = 17*memorySteps + 1 // memoryMost is memoryLeast doubled 17 times
)

// memories holds a pool for each size.
var memories [memorySizes]memoryPool

// memoryPool holds pieces of one size, or a little more.
type memoryPool struct {
	used   atomic.Bool // something was given back once: else there is no use in a look
	pieces sync.Pool   // of *[]byte from sliceHeaders
}

// sliceHeaders holds what pieces are put into a pool in: a slice itself would have to be moved to the heap each time.
var sliceHeaders = sync.Pool{New: func() any { return new([]byte) }}

// memorySize returns the number of the largest size that is at most n, which is in the range.
func memorySize(n int) int {
	doublings := bits.Len(uint(n)) - leastBits
	return memorySteps*doublings + n>>(leastBits-bits.Len(memorySteps)+doublings) - memorySteps
}

// sizeOfMemory is the inverse of memorySize.
func sizeOfMemory(number int) int {
	return (memorySteps + number%memorySteps) << (leastBits - bits.Len(memorySteps) + number/memorySteps)
}

// takeMemory returns an empty slice with room for n bytes, which may hold something of before.
func takeMemory(n int) []byte {
	if n < memoryLeast || n > memoryMost {
		return make([]byte, 0, n)
	}
	number := 0
	if n > memoryLeast {
		number = memorySize(n-1) + 1
	}
	if pool := &memories[number]; pool.used.Load() {
		if header, ok := pool.pieces.Get().(*[]byte); ok {
			p := *header
			*header = nil
			sliceHeaders.Put(header)
			return p
		}
	}
	return make([]byte, 0, sizeOfMemory(number))
}

// giveMemory takes memory back that nobody uses any more. It need not be from takeMemory.
func giveMemory(p []byte) {
	if cap(p) < memoryLeast || cap(p) > memoryMost {
		return
	}
	header := sliceHeaders.Get().(*[]byte)
	*header = p[:0]
	pool := &memories[memorySize(cap(p))]
	pool.pieces.Put(header)
	if !pool.used.Load() {
		pool.used.Store(true)
	}
}

// growMemory moves data, which the caller owns, to memory with room for n bytes.
func growMemory(data []byte, n int) []byte {
	larger := append(takeMemory(n), data...)
	giveMemory(data)
	return larger
}
