package streams_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableGarbageCollection(t *testing.T) {
	// lost makes a stream that nobody but its controller knows, and has its reader wait for the end.
	lost := func() (*intController, *operation[struct{}]) {
		s, rec := recordingReadable(intSource{})
		closed := beginError(func() error {
			r, err := s.GetReader()
			if err != nil {
				return err
			}
			return r.Closed(context.Background())
		})
		return rec.controller, closed
	}
	runWPT(t, "readable-streams/garbage-collection", map[string]func(t *testing.T){
		"ReadableStreamController methods should continue working properly when scripts lose their reference to the readable stream": func(t *testing.T) {
			_, rec := recordingReadable(intSource{})
			runtime.GC()
			wantError(t, rec.controller.Close(), nil)
			wantError(t, rec.controller.Close(), streams.ErrClosed)
			rec.controller.Error(errA)
			wantDesiredSize(t, rec.controller, 0)
		},
		"ReadableStream closed promise should fulfill even if the stream and reader JS references are lost": func(t *testing.T) {
			c, closed := lost()
			runtime.GC()
			wantError(t, c.Close(), nil)
			closed.wantOK(t)
		},
		"ReadableStream closed promise should reject even if stream and reader JS references are lost": func(t *testing.T) {
			c, closed := lost()
			runtime.GC()
			c.Error(errA)
			closed.wantError(t, errA)
		},
		"Garbage-collecting a ReadableStreamDefaultReader should not unlock its stream": func(t *testing.T) {
			s := streams.NewReadableStream(intSource{})
			must(s.GetReader())(t)
			for range 2 { // the second time without what finalizers or cleanups would have kept
				runtime.GC()
			}
			wantRefusesReader(t, s)
		},
	})
}
