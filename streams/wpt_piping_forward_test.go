package streams_test

// The tests of a pipe whose source ends, which are the same for a source that closes and for one that errors.

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A sourceEnd is how the source of a pipe ends.
type sourceEnd struct {
	end     func(c *streams.ReadableController[int])
	err     error              // what that is for the source, and for what it is propagated to: nil or errA
	event   string             // the call of the sink to which it is propagated
	prevent streams.PipeOption // keeps it from being propagated
}

// A sourceSituation is when the source of a pipe ends.
type sourceSituation struct {
	name     string
	before   bool // before the pipe begins
	chunks   []int
	mark     int // of the destination; with 0 it never wants a chunk
	variants []pipeVariant
}

// tests returns the tests of all situations, under names that begin with prefix.
func (e sourceEnd) tests(prefix string, situations []sourceSituation) map[string]func(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for _, s := range situations {
		for _, v := range s.variants {
			tests[prefix+s.name+"; "+v.name] = func(t *testing.T) { e.test(t, s, v) }
		}
	}
	return tests
}

func (e sourceEnd) test(t *testing.T, s sourceSituation, v pipeVariant) {
	source, src := recordingReadable(streams.UnderlyingSource[int]{
		Start: func(_ context.Context, c *streams.ReadableController[int]) error {
			if s.before {
				e.end(c)
			}
			return nil
		},
	})
	dest, sink := recordingWritable(streams.UnderlyingSink[int]{
		Close: func(context.Context) error { return v.callbackError() },
		Abort: func(context.Context, error) error { return v.callbackError() },
	}, streams.CountQueuingStrategy[int](s.mark))

	p := pipe(source, dest, v.opts...)
	if !s.before {
		for _, chunk := range s.chunks {
			wantError(t, src.controller.Enqueue(chunk), nil)
			p.wantPending(t)
		}
		e.end(src.controller)
	}

	result, destEnd := e.err, e.err
	var calls []string
	if s.mark > 0 {
		calls = writes(s.chunks...)
	}
	switch {
	case v.prevented:
		destEnd = errPending
	case v.fails:
		calls, result = append(calls, e.event), errB
		if e.err == nil { // the sink that fails to close is errored with that
			destEnd = errB
		}
	default:
		calls = append(calls, e.event)
	}
	p.wantError(t, result)
	src.wantWithoutPulls(t)
	sink.want(t, calls...)
	wantUnlocked(t, source, dest)
	wantError(t, readableEnd(t, source), e.err)
	wantError(t, writableEnd(t, dest), destEnd)
}

// shutdownTests returns the tests that what was read is written before the end is propagated.
func (e sourceEnd) shutdownTests(prefix, afterFirstWrite, prevented string) map[string]func(t *testing.T) {
	prefix += "shutdown must not occur until the final write completes"
	tests := map[string]func(t *testing.T){}
	for situation, chunks := range map[string][]int{"": {1}, afterFirstWrite: {1, 2}} {
		tests[prefix+situation] = func(t *testing.T) { e.testShutdown(t, chunks, false) }
		tests[prefix+situation+prevented] = func(t *testing.T) { e.testShutdown(t, chunks, true) }
	}
	return tests
}

func (e sourceEnd) testShutdown(t *testing.T, chunks []int, prevented bool) {
	hold := make(gate)
	source, src := recordingReadable(streams.UnderlyingSource[int]{})
	dest, sink := recordingWritable(streams.UnderlyingSink[int]{
		Write: func(context.Context, int, *streams.WritableController[int]) error { return hold.wait() },
	}, streams.CountQueuingStrategy[int](len(chunks)))
	var opts []streams.PipeOption
	if prevented {
		opts = append(opts, e.prevent)
	}

	p := pipe(source, dest, opts...)
	for _, chunk := range chunks {
		wantError(t, src.controller.Enqueue(chunk), nil)
	}
	synctest.Wait()
	e.end(src.controller)
	for i := range chunks {
		p.wantPending(t)
		wantEqual(t, source.Locked() && dest.Locked(), true)
		sink.want(t, writes(chunks[:i+1]...)...)
		hold.let(nil)
	}
	p.wantError(t, e.err)
	calls := writes(chunks...)
	if !prevented {
		calls = append(calls, e.event)
	}
	sink.want(t, calls...)
	src.wantWithoutPulls(t)
	wantUnlocked(t, source, dest)
}

// writes are the events of a sink that got the chunks.
func writes(chunks ...int) (calls []string) {
	for _, chunk := range chunks {
		calls = append(calls, fmt.Sprintf("write %d", chunk))
	}
	return calls
}
