// Package bench measures weir against what a Go programmer would use instead: a loop over func values, channels,
// [io.Pipe] and RxGo. It holds benchmarks only:
//
//	go test -bench . ./bench
//
// # Workloads
//
//   - W1: 1,000,000 ints through a map and a filter into a sum.
//   - W2: 100,000 ints through 1 to 16 map stages.
//   - W3: 200,000 ints from one goroutine to another, through a buffer of 0 to 1024.
//   - W4: 1 GiB from an [io.Reader] to an [io.Writer] in chunks of 64 KiB.
//   - W7: a pipeline made for ten ints (map, filter, reduce), run and torn down.
//
// With -short the inputs are smaller. One operation of a benchmark is one whole pipeline, from the first constructor
// to the end of its last goroutine's work, so allocs/op and B/op are those of a pipeline too.
//
// # Metrics
//
// ns/el is wall time and cpu-ns/el is CPU time (user and system time of the process, the collector included) per
// element; for W4 an element is one chunk of 64 KiB. On a shared machine only the CPU time means something.
//
// Every engine does the same work with the same functions, which the compiler may not inline, and a benchmark whose
// result is wrong fails.
package bench
