package streams_test

import (
	"context"
	"io"
	"maps"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableTee(t *testing.T) {
	// keepsOther is a test that cancelling one branch takes nothing from the other. The Cancel returns when the source has
	// come to its end.
	keepsOther := func(cancelFirst bool) func(t *testing.T) {
		return func(t *testing.T) {
			s, rec := recordingReadable(intSource{Start: enqueueAllAndClose(1, 2)})
			cancelled, other := teeBranches(t, s)
			if !cancelFirst {
				cancelled, other = other, cancelled
			}
			o := beginReason(cancelled.Cancel, errA)
			o.wantPending(t)
			wantCollected(t, other, 1, 2)
			wantCollected(t, cancelled)
			o.wantOK(t)
			rec.want(t)
		}
	}
	// cancelsApart is a test of cancelling both branches, of which one has come to rest before the other begins.
	cancelsApart := func(result error) func(t *testing.T) {
		return func(t *testing.T) {
			s, _ := recordingReadable(intSource{Cancel: fails(result).cancel})
			a, b := teeBranches(t, s)
			cancel1 := beginReason(a.Cancel, errB)
			cancel1.wantPending(t)
			cancel2 := beginReason(b.Cancel, errB)
			cancel1.wantError(t, result)
			cancel2.wantError(t, result)
		}
	}
	// stopsPulling is a test that nothing is pulled after an error that comes while these branches are reading.
	stopsPulling := func(reading ...int) func(t *testing.T) {
		return func(t *testing.T) {
			s, rec := recordingReadable(intSource{}, streams.CountQueuingStrategy[int](0))
			var readers [2]*streams.DefaultReader[int]
			readers[0], readers[1] = teeReaders(t, s)
			rec.want(t, "pull")
			feed(t, rec.controller, 1)
			for _, branch := range reading {
				wantReads(t, readers[branch], 1)
			}
			rec.want(t, "pull", "pull")
			var waiting []*operation[int]
			for _, branch := range reading {
				waiting = append(waiting, read(readers[branch]))
			}
			rec.controller.Error(errA)
			for _, o := range waiting {
				o.wantError(t, errA)
			}
			wantAll(t, errA, readers[0].Closed, readers[1].Closed)
			rec.want(t, "pull", "pull")
		}
	}

	tests := map[string]func(t *testing.T){
		"ReadableStream teeing: rs.tee() returns an array of two ReadableStreams": func(t *testing.T) {
			s := streams.NewReadableStream(intSource{})
			a, b := teeBranches(t, s)
			wantEqual(t, a != b && a != s && b != s, true)
			wantRefusesReader(t, s)
			_, _, err := s.Tee()
			wantError(t, err, streams.ErrLocked)
		},
		"ReadableStream teeing: should be able to read one branch to the end without affecting the other": func(t *testing.T) {
			s, _ := recordingReadable(intSource{Start: enqueueAllAndClose(1, 2)})
			r1, r2 := teeReaders(t, s)
			wantReads(t, r1, 1, 2)
			read(r1).wantError(t, io.EOF)
			wantAll(t, nil, r1.Closed)
			wantReads(t, r2, 1)
			wantAll(t, errPending, r2.Closed)
			wantReads(t, r2, 2)
			wantAll(t, nil, r2.Closed)
		},
		"ReadableStream teeing: values should be equal across each branch": func(t *testing.T) {
			chunk := new(int)
			r1, r2 := teeReaders(t, streams.FromSlice([]*int{chunk}))
			wantReads(t, r1, chunk)
			wantReads(t, r2, chunk)
		},
		"ReadableStream teeing: errors in the source should propagate to both branches": func(t *testing.T) {
			hold := newHeld(t)
			s, rec := recordingReadable(intSource{Pull: hold.pull})
			r1, r2 := teeReaders(t, s)
			feed(t, rec.controller, 1, 2)
			wantReads(t, r1, 1, 2)
			hold.let(errA)
			wantAll(t, errA, r1.Closed, r2.Closed)
			read(r1).wantError(t, errA)
			read(r2).wantError(t, errA) // what it had queued is gone
		},
		"ReadableStream teeing: canceling branch1 should not impact branch2": keepsOther(true),
		"ReadableStream teeing: canceling branch2 should not impact branch1": keepsOther(false),
		"ReadableStream teeing: erroring a teed stream should error both branches": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			a, b := teeBranches(t, s)
			feed(t, rec.controller, 1, 2) // one is in the branches, one in the stream: no read is waiting
			rec.controller.Error(errA)
			wantAll(t, errA, getReader(t, a).Closed, getReader(t, b).Closed)
		},
		"ReadableStream teeing: closing the original should immediately close the branches": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r1, r2 := teeReaders(t, s)
			closed1, closed2 := beginCall(r1.Closed), beginCall(r2.Closed)
			wantError(t, rec.controller.Close(), nil)
			closed1.wantOK(t)
			closed2.wantOK(t)
		},
		"ReadableStream teeing: erroring the original should immediately error the branches": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r1, r2 := teeReaders(t, s)
			closed1, closed2 := beginCall(r1.Closed), beginCall(r2.Closed)
			rec.controller.Error(errA)
			closed1.wantError(t, errA)
			closed2.wantError(t, errA)
		},
		"ReadableStream teeing: canceling branch1 should finish when branch2 reads until end of stream": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r1, r2 := teeReaders(t, s)
			cancel1 := beginReason(r1.Cancel, errA)
			feed(t, rec.controller, 1)
			wantReads(t, r2, 1)
			cancel1.wantPending(t)
			wantError(t, rec.controller.Close(), nil)
			read(r2).wantError(t, io.EOF)
			wantAll(t, nil, r2.Closed)
			cancel1.wantOK(t)
		},
		"ReadableStream teeing: canceling branch1 should finish when original stream errors": func(t *testing.T) {
			s, rec := recordingReadable(intSource{})
			r1, r2 := teeReaders(t, s)
			cancel1 := beginReason(r1.Cancel, errB)
			cancel1.wantPending(t)
			rec.controller.Error(errA)
			read(r2).wantError(t, errA)
			cancel1.wantOK(t)
		},
		"ReadableStream teeing: canceling both branches in sequence with delay":                        cancelsApart(nil),
		"ReadableStream teeing: failing to cancel when canceling both branches in sequence with delay": cancelsApart(errA),
		"ReadableStreamTee should not pull more chunks than can fit in the branch queue": func(t *testing.T) {
			s, rec := recordingReadable(intSource{}, streams.CountQueuingStrategy[int](0))
			rec.want(t)
			teeBranches(t, s)
			rec.want(t, "pull")
		},
		"ReadableStreamTee should only pull enough to fill the emptiest queue": func(t *testing.T) {
			s, rec := recordingReadable(intSource{Pull: countTo(100)}, streams.CountQueuingStrategy[int](0))
			r1, r2 := teeReaders(t, s)
			wantReads(t, r1, 1)
			wantReads(t, r2, 1)
			rec.want(t, "pull", "pull")
		},
		"ReadableStreamTee should not pull when original is already errored": func(t *testing.T) {
			s, rec := recordingReadable(intSource{}, streams.CountQueuingStrategy[int](0))
			rec.controller.Error(errA)
			r1, r2 := teeReaders(t, s)
			wantAll(t, errA, r1.Closed, r2.Closed)
			rec.want(t)
		},
		"ReadableStreamTee stops pulling when original stream errors while branch 1 is reading":       stopsPulling(0),
		"ReadableStreamTee stops pulling when original stream errors while branch 2 is reading":       stopsPulling(1),
		"ReadableStreamTee stops pulling when original stream errors while both branches are reading": stopsPulling(0, 1),
		"ReadableStream teeing: enqueue() and close() while both branches are pulling": func(t *testing.T) {
			s, rec := recordingReadable(intSource{}, streams.CountQueuingStrategy[int](0))
			r1, r2 := teeReaders(t, s)
			first1, first2 := read(r1), read(r2)
			feed(t, rec.controller, 1)
			wantError(t, rec.controller.Close(), nil)
			first1.want(t, 1)
			first2.want(t, 1)
			wantAll(t, nil, r1.Closed, r2.Closed)
			read(r1).wantError(t, io.EOF)
			read(r2).wantError(t, io.EOF)
		},
	}
	maps.Copy(tests, teeCancelTests("ReadableStream teeing: ", func(t *testing.T, cancel func(context.Context, error) error) teedStream {
		s, rec := recordingReadable(intSource{Cancel: cancel})
		a, b := teeBranches(t, s)
		return teedStream{&rec.events, rec.controller.Error, [2]cancelable{a, b}}
	}))
	runWPT(t, "readable-streams/tee", tests)
}
