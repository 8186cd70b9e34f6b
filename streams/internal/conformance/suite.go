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

	// programsPerCPU is how many programs are played at a time for each CPU. A CPU without work would take up a goroutine
	// the moment it is started, and callbacks would be overtaken (see canBeOvertaken) more often than they need be.
	programsPerCPU = 4

	// furtherPlays is how often a program that can be overtaken is played again when it differs.
	furtherPlays = 4
)

// PlayAll plays programs in all forms, as many at a time as keep the CPUs busy. It returns the first difference of each
// program that differs, in the order of the programs. A program that can be overtaken, differs, and then does not in
// several further plays, is returned as unsteady instead.
func PlayAll(t *testing.T, programs []*Program) (differ, unsteady []*Difference) {
	return playAll(programs, func(program *Program) *Difference {
		for form := Blocking; form <= PlainBeforeSinks; form++ {
			if difference := Play(t, program, form, restLimit); difference != nil {
				return difference
			}
		}
		return nil
	})
}

// playAll is [PlayAll] with the playing of one program left to the caller.
func playAll(programs []*Program, play func(*Program) *Difference) (differ, unsteady []*Difference) {
	differ = make([]*Difference, len(programs))
	unsteady = make([]*Difference, len(programs))
	var taken, hung atomic.Int64
	var workers sync.WaitGroup
	for range programsPerCPU * runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				i := int(taken.Add(1)) - 1
				if i >= len(programs) {
					return
				}
				if hung.Load() >= mostHung {
					differ[i] = newDifference(programs[i], Blocking, 0, "not played, because too many programs hang")
					continue
				}
				differ[i], unsteady[i] = playUntilSure(programs[i], play)
				if differ[i] != nil && differ[i].Hung {
					hung.Add(1)
				}
			}
		})
	}
	workers.Wait()
	return compact(differ), compact(unsteady)
}

// playUntilSure plays a program, and again if that leaves a doubt. At most one of its results is not nil.
func playUntilSure(program *Program, play func(*Program) *Difference) (differs, unsteady *Difference) {
	first := play(program)
	if first == nil || first.Hung || !program.canBeOvertaken() {
		return first, nil
	}
	for range furtherPlays {
		if again := play(program); again != nil {
			return again, nil
		}
	}
	return nil, first
}

// canBeOvertaken reports whether the program acts or fails from inside a callback. Recorded callbacks take no time. One
// that may block runs on a goroutine, which the scheduler may stop at any point while the rest of the pipeline goes on, so
// that what the callback does comes some chunks later than recorded. Either is right.
func (p *Program) canBeOvertaken() bool {
	for _, step := range p.Steps {
		for _, does := range step.Do.callbacks() {
			if does.At != nil || does.FailAt != 0 || does.Mode == Fail {
				return true
			}
		}
	}
	return false
}

// compact returns the differences that there are.
func compact(differences []*Difference) []*Difference {
	return slices.DeleteFunc(differences, func(d *Difference) bool { return d == nil })
}
