package conformance

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

func TestPlayAll(t *testing.T) {
	good := read(t, flowing)
	bad := read(t, strings.Replace(holding, `"r0":["pull"]`, `"r0":[]`, 1))
	worse := read(t, strings.Replace(flowing, "write:200", "write:300", 1))
	differ, unsteady := PlayAll(t, []*Program{bad, good, worse, good})
	if len(differ) != 2 || differ[0].Program != "holding" || differ[1].Program != "flowing" || len(unsteady) != 0 {
		t.Fatalf("got %v and %v, want a difference of the first program and one of the third", differ, unsteady)
	}
}

// TestPlayAllGivesUp plays programs of which each one hangs.
func TestPlayAllGivesUp(t *testing.T) {
	atATime := programsPerCPU * runtime.GOMAXPROCS(0)
	programs := make([]*Program, 10*(mostHung+atATime))
	for i := range programs {
		programs[i] = &Program{ID: fmt.Sprint(i)}
	}
	var played atomic.Int64
	differ, _ := playAll(programs, func(p *Program) *Difference {
		played.Add(1)
		d := newDifference(p, Blocking, 0, "hangs")
		d.Hung = true
		return d
	})
	if len(differ) != len(programs) {
		t.Errorf("%d programs differ, want all of them", len(differ))
	}
	if n := int(played.Load()); n < mostHung || n > mostHung+atATime {
		t.Errorf("%d programs were played, want %d and what was being played by then", n, mostHung)
	}
}

func TestPlayUntilSure(t *testing.T) {
	steady := read(t, flowing)
	inside := read(t, strings.Replace(flowing, `"write":{"mode":"ok"`,
		`"write":{"mode":"ok","at":{"call":1,"do":{"op":"ctlError","on":"w3","err":"e0","p":"p9"}}`, 1))
	failing := read(t, holding)
	for name, test := range map[string]struct {
		program          *Program
		differsIn        []bool // in each play
		hung             bool
		differ, unsteady bool
	}{
		"matches":                           {inside, []bool{false}, false, false, false},
		"differs, nothing to be overtaken":  {steady, []bool{true}, false, true, false},
		"differs always":                    {inside, []bool{true, true}, false, true, false},
		"differs at times":                  {inside, []bool{true, false, false, true}, false, true, false},
		"differs once":                      {inside, []bool{true, false, false, false, false}, false, false, true},
		"differs once, with a failing call": {failing, []bool{true, false, false, false, false}, false, false, true},
		"hangs":                             {inside, []bool{true}, true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			plays := 0
			differs, unsteady := playUntilSure(test.program, func(p *Program) *Difference {
				if plays == len(test.differsIn) {
					t.Fatal("played too often")
				}
				plays++
				if !test.differsIn[plays-1] {
					return nil
				}
				d := newDifference(p, Blocking, 0)
				d.Hung = test.hung
				return d
			})
			if plays != len(test.differsIn) {
				t.Errorf("played %d times, want %d", plays, len(test.differsIn))
			}
			if (differs != nil) != test.differ || (unsteady != nil) != test.unsteady {
				t.Errorf("got the difference %v and the unsteady one %v", differs, unsteady)
			}
		})
	}
}
