package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTQueuingStrategies(t *testing.T) {
	runWPT(t, "queuing-strategies", map[string]func(t *testing.T){
		"CountQueuingStrategy: Can construct a with a valid high water mark": func(t *testing.T) {
			wantEqual(t, streams.CountQueuingStrategy[int](4).HighWaterMark, 4)
		},
		"ByteLengthQueuingStrategy: Can construct a with a valid high water mark": func(t *testing.T) {
			wantEqual(t, streams.ByteLengthQueuingStrategy[[]byte](4).HighWaterMark, 4)
		},
	})
}
