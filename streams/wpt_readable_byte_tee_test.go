package streams_test

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/weirstreams/weir/streams"
)

const byteTeePrefix = "ReadableStream teeing with byte source: "

// The tests of reads that wait on both branches are in wpt_readable_byte_tee_reads_test.go.
func TestWPTReadableByteTee(t *testing.T) {
	const prefix = byteTeePrefix
	tests := map[string]func(t *testing.T){
		prefix + "rs.tee() returns an array of two ReadableStreams": func(t *testing.T) {
			s, _ := recordingBytes(byteSource{})
			branch1, branch2 := teeBytes(t, s)
			_, err := s.GetReader()
			wantError(t, err, streams.ErrLocked)
			getBYOBReader(t, branch1)
			getBYOBReader(t, branch2)
		},
		prefix + "should be able to read one branch to the end without affecting the other": func(t *testing.T) {
			s, _ := recordingBytes(byteSource{Start: all(enqueue("a"), enqueue("b"), closing).call})
			r1, r2 := teeBYOB(t, s)
			readInto(r1, make([]byte, 1)).want(t, "a")
			readInto(r1, make([]byte, 1)).want(t, "b")
			wantEOF(t, readInto(r1, make([]byte, 1)))
			wantAll(t, nil, r1.Closed)
			wantAll(t, errPending, r2.Closed)
			readInto(r2, make([]byte, 1)).want(t, "a")
		},
		prefix + "chunks should be cloned for each branch":                             testTeeClones,
		prefix + "chunks for BYOB requests from branch 1 should be cloned to branch 2": testTeeClonesView,
		prefix + "reading an array with a byte offset should clone correctly": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			branch1, branch2 := teeBytes(t, s)
			first, second := read(getReader(t, branch1.ReadableStream)), read(getReader(t, branch2.ReadableStream))
			wantError(t, src.controller.Enqueue([]byte("0123456789")[2:6]), nil)
			first.wantOK(t)
			second.wantOK(t)
			wantEqual(t, string(first.value), "2345")
			wantEqual(t, string(second.value), "2345")
		},
		prefix + "errors in the source should propagate to both branches": func(t *testing.T) {
			s, _ := recordingBytes(byteSource{Start: all(enqueue("a"), enqueue("b")).call, Pull: failing(errA).call})
			r1, r2 := teeBYOB(t, s)
			readInto(r1, make([]byte, 1)).want(t, "a")
			readInto(r1, make([]byte, 1)).want(t, "b")
			readInto(r1, make([]byte, 1)).wantError(t, errA)
			readInto(r2, make([]byte, 1)).wantError(t, errA)
			wantAll(t, errA, r1.Closed, r2.Closed)
		},
		prefix + "canceling branch1 should not impact branch2": func(t *testing.T) {
			s, _ := recordingBytes(byteSource{Start: all(enqueue("a"), enqueue("b"), closing).call})
			branch1, branch2 := teeBytes(t, s)
			testCancelLeavesOther(t, branch1, branch2)
		},
		prefix + "canceling branch2 should not impact branch1": func(t *testing.T) {
			s, _ := recordingBytes(byteSource{Start: all(enqueue("a"), enqueue("b"), closing).call})
			branch1, branch2 := teeBytes(t, s)
			testCancelLeavesOther(t, branch2, branch1)
		},
		prefix + "closing the original should close the branches": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			r1, r2 := teeBYOB(t, s)
			src.play(t, closing)
			wantAll(t, errPending, r1.Closed, r2.Closed)
			wantEOF(t, readInto(r1, make([]byte, 1)))
			wantAll(t, nil, r1.Closed, r2.Closed)
		},
		prefix + "erroring the original should immediately error the branches": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			r1, r2 := teeBYOB(t, s)
			src.controller.Error(errA)
			wantAll(t, errA, r1.Closed, r2.Closed)
			src.want(t)
		},
		prefix + "erroring the original should error pending reads from default reader": func(t *testing.T) {
			testTeeErrorsReads(t, defaultKind)
		},
		prefix + "erroring the original should error pending reads from BYOB reader": func(t *testing.T) {
			testTeeErrorsReads(t, byobKind)
		},
		prefix + "canceling branch1 should finish when branch2 reads until end of stream": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			r1, r2 := teeBYOB(t, s)
			cancel := beginReason(r1.Cancel, errA)
			src.play(t, enqueue("a"))
			readInto(r2, make([]byte, 1)).want(t, "a")
			src.play(t, closing)
			cancel.wantPending(t)
			wantEOF(t, readInto(r2, make([]byte, 1)))
			wantAll(t, nil, r2.Closed)
			cancel.wantOK(t)
			src.wantWithoutPulls(t)
		},
		prefix + "canceling branch1 should finish when original stream errors": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			r1, r2 := teeBYOB(t, s)
			cancel := beginReason(r1.Cancel, errB)
			cancel.wantPending(t)
			src.controller.Error(errA)
			cancel.wantOK(t)
			readInto(r2, make([]byte, 1)).wantError(t, errA)
		},
		prefix + "should not pull any chunks if no branches are reading": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			teeBytes(t, s)
			src.want(t)
		},
		prefix + "should not pull when original is already errored": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			src.controller.Error(errA)
			r1, r2 := teeBYOB(t, s)
			wantAll(t, errA, r1.Closed, r2.Closed)
			src.want(t)
		},
		prefix + "pull with BYOB reader, then pull with default reader": func(t *testing.T) {
			testTeeFollowsReader(t, byobKind, defaultKind)
		},
		prefix + "pull with default reader, then pull with BYOB reader": func(t *testing.T) {
			testTeeFollowsReader(t, defaultKind, byobKind)
		},
	}
	maps.Copy(tests, teeCancelTests(prefix, func(t *testing.T, cancel func(context.Context, error) error) teedStream {
		s, src := recordingBytes(byteSource{Cancel: cancel})
		branch1, branch2 := teeBytes(t, s)
		return teedStream{&src.events, src.controller.Error, [2]cancelable{branch1, branch2}}
	}))
	runWPT(t, "readable-byte-streams/tee", tests)
}

