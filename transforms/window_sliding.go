package transforms

import (
	"context"
	"slices"
	"time"

	"github.com/weirstreams/weir/streams"
)

// SlidingWindow gives the last size chunks after each step chunks, beginning with the first size of them: windows overlap if
// step is less than size, and leave chunks out if it is more. When the input ends, chunks that no window has had come in a
// last one, which is shorter. Slices belong to whoever reads them. A size or step below 1 makes a stream that is errored
// with streams.ErrRange.
//
// When the consumer is slow, nothing is collected. The stage holds size chunks.
func SlidingWindow[T any](size, step int) *streams.TransformStream[T, []T] {
	switch {
	case size < 1:
		return erroredTransform[T, []T](outOfRange("SlidingWindow", size))
	case step < 1:
		return erroredTransform[T, []T](outOfRange("SlidingWindow", step))
	}
	var window []T
	skip := 0  // chunks that are in no window
	fresh := 0 // chunks of window that have been in none
	return streams.TransformFunc(
		func(chunk T, emit func([]T)) error {
			if skip > 0 {
				skip--
				return nil
			}
			window = append(window, chunk)
			fresh++
			if len(window) < size {
				return nil
			}
			full := window
			kept := max(size-step, 0)
			window = slices.Clone(full[size-kept:])
			fresh, skip = 0, max(step-size, 0)
			emit(full)
			return nil
		},
		func(emit func([]T)) error {
			if fresh > 0 {
				emit(window)
			}
			return nil
		})
}

// SlidingWindowTime gives, at the end of each step, the chunks that came within the time size before it. A step without a
// chunk to show gives nothing. Steps follow each other from the making of the stage on. When the input ends, chunks that
// no window has had come in a last one at once. Slices belong to whoever reads them. A size or step that is not above 0, a
// step above size, or a most below 1, makes a stream that is errored with streams.ErrRange.
//
// A window has at most so many chunks as most says: with that many the producer waits until the oldest are too old, as it
// does when the consumer is slow and a window waits for it. Windows go on by the clock meanwhile: without input, there are
// at most as many as there are steps in size. The stage holds most chunks, and those windows.
func SlidingWindowTime[T any](size, step time.Duration, most int) *streams.TransformStream[T, []T] {
	switch {
	case size <= 0:
		return erroredTransform[T, []T](outOfRange("SlidingWindowTime", size))
	case step <= 0 || step > size:
		return erroredTransform[T, []T](outOfRange("SlidingWindowTime", step))
	case most < 1:
		return erroredTransform[T, []T](outOfRange("SlidingWindowTime", most))
	}
	w := &slidingWindow[T]{size: size, step: step, most: most, begun: time.Now()}
	return w.start(w, 1)
}

// A slidingWindow is the operator of SlidingWindowTime. Its alarm is set while there are chunks.
type slidingWindow[T any] struct {
	clocked[T, []T]
	size, step time.Duration
	most       int
	begun      time.Time

	chunks []T
	came   []time.Time // when each of the chunks did
	fresh  int         // chunks that have been in no window
}

func (w *slidingWindow[T]) take(ctx context.Context, chunk T) error {
	for len(w.chunks) == w.most {
		if err := w.wait(ctx); err != nil {
			return err
		}
	}
	w.chunks, w.came = append(w.chunks, chunk), append(w.came, w.now)
	w.fresh++
	w.setAlarm()
	return nil
}

func (w *slidingWindow[T]) ring() {
	w.giveWindow()
	// Chunks that come with the end of a step, as this alarm does, are in the windows of the next.
	w.dropBefore(w.now.Add(w.step - w.size))
	w.setAlarm()
}

func (w *slidingWindow[T]) flush(context.Context) error {
	if w.fresh > 0 {
		w.giveWindow()
	}
	return nil
}

func (w *slidingWindow[T]) giveWindow() {
	w.fresh = 0
	w.give(slices.Clone(w.chunks))
}

func (w *slidingWindow[T]) setAlarm() {
	if len(w.chunks) > 0 && !w.alarm.isSet() {
		w.alarm.set(w.now.Add(untilNext(w.begun, w.now, w.step)))
	}
}

// dropBefore drops the chunks that came before that time.
func (w *slidingWindow[T]) dropBefore(t time.Time) {
	old := 0
	for old < len(w.came) && w.came[old].Before(t) {
		old++
	}
	w.chunks = slices.Delete(w.chunks, 0, old)
	w.came = slices.Delete(w.came, 0, old)
}
