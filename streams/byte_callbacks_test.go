package streams_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// byteCallbackEnds are the ways in which a callback fails without returning an error.
var byteCallbackEnds = map[string]struct {
	end  func()
	want error
}{
	"panic":                {func() { panic("boom") }, nil},
	"panic with an error":  {func() { panic(errA) }, errA},
	"panic with nil error": {func() { panic(error(nil)) }, nil},
	"Goexit":               {runtime.Goexit, streams.ErrGoexit},
}

// forCallbackEnds runs a test for each of byteCallbackEnds. checkError says whether an error is the one that must come of it.
func forCallbackEnds(t *testing.T, test func(t *testing.T, end func(), checkError func(err error))) {
	for name, way := range byteCallbackEnds {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test(t, way.end, func(err error) {
					t.Helper()
					var panicked *streams.PanicError
					wantEqual(t, errors.As(err, &panicked), way.want != streams.ErrGoexit)
					if way.want != nil {
						wantError(t, err, way.want)
					}
				})
			})
		})
	}
}

func TestByteSourceStartFails(t *testing.T) {
	forCallbackEnds(t, func(t *testing.T, end func(), checkError func(error)) {
		s, src := recordingBytes(byteSource{Start: func(context.Context, *streams.ByteController) error {
			end()
			return nil
		}}, 16)
		r := getBYOBReader(t, s)
		reading := readInto(r, make([]byte, 3))
		checkError(reading.err)
		checkError(r.Closed(ended))
		src.want(t)
	})
}

func TestByteSourcePullFails(t *testing.T) {
	forCallbackEnds(t, func(t *testing.T, end func(), checkError func(error)) {
		var request *streams.BYOBRequest
		s, src := recordingBytes(byteSource{Pull: func(_ context.Context, c *streams.ByteController) error {
			request = c.BYOBRequest()
			copy(request.View(), "abc")
			end()
			return nil
		}})
		r := getBYOBReader(t, s)
		first, second := make([]byte, 3), make([]byte, 3)
		reading := readInto(r, first)
		checkError(reading.err)
		wantEqual(t, string(first), "\x00\x00\x00")
		checkError(readInto(r, second).err)
		checkError(src.controller.Close())
		wantInvalid(t, request)
		src.want(t, "pull")
	})
}

// A Pull may fail after it has given bytes: the read that waited has them, the next one the error.
func TestByteSourcePullFailsAfterResponse(t *testing.T) {
	forCallbackEnds(t, func(t *testing.T, end func(), checkError func(error)) {
		s, _ := recordingBytes(byteSource{Pull: func(_ context.Context, c *streams.ByteController) error {
			if err := respond("abc")(c); err != nil {
				return err
			}
			end()
			return nil
		}})
		r := getBYOBReader(t, s)
		readInto(r, make([]byte, 3)).want(t, "abc")
		checkError(readInto(r, make([]byte, 3)).err)
	})
}

func TestByteSourceCancelFails(t *testing.T) {
	forCallbackEnds(t, func(t *testing.T, end func(), checkError func(error)) {
		s, src := recordingBytes(byteSource{Cancel: func(context.Context, error) error {
			end()
			return nil
		}})
		r := getBYOBReader(t, s)
		reading := readInto(r, make([]byte, 3))
		cancel := beginReason(r.Cancel, errB)
		checkError(cancel.err)
		wantEOF(t, reading)
		wantAll(t, nil, r.Closed)
		src.want(t, "pull", "cancel error B")
	})
}

// The context of a Pull ends with its stream, and says why.
func TestByteSourcePullContext(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(r *streams.BYOBReader, c *streams.ByteController)
		want error
	}{
		"cancel": {func(r *streams.BYOBReader, _ *streams.ByteController) { _ = r.Cancel(ended, errA) }, errA},
		"error":  {func(_ *streams.BYOBReader, c *streams.ByteController) { c.Error(errA) }, errA},
		"close":  {func(_ *streams.BYOBReader, c *streams.ByteController) { _ = all(closing, respond(""))(c) }, streams.ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var cause error
				s, src := recordingBytes(byteSource{Pull: func(ctx context.Context, _ *streams.ByteController) error {
					<-ctx.Done()
					cause = context.Cause(ctx)
					return errB // comes too late
				}})
				r := getBYOBReader(t, s)
				reading := readInto(r, make([]byte, 3))
				reading.wantPending(t)
				test.end(r, src.controller)
				synctest.Wait()
				wantEqual(t, reading.done, true)
				wantEqual(t, cause, test.want)
				wantAll(t, map[bool]error{true: errA}[name == "error"], r.Closed)
			})
		})
	}
}
