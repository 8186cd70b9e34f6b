// Package streams is the WHATWG Streams Standard for Go: readable, writable and transform streams with backpressure,
// connected by pipes. It imports the standard library only.
//
//	lines := streams.FromSlice([]string{"a", "b", "c"})
//	upper := streams.PipeThrough(lines, streams.TransformFunc(func(s string, emit func(string)) error {
//		emit(strings.ToUpper(s))
//		return nil
//	}, nil))
//	err := upper.PipeTo(ctx, streams.SinkFunc(func(s string) error { fmt.Println(s); return nil }))
//
// # From JavaScript to Go
//
// The names are those of the standard (https://streams.spec.whatwg.org), and so is the behaviour, wherever everything has
// come to rest: which callbacks were called with what, what each call returned, what is locked, closed and ready. What
// differs is what the languages differ in:
//
//   - A method that returns a promise is a method that blocks, with a context first. A context that ends stops the wait
//     and nothing else: the stream goes on, and no chunk is lost. Pipes and the loops ForEach, Collect and Values are the
//     exception: their context is the standard's abort signal, and ends the pipeline.
//   - The end of a stream is io.EOF. A stored error is returned as it is. A nil error or reason becomes ErrNoReason.
//   - A TypeError is ErrLocked, ErrReleased, ErrClosed, ErrErrored or another of the errors of this package; a RangeError
//     is ErrRange.
//   - A callback that returns a promise is a function with a context, which may block. A callback that throws is one that
//     returns an error or panics: a panic becomes a [*PanicError].
//   - A constructor never fails: misuse makes a stream that is errored already, and the error comes out at the end of the
//     pipeline, like all others.
//   - A nil context is a mistake of the program and panics, before anything has happened.
//   - DefaultWriter.Write waits for room, so that backpressure is not advice. The standard's write is WriteAsync.
//
// # Which functions may block
//
// The type says it. A function that takes a context may block: the callbacks of [UnderlyingSource], [UnderlyingSink] and
// [Transformer], and the argument of [FromFunc]. Each stream runs ahead as far as its marks allow while one of them
// blocks. A function that takes none must not block: those given to [SinkFunc], [TransformFunc], [Generate] and [From],
// and size functions. They are cheap, because they are called in the goroutine that is at work anyway: those before a sink
// that may block, between its writes. What takes long enough to be done beside the writes belongs in a function that takes a
// context. The bodies of ForEach and of a loop over Values are the caller's own code and may do as they like.
//
// A plain function that calls runtime.Goexit, as t.FailNow does, ends the goroutine that runs it, which may be one that
// waits in a call on a connected stream: that call never returns, and only its deferred functions run. The stream is errored
// with [ErrGoexit], and the others go on.
//
// # How it works
//
// Streams that are connected form a domain, which has one lock for all of them (domain.go). Under it the operations of
// the standard run as they are written there: a method whose name ends in Locked is the abstract operation of that name.
// What the standard does in a reaction to a promise is a step in a queue. A pipe or a tee has no goroutine: it is an
// observer, whose step is made due by each change of its streams. So there is no order of locks to keep, and one order of
// events.
//
// Functions of the user are never called with the lock held. One that is ready to run is put into a queue of the domain
// (calls.go). If it may block, it is run by a helper: a goroutine that takes calls until there are none, and sees to it
// that another one comes if it is held up. If it must not block, it is run by a goroutine that waits in the domain anyway,
// in Read, PipeTo and so on, else by a helper. As in the standard, a function that an operation calls comes before the
// steps that are due, and what it returned is a step among the others. A graph at rest has no goroutine, but for functions
// of the user that have not returned, and for the coroutine of a sequence that [From] has begun and not ended.
//
// A chain of functions that must not block runs as one loop of direct calls, without the lock (burst.go): a source of
// Generate, From, FromSlice or FromReady, or what is queued before a stage, functions of TransformFunc, tees, and at the end
// functions of SinkFunc, the body of a loop, or the queue of an UnderlyingSink.
//
// Where one goroutine writes to a transform stream without a Transform and another reads from it, neither takes the lock for
// each chunk (lane.go).
//
// A goroutine that waits is woken when the change it waits for is made, and never waited for.
//
// # Where this package differs from the standard on purpose
//
//   - When the context of PipeTo ends, the context of the destination's callback in progress ends at once, too, and so do
//     those of the callbacks upstream. The standard lets a write that is running come to its end before it aborts; a write
//     that is stuck would hold the pipe. So it is when the pipe is ending already, where the standard ignores the signal: a
//     callback that does not look at its context shows no difference. If the write fails for it, that error breaks the destination, whose Abort is not
//     called then: a sink that listens to its context cleans up where it does.
//   - The contexts of callbacks upstream end ahead of a cancel that has to wait for a transform on its way. If a callback of a
//     source or a transformer that has looked at its context fails in between, its stream does not end by that failure, but by
//     the cancel, with its reason, and the callback counts as running until then. A panic is no such failure.
//   - A size function runs while other goroutines may use the stream. If a read has come in meanwhile, the chunk goes to
//     it. In the standard only the size function itself can bring that about; the chunk is queued then, and the read waits
//     for the next one, beside a queue that is not empty.
//   - Cancelling the readable side of a transform stream that was terminated, with chunks left in its queue, drops them
//     and returns nil. The text of the standard calls an algorithm there that it has cleared before.
//   - A write that comes to a transform stream while the Cancel callback of its readable side runs waits for that to end.
//     The text of the standard calls a cleared algorithm here, too.
//   - When a source answers the request of a BYOB reader that has left, a default read that waits by then gets the bytes. The
//     text of the standard puts them into the queue beside that read.
//   - Locking a stream fails before anything else is looked at, and PipeThrough reports it through the stream it returns.
package streams
