package transforms

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/weirstreams/weir/streams"
)

// DecodeCSVOptions are the options of [DecodeCSV] and [DecodeCSVMaps]. But for MaxLength they are those of a csv.Reader.
type DecodeCSVOptions struct {
	Comma   rune // between fields; 0 is ','
	Comment rune // a line that begins with it is skipped; 0 is none

	// FieldsPerRecord is how many fields each record must have. 0 is as many as the first, a negative number any.
	FieldsPerRecord int

	LazyQuotes       bool // a quote may appear where it should not
	TrimLeadingSpace bool // of fields

	// MaxLength is the number of bytes that a record may have, with its quotes and the skipped lines before it. 0 is
	// DefaultMaxLineLength, streams.Unbounded is no limit; a negative number makes a stream that is errored with
	// streams.ErrRange.
	MaxLength int
}

// DecodeCSV makes records of CSV text (RFC 4180), in chunks split anywhere, as encoding/csv reads it. A byte order mark of
// UTF-8 at the beginning is skipped, and so are empty lines. Nothing of a chunk is kept; a record belongs to whoever reads it.
//
// Text that is not CSV makes an error with [ErrCorrupt] and the csv.ParseError behind it, a record that is too large one
// with [ErrTooLarge]; the records before it are delivered first. The error is found on the readable side, and cancels the
// source; closing the writable side does not wait for it. A Comma or Comment that cannot be one makes a stream that is
// errored with streams.ErrRange. At most one DecodeCSVOptions is used.
//
// When the consumer is slow, nothing is decoded. The stage holds the chunk that it is at work on, one that waits, and the
// beginning of a record: MaxLength bytes at most, and 4 KiB. It decodes beside the other stages, as far as their marks let
// them go on.
func DecodeCSV(options ...DecodeCSVOptions) streams.ReadableWritablePair[[]byte, []string] {
	return newCSVPair(options, func(d *csvDecoder) nextFunc[[]string] { return d.record })
}

// DecodeCSVMaps is DecodeCSV for text whose first record names the columns: a record is a map of its fields by these names.
// The names must differ. With a negative FieldsPerRecord a record may have fewer fields than there are columns, but not
// more. Input without a record has no maps.
func DecodeCSVMaps(options ...DecodeCSVOptions) streams.ReadableWritablePair[[]byte, map[string]string] {
	return newCSVPair(options, func(d *csvDecoder) nextFunc[map[string]string] {
		return (&csvMapDecoder{csv: d}).next
	})
}

func newCSVPair[T any](options []DecodeCSVOptions, next func(*csvDecoder) nextFunc[T]) streams.ReadableWritablePair[[]byte, T] {
	var o DecodeCSVOptions
	if len(options) > 0 {
		o = options[0]
	}
	limit, err := o.check()
	if err != nil {
		return erroredTransform[[]byte, T](err)
	}
	return newReaderPair(func(input io.Reader) nextFunc[T] { return next(newCSVDecoder(input, o, limit)) })
}

func (o *DecodeCSVOptions) check() (limit int, err error) {
	if o.Comma == 0 {
		o.Comma = ','
	}
	switch {
	case !isDelimiter(o.Comma), o.Comma == o.Comment:
		return 0, outOfRange("DecodeCSVOptions.Comma", strconv.QuoteRune(o.Comma))
	case o.Comment != 0 && !isDelimiter(o.Comment):
		return 0, outOfRange("DecodeCSVOptions.Comment", strconv.QuoteRune(o.Comment))
	}
	return maxLength("DecodeCSVOptions", o.MaxLength)
}

// isDelimiter reports whether encoding/csv takes r for one.
func isDelimiter(r rune) bool {
	return r != 0 && r != '"' && r != '\r' && r != '\n' && utf8.ValidRune(r) && r != utf8.RuneError
}

type csvDecoder struct {
	input   *recordInput
	buffer  *bufio.Reader // which csv uses as well
	csv     *csv.Reader
	skipped int64 // the length of the byte order mark; -1 if it was not looked for yet
}

func newCSVDecoder(input io.Reader, o DecodeCSVOptions, limit int) *csvDecoder {
	d := &csvDecoder{input: newRecordInput(input, "a record", limit), skipped: -1}
	d.buffer = bufio.NewReaderSize(d.input, readAhead)
	d.csv = csv.NewReader(d.buffer)
	d.csv.Comma, d.csv.Comment, d.csv.FieldsPerRecord = o.Comma, o.Comment, o.FieldsPerRecord
	d.csv.LazyQuotes, d.csv.TrimLeadingSpace = o.LazyQuotes, o.TrimLeadingSpace
	return d
}

func (d *csvDecoder) record() (record []string, ok bool, err error) {
	if d.skipped < 0 {
		d.skipMark()
	}
	record, err = d.csv.Read()
	if err == nil {
		err = d.input.next(d.skipped + d.csv.InputOffset())
	}
	if _, bad := errors.AsType[*csv.ParseError](err); bad {
		err = fmt.Errorf("%w: CSV: %w", ErrCorrupt, err)
	}
	if err != nil {
		return nil, false, err
	}
	return record, true, nil
}

// skipMark asks for no more bytes than it needs: the first record may be shorter than a mark. An error of the input will be
// there for that record as well.
func (d *csvDecoder) skipMark() {
	d.skipped = 0
	if first, err := d.buffer.Peek(1); err != nil || first[0] != byteOrderMark[0] {
		return
	}
	if start, err := d.buffer.Peek(len(byteOrderMark)); err == nil && string(start) == byteOrderMark {
		n, _ := d.buffer.Discard(len(start)) // which is in the buffer
		d.skipped = int64(n)
	}
}

type csvMapDecoder struct {
	csv     *csvDecoder
	columns []string // nil before the first record
}

func (d *csvMapDecoder) next() (record map[string]string, ok bool, err error) {
	if d.columns == nil {
		if err := d.readColumns(); err != nil {
			return nil, false, err
		}
	}
	fields, ok, err := d.csv.record()
	if !ok {
		return nil, false, err
	}
	if len(fields) > len(d.columns) {
		line, _ := d.csv.csv.FieldPos(0)
		return nil, false, fmt.Errorf("%w: CSV: record on line %d: %d fields in %d columns", ErrCorrupt, line, len(fields), len(d.columns))
	}
	record = make(map[string]string, len(fields))
	for i, field := range fields {
		record[d.columns[i]] = field
	}
	return record, true, nil
}

func (d *csvMapDecoder) readColumns() error {
	columns, ok, err := d.csv.record()
	if !ok {
		return err
	}
	seen := make(map[string]bool, len(columns))
	for _, name := range columns {
		if seen[name] {
			return fmt.Errorf("%w: CSV: two columns have the name %q", ErrCorrupt, name)
		}
		seen[name] = true
	}
	d.columns = columns
	return nil
}
