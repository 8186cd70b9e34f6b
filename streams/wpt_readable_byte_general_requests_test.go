package streams_test

import (
	"fmt"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableByteGeneralRequests(t *testing.T) {
	const prefix = byteSourcePrefix
	tests := wptTests{
		prefix + "read(view), then respond()": func(t *testing.T) {
			testAnswerInvalidatesRequest(t, respond("a"))
		},
		prefix + "read(view), then respondWithNewView() with a transferred ArrayBuffer": func(t *testing.T) {
			testAnswerInvalidatesRequest(t, respondWithNewView("a"))
		},
		prefix + "read(view), then respond() with too big value": func(t *testing.T) {
			_, src, reading := byobRead(t, make([]byte, 1))
			request := src.controller.BYOBRequest()
			wantError(t, request.Respond(2), streams.ErrRange)
			reading.wantPending(t)
			wantEqual(t, src.controller.BYOBRequest(), request)
			src.play(t, respond("a"))
			reading.want(t, "a")
		},
		prefix + "getReader(), read(view), then cancel()": func(t *testing.T) {
			r, src, reading := byobRead(t, make([]byte, 1))
			beginReason(r.Cancel, errA).wantOK(t)
			wantEOF(t, reading)
			src.wantWithoutPulls(t, "cancel error A")
		},
		prefix + "cancel() with partially filled pending pull() request": func(t *testing.T) {
			testCancelOfPartlyFilled(t, make([]byte, 2), enqueue("a"))
		},
		prefix + "read(view), then respond() and close() in pull()": func(t *testing.T) {
			var views events
			s, src := recordingBytes(byteSource{Pull: all(views.noteView, respond("0123456789abcdef"), closing).call})
			r := getBYOBReader(t, s)
			readInto(r, make([]byte, 16)).want(t, "0123456789abcdef")
			untouched := []byte("xyz")
			wantEOF(t, readInto(r, untouched))
			wantEqual(t, string(untouched), "xyz")
			views.want(t, "view of 16")
			src.want(t, "pull")
		},
		prefix + "read(view) with Uint32Array, then fill it by multiple respond() calls": func(t *testing.T) {
			testFillInOnePull(t, respond)
		},
		prefix + "read(view) with Uint32Array, then fill it by multiple enqueue() calls": func(t *testing.T) {
			testFillInOnePull(t, enqueue)
		},
		prefix + "Multiple read(view), close() and respond()": func(t *testing.T) {
			p0, p1 := []byte("0123456789abcdef"), []byte("ghijklmnopqrstuv")
			r, src, first := byobRead(t, p0)
			second := readInto(r, p1)
			src.play(t, closing)
			first.wantPending(t)
			second.wantPending(t)
			src.play(t, respond(""))
			wantEOF(t, first, second)
			wantEqual(t, string(p0)+string(p1), "0123456789abcdefghijklmnopqrstuv")
			src.want(t, "pull")
		},
		prefix + "Multiple read(view), big enqueue()": func(t *testing.T) {
			r, src, first := byobRead(t, make([]byte, 16))
			second := readInto(r, make([]byte, 16))
			src.play(t, enqueue("0123456789abcdefghijklmn"))
			first.want(t, "0123456789abcdef")
			second.want(t, "ghijklmn")
		},
		prefix + "Multiple read(view) and multiple enqueue()": testReadsOfSevenBytes,
		prefix + "read(view) with passing undefined as view must fail": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			readInto(getBYOBReader(t, s), nil).wantError(t, streams.ErrInvalidArgument)
			src.want(t)
		},
		"calling respond() should throw when canceled": func(t *testing.T) {
			r, src, reading := byobRead(t, make([]byte, 16))
			request := src.controller.BYOBRequest()
			beginReason(r.Cancel, errA).wantOK(t)
			wantEOF(t, reading)
			wantInvalid(t, request)
		},
		"pull() resolving should not resolve read()": func(t *testing.T) {
			_, src, reading := byobRead(t, make([]byte, 16)) // its Pull has returned
			src.want(t, "pull")
			src.play(t, enqueue("a"))
			reading.want(t, "a")
			src.want(t, "pull")
		},
		prefix + "enqueue() discards auto-allocated BYOB request": func(t *testing.T) {
			s, src := recordingBytes(byteSource{AutoAllocateChunkSize: 10})
			r := getReader(t, s.ReadableStream)
			reading := readChunk(r)
			request := src.controller.BYOBRequest()
			wantEqual(t, len(request.View()), 10)
			src.play(t, enqueue("abc"))
			reading.want(t, "abc")
			wantInvalid(t, request)
			r.ReleaseLock()

			intoView := readInto(getBYOBReader(t, s), make([]byte, 2))
			wantEqual(t, viewLength(src.controller), 2)
			src.play(t, respond("de"))
			intoView.want(t, "de")
		},
		prefix + "autoAllocateChunkSize, read(), respondWithNewView()": func(t *testing.T) {
			s, src := recordingBytes(byteSource{AutoAllocateChunkSize: 10})
			reading := readChunk(getReader(t, s.ReadableStream))
			src.play(t, respondWithNewView("abc"))
			reading.want(t, "abc")
			src.want(t, "pull")
		},
	}
	for name, test := range map[string]struct {
		closed bool
		answer func(*streams.BYOBRequest) error
	}{
		"calling respond() twice on the same byobRequest should throw": {
			answer: func(request *streams.BYOBRequest) error { return request.Respond(4) },
		},
		"calling respondWithNewView() twice on the same byobRequest should throw": {
			answer: func(request *streams.BYOBRequest) error { return request.RespondWithNewView(make([]byte, 16)) },
		},
		"calling respond(0) twice on the same byobRequest should throw even when closed": {
			closed: true,
			answer: func(request *streams.BYOBRequest) error { return request.Respond(0) },
		},
	} {
		tests[name] = func(t *testing.T) {
			_, src, reading := byobRead(t, make([]byte, 16))
			request := src.controller.BYOBRequest()
			if test.closed {
				src.play(t, closing)
			}
			wantError(t, test.answer(request), nil)
			if test.closed {
				wantEOF(t, reading)
			} else {
				reading.wantOK(t)
			}
			wantError(t, test.answer(request), streams.ErrInvalidArgument)
		}
	}
	for name, test := range map[string]struct {
		view func(*streams.BYOBRequest) []byte // to answer with
		want string                            // the buffer afterwards, of which the view is the beginning
	}{
		"smaller view": {func(request *streams.BYOBRequest) []byte {
			view := request.View()[:1]
			view[0] = 'a'
			return view
		}, "ayz"},
		"zero-length view (in the closed state)": {
			func(request *streams.BYOBRequest) []byte { return request.View()[:0] }, "xyz",
		},
		"transferred non-zero-length view (in the readable state)": {
			func(*streams.BYOBRequest) []byte { return append(make([]byte, 0, 3), 'a') }, "ayz",
		},
		"transferred zero-length view (in the closed state)": {
			func(*streams.BYOBRequest) []byte { return make([]byte, 0, 3) }, "xyz",
		},
	} {
		tests[prefix+"respondWithNewView() with a "+name] = func(t *testing.T) {
			p := []byte("xyz")
			_, src, reading := byobRead(t, p)
			request := src.controller.BYOBRequest()
			view := test.view(request)
			if len(view) == 0 {
				src.play(t, closing)
				reading.wantPending(t)
			}
			wantError(t, request.RespondWithNewView(view), nil)
			if len(view) == 0 {
				wantEOF(t, reading)
			} else {
				reading.want(t, string(view))
			}
			wantEqual(t, string(p), test.want)
		}
	}
	runWPT(t, "readable-byte-streams/general", tests)
}