func testTeeClones(t *testing.T) {
	s, src := recordingBytes(byteSource{})
	branch1, branch2 := teeBytes(t, s)
	first, second := read(getReader(t, branch1.ReadableStream)), read(getReader(t, branch2.ReadableStream))
	src.play(t, enqueue("abc"))
	first.wantOK(t)
	second.wantOK(t)
	wantEqual(t, string(first.value), "abc")
	copy(first.value, "!!!")
	wantEqual(t, string(second.value), "abc")
	src.want(t, "pull")
}

func testTeeClonesView(t *testing.T) {
	s, _ := recordingBytes(byteSource{Pull: inTurn(respond("a")).call})
	branch1, branch2 := teeBytes(t, s)
	buffer := []byte("xyz")
	readInto(getBYOBReader(t, branch1), buffer[:1]).want(t, "a")
	wantEqual(t, string(buffer), "ayz")
	buffer[0] = '!'
	readChunk(getReader(t, branch2.ReadableStream)).want(t, "a")
}

// testCancelLeavesOther cancels one of the branches of a stream of the chunks a and b.
func testCancelLeavesOther(t *testing.T, cancelled, other *streams.ReadableByteStream) {
	cancel := beginReason(cancelled.Cancel, errA)
	cancel.wantPending(t)
	collect := func(s *streams.ReadableByteStream) *operation[string] {
		return begin(func() (string, error) {
			chunks, err := s.Collect(context.Background())
			return fmt.Sprintf("%s", chunks), err
		})
	}
	collect(other).want(t, "[a b]")
	collect(cancelled).want(t, "[]")
	cancel.wantOK(t)
}

func testTeeErrorsReads(t *testing.T, reader readerKind) {
	s, src := recordingBytes(byteSource{})
	branch1, branch2 := teeBytes(t, s)
	first, second := reader(t, branch1).read(), reader(t, branch2).read()
	first.wantPending(t)
	second.wantPending(t)
	src.controller.Error(errA)
	first.wantError(t, errA)
	second.wantError(t, errA)
}

// testTeeFollowsReader: the tee reads the original in the way in which a branch is being read.
func testTeeFollowsReader(t *testing.T, first, second readerKind) {
	var views events
	s, src := recordingBytes(byteSource{Pull: all(views.noteView, inTurn(enqueue("a"), enqueue("b"))).call})
	branch1, _ := teeBytes(t, s)
	r := first(t, branch1)
	r.read().want(t, "a")
	views.want(t, r.view)
	r.ReleaseLock()

	next := second(t, branch1)
	next.read().want(t, "b")
	views.want(t, r.view, next.view)
	src.want(t, "pull", "pull")
}
