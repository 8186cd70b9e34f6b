package streams_test

import (
	"maps"
	"testing"
)

func TestWPTReadableTemplated(t *testing.T) {
	tests := map[string]func(t *testing.T){}

	// Factories of the states. The error is errA, the chunks are 1 and 2.
	made := func(source intSource) func(t *testing.T) readableFixture {
		return func(*testing.T) readableFixture { return newReadableFixture(source) }
	}
	locked := func(factory func(t *testing.T) readableFixture) func(t *testing.T) readableFixture {
		return func(t *testing.T) readableFixture { return factory(t).locked(t) }
	}
	then := func(factory func(t *testing.T) readableFixture, do func(t *testing.T, f readableFixture)) func(t *testing.T) readableFixture {
		return func(t *testing.T) readableFixture {
			f := factory(t)
			do(t, f)
			return f
		}
	}
	empty := made(intSource{})
	doClose := func(t *testing.T, f readableFixture) { wantError(t, f.source.controller.Close(), nil) }
	doError := func(_ *testing.T, f readableFixture) { f.source.controller.Error(errA) }
	closedInStart := made(intSource{Start: with((*intController).Close)})
	erroredInStart := made(intSource{Start: errorWith(errA, nil)})
	errorFromStart := made(intSource{Start: fails(errA).startSource})
	twoChunks := made(intSource{Start: enqueueAll(1, 2)})

	templatedRSEmpty.addTo(tests, "ReadableStream (empty)", empty)
	templatedRSEmptyReader.addTo(tests, "ReadableStream (empty) reader", locked(empty))

	templatedRSClosed.addTo(tests, "ReadableStream (closed via call in start)", closedInStart)
	templatedRSClosedReader.addTo(tests, "ReadableStream reader (closed before getting reader)", locked(then(empty, doClose)))
	templatedRSClosedReader.addTo(tests, "ReadableStream reader (closed after getting reader)", then(locked(empty), doClose))
	templatedRSClosed.addTo(tests, "ReadableStream (closed via cancel)", then(empty, func(t *testing.T, f readableFixture) {
		beginReason(f.stream.Cancel, errA).wantOK(t)
	}))
	templatedRSClosedReader.addTo(tests, "ReadableStream reader (closed via cancel after getting reader)", then(locked(empty), func(t *testing.T, f readableFixture) {
		beginReason(f.reader.Cancel, errA).wantOK(t)
	}))

	templatedRSErrored.addTo(tests, "ReadableStream (errored via call in start)", erroredInStart)
	templatedRSErroredSyncOnly.addTo(tests, "ReadableStream (errored via call in start)", erroredInStart)
	templatedRSErrored.addTo(tests, "ReadableStream (errored via returning a rejected promise in start)", errorFromStart)
	templatedRSErroredReader.addTo(tests, "ReadableStream (errored via returning a rejected promise in start) reader", locked(errorFromStart))
	templatedRSErroredReader.addTo(tests, "ReadableStream reader (errored before getting reader)", locked(then(empty, doError)))
	templatedRSErroredReader.addTo(tests, "ReadableStream reader (errored after getting reader)", then(locked(empty), doError))

	templatedRSTwoChunksOpenReader.addTo(tests, "ReadableStream (two chunks enqueued, still open) reader", locked(twoChunks))
	templatedRSTwoChunksClosedReader.addTo(tests, "ReadableStream (two chunks enqueued, then closed) reader", then(locked(twoChunks), doClose))

	maps.Copy(tests, throwAfterCloseOrErrorTests("ReadableStream: ", 7, func() enqueuer[int] {
		return newReadableFixture(intSource{}).source.controller
	}))

	runWPT(t, "readable-streams/templated", tests)
}
