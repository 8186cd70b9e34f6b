package workload

import (
	gostreams "github.com/reugn/go-streams"
	"github.com/reugn/go-streams/extension"
	"github.com/reugn/go-streams/flow"
)

const goStreamsModule = "github.com/reugn/go-streams"

// gsSource is go-streams' usual source: a channel that somebody else fills.
func gsSource(input []int, buffer int) *extension.ChanSource {
	items := make(chan any, buffer)
	go func() {
		defer close(items)
		for _, x := range input {
			items <- x
		}
	}()
	return extension.NewChanSource(items)
}

func gsMap(f func(int) int) gostreams.Flow { return flow.NewMap(f, 1) }

func gsFilter(keep func(int) bool) gostreams.Flow { return flow.NewFilter(keep, 1) }

// gsSum reads in the goroutine of the caller, through go-streams' usual sink: a channel that somebody else drains.
func gsSum(in gostreams.Flow, buffer int) int {
	sink := extension.NewChanSink(make(chan any, buffer))
	go in.To(sink)
	sum := 0
	for x := range sink.Out {
		sum += x.(int)
	}
	return sum
}
