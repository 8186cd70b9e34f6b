package transforms

import (
	"encoding/base64"

	"github.com/weirstreams/weir/streams"
)

// A group of base64 (RFC 4648, section 4).
const (
	base64Bytes = 3
	base64Chars = 4
)

// EncodeBase64 makes base64 text of bytes (RFC 4648), in one line: base64.StdEncoding, base64.RawURLEncoding and so on. How
// the bytes are split into chunks makes no difference to the text. A chunk that was written is not kept; a chunk that is
// read belongs to its reader. A nil encoding makes a stream that is errored with streams.ErrInvalidArgument.
//
// When the consumer is slow, nothing is encoded. The stage holds nothing but the chunk that waits in its writable side, and
// two bytes.
func EncodeBase64(encoding *base64.Encoding) *streams.TransformStream[[]byte, []byte] {
	if encoding == nil {
		return erroredTransform[[]byte, []byte](missing("EncodeBase64"))
	}
	e := &groupEncoder{group: base64Bytes, encode: encoding.Encode, length: encoding.EncodedLen}
	return e.stage()
}

// DecodeBase64 makes bytes of base64 text (RFC 4648), in chunks split anywhere. Ends of lines ("\r" and "\n") are skipped,
// wherever they are. The chunks must belong to DecodeBase64 once they are written; a chunk that is read belongs to its
// reader. A nil encoding makes a stream that is errored with streams.ErrInvalidArgument.
//
// Other text makes an error with [ErrCorrupt] and what encoding/base64 says; text that ends within four characters, in an
// encoding with padding, makes one with io.ErrUnexpectedEOF. The whole groups of the chunks before that have been
// delivered.
//
// When the consumer is slow, nothing is decoded. The stage holds nothing but the chunk that waits in its writable side, and
// three characters.
func DecodeBase64(encoding *base64.Encoding) *streams.TransformStream[[]byte, []byte] {
	if encoding == nil {
		return erroredTransform[[]byte, []byte](missing("DecodeBase64"))
	}
	d := &groupDecoder{
		format: "base64", group: base64Chars, bytes: base64Bytes, decode: encoding.Decode,
		partial: encoding.EncodedLen(1) < base64Chars, // no padding
	}
	return d.stage()
}
