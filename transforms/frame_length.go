package transforms

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/weirstreams/weir/streams"
)

// FrameOptions are the options of [EncodeFrames] and [DecodeFrames], and the same for both.
type FrameOptions struct {
	// LengthSize is the number of bytes that say how long a frame is, from 1 to 8. 0 is 4. Any other makes a stream that is
	// errored with streams.ErrRange.
	LengthSize int

	LittleEndian bool // the length comes with its lowest byte first, and not with its highest

	// Varint makes the length a varint, as those of encoding/binary and Protocol Buffers: 7 bits a byte, the lowest first.
	// LengthSize and LittleEndian are not used then.
	Varint bool

	// MaxLength is the number of bytes that a frame may have, its length not counted. 0 is DefaultMaxLineLength,
	// streams.Unbounded is no limit; a negative number makes a stream that is errored with streams.ErrRange.
	MaxLength int
}

// EncodeFrames puts the length of each chunk before it: a frame of bytes, from which [DecodeFrames] makes the chunks again
// when they have come through something that does not keep them, such as a connection. A frame, also of an empty chunk, is
// one chunk, which belongs to whoever reads it; many are cut from one larger block of memory, which lives as long as the
// last of them. A chunk that was written is not kept.
//
// A chunk that is longer than MaxLength, or than LengthSize bytes can say, makes an error with [ErrTooLarge]. At most one
// FrameOptions is used.
//
// When the consumer is slow, nothing is encoded. The stage holds nothing but the chunk that waits in its writable side.
func EncodeFrames(options ...FrameOptions) *streams.TransformStream[[]byte, []byte] {
	f, err := newFrameFormat(options)
	if err != nil {
		return erroredTransform[[]byte, []byte](err)
	}
	var frames blockBuffer
	return streams.TransformFunc(func(chunk []byte, emit func([]byte)) error {
		if err := f.check(uint64(len(chunk))); err != nil {
			return err
		}
		var head [binary.MaxVarintLen64]byte
		n := f.putLength(head[:], uint64(len(chunk)))
		frame := frames.extend(n + len(chunk))
		copy(frame, head[:n])
		copy(frame[n:], chunk)
		emit(frames.take())
		return nil
	}, nil)
}

// DecodeFrames makes chunks of frames with their length before them, which may be split anywhere. The chunks must belong to
// DecodeFrames once they are written, and a frame belongs to whoever reads it: it is a piece of the chunk that it came in,
// unless it came in several. Keeping one keeps that in memory.
//
// A frame that is longer than MaxLength makes an error with [ErrTooLarge] before any of it is held, a varint of more than
// 64 bits one with [ErrCorrupt], input that ends within a frame one with io.ErrUnexpectedEOF; the frames before it are
// delivered first. At most one FrameOptions is used.
//
// When the consumer is slow, no further chunk is looked at. The stage holds the chunk whose frames are being read, with a
// few words for each, two chunks that wait, and the beginning of a frame: as much of it as has come, whatever its length
// says.
func DecodeFrames(options ...FrameOptions) streams.ReadableWritablePair[[]byte, []byte] {
	f, err := newFrameFormat(options)
	if err != nil {
		return erroredTransform[[]byte, []byte](err)
	}
	d := &frameDecoder{format: f}
	return newSplitter(d.transform, d.flush)
}

// enoughForLength bytes are a length, or are none.
const enoughForLength = binary.MaxVarintLen64 + 1

// A frameFormat is FrameOptions without what they leave open.
type frameFormat struct {
	lengthSize   int // 0 for varints
	littleEndian bool
	max          uint64
}

const (
	defaultLengthSize = 4
	mostLengthSize    = 8
	bitsPerByte       = 8
)