// testAnswerInvalidatesRequest: the answer gives the byte a.
func testAnswerInvalidatesRequest(t *testing.T, answer byteAnswer) {
	var request *streams.BYOBRequest
	take := func(c *streams.ByteController) error {
		request = c.BYOBRequest()
		return nil
	}
	var views events
	s, src := recordingBytes(byteSource{Pull: all(take, views.noteView, answer, views.noteView).call})
	readAtLeast(getBYOBReader(t, s), make([]byte, 1), 1).want(t, "a")
	views.want(t, "view of 1", "no view")
	wantInvalid(t, request)
	src.want(t, "pull")
}

// testCancelOfPartlyFilled cancels while the first Pull, which gives the first byte of p, has not returned.
func testCancelOfPartlyFilled(t *testing.T, p []byte, oneByte byteAnswer) {
	var views events
	pulling := newHeld(t)
	s, src := recordingBytes(byteSource{Pull: all(views.noteView, oneByte, views.noteView, waiting(pulling.gate)).call})
	r := getBYOBReader(t, s)
	reading := readAtLeast(r, p, len(p))
	reading.wantPending(t)
	beginReason(r.Cancel, errA).wantOK(t)
	wantEOF(t, reading)
	pulling.let(nil)
	src.want(t, "pull", "cancel error A")
	views.want(t, fmt.Sprintf("view of %d", len(p)), fmt.Sprintf("view of %d", len(p)-1))
	wantAll(t, nil, r.Closed)
}

func testFillInOnePull(t *testing.T, answer func(data string) byteAnswer) {
	var views events
	s, src := recordingBytes(byteSource{Pull: all(
		views.noteView, answer("a"), views.noteView, answer("b"), views.noteView, answer("c"), views.noteView, answer("d"),
	).call})
	readAtLeast(getBYOBReader(t, s), make([]byte, 4), 4).want(t, "abcd")
	views.want(t, "view of 4", "view of 3", "view of 2", "view of 1")
	src.want(t, "pull")
}

func testReadsOfSevenBytes(t *testing.T) {
	r, src, reading := byobRead(t, make([]byte, 7))
	half := string(make([]byte, 512))
	src.play(t, enqueue(half), enqueue(half), closing)
	for left := 1024; left > 0; left -= 7 {
		reading.want(t, string(make([]byte, min(left, 7))))
		reading = readInto(r, make([]byte, 7))
	}
	wantEOF(t, reading)
}
