package streams_test

// What the tests share: operations that block, looked at when everything has come to rest, and sources and sinks that
// record what is called.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

var (
	errA = errors.New("error A")
	errB = errors.New("error B")
)

// ended is a context that has ended: what is asked with it is asked without waiting.
var ended = func() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errPending)
	return ctx
}()

// errPending is what a call with the context ended returns if it would have to wait.
var errPending = errors.New("pending")

// An operation is a call that may block, running in a goroutine of its own.
type operation[T any] struct {
	done  bool
	value T
	err   error
}

// begin starts an operation. What became of it may be asked after [synctest.Wait], which the methods of operation call.
func begin[T any](call func() (T, error)) *operation[T] {
	o := async(call)
	synctest.Wait()
	return o
}

// async is begin without the wait, for use inside a callback.
func async[T any](call func() (T, error)) *operation[T] {
	o := new(operation[T])
	go func() {
		value, err := call()
		o.value, o.err, o.done = value, err, true
	}()
	return o
}

// beginError is begin for a call that returns an error alone.
func beginError(call func() error) *operation[struct{}] {
	return begin(func() (struct{}, error) { return struct{}{}, call() })
}

// beginCall begins a call that waits for something, such as w.Closed.
func beginCall(call func(ctx context.Context) error) *operation[struct{}] {
	return beginError(func() error { return call(context.Background()) })
}

// beginReason begins a call that is given a reason, such as w.Abort.
func beginReason(call func(ctx context.Context, reason error) error, reason error) *operation[struct{}] {
	return beginError(func() error { return call(context.Background(), reason) })
}

// asyncReason is beginReason without the wait, for use inside a callback.
func asyncReason(call func(ctx context.Context, reason error) error, reason error) *operation[struct{}] {
	return async(func() (struct{}, error) { return struct{}{}, call(context.Background(), reason) })
}

// read begins a read.
func read[T any](r *streams.DefaultReader[T]) *operation[T] {
	return begin(func() (T, error) { return r.Read(context.Background()) })
}

// wantPending fails the test unless the operation still waits at rest.
func (o *operation[T]) wantPending(t *testing.T) {
	t.Helper()
	synctest.Wait()
	if o.done {
		t.Fatalf("got %v, %v; want it to wait", o.value, o.err)
	}
}

// want fails the test unless the operation has returned value and no error.
func (o *operation[T]) want(t *testing.T, value T) {
	t.Helper()
	synctest.Wait()
	if !o.done || o.err != nil || any(o.value) != any(value) {
		t.Fatalf("got done %t, %v, %v; want %v", o.done, o.value, o.err, value)
	}
}

// wantOK fails the test unless the operation has returned no error.
func (o *operation[T]) wantOK(t *testing.T) {
	t.Helper()
	synctest.Wait()
	if !o.done || o.err != nil {
		t.Fatalf("got done %t, %v; want no error", o.done, o.err)
	}
}

// wantError fails the test unless the operation has returned an error that is target.
func (o *operation[T]) wantError(t *testing.T, target error) {
	t.Helper()
	synctest.Wait()
	if !o.done || !isError(o.err, target) {
		t.Fatalf("got done %t, %v; want the error %v", o.done, o.err, target)
	}
}

// isError reports whether err is target, as it is or in what the package wraps around it to say more. An ErrErrored is not
// taken for the stored error that it wraps: that one is returned by other calls.
func isError(err, target error) bool {
	return errors.Is(err, target) && (errors.Is(target, streams.ErrErrored) || !errors.Is(err, streams.ErrErrored))
}

// wantError fails the test unless err is target.
func wantError(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("got the error %v, want %v", err, target)
	}
}

// wantAll fails the test unless each of the calls, such as w.Closed, returns target when it is made at rest and without
// waiting: nil for no error, errPending if it would have to wait.
func wantAll(t *testing.T, target error, calls ...func(ctx context.Context) error) {
	t.Helper()
	synctest.Wait()
	for i, call := range calls {
		if err := call(ended); !isError(err, target) {
			t.Fatalf("call %d: got the error %v, want %v", i, err, target)
		}
	}
}

