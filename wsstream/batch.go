package wsstream

import (
	"sync"

	"github.com/gobwas/ws"
)

// batch holds the frames of messages that are to leave in one system call.
type batch struct {
	mu       sync.Mutex // guards following fields
	frames   []byte     // nil for none
	flushing bool       // a goroutine will write them
	shut     bool       // no frame may be added
}

// join adds a frame to the batch, and sees to it that this is written. It does not wait. It returns false if there is no
// room, or no message may follow any more. One caller at a time writes messages, by join or with the lock.
func (o *output) join(h ws.Header, payload []byte) bool {
	b := &o.batch
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shut || len(b.frames)+len(payload) > o.size {
		return false
	}
	if b.frames == nil {
		b.frames = o.batchBuffer()
	}
	b.frames = appendPayload(appendHeader(b.frames, h), payload, h, 0)
	if !b.flushing {
		b.flushing = true
		go o.flushBatch()
	}
	return true
}

// take returns the frames of the batch, nil for none. Who takes nothing has nothing more to flush.
func (b *batch) take() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	frames := b.frames
	b.frames = nil
	if frames == nil {
		b.flushing = false
	}
	return frames
}

// close returns false for every join from now on.
func (b *batch) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut = true
}

// flushBatch writes the batch when nobody else writes; each writes the batch first, so there may be none left.
func (o *output) flushBatch() {
	o.lock <- struct{}{} // a write of the socket ends in time when the connection does
	o.flush()
}
