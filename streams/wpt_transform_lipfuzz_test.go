package streams_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTTransformLipfuzz(t *testing.T) {
	tests := map[string]func(t *testing.T){}
	for _, test := range []struct{ input, output []string }{
		{input: nil, output: nil},
		{input: []string{""}, output: []string{""}},
		{input: []string{"{{in1}}"}, output: []string{"out1"}},
		{input: []string{"z{{in1}}"}, output: []string{"zout1"}},
		{input: []string{"{{in1}}q"}, output: []string{"out1q"}},
		{input: []string{"{{in1}}{{in1}"}, output: []string{"out1", "{{in1}"}},
		{input: []string{"{{in1}}{{in1}", "}"}, output: []string{"out1", "out1"}},
		{input: []string{"{{in1", "}}"}, output: []string{"", "out1"}},
		{input: []string{"{{", "in1}}"}, output: []string{"", "out1"}},
		{input: []string{"{", "{in1}}"}, output: []string{"", "out1"}},
		{input: []string{"{{", "in1}"}, output: []string{"", "", "{{in1}"}},
		{input: []string{"{"}, output: []string{"", "{"}},
		{input: []string{"{", ""}, output: []string{"", "", "{"}},
		{input: []string{"{", "{", "i", "n", "1", "}", "}"}, output: []string{"", "", "", "", "", "", "out1"}},
		{input: []string{"{{in1}}{{in2}}{{in1}}"}, output: []string{"out1out2out1"}},
		{input: []string{"{{wrong}}"}, output: []string{""}},
		{input: []string{"{{wron", "g}}"}, output: []string{"", ""}},
		{input: []string{"{{quine}}"}, output: []string{"{{quine}}"}},
		{input: []string{"{{bogusPartial}}"}, output: []string{"{{incompleteResult}"}},
		{input: []string{"{{bogusPartial}}}"}, output: []string{"{{incompleteResult}}"}},
	} {
		name := fmt.Sprintf(`testing "%s" (length %d)`, strings.Join(test.input, ","), len(test.input))
		tests[name] = func(t *testing.T) {
			ts := streams.NewTransformStream(templateTransformer())
			w := getWriter(t, ts.Writable())
			var writes []*streams.WriteResult
			for _, chunk := range test.input {
				writes = append(writes, w.WriteAsync(chunk))
			}
			closing := beginCall(w.Close)
			wantCollected(t, ts.Readable(), test.output...)
			for _, write := range writes {
				wantAll(t, nil, write.Wait)
			}
			closing.wantOK(t)
		}
	}
	runWPT(t, "transform-streams/lipfuzz", tests)
}

var (
	templateTag         = regexp.MustCompile(`\{\{([a-zA-Z0-9_-]+)\}\}`)
	incompleteTag       = regexp.MustCompile(`\{(\{([a-zA-Z0-9_-]+\}?)?)?$`)
	templateReplacement = map[string]string{
		"in1":          "out1",
		"in2":          "out2",
		"quine":        "{{quine}}",
		"bogusPartial": "{{incompleteResult}",
	}
)

// templateTransformer replaces tags such as {{in1}}. For each chunk it gives one; what may be the beginning of a tag at the
// end of a chunk is kept for the next.
func templateTransformer() streams.Transformer[string, string] {
	kept := ""
	return streams.Transformer[string, string]{
		Transform: func(_ context.Context, chunk string, c *streams.TransformController[string]) error {
			chunk = kept + chunk
			var out strings.Builder
			rest := 0 // where the text after the last tag begins
			for _, tag := range templateTag.FindAllStringSubmatchIndex(chunk, -1) {
				out.WriteString(chunk[rest:tag[0]])
				out.WriteString(templateReplacement[chunk[tag[2]:tag[3]]])
				rest = tag[1]
			}
			chunk, kept = chunk[rest:], ""
			if at := incompleteTag.FindStringIndex(chunk); at != nil {
				chunk, kept = chunk[:at[0]], chunk[at[0]:]
			}
			out.WriteString(chunk)
			return c.Enqueue(out.String())
		},
		Flush: func(_ context.Context, c *streams.TransformController[string]) error {
			if kept == "" {
				return nil
			}
			return c.Enqueue(kept)
		},
	}
}
