package streams_test

import "testing"

func TestWPTReadableByteTemplated(t *testing.T) {
	runWPT(t, "readable-byte-streams/templated", throwAfterCloseOrErrorTests(byteSourcePrefix, []byte("a"), func() enqueuer[[]byte] {
		_, src := recordingBytes(byteSource{})
		return src.controller
	}))
}
