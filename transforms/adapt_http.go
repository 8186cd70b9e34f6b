package transforms

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/weirstreams/weir/streams"
)

// ToResponse is a writable stream that writes its chunks to the body of an HTTP response, and flushes each, so that the
// client gets it at once. Set the header before the first chunk comes; the status is 200 if WriteHeader was not called. The
// handler must not return before the stream has ended, as PipeTo does. A client that has gone away errors the stream.
//
// When the client is slow, the producer waits: one chunk is being written (the mark is 1). Aborting the stream, or ending
// the context of its PipeTo, ends a write that waits, where the server has deadlines. A nil w makes a stream that is
// errored with streams.ErrInvalidArgument.
//
// For the bodies of requests and responses that are read use [FromReadCloser], for one to send [NewReader].
func ToResponse(w http.ResponseWriter) *streams.WritableStream[[]byte] {
	if w == nil {
		return erroredWritable[[]byte](missing("ToResponse"))
	}
	control := http.NewResponseController(w)
	return streams.NewWritableStream(streams.UnderlyingSink[[]byte]{
		Write: func(ctx context.Context, chunk []byte, _ *streams.WritableController[[]byte]) error {
			defer interruptible(ctx, control.SetWriteDeadline)()
			n, err := w.Write(chunk)
			if err == nil && n < len(chunk) {
				err = io.ErrShortWrite
			}
			if err == nil {
				err = control.Flush()
			}
			if errors.Is(err, http.ErrNotSupported) {
				err = nil // a writer that cannot flush does it by itself, sometime
			}
			return err
		},
	})
}
