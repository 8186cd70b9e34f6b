package conformance

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// restLimit is how long a program may take. It takes milliseconds, so this is long on the slowest machine.
	restLimit = 20 * time.Second

	// mostHung is how many programs may hang before the others are left out, because what hangs may keep a CPU busy.
	mostHung = 3
)

// PlayAll plays programs in both forms and returns the first difference of each program that differs, in the order of
// the programs. It plays as many at a time as there are CPUs.
func PlayAll(t *testing.T, programs []*Program) []*Difference {
	return playAll(programs, func(program *Program) *Difference {
		if difference := Play(t, program, Blocking, restLimit); difference != nil {
			return difference
		}
		return Play(t, program, Plain, restLimit)
	})
}

// playAll is [PlayAll] with the playing of one program left to the caller.
func playAll(programs []*Program, play func(*Program) *Difference) []*Difference {
	differences := make([]*Difference, len(programs))
	var taken, hung atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				i := int(taken.Add(1)) - 1
				if i >= len(programs) {
					return
				}
				if hung.Load() >= mostHung {
					differences[i] = newDifference(programs[i], Blocking, 0, "not played, because too many programs hang")
					continue
				}
				differences[i] = play(programs[i])
				if differences[i] != nil && differences[i].Hung {
					hung.Add(1)
				}
			}
		})
	}
	workers.Wait()
	return slices.DeleteFunc(differences, func(d *Difference) bool { return d == nil })
}
