// Package rx lets pipelines of streams and of RxGo (github.com/reactivex/rxgo/v2) use each other: an observable as a
// stream, a stream as an observable, and any chain of RxGo operators as a stage for streams.PipeThrough.
//
//	squares := rx.Operator[int, int](func(o rxgo.Observable) rxgo.Observable {
//		return o.Map(func(_ context.Context, x any) (any, error) { return x.(int) * x.(int), nil })
//	})
//	sum := streams.PipeThrough(numbers, squares)
//
//	to do                              use             slow consumer  holds
//	read an observable as a stream     FromObservable  waits          what the operators of RxGo hold, 1 each
//	observe a stream                   ToObservable    waits          1 chunk
//	use operators of RxGo as a stage   Operator        waits          1 chunk, and 1 for each operator
//
// # Backpressure, errors, ends
//
// RxGo hands items over on channels, unbuffered unless an option says otherwise, so demand reaches the source by itself:
// nothing is observed before the first read, and then each operator takes one item ahead. An item with an error is the
// error of the stream, and a stream's error is such an item. The end of the one is the end of the other. When our side ends
// early, the context that is given to the observable ends, with the reason as its cause; that is what ends RxGo's
// goroutines.
//
// # What cannot be mended from outside
//
//   - RxGo's goroutines end with the context of the observable, or when their source ends. Operators pass the context of
//     Observe on to those before them, but sources do not get it: give a source that does not end by itself, such as
//     FromChannel and Create, a context of its own (rxgo.WithContext) and end that, too.
//   - Take, First and the like stop reading and tell nobody. Behind [FromObservable] and inside [Operator] that is seen by
//     the end of the observable, and what is before them is told. An observable made by [ToObservable] and used by other code
//     is told only by its context.
//   - WithPool together with Serialize comes to a standstill at the first item, and with WithBufferedChannel it can panic in
//     a goroutine of RxGo: use transforms.MapConcurrent. Cancelling ends our side of it.
//   - A panic in a function given to RxGo ends the program: it happens in a goroutine that is not ours.
//   - Items are boxed: each costs an allocation or two, and a hop from goroutine to goroutine for each operator. Stages of
//     package transforms do neither.
package rx
