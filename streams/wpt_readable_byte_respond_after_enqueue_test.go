package streams_test

import (
	"errors"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableByteRespondAfterEnqueue(t *testing.T) {
	runWPT(t, "readable-byte-streams/respond-after-enqueue", map[string]func(t *testing.T){
		"byobRequest.respond() after enqueue() should not crash": func(t *testing.T) {
			s, _ := recordingBytes(byteSource{
				Pull:                  all(enqueue("abc"), respond("0123456789")).call, // there is no request any more
				AutoAllocateChunkSize: 10,
			})
			r := getReader(t, s.ReadableStream)
			readChunk(r).want(t, "abc")
			var panicked *streams.PanicError
			wantEqual(t, errors.As(r.Closed(ended), &panicked), true)
		},
		"byobRequest.respond() with cached byobRequest after enqueue() should not crash": func(t *testing.T) {
			s, _ := recordingBytes(byteSource{
				Pull: byteAnswer(func(c *streams.ByteController) error {
					request := c.BYOBRequest()
					return errors.Join(enqueue("abc")(c), request.Respond(10))
				}).call,
				AutoAllocateChunkSize: 10,
			})
			r := getReader(t, s.ReadableStream)
			readChunk(r).want(t, "abc")
			wantAll(t, streams.ErrInvalidArgument, r.Closed)
		},
		"byobRequest.respond() after enqueue() with double read should not crash": func(t *testing.T) {
			s, src, starting := unstartedBytes(t, byteSource{
				Pull:                  all(enqueue("abc"), respond("de")).call,
				AutoAllocateChunkSize: 10,
			})
			r := getReader(t, s.ReadableStream)
			first, second := readChunk(r), readChunk(r)
			starting.let(nil)
			first.want(t, "abc")
			second.want(t, "de")
			src.want(t, "pull")
		},
	})
}
