package transforms

import (
	"fmt"

	"github.com/weirstreams/weir/streams"
)

// attach pipes src into the entry. If that cannot be, it ends the operator with the error.
func (in *entry[T]) attach(src *streams.ReadableStream[T]) {
	if src == nil {
		in.turns.end(fmt.Errorf("%w: a nil stream", streams.ErrInvalidArgument))
		return
	}
	piped := streams.PipeThrough(src, in.stream)
	if piped == in.stream.Readable() {
		return
	}
	reader, err := piped.GetReader()
	if err == nil {
		err = reader.Closed(over)
	}
	in.turns.end(err)
}
