package streams_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// The tests of BYOB requests are in wpt_readable_byte_general_requests_test.go, those of a released lock in
// wpt_readable_byte_general_release_test.go.
func TestWPTReadableByteGeneral(t *testing.T) {
	const prefix = byteSourcePrefix
	tests := wptTests{
		`getReader({mode: "byob"}) throws on non-bytes streams`:                            testOnlyBytesHaveBYOBReaders,
		`ReadableStreamBYOBReader constructor requires a ReadableStream with type "bytes"`: testOnlyBytesHaveBYOBReaders,
		`ReadableStreamBYOBReader constructor requires an unlocked ReadableStream`:         testBYOBReaderOfLocked,
		`ReadableStream constructor should not accept a strategy with a size defined if type is "bytes"`: func(t *testing.T) {
			var sizes events // a strategy is a mark and nothing else: each byte counts one
			streams.NewReadableByteStream(byteSource{Start: all(enqueue("abc"), sizes.noteDesiredSize).call}, 10)
			sizes.want(t, "desired size 7, true")
		},
		prefix + "can be constructed with no errors": func(t *testing.T) {
			r := getBYOBReader(t, streams.NewReadableByteStream(byteSource{}))
			wantAll(t, errPending, r.Closed)
			_, src := recordingBytes(byteSource{})
			wantDesiredSize(t, src.controller, 0)
		},
		prefix + "Construct and expect start and pull being called": func(t *testing.T) {
			var calls events
			streams.NewReadableByteStream(byteSource{
				Start: func(context.Context, *streams.ByteController) error {
					calls.add("start")
					return nil
				},
				Pull: byteAnswer(calls.noteDesiredSize).call,
			}, 256)
			calls.want(t, "start", "desired size 256, true")
		},
		prefix + "No automatic pull call if start doesn't finish": func(t *testing.T) {
			_, src, starting := unstartedBytes(t, byteSource{}, 256)
			src.want(t)
			starting.let(nil)
			src.want(t, "pull")
		},
		prefix + "start() throws an exception": func(t *testing.T) { // which errors the stream: constructors do not fail here
			s, src := recordingBytes(byteSource{Start: failing(errA).call}, 256)
			wantError(t, readableEnd(t, s.ReadableStream), errA)
			src.want(t)
		},
		prefix + "Construct with highWaterMark of 0": func(t *testing.T) {
			_, src := recordingBytes(byteSource{}, 0)
			src.want(t)
		},
		prefix + "desiredSize when closed": func(t *testing.T) {
			_, src := recordingBytes(byteSource{}, 10)
			wantDesiredSize(t, src.controller, 10)
			src.play(t, closing)
			wantDesiredSize(t, src.controller, 0)
		},
		prefix + "desiredSize when errored": func(t *testing.T) {
			_, src := recordingBytes(byteSource{}, 10)
			wantDesiredSize(t, src.controller, 10)
			src.controller.Error(errA)
			wantNoDesiredSize(t, src.controller)
		},
		prefix + "cannot use an already-released BYOB reader to unlock a stream again": func(t *testing.T) {
			s, _ := recordingBytes(byteSource{})
			first := getBYOBReader(t, s)
			first.ReleaseLock()
			wantEqual(t, s.Locked(), false)
			getBYOBReader(t, s)
			first.ReleaseLock()
			wantEqual(t, s.Locked(), true)
		},
		prefix + "Automatic pull() after start()": func(t *testing.T) {
			_, src := recordingBytes(byteSource{}, 8)
			src.want(t, "pull")
		},
		prefix + "autoAllocateChunkSize cannot be 0": testAutoAllocateChunkSize,
		prefix + "autoAllocateChunkSize":             testAutoAllocate,
		prefix + "Mix of auto allocate and BYOB":     testAutoAllocateAndBYOB,
		prefix + "default reader + autoAllocateChunkSize + byobRequest interaction": func(t *testing.T) {
			s, src := recordingBytes(byteSource{AutoAllocateChunkSize: 128})
			reading := readChunk(getReader(t, s.ReadableStream))
			wantEqual(t, viewLength(src.controller), 128)
			request := src.controller.BYOBRequest()
			src.play(t, closing)
			wantError(t, request.Respond(0), nil)
			wantEOF(t, reading)
		},
		prefix + "enqueue(), getReader(), then read()": func(t *testing.T) {
			var sizes events
			s, src := recordingBytes(byteSource{
				Start: enqueue(strings.Repeat("a", 16)).call,
				Pull:  byteAnswer(sizes.noteDesiredSize).call,
			}, 8)
			src.want(t)
			wantDesiredSize(t, src.controller, -8)
			readChunk(getReader(t, s.ReadableStream)).want(t, strings.Repeat("a", 16))
			sizes.want(t, "desired size 8, true")
		},
		prefix + "Push source that doesn't understand pull signal": func(t *testing.T) {
			var c *streams.ByteController
			s := streams.NewReadableByteStream(byteSource{Start: func(_ context.Context, controller *streams.ByteController) error {
				c = controller
				return nil
			}})
			reading := readChunk(getReader(t, s.ReadableStream))
			reading.wantPending(t)
			wantError(t, enqueue("a")(c), nil)
			reading.want(t, "a")
		},
		prefix + "getReader(), enqueue(), close(), then read()": func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			r := getReader(t, s.ReadableStream)
			src.play(t, enqueue("abc"), closing)
			readChunk(r).want(t, "abc")
			wantEOF(t, readChunk(r))
			src.want(t)
		},
		prefix + "enqueue(), close(), getReader(), then read()": func(t *testing.T) {
			s, src := recordingBytes(byteSource{Start: all(enqueue("abc"), closing).call})
			r := getReader(t, s.ReadableStream)
			readChunk(r).want(t, "abc")
			wantEOF(t, readChunk(r))
			src.want(t)
		},
		prefix + "Respond to pull() by enqueue()": func(t *testing.T) {
			var views events
			s, _ := recordingBytes(byteSource{Pull: all(views.noteView, enqueue("abc"), views.noteView).call})
			readChunk(getReader(t, s.ReadableStream)).want(t, "abc")
			views.want(t, "no view", "no view")
		},
		prefix + "Respond to pull() by enqueue() asynchronously":    testEnqueueTwicePerPull,
		prefix + "Respond to multiple pull() by separate enqueue()": testEnqueueOncePerPull,
		prefix + "read() twice, then enqueue() twice": func(t *testing.T) {
			var views events
			s, src, starting := unstartedBytes(t, byteSource{Pull: byteAnswer(views.noteView).call})
			r := getReader(t, s.ReadableStream)
			first, second := readChunk(r), readChunk(r)
			src.play(t, enqueue("a"))
			first.want(t, "a")
			starting.let(nil)
			second.wantPending(t)
			src.play(t, enqueue("bc"))
			second.want(t, "bc")
			src.want(t, "pull")
			views.want(t, "no view")
		},
		prefix + "Throw if close()-ed more than once": func(t *testing.T) {
			_, src := recordingBytes(byteSource{})
			src.play(t, enqueue("a"), closing)
			wantError(t, src.controller.Close(), streams.ErrClosed)
		},
		prefix + "Throw on enqueue() after close()": func(t *testing.T) {
			s, src := recordingBytes(byteSource{}, 16)
			src.play(t, enqueue("a"), enqueue("b"), closing)
			synctest.Wait()
			src.list = nil
			wantError(t, enqueue("c")(src.controller), streams.ErrClosed)
			r := getReader(t, s.ReadableStream)
			readChunk(r).want(t, "a")
			readChunk(r).want(t, "b")
			wantEOF(t, readChunk(r))
			src.want(t) // nothing is pulled for the room that the reads make
		},
	}
	// A default reader has no read with a view; a BYOB reader has no other.
	tests.forBothKinds("Automatic pull() after start() and read()",
		"Automatic pull() after start() and read(view)", func(t *testing.T, reader readerKind) {
			s, src, starting := unstartedBytes(t, byteSource{})
			reading := reader(t, s).read()
			src.want(t)
			starting.let(nil)
			src.want(t, "pull")
			reading.wantPending(t)
		})
	tests.forBothKinds("getReader(), then releaseLock()",
		"getReader() with mode set to byob, then releaseLock()", func(t *testing.T, reader readerKind) {
			s, _ := recordingBytes(byteSource{})
			r := reader(t, s)
			r.ReleaseLock()
			wantAll(t, streams.ErrReleased, r.Closed)
		})
	tests.forBothKinds("Test that closing a stream does not release a reader automatically",
		"Test that closing a stream does not release a BYOB reader automatically", func(t *testing.T, reader readerKind) {
			testEndDoesNotRelease(t, reader, closing, nil)
		})
	tests.forBothKinds("Test that erroring a stream does not release a reader automatically",
		"Test that erroring a stream does not release a BYOB reader automatically", func(t *testing.T, reader readerKind) {
			testEndDoesNotRelease(t, reader, erroring(errA), errA)
		})
	tests.forBothKinds("enqueue(), getReader(), then cancel() (mode = not BYOB)",
		"enqueue(), getReader(), then cancel() (mode = BYOB)", func(t *testing.T, reader readerKind) {
			s, src := recordingBytes(byteSource{Start: enqueue("abc").call})
			r := reader(t, s)
			beginReason(r.Cancel, errA).wantOK(t)
			src.want(t, "cancel error A")
			wantEOF(t, r.read())
		})
	tests.forBothKinds("read() on an errored stream", "read(view) on an errored stream", func(t *testing.T, reader readerKind) {
		s, src := recordingBytes(byteSource{Start: erroring(errA).call})
		reader(t, s).read().wantError(t, errA)
		src.want(t)
	})
	tests.forBothKinds("read(), then error()", "read(view), then error()", func(t *testing.T, reader readerKind) {
		s, src := recordingBytes(byteSource{})
		reading := reader(t, s).read()
		reading.wantPending(t)
		src.controller.Error(errA)
		reading.wantError(t, errA)
	})
	tests.forBothKinds("Throwing in pull function must error the stream",
		"Throwing in pull in response to read(view) function must error the stream", func(t *testing.T, reader readerKind) {
			testFailingPull(t, reader, failing(errA))
		})
	tests.forBothKinds("Throwing in pull in response to read() must be ignored if the stream is errored in it",
		"Throwing in pull in response to read(view) must be ignored if the stream is errored in it", func(t *testing.T, reader readerKind) {
			testFailingPull(t, reader, all(erroring(errA), failing(errB)))
		})
	maps.Copy(tests, queuedBytesTests())
	runWPT(t, "readable-byte-streams/general", tests)
}

