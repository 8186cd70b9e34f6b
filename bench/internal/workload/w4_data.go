package workload

import (
	"bytes"
	"io"
)

// w4Source is a reader of so many chunks of the same bytes, but for the first of each chunk, which is its number. So
// it costs one copy to read, as a file in the page cache does, and the destination can tell the chunks apart.
type w4Source struct {
	content  []byte // what every chunk holds
	position int
	end      int
}

func newW4Source(chunks int) *w4Source {
	return &w4Source{content: bytes.Repeat([]byte{0xA5}, w4Chunk), end: chunks * w4Chunk}
}

func (s *w4Source) Read(p []byte) (int, error) {
	if s.position == s.end {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.end-s.position)], s.content)
	for at := w4NextChunk(s.position); at < s.position+n; at += w4Chunk {
		p[at-s.position] = byte(at / w4Chunk)
	}
	s.position += n
	return n, nil
}

func (s *w4Source) rewind() { s.position = 0 }

// whole returns what a destination has seen that got everything in the right order.
func (s *w4Source) whole() w4Seen {
	seen := w4Seen{size: s.end}
	for i := range s.end / w4Chunk {
		seen.add(byte(i))
	}
	return seen
}

// w4Seen is how many bytes a destination got, and a digest of the numbers of the chunks in their order.
type w4Seen struct {
	size   int
	digest uint64
}

func (s *w4Seen) add(number byte) { s.digest = 31*s.digest + uint64(number) + 1 }

// w4Destination is a writer that copies what it gets, as a socket does. Writes may begin and end anywhere.
type w4Destination struct {
	seen   w4Seen
	buffer [w4Chunk]byte
}

func (d *w4Destination) Write(p []byte) (int, error) {
	for at := w4NextChunk(d.seen.size); at < d.seen.size+len(p); at += w4Chunk {
		d.seen.add(p[at-d.seen.size])
	}
	for rest := p; len(rest) > 0; {
		rest = rest[copy(d.buffer[:], rest):]
	}
	d.seen.size += len(p)
	return len(p), nil
}

func (d *w4Destination) forget() { d.seen = w4Seen{} }

// w4NextChunk returns where the first chunk begins that does not begin before position.
func w4NextChunk(position int) int {
	return (position + w4Chunk - 1) / w4Chunk * w4Chunk
}
