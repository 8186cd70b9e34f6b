package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableByteTeeReads(t *testing.T) {
	const prefix = byteTeePrefix
	tests := map[string]func(t *testing.T){
		prefix + "should only pull enough to fill the emptiest queue": func(t *testing.T) {
			pulling := newHeld(t)
			s, src := recordingBytes(byteSource{Pull: all(waiting(pulling.gate), enqueue("a")).call})
			r1, r2 := teeBYOB(t, s)
			first, second := readInto(r1, make([]byte, 1)), readInto(r2, make([]byte, 1))
			pulling.let(nil)
			first.want(t, "a")
			second.want(t, "a")
			src.want(t, "pull")
		},
		prefix + "stops pulling when original stream errors while branch 1 is reading":       func(t *testing.T) { testErrorDuringReads(t, 0) },
		prefix + "stops pulling when original stream errors while branch 2 is reading":       func(t *testing.T) { testErrorDuringReads(t, 1) },
		prefix + "stops pulling when original stream errors while both branches are reading": func(t *testing.T) { testErrorDuringReads(t, 0, 1) },
		prefix + "canceling both branches in sequence with delay":                            func(t *testing.T) { testCancelBothDuringReads(t, nil) },
		prefix + "failing to cancel when canceling both branches in sequence with delay":     func(t *testing.T) { testCancelBothDuringReads(t, errA) },
		prefix + "read from branch1 and branch2, cancel branch1, cancel branch2":             func(t *testing.T) { testCancelDuringReads(t, 0) },
		prefix + "read from branch1 and branch2, cancel branch2, cancel branch1":             func(t *testing.T) { testCancelDuringReads(t, 1) },
		prefix + "read from branch1 and branch2, cancel branch2, enqueue to branch1":         func(t *testing.T) { testRespondAfterCancel(t, 1) },
		prefix + "read from branch1 and branch2, cancel branch1, respond to branch2":         func(t *testing.T) { testRespondAfterCancel(t, 0) },
		prefix + "read from branch2, then read from branch1": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			r1, r2 := teeBYOB(t, s)
			second, first := readInto(r2, make([]byte, 2)), readInto(r1, make([]byte, 1))
			wantEqual(t, viewLength(src.controller), 2)
			src.play(t, respond("a"))
			first.want(t, "a")
			second.want(t, "a")
		},
		prefix + "read from branch1 with default reader, then close while branch2 has pending BYOB read": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			branch1, branch2 := teeBytes(t, s)
			testCloseDuringMixedReads(t, src, branch1, branch2)
		},
		prefix + "read from branch2 with default reader, then close while branch1 has pending BYOB read": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			branch1, branch2 := teeBytes(t, s)
			testCloseDuringMixedReads(t, src, branch2, branch1)
		},
		prefix + "close when both branches have pending BYOB reads": func(t *testing.T) {
			tee := readBoth(t, byteSource{})
			tee.src.play(t, closing)
			tee.reads[0].wantPending(t)
			tee.reads[1].wantPending(t)
			wantError(t, tee.request.Respond(0), nil)
			wantEOF(t, tee.reads[:]...)
		},
		prefix + "enqueue() and close() while both branches are pulling": func(t *testing.T) {
			testChunkAndCloseDuringReads(t, defaultKind, enqueue("a"), closing)
		},
		prefix + "respond() and close() while both branches are pulling": func(t *testing.T) {
			// In the standard the tee cannot read between the first two; here it has, and its request is given back.
			testChunkAndCloseDuringReads(t, byobKind, respond("a"), closing, respond(""))
		},
	}
	runWPT(t, "readable-byte-streams/tee", tests)
}

// A readTee is a tee with a read that waits on each branch. The read of branch 1, into a buffer of 1 byte, came first; that
// of branch 2 is into 2 bytes.
type readTee struct {
	src     *recordingByteSource
	readers [2]*streams.BYOBReader
	reads   [2]*operation[string]
	request *streams.BYOBRequest
}

