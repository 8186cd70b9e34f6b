package transforms

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/weirstreams/weir/streams"
)

// JSONArrayOptions are the options of [DecodeJSONArray].
type JSONArrayOptions struct {
	// MaxLength is the number of bytes that an element may have, with the comma and the white space before it. 0 is
	// DefaultMaxLineLength, streams.Unbounded is no limit; a negative number makes a stream that is errored with
	// streams.ErrRange.
	MaxLength int
}

// DecodeJSONArray decodes the elements of one JSON array, one after the other, however large the array is, from bytes in
// chunks split anywhere. Each is decoded into a T as encoding/json does. Nothing of a chunk is kept.
//
// Input that is not an array, has an element that is not one for a T, or does not end behind the array makes an error with
// [ErrCorrupt], the number of the element, from 1, and what encoding/json says; input that ends too early makes one with
// io.ErrUnexpectedEOF, an element that is too large one with [ErrTooLarge]. The elements before it are delivered first. The
// error is found on the readable side, and cancels the source; closing the writable side does not wait for it. At most one
// JSONArrayOptions is used.
//
// When the consumer is slow, nothing is decoded. The stage holds the chunk that it is at work on, one that waits, and the
// beginning of an element: MaxLength bytes at most, and 4 KiB. It decodes beside the other stages, as far as their marks let
// them go on.
func DecodeJSONArray[T any](options ...JSONArrayOptions) streams.ReadableWritablePair[[]byte, T] {
	limit := 0
	if len(options) > 0 {
		limit = options[0].MaxLength
	}
	limit, err := maxLength("JSONArrayOptions", limit)
	if err != nil {
		return erroredTransform[[]byte, T](err)
	}
	return newReaderPair(func(input io.Reader) nextFunc[T] {
		d := &jsonArrayDecoder[T]{input: newRecordInput(input, "an element", limit)}
		d.decoder = json.NewDecoder(d.input)
		return d.next
	})
}

type jsonArrayDecoder[T any] struct {
	input   *recordInput
	decoder *json.Decoder
	opened  bool // the array
	count   int  // elements
}

func (d *jsonArrayDecoder[T]) next() (element T, ok bool, err error) {
	if err := d.open(); err != nil {
		return element, false, err
	}
	if !d.decoder.More() {
		return element, false, d.close()
	}
	d.count++
	if err := d.decoder.Decode(&element); err != nil {
		return element, false, d.explain(err)
	}
	offset := d.decoder.InputOffset()
	if d.input.ended && offset == d.input.read {
		return element, false, d.explain(io.EOF) // a number may go on where the input is cut off
	}
	if err := d.input.next(offset); err != nil {
		return element, false, err
	}
	return element, true, nil
}

func (d *jsonArrayDecoder[T]) open() error {
	if d.opened {
		return nil
	}
	d.opened = true
	token, err := d.decoder.Token()
	if err == nil && token != json.Delim('[') {
		return fmt.Errorf("%w: JSON: not an array", ErrCorrupt)
	}
	return d.explain(err)
}

// close returns io.EOF if the array ends well.
func (d *jsonArrayDecoder[T]) close() error {
	if _, err := d.decoder.Token(); err != nil { // else it is the end of the array
		return d.explain(err)
	}
	_, err := d.decoder.Token()
	if err == io.EOF {
		return err
	}
	if err == nil {
		err = errDataBehindEnd
	}
	return d.explain(err)
}

// explain says what an error of encoding/json means. Errors of the input are left as they are: see readerPair.
func (d *jsonArrayDecoder[T]) explain(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrTooLarge):
		return err
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("transforms: JSON array ends too early: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("%w: JSON array, element %d: %w", ErrCorrupt, d.count, err)
}

// EncodeJSONArray encodes all chunks as the elements of one JSON array, "[1,2,3]" with a "\n" behind it; an empty input is
// "[]". The bytes are those of a json.Encoder that does not escape HTML. Each chunk becomes one of bytes, and there is one
// more for the end. They belong to whoever reads them; many are cut from one larger block of memory, which lives as long as
// the last of them. A chunk that cannot be encoded errors the stream with what encoding/json says, and the number of the
// element, from 1.
//
// When the consumer is slow, nothing is encoded. The stage holds nothing but the chunk that waits in its writable side.
func EncodeJSONArray[T any]() *streams.TransformStream[T, []byte] {
	e := newLineEncoder[T]()
	return streams.TransformFunc(
		func(chunk T, emit func([]byte)) error {
			start := byte(',')
			if e.count == 0 {
				start = '['
			}
			e.lines.extend(1)[0] = start
			if err := e.encode(chunk); err != nil {
				return fmt.Errorf("transforms: JSON array, element %d: %w", e.count, err)
			}
			e.lines.shorten(1) // the end of the line
			emit(e.lines.take())
			return nil
		},
		func(emit func([]byte)) error {
			if e.count == 0 {
				emit([]byte("[]\n"))
			} else {
				emit([]byte("]\n"))
			}
			return nil
		})
}
