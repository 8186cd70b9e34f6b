package transforms

import (
	"errors"
	"fmt"

	"github.com/weirstreams/weir/streams"
)

var (
	// ErrLineTooLong is found in the [LineError] of [Lines] and [DecodeJSONLines] for a line that is longer than
	// LinesOptions.MaxLength.
	ErrLineTooLong = errors.New("transforms: line is too long")

	// ErrTooLarge is the error of [Gunzip] when the decompressed data is larger than GunzipOptions.MaxSize.
	ErrTooLarge = errors.New("transforms: decompressed data is larger than allowed")

	// ErrCorrupt is found in the error of [Gunzip] when its input is not gzip data, or was damaged. Data that only ends too
	// early has io.ErrUnexpectedEOF instead.
	ErrCorrupt = errors.New("transforms: compressed data is corrupt")
)

// A LineError says which line of its input an operator could not take. Everything before that line has been delivered.
type LineError struct {
	Line int   // counts from 1, blank lines included
	Err  error // what is wrong with it
}

func (e *LineError) Error() string { return fmt.Sprintf("transforms: line %d: %v", e.Line, e.Err) }

// Unwrap returns what is wrong with the line.
func (e *LineError) Unwrap() error { return e.Err }

// outOfRange is the error for a number that an operator cannot work with.
func outOfRange(operator string, n any) error {
	return fmt.Errorf("%w: %s(%v)", streams.ErrRange, operator, n)
}

// missing is the error for a nil argument.
func missing(operator string) error {
	return fmt.Errorf("%w: %s(nil)", streams.ErrInvalidArgument, operator)
}
