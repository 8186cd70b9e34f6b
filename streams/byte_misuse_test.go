package streams_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A stream that was built from something unusable is errored; every way to read from it says so.
func TestByteStreamOfBadArguments(t *testing.T) {
	for name, s := range map[string]*streams.ReadableByteStream{
		"negative mark":              streams.NewReadableByteStream(byteSource{}, -1),
		"negative size of buffers":   streams.NewReadableByteStream(byteSource{AutoAllocateChunkSize: -1}),
		"both":                       streams.NewReadableByteStream(byteSource{AutoAllocateChunkSize: -1}, -1),
		"negative mark with a start": streams.NewReadableByteStream(byteSource{Start: failing(errA).call}, -1),
	} {
		t.Run(name, func(t *testing.T) {
			r := must(s.GetBYOBReader())(t)
			n, err := r.Read(context.Background(), make([]byte, 3))
			wantEqual(t, n, 0)
			wantError(t, err, streams.ErrRange)
			wantError(t, r.Closed(context.Background()), streams.ErrRange)
			wantError(t, r.Cancel(context.Background(), errA), streams.ErrRange)
			r.ReleaseLock()
			branch1, branch2 := teeBytes(t, s)
			for _, branch := range []*streams.ReadableByteStream{branch1, branch2} {
				_, err := branch.Collect(context.Background())
				wantError(t, err, streams.ErrRange)
			}
		})
	}
}

// Bad arguments of a read are refused whatever the state, and nothing happens.
func TestByteReadOfBadArguments(t *testing.T) {
	for name, before := range map[string]byteAnswer{
		"empty": all(), "queued bytes": enqueue("abc"), "closed": closing, "errored": erroring(errA),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, src := recordingBytes(byteSource{})
				src.play(t, before)
				r := getBYOBReader(t, s)
				for _, bad := range []struct {
					p       []byte
					minimum int
					want    error
				}{
					{nil, 1, streams.ErrInvalidArgument},
					{[]byte{}, 0, streams.ErrInvalidArgument},
					{make([]byte, 0, 8), 1, streams.ErrInvalidArgument},
					{make([]byte, 3), 0, streams.ErrInvalidArgument},
					{make([]byte, 3), -1, streams.ErrInvalidArgument},
					{make([]byte, 3), 4, streams.ErrRange},
				} {
					readAtLeast(r, bad.p, bad.minimum).wantError(t, bad.want)
				}
				src.want(t)
				if name == "queued bytes" {
					readInto(r, make([]byte, 3)).want(t, "abc")
				}
			})
		})
	}
}

func TestByteReaderAfterReleaseLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, src := recordingBytes(byteSource{Start: enqueue("abcdef").call})
		r := must(s.GetBYOBReader())(t)
		readInto(r, make([]byte, 3)).want(t, "abc")
		r.ReleaseLock()
		refused := readInto(r, make([]byte, 3))
		refused.wantError(t, streams.ErrReleased)
		wantEqual(t, refused.value, "")
		wantAll(t, streams.ErrReleased, r.Closed, func(ctx context.Context) error { return r.Cancel(ctx, errA) })
		readInto(getBYOBReader(t, s), make([]byte, 3)).want(t, "def")
		src.want(t)
	})
}

// A response that is refused leaves the request as it was.
func TestByteRespondOfBadArguments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, src, reading := byobRead(t, make([]byte, 3))
		request := src.controller.BYOBRequest()
		view := request.View()
		wantError(t, request.Respond(-1), streams.ErrRange)
		wantError(t, request.Respond(0), streams.ErrInvalidArgument)
		wantError(t, request.Respond(4), streams.ErrRange)
		wantError(t, request.RespondWithNewView(nil), streams.ErrInvalidArgument)
		wantError(t, request.RespondWithNewView(make([]byte, 1, 4)), streams.ErrRange)
		wantError(t, src.controller.Enqueue(nil), streams.ErrInvalidArgument)
		reading.wantPending(t)
		wantEqual(t, src.controller.BYOBRequest(), request)
		wantEqual(t, &request.View()[0], &view[0])

		src.play(t, closing)
		wantError(t, request.Respond(-1), streams.ErrClosed)
		wantError(t, request.Respond(1), streams.ErrClosed)
		wantError(t, request.RespondWithNewView(view), streams.ErrClosed)
		reading.wantPending(t)
		wantError(t, request.Respond(0), nil)
		wantEOF(t, reading)
	})
}

