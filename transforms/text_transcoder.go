package transforms

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// A transcoder drives a transform.Transformer of golang.org/x/text with chunks.
type transcoder struct {
	transformer transform.Transformer
	rest        []byte // the beginning of a character whose end has not come
	output      []byte // of the call at hand; its room is used again
}

const (
	// leastTextRoom is the least room for output that a transformer is given.
	leastTextRoom = 64

	// mostRest is how much a transformer may leave and ask for more: no character and no escape sequence is longer.
	mostRest = 1 << 10
)

// errIncomplete is the error for input that ends within a character.
var errIncomplete = errors.New("incomplete character at the end")

// transcode transforms the next bytes of the input. What comes of them is in x.output, also when there is an error.
func (x *transcoder) transcode(src []byte, atEOF bool) error {
	if len(x.rest) > 0 {
		x.rest = append(x.rest, src...)
		src = x.rest
	}
	x.output = x.output[:0]
	for {
		x.output = slices.Grow(x.output, len(src)+leastTextRoom)
		room := x.output[len(x.output):cap(x.output)]
		nDst, nSrc, err := x.transformer.Transform(room, src, atEOF)
		x.output = x.output[:len(x.output)+nDst]
		src = src[nSrc:]
		switch {
		case errors.Is(err, transform.ErrShortDst) && nDst+nSrc > 0:
			continue
		case errors.Is(err, transform.ErrShortDst):
			return io.ErrNoProgress
		case errors.Is(err, transform.ErrShortSrc):
			return x.keep(src, atEOF)
		}
		x.rest = x.rest[:0]
		return err
	}
}

// keep keeps the beginning of a character for the next call.
func (x *transcoder) keep(src []byte, atEOF bool) error {
	switch {
	case atEOF:
		return errIncomplete
	case len(src) > mostRest:
		return io.ErrNoProgress
	}
	x.rest = append(x.rest[:0], src...)
	return nil
}

// errMalformed is the error of a fatalDecoder.
var errMalformed = errors.New("malformed text")

const replacement = "\uFFFD"

// A fatalDecoder is a decoder of golang.org/x/text that returns an error where that would give a replacement character for
// bytes that are not in its encoding.
type fatalDecoder struct {
	transform.Transformer

	// genuine is what a replacement character is in the encoding, which it may contain as any other character; nil if it
	// has none. It may also be the other way round, in an encoding that comes in two byte orders.
	genuine []byte
}

func newFatalDecoder(e encoding.Encoding) *fatalDecoder {
	d := &fatalDecoder{Transformer: e.NewDecoder()}
	// The first may come with a byte order mark.
	one, err := e.NewEncoder().Bytes([]byte(replacement))
	if err != nil {
		return d
	}
	if two, err := e.NewEncoder().Bytes([]byte(replacement + replacement)); err == nil && len(two) > len(one) {
		d.genuine = two[len(one):]
	}
	return d
}

func (d *fatalDecoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	if d.genuine != nil {
		return d.transformEach(dst, src, atEOF)
	}
	nDst, nSrc, err = d.Transformer.Transform(dst, src, atEOF)
	if bad := bytes.Index(dst[:nDst], []byte(replacement)); bad >= 0 {
		return bad, nSrc, errMalformed
	}
	return nDst, nSrc, err
}

// transformEach goes from character to character, for only so can it be seen what bytes a replacement character came of.
func (d *fatalDecoder) transformEach(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for err == nil && (nSrc < len(src) || atEOF) {
		var written, read int
		// A replacement character fills the first room by itself; there are longer characters.
		for room := len(replacement); room <= len(replacement)+1 && written+read == 0; room++ {
			if len(dst)-nDst < room {
				return nDst, nSrc, transform.ErrShortDst
			}
			written, read, err = d.Transformer.Transform(dst[nDst:nDst+room], src[nSrc:], atEOF)
		}
		character := dst[nDst : nDst+written]
		if string(character) == replacement && !d.isGenuine(src[nSrc:nSrc+read]) {
			return nDst, nSrc, errMalformed
		}
		nDst += written
		nSrc += read
		if err == nil {
			return nDst, nSrc, nil
		}
		if errors.Is(err, transform.ErrShortDst) && written+read > 0 {
			err = nil
		}
	}
	return nDst, nSrc, err
}

func (d *fatalDecoder) isGenuine(character []byte) bool {
	if bytes.HasSuffix(character, d.genuine) {
		return true
	}
	swapped := slices.Clone(d.genuine)
	slices.Reverse(swapped)
	return bytes.HasSuffix(character, swapped)
}