// wantDesiredSize fails the test unless a writer or controller has this desired size.
func wantDesiredSize(t *testing.T, of interface{ DesiredSize() (int, bool) }, want int) {
	t.Helper()
	if n, ok := of.DesiredSize(); !ok || n != want {
		t.Fatalf("got the desired size %d, %t; want %d", n, ok, want)
	}
}

// wantNoDesiredSize fails the test unless a writer or controller has no desired size.
func wantNoDesiredSize(t *testing.T, of interface{ DesiredSize() (int, bool) }) {
	t.Helper()
	if n, ok := of.DesiredSize(); ok {
		t.Fatalf("got the desired size %d, want none", n)
	}
}

// wantEqual fails the test unless got is want.
func wantEqual[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// A gate holds the callbacks that come to it. It takes no notice of their contexts. It is made with make, in the bubble.
type gate chan error

// wait blocks a callback until it is let through, and returns what it is to return.
func (g gate) wait() error { return <-g }

// let lets one callback through, which must be waiting, and waits for what comes of it.
func (g gate) let(err error) {
	g <- err
	synctest.Wait()
}

// A held callback waits at a gate, which opens for good at the end of the test.
type held struct {
	gate
	callback
}

func newHeld(t *testing.T) held {
	g := make(gate)
	t.Cleanup(func() { close(g) })
	return held{g, g.wait}
}

// A callback has the forms of the callbacks of sources, sinks and transformers of ints.
type callback func() error

// fails is a callback that fails at once.
func fails(err error) callback { return func() error { return err } }

func (f callback) start(context.Context, *streams.WritableController[int]) error { return f() }

func (f callback) write(context.Context, int, *streams.WritableController[int]) error { return f() }

func (f callback) close(context.Context) error { return f() }

func (f callback) abort(context.Context, error) error { return f() }

func (f callback) startTransform(context.Context, *streams.TransformController[int]) error {
	return f()
}

func (f callback) transform(context.Context, int, *streams.TransformController[int]) error {
	return f()
}

func (f callback) flush(context.Context, *streams.TransformController[int]) error { return f() }

func (f callback) cancel(context.Context, error) error { return f() }

func (f callback) startSource(context.Context, *streams.ReadableController[int]) error { return f() }

func (f callback) pull(context.Context, *streams.ReadableController[int]) error { return f() }

// getWriter locks a stream to a writer. At the end of the test the stream is aborted.
func getWriter[T any](t *testing.T, s *streams.WritableStream[T]) *streams.DefaultWriter[T] {
	t.Helper()
	w := must(s.GetWriter())(t)
	t.Cleanup(func() { _ = w.Abort(ended, errPending) })
	return w
}

// getReader locks a stream to a reader. At the end of the test the stream is cancelled.
func getReader[T any](t *testing.T, s *streams.ReadableStream[T]) *streams.DefaultReader[T] {
	t.Helper()
	r := must(s.GetReader())(t)
	t.Cleanup(func() { _ = r.Cancel(ended, errPending) })
	return r
}

// must returns value and fails the test if err is not nil.
func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// events are the calls that a recording source, sink or transformer got, such as "pull" or "write 1". They are looked at
// at rest.
type events struct {
	mu   sync.Mutex // guards list: callbacks of one stream may overlap
	list []string
}

func (e *events) add(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, fmt.Sprintf(format, args...))
}

// want fails the test unless the events are these.
func (e *events) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	if !slices.Equal(e.list, want) {
		t.Fatalf("got the events %q, want %q", e.list, want)
	}
}

// wantWithoutPulls is want for all events but pulls.
func (e *events) wantWithoutPulls(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	got := slices.DeleteFunc(slices.Clone(e.list), func(event string) bool { return event == "pull" })
	if !slices.Equal(got, want) {
		t.Fatalf("got the events %q without pulls, want %q", got, want)
	}
}

// readableEnd returns how a stream that nobody has locked has ended: nil if it is closed, its error if it is errored, and
// errPending if it has not ended.
func readableEnd[T any](t *testing.T, s *streams.ReadableStream[T]) error {
	t.Helper()
	synctest.Wait()
	r := must(s.GetReader())(t)
	defer r.ReleaseLock()
	return r.Closed(ended)
}

// writableEnd is readableEnd for the other side.
func writableEnd[T any](t *testing.T, s *streams.WritableStream[T]) error {
	t.Helper()
	synctest.Wait()
	w := must(s.GetWriter())(t)
	defer w.ReleaseLock()
	return w.Closed(ended)
}

