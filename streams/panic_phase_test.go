package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// TestPanicInEndingStream shows what a callback that fails does to a stream that has ended meanwhile, or is about to: the
// first error stays, and who waits for the callback gets its failure.
func TestPanicInEndingStream(t *testing.T) {
	type test = func(t *testing.T, hold gate, fail callback, f failure)
	tests := map[string]func(t *testing.T){}
	for name, test := range map[string]test{
		"Start of a source, after a cancel": func(t *testing.T, hold gate, fail callback, _ failure) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{Start: fail.startSource})
			wantError(t, s.Cancel(t.Context(), errB), nil)
			hold.let(nil)
			wantEqual(t, readableEnd(t, s), nil)
			src.want(t, "cancel error B")
		},
		"Start of a source, after Close": func(t *testing.T, hold gate, fail callback, _ failure) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{Start: fail.startSource})
			wantError(t, src.controller.Close(), nil)
			hold.let(nil)
			wantEqual(t, readableEnd(t, s), nil)
		},
		"Pull, after a cancel": func(t *testing.T, hold gate, fail callback, _ failure) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{Pull: fail.pull})
			wantError(t, s.Cancel(t.Context(), errB), nil)
			hold.let(nil)
			wantEqual(t, readableEnd(t, s), nil)
			src.want(t, "pull", "cancel error B")
		},
		"Pull, after Close": func(t *testing.T, hold gate, fail callback, _ failure) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{Pull: fail.pull})
			wantError(t, src.controller.Close(), nil)
			hold.let(nil)
			wantEqual(t, readableEnd(t, s), nil)
		},
		"Pull, after Error": func(t *testing.T, hold gate, fail callback, _ failure) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{Pull: fail.pull})
			src.controller.Error(errB)
			hold.let(nil)
			wantEqual(t, readableEnd(t, s), errB)
		},
		"Pull, while the last chunks wait": func(t *testing.T, hold gate, fail callback, f failure) {
			s, src := recordingReadable(streams.UnderlyingSource[int]{Pull: fail.pull})
			wantError(t, enqueueAllAndClose(1)(t.Context(), src.controller), nil)
			hold.let(nil)
			f.want(t, readableEnd(t, s))
		},
		"the function of FromFunc, after a cancel": func(t *testing.T, hold gate, fail callback, _ failure) {
			s := streams.FromFunc(func(context.Context) (int, error) { return 0, fail() }, streams.CountQueuingStrategy[int](1))
			wantError(t, s.Cancel(t.Context(), errB), nil)
			hold.let(nil)
			wantEqual(t, readableEnd(t, s), nil)
		},
		"Start of a sink, while an abort waits": func(t *testing.T, hold gate, fail callback, _ failure) {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{Start: fail.start})
			abort := beginReason(s.Abort, errB)
			hold.let(nil)
			abort.wantOK(t)
			wantEqual(t, writableEnd(t, s), errB)
			sink.want(t, "abort error B")
		},
		"Write, while a close waits": func(t *testing.T, hold gate, fail callback, f failure) {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{Write: fail.write})
			write := writeAsync(t, s)
			closing := beginCall(s.Close)
			hold.let(nil)
			f.want(t, write.Wait(ended))
			f.want(t, closing.err)
			f.want(t, writableEnd(t, s))
			sink.want(t, "write 1")
		},
		"Write, after Error": func(t *testing.T, hold gate, fail callback, f failure) {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{Write: fail.write})
			write := writeAsync(t, s)
			sink.controller.Error(errB)
			hold.let(nil)
			f.want(t, write.Wait(ended))
			wantEqual(t, writableEnd(t, s), errB)
		},
		"Write, while an abort waits": func(t *testing.T, hold gate, fail callback, f failure) {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{Write: fail.write})
			write := writeAsync(t, s)
			abort := beginReason(s.Abort, errB)
			hold.let(nil)
			f.want(t, write.Wait(ended))
			abort.wantOK(t)
			wantEqual(t, writableEnd(t, s), errB)
			sink.want(t, "write 1", "abort error B")
		},
		"Close, after Error": func(t *testing.T, hold gate, fail callback, f failure) {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{Close: fail.close})
			closing := beginCall(s.Close)
			sink.controller.Error(errB)
			hold.let(nil)
			f.want(t, closing.err)
			wantEqual(t, writableEnd(t, s), errB)
		},
		"Close, while an abort waits": func(t *testing.T, hold gate, fail callback, f failure) {
			s, sink := recordingWritable(streams.UnderlyingSink[int]{Close: fail.close})
			closing := beginCall(s.Close)
			abort := beginReason(s.Abort, errB)
			hold.let(nil)
			f.want(t, closing.err)
			f.want(t, abort.err)
			wantEqual(t, writableEnd(t, s), errB)
			sink.want(t, "close")
		},
		"Transform, after Error": func(t *testing.T, hold gate, fail callback, f failure) {
			s, rec := recordingTransform(streams.Transformer[int, int]{Transform: fail.transform}, wanting(1))
			write := writeAsync(t, s.Writable())
			rec.controller.Error(errB)
			hold.let(nil)
			f.want(t, write.Wait(ended))
			wantEqual(t, endOfBoth(t, s), errB)
		},
		"Transform, after Terminate": func(t *testing.T, hold gate, fail callback, f failure) {
			s, rec := recordingTransform(streams.Transformer[int, int]{Transform: fail.transform}, wanting(1))
			write := writeAsync(t, s.Writable())
			rec.controller.Terminate()
			hold.let(nil)
			f.want(t, write.Wait(ended))
			wantEqual(t, readableEnd(t, s.Readable()), nil)
			wantEqual(t, writableEnd(t, s.Writable()), streams.ErrTerminated)
		},
		"Transform, after a cancel": func(t *testing.T, hold gate, fail callback, f failure) {
			s, rec := recordingTransform(streams.Transformer[int, int]{Transform: fail.transform}, wanting(1))
			write := writeAsync(t, s.Writable())
			wantError(t, s.Readable().Cancel(t.Context(), errB), nil)
			hold.let(nil)
			f.want(t, write.Wait(ended))
			wantEqual(t, readableEnd(t, s.Readable()), nil)
			wantEqual(t, writableEnd(t, s.Writable()), errB)
			rec.want(t, "transform 1", "cancel error B")
		},
		"Flush, while a cancel waits": func(t *testing.T, hold gate, fail callback, f failure) {
			s, rec := recordingTransform(streams.Transformer[int, int]{Flush: fail.flush})
			closing := beginCall(s.Writable().Close)
			cancel := beginReason(s.Readable().Cancel, errB)
			hold.let(nil)
			f.want(t, closing.err)
			f.want(t, cancel.err)
			wantEqual(t, readableEnd(t, s.Readable()), nil)
			f.want(t, writableEnd(t, s.Writable()))
			rec.want(t, "flush")
		},
		"Cancel by a cancel, while an abort waits": func(t *testing.T, hold gate, fail callback, f failure) {
			s, rec := recordingTransform(streams.Transformer[int, int]{Cancel: fail.cancel})
			cancel := beginReason(s.Readable().Cancel, errB)
			abort := beginReason(s.Writable().Abort, errA)
			hold.let(nil)
			f.want(t, cancel.err)
			f.want(t, abort.err)
			wantEqual(t, readableEnd(t, s.Readable()), nil)
			wantEqual(t, writableEnd(t, s.Writable()), errA)
			rec.want(t, "cancel error B")
		},
	} {
		for how, f := range failures {
			tests[name+", "+how] = func(t *testing.T) {
				hold := make(gate)
				test(t, hold, hold.before(f.fail), f)
			}
		}
	}
	inBubbles(t, tests)
}

// wanting is the strategy of a transform stream whose readable side wants chunks by itself.
func wanting(chunks int) streams.TransformOption {
	return streams.WithReadableStrategy(streams.CountQueuingStrategy[int](chunks))
}

// writeAsync writes the chunk 1 to a stream, and leaves the stream unlocked.
func writeAsync(t *testing.T, s *streams.WritableStream[int]) *streams.WriteResult {
	t.Helper()
	w := must(s.GetWriter())(t)
	defer w.ReleaseLock()
	return w.WriteAsync(1)
}
