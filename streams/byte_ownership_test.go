package streams_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// When a read has returned, for whatever reason, its buffer is the caller's again. The source goes on at the same time as if
// nothing had happened: it writes to the view it has, responds, and enqueues. The race detector sees each touch.
func TestByteBufferIsTheReadersAgain(t *testing.T) {
	for name, test := range map[string]struct {
		minimum int
		end     func(r *streams.BYOBReader, src *recordingByteSource, endContext func())
		want    string // what the read got
		err     error
	}{
		"enqueue": {
			end:  func(_ *streams.BYOBReader, src *recordingByteSource, _ func()) { _ = enqueue("abc")(src.controller) },
			want: "abc",
		},
		"partial respond, enqueue": {
			minimum: 3,
			end: func(_ *streams.BYOBReader, src *recordingByteSource, _ func()) {
				_ = all(respond("a"), enqueue("bc"))(src.controller)
			},
			want: "abc",
		},
		"respondWithNewView": {
			end: func(_ *streams.BYOBReader, src *recordingByteSource, _ func()) {
				_ = respondWithNewView("abc")(src.controller)
			},
			want: "abc",
		},
		"respond": { // the source must not write to the view after that; not even then is it the reader's buffer
			end:  func(_ *streams.BYOBReader, src *recordingByteSource, _ func()) { _ = respond("abc")(src.controller) },
			want: "abc",
		},
		"close": {
			end: func(_ *streams.BYOBReader, src *recordingByteSource, _ func()) {
				_ = all(closing, respond(""))(src.controller)
			},
			err: io.EOF,
		},
		"context": {
			end: func(_ *streams.BYOBReader, _ *recordingByteSource, endContext func()) { endContext() },
			err: errB,
		},
		"partial respond, context": {
			minimum: 3,
			end: func(_ *streams.BYOBReader, src *recordingByteSource, endContext func()) {
				_ = respond("a")(src.controller)
				src.controller.BYOBRequest()
				endContext()
			},
			want: "a",
			err:  errB,
		},
		"ReleaseLock": {
			end: func(r *streams.BYOBReader, _ *recordingByteSource, _ func()) { r.ReleaseLock() },
			err: streams.ErrReleased,
		},
		"partial respond, ReleaseLock": {
			minimum: 3,
			end: func(r *streams.BYOBReader, src *recordingByteSource, _ func()) {
				_ = respond("a")(src.controller)
				r.ReleaseLock()
			},
			err: streams.ErrReleased,
		},
		"Cancel": {
			end: func(r *streams.BYOBReader, _ *recordingByteSource, _ func()) { _ = r.Cancel(ended, errA) },
			err: io.EOF,
		},
		"error": {
			end: func(_ *streams.BYOBReader, src *recordingByteSource, _ func()) { src.controller.Error(errA) },
			err: errA,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, src := recordingBytes(byteSource{})
				r := getBYOBReader(t, s)
				p := []byte("xyz")
				reading, endContext := endableRead(r, p, max(test.minimum, 1))
				defer endContext()
				request := src.controller.BYOBRequest()
				view := request.View()
				test.end(r, src, endContext)
				synctest.Wait()
				wantError(t, reading.err, test.err)
				wantEqual(t, reading.value, test.want)

				go func() {
					copy(view, "!!!")
					_ = request.Respond(len(view))
					if current := src.controller.BYOBRequest(); current != nil {
						rest := current.View()
						_ = current.Respond(copy(rest, "???"))
					}
					_ = src.controller.Enqueue([]byte("..."))
				}()
				copy(p, "own")
				synctest.Wait()
				wantEqual(t, string(p), "own")
			})
		})
	}
}

// A view that the source has not given back, because it enqueued a chunk instead of a response, is not lent to it a second
// time: another goroutine of it may still be writing there.
func TestByteViewIsNotLentTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, src, first := byobRead(t, make([]byte, 3))
		stale := src.controller.BYOBRequest().View()
		src.play(t, enqueue("abc"))
		first.want(t, "abc")

		second := readInto(r, make([]byte, 3))
		request := src.controller.BYOBRequest()
		view := request.View()
		go copy(stale, "!!!")
		copy(view, "def")
		synctest.Wait()
		wantError(t, request.Respond(3), nil)
		second.want(t, "def")
	})
}

// The memory of a chunk is its reader's: it is not lent to the source again.
func TestByteChunkIsNotLent(t *testing.T) {
	for name, interrupted := range map[string]bool{"of the read that waited": false, "of the next read": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, src := recordingBytes(byteSource{AutoAllocateChunkSize: 3})
				r := getReader(t, s.ReadableStream)
				reading := read(r)
				if interrupted {
					src.controller.BYOBRequest()
					r.ReleaseLock()
					reading.wantError(t, streams.ErrReleased)
				}
				src.play(t, respond("ab"))
				if interrupted {
					r = getReader(t, s.ReadableStream)
					reading = read(r)
				}
				reading.wantOK(t)
				wantEqual(t, cap(reading.value), 2) // the rest of the memory was the source's to fill
				r.ReleaseLock()

				next := readInto(getBYOBReader(t, s), make([]byte, 3))
				src.play(t, respond("def"))
				next.want(t, "def")
				wantEqual(t, string(reading.value), "ab")
			})
		})
	}
}

// A reader that looks at its buffer while it reads sees no byte before the read has returned with it.
func TestByteViewIsNotTheReadersBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := []byte("xyz")
		_, src, reading := byobRead(t, p)
		view := src.controller.BYOBRequest().View()
		copy(view, "abc")
		reading.wantPending(t)
		wantEqual(t, string(p), "xyz")
		wantError(t, src.controller.BYOBRequest().Respond(2), nil)
		reading.want(t, "ab")
		wantEqual(t, string(p), "abz")
	})
}

// A BYOB read does not write behind the length of its buffer, and a view has no room behind its length.
func TestByteBufferCapacity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		buffer := []byte("0123456789")
		r, src, reading := byobRead(t, buffer[2:5])
		view := src.controller.BYOBRequest().View()
		wantEqual(t, cap(view), 3)
		src.play(t, enqueue("abcdefgh"))
		reading.want(t, "abc")
		wantEqual(t, string(buffer), "01abc56789")
		n, err := r.Read(context.Background(), buffer[7:9])
		wantError(t, err, nil)
		wantEqual(t, n, 2)
		wantEqual(t, string(buffer), "01abc56de9")
	})
}
