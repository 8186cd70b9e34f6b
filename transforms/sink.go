package transforms

import (
	"io"

	"github.com/weirstreams/weir/streams"
)

// WriterSink is [streams.ToWriter]: a writable stream that writes its chunks to w, one after the other. It holds no chunk after its Write.
// An error of w errors the stream, as does io.ErrShortWrite when w takes less than a chunk without one; a nil w makes a
// stream that is errored with streams.ErrInvalidArgument. The default strategy has mark 1: one chunk is being written, and
// the next comes when it has been.
//
// When w is slow, the producer waits. Aborting the stream, or ending the context of its PipeTo, does not interrupt a Write of
// w, and waits for it: close w for that, or set a deadline. Nobody closes or flushes w but its owner, who does so when PipeTo, or Close of the stream, has returned.
func WriterSink(w io.Writer, strategy ...streams.QueuingStrategy[[]byte]) *streams.WritableStream[[]byte] {
	if w == nil {
		return erroredWritable[[]byte](missing("WriterSink"))
	}
	return streams.ToWriter(w, strategy...)
}

// Discard is a writable stream that drops its chunks, at once.
func Discard[T any]() *streams.WritableStream[T] {
	return streams.SinkFunc(func(T) error { return nil })
}
