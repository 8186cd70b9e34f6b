package streams_test

// What the tests of the folder piping share.

import (
	"context"
	"slices"
	"testing"

	"github.com/weirstreams/weir/streams"
)

// The values that the names of the tests give to an option. Here an option is given or not.
var (
	falsyValues  = []string{"undefined", "null", "false", "0", "-0", "NaN", ""}
	truthyValues = []string{"true", "a", "1", "Symbol()", "[object Object]"}
)

// A pipeVariant is in what way the tests of one situation differ from one another.
type pipeVariant struct {
	name      string
	opts      []streams.PipeOption
	prevented bool // by opts: the end of one stream is not propagated to the other
	fails     bool // the callback to which the end is propagated fails with errB
}

// callbackError is what the callback to which the end is propagated returns.
func (v pipeVariant) callbackError() error {
	if v.fails {
		return errB
	}
	return nil
}

// propagationVariants are the variants of most situations: with the option that prevents the propagation, under its name,
// and without it, which the names say in the given words.
func propagationVariants(option string, prevent streams.PipeOption, without, promise string) []pipeVariant {
	return []pipeVariant{
		{name: option + " " + without + "; fulfilled " + promise + " promise"},
		{name: option + " " + without + "; rejected " + promise + " promise", fails: true},
		{name: option + " = true", opts: []streams.PipeOption{prevent}, prevented: true},
	}
}

// optionVariants are the variants with all the values of the option that prevents the propagation.
func optionVariants(option string, prevent streams.PipeOption, promise string) []pipeVariant {
	var variants []pipeVariant
	for _, value := range falsyValues {
		variants = append(variants, pipeVariant{name: option + " = " + value + " (falsy); fulfilled " + promise + " promise"})
	}
	for _, value := range truthyValues {
		variants = append(variants, pipeVariant{
			name:      option + " = " + value + " (truthy)",
			opts:      []streams.PipeOption{prevent},
			prevented: true,
		})
	}
	return variants
}

// pipe begins a PipeTo.
func pipe(source *streams.ReadableStream[int], dest *streams.WritableStream[int], opts ...streams.PipeOption) *operation[struct{}] {
	return pipeWith(context.Background(), source, dest, opts...)
}

// pipeWith begins a PipeTo with a context.
func pipeWith(ctx context.Context, source *streams.ReadableStream[int], dest *streams.WritableStream[int], opts ...streams.PipeOption) *operation[struct{}] {
	return beginError(func() error { return source.PipeTo(ctx, dest, opts...) })
}

// enqueueAll returns a Start that enqueues the chunks.
func enqueueAll(chunks ...int) func(context.Context, *streams.ReadableController[int]) error {
	return func(_ context.Context, c *streams.ReadableController[int]) error {
		for _, chunk := range chunks {
			if err := c.Enqueue(chunk); err != nil {
				return err
			}
		}
		return nil
	}
}

// enqueueAllAndClose is enqueueAll for a source that has no more.
func enqueueAllAndClose(chunks ...int) func(context.Context, *streams.ReadableController[int]) error {
	return func(ctx context.Context, c *streams.ReadableController[int]) error {
		if err := enqueueAll(chunks...)(ctx, c); err != nil {
			return err
		}
		return c.Close()
	}
}

// wantUnlocked fails the test if one of the ends of a pipe is locked.
func wantUnlocked(t *testing.T, source *streams.ReadableStream[int], dest *streams.WritableStream[int]) {
	t.Helper()
	wantEqual(t, source.Locked(), false)
	wantEqual(t, dest.Locked(), false)
}

// wantChunks fails the test unless the chunks are these.
func wantChunks(t *testing.T, got []int, want ...int) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("got the chunks %v, want %v", got, want)
	}
}
