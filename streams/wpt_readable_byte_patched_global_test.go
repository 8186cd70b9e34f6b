package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableBytePatchedGlobal(t *testing.T) {
	runWPT(t, "readable-byte-streams/patched-global", map[string]func(t *testing.T){
		// The standard's test looks from inside the resolution of the first read's promise; here it is its reader that looks.
		"Patched then() sees byobRequest after filling all pending pull-into descriptors": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			r := getBYOBReader(t, s)
			readAndLook := func(size, want int) *operation[*streams.BYOBRequest] {
				return begin(func() (*streams.BYOBRequest, error) {
					n, err := r.Read(context.Background(), make([]byte, size))
					request := src.controller.BYOBRequest()
					if n != want {
						t.Errorf("got %d bytes, want %d", n, want)
					}
					return request, err
				})
			}
			first, second := readAndLook(0x100, 0x100), readAndLook(0x20, 0x10)
			src.play(t, enqueue(string(make([]byte, 0x110))))
			first.want(t, nil)
			second.want(t, nil)
		},
	})
}
