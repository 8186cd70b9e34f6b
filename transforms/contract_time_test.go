package transforms_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// pause moves the clock of the bubble.
func pause(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // the clock of the bubble must move
}

// timedSubject is subject for an operator that is looked at when a long time has passed.
func (o operator[I, O]) timedSubject() subject {
	return o.subject().with(
		check{"holds back its source", o.checkRunAheadLater},
		check{"error of the source with nobody reading", o.checkAbortLater},
		check{"dropped", o.checkDroppedLater})
}

// pacedSubject is timedSubject for elements that are a second apart.
func (o operator[I, O]) pacedSubject() subject { return o.paced(operator[I, O].timedSubject) }

// eagerSubject is subject for an operator that never waits for its consumer, and for elements that are a second apart.
func (o operator[I, O]) eagerSubject() subject {
	return o.paced(func(o operator[I, O]) subject {
		return o.subject().with(
			check{"holds back its source", o.checkTakesAll},
			check{"dropped", o.checkDroppedAtEnd})
	})
}

// paced makes the subject with elements that are a second apart when a check runs. After each, the source has time to see
// that it was cancelled.
func (o operator[I, O]) paced(subjectOf func(operator[I, O]) subject) subject {
	running := false
	input := o.input
	o.input = func(i int) I {
		if running {
			pause(time.Second)
		}
		return input(i)
	}
	s := subjectOf(o)
	for i, c := range s.checks {
		s.checks[i].run = func(t *testing.T) {
			running = true
			c.run(t)
			pause(time.Minute)
		}
	}
	return s
}

// with returns the subject with some of its checks replaced.
func (s subject) with(others ...check) subject {
	for _, other := range others {
		i := slices.IndexFunc(s.checks, func(c check) bool { return c.name == other.name })
		s.checks[i] = other
	}
	return s
}

const long = 1000 * time.Hour

// checkAbortLater is checkAbortAtRest for a chunk that comes out later.
func (o operator[I, O]) checkAbortLater(t *testing.T) {
	stage := o.stage()
	reader := mustReader(t, stage.Readable())
	writer, err := stage.Writable().GetWriter()
	if err != nil {
		t.Fatal(err)
	}
	read := readLater(t, reader)
	if err := writer.Write(t.Context(), o.input(0)); err != nil {
		t.Fatal(err)
	}
	wantError(t, <-read, nil)
	if err := writer.Abort(t.Context(), errBoom); err != nil {
		t.Error(err)
	}
	synctest.Wait()
	wantError(t, reader.Closed(ended(t)), errBoom)
}

