package wstest

import (
	"compress/flate"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestInflaterReadsWhatADeflaterWrites(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 70_000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	texts := []string{"", "x", "Hello", strings.Repeat("weir and river ", 10_000), string(noise), string(noise[:300]), ""}
	for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
		deflater, inflater := NewDeflater(level), NewInflater(15, true)
		for i, text := range texts {
			if got, err := inflater.Message([]byte(deflater.Message(text))); err != nil || got != text {
				t.Errorf("level %d: text %d of %d bytes comes back as %d bytes (%v)", level, i, len(text), len(got), err)
			}
		}
	}
}

func TestInflaterKeepsToItsWindow(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 1000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	payload := []byte(Deflated(string(noise) + string(noise))) // refers back 1000 bytes
	if _, err := NewInflater(10, false).Message(payload); err != nil {
		t.Errorf("in a window of 1024 bytes: %v", err)
	}
	if _, err := NewInflater(9, false).Message(payload); err == nil {
		t.Error("1000 bytes are in a window of 512")
	}
}

func TestInflaterTakesNothingOver(t *testing.T) {
	deflater := NewDeflater(flate.BestCompression)
	first, second := []byte(deflater.Message("a message that comes twice")), []byte(deflater.Message("a message that comes twice"))
	for takeover, want := range map[bool]bool{true: true, false: false} {
		inflater := NewInflater(15, takeover)
		if _, err := inflater.Message(first); err != nil {
			t.Fatal(err)
		}
		if _, err := inflater.Message(second); (err == nil) != want {
			t.Errorf("takeover %t: the second message gives %v", takeover, err)
		}
	}
}
