// Package workload holds the jobs that the benchmarks compare, each done by weir and by what a Go programmer would use
// instead of it. The benchmarks of package bench and the report run the same jobs from here.
package workload

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

// A Workload is one job, and the ways to do it.
type Workload struct {
	Name      string // such as "W3/mark=128"; what is before the first slash is its family
	Title     string // what the job is
	Unit      string // what the figures are for one of, such as "int"
	Size      Size
	Reference string // name of the engine that the others are compared with
	Engines   []Engine
}

// Size is how many units one operation has.
type Size struct {
	Full  int // in the report
	Quick int // with -quick and -short
	Test  int // where only the result matters
}

// An Engine is one way to do a workload. One of Prepare, Hold, Report and Node is set: they say how it is measured.
type Engine struct {
	Name    string
	Library string // module path of the library it shows; empty for weir, the Go language and its standard library

	// Prepare makes ready to do the job, again and again, for so many units.
	Prepare func(units int) (Job, error)

	// Hold makes one unit that stays at rest until it is released. What is measured is the space it takes.
	Hold func() (release func(), err error)

	// Report measures so many units in its own way, and reports figures that have the names of this package.
	Report func(b *testing.B, units int) error

	// Node is the name of the job in the script for Node, whose figures come from a process of its own.
	Node string
}

// A Job is a workload that an engine can do at once.
type Job struct {
	// Run makes the whole pipeline, sends all units through it, and tears it down. It fails if the result is wrong.
	Run func(ctx context.Context) error

	// Cost is what the job has used so far, where the process itself does not do all of the work. It may be nil.
	Cost func() (Cost, error)

	// Close gives back what was made ready. It may be nil.
	Close func() error
}

// Cost is what has been used up so far.
type Cost struct {
	CPU    time.Duration // user and system time
	Allocs uint64        // objects allocated
	Bytes  uint64        // bytes allocated
}

// Streams returns the workloads of package streams, in the order of the tables.
func Streams() []Workload {
	return slices.Concat(
		plain(), blockingSink(), blockingAll(), blockingFunc(), readFunc(), pushed(),
		depth(), handOver(), handOverBatches(), bytesCopied(), fanOut(), short(), rest(),
	)
}

// Family is the part of the name before the first slash.
func (w Workload) Family() string {
	family, _, _ := strings.Cut(w.Name, "/")
	return family
}

// Engine returns the engine of this name, and whether there is one.
func (w Workload) Engine(name string) (Engine, bool) {
	i := slices.IndexFunc(w.Engines, func(e Engine) bool { return e.Name == name })
	if i < 0 {
		return Engine{}, false
	}
	return w.Engines[i], true
}

// IsWeir tells whether the engine is weir itself.
func (e Engine) IsWeir() bool {
	name, _, _ := strings.Cut(e.Name, "-")
	return name == "weir"
}