// ended is a context that has ended.
func ended(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func (o operator[I, O]) checkDroppedLater(*testing.T) {
	streams.PipeThrough(newProbe(o.input).stream, o.stage())
	pause(long)
}

// checkTakesAll cancels between the second chunk and the third, which the source is at work on.
func (o operator[I, O]) checkTakesAll(t *testing.T) {
	source := newProbe(o.input)
	reader := mustReader(t, streams.PipeThrough(source.stream, o.stage()))
	pause(2500 * time.Millisecond)
	mustCancel(t, reader)
	pause(time.Minute)
	synctest.Wait()
	if source.taken != 3 {
		t.Errorf("with nobody reading %d chunks were taken, want all there were: 3", source.taken)
	}
}

func (o operator[I, O]) checkDroppedAtEnd(*testing.T) {
	streams.PipeThrough(streams.FromSlice(inputs(o.input, manyElements)), o.stage())
	synctest.Wait()
}

func (o operator[I, O]) checkRunAheadLater(t *testing.T) {
	source := newProbe(o.input)
	reader := mustReader(t, streams.PipeThrough(source.stream, o.stage()))
	pause(long)
	synctest.Wait()
	if source.taken != o.aheadAtStart {
		t.Errorf("with nobody reading %d chunks were taken, want %d", source.taken, o.aheadAtStart)
	}
	if _, err := reader.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	pause(long)
	synctest.Wait()
	if source.taken != o.aheadAfterRead {
		t.Errorf("after one read %d chunks were taken, want %d", source.taken, o.aheadAfterRead)
	}
	mustCancel(t, reader)
}

// firstOf and lastOf are the models of operators that drop the other chunks when all come at once.
func firstOf(in []int) []int { return in[:min(1, len(in))] }
func lastOf(in []int) []int  { return in[max(0, len(in)-1):] }

// inOne adds up what may come in any number of parts.
func inOne(parts []int) []int {
	if len(parts) == 0 {
		return nil
	}
	return []int{sum(parts)}
}

func timeSubjects() []subject {
	const half, never = time.Second / 2, 100000 * time.Hour
	return []subject{
		operator[int, int]{
			name: "Debounce", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.Debounce[int](half) },
			want:  lastOf,
		}.pacedSubject(),
		operator[int, int]{
			name: "Throttle", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.Throttle[int](half) },
			want:  firstOf,
		}.pacedSubject(),
		operator[int, int]{
			name: "Sample", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.Sample[int](half) },
			want:  lastOf,
		}.pacedSubject(),
		operator[int, int]{
			name: "Audit", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.Audit[int](half) },
			want:  lastOf,
		}.pacedSubject(),
		operator[int, int]{
			name: "Delay", aheadAtStart: 4, aheadAfterRead: 4,
			input: number,
			stage: func() pair[int, int] { return transforms.Delay[int](half, 3) },
			want:  same[[]int],
		}.timedSubject(),
		operator[int, int]{
			name: "RateLimit", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.RateLimit[int](rate.NewLimiter(2, 1)) },
			want:  same[[]int],
		}.timedSubject(),
		operator[int, int]{
			name: "RateLimitBy", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] {
				return transforms.RateLimitBy(rate.NewLimiter(2, 2), func(int) int { return 2 })
			},
			want: same[[]int],
			panicking: func() pair[int, int] {
				return transforms.RateLimitBy(rate.NewLimiter(2, 2), func(int) int { panic(errBoom) })
			},
		}.timedSubject(),
		operator[int, int]{
			name: "Timeout", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.Timeout[int](half) },
			want:  same[[]int],
		}.timedSubject(),
		operator[int, int]{
			name: "TimeoutFirst", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.TimeoutFirst[int](half) },
			want:  same[[]int],
		}.timedSubject(),
		operator[int, int]{
			name: "TimeoutWhole", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.TimeoutWhole[int](never) },
			want:  same[[]int],
		}.timedSubject(),
		operator[int, int]{
			name: "TimeoutConsumer", aheadAtStart: 2, aheadAfterRead: 3,
			input: number,
			stage: func() pair[int, int] { return transforms.TimeoutConsumer[int](never) },
			want:  same[[]int],
		}.timedSubject(),
		operator[int, int]{
			name: "KeepAlive", aheadAtStart: 1, aheadAfterRead: 2,
			input: number,
			stage: func() pair[int, int] { return transforms.KeepAlive(half, func() int { return -1 }) },
			want:  same[[]int],
			panicking: func() pair[int, int] {
				slow := transforms.Delay[int](time.Second, 1)
				return streams.Chain(slow, transforms.KeepAlive(half, func() int { panic(errBoom) }))
			},
		}.subject(),
		operator[int, int]{
			name: "Expand", aheadAtStart: 2, aheadAfterRead: 3,
			input: number,
			stage: func() pair[int, int] { return transforms.Expand(func(int, int) (int, bool) { return 0, false }) },
			want:  same[[]int],
			panicking: func() pair[int, int] {
				slow := transforms.Delay[int](time.Second, 1)
				return streams.Chain(slow, transforms.Expand(func(int, int) (int, bool) { panic(errBoom) }))
			},
		}.timedSubject(),
		operator[int, int]{
			name: "Buffer", aheadAtStart: 4, aheadAfterRead: 5,
			input: number,
			stage: func() pair[int, int] { return transforms.Buffer[int](3, transforms.Wait) },
			want:  same[[]int],
		}.timedSubject(),
		operator[int, int]{
			name:   "Conflate",
			input:  number,
			stage:  func() pair[int, int] { return transforms.Conflate(same[int], add) },
			want:   inOne,
			normal: inOne,
			panicking: func() pair[int, int] {
				return transforms.Conflate(func(int) int { panic(errBoom) }, add)
			},
		}.eagerSubject(),
		covered("Interval", TestInterval),
		covered("Timer", TestTimer),
		covered("Retry", TestRetry),
		covered("Restart", TestRestart),
	}
}

func TestBadTimeArguments(t *testing.T) {
	const s = time.Second
	limiter := rate.NewLimiter(1, 1)
	checkBad(t, "Debounce(0s)", transforms.Debounce[int](0), streams.ErrRange)
	checkBad(t, "Throttle(-1s)", transforms.Throttle[int](-s), streams.ErrRange)
	checkBad(t, "Sample(0s)", transforms.Sample[int](0), streams.ErrRange)
	checkBad(t, "Audit(0s)", transforms.Audit[int](0), streams.ErrRange)
	checkBad(t, "Delay(-1s)", transforms.Delay[int](-s, 1), streams.ErrRange)
	checkBad(t, "Delay(0)", transforms.Delay[int](s, 0), streams.ErrRange)
	checkBad(t, "RateLimit(nil)", transforms.RateLimit[int](nil), streams.ErrInvalidArgument)
	checkBad(t, "RateLimitBy(nil)", transforms.RateLimitBy(nil, same[int]), streams.ErrInvalidArgument)
	checkBad(t, "RateLimitBy(nil)", transforms.RateLimitBy[int](limiter, nil), streams.ErrInvalidArgument)
	checkBad(t, "Timeout(0s)", transforms.Timeout[int](0), streams.ErrRange)
	checkBad(t, "TimeoutFirst(0s)", transforms.TimeoutFirst[int](0), streams.ErrRange)
	checkBad(t, "TimeoutWhole(0s)", transforms.TimeoutWhole[int](0), streams.ErrRange)
	checkBad(t, "TimeoutConsumer(0s)", transforms.TimeoutConsumer[int](0), streams.ErrRange)
	checkBad(t, "KeepAlive(0s)", transforms.KeepAlive(0, func() int { return 0 }), streams.ErrRange)
	checkBad(t, "KeepAlive(nil)", transforms.KeepAlive[int](s, nil), streams.ErrInvalidArgument)
	checkBad(t, "Expand(nil)", transforms.Expand[int](nil), streams.ErrInvalidArgument)
	checkBad(t, "Buffer(0)", transforms.Buffer[int](0, transforms.Wait), streams.ErrRange)
	checkBad(t, "Buffer(1, 5)", transforms.Buffer[int](1, transforms.Overflow(5)), streams.ErrInvalidArgument)
	checkBad(t, "Conflate(nil)", transforms.Conflate(same[int], nil), streams.ErrInvalidArgument)
	checkBad(t, "Conflate(nil)", transforms.Conflate(nil, add), streams.ErrInvalidArgument)
}
