package transforms

import "github.com/weirstreams/weir/streams"

// Merge makes one stream of several, whose chunks come as they come. It is fair: where several inputs have a chunk, they
// take turns. The order within each input is kept. It ends when all inputs have ended; of no input it is closed.
//
// When the consumer is slow, all inputs wait. Nothing is read before the first read, and then Merge holds a chunk of each
// input at most. While it waits for an input it has a goroutine in the Read of it, which stays when the consumer stops
// reading, until the input gives a chunk or ends. An error of an input errors the stream, also when nobody reads but that
// Read is pending, and cancels the others with it. An input that is nil or locked does so at once.
func Merge[T any](inputs ...*streams.ReadableStream[T]) *streams.ReadableStream[T] {
	return rotate(1, inputs, (*rotation[T]).giveFirst)
}

// Interleave makes one stream of several, by taking n chunks of the first, n of the second and so on, and of the first again
// after the last. It waits for an input whose turn it is; one that has ended is left out. It ends when all inputs have
// ended. An n below 1 makes a stream that is errored with streams.ErrRange, and cancels the inputs.
//
// When the consumer is slow, all inputs wait. What it holds, and errors, are as with [Merge].
func Interleave[T any](n int, inputs ...*streams.ReadableStream[T]) *streams.ReadableStream[T] {
	if n < 1 {
		err := outOfRange("Interleave", n)
		cancelAll(inputs, err)
		return erroredReadable[T](err)
	}
	return rotate(n, inputs, (*rotation[T]).giveOfCurrent)
}

// Concat makes one stream of several: all chunks of the first, then all of the second, and so on. An input is locked at
// once, but not read before the one in front of it has ended. Of no input it is closed. To put a stream in front of another
// one, give both.
//
// When the consumer is slow, the input whose turn it is waits. What Concat holds of that, and errors, are as with [Merge].
func Concat[T any](inputs ...*streams.ReadableStream[T]) *streams.ReadableStream[T] {
	j := newJoint[T]()
	intakes := connectAll(j, inputs)
	for _, a := range intakes {
		a.pause(true)
	}
	return j.start(func() {
		for len(intakes) > 0 && intakes[0].exhausted() {
			intakes = intakes[1:]
		}
		if len(intakes) == 0 {
			j.finish()
			return
		}
		intakes[0].pause(false)
		if chunk, ok := intakes[0].next(); ok {
			j.give(chunk)
		}
	})
}

// rotate makes the stream of a rotation. giveOne gives one chunk to the consumer, if there is one to give.
func rotate[T any](n int, inputs []*streams.ReadableStream[T], giveOne func(r *rotation[T]) bool) *streams.ReadableStream[T] {
	j := newJoint[T]()
	r := &rotation[T]{out: j, n: n}
	for _, a := range connectAll(j, inputs) {
		r.inputs = append(r.inputs, a)
	}
	return j.start(func() {
		r.give(giveOne)
		if len(r.inputs) == 0 {
			j.finish()
		}
	})
}
