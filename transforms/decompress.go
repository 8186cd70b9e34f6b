package transforms

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/weirstreams/weir/streams"
)

// DecompressOptions are the options of [Gunzip], [Inflate], [InflateRaw], [Unzstd] and [Unbrotli].
type DecompressOptions struct {
	// MaxSize is the number of bytes that may come out, of all members together. 0 is no limit, for memory does not grow
	// with them; a negative number makes a stream that is errored with streams.ErrRange.
	MaxSize int64

	// MaxWindow is the number of bytes that the data may ask a decompressor to remember. Only [Unzstd] uses it: the other
	// formats never ask for more than 16 MiB. 0 is DefaultMaxWindow; less than 1 KiB, the least of the format, makes a
	// stream that is errored with streams.ErrRange.
	MaxWindow int
}

// DefaultMaxWindow is the limit on the window of zstd data where none is given: 8 MiB, which every decompressor should
// support and no compressor should exceed that does not know the receiver (RFC 8878, section 3.1.1.1.2; RFC 9659).
const DefaultMaxWindow = 8 << 20

// minWindow is the smallest window of the zstd format.
const minWindow = 1 << 10

var (
	errDataBehindEnd = errors.New("there is data behind the end")
	errWindow        = errors.New("the window is larger than allowed")
)

// A codec decompresses members of one format, one after the other.
type codec interface {
	// begin reads the head of a member, which is there, at least in part. It does not read beyond the head.
	begin(input *bufio.Reader, options DecompressOptions) error

	// Read reads the member, and at its end returns io.EOF. It may have read beyond that only if it has made sure that there
	// is nothing.
	io.Reader
}

// A decompressFormat makes the stages that decompress a format.
type decompressFormat struct {
	name     string
	newCodec func() codec
	members  bool      // several may follow each other
	pool     sync.Pool // of *decompressor
}

// stage makes a stage that decompresses.
func (f *decompressFormat) stage(options []DecompressOptions) streams.ReadableWritablePair[[]byte, []byte] {
	var o DecompressOptions
	if len(options) > 0 {
		o = options[0]
	}
	switch {
	case o.MaxSize < 0:
		return erroredTransform[[]byte, []byte](outOfRange("DecompressOptions.MaxSize", o.MaxSize))
	case o.MaxWindow != 0 && o.MaxWindow < minWindow:
		return erroredTransform[[]byte, []byte](outOfRange("DecompressOptions.MaxWindow", o.MaxWindow))
	}
	if o.MaxSize == 0 {
		o.MaxSize = math.MaxInt64
	}
	if o.MaxWindow == 0 {
		o.MaxWindow = DefaultMaxWindow
	}
	return newBytePair(func(input io.Reader) io.Reader {
		return &decompressStage{format: f, options: o, input: input}
	})
}

// A decompressStage is an io.Reader that takes a decompressor from the pool for its first Read, and gives it back at the
// end.
type decompressStage struct {
	format  *decompressFormat
	options DecompressOptions
	input   io.Reader
	d       *decompressor // nil before the first Read and after the end
}

// Read is not called again after an error.
func (s *decompressStage) Read(p []byte) (int, error) {
	if s.d == nil {
		s.d = s.format.take(s.input, s.options)
	}
	n, err := s.d.read(p)
	if err != nil {
		s.format.put(s.d)
		s.d = nil
	}
	return n, err
}

func (f *decompressFormat) take(input io.Reader, options DecompressOptions) *decompressor {
	d, pooled := f.pool.Get().(*decompressor)
	if !pooled {
		d = &decompressor{format: f, codec: f.newCodec(), input: bufio.NewReader(nil)}
	}
	d.input.Reset(input)
	d.options, d.left = options, options.MaxSize
	d.begun, d.inMember = 0, false
	return d
}

func (f *decompressFormat) put(d *decompressor) {
	d.input.Reset(nil) // or it would keep the stream
	f.pool.Put(d)
}

// A decompressor reads what any codec makes, with clear errors and a limit. It goes from member to member itself: one
// that does would keep the end of a member back until the next one begins, and not all find out what is behind the end.
type decompressor struct {
	format   *decompressFormat
	codec    codec
	input    *bufio.Reader
	options  DecompressOptions
	left     int64 // how much more may come out
	begun    int   // members
	inMember bool  // the last of them has not ended
}

func (d *decompressor) read(p []byte) (int, error) {
	if !d.inMember {
		if err := d.nextMember(); err != nil {
			return 0, err
		}
	}
	n, err := d.codec.Read(p)
	if int64(n) > d.left {
		return int(d.left), fmt.Errorf("%w: more than %d bytes", ErrTooLarge, d.options.MaxSize)
	}
	d.left -= int64(n)
	if err == io.EOF {
		d.inMember, err = false, nil
	}
	return n, d.explain(err)
}

// nextMember begins a member. It returns io.EOF if there is none, and need not be.
func (d *decompressor) nextMember() error {
	// A codec cannot tell an end before the head from some of those within it.
	_, err := d.input.Peek(1)
	switch {
	case err == io.EOF && d.begun > 0:
		return err
	case err == nil && d.begun > 0 && !d.format.members:
		err = errDataBehindEnd
	case err == nil:
		err = d.codec.begin(d.input, d.options)
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return d.explain(err)
	}
	d.begun++
	d.inMember = true
	return nil
}

// explain says what an error of a codec means. It does not matter what it makes of errors of the input: see readerPair.
func (d *decompressor) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("transforms: %s data ends too early: %w", d.format.name, err)
	case errors.Is(err, errWindow):
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	return fmt.Errorf("%w: %s: %w", ErrCorrupt, d.format.name, err)
}
