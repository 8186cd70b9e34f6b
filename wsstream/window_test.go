package wsstream

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestWindowKeepsTheEnd(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 7, 256} {
		w := window{size: size}
		var all []byte
		for range 200 {
			piece := make([]byte, random.IntN(2*size+3))
			for i := range piece {
				piece[i] = byte(random.Uint32())
			}
			w.add(piece)
			all = append(all, piece...)
			if want := all[max(0, len(all)-size):]; !bytes.Equal(w.content(), want) {
				t.Fatalf("a window of %d holds %d bytes, not the last %d of %d", size, len(w.content()), len(want), len(all))
			}
			if len(w.bytes) > size+size/4 {
				t.Fatalf("a window of %d takes %d bytes", size, len(w.bytes))
			}
		}
	}
}

// A peer can have a message decompressed byte by byte, with a flush behind each. It must not cost a move of 32 KiB a byte.
func TestWindowIsSeldomMoved(t *testing.T) {
	const size, n = 1 << MaxWindowBits, 200_000
	w := window{size: size}
	moves := 0
	for range n {
		before := len(w.bytes)
		if w.add([]byte{1}); len(w.bytes) <= before {
			moves++
		}
	}
	if limit := n / (size / 4); moves > limit {
		t.Errorf("moved %d times for %d bytes, want at most %d", moves, n, limit)
	}
}
