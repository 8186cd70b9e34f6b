package transforms_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/weirstreams/weir/transforms"
)

// cutEvery splits data into chunks of sizes that differ a little, so that the ends lie everywhere.
func cutEvery(data []byte, size uint8) [][]byte {
	var places []int
	for place := 0; place < len(data); place += 1 + int(size) + len(places)%3 {
		places = append(places, place)
	}
	return cut(data, places...)
}

func FuzzLines(f *testing.F) {
	for i, text := range lineTexts {
		f.Add([]byte(text), uint8(i), uint8(i%7))
	}
	f.Fuzz(func(t *testing.T, data []byte, size, limit uint8) {
		if err := checkLines(data, cutEvery(data, size), 1+int(limit)); err != nil {
			t.Error(err)
		}
	})
}

func FuzzDecodeJSONLines(f *testing.F) {
	for i, text := range []string{
		"", "\n", "{}", "{}\n", "1\n2\n3\n", "null\n\"text\"\r\n[1,2.5,-3e7]\n{\"a\":{\"b\":[]}}", "{\"a\":1}\n\n \t\n{\"a\":", "[", "1 2\n",
		"\"\\ud800\"\n", "{\"a\":1,\"a\":2}\n", "\xff\n", strings.Repeat("[", 100), "1e999\n", "0x1\n", "true\nfalse\nTRUE\n",
	} {
		f.Add([]byte(text), uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		got, err := run(transforms.DecodeJSONLines[any](), cutEvery(data, size)...)
		lines, _ := scanLines(data, transforms.DefaultMaxLineLength)
		for _, line := range lines {
			if len(bytes.TrimSpace([]byte(line))) == 0 {
				continue
			}
			var want any
			if json.Unmarshal([]byte(line), &want) != nil {
				if err == nil {
					t.Errorf("no error for the line %q", line)
				}
				break
			}
			if len(got) == 0 || !reflect.DeepEqual(got[0], want) {
				t.Fatalf("the rest is %v, want it to begin with %v", got, want)
			}
			got = got[1:]
		}
		if len(got) > 0 {
			t.Errorf("too many values: %v", got)
		}
	})
}
