package streams_test

// The templates of the Web Platform Tests for streams in a given state, however they came there, under their names there.

import (
	"context"
	"io"
	"reflect"
	"slices"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// A readableFixture is a stream in the state that a template is about.
type readableFixture struct {
	stream *streams.ReadableStream[int]
	reader *streams.DefaultReader[int] // of templates that say so in their name
	source *recordingSource
}

func newReadableFixture(source intSource) readableFixture {
	s, rec := recordingReadable(source)
	return readableFixture{stream: s, source: rec}
}

// locked returns the fixture with a reader.
func (f readableFixture) locked(t *testing.T) readableFixture {
	f.reader = getReader(t, f.stream)
	return f
}

// A template is a set of tests, to be run on a fixture that is made for each of them.
type template map[string]func(t *testing.T, f readableFixture)

// addTo adds the tests of the template to those of a file.
func (tests template) addTo(all map[string]func(t *testing.T), label string, factory func(t *testing.T) readableFixture) {
	for name, test := range tests {
		all[label+": "+name] = func(t *testing.T) { test(t, factory(t)) }
	}
}

var templatedRSEmpty = template{
	"instances have the correct methods and properties": func(t *testing.T, f readableFixture) {
		var stream interface {
			Locked() bool
			Cancel(ctx context.Context, reason error) error
			GetReader() (*streams.DefaultReader[int], error)
			PipeTo(ctx context.Context, dest *streams.WritableStream[int], opts ...streams.PipeOption) error
			Tee() (a, b *streams.ReadableStream[int], err error)
		} = f.stream
		wantEqual(t, stream.Locked(), false)
		identity := streams.NewTransformStream(streams.Transformer[int, int]{})
		wantEqual(t, streams.PipeThrough(f.stream, identity) == identity.Readable(), true)
		beginReason(identity.Readable().Cancel, errA).wantOK(t)
	},
	// There is no mode to get wrong.
	"calling getReader with invalid arguments should throw appropriate errors": func(t *testing.T, f readableFixture) {
		wantEqual(t, reflect.TypeOf(f.stream.GetReader).NumIn(), 0)
		wantEqual(t, f.stream.Locked(), false)
		getReader(t, f.stream)
	},
}

var templatedRSEmptyReader = template{
	"instances have the correct methods and properties": func(t *testing.T, f readableFixture) {
		var reader interface {
			Closed(ctx context.Context) error
			Cancel(ctx context.Context, reason error) error
			Read(ctx context.Context) (int, error)
			ReleaseLock()
		} = f.reader
		wantAll(t, errPending, reader.Closed)
	},
	"locked should be true": func(t *testing.T, f readableFixture) {
		wantEqual(t, f.stream.Locked(), true)
	},
	"read() should never settle": func(t *testing.T, f readableFixture) {
		ctx, cancel := context.WithCancelCause(t.Context())
		o := begin(func() (int, error) { return f.reader.Read(ctx) })
		o.wantPending(t)
		cancel(errA)
		o.wantError(t, errA)
		wantAll(t, errPending, f.reader.Closed)
		next := read(f.reader)
		feed(t, f.source.controller, 1, 2)
		next.want(t, 1)
		wantReads(t, f.reader, 2)
	},
	"two read()s should both never settle": func(t *testing.T, f readableFixture) {
		first, second := read(f.reader), read(f.reader)
		first.wantPending(t)
		second.wantPending(t)
	},
	"getReader() again on the stream should fail": func(t *testing.T, f readableFixture) {
		wantRefusesReader(t, f.stream)
	},
	"releasing the lock should reject all pending read requests": func(t *testing.T, f readableFixture) {
		first, second, closed := read(f.reader), read(f.reader), beginCall(f.reader.Closed)
		f.reader.ReleaseLock()
		wantEqual(t, f.stream.Locked(), false)
		first.wantError(t, streams.ErrReleased)
		second.wantError(t, streams.ErrReleased)
		closed.wantError(t, streams.ErrReleased)
	},
	"releasing the lock should cause further read() calls to reject with a TypeError": func(t *testing.T, f readableFixture) {
		f.reader.ReleaseLock()
		for range 2 {
			read(f.reader).wantError(t, streams.ErrReleased)
		}
	},
	"releasing the lock should cause closed calls to reject with a TypeError": func(t *testing.T, f readableFixture) {
		closed := beginCall(f.reader.Closed)
		closed.wantPending(t)
		f.reader.ReleaseLock()
		closed.wantError(t, streams.ErrReleased)
		wantAll(t, streams.ErrReleased, f.reader.Closed)
	},
	"releasing the lock should cause locked to become false": func(t *testing.T, f readableFixture) {
		f.reader.ReleaseLock()
		wantEqual(t, f.stream.Locked(), false)
	},
	"canceling via the reader should cause the reader to act closed": func(t *testing.T, f readableFixture) {
		beginReason(f.reader.Cancel, errA).wantOK(t)
		read(f.reader).wantError(t, io.EOF)
	},
	"canceling via the stream should fail": func(t *testing.T, f readableFixture) {
		beginReason(f.stream.Cancel, errA).wantError(t, streams.ErrLocked)
		f.source.want(t, "pull")
		wantAll(t, errPending, f.reader.Closed)
	},
}

var templatedRSClosed = template{
	"cancel() should return a distinct fulfilled promise each time": func(t *testing.T, f readableFixture) {
		calls := slices.Clone(f.source.list)
		for range 2 {
			beginReason(f.stream.Cancel, errB).wantOK(t)
		}
		f.source.want(t, calls...)
	},
	"locked should be false": func(t *testing.T, f readableFixture) {
		wantEqual(t, f.stream.Locked(), false)
	},
	"getReader() should be OK": func(t *testing.T, f readableFixture) {
		wantAll(t, nil, getReader(t, f.stream).Closed)
	},
	"should be able to acquire multiple readers if they are released in succession": func(t *testing.T, f readableFixture) {
		for range 2 {
			getReader(t, f.stream).ReleaseLock()
		}
		wantAll(t, nil, getReader(t, f.stream).Closed)
	},
	"should not be able to acquire a second reader if we don't release the first one": func(t *testing.T, f readableFixture) {
		getReader(t, f.stream)
		for range 2 {
			wantRefusesReader(t, f.stream)
		}
	},
}

var templatedRSClosedReader = template{
	"read() should fulfill with { value: undefined, done: true }": func(t *testing.T, f readableFixture) {
		o := read(f.reader)
		o.wantError(t, io.EOF)
		wantEqual(t, o.value, 0)
	},
	"read() multiple times should fulfill with { value: undefined, done: true }": func(t *testing.T, f readableFixture) {
		reading := func() (int, error) { return f.reader.Read(context.Background()) }
		for _, o := range []*operation[int]{async(reading), async(reading), begin(reading)} {
			o.wantError(t, io.EOF)
		}
	},
	"read() should work when used within another read() fulfill callback": func(t *testing.T, f readableFixture) {
		begin(func() (int, error) {
			_, _ = f.reader.Read(context.Background())
			return f.reader.Read(context.Background())
		}).wantError(t, io.EOF)
	},
	"closed should fulfill with undefined": func(t *testing.T, f readableFixture) {
		wantAll(t, nil, f.reader.Closed)
	},
	"releasing the lock should cause closed to reject and change identity": func(t *testing.T, f readableFixture) {
		before := beginCall(f.reader.Closed)
		f.reader.ReleaseLock()
		before.wantOK(t)
		wantAll(t, streams.ErrReleased, f.reader.Closed)
	},
	"cancel() should return a distinct fulfilled promise each time": func(t *testing.T, f readableFixture) {
		for range 2 {
			beginReason(f.reader.Cancel, errB).wantOK(t)
		}
		wantAll(t, nil, f.reader.Closed)
	},
}

// templatedRSErrored is for streams that are errored with errA, as the following ones are.
var templatedRSErrored = template{
	"getReader() should return a reader that acts errored": func(t *testing.T, f readableFixture) {
		r := getReader(t, f.stream)
		wantAll(t, errA, r.Closed)
		read(r).wantError(t, errA)
	},
	"read() twice should give the error each time": func(t *testing.T, f readableFixture) {
		r := getReader(t, f.stream)
		for range 2 {
			_, err := r.Read(context.Background())
			wantEqual(t, err, errA) // the very error
		}
		wantAll(t, errA, r.Closed)
	},
	"locked should be false": func(t *testing.T, f readableFixture) {
		wantEqual(t, f.stream.Locked(), false)
	},
}

var templatedRSErroredSyncOnly = template{
	"should be able to obtain a second reader, with the correct closed promise": func(t *testing.T, f readableFixture) {
		getReader(t, f.stream).ReleaseLock()
		wantAll(t, errA, getReader(t, f.stream).Closed)
	},
	"should not be able to obtain additional readers if we don't release the first lock": func(t *testing.T, f readableFixture) {
		getReader(t, f.stream)
		for range 2 {
			wantRefusesReader(t, f.stream)
		}
	},
	"cancel() should return a distinct rejected promise each time": func(t *testing.T, f readableFixture) {
		for range 2 {
			beginReason(f.stream.Cancel, errB).wantError(t, errA)
		}
		f.source.want(t)
	},
	"reader cancel() should return a distinct rejected promise each time": func(t *testing.T, f readableFixture) {
		r := getReader(t, f.stream)
		for range 2 {
			beginReason(r.Cancel, errB).wantError(t, errA)
		}
		f.source.want(t)
	},
}

var templatedRSErroredReader = template{
	"closed should reject with the error": func(t *testing.T, f readableFixture) {
		wantAll(t, errA, f.reader.Closed)
	},
	"releasing the lock should cause closed to reject and change identity": func(t *testing.T, f readableFixture) {
		before := beginCall(f.reader.Closed)
		f.reader.ReleaseLock()
		before.wantError(t, errA)
		wantAll(t, streams.ErrReleased, f.reader.Closed)
	},
	"read() should reject with the error": func(t *testing.T, f readableFixture) {
		read(f.reader).wantError(t, errA)
	},
}

// templatedRSTwoChunksOpenReader is for streams with the chunks 1 and 2 in their queue.
var templatedRSTwoChunksOpenReader = template{
	"calling read() twice without waiting will eventually give both chunks (sequential)": func(t *testing.T, f readableFixture) {
		first, second := read(f.reader), read(f.reader)
		first.want(t, 1)
		second.want(t, 2)
	},
	"calling read() twice without waiting will eventually give both chunks (nested)": func(t *testing.T, f readableFixture) {
		wantReads(t, f.reader, 1, 2)
	},
	"cancel() after a read() should still give that single read result": func(t *testing.T, f readableFixture) {
		before := read(f.reader)
		beginReason(f.reader.Cancel, errA).wantOK(t)
		before.want(t, 1)
		read(f.reader).wantError(t, io.EOF)
		wantAll(t, nil, f.reader.Closed)
	},
}

// templatedRSTwoChunksClosedReader is for streams with the chunks 1 and 2 in their queue, and no more to come.
var templatedRSTwoChunksClosedReader = template{
	"third read(), without waiting, should give { value: undefined, done: true } (sequential)": func(t *testing.T, f readableFixture) {
		first, second, third := read(f.reader), read(f.reader), read(f.reader)
		first.want(t, 1)
		second.want(t, 2)
		third.wantError(t, io.EOF)
	},
	"third read(), without waiting, should give { value: undefined, done: true } (nested)": func(t *testing.T, f readableFixture) {
		wantReads(t, f.reader, 1, 2)
		read(f.reader).wantError(t, io.EOF)
	},
	"draining the stream via read() should cause the reader closed promise to fulfill, but locked stays true": func(t *testing.T, f readableFixture) {
		closed := beginCall(f.reader.Closed)
		wantReads(t, f.reader, 1)
		closed.wantPending(t)
		wantReads(t, f.reader, 2)
		closed.wantOK(t)
		wantEqual(t, f.stream.Locked(), true)
	},
	"releasing the lock after the stream is closed should cause locked to become false": func(t *testing.T, f readableFixture) {
		wantReads(t, f.reader, 1, 2)
		wantAll(t, nil, f.reader.Closed)
		f.reader.ReleaseLock()
		wantEqual(t, f.stream.Locked(), false)
	},
	"releasing the lock should cause further read() calls to reject with a TypeError": func(t *testing.T, f readableFixture) {
		f.reader.ReleaseLock()
		for range 3 {
			read(f.reader).wantError(t, streams.ErrReleased)
		}
		wantCollected(t, f.stream, 1, 2)
	},
	"reader's closed property always returns the same promise": func(t *testing.T, f readableFixture) {
		wantReads(t, f.reader, 1)
		f.reader.ReleaseLock()
		wantReads(t, getReader(t, f.stream), 2)
	},
}
