package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTPipingTransformStreams(t *testing.T) {
	runWPT(t, "piping/transform-streams", map[string]func(t *testing.T){
		"Piping through an identity transform stream should close the destination when the source closes": func(t *testing.T) {
			source, _ := recordingReadable(streams.UnderlyingSource[int]{Start: enqueueAllAndClose(1)})
			identity := streams.NewTransformStream(streams.Transformer[int, int]{})
			dest, sink := recordingWritable(streams.UnderlyingSink[int]{})
			wantError(t, streams.PipeThrough(source, identity).PipeTo(t.Context(), dest), nil)
			wantError(t, writableEnd(t, dest), nil)
			sink.want(t, "write 1", "close")
		},
	})
}