func newFrameFormat(options []FrameOptions) (*frameFormat, error) {
	var o FrameOptions
	if len(options) > 0 {
		o = options[0]
	}
	limit, err := maxLength("FrameOptions", o.MaxLength)
	switch {
	case err != nil:
		return nil, err
	case o.LengthSize < 0, o.LengthSize > mostLengthSize:
		return nil, outOfRange("FrameOptions.LengthSize", o.LengthSize)
	case o.Varint:
		return &frameFormat{max: uint64(limit)}, nil
	case o.LengthSize == 0:
		o.LengthSize = defaultLengthSize
	}
	most := uint64(math.MaxUint64) >> (bitsPerByte * (mostLengthSize - o.LengthSize))
	return &frameFormat{lengthSize: o.LengthSize, littleEndian: o.LittleEndian, max: min(uint64(limit), most)}, nil
}

func (f *frameFormat) check(length uint64) error {
	if length > f.max {
		return fmt.Errorf("%w: a frame of %d bytes, more than %d", ErrTooLarge, length, f.max)
	}
	return nil
}

// putLength writes the length of a frame to the beginning of head and returns how long that is.
func (f *frameFormat) putLength(head []byte, length uint64) int {
	if f.lengthSize == 0 {
		return binary.PutUvarint(head, length)
	}
	for i := range f.lengthSize {
		place := i
		if !f.littleEndian {
			place = f.lengthSize - 1 - i
		}
		head[place] = byte(length >> (bitsPerByte * i))
	}
	return f.lengthSize
}

// length reads a length from the beginning of head. It returns n = 0 if that has not come whole.
func (f *frameFormat) length(head []byte) (length uint64, n int, err error) {
	if f.lengthSize == 0 {
		length, n = binary.Uvarint(head)
		if n < 0 {
			return 0, 0, fmt.Errorf("%w: the length of a frame has more than 64 bits", ErrCorrupt)
		}
		return length, n, nil
	}
	if len(head) < f.lengthSize {
		return 0, 0, nil
	}
	for i := range f.lengthSize {
		place := i
		if f.littleEndian {
			place = f.lengthSize - 1 - i
		}
		length = length<<bitsPerByte | uint64(head[place])
	}
	return length, f.lengthSize, nil
}

type frameDecoder struct {
	format *frameFormat
	head   []byte // of a length that has not come whole
	body   []byte // of a frame that has not; its room behind the end is nobody else's
	left   uint64 // how much of it is to come; 0 if there is none
}

func (d *frameDecoder) transform(chunk []byte, emit func([]byte)) error {
	for len(chunk) > 0 {
		var err error
		if d.left > 0 {
			chunk = d.continueBody(chunk, emit)
		} else if chunk, err = d.begin(chunk, emit); err != nil {
			return err
		}
	}
	return nil
}

// begin reads a length, or what there is of it, and the body that follows if it is whole. It returns the rest of chunk.
func (d *frameDecoder) begin(chunk []byte, emit func([]byte)) ([]byte, error) {
	before := len(d.head)
	d.head = append(d.head, chunk[:min(len(chunk), enoughForLength)]...)
	length, n, err := d.format.length(d.head)
	if err == nil {
		err = d.format.check(length)
	}
	switch {
	case err != nil:
		return nil, err
	case n == 0: // then all of chunk is in head
		return nil, nil
	}
	chunk = chunk[n-before:]
	d.head = d.head[:0]
	if uint64(len(chunk)) >= length {
		emit(slices.Clip(chunk[:length]))
		return chunk[length:], nil
	}
	d.body, d.left = slices.Clip(chunk), length-uint64(len(chunk))
	return nil, nil
}

// continueBody adds to a body that has begun, and returns the rest of chunk.
func (d *frameDecoder) continueBody(chunk []byte, emit func([]byte)) []byte {
	n := min(uint64(len(chunk)), d.left)
	d.body = append(d.body, chunk[:n]...)
	d.left -= n
	if d.left == 0 {
		emit(d.body)
		d.body = nil
	}
	return chunk[n:]
}

func (d *frameDecoder) flush(func([]byte)) error {
	if len(d.head) > 0 || d.left > 0 {
		return fmt.Errorf("transforms: the input ends within a frame: %w", io.ErrUnexpectedEOF)
	}
	return nil
}
