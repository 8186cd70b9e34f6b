package transforms_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
	"testing"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func byteSubjects() []subject {
	// Of six bytes.
	word := func(i int) []byte { return []byte("word-" + string(rune('a'+i%26))) }
	return []subject{
		bytesOperator("Chunks", 3, func() pair[[]byte, []byte] { return transforms.Chunks(12) },
			word, func(in []byte) []byte { return in }),
		bytesOperator("ChunksAtMost", 2, func() pair[[]byte, []byte] { return transforms.ChunksAtMost(4) },
			word, func(in []byte) []byte { return in }),
		bytesOperator("LimitBytes", 2, func() pair[[]byte, []byte] { return transforms.LimitBytes(1 << 30) },
			word, func(in []byte) []byte { return in }),
		operator[[]byte, []byte]{
			name: "Hash", aheadAtStart: 1, aheadAfterRead: 2,
			input:     word,
			stage:     func() pair[[]byte, []byte] { return transforms.Hash(sha256.New(), nil) },
			want:      same[[][]byte],
			failing:   func() pair[[]byte, []byte] { return transforms.Hash(badHash{fails: true}, nil) },
			panicking: func() pair[[]byte, []byte] { return transforms.Hash(badHash{}, nil) },
		}.subject(),
		bytesOperator("EncodeBase64", 2, func() pair[[]byte, []byte] { return transforms.EncodeBase64(base64.StdEncoding) },
			word, func(in []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(in)) }),
		bytesOperator("DecodeBase64", 2, func() pair[[]byte, []byte] { return transforms.DecodeBase64(base64.StdEncoding) },
			func(i int) []byte { return []byte(base64.StdEncoding.EncodeToString(word(i))) },
			func(in []byte) []byte { return must(base64.StdEncoding.DecodeString(string(in))) }),
		bytesOperator("EncodeHex", 2, func() pair[[]byte, []byte] { return transforms.EncodeHex() },
			word, func(in []byte) []byte { return []byte(hex.EncodeToString(in)) }),
		bytesOperator("DecodeHex", 2, func() pair[[]byte, []byte] { return transforms.DecodeHex() },
			func(i int) []byte { return []byte(hex.EncodeToString(word(i))) },
			func(in []byte) []byte { return must(hex.DecodeString(string(in))) }),
		operator[[]byte, []byte]{
			name: "EncodeFrames", aheadAtStart: 1, aheadAfterRead: 2,
			input: word,
			stage: func() pair[[]byte, []byte] { return transforms.EncodeFrames() },
			want: func(in [][]byte) [][]byte {
				return inputs(func(i int) []byte { return slices.Concat([]byte{0, 0, 0, 6}, word(i)) }, len(in))
			},
		}.subject(),
		operator[[]byte, []byte]{
			name: "DecodeFrames", aheadAtStart: 2, aheadAfterRead: 3,
			input: func(i int) []byte { return slices.Concat([]byte{0, 0, 0, 6}, word(i)) },
			stage: func() pair[[]byte, []byte] { return transforms.DecodeFrames() },
			want:  func(in [][]byte) [][]byte { return inputs(word, len(in)) },
		}.subject(),
	}
}

// bytesOperator is the row of a stage to which it makes no difference where its input is cut, nor is it known of its
// output.
func bytesOperator(name string, aheadAfterRead int, stage func() pair[[]byte, []byte], input func(int) []byte, want func(in []byte) []byte) subject {
	return operator[[]byte, []byte]{
		name: name, aheadAtStart: 1, aheadAfterRead: aheadAfterRead,
		input:  input,
		stage:  stage,
		want:   func(in [][]byte) [][]byte { return joinedBytes([][]byte{want(bytes.Join(in, nil))}) },
		normal: joinedBytes,
	}.subject()
}

// A badHash panics or fails.
type badHash struct {
	hash.Hash
	fails bool
}

func (h badHash) Write([]byte) (int, error) {
	if h.fails {
		return 0, errBoom
	}
	panic(errBoom)
}

