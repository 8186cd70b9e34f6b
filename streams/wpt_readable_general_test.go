package streams_test

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableGeneral(t *testing.T) {
	runWPT(t, "readable-streams/general", map[string]func(t *testing.T){
		"ReadableStream can be constructed with no errors": func(t *testing.T) {
			r := getReader(t, streams.NewReadableStream(intSource{}))
			wantAll(t, errPending, r.Closed)
			_, rec := recordingReadable(intSource{})
			wantDesiredSize(t, rec.controller, 1)
			feed(t, rec.controller, 7)
			wantDesiredSize(t, rec.controller, 0)
		},
		// The type of a source is the constructor that takes it. What is left are the constructors that need a function.
		"ReadableStream can't be constructed with an invalid type": func(t *testing.T) {
			for _, s := range []*streams.ReadableStream[int]{
				streams.Generate[int](nil), streams.FromFunc[int](nil), streams.From[int](nil), streams.FromSeq2[int](nil),
			} {
				wantAll(t, streams.ErrInvalidArgument, getReader(t, s).Closed)
			}
			wantAll(t, streams.ErrInvalidArgument, getReader(t, streams.FromReader(nil)).Closed)
		},
		"ReadableStream start should be called with the proper thisArg": func(t *testing.T) {
			starts := 0
			s, rec := recordingReadable(intSource{Start: with(func(*intController) error {
				starts++
				return nil
			})})
			wantEqual(t, starts, 1)
			r := getReader(t, s)
			feed(t, rec.controller, 1)
			wantReads(t, r, 1)
			beginReason(r.Cancel, errA).wantOK(t)
			wantEqual(t, starts, 1)
		},
		"default ReadableStream getReader() should only accept mode:undefined": func(t *testing.T) {
			_, found := reflect.TypeFor[*streams.ReadableStream[int]]().MethodByName("GetBYOBReader")
			wantEqual(t, found, false)
			getReader(t, streams.NewReadableStream(intSource{}))
		},
		"ReadableStream start should be able to return a promise": func(t *testing.T) {
			hold := newHeld(t)
			s, _ := recordingReadable(intSource{Start: with(func(c *intController) error {
				_ = hold.wait()
				_ = c.Enqueue(1)
				return c.Close()
			})})
			r := getReader(t, s)
			first, closed := read(r), beginCall(r.Closed)
			first.wantPending(t)
			hold.let(nil)
			first.want(t, 1)
			closed.wantOK(t)
		},
		"ReadableStream start should be able to return a promise and reject it": func(t *testing.T) {
			hold := newHeld(t)
			s, _ := recordingReadable(intSource{Start: hold.startSource})
			closed := beginCall(getReader(t, s).Closed)
			closed.wantPending(t)
			hold.let(errA)
			closed.wantError(t, errA)
		},
		"ReadableStream should be able to enqueue different objects.": func(t *testing.T) {
			objects := []any{"test", 1, struct{ potato string }{"Give me more!"}}
			s := streams.NewReadableStream(streams.UnderlyingSource[any]{
				Start: func(_ context.Context, c *streams.ReadableController[any]) error {
					for _, object := range objects {
						_ = c.Enqueue(object)
					}
					return c.Close()
				},
			})
			r := getReader(t, s)
			wantReads(t, r, objects...)
			wantAll(t, nil, r.Closed)
		},
		"ReadableStream: if pull rejects, it should error the stream": func(t *testing.T) {
			hold := newHeld(t)
			s, _ := recordingReadable(intSource{Pull: hold.pull})
			r := getReader(t, s)
			first, closed := read(r), beginCall(r.Closed)
			hold.let(errA)
			first.wantError(t, errA)
			closed.wantError(t, errA)
		},
		"ReadableStream: should only call pull once upon starting the stream": func(t *testing.T) {
			_, rec := recordingReadable(intSource{})
			rec.want(t, "pull")
		},
		"ReadableStream: should call pull when trying to read from a started, empty stream": func(t *testing.T) {
			pulls := 0
			s, rec := recordingReadable(intSource{Pull: with(func(c *intController) error {
				pulls++
				if pulls == 1 {
					return nil // leaves the stream empty for the read
				}
				return c.Enqueue(pulls)
			})})
			rec.want(t, "pull")
			wantReads(t, getReader(t, s), 2)
			rec.want(t, "pull", "pull", "pull")
		},
		"ReadableStream: should only call pull once on a non-empty stream read from before start fulfills": func(t *testing.T) {
			hold := newHeld(t)
			s, rec := recordingReadable(intSource{Start: with(func(c *intController) error {
				_ = c.Enqueue(1)
				return hold.wait()
			})})
			wantReads(t, getReader(t, s), 1)
			rec.want(t)
			hold.let(nil)
			rec.want(t, "pull")
		},
		"ReadableStream: should only call pull once on a non-empty stream read from after start fulfills": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: enqueueAll(1)})
			rec.want(t)
			wantReads(t, getReader(t, s), 1)
			rec.want(t, "pull")
		},
		"ReadableStream: should call pull in reaction to read()ing the last chunk, if not draining": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			feed(t, rec.controller, 1)
			rec.want(t, "pull")
			wantReads(t, getReader(t, s), 1)
			rec.want(t, "pull", "pull")
		},
		"ReadableStream: should not call pull() in reaction to read()ing the last chunk, if draining": func(t *testing.T) {
			s, rec := recordingReadable(intSource{}, streams.CountQueuingStrategy[int](2))
			rec.want(t, "pull")
			feed(t, rec.controller, 1, 2)
			rec.want(t, "pull", "pull")
			wantError(t, rec.controller.Close(), nil)
			wantReads(t, getReader(t, s), 1, 2)
			rec.want(t, "pull", "pull")
		},
		"ReadableStream: should not call pull until the previous pull call's promise fulfills": func(t *testing.T) {
			hold := newHeld(t)
			pulls := 0
			s, rec := recordingReadable(intSource{Pull: with(func(c *intController) error {
				pulls++
				_ = c.Enqueue(pulls)
				return hold.wait()
			})})
			r := getReader(t, s)
			wantReads(t, r, 1)
			rec.want(t, "pull")
			hold.let(nil)
			rec.want(t, "pull", "pull")
			hold.let(nil)
			rec.want(t, "pull", "pull") // the queue is full
		},
		"ReadableStream: should pull after start, and after every read": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: enqueueAll(1, 2, 3)},
				streams.QueuingStrategy[int]{HighWaterMark: streams.Unbounded, Size: func(int) int { return 1 }})
			r := getReader(t, s)
			want := []string{"pull"}
			for chunk := 1; chunk <= 3; chunk++ {
				rec.want(t, want...)
				wantReads(t, r, chunk)
				want = append(want, "pull")
			}
			rec.want(t, want...)
		},
		"ReadableStream: should not call pull after start if the stream is now closed": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: enqueueAllAndClose(1)}, streams.CountQueuingStrategy[int](2))
			r := getReader(t, s)
			rec.want(t)
			wantReads(t, r, 1)
			wantAll(t, nil, r.Closed)
			rec.want(t)
		},
		"ReadableStream: should call pull after enqueueing from inside pull (with no read requests), if strategy allows": func(t *testing.T) {
			_, rec := recordingReadable(intSource{Pull: countTo(100)}, streams.CountQueuingStrategy[int](4))
			rec.want(t, "pull", "pull", "pull", "pull")
			wantDesiredSize(t, rec.controller, 0)
		},
		"ReadableStream pull should be able to close a stream.": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Pull: with((*intController).Close)})
			wantAll(t, nil, getReader(t, s).Closed)
			rec.want(t, "pull")
		},
		"ReadableStream pull should be able to error a stream.": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Pull: errorWith(errA, nil)})
			wantAll(t, errA, getReader(t, s).Closed)
		},
		"ReadableStream pull should be able to error a stream and throw.": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Pull: errorWith(errA, errB)})
			wantAll(t, errA, getReader(t, s).Closed)
		},
		"ReadableStream: enqueue should throw when the stream is readable but draining": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: enqueueAllAndClose(1)})
			wantError(t, rec.controller.Enqueue(2), streams.ErrClosed)
			wantCollected(t, s, 1)
		},
		"ReadableStream: enqueue should throw when the stream is closed": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: with((*intController).Close)})
			wantError(t, rec.controller.Enqueue(1), streams.ErrClosed)
			wantCollected(t, s)
		},
		"ReadableStream: should call underlying source methods as methods": func(t *testing.T) {
			starts := 0
			s, rec := recordingReadable(intSource{Start: with(func(c *intController) error {
				starts++
				return c.Enqueue(1)
			})})
			r := getReader(t, s)
			wantReads(t, r, 1)
			r.ReleaseLock()
			beginReason(s.Cancel, errA).wantOK(t)
			wantEqual(t, starts, 1)
			rec.want(t, "pull", "cancel error A")
			wantAll(t, nil, getReader(t, s).Closed)
		},
		"ReadableStream: desiredSize when closed": func(t *testing.T) {
			_, rec := recordingReadable(intSource{}, streams.CountQueuingStrategy[int](10))
			wantDesiredSize(t, rec.controller, 10)
			wantError(t, rec.controller.Close(), nil)
			wantDesiredSize(t, rec.controller, 0)
		},
		"ReadableStream: desiredSize when errored": func(t *testing.T) {
			_, rec := recordingReadable(intSource{}, streams.CountQueuingStrategy[int](10))
			wantDesiredSize(t, rec.controller, 10)
			rec.controller.Error(errA)
			wantNoDesiredSize(t, rec.controller)
		},
		"ReadableStream strategies: the default strategy should give desiredSize of 1 to start, decreasing by 1 per enqueue": func(t *testing.T) {
			_, rec := recordingReadable(intSource{})
			for size := 1; size >= -3; size-- {
				wantDesiredSize(t, rec.controller, size)
				feed(t, rec.controller, 7)
			}
		},
		"ReadableStream strategies: the default strategy should continue giving desiredSize of 1 if the chunks are read immediately": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r := getReader(t, s)
			for chunk := range 4 {
				wantDesiredSize(t, rec.controller, 1)
				feed(t, rec.controller, chunk)
				wantDesiredSize(t, rec.controller, 0)
				wantReads(t, r, chunk)
			}
		},
		"ReadableStream integration test: adapting a random push source": func(t *testing.T) {
			source := &pushSource{last: 8}
			s, _ := recordingReadable(intSource{
				Start: with(func(c *intController) error {
					source.onData = func(chunk int) {
						_ = c.Enqueue(chunk)
						if room, _ := c.DesiredSize(); room <= 0 {
							source.readStop()
						}
					}
					source.onEnd = func() { _ = c.Close() }
					return nil
				}),
				Pull: with(func(*intController) error {
					source.readStart()
					return nil
				}),
			})
			<-time.After(time.Second)
			synctest.Wait()
			wantEqual(t, source.given, 1) // it was stopped until somebody reads
			wantCount(t, s, 8)
		},
		"ReadableStream integration test: adapting a sync pull source": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Pull: countTo(10)})
			wantCount(t, s, 10)
			wantEqual(t, len(rec.list), 10)
		},
		"ReadableStream integration test: adapting an async pull source": func(t *testing.T) {
			count := countTo(10)
			s, rec := recordingReadable(intSource{Pull: func(ctx context.Context, c *intController) error {
				<-time.After(time.Millisecond)
				return count(ctx, c)
			}})
			wantCount(t, s, 10)
			wantEqual(t, len(rec.list), 10)
		},
	})
}

// wantCount fails the test unless a stream gives the chunks 1 to last and then its end. They may take time.
func wantCount(t *testing.T, s *streams.ReadableStream[int], last int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var want []int
	for chunk := range last {
		want = append(want, chunk+1)
	}
	wantChunks(t, must(s.Collect(ctx))(t), want...)
}
