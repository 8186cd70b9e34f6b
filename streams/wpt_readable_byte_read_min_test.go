package streams_test

import (
	"io"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableByteReadMin(t *testing.T) {
	tests := wptTests{
		"read({ min }), then read()":    testReadMinThenRead,
		"read({ min }) with a DataView": testReadMinThenRead, // bytes are all there is
		"enqueue(), then read({ min })": func(t *testing.T) {
			var views events
			s, src := recordingBytes(byteSource{Start: enqueue("a").call, Pull: all(views.noteView, respond("bc")).call})
			readAtLeast(getBYOBReader(t, s), make([]byte, 3), 3).want(t, "abc")
			views.want(t, "view of 2")
			src.want(t, "pull")
		},
		"enqueue(), read({ min }) partially, then read()": func(t *testing.T) {
			s, src := recordingBytes(byteSource{Start: enqueue("abcdefgh").call})
			byob := getBYOBReader(t, s)
			readAtLeast(byob, make([]byte, 4), 4).want(t, "abcd")
			byob.ReleaseLock()
			readChunk(getReader(t, s.ReadableStream)).want(t, "efgh")
			src.want(t)
		},
		"enqueue(), then read({ min }) with smaller views": func(t *testing.T) {
			s, src := recordingBytes(byteSource{Start: enqueue("abcdefgh").call})
			r := getBYOBReader(t, s)
			readAtLeast(r, make([]byte, 4), 4).want(t, "abcd")
			readAtLeast(r, make([]byte, 4), 4).want(t, "efgh")
			src.want(t)
		},
		"read({ min }), then respondWithNewView() with a transferred ArrayBuffer": func(t *testing.T) {
			testAnswerInvalidatesRequest(t, respondWithNewView("a"))
		},
		"read({ min }) on a closed stream": func(t *testing.T) {
			s, src := recordingBytes(byteSource{Start: byteAnswer(closing).call})
			r := getBYOBReader(t, s)
			p := []byte("x")
			wantEOF(t, readAtLeast(r, p, 1))
			wantEqual(t, string(p), "x")
			wantAll(t, nil, r.Closed)
			src.want(t)
		},
		"read({ min }) when closed before view is filled": func(t *testing.T) {
			s, src := recordingBytes(byteSource{Pull: inTurn(respond("a"), all(closing, respond(""))).call})
			r := getBYOBReader(t, s)
			reading := readAtLeast(r, make([]byte, 3), 3)
			reading.wantError(t, io.EOF)
			wantEqual(t, reading.value, "a")
			wantAll(t, nil, r.Closed)
			src.want(t, "pull", "pull")
		},
		"read({ min }) when closed immediately after view is filled": func(t *testing.T) {
			s, src := recordingBytes(byteSource{Pull: inTurn(respond("ab"), all(respond("c"), closing)).call})
			r := getBYOBReader(t, s)
			readAtLeast(r, make([]byte, 3), 3).want(t, "abc")
			wantEOF(t, readAtLeast(r, make([]byte, 3), 3))
			wantAll(t, nil, r.Closed)
			src.want(t, "pull", "pull")
		},
		"read({ min }) on an errored stream": func(t *testing.T) {
			s, src := recordingBytes(byteSource{Start: erroring(errA).call})
			r := getBYOBReader(t, s)
			readAtLeast(r, make([]byte, 1), 1).wantError(t, errA)
			wantAll(t, errA, r.Closed)
			src.want(t)
		},
		"read({ min }), then error()": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			r := getBYOBReader(t, s)
			reading := readAtLeast(r, make([]byte, 3), 3)
			src.play(t, respond("ab"))
			reading.wantPending(t)
			src.controller.Error(errA)
			reading.wantError(t, errA)
			wantEqual(t, reading.value, "")
			wantAll(t, errA, r.Closed)
		},
		"getReader(), read({ min }), then cancel()": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			r := getBYOBReader(t, s)
			reading := readAtLeast(r, make([]byte, 1), 1)
			reading.wantPending(t)
			beginReason(r.Cancel, errA).wantOK(t)
			wantEOF(t, reading)
			src.wantWithoutPulls(t, "cancel error A")
		},
		"cancel() with partially filled pending read({ min }) request": func(t *testing.T) {
			testCancelOfPartlyFilled(t, make([]byte, 3), respond("a"))
		},
		"tee() with read({ min }) from branch1 and read() from branch2": testTeeWithReadMin,
	}
	for name, refused := range map[string]struct {
		minimum int
		want    error
	}{
		"is 0":        {0, streams.ErrInvalidArgument},
		"is negative": {-1, streams.ErrInvalidArgument},
		"is larger than view's length (Uint8Array)": {2, streams.ErrRange},
	} {
		tests["read({ min }) rejects if min "+name] = func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			readAtLeast(getBYOBReader(t, s), make([]byte, 1), refused.minimum).wantError(t, refused.want)
			src.want(t)
		}
	}
	for name, test := range map[string]struct {
		size          int // of the buffer; the minimum is 3
		first, second string
		views         []string
	}{
		"3-byte Uint8Array, then multiple enqueue() up to 3 bytes": {3, "ab", "c", []string{"view of 3", "view of 1"}},
		"5-byte Uint8Array, then multiple enqueue() up to 3 bytes": {5, "ab", "c", []string{"view of 5", "view of 3"}},
		"5-byte Uint8Array, then multiple enqueue() up to 4 bytes": {5, "ab", "cd", []string{"view of 5", "view of 3"}},
	} {
		tests["read({ min: 3 }) on a "+name] = func(t *testing.T) {
			var views events
			s, src := recordingBytes(byteSource{Pull: all(views.noteView, inTurn(enqueue(test.first), enqueue(test.second))).call})
			readAtLeast(getBYOBReader(t, s), make([]byte, test.size), 3).want(t, test.first+test.second)
			views.want(t, test.views...)
			src.want(t, "pull", "pull")
		}
	}
	runWPT(t, "readable-byte-streams/read-min", tests)
}

func testReadMinThenRead(t *testing.T) {
	var views events
	s, src := recordingBytes(byteSource{Pull: all(views.noteView, inTurn(respond("ab"), respond("c"), respond("d"))).call})
	r := getBYOBReader(t, s)
	readAtLeast(r, make([]byte, 3), 3).want(t, "abc")
	views.want(t, "view of 3", "view of 1")
	readInto(r, make([]byte, 1)).want(t, "d")
	views.want(t, "view of 3", "view of 1", "view of 1")
	src.want(t, "pull", "pull", "pull")
}

func testTeeWithReadMin(t *testing.T) {
	s, src := recordingBytes(byteSource{})
	r1, r2 := teeBYOB(t, s)
	src.want(t)

	atLeast3, single := readAtLeast(r1, make([]byte, 3), 3), readInto(r2, make([]byte, 1))
	src.want(t, "pull")
	wantEqual(t, viewLength(src.controller), 3)
	src.play(t, respond("a"))
	single.want(t, "a")
	atLeast3.wantPending(t)

	src.want(t, "pull", "pull")
	wantEqual(t, viewLength(src.controller), 2)
	src.play(t, respond("bc"))
	atLeast3.want(t, "abc")
	readInto(r2, make([]byte, 2)).want(t, "bc")
	src.want(t, "pull", "pull")
}
