// Package bench measures weir against what a Go programmer would use instead: loops, sequences, channels, [io.Pipe], and
// the libraries samber/ro, RxGo, rill and go-streams, against Node's own Streams, and against other WebSocket libraries:
//
//	go run ./bench/report -quick      # everything, as one table
//	go test -bench W1 ./bench         # one workload, for profiles
//
// # Workloads
//
//   - W1: ints through a map and a filter into a sum. W1-sink: with a sink that may block, behind a queue. W1-ctx: where
//     every stage may block. W1-func: a source and a map that may block and return their chunk.
//   - Read: one Read after the other, where nothing is queued.
//   - Push: a source that another goroutine puts its ints into.
//   - W2: ints through 1 to 16 map stages.
//   - W3: ints from one goroutine to another, through a queue of 0 to 1024; W3-batch: 256 at a time.
//   - W4: bytes from an [io.Reader] to an [io.Writer] in chunks of 64 KiB.
//   - W5: one source to 2 and to 8 consumers.
//   - W7: a pipeline made for ten ints (map, filter, reduce), run and torn down.
//   - Rest: the space that a stream and a pipeline take when nothing happens.
//   - Operators: ints through each operator of package transforms.
//   - WS-echo, WS-up, WS-idle: messages over a WebSocket, there and back and one way, and connections at rest.
//
// They are in internal/workload, internal/operators and internal/websocket, which the benchmarks here and the report run.
// With -short the inputs are smaller. One operation of a benchmark is one whole pipeline, from the first constructor to the
// end of its last goroutine's work.
//
// # Metrics
//
// ns/el is wall time and cpu-ns/el is CPU time (user and system time of the process, the collector included) for one
// element: an int, a chunk of 64 KiB, or a pipeline. On a shared machine only the CPU time means something. B/el and
// allocs/el are what the heap gave out.
//
// Every engine does the same work with the same functions, which the compiler may not inline, and a benchmark whose
// result is wrong fails.
//
// # Guard
//
// The tests here compare what weir allocates with committed numbers, and look for goroutines where everything is at rest.
// They need no clock.
package bench
