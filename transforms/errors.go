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

	// ErrTooLarge is found in the error of a stage for bytes when there are more than it allows, and of a decoder when its
	// input asks for more than it allows: DecompressOptions.MaxSize, for one.
	ErrTooLarge = errors.New("transforms: larger than allowed")

	// ErrCorrupt is found in the error of a decoder when its input is not in the format, or was damaged. Data that only ends
	// too early has io.ErrUnexpectedEOF instead.
	ErrCorrupt = errors.New("transforms: corrupt data")

	// ErrNoCharacter is found in the error of [EncodeText] for a character that the encoding does not have.
	ErrNoCharacter = errors.New("transforms: the encoding does not have the character")
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
