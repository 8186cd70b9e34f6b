package transforms

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/weirstreams/weir/streams"
)

// SplitOptions are the options of [Split].
type SplitOptions struct {
	// MaxLength is the number of bytes that a piece may have, and that are held while the end of a piece has not come, so
	// that one that fits with what separates it from the next is always let through. 0 is DefaultMaxLineLength,
	// streams.Unbounded is no limit; a negative number makes a stream that is errored with streams.ErrRange.
	MaxLength int
}

// Split cuts bytes, which may come in chunks of any size, into the pieces that split finds: bufio.ScanWords, ScanRunes or
// one of your own. Split calls it as a bufio.Scanner does, but at once for what there is, and again for the rest, until it
// asks for more. Its bufio.ErrFinalToken ends the stream as [Take] does. For lines, [Lines] is faster. split must not
// block; a panic in it errors the stream.
//
// The chunks must belong to Split once they are written, and a piece belongs to whoever reads it: split must not return the
// same bytes twice. A piece is a part of the chunk that it came in, unless it came in several; keeping it keeps that in
// memory.
//
// When the consumer is slow, no further chunk is looked at. The stage holds the chunk whose pieces are being read, with a
// few words for each, two chunks that wait, and the beginning of a piece whose end is to come: MaxLength bytes at most, and
// one chunk.
//
// A piece that is too long makes an error with [ErrTooLarge], when the pieces before it have been read; so do the errors
// of split, as they are, and io.ErrNoProgress if it goes on returning pieces without advancing. A nil split makes a stream
// that is errored with streams.ErrInvalidArgument. At most one SplitOptions is used.
func Split(split bufio.SplitFunc, options ...SplitOptions) streams.ReadableWritablePair[[]byte, []byte] {
	if split == nil {
		return erroredTransform[[]byte, []byte](missing("Split"))
	}
	limit := 0
	if len(options) > 0 {
		limit = options[0].MaxLength
	}
	limit, err := maxLength("SplitOptions", limit)
	if err != nil {
		return erroredTransform[[]byte, []byte](err)
	}
	p := &pieces{split: split, limit: limit}
	return newSplitter(p.transform, p.flush)
}

// mostEmptyPieces is how often split may return a piece without advancing before it counts as stuck.
const mostEmptyPieces = 100

type pieces struct {
	split bufio.SplitFunc
	limit int
	rest  []byte // what split wants more for; its room behind the end is nobody else's
}

func (p *pieces) transform(chunk []byte, emit func([]byte)) error {
	if len(p.rest) == 0 {
		p.rest = slices.Clip(chunk)
	} else {
		p.rest = append(p.rest, chunk...)
	}
	if err := p.cut(false, emit); err != nil {
		return err
	}
	if len(p.rest) > p.limit {
		return p.tooLong()
	}
	return nil
}

func (p *pieces) flush(emit func([]byte)) error { return p.cut(true, emit) }

// cut emits the pieces of rest, and leaves what is not one.
func (p *pieces) cut(atEOF bool, emit func([]byte)) error {
	stuck := 0
	for len(p.rest) > 0 || atEOF {
		advance, piece, err := p.split(p.rest, atEOF)
		if final := errors.Is(err, bufio.ErrFinalToken); err != nil && !final {
			return err
		} else if final {
			return p.last(piece, emit)
		}
		switch {
		case advance < 0:
			return bufio.ErrNegativeAdvance
		case advance > len(p.rest):
			return bufio.ErrAdvanceTooFar
		case advance == 0 && piece == nil:
			return nil
		case advance == 0:
			stuck++
		default:
			stuck = 0
		}
		if stuck > mostEmptyPieces {
			return io.ErrNoProgress
		}
		p.rest = p.rest[advance:]
		if err := p.give(piece, emit); err != nil {
			return err
		}
	}
	return nil
}

func (p *pieces) last(piece []byte, emit func([]byte)) error {
	if err := p.give(piece, emit); err != nil {
		return err
	}
	return streams.ErrTerminated
}

func (p *pieces) give(piece []byte, emit func([]byte)) error {
	if len(piece) > p.limit {
		return p.tooLong()
	}
	if piece != nil {
		emit(slices.Clip(piece))
	}
	return nil
}

func (p *pieces) tooLong() error {
	return fmt.Errorf("%w: a piece of more than %d bytes", ErrTooLarge, p.limit)
}
