package transforms

import (
	"encoding/hex"

	"github.com/weirstreams/weir/streams"
)

// hexChars make a byte.
const hexChars = 2

// EncodeHex makes hexadecimal text of bytes (RFC 4648, section 8), in lower case and one line. A chunk that was written is
// not kept; a chunk that is read belongs to its reader.
//
// When the consumer is slow, nothing is encoded. The stage holds nothing but the chunk that waits in its writable side.
func EncodeHex() *streams.TransformStream[[]byte, []byte] {
	e := &groupEncoder{
		group: 1, length: hex.EncodedLen,
		encode: func(dst, src []byte) { hex.Encode(dst, src) },
	}
	return e.stage()
}

// DecodeHex makes bytes of hexadecimal text (RFC 4648, section 8), in upper or lower case and in chunks split anywhere.
// Ends of lines ("\r" and "\n") are skipped. The chunks must belong to DecodeHex once they are written; a chunk that is
// read belongs to its reader.
//
// Other text makes an error with [ErrCorrupt], text that ends within a byte one with io.ErrUnexpectedEOF. What comes before
// that has been delivered.
//
// When the consumer is slow, nothing is decoded. The stage holds nothing but the chunk that waits in its writable side.
func DecodeHex() *streams.TransformStream[[]byte, []byte] {
	d := &groupDecoder{format: "hex", group: hexChars, bytes: 1, decode: hex.Decode}
	return d.stage()
}
