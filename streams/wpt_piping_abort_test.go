package streams_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// abortReasons are the reasons in the names of the tests, each with a context and what ends it for that reason.
var abortReasons = map[string]func() (ctx context.Context, abort func()){
	"null": func() (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(context.Background())
		return ctx, func() { cancel(nil) }
	},
	"undefined": func() (context.Context, func()) {
		return context.WithCancel(context.Background())
	},
	"error1: error1": abortable,
}

// abortable returns a context, and what ends it with the cause errA.
func abortable() (ctx context.Context, abort func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	return ctx, func() { cancel(errA) }
}

// aborted returns a context that has ended with the cause errA.
func aborted() context.Context {
	ctx, abort := abortable()
	abort()
	return ctx
}

func TestWPTPipingAbort(t *testing.T) {
	tests := map[string]func(t *testing.T){
		"an aborted signal should cause the writable stream to reject with an AbortError": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{}, streams.CountQueuingStrategy[int](0))
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			pipeWith(ctx, source, dest).wantError(t, context.Canceled)
			src.want(t, "cancel context canceled")
			sink.want(t, "abort context canceled")
			wantUnlocked(t, source, dest)
			wantError(t, readableEnd(t, source), nil)
			wantError(t, writableEnd(t, dest), context.Canceled)
		},
		"pipeTo on a teed readable byte stream should only be aborted when both branches are aborted": testAbortOfTeeBranches,
	}
	for reason, signal := range abortReasons {
		prefix := "(reason: '" + reason + "') "
		tests[prefix+"all the error objects should be the same object"] = func(t *testing.T) { testAbortReason(t, signal) }
		tests[prefix+"abort should prevent further reads"] = func(t *testing.T) { testAbortDuringWrite(t, signal, 1) }
		tests[prefix+"all pending writes should complete on abort"] = func(t *testing.T) { testAbortDuringWrite(t, signal, 2) }
		tests[prefix+"underlyingSource.cancel() should called when abort, even with pending pull"] = func(t *testing.T) {
			testAbortDuringPull(t, signal)
		}
	}

	for name, c := range map[string]struct {
		opts         []streams.PipeOption
		cancel, call []string
	}{
		"preventCancel should prevent canceling the readable": {
			opts: []streams.PipeOption{streams.PreventCancel()},
			call: []string{"abort error A"},
		},
		"preventAbort should prevent aborting the readable": {
			opts:   []streams.PipeOption{streams.PreventAbort()},
			cancel: []string{"cancel error A"},
		},
		"preventCancel and preventAbort should prevent canceling the readable and aborting the readable": {
			opts: []streams.PipeOption{streams.PreventCancel(), streams.PreventAbort()},
		},
	} {
		tests[name] = func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{}, streams.CountQueuingStrategy[int](0))
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			pipeWith(aborted(), source, dest, c.opts...).wantError(t, errA)
			src.want(t, c.cancel...)
			sink.want(t, c.call...)
			wantUnlocked(t, source, dest)
			wantEqual(t, readableEnd(t, source) == errPending, c.cancel == nil)
			wantEqual(t, writableEnd(t, dest) == errPending, c.call == nil)
		}
	}

	for name, c := range map[string]struct{ ofAbort, ofCancel, want error }{
		"a rejection from underlyingSource.cancel() should be returned by pipeTo()": {ofCancel: errB, want: errB},
		"a rejection from underlyingSink.abort() should be returned by pipeTo()":    {ofAbort: errB, want: errB},
		"a rejection from underlyingSink.abort() should be preferred to one from underlyingSource.cancel()": {
			ofAbort: errB, ofCancel: errors.New("of cancel"), want: errB,
		},
	} {
		tests[name] = func(t *testing.T) { testFailingActions(t, c.ofAbort, c.ofCancel, c.want) }
	}

	for state, c := range map[string]struct {
		end          func(t *testing.T, src *recordingSource, dest *streams.WritableStream[int], sink *recordingSink)
		cancel, call []string
	}{
		"closed readable": {
			end: func(t *testing.T, src *recordingSource, _ *streams.WritableStream[int], _ *recordingSink) {
				wantError(t, src.controller.Close(), nil)
			},
			call: []string{"abort error A"},
		},
		"errored readable": {
			end: func(_ *testing.T, src *recordingSource, _ *streams.WritableStream[int], _ *recordingSink) {
				src.controller.Error(errB)
			},
			call: []string{"abort error A"},
		},
		"closed writable": {
			end: func(t *testing.T, _ *recordingSource, dest *streams.WritableStream[int], _ *recordingSink) {
				wantError(t, dest.Close(t.Context()), nil)
			},
			cancel: []string{"cancel error A"},
			call:   []string{"close"},
		},
		"errored writable": {
			end: func(_ *testing.T, _ *recordingSource, _ *streams.WritableStream[int], sink *recordingSink) {
				sink.controller.Error(errB)
			},
			cancel: []string{"cancel error A"},
		},
	} {
		tests["abort signal takes priority over "+state] = func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{}, streams.CountQueuingStrategy[int](0))
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			c.end(t, src, dest, sink)
			pipeWith(aborted(), source, dest).wantError(t, errA)
			src.want(t, c.cancel...)
			sink.want(t, c.call...)
		}
	}

	for state, c := range map[string]struct {
		chunks       []int
		end          func(src *recordingSource, sink *recordingSink)
		opts         []streams.PipeOption
		want         error
		cancel, call []string
	}{
		"readable is closed": {
			end:  func(src *recordingSource, _ *recordingSink) { _ = src.controller.Close() },
			call: []string{"close"},
		},
		"readable is errored": {
			end:  func(src *recordingSource, _ *recordingSink) { src.controller.Error(errB) },
			want: errB,
			call: []string{"abort error B"},
		},
		"readable is errored, even with pending writes": {
			chunks: []int{1},
			end:    func(src *recordingSource, _ *recordingSink) { src.controller.Error(errB) },
			opts:   []streams.PipeOption{streams.PreventAbort()},
			want:   errB,
			call:   []string{"write 1"},
		},
		"writable is errored": {
			end:    func(_ *recordingSource, sink *recordingSink) { sink.controller.Error(errB) },
			want:   errB,
			cancel: []string{"cancel error B"},
		},
	} {
		tests["abort should do nothing after the "+state] = func(t *testing.T) {
			// Each callback holds the shutdown up, and does not look at its context, which ends (see doc.go).
			hold := make(gate)
			holdWith := func(context.Context) error { return hold.wait() }
			source, src := recordingReadable(streams.UnderlyingSource[int]{
				Start:  enqueueAll(c.chunks...),
				Cancel: func(ctx context.Context, _ error) error { return holdWith(ctx) },
			})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{
				Write: func(ctx context.Context, _ int, _ *streams.WritableController[int]) error { return holdWith(ctx) },
				Close: holdWith,
				Abort: func(ctx context.Context, _ error) error { return holdWith(ctx) },
			})
			ctx, abort := abortable()
			p := pipeWith(ctx, source, dest, c.opts...)
			c.end(src, sink)
			p.wantPending(t)
			abort()
			p.wantPending(t)
			hold.let(nil)
			p.wantError(t, c.want)
			src.wantWithoutPulls(t, c.cancel...)
			sink.want(t, c.call...)
		}
	}
	runWPT(t, "piping/abort", tests)
}

