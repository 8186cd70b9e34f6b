package transforms

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"github.com/weirstreams/weir/streams"
)

// TextDecoderOptions are the options of [DecodeText]. Their names are those of the Encoding standard.
type TextDecoderOptions struct {
	// Encoding is what the text is encoded in, of one of the packages below golang.org/x/text/encoding; its package
	// htmlindex finds them by the names that the Encoding standard has for them. nil is UTF-8.
	Encoding encoding.Encoding

	// Fatal makes bytes that are not in the encoding an error. Otherwise each of them becomes U+FFFD.
	Fatal bool

	// IgnoreBOM gives a byte order mark at the beginning of UTF-8 and UTF-16 as U+FEFF. Otherwise it is dropped.
	IgnoreBOM bool
}

// DecodeText makes text of bytes, which may be split anywhere, also within a character: it is the TextDecoderStream of the
// Encoding standard. A string is what could be decoded of one chunk; there are no empty ones. Nothing of a chunk that was
// written is kept but the beginning of a character.
//
// With TextDecoderOptions.Fatal bytes that are not in the encoding, or end within a character, make an error with
// [ErrCorrupt], after the text before them has been delivered. At most one TextDecoderOptions is used.
//
// When the consumer is slow, nothing is decoded. The stage holds nothing but the chunk that waits in its writable side, the
// beginning of a character, and, unless the text is good UTF-8, room for about three times its largest chunk.
func DecodeText(options ...TextDecoderOptions) *streams.TransformStream[[]byte, string] {
	var o TextDecoderOptions
	if len(options) > 0 {
		o = options[0]
	}
	d := newTextDecoder(o)
	return streams.TransformFunc(d.transform, d.flush)
}

type textDecoder struct {
	utf8       bool // is the encoding
	fatal      bool
	transcoder transcoder
	dropBOM    bool // if it is next: false from the first character on
}

func newTextDecoder(o TextDecoderOptions) *textDecoder {
	e := o.Encoding
	if e == nil {
		e = unicode.UTF8
	}
	d := &textDecoder{utf8: e == unicode.UTF8, fatal: o.Fatal, dropBOM: !o.IgnoreBOM && hasBOM(e)}
	switch {
	case d.fatal && d.utf8:
		d.transcoder.transformer = encoding.UTF8Validator
	case d.fatal:
		d.transcoder.transformer = newFatalDecoder(e)
	default:
		d.transcoder.transformer = e.NewDecoder()
	}
	return d
}

const byteOrderMark = "\uFEFF"

// hasBOM reports whether e is one of the encodings whose text may begin with a byte order mark: UTF-8 and UTF-16 (Encoding
// standard, section 6). In others it is a character like any.
func hasBOM(e encoding.Encoding) bool {
	mark, err := e.NewEncoder().Bytes([]byte(byteOrderMark))
	return err == nil && slices.Contains([]string{"\xEF\xBB\xBF", "\xFE\xFF", "\xFF\xFE"}, string(mark))
}

func (d *textDecoder) transform(chunk []byte, emit func(string)) error {
	if d.utf8 && len(d.transcoder.rest) == 0 && utf8.Valid(chunk) {
		d.give(chunk, emit)
		return nil
	}
	return d.decode(chunk, false, emit)
}

func (d *textDecoder) flush(emit func(string)) error { return d.decode(nil, true, emit) }

func (d *textDecoder) decode(chunk []byte, atEOF bool, emit func(string)) error {
	err := d.transcoder.transcode(chunk, atEOF)
	if errors.Is(err, errIncomplete) && !d.fatal {
		d.transcoder.output = append(d.transcoder.output, replacement...)
		err = nil
	}
	d.give(d.transcoder.output, emit)
	if err != nil && !errors.Is(err, io.ErrNoProgress) {
		err = fmt.Errorf("%w: text: %w", ErrCorrupt, err)
	}
	return err
}

func (d *textDecoder) give(text []byte, emit func(string)) {
	if d.dropBOM && len(text) > 0 {
		text = bytes.TrimPrefix(text, []byte(byteOrderMark))
		d.dropBOM = false
	}
	if len(text) > 0 {
		emit(string(text))
	}
}