func csvSubjects() []subject {
	row := func(i int) []string { return []string{"row", string(rune('a' + i%26))} }
	line := func(i int) []byte { return []byte(strings.Join(row(i), ",") + "\n") }
	byColumn := func(i int) map[string]string { return map[string]string{"kind": row(i)[0], "name": row(i)[1]} }
	return []subject{
		operator[[]byte, []string]{
			name: "DecodeCSV", aheadAtStart: 1, aheadAfterRead: 2,
			input: line,
			stage: func() pair[[]byte, []string] { return transforms.DecodeCSV() },
			want:  func(in [][]byte) [][]string { return inputs(row, len(in)) },
		}.subject(),
		operator[[]string, []byte]{
			name: "EncodeCSV", aheadAtStart: 1, aheadAfterRead: 2,
			input: row,
			stage: func() pair[[]string, []byte] { return transforms.EncodeCSV() },
			want:  func(in [][]string) [][]byte { return inputs(line, len(in)) },
		}.subject(),
		operator[[]byte, map[string]string]{
			name: "DecodeCSVMaps", aheadAtStart: 1, aheadAfterRead: 3,
			input: func(i int) []byte {
				if i == 0 {
					return []byte("kind,name\n")
				}
				return line(i - 1)
			},
			stage: func() pair[[]byte, map[string]string] { return transforms.DecodeCSVMaps() },
			want:  func(in [][]byte) []map[string]string { return inputs(byColumn, max(0, len(in)-1)) },
		}.subject(),
		operator[map[string]string, []byte]{
			name: "EncodeCSVMaps", aheadAtStart: 1, aheadAfterRead: 2,
			input: byColumn,
			stage: func() pair[map[string]string, []byte] { return transforms.EncodeCSVMaps([]string{"kind", "name"}) },
			want: func(in []map[string]string) [][]byte {
				return joinedBytes(append([][]byte{[]byte("kind,name\n")}, inputs(line, len(in))...))
			},
			normal: joinedBytes,
		}.subject(),
	}
}

func TestBadByteArguments(t *testing.T) {
	checkBad(t, "Chunks(0)", transforms.Chunks(0), streams.ErrRange)
	checkBad(t, "ChunksAtMost(0)", transforms.ChunksAtMost(0), streams.ErrRange)
	checkBad(t, "LimitBytes(-1)", transforms.LimitBytes(-1), streams.ErrRange)
	checkBad(t, "Hash(nil)", transforms.Hash(nil, nil), streams.ErrInvalidArgument)
	checkBad(t, "EncodeBase64(nil)", transforms.EncodeBase64(nil), streams.ErrInvalidArgument)
	checkBad(t, "DecodeBase64(nil)", transforms.DecodeBase64(nil), streams.ErrInvalidArgument)
	for call, o := range map[string]transforms.FrameOptions{
		"FrameOptions.LengthSize(-1)": {LengthSize: -1},
		"FrameOptions.LengthSize(9)":  {LengthSize: 9},
		"FrameOptions.MaxLength(-1)":  {MaxLength: -1},
	} {
		checkBad(t, call, transforms.EncodeFrames(o), streams.ErrRange)
		checkBad(t, call, transforms.DecodeFrames(o), streams.ErrRange)
	}
}

func TestBadCSVArguments(t *testing.T) {
	for call, o := range map[string]transforms.DecodeCSVOptions{
		"DecodeCSVOptions.MaxLength(-1)": {MaxLength: -1},
		`DecodeCSVOptions.Comma('"')`:    {Comma: '"'},
		`DecodeCSVOptions.Comma('#')`:    {Comma: '#', Comment: '#'},
		`DecodeCSVOptions.Comment('\n')`: {Comment: '\n'},
	} {
		checkBad(t, call, transforms.DecodeCSV(o), streams.ErrRange)
		checkBad(t, call, transforms.DecodeCSVMaps(o), streams.ErrRange)
	}
	bad := transforms.EncodeCSVOptions{Comma: '\r'}
	checkBad(t, `EncodeCSVOptions.Comma('\r')`, transforms.EncodeCSV(bad), streams.ErrRange)
	checkBad(t, `EncodeCSVOptions.Comma('\r')`, transforms.EncodeCSVMaps([]string{"a"}, bad), streams.ErrRange)
	checkBad(t, "EncodeCSVMaps(nil)", transforms.EncodeCSVMaps(nil), streams.ErrInvalidArgument)
	checkBad(t, `EncodeCSVMaps: two columns have the name "a"`,
		transforms.EncodeCSVMaps([]string{"a", "b", "a"}), streams.ErrInvalidArgument)
}