// testOnlyBytesHaveBYOBReaders shows what the compiler sees to.
func testOnlyBytesHaveBYOBReaders(t *testing.T) {
	type byobReadable interface {
		GetBYOBReader() (*streams.BYOBReader, error)
	}
	_, ok := any(streams.NewReadableStream(streams.UnderlyingSource[[]byte]{})).(byobReadable)
	wantEqual(t, ok, false)
	_, ok = any(streams.NewReadableByteStream(byteSource{})).(byobReadable)
	wantEqual(t, ok, true)
}

func testBYOBReaderOfLocked(t *testing.T) {
	for _, kind := range []readerKind{defaultKind, byobKind} {
		s, _ := recordingBytes(byteSource{})
		r := kind(t, s)
		_, err := s.GetBYOBReader()
		wantError(t, err, streams.ErrLocked)
		r.ReleaseLock()
		getBYOBReader(t, s)
	}
}

// testAutoAllocateChunkSize: the zero value of the field stands for the standard's undefined; what is refused is a
// negative size.
func testAutoAllocateChunkSize(t *testing.T) {
	refused, _ := recordingBytes(byteSource{AutoAllocateChunkSize: -1})
	wantError(t, readableEnd(t, refused.ReadableStream), streams.ErrRange)

	s, src := recordingBytes(byteSource{AutoAllocateChunkSize: 0})
	readChunk(getReader(t, s.ReadableStream)).wantPending(t)
	wantEqual(t, src.controller.BYOBRequest() == nil, true)
}

