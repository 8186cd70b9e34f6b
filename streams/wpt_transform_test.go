package streams_test

// What the tests of the folder transform-streams share.

import (
	"slices"
	"testing"

	"github.com/weirstreams/weir/streams"
)

type (
	intTransform   = streams.TransformStream[int, int]
	intTransformer = streams.Transformer[int, int]
)

// readableMark sets the mark of the readable side of a stream of ints.
func readableMark(mark int) streams.TransformOption {
	return streams.WithReadableStrategy(streams.CountQueuingStrategy[int](mark))
}

// unstartedTransform is recordingTransform with a Start that is held.
func unstartedTransform(t *testing.T, extra intTransformer) (*intTransform, *recordingTransformer, held) {
	t.Helper()
	starting := newHeld(t)
	extra.Start = starting.startTransform
	ts, rec := recordingTransform(extra)
	return ts, rec, starting
}

// wantCollected fails the test unless these chunks and no others come out of a stream that ends.
func wantCollected[T comparable](t *testing.T, s *streams.ReadableStream[T], want ...T) {
	t.Helper()
	got := must(s.Collect(t.Context()))(t)
	if !slices.Equal(got, want) {
		t.Fatalf("got the chunks %v, want %v", got, want)
	}
}
