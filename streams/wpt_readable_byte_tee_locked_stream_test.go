package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableByteTeeLockedStream(t *testing.T) {
	runWPT(t, "readable-byte-streams/crashtests/tee-locked-stream", map[string]func(t *testing.T){
		"tee() on a locked byte stream does not crash": func(t *testing.T) {
			for _, reader := range []readerKind{defaultKind, byobKind} {
				s, src := recordingBytes(byteSource{})
				reading := reader(t, s).read()
				_, _, err := s.Tee()
				wantError(t, err, streams.ErrLocked)
				reading.wantPending(t)
				src.play(t, enqueue("abc"))
				reading.want(t, "abc")
			}
		},
	})
}
