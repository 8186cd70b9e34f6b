package wsstream

import (
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// maxPongs is how many answers to pings may wait for a writer. With more the oldest is dropped, as RFC 6455,
// section 5.5.3, allows: so a flood of pings to a connection that is stuck takes no memory.
const maxPongs = 16

// controlQueue holds the pings and pongs that wait for a writer, whose next frame takes them along in front of it, and
// the pings that wait for a pong.
type controlQueue struct {
	mu      sync.Mutex // guards following fields
	pongs   [][]byte   // the oldest first
	ping    *ping      // of ours, nil for none
	last    uint64     // number of the latest ping
	waiting []*ping    // those that somebody waits for, the oldest first; once for each who waits
}

// ping is a Ping frame of ours. Its payload is its number.
type ping struct {
	number uint64
	sent   time.Time     // when it left; guarded by the lock of the queue, zero before
	done   chan struct{} // closed when it was answered
	trip   time.Duration // set before that
}

// addPong adds the answer to a ping.
func (q *controlQueue) addPong(payload []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.pongs) == maxPongs {
		q.pongs = slices.Delete(q.pongs, 0, 1)
	}
	q.pongs = append(q.pongs, slices.Clone(payload))
}

// addPing adds a ping, unless one waits to be sent, which is as good. The caller must giveUp what it returns.
func (q *controlQueue) addPing() *ping {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ping == nil {
		q.last++
		q.ping = &ping{number: q.last, done: make(chan struct{})}
	}
	q.waiting = append(q.waiting, q.ping)
	return q.ping
}

// giveUp says that one caller does not wait for p any more.
func (q *controlQueue) giveUp(p *ping) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.waiting, p); i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
}

// answer takes the payload of a pong. It answers its ping and those before, to which there may be no answer of their
// own (RFC 6455, section 5.5.3).
func (q *controlQueue) answer(payload []byte) {
	if len(payload) != 8 {
		return
	}
	number := binary.BigEndian.Uint64(payload)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.DeleteFunc(q.waiting, func(p *ping) bool {
		if p.number > number || p.sent.IsZero() {
			return false
		}
		select {
		case <-p.done: // somebody else waited for it as well
		default:
			p.trip = time.Since(p.sent)
			close(p.done)
		}
		return true
	})
}

// isEmpty reports whether nothing waits for a writer.
func (q *controlQueue) isEmpty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.pongs) == 0 && q.ping == nil
}

// drop empties the queue: nothing but a Close frame will be written any more.
func (q *controlQueue) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pongs, q.ping = nil, nil
}

// appendTo moves what waits for a writer into buf, as frames of o.
func (q *controlQueue) appendTo(buf []byte, o *output) []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, payload := range q.pongs {
		buf = o.appendControl(buf, ws.OpPong, payload)
	}
	q.pongs = nil
	if q.ping != nil {
		q.ping.sent = time.Now()
		buf = o.appendControl(buf, ws.OpPing, binary.BigEndian.AppendUint64(nil, q.ping.number))
		q.ping = nil
	}
	return buf
}

func (o *output) appendControl(buf []byte, op ws.OpCode, payload []byte) []byte {
	h := o.newHeader(op, len(payload))
	return appendPayload(appendHeader(buf, h), payload, h, 0)
}
