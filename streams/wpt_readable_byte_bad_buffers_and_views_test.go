package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableByteBadBuffersAndViews(t *testing.T) {
	const prefix = byteSourcePrefix
	tests := wptTests{
		// A buffer is not transferred: it is the caller's again when the read has returned.
		prefix + "read()ing from a closed stream still transfers the buffer": func(t *testing.T) {
			s, _ := recordingBytes(byteSource{Start: byteAnswer(closing).call})
			p := []byte("xyz")
			wantEOF(t, readInto(getBYOBReader(t, s), p))
			wantEqual(t, string(p), "xyz")
		},
		prefix + "read()ing from a stream with queued chunks still transfers the buffer": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			chunk := []byte("abcdef")
			wantError(t, src.controller.Enqueue(chunk), nil)
			r := getBYOBReader(t, s)
			p := []byte("xyz")
			readInto(r, p).want(t, "abc")
			wantEqual(t, string(p), "abc")
			copy(p, "!!!")
			wantEqual(t, string(chunk), "abcdef")
			readInto(r, make([]byte, 3)).want(t, "def")
		},
	}
	for name, empty := range map[string][]byte{
		"buffer":                           {},
		"view on a non-zero-length buffer": make([]byte, 0, 10),
	} {
		tests[prefix+"enqueuing a zero-length "+name+" throws"] = func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			reading := readChunk(getReader(t, s.ReadableStream))
			wantError(t, src.controller.Enqueue(empty), streams.ErrInvalidArgument)
			reading.wantPending(t)
			src.play(t, enqueue("a"))
			reading.want(t, "a")
		}
		tests[prefix+"reading into a zero-length "+name+" rejects"] = func(t *testing.T) {
			s, _ := recordingBytes(byteSource{Start: enqueue("abc").call})
			r := getBYOBReader(t, s)
			readInto(r, empty).wantError(t, streams.ErrInvalidArgument)
			readInto(r, make([]byte, 3)).want(t, "abc")
		}
	}

	view := func(request *streams.BYOBRequest) []byte { return request.View() }
	newView := func(length, capacity int) func(*streams.BYOBRequest) []byte {
		return func(*streams.BYOBRequest) []byte { return make([]byte, length, capacity) }
	}
	for name, bad := range map[string]struct {
		autoAllocate bool // for a default reader
		closed       bool
		view         func(*streams.BYOBRequest) []byte // to answer a request of 3 bytes with
		want         error
	}{
		"'s buffer is zero-length (in the readable state)":                    {view: newView(0, 0), want: streams.ErrInvalidArgument},
		" is zero-length on a non-zero-length buffer (in the readable state)": {view: newView(0, 10), want: streams.ErrInvalidArgument},
		" has a different offset (in the readable state)": {
			view: func(request *streams.BYOBRequest) []byte { return view(request)[1:] }, want: streams.ErrRange,
		},
		" has a different offset (in the closed state)": {
			closed: true, view: func(request *streams.BYOBRequest) []byte { return view(request)[1:1] }, want: streams.ErrRange,
		},
		"'s buffer has a different length (in the readable state)": {view: newView(1, 10), want: streams.ErrRange},
		"'s buffer has a different length (autoAllocateChunkSize)": {autoAllocate: true, view: newView(1, 10), want: streams.ErrRange},
		" has a larger length (in the readable state)":             {view: newView(4, 4), want: streams.ErrRange},
		"'s buffer is zero-length (in the closed state)":           {closed: true, view: newView(0, 0), want: streams.ErrRange},
		" is non-zero-length (in the closed state)":                {closed: true, view: view, want: streams.ErrClosed},
		"'s buffer has a different length (in the closed state)":   {closed: true, view: newView(0, 10), want: streams.ErrRange},
	} {
		tests[prefix+"respondWithNewView() throws if the supplied view"+name] = func(t *testing.T) {
			source, read := byteSource{}, func(s *streams.ReadableByteStream) *operation[string] {
				return readInto(getBYOBReader(t, s), make([]byte, 3))
			}
			if bad.autoAllocate {
				source.AutoAllocateChunkSize = 3
				read = func(s *streams.ReadableByteStream) *operation[string] {
					return readChunk(getReader(t, s.ReadableStream))
				}
			}
			s, src := recordingBytes(source)
			reading := read(s)
			if bad.closed {
				src.play(t, closing)
			}
			request := src.controller.BYOBRequest()
			wantError(t, request.RespondWithNewView(bad.view(request)), bad.want)
			reading.wantPending(t)
			wantEqual(t, src.controller.BYOBRequest(), request)
			if bad.closed {
				src.play(t, respond(""))
				wantEOF(t, reading)
			} else {
				src.play(t, respond("abc"))
				reading.want(t, "abc")
			}
		}
	}
	runWPT(t, "readable-byte-streams/bad-buffers-and-views", tests)
}
