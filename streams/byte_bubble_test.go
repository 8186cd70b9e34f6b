package streams_test

// What the tests of byte streams share. They handle bytes as strings, which are easy to compare and to print.

import (
	"context"
	"io"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

type byteSource = streams.UnderlyingByteSource

// A recordingByteSource records the calls of the source of a byte stream, and gives its controller away.
type recordingByteSource struct {
	events
	controller *streams.ByteController
}

// recordingBytes makes a stream from callbacks, which may be nil, and records their calls.
func recordingBytes(extra byteSource, highWaterMark ...int) (*streams.ReadableByteStream, *recordingByteSource) {
	rec := new(recordingByteSource)
	s := streams.NewReadableByteStream(byteSource{
		Start: func(ctx context.Context, c *streams.ByteController) error {
			rec.controller = c
			if extra.Start != nil {
				return extra.Start(ctx, c)
			}
			return nil
		},
		Pull: func(ctx context.Context, c *streams.ByteController) error {
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
		AutoAllocateChunkSize: extra.AutoAllocateChunkSize,
	}, highWaterMark...)
	synctest.Wait() // for Start, which brings the controller
	return s, rec
}

// unstartedBytes is recordingBytes with a Start that is held.
func unstartedBytes(t *testing.T, extra byteSource, highWaterMark ...int) (*streams.ReadableByteStream, *recordingByteSource, gate) {
	t.Helper()
	starting := newHeld(t)
	extra.Start = waiting(starting.gate).call
	s, src := recordingBytes(extra, highWaterMark...)
	return s, src, starting.gate
}

// play has the source do what the answers say, outside of its callbacks. They must succeed.
func (rec *recordingByteSource) play(t *testing.T, answers ...byteAnswer) {
	t.Helper()
	wantError(t, all(answers...)(rec.controller), nil)
}

// A byteAnswer is something that a byte source does, in answer to a pull or at another time.
type byteAnswer func(c *streams.ByteController) error

// call is the answer as a Start or Pull.
func (a byteAnswer) call(_ context.Context, c *streams.ByteController) error { return a(c) }

// enqueue enqueues data.
func enqueue(data string) byteAnswer {
	return func(c *streams.ByteController) error { return c.Enqueue([]byte(data)) }
}

// respond writes data into the view of the BYOB request.
func respond(data string) byteAnswer {
	return func(c *streams.ByteController) error {
		request := c.BYOBRequest()
		return request.Respond(copy(request.View(), data))
	}
}

// respondWithNewView answers the BYOB request with data in a buffer of the source's own.
func respondWithNewView(data string) byteAnswer {
	return func(c *streams.ByteController) error {
		request := c.BYOBRequest()
		view := make([]byte, len(request.View()))
		return request.RespondWithNewView(view[:copy(view, data)])
	}
}

// closing closes the stream.
func closing(c *streams.ByteController) error { return c.Close() }

// erroring errors the stream with err.
func erroring(err error) byteAnswer {
	return func(c *streams.ByteController) error {
		c.Error(err)
		return nil
	}
}

// failing is the answer that fails with err.
func failing(err error) byteAnswer {
	return func(*streams.ByteController) error { return err }
}

// waiting waits at a gate.
func waiting(g gate) byteAnswer {
	return func(*streams.ByteController) error { return g.wait() }
}

// all gives all answers at once, up to the first that fails.
func all(answers ...byteAnswer) byteAnswer {
	return func(c *streams.ByteController) error {
		for _, answer := range answers {
			if err := answer(c); err != nil {
				return err
			}
		}
		return nil
	}
}

// inTurn gives one answer a call, and none when there are no more. The calls must not overlap.
func inTurn(answers ...byteAnswer) byteAnswer {
	return func(c *streams.ByteController) error {
		if len(answers) == 0 {
			return nil
		}
		next := answers[0]
		answers = answers[1:]
		return next(c)
	}
}

// noteView records how long the view of the BYOB request is.
func (e *events) noteView(c *streams.ByteController) error {
	if request := c.BYOBRequest(); request != nil {
		e.add("view of %d", len(request.View()))
	} else {
		e.add("no view")
	}
	return nil
}

// noteDesiredSize records the desired size.
func (e *events) noteDesiredSize(c *streams.ByteController) error {
	n, ok := c.DesiredSize()
	e.add("desired size %d, %t", n, ok)
	return nil
}

// viewLength is the length of the view of the BYOB request, 0 if there is none.
func viewLength(c *streams.ByteController) int {
	if request := c.BYOBRequest(); request != nil {
		return len(request.View())
	}
	return 0
}

// wantInvalid fails the test unless the BYOB request is answered, or ended.
func wantInvalid(t *testing.T, request *streams.BYOBRequest) {
	t.Helper()
	if view := request.View(); view != nil {
		t.Fatalf("got a view of %d bytes of the BYOB request, want none", len(view))
	}
	wantError(t, request.Respond(0), streams.ErrInvalidArgument)
	wantError(t, request.Respond(1), streams.ErrInvalidArgument)
	wantError(t, request.RespondWithNewView(nil), streams.ErrInvalidArgument)
}

// getBYOBReader locks a stream to a reader. At the end of the test the stream is cancelled.
func getBYOBReader(t *testing.T, s *streams.ReadableByteStream) *streams.BYOBReader {
	t.Helper()
	r := must(s.GetBYOBReader())(t)
	t.Cleanup(func() { _ = r.Cancel(ended, errPending) })
	return r
}

// readChunk begins a read of a chunk.
func readChunk(r *streams.DefaultReader[[]byte]) *operation[string] {
	return begin(func() (string, error) {
		chunk, err := r.Read(context.Background())
		return string(chunk), err
	})
}

// readInto begins a read into p. Its value is what the read says that it has put there.
func readInto(r *streams.BYOBReader, p []byte) *operation[string] {
	return begin(func() (string, error) {
		n, err := r.Read(context.Background(), p)
		return string(p[:n]), err
	})
}

// readAtLeast is readInto with a minimum.
func readAtLeast(r *streams.BYOBReader, p []byte, minimum int) *operation[string] {
	return begin(func() (string, error) {
		n, err := r.ReadAtLeast(context.Background(), p, minimum)
		return string(p[:n]), err
	})
}

// wantEOF fails the test unless the reads have returned io.EOF and no bytes.
func wantEOF(t *testing.T, reads ...*operation[string]) {
	t.Helper()
	for _, read := range reads {
		read.wantError(t, io.EOF)
		wantEqual(t, read.value, "")
	}
}

// A byteReader is a reader of either kind.
type byteReader struct {
	lockHolder
	read func() *operation[string] // begins a read of a chunk, or into a buffer of 16 bytes
	view string                    // what noteView records while such a read waits
}

// A lockHolder is what both kinds of readers have in common.
type lockHolder interface {
	Cancel(ctx context.Context, reason error) error
	Closed(ctx context.Context) error
	ReleaseLock()
}

// A readerKind locks a byte stream to one kind of reader.
type readerKind func(t *testing.T, s *streams.ReadableByteStream) byteReader

func defaultKind(t *testing.T, s *streams.ReadableByteStream) byteReader {
	t.Helper()
	r := getReader(t, s.ReadableStream)
	return byteReader{r, func() *operation[string] { return readChunk(r) }, "no view"}
}

func byobKind(t *testing.T, s *streams.ReadableByteStream) byteReader {
	t.Helper()
	r := getBYOBReader(t, s)
	return byteReader{r, func() *operation[string] { return readInto(r, make([]byte, 16)) }, "view of 16"}
}
