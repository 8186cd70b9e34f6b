package streams_test

import (
	"context"
	"io"
	"runtime"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableDefaultReader(t *testing.T) {
	// directlyRefused is a test that all ways to lock a stream but GetReader fail, while it is locked.
	directlyRefused := func(lock func(t *testing.T, s *streams.ReadableStream[int])) func(t *testing.T) {
		return func(t *testing.T) {
			for way, acquire := range otherLocks {
				s, rec := recordingReadable(intSource{})
				lock(t, s)
				if err := acquire(context.Background(), s); !isLocked(err) {
					t.Errorf("%s: got the error %v", way, err)
				}
				wantError(t, rec.controller.Close(), nil)
			}
		}
	}
	byGetReader := func(t *testing.T, s *streams.ReadableStream[int]) { getReader(t, s) }

	runWPT(t, "readable-streams/default-reader", map[string]func(t *testing.T){
		// The types leave no other argument than a nil pointer.
		"ReadableStreamDefaultReader constructor should get a ReadableStream object as argument": func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("got a reader of no stream")
				}
			}()
			_, _ = (*streams.ReadableStream[int])(nil).GetReader()
		},
		// Here the direct construction is any other way to lock a stream: a tee, a pipe, a loop.
		"Constructing a ReadableStreamDefaultReader directly should fail if the stream is already locked (via direct construction)": directlyRefused(func(t *testing.T, s *streams.ReadableStream[int]) {
			teeBranches(t, s)
		}),
		"Getting a ReadableStreamDefaultReader via getReader should fail if the stream is already locked (via direct construction)": func(t *testing.T) {
			for way, acquire := range otherLocks {
				s, rec := recordingReadable(intSource{})
				o := beginError(func() error { return acquire(context.Background(), s) })
				if _, err := s.GetReader(); !isLocked(err) {
					t.Errorf("%s: got the error %v", way, err)
				}
				wantError(t, rec.controller.Close(), nil)
				o.wantOK(t)
			}
		},
		"Constructing a ReadableStreamDefaultReader directly should fail if the stream is already locked (via getReader)": directlyRefused(byGetReader),
		"Getting a ReadableStreamDefaultReader via getReader should fail if the stream is already locked (via getReader)": func(t *testing.T) {
			s := streams.NewReadableStream(intSource{})
			byGetReader(t, s)
			wantRefusesReader(t, s)
		},
		"Constructing a ReadableStreamDefaultReader directly should be OK if the stream is closed": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: with((*intController).Close)})
			wantAll(t, nil, getReader(t, s).Closed)
		},
		"Constructing a ReadableStreamDefaultReader directly should be OK if the stream is errored": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: errorWith(errA, nil)})
			wantAll(t, errA, getReader(t, s).Closed)
		},
		"Reading from a reader for an empty stream will wait until a chunk is available": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			o := read(getReader(t, s))
			o.wantPending(t)
			feed(t, rec.controller, 1)
			o.want(t, 1)
		},
		"cancel() on a reader does not release the reader": func(t *testing.T) {
			hold := newHeld(t)
			s, rec := recordingReadable(intSource{Cancel: hold.cancel})
			o := beginReason(getReader(t, s).Cancel, errA)
			rec.want(t, "pull", "cancel error A")
			wantRefusesReader(t, s)
			hold.let(nil)
			o.wantOK(t)
			wantRefusesReader(t, s)
		},
		"closed should be fulfilled after stream is closed (.closed access before acquiring)": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			closed := beginCall(getReader(t, s).Closed)
			closed.wantPending(t)
			wantError(t, rec.controller.Close(), nil)
			closed.wantOK(t)
		},
		"closed should be rejected after reader releases its lock (multiple stream locks)": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r1 := getReader(t, s)
			r1.ReleaseLock()
			r2 := getReader(t, s)
			wantError(t, rec.controller.Close(), nil)
			wantAll(t, streams.ErrReleased, r1.Closed)
			wantAll(t, nil, r2.Closed)
		},
		"closed is replaced when stream closes and reader releases its lock": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r := getReader(t, s)
			before := beginCall(r.Closed)
			wantError(t, rec.controller.Close(), nil)
			r.ReleaseLock()
			before.wantOK(t)
			wantAll(t, streams.ErrReleased, r.Closed)
		},
		"closed is replaced when stream errors and reader releases its lock": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r := getReader(t, s)
			before := beginCall(r.Closed)
			rec.controller.Error(errA)
			r.ReleaseLock()
			before.wantError(t, errA)
			wantAll(t, streams.ErrReleased, r.Closed)
		},
		"Multiple readers can access the stream in sequence": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r1 := getReader(t, s)
			o := read(r1)
			for chunk := 1; chunk <= 2; chunk++ {
				feed(t, rec.controller, chunk)
			}
			r1.ReleaseLock()
			o.want(t, 1)
			wantReads(t, getReader(t, s), 2)
		},
		"Cannot use an already-released reader to unlock a stream again": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: enqueueAll(1)})
			r1 := getReader(t, s)
			r1.ReleaseLock()
			r2 := getReader(t, s)
			r1.ReleaseLock()
			wantEqual(t, s.Locked(), true)
			wantReads(t, r2, 1)
		},
		"cancel() on a released reader is a no-op and does not pass through": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: enqueueAll(1)})
			r := getReader(t, s)
			r.ReleaseLock()
			beginReason(r.Cancel, errA).wantError(t, streams.ErrReleased)
			rec.want(t)
			wantReads(t, getReader(t, s), 1)
		},
		"Getting a second reader after erroring the stream and releasing the reader should succeed": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r1 := getReader(t, s)
			closed, first := beginCall(r1.Closed), read(r1)
			wantRefusesReader(t, s)
			rec.controller.Error(errA)
			r1.ReleaseLock()
			closed.wantError(t, errA)
			first.wantError(t, errA)
			r2 := getReader(t, s)
			wantAll(t, errA, r2.Closed)
			read(r2).wantError(t, errA)
		},
		"ReadableStreamDefaultReader closed promise should be rejected with undefined if that is the error": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			closed := beginCall(getReader(t, s).Closed)
			rec.controller.Error(nil)
			closed.wantError(t, streams.ErrNoReason)
		},
		// A nil error is success. A Start that fails without saying why is one that ends its goroutine, or panics with nil.
		"ReadableStreamDefaultReader: if start rejects with no parameter, it should error the stream with an undefined error": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: callback(func() error {
				runtime.Goexit()
				return nil
			}).startSource})
			read(getReader(t, s)).wantError(t, streams.ErrGoexit)
			var nothing any
			s, _ = recordingReadable(intSource{Start: callback(func() error { panic(nothing) }).startSource})
			wantPanicked(t, read(getReader(t, s)).err)
		},
		"Erroring a ReadableStream after checking closed should reject ReadableStreamDefaultReader closed promise": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			closed := beginCall(getReader(t, s).Closed)
			closed.wantPending(t)
			rec.controller.Error(errA)
			closed.wantError(t, errA)
		},
		"Erroring a ReadableStream before checking closed should reject ReadableStreamDefaultReader closed promise": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			rec.controller.Error(errA)
			getReader(t, s).ReleaseLock()
			wantAll(t, errA, getReader(t, s).Closed)
		},
		"Reading twice on a stream that gets closed": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r := getReader(t, s)
			first, second, closed := read(r), read(r), beginCall(r.Closed)
			wantError(t, rec.controller.Close(), nil)
			first.wantError(t, io.EOF)
			second.wantError(t, io.EOF)
			closed.wantOK(t)
		},
		"Reading twice on a closed stream": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			wantError(t, rec.controller.Close(), nil)
			r := getReader(t, s)
			for range 2 {
				read(r).wantError(t, io.EOF)
			}
			wantAll(t, nil, r.Closed)
		},
		"Reading twice on an errored stream": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			rec.controller.Error(errA)
			r := getReader(t, s)
			for range 2 {
				read(r).wantError(t, errA)
			}
			wantAll(t, errA, r.Closed)
		},
		"Reading twice on a stream that gets errored": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r := getReader(t, s)
			first, second, closed := read(r), read(r), beginCall(r.Closed)
			rec.controller.Error(errA)
			first.wantError(t, errA)
			second.wantError(t, errA)
			closed.wantError(t, errA)
		},
		"controller.close() should clear the list of pending read requests": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Pull: with((*intController).Close)}, streams.CountQueuingStrategy[int](0))
			r := getReader(t, s)
			read(r).wantError(t, io.EOF)
			r.ReleaseLock()
			wantEqual(t, s.Locked(), false)
			wantAll(t, streams.ErrReleased, r.Closed)
		},
		"Second reader can read chunks after first reader was released with pending read requests": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r1 := getReader(t, s)
			first, second := read(r1), read(r1)
			r1.ReleaseLock()
			first.wantError(t, streams.ErrReleased)
			second.wantError(t, streams.ErrReleased)
			o := read(getReader(t, s))
			feed(t, rec.controller, 1)
			o.want(t, 1)
		},
	})
}

