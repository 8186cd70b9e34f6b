package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableBadUnderlyingSources(t *testing.T) {
	tests := map[string]func(t *testing.T){
		// A constructor does not fail: the stream is errored.
		"Underlying source start: throwing method": func(t *testing.T) {
			for _, fail := range throws(errA) {
				s, rec := recordingReadable(intSource{Start: fail.startSource})
				beginCall(getReader(t, s).Closed).wantError(t, errA)
				rec.want(t)
			}
		},
		"Underlying source: throwing pull method (initial pull)": func(t *testing.T) {
			for _, fail := range throws(errA) {
				s, rec := recordingReadable(intSource{Pull: fail.pull})
				beginCall(getReader(t, s).Closed).wantError(t, errA)
				rec.want(t, "pull")
			}
		},
		"Underlying source pull: throwing getter (second pull does not result in a second get)": func(t *testing.T) {
			source := intSource{Pull: countTo(100)}
			s := streams.NewReadableStream(source)
			source.Pull = fails(errA).pull
			wantReads(t, getReader(t, s), 1, 2)
		},
		"Underlying source pull: throwing method (second pull)": func(t *testing.T) {
			for _, fail := range throws(errA) {
				pulls := 0
				s, _ := recordingReadable(intSource{Pull: with(func(c *intController) error {
					pulls++
					if pulls == 1 {
						return c.Enqueue(1)
					}
					return fail()
				})})
				r := getReader(t, s)
				wantReads(t, r, 1)
				beginCall(r.Closed).wantError(t, errA)
			}
		},
		"Underlying source cancel: throwing method": func(t *testing.T) {
			for _, fail := range throws(errA) {
				s, _ := recordingReadable(intSource{Cancel: fail.cancel})
				beginReason(s.Cancel, errB).wantError(t, errA)
				wantAll(t, nil, getReader(t, s).Closed)
			}
		},
		"Underlying source: calling error and returning a rejected promise from start should cause the stream to error with the first error": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: errorWith(errA, errB)})
			wantAll(t, errA, getReader(t, s).Closed)
		},
		"Underlying source: calling error and returning a rejected promise from pull should cause the stream to error with the first error": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Pull: errorWith(errA, errB)})
			wantAll(t, errA, getReader(t, s).Closed)
		},
		"read should not error if it dequeues and pull() throws": func(t *testing.T) {
			pulls := 0
			s, _ := recordingReadable(intSource{Pull: with(func(c *intController) error {
				pulls++
				if pulls == 1 {
					return c.Enqueue(1)
				}
				return errA
			})})
			r := getReader(t, s)
			wantAll(t, errPending, r.Closed)
			wantReads(t, r, 1)
			wantAll(t, errA, r.Closed)
		},
	}

	// The rest are calls of the controller in a state that may refuse them.
	type step func(t *testing.T, f readableFixture)
	var (
		enqueueOne step = func(t *testing.T, f readableFixture) { feed(t, f.source.controller, 1) }
		cancelled  step = func(t *testing.T, f readableFixture) { beginReason(f.stream.Cancel, errB).wantOK(t) }
		closed     step = func(t *testing.T, f readableFixture) { wantError(t, f.source.controller.Close(), nil) }
		errored    step = func(_ *testing.T, f readableFixture) { f.source.controller.Error(errA) }
	)
	enqueueAgain := func(c *intController) error { return c.Enqueue(2) }
	errorAgain := func(c *intController) error {
		c.Error(errB)
		return nil
	}
	for name, test := range map[string]struct {
		before []step
		call   func(c *intController) error
		err    error // that it returns
		left   []int // what may still be read
		end    error // of the stream
	}{
		"calling enqueue on an empty canceled stream should throw":               {[]step{cancelled}, enqueueAgain, streams.ErrClosed, nil, nil},
		"calling enqueue on a non-empty canceled stream should throw":            {[]step{enqueueOne, cancelled}, enqueueAgain, streams.ErrClosed, nil, nil},
		"calling enqueue on a closed stream should throw":                        {[]step{closed}, enqueueAgain, streams.ErrClosed, nil, nil},
		"calling enqueue on an errored stream should throw":                      {[]step{errored}, enqueueAgain, streams.ErrErrored, nil, errA},
		"calling close twice on an empty stream should throw the second time":    {[]step{closed}, (*intController).Close, streams.ErrClosed, nil, nil},
		"calling close twice on a non-empty stream should throw the second time": {[]step{enqueueOne, closed}, (*intController).Close, streams.ErrClosed, []int{1}, nil},
		"calling close on an empty canceled stream should throw":                 {[]step{cancelled}, (*intController).Close, streams.ErrClosed, nil, nil},
		"calling close on a non-empty canceled stream should throw":              {[]step{enqueueOne, cancelled}, (*intController).Close, streams.ErrClosed, nil, nil},
		"calling close after error should throw":                                 {[]step{errored}, (*intController).Close, streams.ErrErrored, nil, errA},
		"calling error twice should not throw":                                   {[]step{errored}, errorAgain, nil, nil, errA},
		"calling error after close should not throw":                             {[]step{closed}, errorAgain, nil, nil, nil},
	} {
		tests["Underlying source: "+name] = func(t *testing.T) {
			f := newReadableFixture(intSource{})
			for _, step := range test.before {
				step(t, f)
			}
			wantError(t, test.call(f.source.controller), test.err)
			r := getReader(t, f.stream)
			wantReads(t, r, test.left...)
			wantAll(t, test.end, r.Closed)
		}
	}

	runWPT(t, "readable-streams/bad-underlying-sources", tests)
}
