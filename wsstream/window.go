package wsstream

// window is what later messages may refer back to: the end of what was sent or received compressed, all messages in
// one. Between messages a connection with takeover keeps this, and no compressor or decompressor.
type window struct {
	size  int // how much may be referred to, in bytes; 0 without takeover
	bytes []byte
}

// add appends a piece of a message.
func (w *window) add(p []byte) {
	if w.size == 0 {
		return
	}
	if len(p) >= w.size {
		w.bytes = append(w.bytes[:0], p[len(p)-w.size:]...)
		return
	}
	if excess := len(w.bytes) + len(p) - w.size; excess > 0 {
		w.bytes = w.bytes[:copy(w.bytes, w.bytes[excess:])]
	}
	w.bytes = append(w.bytes, p...)
}
