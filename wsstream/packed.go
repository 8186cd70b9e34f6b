package wsstream

import "github.com/gobwas/ws"

// smallMessage is up to what size a message is one frame when it is compressed, in bytes: half of fragmentSize, so that it
// fits whatever the compressor makes of it.
const smallMessage = fragmentSize / 2

// packed is a message as one frame.
type packed struct {
	header  ws.Header
	payload []byte
	owned   bool // payload is ours, and not the message's
}

// pack makes one frame of a message. It returns false if that is to be compressed, and may become several.
func (o *output) pack(m Message) (packed, bool) {
	op := opCodeOf(m.Type)
	if o.deflate.compresses(len(m.Data)) {
		if len(m.Data) > smallMessage {
			return packed{}, false
		}
		frames := newFragmenter(o, op)
		ok, err := o.deflate.compress(&frames, m.Data)
		if err != nil {
			panic("wsstream: internal error: " + err.Error()) // it is written to memory
		}
		if ok {
			payload := frames.last()
			return packed{header: frames.header(len(payload), true), payload: payload, owned: true}, true
		}
		frames.end()
	}
	return packed{header: o.newHeader(op, len(m.Data)), payload: m.Data}, true
}

// free gives back the payload, if it is ours.
func (p packed) free() {
	if p.owned {
		giveMemory(p.payload)
	}
}
