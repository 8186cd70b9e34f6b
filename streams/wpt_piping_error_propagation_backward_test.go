package streams_test

import (
	"context"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// A destinationSituation is when the destination of a pipe errors, with errA.
type destinationSituation struct {
	name     string
	chunks   []int // of the source
	mark     int   // of the destination; with 0 it never wants a chunk
	start    error // what the sink's Start returns
	failing  int   // the chunk whose write fails
	late     bool  // it fails at rest
	before   func(t *testing.T, dest *streams.WritableStream[int])
	after    func(sink *recordingSink)
	calls    []string // what the sink gets
	variants []pipeVariant
}

func TestWPTPipingErrorPropagationBackward(t *testing.T) {
	const prefix = "Errors must be propagated backward: "
	prevent := streams.PreventCancel()
	variants := propagationVariants("preventCancel", prevent, "omitted", "cancel")
	variantsOfFalse := propagationVariants("preventCancel", prevent, "= false", "cancel")
	failWrite := func(t *testing.T, dest *streams.WritableStream[int]) {
		w := must(dest.GetWriter())(t)
		wantError(t, w.WriteAsync(1).Wait(t.Context()), errA)
		w.ReleaseLock()
	}
	abort := func(t *testing.T, dest *streams.WritableStream[int]) {
		wantError(t, dest.Abort(t.Context(), errA), nil)
	}
	errorByController := func(sink *recordingSink) { sink.controller.Error(errA) }
	situations := []destinationSituation{
		{name: "starts errored; ", mark: 1, start: errA, variants: variants[:1]},
		{
			name: "becomes errored before piping due to write; ", mark: 1,
			failing: 1, before: failWrite, calls: writes(1),
			variants: append(
				optionVariants("preventCancel", prevent, "cancel"),
				variants[0],
				variants[1],
				pipeVariant{
					name:      "preventCancel = true, preventAbort = true, preventClose = true",
					opts:      []streams.PipeOption{streams.PreventCancel(), streams.PreventAbort(), streams.PreventClose()},
					prevented: true,
				},
			),
		},
		{
			name: "becomes errored before piping due to write, ", mark: 1,
			failing: 1, before: failWrite, calls: writes(1),
			variants: []pipeVariant{{
				name:      "preventCancel = true; preventAbort = true",
				opts:      []streams.PipeOption{streams.PreventCancel(), streams.PreventAbort()},
				prevented: true,
			}},
		},
		{
			name: "becomes errored during piping due to write; ", mark: 1, chunks: []int{1},
			failing: 1, calls: writes(1), variants: variants,
		},
		{
			name: "becomes errored during piping due to write, but async; ", mark: 1, chunks: []int{1, 2, 3},
			failing: 2, late: true, calls: writes(1, 2), variants: variantsOfFalse,
		},
		{name: "becomes errored after piping; ", mark: 1, after: errorByController, variants: variants},
		{
			name: "becomes errored after piping; dest never desires chunks; ", mark: 0,
			after: errorByController, variants: variantsOfFalse,
		},
		{
			name: "becomes errored before piping via abort; ", mark: 1,
			before: abort, calls: []string{"abort error A"}, variants: variants,
		},
	}
	tests := map[string]func(t *testing.T){}
	for _, s := range situations {
		for _, v := range s.variants {
			tests[prefix+s.name+v.name] = func(t *testing.T) { s.test(t, v) }
		}
	}
	const lastWrite = prefix + "becomes errored after piping due to last write; source is closed; "
	tests[lastWrite+"preventCancel omitted (but cancel is never called)"] = func(t *testing.T) { testErrorOfLastWrite(t) }
	tests[lastWrite+"preventCancel = true"] = func(t *testing.T) { testErrorOfLastWrite(t, prevent) }
	tests[prefix+"erroring via the controller errors once pending write completes"] = func(t *testing.T) {
		hold := make(gate)
		source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAll(1)})
		dest, sink := recordingWritable(streams.UnderlyingSink[int]{
			Write: func(context.Context, int, *streams.WritableController[int]) error { return hold.wait() },
		})

		p := pipe(source, dest)
		sink.controller.Error(errA)
		p.wantPending(t)
		src.wantWithoutPulls(t)
		hold.let(nil)
		p.wantError(t, errA)
		src.wantWithoutPulls(t, "cancel error A")
		sink.want(t, "write 1")
		wantError(t, writableEnd(t, dest), errA)
	}
	runWPT(t, "piping/error-propagation-backward", tests)
}

func (s destinationSituation) test(t *testing.T, v pipeVariant) {
	hold := make(gate)
	source, src := recordingReadable(streams.UnderlyingSource[int]{
		Start:  enqueueAll(s.chunks...),
		Cancel: func(context.Context, error) error { return v.callbackError() },
	})
	dest, sink := recordingWritable(streams.UnderlyingSink[int]{
		Start: func(context.Context, *streams.WritableController[int]) error { return s.start },
		Write: func(_ context.Context, chunk int, _ *streams.WritableController[int]) error {
			switch {
			case chunk != s.failing:
				return nil
			case s.late:
				return hold.wait()
			}
			return errA
		},
	}, streams.CountQueuingStrategy[int](s.mark))
	if s.before != nil {
		s.before(t, dest)
	}

	p := pipe(source, dest, v.opts...)
	if s.late {
		p.wantPending(t)
		hold.let(errA)
	}
	if s.after != nil {
		p.wantPending(t)
		s.after(sink)
	}

	sourceEnd, calls := error(nil), []string{"cancel error A"}
	if v.prevented {
		sourceEnd, calls = errPending, nil
	}
	if v.fails {
		p.wantError(t, errB)
	} else {
		p.wantError(t, errA)
	}
	src.wantWithoutPulls(t, calls...)
	sink.want(t, s.calls...)
	wantUnlocked(t, source, dest)
	wantError(t, readableEnd(t, source), sourceEnd)
	wantError(t, writableEnd(t, dest), errA)
}

func testErrorOfLastWrite(t *testing.T, opts ...streams.PipeOption) {
	source, src := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose(1, 2, 3)})
	dest, sink := recordingWritable(streams.UnderlyingSink[int]{
		Write: func(_ context.Context, chunk int, _ *streams.WritableController[int]) error {
			if chunk == 3 {
				return errA
			}
			return nil
		},
	})

	pipe(source, dest, opts...).wantError(t, errA)
	src.wantWithoutPulls(t)
	sink.want(t, writes(1, 2, 3)...)
	wantError(t, readableEnd(t, source), nil)
	wantError(t, writableEnd(t, dest), errA)
}