func testAbortReason(t *testing.T, signal func() (context.Context, func())) {
	var ofCancel, ofAbort error
	source, _ := recordingReadable(streams.UnderlyingSource[int]{
		Cancel: func(_ context.Context, reason error) error {
			ofCancel = reason
			return nil
		},
	})
	dest, _ := recordingWritable(streams.UnderlyingSink[int]{
		Abort: func(_ context.Context, reason error) error {
			ofAbort = reason
			return nil
		},
	})
	ctx, abort := signal()
	p := pipeWith(ctx, source, dest)
	abort()
	p.wantError(t, context.Cause(ctx))
	wantEqual(t, p.err, context.Cause(ctx))
	wantEqual(t, ofCancel, p.err)
	wantEqual(t, ofAbort, p.err)
	wantEqual(t, writableEnd(t, dest), p.err)
}

// testAbortDuringWrite aborts a pipe that has read as many chunks as the mark of its destination lets it, and is in the
// write of the first.
func testAbortDuringWrite(t *testing.T, signal func() (context.Context, func()), mark int) {
	hold := newHeld(t)
	source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1, 2, 3)})
	dest, sink := recordingWritable(streams.UnderlyingSink[int]{Write: hold.write}, streams.CountQueuingStrategy[int](mark))
	ctx, abort := signal()
	p := pipeWith(ctx, source, dest)
	abort()
	synctest.Wait()
	wantError(t, src.controller.Enqueue(4), nil) // nobody reads it any more
	for n := range mark {
		p.wantPending(t)
		sink.want(t, writes(1, 2)[:n+1]...)
		hold.let(nil)
	}
	p.wantError(t, context.Cause(ctx))
	reason := context.Cause(ctx).Error()
	sink.want(t, append(writes(1, 2)[:mark], "abort "+reason)...)
	src.want(t, "cancel "+reason)
}