// A recordingSource records the calls of the source of a stream of ints, and gives its controller away.
type recordingSource struct {
	events
	controller *streams.ReadableController[int]
}

// recordingReadable makes a stream from callbacks, which may be nil, and records their calls.
func recordingReadable(extra streams.UnderlyingSource[int], strategy ...streams.QueuingStrategy[int]) (*streams.ReadableStream[int], *recordingSource) {
	rec := new(recordingSource)
	s := streams.NewReadableStream(streams.UnderlyingSource[int]{
		Start: func(ctx context.Context, c *streams.ReadableController[int]) error {
			rec.controller = c
			if extra.Start != nil {
				return extra.Start(ctx, c)
			}
			return nil
		},
		Pull: func(ctx context.Context, c *streams.ReadableController[int]) error {
			rec.add("pull")
			if extra.Pull != nil {
				return extra.Pull(ctx, c)
			}
			return nil
		},
		Cancel: func(ctx context.Context, reason error) error {
			rec.add("cancel %v", reason)
			if extra.Cancel != nil {
				return extra.Cancel(ctx, reason)
			}
			return nil
		},
	}, strategy...)
	synctest.Wait() // for Start, which brings the controller
	return s, rec
}

// A recordingSink records the calls of the sink of a stream of ints, and gives its controller away.
type recordingSink struct {
	events
	controller *streams.WritableController[int]
}

// recordingWritable makes a stream from callbacks, which may be nil, and records their calls.
func recordingWritable(extra streams.UnderlyingSink[int], strategy ...streams.QueuingStrategy[int]) (*streams.WritableStream[int], *recordingSink) {
	rec := new(recordingSink)
	s := streams.NewWritableStream(streams.UnderlyingSink[int]{
		Start: func(ctx context.Context, c *streams.WritableController[int]) error {
			rec.controller = c
			if extra.Start != nil {
				return extra.Start(ctx, c)
			}
			return nil
		},
		Write: func(ctx context.Context, chunk int, c *streams.WritableController[int]) error {
			rec.add("write %d", chunk)
			if extra.Write != nil {
				return extra.Write(ctx, chunk, c)
			}
			return nil
		},
		Close: func(ctx context.Context) error {
			rec.add("close")
			if extra.Close != nil {
				return extra.Close(ctx)
			}
			return nil
		},
		Abort: func(ctx context.Context, reason error) error {
			rec.add("abort %v", reason)
			if extra.Abort != nil {
				return extra.Abort(ctx, reason)
			}
			return nil
		},
	}, strategy...)
	synctest.Wait() // for Start, which brings the controller
	return s, rec
}

// A recordingTransformer records the calls of the transformer of a stream of ints, and gives its controller away.
type recordingTransformer struct {
	events
	controller *streams.TransformController[int]
}

// recordingTransform makes a stream from callbacks, which may be nil, and records their calls. Without a Transform the
// chunks go through as they are.
func recordingTransform(extra streams.Transformer[int, int], opts ...streams.TransformOption) (*streams.TransformStream[int, int], *recordingTransformer) {
	rec := new(recordingTransformer)
	s := streams.NewTransformStream(streams.Transformer[int, int]{
		Start: func(ctx context.Context, c *streams.TransformController[int]) error {
			rec.controller = c
			if extra.Start != nil {
				return extra.Start(ctx, c)
			}
			return nil
		},
		Transform: func(ctx context.Context, chunk int, c *streams.TransformController[int]) error {
			rec.add("transform %d", chunk)
			if extra.Transform != nil {
				return extra.Transform(ctx, chunk, c)
			}
			return c.Enqueue(chunk)
		},
		Flush: func(ctx context.Context, c *streams.TransformController[int]) error {
			rec.add("flush")
			if extra.Flush != nil {
				return extra.Flush(ctx, c)
			}
			return nil
		},
		Cancel: func(ctx context.Context, reason error) error {
			rec.add("cancel %v", reason)
			if extra.Cancel != nil {
				return extra.Cancel(ctx, reason)
			}
			return nil
		},
	}, opts...)
	synctest.Wait() // for Start, which brings the controller
	return s, rec
}
