package transforms

// blockSize is what a blockBuffer allocates at a time, and a good size for a chunk.
const blockSize = 64 << 10

// A blockBuffer is an io.Writer that gives away what was written to it. It cuts what it gives from larger blocks, so
// that small pieces do not cost an allocation each, and never touches again what it gave.
type blockBuffer struct {
	room   []byte // the unused end of the block, beginning with what was written and not taken
	filled int    // how much of room that is
}

// Write never fails.
func (b *blockBuffer) Write(p []byte) (int, error) {
	return copy(b.extend(len(p)), p), nil
}

// extend writes n bytes that the caller fills in before anything else.
func (b *blockBuffer) extend(n int) []byte {
	start := b.filled
	b.filled += n
	if b.filled > len(b.room) {
		larger := make([]byte, max(blockSize, 2*b.filled))
		copy(larger, b.room[:start])
		b.room = larger
	}
	return b.room[start:b.filled]
}

// shorten takes back the last n bytes that were written.
func (b *blockBuffer) shorten(n int) { b.filled -= n }

// take returns what was written since the last take. It belongs to the caller.
func (b *blockBuffer) take() []byte {
	taken := b.room[:b.filled:b.filled]
	b.room, b.filled = b.room[b.filled:], 0
	return taken
}