func testAutoAllocate(t *testing.T) {
	var views events
	s, src := recordingBytes(byteSource{
		Pull:                  all(views.noteView, inTurn(respond("a"), respond("bc"))).call,
		AutoAllocateChunkSize: 16,
	})
	r := getReader(t, s.ReadableStream)
	first := read(r)
	second := read(r)
	views.want(t, "view of 16", "view of 16")
	wantEqual(t, string(first.value), "a")
	wantEqual(t, string(second.value), "bc")
	_ = append(first.value, "!!!"...)
	copy(first.value, "!")
	wantEqual(t, string(second.value), "bc") // in a buffer of its own
	src.want(t, "pull", "pull")
}

func testAutoAllocateAndBYOB(t *testing.T) {
	var views events
	s, _ := recordingBytes(byteSource{
		Pull:                  all(views.noteView, inTurn(respond("a"), respond("bc"))).call,
		AutoAllocateChunkSize: 16,
	})
	r := getReader(t, s.ReadableStream)
	readChunk(r).want(t, "a")
	r.ReleaseLock()
	readInto(getBYOBReader(t, s), make([]byte, 32)).want(t, "bc")
	views.want(t, "view of 16", "view of 32")
}

// threeReads makes a stream on whose start three reads wait.
func threeReads(t *testing.T, pull byteAnswer, highWaterMark int) (*recordingByteSource, gate, []*operation[string]) {
	t.Helper()
	s, src, starting := unstartedBytes(t, byteSource{Pull: pull.call}, highWaterMark)
	r := getReader(t, s.ReadableStream)
	return src, starting, []*operation[string]{readChunk(r), readChunk(r), readChunk(r)}
}

