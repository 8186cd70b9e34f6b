package transforms

import (
	"context"
	"time"

	"github.com/weirstreams/weir/streams"
)

// BatchWeight collects chunks into slices of at most so much weight as most says, with weight the weight of a chunk: it
// gives a slice when the next chunk would make it heavier than that, or when it has just that weight. A chunk that is
// heavier by itself comes in a slice of its own. The last slice is the rest; none is empty. Slices belong to whoever reads
// them. The part that is there when the stream fails is dropped. weight must not block; a negative weight errors the
// stream with streams.ErrRange, as does a most below 1 from the start.
//
// When the consumer is slow, nothing is collected. The stage holds the chunks of a slice, which are without number if they
// weigh nothing.
func BatchWeight[T any](most int, weight func(T) int) *streams.TransformStream[T, []T] {
	switch {
	case most < 1:
		return erroredTransform[T, []T](outOfRange("BatchWeight", most))
	case weight == nil:
		return erroredTransform[T, []T](missing("BatchWeight"))
	}
	var batch []T
	total := 0
	give := func(emit func([]T)) {
		full := batch
		batch, total = nil, 0
		emit(full)
	}
	return streams.TransformFunc(
		func(chunk T, emit func([]T)) error {
			w := weight(chunk)
			if w < 0 {
				return outOfRange("BatchWeight: weight", w)
			}
			if len(batch) > 0 && w > most-total {
				give(emit)
			}
			batch = append(batch, chunk)
			if total += w; total >= most {
				give(emit)
			}
			return nil
		},
		func(emit func([]T)) error {
			if len(batch) > 0 {
				give(emit)
			}
			return nil
		})
}

// BatchWeightWithin is [BatchWeight] that also gives a slice when the time within has passed since its first chunk came. A
// time that is not above 0 makes a stream that is errored with streams.ErrRange, too.
//
// A slice is collected ahead of the consumer. When that is slow, the producer waits then. The stage holds the chunks of a
// slice, which are without number if they weigh nothing and come within the time, and two slices if the second has a single
// chunk.
func BatchWeightWithin[T any](most int, weight func(T) int, within time.Duration) *streams.TransformStream[T, []T] {
	switch {
	case most < 1:
		return erroredTransform[T, []T](outOfRange("BatchWeightWithin", most))
	case weight == nil:
		return erroredTransform[T, []T](missing("BatchWeightWithin"))
	case within <= 0:
		return erroredTransform[T, []T](outOfRange("BatchWeightWithin", within))
	}
	w := &weighing[T]{most: most, within: within}
	w.before = func(chunk T) error {
		if w.next = weight(chunk); w.next < 0 {
			return outOfRange("BatchWeightWithin: weight", w.next)
		}
		return nil
	}
	return w.start(w, 1)
}

// A weighing is the operator of BatchWeightWithin. Its alarm is set while there is a batch.
type weighing[T any] struct {
	clocked[T, []T]
	most   int
	within time.Duration
	next   int // the weight of the chunk that is taken next
	batch  []T
	total  int // the weight of batch
}

func (w *weighing[T]) take(_ context.Context, chunk T) error {
	if len(w.batch) > 0 && w.next > w.most-w.total {
		w.ring()
	}
	if len(w.batch) == 0 {
		w.alarm.set(w.now.Add(w.within))
	}
	w.batch = append(w.batch, chunk)
	if w.total += w.next; w.total >= w.most {
		w.ring()
	}
	return nil
}

func (w *weighing[T]) ring() {
	batch := w.batch
	w.batch, w.total = nil, 0
	w.alarm.clear()
	w.give(batch)
}

func (w *weighing[T]) flush(context.Context) error {
	if len(w.batch) > 0 {
		w.ring()
	}
	return nil
}
