package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

// When a lock is released while a read waits, the source may be about to answer its BYOB request. The answer goes to the
// next reader.
func TestWPTReadableByteGeneralRelease(t *testing.T) {
	const prefix = byteSourcePrefix
	tests := wptTests{
		prefix + "releaseLock() with pending read(view), read(view) on second reader with 1 element Uint16Array, respond(1)": func(t *testing.T) {
			s, src := releasedRead(t, byobKind, 0)
			reading := readAtLeast(getBYOBReader(t, s), make([]byte, 2), 2)
			src.play(t, respond("a"))
			reading.wantPending(t)
			wantEqual(t, viewLength(src.controller), 1)
			src.play(t, respond("b"))
			reading.want(t, "ab")
		},
		prefix + "releaseLock() with pending read(view), read(view) on second reader with 2 element Uint8Array, respond(3)": func(t *testing.T) {
			s, src := releasedRead(t, byobKind, 0)
			r := getBYOBReader(t, s)
			reading := readInto(r, make([]byte, 2))
			src.play(t, respond("abc"))
			reading.want(t, "ab")
			readInto(r, make([]byte, 2)).want(t, "c")
		},
		prefix + "releaseLock() with pending read(view), read(view) on second reader, close(), respond(0)": func(t *testing.T) {
			s, src := releasedRead(t, byobKind, 0)
			reading := readInto(getBYOBReader(t, s), make([]byte, 3))
			src.play(t, closing)
			reading.wantPending(t)
			src.play(t, respond(""))
			wantEOF(t, reading)
		},
		prefix + "read(view) with 1 element Uint16Array, respond(1), releaseLock(), read(view) on second reader with 1 element Uint16Array, respond(1)": func(t *testing.T) {
			s, src := partlyFilledAndReleased(t)
			reading := readAtLeast(getBYOBReader(t, s), make([]byte, 2), 2)
			wantEqual(t, viewLength(src.controller), 1) // of the first read
			src.play(t, respond("b"))
			reading.want(t, "ab")
		},
		prefix + "read(view) with 1 element Uint16Array, respond(1), releaseLock(), read() on second reader, enqueue()": func(t *testing.T) {
			s, src := partlyFilledAndReleased(t)
			r := getReader(t, s.ReadableStream)
			reading := readChunk(r)
			src.play(t, enqueue("bc"))
			reading.want(t, "a")
			readChunk(r).want(t, "bc")
		},
	}
	tests.forBothKinds("releaseLock() on ReadableStreamDefaultReader must reject pending read()",
		"releaseLock() on ReadableStreamBYOBReader must reject pending read()", func(t *testing.T, reader readerKind) {
			s, _ := recordingBytes(byteSource{})
			r := reader(t, s)
			reading := r.read()
			reading.wantPending(t)
			r.ReleaseLock()
			reading.wantError(t, streams.ErrReleased)
			wantEqual(t, reading.value, "")
		})

	const autoAllocate = 16
	answers := map[string]byteAnswer{
		"respond()":            respond("ab"),
		"respondWithNewView()": respondWithNewView("ab"),
		"enqueue()":            enqueue("ab"),
	}
	for name, test := range map[string]struct {
		first, second readerKind
		autoAllocate  int
		answers       []string
	}{
		"releaseLock() with pending read(view), read(view) on second reader, ": {
			byobKind, byobKind, 0, []string{"respond()", "respondWithNewView()", "enqueue()"},
		},
		"autoAllocateChunkSize, releaseLock() with pending read(), read() on second reader, ": {
			defaultKind, defaultKind, autoAllocate, []string{"respond()", "enqueue()"},
		},
		"autoAllocateChunkSize, releaseLock() with pending read(), read(view) on second reader, ": {
			defaultKind, byobKind, autoAllocate, []string{"respond()", "enqueue()"},
		},
	} {
		for _, answer := range test.answers {
			tests[prefix+name+answer] = func(t *testing.T) {
				s, src := releasedRead(t, test.first, test.autoAllocate)
				request := src.controller.BYOBRequest()
				reading := test.second(t, s).read()
				reading.wantPending(t)
				wantEqual(t, src.controller.BYOBRequest(), request)
				src.play(t, answers[answer])
				reading.want(t, "ab")
				wantInvalid(t, request)
			}
		}
	}
	runWPT(t, "readable-byte-streams/general", tests)
}

// releasedRead makes a stream whose first reader was released while a read waited. Its BYOB request, of 16 bytes, is still
// there.
func releasedRead(t *testing.T, reader readerKind, autoAllocate int) (*streams.ReadableByteStream, *recordingByteSource) {
	t.Helper()
	s, src := recordingBytes(byteSource{AutoAllocateChunkSize: autoAllocate})
	r := reader(t, s)
	reading := r.read()
	request := src.controller.BYOBRequest()
	wantEqual(t, len(request.View()), 16)
	r.ReleaseLock()
	reading.wantError(t, streams.ErrReleased)
	wantEqual(t, src.controller.BYOBRequest(), request)
	wantEqual(t, len(request.View()), 16)
	return s, src
}

// partlyFilledAndReleased makes a stream whose first reader was released while a read waited for the second of two bytes.
func partlyFilledAndReleased(t *testing.T) (*streams.ReadableByteStream, *recordingByteSource) {
	t.Helper()
	s, src := recordingBytes(byteSource{})
	r := getBYOBReader(t, s)
	reading := readAtLeast(r, make([]byte, 2), 2)
	src.play(t, respond("a"))
	reading.wantPending(t)
	r.ReleaseLock()
	reading.wantError(t, streams.ErrReleased)
	return s, src
}
