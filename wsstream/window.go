package wsstream

// window is what later messages may refer back to: the end of what was sent or received compressed, all messages in
// one. Between messages a connection with takeover keeps this, and no compressor or decompressor.
type window struct {
	size int // how much may be referred to, in bytes; 0 without takeover

	// bytes holds a quarter more than that before its beginning is dropped, so that a message that comes byte by byte does
	// not move all of it for each.
	bytes []byte
}

// content returns what may be referred to. It is valid until the next add.
func (w *window) content() []byte {
	return w.bytes[max(0, len(w.bytes)-w.size):]
}

// add appends a piece of a message.
func (w *window) add(p []byte) {
	if len(w.bytes)+len(p) > w.size+w.size/4 {
		p = p[max(0, len(p)-w.size):]
		kept := min(len(w.bytes), w.size-len(p))
		w.bytes = w.bytes[:copy(w.bytes, w.bytes[len(w.bytes)-kept:])]
	}
	w.bytes = append(w.bytes, p...)
}
