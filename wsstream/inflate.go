package wsstream

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/klauspost/compress/flate"
)

// endOfMessage stands behind a compressed message: the four bytes that the sender has taken away (RFC 7692, section
// 7.2.2), and an empty last block, so that the decompressor sees an end.
const endOfMessage = "\x00\x00\xff\xff" + "\x01\x00\x00\xff\xff"

// maxLastBlocks is how many blocks with the bit BFINAL a message may have (RFC 7692, section 7.2.3.4), besides one for
// each KiB: the decompressor has to start again behind each.
const maxLastBlocks = 16

const (
	// inflaterInput is how much of a compressed message is read at once, in bytes.
	inflaterInput = 1 << 10

	// inflaterOutput is how much of a message is decompressed before memory is set aside for it, in bytes.
	inflaterOutput = 8 << 10
)

var inflaters = sync.Pool{New: func() any {
	f := new(inflater)
	f.input = bufio.NewReaderSize(&f.source, inflaterInput)
	f.flate = flate.NewReader(f.input)
	return f
}}

// inflater decompresses one message. It comes from a pool and goes back there.
type inflater struct {
	source compressedSource
	input  *bufio.Reader // of source
	flate  io.ReadCloser // of input

	// history is what the message may refer back to: the connection's with takeover, else own. The message is added to
	// it as it is read.
	history  *window
	own      window
	start    []byte // a copy of the history as it was at the start of the message
	restarts int64  // behind blocks with BFINAL

	output [inflaterOutput]byte // for whoever reads
}

// newInflater returns the inflater for a message that wire reads. History is that of the
// connection.
func newInflater(wire wireReader, history *window) *inflater {
	f := inflaters.Get().(*inflater)
	f.start = append(f.start[:0], history.content()...)
	if f.history = history; history.size == 0 {
		f.own = window{size: 1 << MaxWindowBits, bytes: f.own.bytes[:0]}
		f.history = &f.own
	}
	f.restarts = 0
	f.source.begin(wire)
	f.input.Reset(&f.source)
	f.reset(f.start)
	return f
}

// free gives the inflater back.
func (f *inflater) free() {
	f.source.end()
	f.history = nil
	inflaters.Put(f)
}

func (f *inflater) reset(dict []byte) {
	if err := f.flate.(flate.Resetter).Reset(f.input, dict); err != nil {
		panic("wsstream: internal error: " + err.Error()) // it has nothing to fail at
	}
}

// Read reads some of the message; io.EOF is its end. What cannot be decompressed is a *failure.
func (f *inflater) Read(p []byte) (int, error) {
	for {
		n, err := f.flate.Read(p)
		f.history.add(p[:n])
		switch {
		case n > 0:
			return n, nil // an error that came with bytes comes again without them
		case err == nil:
		case errors.Is(err, io.EOF):
			if f.source.finished && f.input.Buffered() == 0 {
				return 0, io.EOF
			}
			if f.restarts++; f.restarts > maxLastBlocks+f.source.read>>10 {
				return 0, badCompression(errors.New("too many last blocks"))
			}
			f.reset(f.history.content())
		case isCorrupt(err):
			return 0, badCompression(err)
		default:
			return 0, err // of the source
		}
	}
}

// isCorrupt reports whether err is about the compressed bytes, and not about how they arrive.
func isCorrupt(err error) bool {
	if _, ok := errors.AsType[flate.CorruptInputError](err); ok {
		return true
	}
	_, ok := errors.AsType[flate.InternalError](err)
	return ok
}

func badCompression(err error) *failure {
	return &failure{StatusInvalidFramePayloadData, fmt.Errorf("%w: %w", ErrCompression, err)}
}

// again returns the first n bytes of the message once more, decompressed from what the source has kept.
func (f *inflater) again(n int) ([]byte, error) {
	kept := keptReader{bytes.NewReader(*f.source.kept)}
	second := newInflater(kept, &window{size: 1 << MaxWindowBits, bytes: slices.Clone(f.start)})
	defer second.free()
	message := make([]byte, n)
	_, err := io.ReadFull(second, message)
	return message, err
}
