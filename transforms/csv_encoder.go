package transforms

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/weirstreams/weir/streams"
)

// EncodeCSVOptions are the options of [EncodeCSV] and [EncodeCSVMaps].
type EncodeCSVOptions struct {
	Comma   rune // between fields; 0 is ','
	UseCRLF bool // ends lines with "\r\n", as RFC 4180 has it, and not with "\n"
}

// EncodeCSV makes CSV text (RFC 4180) of records, as encoding/csv writes it, but that the one field of a record is quoted
// when it is empty: the line would be taken for no record. A record becomes one chunk, which belongs to whoever reads it;
// many are cut from one larger block of memory, which lives as long as the last of them. A record is not kept. A U+FEFF at
// the beginning of the first field is written as it is, and is a byte order mark then, which [DecodeCSV] skips.
//
// A record without a field cannot be written, and makes an error with [streams.ErrInvalidArgument] after the records before
// it. A Comma that cannot be one makes a stream that is errored with streams.ErrRange. At most one EncodeCSVOptions is used.
//
// When the consumer is slow, nothing is encoded. The stage holds nothing but the record that waits in its writable side.
func EncodeCSV(options ...EncodeCSVOptions) *streams.TransformStream[[]string, []byte] {
	e, err := newCSVEncoder(options)
	if err != nil {
		return erroredTransform[[]string, []byte](err)
	}
	return streams.TransformFunc(func(record []string, emit func([]byte)) error {
		if err := e.write(record); err != nil {
			return err
		}
		emit(e.lines.take())
		return nil
	}, nil)
}

// EncodeCSVMaps is EncodeCSV for records that are maps of their fields by the names of their columns. The columns are
// written in the order given, after a record of their names, which is written for an empty input too. A column that a map
// does not have is empty there; a field that is in no column makes an error with [streams.ErrInvalidArgument] after the
// records before it. No columns, or two of one name, make a stream that is errored with streams.ErrInvalidArgument.
func EncodeCSVMaps(columns []string, options ...EncodeCSVOptions) *streams.TransformStream[map[string]string, []byte] {
	c, err := newCSVEncoder(options)
	if err == nil {
		err = checkColumns(columns)
	}
	if err != nil {
		return erroredTransform[map[string]string, []byte](err)
	}
	e := &csvMapEncoder{csv: c, columns: slices.Clone(columns)}
	return streams.TransformFunc(e.transform, e.flush)
}

func checkColumns(columns []string) error {
	if len(columns) == 0 {
		return missing("EncodeCSVMaps")
	}
	for i, name := range columns {
		if slices.Contains(columns[:i], name) {
			return fmt.Errorf("%w: EncodeCSVMaps: two columns have the name %q", streams.ErrInvalidArgument, name)
		}
	}
	return nil
}

type csvEncoder struct {
	lines blockBuffer
	csv   *csv.Writer
	count int // records
}

func newCSVEncoder(options []EncodeCSVOptions) (*csvEncoder, error) {
	e := new(csvEncoder)
	e.csv = csv.NewWriter(&e.lines)
	if len(options) == 0 {
		return e, nil
	}
	e.csv.UseCRLF = options[0].UseCRLF
	if comma := options[0].Comma; comma != 0 {
		if !isDelimiter(comma) {
			return nil, outOfRange("EncodeCSVOptions.Comma", strconv.QuoteRune(comma))
		}
		e.csv.Comma = comma
	}
	return e, nil
}

var errNoField = errors.New("no field")

// write writes a record to lines.
func (e *csvEncoder) write(record []string) error {
	e.count++
	switch {
	case len(record) == 0:
		return e.bad(errNoField)
	case len(record) == 1 && record[0] == "":
		return e.writeEmpty()
	}
	if err := e.csv.Write(record); err != nil {
		return e.bad(err)
	}
	e.csv.Flush()
	return e.csv.Error()
}

func (e *csvEncoder) writeEmpty() error {
	line := "\"\"\n"
	if e.csv.UseCRLF {
		line = "\"\"\r\n"
	}
	copy(e.lines.extend(len(line)), line)
	return nil
}

func (e *csvEncoder) bad(err error) error {
	return fmt.Errorf("%w: CSV, record %d: %w", streams.ErrInvalidArgument, e.count, err)
}

type csvMapEncoder struct {
	csv     *csvEncoder
	columns []string
	fields  []string // of the record at hand
}

func (e *csvMapEncoder) transform(record map[string]string, emit func([]byte)) error {
	if err := e.writeColumns(); err != nil {
		return err
	}
	err := e.write(record)
	if lines := e.csv.lines.take(); len(lines) > 0 {
		emit(lines)
	}
	return err
}

func (e *csvMapEncoder) flush(emit func([]byte)) error {
	if err := e.writeColumns(); err != nil {
		return err
	}
	if lines := e.csv.lines.take(); len(lines) > 0 {
		emit(lines)
	}
	return nil
}

// writeColumns writes their names, if that was not done.
func (e *csvMapEncoder) writeColumns() error {
	if e.csv.count > 0 {
		return nil
	}
	return e.csv.write(e.columns)
}

func (e *csvMapEncoder) write(record map[string]string) error {
	e.fields = e.fields[:0]
	known := 0
	for _, name := range e.columns {
		field, has := record[name]
		if has {
			known++
		}
		e.fields = append(e.fields, field)
	}
	if known < len(record) {
		return e.csv.bad(fmt.Errorf("%d fields are in no column", len(record)-known))
	}
	return e.csv.write(e.fields)
}