// Each request can be answered once, whatever has become of it, and no later request is concerned.
func TestByteRespondToInvalidRequest(t *testing.T) {
	for name, end := range map[string]func(r *streams.BYOBReader, c *streams.ByteController){
		"responded":          func(_ *streams.BYOBReader, c *streams.ByteController) { _ = respond("abc")(c) },
		"partly responded":   func(_ *streams.BYOBReader, c *streams.ByteController) { _ = respond("a")(c) },
		"enqueued":           func(_ *streams.BYOBReader, c *streams.ByteController) { _ = enqueue("abc")(c) },
		"partly enqueued":    func(_ *streams.BYOBReader, c *streams.ByteController) { _ = enqueue("a")(c) },
		"closed, responded":  func(_ *streams.BYOBReader, c *streams.ByteController) { _ = all(closing, respond(""))(c) },
		"errored":            func(_ *streams.BYOBReader, c *streams.ByteController) { c.Error(errA) },
		"cancelled":          func(r *streams.BYOBReader, _ *streams.ByteController) { _ = r.Cancel(ended, errA) },
		"released, enqueued": func(r *streams.BYOBReader, c *streams.ByteController) { r.ReleaseLock(); _ = enqueue("abc")(c) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, src := recordingBytes(byteSource{})
				r := getBYOBReader(t, s)
				reading := readAtLeast(r, make([]byte, 3), 2)
				request := src.controller.BYOBRequest()
				end(r, src.controller)
				wantInvalid(t, request)

				synctest.Wait()
				if !reading.done { // the rest is in a new request
					wantEqual(t, viewLength(src.controller), 2)
					wantInvalid(t, request)
					src.play(t, respond("bc"))
					reading.want(t, "abc")
				}
			})
		})
	}
}

// Of many goroutines that answer the same request, one succeeds.
func TestByteRespondFromManyGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, src, reading := byobRead(t, make([]byte, 3))
		for range 100 {
			request := src.controller.BYOBRequest()
			var successes, refusals atomic.Int32
			for i := range 8 {
				go func() {
					var err error
					if i%2 == 0 {
						err = request.Respond(3)
					} else {
						err = request.RespondWithNewView(make([]byte, 3))
					}
					if err == nil {
						successes.Add(1)
					} else if errors.Is(err, streams.ErrInvalidArgument) {
						refusals.Add(1)
					}
				}()
			}
			reading.want(t, "\x00\x00\x00")
			wantEqual(t, successes.Load(), 1)
			wantEqual(t, refusals.Load(), 7)
			reading = readInto(r, make([]byte, 3))
		}
	})
}

// Reads from many goroutines get each byte once, and none is mixed with another's.
func TestByteReadFromManyGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pairs = 500
		next := 0
		s, src := recordingBytes(byteSource{Pull: func(_ context.Context, c *streams.ByteController) error {
			if next == pairs {
				return all(closing, respond(""))(c)
			}
			pair := string([]byte{byte(next), byte(next >> 8)})
			next++
			if next%2 == 0 {
				return enqueue(pair)(c)
			}
			return respond(pair)(c)
		}})
		r := getBYOBReader(t, s)
		var got [pairs]atomic.Int32
		for range 8 {
			go func() {
				p := make([]byte, 2)
				for {
					n, err := r.ReadAtLeast(context.Background(), p, 2)
					if err == io.EOF && n == 0 {
						return
					}
					if err != nil || n != 2 {
						t.Errorf("got %d, %v; want 2 bytes", n, err)
						return
					}
					got[int(p[0])|int(p[1])<<8].Add(1)
				}
			}()
		}
		synctest.Wait()
		for i := range got {
			wantEqual(t, got[i].Load(), 1)
		}
		wantEqual(t, src.controller.BYOBRequest() == nil, true)
	})
}
