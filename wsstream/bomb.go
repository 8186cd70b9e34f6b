package wsstream

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// A few compressed bytes can stand for a thousand times as many. While a message is much larger than what came for it,
// no memory is set aside: what is beyond is counted and dropped, and decompressed a second time once the message is
// known to keep to the limit, or its sender has sent more.

const (
	// keptCompressed is how much is kept of a compressed message that may be a bomb, in bytes. A peer that has sent
	// more is trusted with the memory that the limit allows.
	keptCompressed = 64 << 10

	// plausibleSize and plausibleRatio say what a message may take in memory at once: so many bytes, and so many times
	// as many as have come for it.
	plausibleSize  = 128 << 10
	plausibleRatio = 16
)

var keptBuffers = sync.Pool{New: func() any { return new(make([]byte, 0, keptCompressed)) }}

// wireReader reads a compressed message; io.EOF is its end.
type wireReader interface {
	readWire(p []byte) (int, error)
}

// compressedSource reads a compressed message, and keeps the beginning.
type compressedSource struct {
	wire     wireReader
	finished bool    // wire has ended, and endOfMessage was read
	read     int64   // bytes that wire has given
	kept     *[]byte // these bytes; nil when they became too many
	counting bool    // they must be kept whatever they become
}

func (s *compressedSource) begin(wire wireReader) {
	*s = compressedSource{wire: wire, kept: keptBuffers.Get().(*[]byte)}
}

func (s *compressedSource) end() {
	s.forget()
	s.wire = nil
}

// forget gives back the buffer with what was kept.
func (s *compressedSource) forget() {
	if s.kept != nil && cap(*s.kept) == keptCompressed {
		*s.kept = (*s.kept)[:0]
		keptBuffers.Put(s.kept)
	}
	s.kept, s.counting = nil, false
}

// Read reads some of the compressed message, and endOfMessage behind it, for which p must have room.
func (s *compressedSource) Read(p []byte) (int, error) {
	if s.finished {
		return 0, badCompression(io.ErrUnexpectedEOF) // in the middle of a block
	}
	n, err := s.wire.readWire(p)
	if errors.Is(err, io.EOF) {
		s.finished = true
		return copy(p, endOfMessage), nil
	}
	s.read += int64(n)
	s.keep(p[:n])
	return n, err
}

func (s *compressedSource) keep(p []byte) {
	if s.kept == nil {
		return
	}
	if !s.counting && len(*s.kept)+len(p) > keptCompressed {
		s.forget()
		return
	}
	*s.kept = append(*s.kept, p...)
}

// suspects reports whether n bytes of the message are more than may be in memory yet.
func (s *compressedSource) suspects(n int) bool {
	return s.kept != nil && int64(n) > plausibleSize+plausibleRatio*s.read
}

// keptReader reads what was kept.
type keptReader struct{ *bytes.Reader }

func (r keptReader) readWire(p []byte) (int, error) { return r.Read(p) }

// readSuspect reads the rest of a message that may be a bomb, of which data has been read, and does not end it.
func (r *messageReader) readSuspect(data []byte) ([]byte, error) {
	f := r.inflater
	f.source.counting = true
	n, err := len(data), error(nil)
	for err == nil && len(*f.source.kept) <= keptCompressed {
		var more int
		more, err = r.read(f.output[:])
		n += more
	}
	if noEOF(err) != nil {
		return nil, err
	}
	data, againErr := f.again(n)
	f.source.forget()
	if err != nil || againErr != nil {
		return data, againErr
	}
	rest, err := r.readInflated()
	return append(data, rest...), err
}
