package streams_test

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

func TestWPTReadableCountQueuingStrategyIntegration(t *testing.T) {
	// governs is a test of a stream with a mark: + enqueues a chunk, - reads one.
	governs := func(mark int, operations string) func(t *testing.T) {
		return func(t *testing.T) {
			s, rec := recordingReadable(intSource{}, streams.CountQueuingStrategy[int](mark))
			r := getReader(t, s)
			enqueued, reads := 0, 0
			for _, operation := range operations {
				if operation == '+' {
					enqueued++
					feed(t, rec.controller, enqueued)
				} else {
					reads++
					wantReads(t, r, reads)
				}
				wantDesiredSize(t, rec.controller, mark-(enqueued-reads))
			}
		}
	}
	runWPT(t, "readable-streams/count-queuing-strategy-integration", map[string]func(t *testing.T){
		"Can construct a readable stream with a valid CountQueuingStrategy": func(t *testing.T) {
			_, rec := recordingReadable(intSource{}, streams.CountQueuingStrategy[int](4))
			wantDesiredSize(t, rec.controller, 4)
		},
		"Correctly governs a ReadableStreamController's desiredSize property (HWM = 0)": governs(0, "++++---+--++"),
		"Correctly governs a ReadableStreamController's desiredSize property (HWM = 1)": governs(1, "++++---+--++"),
		"Correctly governs a ReadableStreamController's desiredSize property (HWM = 4)": governs(4, "++++++--+----++++"),
	})
}
