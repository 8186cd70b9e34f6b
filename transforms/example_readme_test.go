package transforms_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func Example_readme() {
	source := streams.FromSlice([]string{"a", "weir", "is", "a", "low", "dam", "across", "some", "river"})

	long := streams.PipeThrough(source, transforms.Filter(func(word string) bool { return len(word) > 2 }))
	upper := streams.PipeThrough(long, transforms.Map(strings.ToUpper))
	pairs := streams.PipeThrough(upper, transforms.Batch[string](2))

	sink := streams.SinkFunc(func(pair []string) error {
		fmt.Println(pair)
		return nil
	})

	// PipeTo returns when the last chunk is written, with the first error of any stage, or when the context ends.
	// Whichever it is, no stage is left waiting.
	if err := pairs.PipeTo(context.Background(), sink); err != nil {
		fmt.Println("failed:", err)
	}
	// Output:
	// [WEIR LOW]
	// [DAM ACROSS]
	// [SOME RIVER]
}
