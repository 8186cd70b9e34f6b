package transforms

import (
	"bytes"
	"fmt"
	"io"

	"github.com/weirstreams/weir/streams"
)

// A groupEncoder makes text of bytes, as base64 does: of each group of so many bytes so many characters.
type groupEncoder struct {
	group  int // bytes
	encode func(dst, src []byte)
	length func(n int) int // of the text of n bytes
	rest   []byte          // less than a group
	output blockBuffer
}

func (e *groupEncoder) stage() *streams.TransformStream[[]byte, []byte] {
	return streams.TransformFunc(e.transform, e.flush)
}

func (e *groupEncoder) transform(chunk []byte, emit func([]byte)) error {
	if len(e.rest) > 0 {
		missing := min(e.group-len(e.rest), len(chunk))
		e.rest = append(e.rest, chunk[:missing]...)
		chunk = chunk[missing:]
		if len(e.rest) == e.group {
			e.write(e.rest)
			e.rest = e.rest[:0]
		}
	}
	whole := len(chunk) - len(chunk)%e.group
	e.write(chunk[:whole])
	e.rest = append(e.rest, chunk[whole:]...)
	e.give(emit)
	return nil
}

func (e *groupEncoder) flush(emit func([]byte)) error {
	e.write(e.rest)
	e.give(emit)
	return nil
}

func (e *groupEncoder) write(src []byte) {
	n := e.length(len(src))
	e.encode(e.output.extend(n), src)
}

func (e *groupEncoder) give(emit func([]byte)) {
	if text := e.output.take(); len(text) > 0 {
		emit(text)
	}
}

// A groupDecoder makes bytes of text, as base64 does: of each group of so many characters so many bytes. It skips the ends
// of lines.
type groupDecoder struct {
	format string
	group  int // characters
	bytes  int // of a group

	// decode decodes text: whole groups, or at the end of the input, if the format allows it, with a part of one at the end.
	decode func(dst, src []byte) (int, error)

	// partial says that the input need not end with a whole group.
	partial bool

	rest   []byte // less than a group
	ended  bool   // by a group of fewer bytes
	output blockBuffer
}

func (d *groupDecoder) stage() *streams.TransformStream[[]byte, []byte] {
	return streams.TransformFunc(d.transform, d.flush)
}

func (d *groupDecoder) transform(chunk []byte, emit func([]byte)) error {
	err := d.add(withoutLineEnds(chunk))
	if decoded := d.output.take(); len(decoded) > 0 {
		emit(decoded)
	}
	return err
}

func (d *groupDecoder) add(text []byte) error {
	if len(d.rest) > 0 {
		missing := min(d.group-len(d.rest), len(text))
		d.rest = append(d.rest, text[:missing]...)
		text = text[missing:]
		if len(d.rest) < d.group {
			return nil
		}
		if err := d.write(d.rest); err != nil {
			return err
		}
		d.rest = d.rest[:0]
	}
	whole := len(text) - len(text)%d.group
	if err := d.write(text[:whole]); err != nil {
		return err
	}
	d.rest = append(d.rest, text[whole:]...)
	return nil
}

func (d *groupDecoder) flush(emit func([]byte)) error {
	if len(d.rest) == 0 {
		return nil
	}
	if !d.partial && !d.ended {
		return fmt.Errorf("transforms: %s text ends too early: %w", d.format, io.ErrUnexpectedEOF)
	}
	err := d.write(d.rest)
	if decoded := d.output.take(); len(decoded) > 0 {
		emit(decoded)
	}
	return err
}

func (d *groupDecoder) write(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	if d.ended {
		return fmt.Errorf("%w: %s: there is text behind the end", ErrCorrupt, d.format)
	}
	most := (len(text) + d.group - 1) / d.group * d.bytes
	n, err := d.decode(d.output.extend(most), text)
	d.output.shorten(most - n)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCorrupt, d.format, err)
	}
	d.ended = n < most
	return nil
}

// withoutLineEnds returns text without "\r" and "\n". It may change text.
func withoutLineEnds(text []byte) []byte {
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	kept := text[:0]
	for _, c := range text {
		if c != '\n' && c != '\r' {
			kept = append(kept, c)
		}
	}
	return kept
}
