package transforms

import (
	"bufio"
	"bytes"
	"context"
	"io"

	"github.com/weirstreams/weir/streams"
)

// FromScanner makes a stream of the tokens of a scanner, with the split function and the buffer that were set on it. The
// chunks are copies. It scans by demand, and nothing ahead; the stream is errored with the error of the scanner, and a
// panic of it. A nil scanner makes a stream that is errored with streams.ErrInvalidArgument.
//
// Cancelling the stream does not interrupt a Read that the scanner waits in, and closes nothing.
func FromScanner(scanner *bufio.Scanner) *streams.ReadableStream[[]byte] {
	if scanner == nil {
		return erroredReadable[[]byte](missing("FromScanner"))
	}
	return streams.FromFunc(func(context.Context) ([]byte, error) {
		if scanner.Scan() {
			return bytes.Clone(scanner.Bytes()), nil
		}
		if err := scanner.Err(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	})
}
