package transforms

import (
	"bytes"
	"slices"

	"github.com/weirstreams/weir/streams"
)

// DefaultMaxLineLength is the limit on the length of a line where none is given, and of a piece, record, element or frame:
// 1 MiB.
const DefaultMaxLineLength = 1 << 20

// LinesOptions are the options of [Lines] and [DecodeJSONLines].
type LinesOptions struct {
	// MaxLength is the number of bytes that a line may have, its end not counted. 0 is DefaultMaxLineLength,
	// streams.Unbounded is no limit; a negative number makes a stream that is errored with streams.ErrRange.
	MaxLength int
}

// Lines makes lines of bytes, which may come in chunks of any size, split anywhere. A line ends with "\n" or "\r\n", which
// is not part of it. The last line need not have an end, and an empty input has no line.
//
// A line is a []byte and costs no allocation: it is a piece of the chunk that it came in, unless it came in several. So
// the chunks must belong to Lines once they are written (those of streams.FromReader do), and a line belongs to whoever
// reads it, who may keep and change it. Keeping a line keeps its whole chunk in memory: clone the few that are kept of
// many. Where a string is wanted, that is Map(func(line []byte) string { return string(line) }).
//
// When the consumer is slow, no further chunk is looked at. The stage holds the chunk whose lines are being read, with a
// slice header for each line, two chunks that wait, and the beginning of a line whose end is to come: MaxLength bytes at
// most, and one chunk.
//
// A line that is too long errors the stream with a [LineError] of ErrLineTooLong, when the lines before it have been read.
// At most one LinesOptions is used.
func Lines(options ...LinesOptions) streams.ReadableWritablePair[[]byte, []byte] {
	limit := 0
	if len(options) > 0 {
		limit = options[0].MaxLength
	}
	limit, err := maxLength("LinesOptions", limit)
	if err != nil {
		return erroredTransform[[]byte, []byte](err)
	}
	a := &lineAssembler{limit: limit}
	s := new(lineSplitter)
	return streams.Chain(
		streams.TransformFunc(a.transform, a.flush),
		streams.TransformFunc(s.transform, nil))
}

// maxLength is what a field MaxLength of options means.
func maxLength(options string, given int) (int, error) {
	switch {
	case given < 0:
		return 0, outOfRange(options+".MaxLength", given)
	case given == 0:
		return DefaultMaxLineLength, nil
	}
	return given, nil
}

// A lineBlock is a run of whole lines, or the news that the next line is too long. That is not an error of the assembler,
// which would take away the lines that are not read yet: it has to come after them.
type lineBlock struct {
	lines   []byte // each with its end, but for the last line of the input; none if tooLong
	tooLong bool
}

// A lineAssembler cuts its input at the ends of lines only, and knows the limit.
type lineAssembler struct {
	limit   int    // immutable
	partial []byte // the beginning of a line whose end has not come; its room behind the end is nobody else's
	failed  bool   // a line was too long
}

func (a *lineAssembler) transform(chunk []byte, emit func(lineBlock)) error {
	if a.failed {
		return nil // the splitter is about to say so
	}
	if len(a.partial) > 0 {
		end := bytes.IndexByte(chunk, '\n') + 1
		if end == 0 {
			a.hold(chunk, emit)
			return nil
		}
		if a.hold(chunk[:end], emit); a.failed {
			return nil
		}
		emit(lineBlock{lines: a.partial})
		a.partial, chunk = nil, chunk[end:]
	}
	end := bytes.LastIndexByte(chunk, '\n') + 1
	if a.pass(chunk[:end], emit); !a.failed {
		a.hold(chunk[end:], emit)
	}
	return nil
}

func (a *lineAssembler) flush(emit func(lineBlock)) error {
	if len(a.partial) > 0 {
		emit(lineBlock{lines: a.partial})
	}
	return nil
}

// pass emits a run of whole lines, up to the first that is too long.
func (a *lineAssembler) pass(lines []byte, emit func(lineBlock)) {
	good := len(lines)
	if good > a.limit { // else none can be
		good = a.firstTooLong(lines)
	}
	if good > 0 {
		emit(lineBlock{lines: lines[:good]})
	}
	if good < len(lines) {
		a.fail(emit)
	}
}

// firstTooLong returns where the first line begins that is too long, or the length of lines.
func (a *lineAssembler) firstTooLong(lines []byte) int {
	start := 0
	for start < len(lines) {
		end := start + bytes.IndexByte(lines[start:], '\n') + 1
		if a.tooLong(lines[start:end]) {
			break
		}
		start = end
	}
	return start
}

// hold appends to the partial line, unless that makes it too long.
func (a *lineAssembler) hold(piece []byte, emit func(lineBlock)) {
	if len(piece) == 0 {
		return
	}
	if len(a.partial)+len(piece)-len("\r\n") > a.limit { // whatever its end is
		a.fail(emit)
		return
	}
	if a.partial == nil {
		a.partial = slices.Clip(piece)
	} else {
		a.partial = append(a.partial, piece...)
	}
	if a.tooLong(a.partial) {
		a.fail(emit)
	}
}

func (a *lineAssembler) tooLong(line []byte) bool { return len(trimLineEnd(line)) > a.limit }

func (a *lineAssembler) fail(emit func(lineBlock)) {
	a.partial, a.failed = nil, true
	emit(lineBlock{tooLong: true})
}

// A lineSplitter makes lines of blocks.
type lineSplitter struct {
	count int // lines so far
}

func (s *lineSplitter) transform(block lineBlock, emit func([]byte)) error {
	if block.tooLong {
		return &LineError{Line: s.count + 1, Err: ErrLineTooLong}
	}
	for rest := block.lines; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			end = len(rest)
		}
		line := trimLineEnd(rest[:end])
		rest = rest[end:]
		s.count++
		emit(slices.Clip(line))
	}
	return nil
}

// trimLineEnd cuts "\n", "\r\n" or, where the "\n" has not come or will not, "\r" off the end of a line.
func trimLineEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'})
}
