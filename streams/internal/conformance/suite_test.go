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
	differences := PlayAll(t, []*Program{bad, good, worse, good})
	if len(differences) != 2 || differences[0].Program != "holding" || differences[1].Program != "flowing" {
		t.Fatalf("got %v, want a difference of the first program and one of the third", differences)
	}
}

// TestPlayAllGivesUp plays programs of which each one hangs.
func TestPlayAllGivesUp(t *testing.T) {
	programs := make([]*Program, 10*(mostHung+runtime.GOMAXPROCS(0)))
	for i := range programs {
		programs[i] = &Program{ID: fmt.Sprint(i)}
	}
	var played atomic.Int64
	differences := playAll(programs, func(p *Program) *Difference {
		played.Add(1)
		d := newDifference(p, Blocking, 0, "hangs")
		d.Hung = true
		return d
	})
	if len(differences) != len(programs) {
		t.Errorf("%d programs differ, want all of them", len(differences))
	}
	if n := int(played.Load()); n < mostHung || n > mostHung+runtime.GOMAXPROCS(0) {
		t.Errorf("%d programs were played, want %d and what was being played by then", n, mostHung)
	}
}
