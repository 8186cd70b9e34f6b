package transforms_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// A subject is an exported function with what is checked of it: a row of the contract test. A stage is an operator (see
// contract_operator_test.go), what makes one readable of several is a join (contract_join_test.go), and for what is
// neither, covered names the test that shows the same.
type subject struct {
	name   string
	checks []check

	fails, panics bool // there is a check of an error, of a panic in a callback

	test func(t *testing.T) // in place of checks
}

type check struct {
	name string
	run  func(t *testing.T)
}

// covered is the row of a function that a test of its own covers.
func covered(name string, by func(t *testing.T)) subject { return subject{name: name, test: by} }

// subjects has a row for every exported function. A family has its rows in contract_<family>_test.go.
func subjects() []subject {
	return slices.Concat(
		elementSubjects(),
		windowSubjects(),
		timeSubjects(),
		concurrentSubjects(),
		combineSubjects(),
		codecSubjects(),
		adaptSubjects(),
	)
}

func TestContract(t *testing.T) {
	for _, s := range subjects() {
		for _, c := range s.checks {
			t.Run(s.name+"/"+c.name, func(t *testing.T) { synctest.Test(t, c.run) })
		}
	}
}

// manyElements is how many elements a check uses that is about more than one.
const manyElements = 7

// inputs returns the first n elements of an input.
func inputs[I any](input func(i int) I, n int) []I {
	elements := make([]I, n)
	for i := range elements {
		elements[i] = input(i)
	}
	return elements
}

func number(i int) int { return i }

func same[T any](x T) T { return x }

type pair[I, O any] = streams.ReadableWritablePair[I, O]

func mustReader[T any](t *testing.T, s *streams.ReadableStream[T]) *streams.DefaultReader[T] {
	t.Helper()
	reader, err := s.GetReader()
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func mustCancel[T any](t *testing.T, reader *streams.DefaultReader[T]) {
	t.Helper()
	if err := reader.Cancel(t.Context(), errBoom); err != nil {
		t.Errorf("cancel: %v", err)
	}
}

// readLater reads in the background and returns how the read ends.
func readLater[T any](t *testing.T, reader *streams.DefaultReader[T]) <-chan error {
	read := make(chan error, 1)
	go func() {
		_, err := reader.Read(t.Context())
		read <- err
	}()
	return read
}

// readOn reads in the background until there is no more, and returns how that ends.
func readOn[T any](t *testing.T, reader *streams.DefaultReader[T]) <-chan error {
	ended := make(chan error, 1)
	go func() {
		for {
			if _, err := reader.Read(t.Context()); err != nil {
				ended <- err
				return
			}
		}
	}()
	return ended
}

// wantBoom expects errBoom.
func wantBoom(t *testing.T, err error) {
	t.Helper()
	wantError(t, err, errBoom)
}

// wantPanic expects the error that a panic with errBoom makes.
func wantPanic(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*streams.PanicError](err); !ok {
		t.Errorf("got %v, want a PanicError", err)
	}
	wantError(t, err, errBoom)
}

// checkBad expects that both sides of the stage are errored from the start and that a source is cancelled. call is how
// the error tells what was wrong.
func checkBad[I, O any](t *testing.T, call string, stage pair[I, O], want error) {
	t.Run(call, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			source := newProbe(func(int) (chunk I) { return chunk })
			_, err := streams.PipeThrough(source.stream, stage).Collect(t.Context())
			wantError(t, err, want)
			if text := want.Error() + ": " + call; err.Error() != text {
				t.Errorf("the error is %q, want %q", err, text)
			}
			synctest.Wait()
			if source.taken != 0 {
				t.Error("a chunk was taken")
			}
			wantError(t, source.cancelled, want)
		})
	})
}
