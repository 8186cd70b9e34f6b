package streams_test

// What the tests of the folder readable-byte-streams share.

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

// byteSourcePrefix begins the names of most tests.
const byteSourcePrefix = "ReadableStream with byte source: "

// wptTests are tests under their names.
type wptTests map[string]func(t *testing.T)

// forBothKinds adds a test for the two kinds of readers, under its names for a default reader and for a BYOB reader.
func (tests wptTests) forBothKinds(byDefault, byBYOB string, test func(t *testing.T, reader readerKind)) {
	tests[byteSourcePrefix+byDefault] = func(t *testing.T) { test(t, defaultKind) }
	tests[byteSourcePrefix+byBYOB] = func(t *testing.T) { test(t, byobKind) }
}

// byobRead makes a stream with a BYOB reader and a read into p that waits for the source.
func byobRead(t *testing.T, p []byte) (*streams.BYOBReader, *recordingByteSource, *operation[string]) {
	t.Helper()
	s, src := recordingBytes(byteSource{})
	r := getBYOBReader(t, s)
	reading := readInto(r, p)
	reading.wantPending(t)
	return r, src, reading
}

// teeBytes returns the branches of a byte stream.
func teeBytes(t *testing.T, s *streams.ReadableByteStream) (branch1, branch2 *streams.ReadableByteStream) {
	t.Helper()
	branch1, branch2, err := s.Tee()
	wantError(t, err, nil)
	return branch1, branch2
}

// teeBYOB returns a BYOB reader of each of the branches of a byte stream.
func teeBYOB(t *testing.T, s *streams.ReadableByteStream) (r1, r2 *streams.BYOBReader) {
	t.Helper()
	branch1, branch2 := teeBytes(t, s)
	return getBYOBReader(t, branch1), getBYOBReader(t, branch2)
}
