package streams_test

import (
	"context"
	"io"
	"testing"
	"time"
)

func TestWPTReadableCancel(t *testing.T) {
	// waits is a test that Cancel waits for the callback, and returns what that does.
	waits := func(result error) func(t *testing.T) {
		return func(t *testing.T) {
			hold := newHeld(t)
			s, rec := recordingReadable(intSource{Cancel: hold.cancel})
			o := beginReason(s.Cancel, errB)
			rec.want(t, "pull", "cancel error B")
			o.wantPending(t)
			hold.let(result)
			o.wantError(t, result)
		}
	}
	const asynchronously = "ReadableStream cancellation: if the underlying source's cancel method returns a promise, the promise returned by the stream's cancel should "

	runWPT(t, "readable-streams/cancel", map[string]func(t *testing.T){
		"ReadableStream cancellation: integration test on an infinite stream derived from a random push source": func(t *testing.T) {
			source, stopped := new(pushSource), false
			s, _ := recordingReadable(intSource{
				Start: with(func(c *intController) error {
					source.onData = func(chunk int) { _ = c.Enqueue(chunk) }
					return nil
				}),
				Pull: with(func(*intController) error {
					source.readStart()
					return nil
				}),
				Cancel: func(context.Context, error) error {
					source.readStop()
					<-time.After(time.Millisecond)
					stopped = true
					return nil
				},
			})
			r := getReader(t, s)
			var chunks []int
			reading := beginError(func() error {
				for {
					chunk, err := r.Read(context.Background())
					if err != nil {
						return err
					}
					chunks = append(chunks, chunk)
				}
			})
			<-time.After(time.Second)
			wantError(t, r.Cancel(context.Background(), errA), nil)
			wantEqual(t, stopped, true)
			reading.wantError(t, io.EOF)
			wantEqual(t, len(chunks) > 0, true)
			for i, chunk := range chunks {
				wantEqual(t, chunk, i+1)
			}
		},
		"ReadableStream cancellation: cancel(reason) should pass through the given reason to the underlying source": func(t *testing.T) {
			var reason error
			s, _ := recordingReadable(intSource{Cancel: func(_ context.Context, r error) error {
				reason = r
				return nil
			}})
			beginReason(s.Cancel, errA).wantOK(t)
			wantEqual(t, reason, errA)
		},
		"ReadableStream cancellation: cancel() on a locked stream should fail and not call the underlying source cancel": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: enqueueAllAndClose(1)})
			r := getReader(t, s)
			wantEqual(t, isLocked(s.Cancel(context.Background(), errA)), true)
			wantReads(t, r, 1)
			wantAll(t, nil, r.Closed)
			rec.want(t)
		},
		"ReadableStream cancellation: should fulfill promise when cancel callback went fine": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			beginReason(s.Cancel, errA).wantOK(t)
			rec.want(t, "pull", "cancel error A")
		},
		"ReadableStream cancellation: should reject promise when cancel callback raises an exception": func(t *testing.T) {
			for _, fail := range throws(errA) {
				s, rec := recordingReadable(intSource{Cancel: fail.cancel})
				beginReason(s.Cancel, errB).wantError(t, errA)
				rec.want(t, "pull", "cancel error B")
			}
		},
		asynchronously + "fulfill when that one does (1)": waits(nil),
		asynchronously + "fulfill when that one does (2)": func(t *testing.T) {
			finished := false
			s, _ := recordingReadable(intSource{Cancel: func(context.Context, error) error {
				<-time.After(time.Millisecond)
				finished = true
				return nil
			}})
			wantError(t, s.Cancel(context.Background(), errA), nil)
			wantEqual(t, finished, true)
		},
		asynchronously + "reject when that one does": waits(errA),
		"ReadableStream cancellation: cancelling before start finishes should prevent pull() from being called": func(t *testing.T) {
			hold := newHeld(t)
			s, rec := recordingReadable(intSource{Start: hold.startSource})
			beginReason(s.Cancel, errA).wantOK(t)
			wantAll(t, nil, getReader(t, s).Closed)
			hold.let(nil)
			rec.want(t, "cancel error A")
		},
		"ReadableStream cancellation: underlyingSource.cancel() should called, even with pending pull": func(t *testing.T) {
			hold := newHeld(t)
			s, rec := recordingReadable(intSource{Pull: hold.pull})
			r := getReader(t, s)
			waiting := read(r)
			beginReason(r.Cancel, errA).wantOK(t)
			rec.want(t, "pull", "cancel error A")
			waiting.wantError(t, io.EOF)
			wantAll(t, nil, r.Closed)
		},
	})
}
