package transforms

import (
	"bytes"
	"encoding/json"

	"github.com/weirstreams/weir/streams"
)

// DecodeJSONLines decodes JSON Lines: one JSON value of type T a line, from bytes in chunks of any size. It is [Lines]
// followed by [DecodeJSON], and what these say holds for it.
func DecodeJSONLines[T any](options ...LinesOptions) streams.ReadableWritablePair[[]byte, T] {
	return streams.Chain(Lines(options...), DecodeJSON[T]())
}

// DecodeJSON decodes each chunk, which is one JSON value, such as a line or a message, into a T as json.Unmarshal does.
// Chunks of nothing but white space are skipped. A chunk that is not a JSON value, or not one for a T, errors the stream
// with a [LineError] of what encoding/json says about it; its Line is the number of the chunk. Nothing of a chunk is kept.
//
// When the consumer is slow, nothing is decoded. The stage holds nothing but the chunk that waits in its writable side.
func DecodeJSON[T any]() *streams.TransformStream[[]byte, T] {
	line := 0
	var value T // here, so that not every chunk allocates one
	return streams.TransformFunc(func(chunk []byte, emit func(T)) error {
		line++
		if len(bytes.TrimSpace(chunk)) == 0 {
			return nil
		}
		err := json.Unmarshal(chunk, &value)
		decoded := value
		var zero T
		value = zero
		if err != nil {
			return &LineError{Line: line, Err: err}
		}
		emit(decoded)
		return nil
	}, nil)
}

// EncodeJSONLines encodes each chunk as a line of JSON, with its "\n". The bytes are those of a json.Encoder that does not
// escape HTML. A line belongs to whoever reads it; many are cut from one larger block of memory, which lives as long as
// the last of them. A chunk that cannot be encoded errors the stream with a [LineError] of what encoding/json says.
//
// When the consumer is slow, nothing is encoded. The stage holds nothing but the chunk that waits in its writable side.
func EncodeJSONLines[T any]() *streams.TransformStream[T, []byte] {
	e := newLineEncoder[T]()
	return streams.TransformFunc(func(chunk T, emit func([]byte)) error {
		if err := e.encodeLine(chunk); err != nil {
			return err
		}
		emit(e.lines.take())
		return nil
	}, nil)
}

// EncodeJSONLineBatches is EncodeJSONLines for batches, as [Batch] makes them: all lines of a batch become one chunk of
// bytes, which costs the stages that follow less than a chunk a line. An empty batch becomes none. If an element cannot be
// encoded, the lines before it are delivered.
//
// When the consumer is slow, nothing is encoded. The stage holds nothing but the batch that waits in its writable side.
func EncodeJSONLineBatches[T any]() *streams.TransformStream[[]T, []byte] {
	e := newLineEncoder[T]()
	return streams.TransformFunc(func(batch []T, emit func([]byte)) error {
		var err error
		for i := 0; i < len(batch) && err == nil; i++ {
			err = e.encodeLine(batch[i])
		}
		if lines := e.lines.take(); len(lines) > 0 {
			emit(lines)
		}
		return err
	}, nil)
}

// A lineEncoder collects lines of JSON.
type lineEncoder[T any] struct {
	lines   blockBuffer
	count   int
	value   T // what is being encoded; here, so that not every chunk allocates one
	encoder *json.Encoder
}

func newLineEncoder[T any]() *lineEncoder[T] {
	e := new(lineEncoder[T])
	e.encoder = json.NewEncoder(&e.lines)
	e.encoder.SetEscapeHTML(false)
	return e
}

// encode writes chunk and the end of a line.
func (e *lineEncoder[T]) encode(chunk T) error {
	e.count++
	e.value = chunk
	err := e.encoder.Encode(&e.value)
	var zero T
	e.value = zero
	return err
}

// encodeLine is encode with an error that tells the line.
func (e *lineEncoder[T]) encodeLine(chunk T) error {
	if err := e.encode(chunk); err != nil {
		return &LineError{Line: e.count, Err: err}
	}
	return nil
}
