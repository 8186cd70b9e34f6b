package streams_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

func TestWPTPipingGeneral(t *testing.T) {
	tests := map[string]func(t *testing.T){
		"Piping must lock both the ReadableStream and WritableStream": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			dest, _ := recordingWritable(streams.UnderlyingSink[int]{})
			p := pipe(source, dest)
			wantEqual(t, source.Locked(), true)
			wantEqual(t, dest.Locked(), true)
			src.controller.Error(errA)
			p.wantError(t, errA)
		},
		"Piping finishing must unlock both the ReadableStream and WritableStream": func(t *testing.T) {
			source, _ := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose()})
			dest, _ := recordingWritable(streams.UnderlyingSink[int]{})
			wantError(t, source.PipeTo(t.Context(), dest), nil)
			wantUnlocked(t, source, dest)
		},
		"pipeTo must fail if the ReadableStream is locked, and not lock the WritableStream": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			getReader(t, source)
			wantError(t, source.PipeTo(t.Context(), dest), streams.ErrLocked)
			wantEqual(t, dest.Locked(), false)
			src.want(t, "pull")
			sink.want(t)
		},
		"pipeTo must fail if the WritableStream is locked, and not lock the ReadableStream": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			getWriter(t, dest)
			wantError(t, source.PipeTo(t.Context(), dest), streams.ErrLocked)
			wantEqual(t, source.Locked(), false)
			src.want(t, "pull")
			sink.want(t)
		},
		"Piping from a ReadableStream from which lots of chunks are synchronously readable": func(t *testing.T) {
			chunks := make([]int, 100)
			for i := range chunks {
				chunks[i] = i
			}
			source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose(chunks...)})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			wantError(t, source.PipeTo(t.Context(), dest), nil)
			src.want(t)
			sink.want(t, append(writes(chunks...), "close")...)
			wantError(t, readableEnd(t, source), nil)
			wantError(t, writableEnd(t, dest), nil)
		},
		"Piping from a ReadableStream for which a chunk becomes asynchronously readable after the pipeTo": func(t *testing.T) {
			source, src := recordingReadable(streams.UnderlyingSource[int]{})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			p := pipe(source, dest)
			p.wantPending(t)
			wantError(t, src.controller.Enqueue(1), nil)
			sink.want(t, "write 1")
			wantError(t, src.controller.Close(), nil)
			p.wantOK(t)
			sink.want(t, "write 1", "close")
		},
	}
	const undefined = "an undefined rejection from "
	tests[undefined+"pull should cause pipeTo() to reject when preventAbort is false"] = func(t *testing.T) { testReasonlessPull(t) }
	tests[undefined+"pull should cause pipeTo() to reject when preventAbort is true"] = func(t *testing.T) {
		testReasonlessPull(t, streams.PreventAbort())
	}
	tests[undefined+"write should cause pipeTo() to reject when preventCancel is false"] = func(t *testing.T) { testReasonlessWrite(t) }
	tests[undefined+"write should cause pipeTo() to reject when preventCancel is true"] = func(t *testing.T) {
		testReasonlessWrite(t, streams.PreventCancel())
	}
	runWPT(t, "piping/general", tests)
}

// testReasonlessPull pipes from sources whose Pull fails without a reason.
func testReasonlessPull(t *testing.T, opts ...streams.PipeOption) {
	for _, pull := range []func(context.Context, *streams.ReadableController[int]) error{
		func(_ context.Context, c *streams.ReadableController[int]) error { c.Error(nil); return nil },
		func(context.Context, *streams.ReadableController[int]) error { panic(nil) },
	} {
		source, _ := recordingReadable(streams.UnderlyingSource[int]{Pull: pull})
		dest, _ := recordingWritable(streams.UnderlyingSink[int]{})
		testReasonless(t, source, dest, opts...)
		wantEqual(t, writableEnd(t, dest) == errPending, len(opts) > 0)
	}
}

// testReasonlessWrite pipes to sinks whose Write fails without a reason.
func testReasonlessWrite(t *testing.T, opts ...streams.PipeOption) {
	for _, write := range []func(context.Context, int, *streams.WritableController[int]) error{
		func(_ context.Context, _ int, c *streams.WritableController[int]) error { c.Error(nil); return nil },
		func(context.Context, int, *streams.WritableController[int]) error { panic(nil) },
	} {
		source, _ := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1)})
		dest, _ := recordingWritable(streams.UnderlyingSink[int]{Write: write})
		testReasonless(t, source, dest, opts...)
		wantEqual(t, readableEnd(t, source) == errPending, len(opts) > 0)
	}
}

func testReasonless(t *testing.T, source *streams.ReadableStream[int], dest *streams.WritableStream[int], opts ...streams.PipeOption) {
	t.Helper()
	p := pipe(source, dest, opts...)
	synctest.Wait()
	if !p.done || p.err == nil {
		t.Fatalf("got done %t, %v; want an error", p.done, p.err)
	}
	wantUnlocked(t, source, dest)
}