func testAbortDuringPull(t *testing.T, signal func() (context.Context, func())) {
	hold := newHeld(t)
	source, src := recordingReadable(streams.UnderlyingSource[int]{Pull: hold.pull})
	dest, _ := recordingWritable(streams.UnderlyingSink[int]{})
	ctx, abort := signal()
	p := pipeWith(ctx, source, dest)
	src.want(t, "pull")
	abort()
	p.wantError(t, context.Cause(ctx))
	src.want(t, "pull", "cancel "+context.Cause(ctx).Error())
}

// testFailingActions pipes with a context that has ended, between streams that fail to abort and to cancel. Abort and Cancel
// run side by side and the first to fail counts, so Cancel is held until what comes of Abort has been seen.
func testFailingActions(t *testing.T, ofAbort, ofCancel, want error) {
	hold := newHeld(t)
	source, src := recordingReadable(streams.UnderlyingSource[int]{Cancel: hold.cancel}, streams.CountQueuingStrategy[int](0))
	dest, sink := recordingWritable(streams.UnderlyingSink[int]{Abort: fails(ofAbort).abort})
	p := pipeWith(aborted(), source, dest)
	src.want(t, "cancel error A")
	sink.want(t, "abort error A")
	if ofAbort == nil {
		p.wantPending(t)
	} else {
		p.wantError(t, ofAbort)
	}
	hold.let(ofCancel)
	p.wantError(t, want)
	wantUnlocked(t, source, dest)
}

func testAbortOfTeeBranches(t *testing.T) {
	var calls events
	source := streams.NewReadableByteStream(streams.UnderlyingByteSource{
		Cancel: func(_ context.Context, reason error) error {
			calls.add("cancel %v", reason)
			return nil
		},
	})
	a, b, err := source.Tee()
	wantError(t, err, nil)
	sink := func() *streams.WritableStream[[]byte] {
		return streams.NewWritableStream(streams.UnderlyingSink[[]byte]{})
	}
	ctxA, abortA := abortable()
	ctxB, abortB := abortable()
	pipeA := beginError(func() error { return a.PipeTo(ctxA, sink()) })
	pipeB := beginError(func() error { return b.PipeTo(ctxB, sink()) })
	abortA()
	pipeA.wantPending(t)
	pipeB.wantPending(t)
	calls.want(t)
	abortB()
	pipeA.wantError(t, errA)
	pipeB.wantError(t, errA)
	calls.want(t, "cancel "+(&streams.CompositeError{Reasons: [2]error{errA, errA}}).Error())
}