// otherLocks are the ways to lock a stream other than GetReader. Each waits for the end of the stream, and returns its
// error if that was not possible.
var otherLocks = map[string]func(ctx context.Context, s *streams.ReadableStream[int]) error{
	"Tee": func(ctx context.Context, s *streams.ReadableStream[int]) error {
		a, _, err := s.Tee()
		if err != nil {
			return err
		}
		_, err = a.Collect(ctx)
		return err
	},
	"PipeTo": func(ctx context.Context, s *streams.ReadableStream[int]) error {
		return s.PipeTo(ctx, streams.NewWritableStream(streams.UnderlyingSink[int]{}))
	},
	"PipeThrough": func(ctx context.Context, s *streams.ReadableStream[int]) error {
		_, err := streams.PipeThrough(s, streams.NewTransformStream(streams.Transformer[int, int]{})).Collect(ctx)
		return err
	},
	"Values": func(ctx context.Context, s *streams.ReadableStream[int]) error {
		for _, err := range s.Values(ctx) {
			return err
		}
		return nil
	},
	"ForEach": func(ctx context.Context, s *streams.ReadableStream[int]) error {
		return s.ForEach(ctx, func(int) error { return nil })
	},
	"Collect": func(ctx context.Context, s *streams.ReadableStream[int]) error {
		_, err := s.Collect(ctx)
		return err
	},
}