func testEnqueueTwicePerPull(t *testing.T) {
	var notes events
	src, starting, reads := threeReads(t, all(notes.noteView, notes.noteDesiredSize,
		enqueue("b"), notes.noteDesiredSize, enqueue("c"), notes.noteDesiredSize), 0)
	src.play(t, enqueue("a"))
	src.want(t)
	starting.let(nil)
	for i, want := range []string{"a", "b", "c"} {
		reads[i].want(t, want)
	}
	src.want(t, "pull")
	notes.want(t, "no view", "desired size 0, true", "desired size 0, true", "desired size 0, true")
}

func testEnqueueOncePerPull(t *testing.T) {
	var notes events
	src, starting, reads := threeReads(t, all(notes.noteView, notes.noteDesiredSize,
		inTurn(enqueue("a"), enqueue("b"), enqueue("c"), closing)), 256)
	src.want(t)
	starting.let(nil)
	for i, want := range []string{"a", "b", "c"} {
		reads[i].want(t, want)
	}
	src.want(t, "pull", "pull", "pull", "pull")
	notes.want(t, "no view", "desired size 256, true", "no view", "desired size 256, true",
		"no view", "desired size 256, true", "no view", "desired size 256, true")
}

// queuedBytesTests are the tests of BYOB reads that the queue has enough for, so that nothing is pulled.
func queuedBytesTests() wptTests {
	tests := wptTests{}
	for name, test := range map[string]struct {
		chunks []string
		sizes  []int // of the buffers
		want   []string
	}{
		"enqueue(), getReader(), then read(view)":                    {[]string{"abcd"}, []int{4}, []string{"abcd"}},
		"enqueue(), getReader(), then read(view) with a bigger view": {[]string{"abcd"}, []int{6}, []string{"abcd"}},
		"enqueue(), getReader(), then read(view) with smaller views": {[]string{"abcd"}, []int{2, 2}, []string{"ab", "cd"}},
		"Multiple enqueue(), getReader(), then read(view)":           {[]string{"abcd", "ef"}, []int{6}, []string{"abcdef"}},
	} {
		tests[byteSourcePrefix+name] = func(t *testing.T) {
			s, src := recordingBytes(byteSource{})
			for _, chunk := range test.chunks {
				src.play(t, enqueue(chunk))
			}
			r := getBYOBReader(t, s)
			for i, want := range test.want {
				readInto(r, make([]byte, test.sizes[i])).want(t, want)
			}
			wantDesiredSize(t, src.controller, 0)
			src.want(t)
		}
	}
	tests[byteSourcePrefix+"enqueue(), getReader(), then read(view) where view.buffer is not fully covered by view"] = func(t *testing.T) {
		s, src := recordingBytes(byteSource{Start: enqueue("abcdefgh").call})
		buffer := []byte("0123456789")
		r := getBYOBReader(t, s)
		readInto(r, buffer[2:6]).want(t, "abcd")
		wantEqual(t, string(buffer), "01abcd6789")
		readInto(r, buffer[4:8]).want(t, "efgh")
		wantEqual(t, string(buffer), "01abefgh89")
		src.want(t)
	}
	tests[byteSourcePrefix+"enqueue(), read(view) partially, then read()"] = func(t *testing.T) {
		s, src := recordingBytes(byteSource{Start: enqueue("abcdefgh").call})
		byob := getBYOBReader(t, s)
		readInto(byob, make([]byte, 4)).want(t, "abcd")
		byob.ReleaseLock()
		readChunk(getReader(t, s.ReadableStream)).want(t, "efgh")
		src.want(t)
	}
	return tests
}

func testEndDoesNotRelease(t *testing.T, reader readerKind, end byteAnswer, want error) {
	s, src := recordingBytes(byteSource{Start: end.call})
	r := reader(t, s)
	wantAll(t, want, r.Closed)
	wantEqual(t, s.Locked(), true)
	_, err := s.GetReader()
	wantError(t, err, streams.ErrLocked)
	src.want(t)
}

// testFailingPull: the stream is errored with errA, and there was a BYOB request for a read that brings a buffer.
func testFailingPull(t *testing.T, reader readerKind, pull byteAnswer) {
	var views events
	s, _ := recordingBytes(byteSource{Pull: all(views.noteView, pull).call})
	r := reader(t, s)
	r.read().wantError(t, errA)
	wantAll(t, errA, r.Closed)
	views.want(t, r.view)
}