func readBoth(t *testing.T, source byteSource) readTee {
	t.Helper()
	s, src := recordingBytes(source)
	tee := readTee{src: src}
	tee.readers[0], tee.readers[1] = teeBYOB(t, s)
	tee.reads[0], tee.reads[1] = readInto(tee.readers[0], make([]byte, 1)), readInto(tee.readers[1], make([]byte, 2))
	tee.request = src.controller.BYOBRequest()
	tee.wantRequest(t)
	return tee
}

// wantRequest fails the test unless the source still has the request for the read of branch 1.
func (tee readTee) wantRequest(t *testing.T) {
	t.Helper()
	wantEqual(t, tee.src.controller.BYOBRequest(), tee.request)
	wantEqual(t, len(tee.request.View()), 1)
}

// cancel begins to cancel a branch, whose read ends.
func (tee readTee) cancel(t *testing.T, branch int) *operation[struct{}] {
	t.Helper()
	cancel := beginReason(tee.readers[branch].Cancel, errB)
	wantEOF(t, tee.reads[branch])
	return cancel
}

func testErrorDuringReads(t *testing.T, reading ...int) {
	s, src := recordingBytes(byteSource{})
	r1, r2 := teeBYOB(t, s)
	src.want(t)
	var reads []*operation[string]
	for _, branch := range reading {
		reads = append(reads, readInto([]*streams.BYOBReader{r1, r2}[branch], make([]byte, 1)))
	}
	src.want(t, "pull")
	src.controller.Error(errA)
	for _, read := range reads {
		read.wantError(t, errA)
	}
	wantAll(t, errA, r1.Closed, r2.Closed)
	src.want(t, "pull")
}

func testCancelBothDuringReads(t *testing.T, result error) {
	tee := readBoth(t, byteSource{Cancel: func(context.Context, error) error { return result }})
	first := tee.cancel(t, 0)
	first.wantPending(t)
	tee.cancel(t, 1).wantError(t, result)
	first.wantError(t, result)
}

// testCancelDuringReads: the request for the read of branch 1 ends with the second of the branches.
func testCancelDuringReads(t *testing.T, branch int) {
	tee := readBoth(t, byteSource{})
	first := tee.cancel(t, branch)
	first.wantPending(t)
	tee.wantRequest(t)

	tee.cancel(t, 1-branch).wantOK(t)
	first.wantOK(t)
	wantEqual(t, tee.src.controller.BYOBRequest() == nil, true)
	wantInvalid(t, tee.request)
}

// testRespondAfterCancel: the response to the request for the read of branch 1 goes to the branch that is left.
func testRespondAfterCancel(t *testing.T, branch int) {
	tee := readBoth(t, byteSource{})
	tee.cancel(t, branch).wantPending(t)
	tee.wantRequest(t)
	tee.src.play(t, respond("a"))
	tee.reads[1-branch].want(t, "a")
}

func testCloseDuringMixedReads(t *testing.T, src *recordingByteSource, byDefault, byBYOB *streams.ReadableByteStream) {
	untouched := []byte("x")
	first := readChunk(getReader(t, byDefault.ReadableStream))
	second := readInto(getBYOBReader(t, byBYOB), untouched)
	wantEqual(t, src.controller.BYOBRequest() == nil, true)
	src.play(t, closing)
	wantEOF(t, first, second)
	wantEqual(t, string(untouched), "x")
}

// testChunkAndCloseDuringReads: two reads wait on each branch when the source gives the chunk a and closes the stream.
func testChunkAndCloseDuringReads(t *testing.T, reader readerKind, answers ...byteAnswer) {
	s, src := recordingBytes(byteSource{})
	branch1, branch2 := teeBytes(t, s)
	r1, r2 := reader(t, branch1), reader(t, branch2)
	first, ends := []*operation[string]{r1.read()}, []*operation[string]{r1.read()}
	first, ends = append(first, r2.read()), append(ends, r2.read())
	src.play(t, answers...)
	for _, read := range first {
		read.want(t, "a")
	}
	wantEOF(t, ends...)
}
