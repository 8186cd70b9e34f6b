package transforms

import (
	"fmt"
	"io"
	"math"
)

// A recordInput is what a parser of records reads from. Parsers hold a record whole, and these have no limit of their own;
// so their input gives them no more than a record may have, and what they read ahead.
type recordInput struct {
	reader io.Reader
	record string // what it is called in errors
	max    int64  // bytes of a record, with what separates it from the one before
	read   int64  // bytes so far
	done   int64  // of them, up to the end of the last record
	ended  bool   // the parser has been told that there is no more
}

// readAhead is more than a parser needs beyond a record to see that it has ended, and a good size for its buffer.
const readAhead = 4 << 10

func newRecordInput(reader io.Reader, record string, limit int) *recordInput {
	// Nobody lives to see half of this, and it can be added to.
	return &recordInput{reader: reader, record: record, max: min(int64(limit), math.MaxInt64/2)}
}

func (r *recordInput) Read(p []byte) (int, error) {
	left := r.max + readAhead - (r.read - r.done)
	if left <= 0 {
		return 0, r.tooLarge()
	}
	n, err := r.reader.Read(p[:min(int64(len(p)), left)])
	r.read += int64(n)
	r.ended = r.ended || err == io.EOF
	return n, err
}

// next is told how far the parser has got with a record, and returns an error if that was too large.
func (r *recordInput) next(offset int64) error {
	size := offset - r.done
	r.done = offset
	if size > r.max {
		return r.tooLarge()
	}
	return nil
}

func (r *recordInput) tooLarge() error {
	return fmt.Errorf("%w: %s of more than %d bytes", ErrTooLarge, r.record, r.max)
}
