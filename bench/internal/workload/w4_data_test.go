package workload

import (
	"io"
	"testing"
)

// The engines agree only as far as the destination can tell.
func TestW4DestinationTellsChunksApart(t *testing.T) {
	src := newW4Source(3)
	data, err := io.ReadAll(src)
	if err != nil {
		t.Fatal(err)
	}
	first, second, third := data[:w4Chunk], data[w4Chunk:2*w4Chunk], data[2*w4Chunk:]
	for _, c := range []struct {
		name  string
		parts [][]byte
		same  bool
	}{
		{"in chunks", [][]byte{first, second, third}, true},
		{"in odd parts", [][]byte{data[:100], data[100 : w4Chunk+1], data[w4Chunk+1:]}, true},
		{"in one", [][]byte{data}, true},
		{"exchanged", [][]byte{second, first, third}, false},
		{"doubled", [][]byte{first, first, third}, false},
		{"lost", [][]byte{first, second}, false},
		{"cut", [][]byte{first, second, third[:10]}, false},
	} {
		dst := new(w4Destination)
		for _, part := range c.parts {
			if _, err := dst.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		if same := dst.seen == src.whole(); same != c.same {
			t.Errorf("%s: same as the source: %t, want %t", c.name, same, c.same)
		}
	}
}
