package transforms

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"github.com/weirstreams/weir/streams"
)

// TextEncoderOptions are the options of [EncodeText].
type TextEncoderOptions struct {
	// Encoding is what the text is encoded in, of one of the packages below golang.org/x/text/encoding. nil is UTF-8.
	Encoding encoding.Encoding

	// Replace puts the replacement of the encoding, most often "\x1A", where it does not have a character. Otherwise that is
	// an error.
	Replace bool
}

// EncodeText makes bytes of text: it is the TextEncoderStream of the Encoding standard, for other encodings than UTF-8 as
// well. There is a chunk for each string that is not empty. What is not UTF-8 in a string becomes U+FFFD, but a character
// may be split over several strings. A chunk that is read belongs to its reader.
//
// A character that the encoding does not have makes an error with [ErrNoCharacter], after what comes before it. At most one
// TextEncoderOptions is used.
//
// When the consumer is slow, nothing is encoded. The stage holds nothing but the string that waits in its writable side,
// the beginning of a character, and, unless it is good UTF-8 that becomes UTF-8, room for about three times its largest
// string.
func EncodeText(options ...TextEncoderOptions) *streams.TransformStream[string, []byte] {
	var o TextEncoderOptions
	if len(options) > 0 {
		o = options[0]
	}
	e := &textEncoder{utf8: o.Encoding == nil || o.Encoding == unicode.UTF8}
	switch {
	case e.utf8:
		// The decoder replaces what is not UTF-8 as the Encoding standard says; the encoder has a way of its own.
		e.transcoder.transformer = unicode.UTF8.NewDecoder()
	case o.Replace:
		e.transcoder.transformer = encoding.ReplaceUnsupported(o.Encoding.NewEncoder())
	default:
		e.transcoder.transformer = o.Encoding.NewEncoder()
	}
	return streams.TransformFunc(e.transform, e.flush)
}

type textEncoder struct {
	utf8       bool // is the encoding
	transcoder transcoder
	output     blockBuffer
}

func (e *textEncoder) transform(text string, emit func([]byte)) error {
	if e.utf8 && len(e.transcoder.rest) == 0 && utf8.ValidString(text) {
		if len(text) > 0 {
			copy(e.output.extend(len(text)), text)
			emit(e.output.take())
		}
		return nil
	}
	return e.encode([]byte(text), false, emit)
}

func (e *textEncoder) flush(emit func([]byte)) error { return e.encode(nil, true, emit) }

func (e *textEncoder) encode(text []byte, atEOF bool, emit func([]byte)) error {
	err := e.transcoder.transcode(text, atEOF)
	if len(e.transcoder.output) > 0 {
		copy(e.output.extend(len(e.transcoder.output)), e.transcoder.output)
		emit(e.output.take())
	}
	if err != nil && !errors.Is(err, io.ErrNoProgress) {
		err = fmt.Errorf("%w: %w", ErrNoCharacter, err)
	}
	return err
}
