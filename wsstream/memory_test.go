package wsstream

import (
	"testing"
)

func TestMemorySizes(t *testing.T) {
	last := 0
	for number := range memorySizes {
		size := sizeOfMemory(number)
		if size <= last || memorySize(size) != number {
			t.Errorf("size %d is %d bytes after %d, which is size %d", number, size, last, memorySize(size))
		}
		if number > 0 && memorySize(size-1) != number-1 {
			t.Errorf("%d bytes are size %d, want %d", size-1, memorySize(size-1), number-1)
		}
		last = size
	}
	if sizeOfMemory(0) != memoryLeast || last != memoryMost {
		t.Errorf("sizes from %d to %d bytes, want %d to %d", sizeOfMemory(0), last, memoryLeast, memoryMost)
	}
}

func TestMemoryHasRoom(t *testing.T) {
	for n := 1; n <= 2*memoryMost; n = n*9/8 + 1 {
		for range 2 { // of a pool too
			p := takeMemory(n)
			if len(p) != 0 || cap(p) < n || cap(p) > n+n/memorySteps+1 {
				t.Errorf("%d bytes with room for %d, want room for %d", len(p), cap(p), n)
			}
			giveMemory(p)
		}
	}
}

// Memory that comes from elsewhere is only used for what it has room for.
func TestMemoryFromElsewhere(t *testing.T) {
	for _, n := range []int{0, 1, memoryLeast, 1000, 65_000, memoryMost, memoryMost + 1} {
		giveMemory(make([]byte, 1, n+1))
		if p := takeMemory(n); cap(p) < n {
			t.Errorf("room for %d, want room for %d", cap(p), n)
		}
	}
}
