package transforms_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func codecSubjects() []subject {
	return slices.Concat(textSubjects(), jsonSubjects(), csvSubjects(), compressSubjects(), byteSubjects())
}

func jsonLine(i int) []byte { return fmt.Appendf(nil, "{\"n\":%d}\n", i) }

func textSubjects() []subject {
	return []subject{
		operator[[]byte, []byte]{
			name: "Lines", aheadAtStart: 2, aheadAfterRead: 3,
			input: jsonLine,
			stage: func() pair[[]byte, []byte] { return transforms.Lines() },
			want: func(in [][]byte) [][]byte {
				for i, line := range in {
					in[i] = bytes.TrimSuffix(line, []byte("\n"))
				}
				return in
			},
		}.subject(),
		operator[[]byte, []byte]{
			name: "Split", aheadAtStart: 2, aheadAfterRead: 3,
			input: func(i int) []byte { return fmt.Appendf(nil, "%d ", i) },
			stage: func() pair[[]byte, []byte] { return transforms.Split(bufio.ScanWords) },
			want: func(in [][]byte) [][]byte {
				return inputs(func(i int) []byte { return fmt.Append(nil, i) }, len(in))
			},
			failing: func() pair[[]byte, []byte] {
				return transforms.Split(func([]byte, bool) (int, []byte, error) { return 0, nil, errBoom })
			},
			panicking: func() pair[[]byte, []byte] {
				return transforms.Split(func([]byte, bool) (int, []byte, error) { panic(errBoom) })
			},
		}.subject(),
		operator[[]byte, string]{
			name: "DecodeText", aheadAtStart: 1, aheadAfterRead: 2,
			input: jsonLine,
			stage: func() pair[[]byte, string] { return transforms.DecodeText() },
			want: func(in [][]byte) []string {
				return inputs(func(i int) string { return string(jsonLine(i)) }, len(in))
			},
		}.subject(),
		operator[string, []byte]{
			name: "EncodeText", aheadAtStart: 1, aheadAfterRead: 2,
			input: func(i int) string { return string(jsonLine(i)) },
			stage: func() pair[string, []byte] { return transforms.EncodeText() },
			want:  func(in []string) [][]byte { return inputs(jsonLine, len(in)) },
		}.subject(),
	}
}

func jsonSubjects() []subject {
	events := func(lines [][]byte) []event {
		out := make([]event, len(lines))
		for i := range out {
			out[i].N = i
		}
		return out
	}
	return []subject{
		operator[[]byte, event]{
			name: "DecodeJSON", aheadAtStart: 1, aheadAfterRead: 2,
			input: jsonLine,
			stage: func() pair[[]byte, event] { return transforms.DecodeJSON[event]() },
			want:  events,
		}.subject(),
		operator[[]byte, event]{
			name: "DecodeJSONLines", aheadAtStart: 3, aheadAfterRead: 4,
			input: jsonLine,
			stage: func() pair[[]byte, event] { return transforms.DecodeJSONLines[event]() },
			want:  events,
		}.subject(),
		operator[event, []byte]{
			name: "EncodeJSONLines", aheadAtStart: 1, aheadAfterRead: 2,
			input: func(i int) event { return event{i} },
			stage: func() pair[event, []byte] { return transforms.EncodeJSONLines[event]() },
			want:  func(in []event) [][]byte { return inputs(jsonLine, len(in)) },
		}.subject(),
		operator[[]event, []byte]{
			name: "EncodeJSONLineBatches", aheadAtStart: 1, aheadAfterRead: 2,
			input: func(i int) []event { return []event{{i}} },
			stage: func() pair[[]event, []byte] { return transforms.EncodeJSONLineBatches[event]() },
			want:  func(in [][]event) [][]byte { return inputs(jsonLine, len(in)) },
		}.subject(),
		operator[event, []byte]{
			name: "EncodeJSONArray", aheadAtStart: 1, aheadAfterRead: 2,
			input: func(i int) event { return event{i} },
			stage: func() pair[event, []byte] { return transforms.EncodeJSONArray[event]() },
			want: func(in []event) [][]byte {
				return joinedBytes([][]byte{must(json.Marshal(append([]event{}, in...))), []byte("\n")})
			},
			normal: joinedBytes,
		}.subject(),
		operator[event, event]{
			name: "DecodeJSONArray", aheadAtStart: 2, aheadAfterRead: 3, // with the stage before it
			input: func(i int) event { return event{i} },
			stage: func() pair[event, event] {
				return streams.Chain(transforms.EncodeJSONArray[event](), transforms.DecodeJSONArray[event]())
			},
			want: same[[]event],
		}.subject(),
	}
}

type event struct {
	N int `json:"n"`
}

// The functions of the chunks' types are callbacks, too.
func TestPanicsInJSON(t *testing.T) {
	for name, stage := range map[string]func() pair[int, int]{
		"DecodeJSON": func() pair[int, int] {
			bytes := transforms.Map(func(int) []byte { return []byte("1") })
			decoded := streams.Chain(bytes, transforms.DecodeJSON[panicking]())
			return streams.Chain(decoded, transforms.Map(func(panicking) int { return 1 }))
		},
		"EncodeJSONLines": func() pair[int, int] {
			values := transforms.Map(func(int) panicking { return panicking{} })
			encoded := streams.Chain(values, transforms.EncodeJSONLines[panicking]())
			return streams.Chain(encoded, transforms.Map(func([]byte) int { return 1 }))
		},
		"DecodeJSONArray": func() pair[int, int] {
			array := transforms.EncodeJSONArray[int]()
			decoded := streams.Chain(array, transforms.DecodeJSONArray[panicking]())
			return streams.Chain(decoded, transforms.Map(func(panicking) int { return 1 }))
		},
		"EncodeJSONArray": func() pair[int, int] {
			values := transforms.Map(func(int) panicking { return panicking{} })
			encoded := streams.Chain(values, transforms.EncodeJSONArray[panicking]())
			return streams.Chain(encoded, transforms.Map(func([]byte) int { return 1 }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, operator[int, int]{input: number, panicking: stage}.checkPanicking)
		})
	}
}

// panicking is a value that JSON makes trouble with.
type panicking struct{}

func (panicking) MarshalJSON() ([]byte, error) { panic(errBoom) }
func (*panicking) UnmarshalJSON([]byte) error  { panic(errBoom) }

func TestBadCodecArguments(t *testing.T) {
	negative := transforms.LinesOptions{MaxLength: -1}
	checkBad(t, "LinesOptions.MaxLength(-1)", transforms.Lines(negative), streams.ErrRange)
	checkBad(t, "LinesOptions.MaxLength(-1)", transforms.DecodeJSONLines[int](negative), streams.ErrRange)
	checkBad(t, "JSONArrayOptions.MaxLength(-1)",
		transforms.DecodeJSONArray[int](transforms.JSONArrayOptions{MaxLength: -1}), streams.ErrRange)
	checkBad(t, "Split(nil)", transforms.Split(nil), streams.ErrInvalidArgument)
	checkBad(t, "SplitOptions.MaxLength(-1)",
		transforms.Split(bufio.ScanWords, transforms.SplitOptions{MaxLength: -1}), streams.ErrRange)
}
