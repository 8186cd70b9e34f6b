package conformance

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// flowing is a program that uses most of what programs can do. It comes from the standard's text, not from a recording.
const flowing = `{"id":"flowing","steps":[
	{"do":{"op":"from","id":"r0","n":2},"events":{},"state":{"r0":{"locked":false}}},
	{"do":{"op":"transform","id":"t1","writableHwm":1,"readableHwm":0,"transformer":{"start":{"mode":"ok"},
		"transform":{"mode":"ok","emit":2},"flush":{"mode":"ok","emit":1},"cancel":{"mode":"ok"}}},
	 "events":{"t1":["start"]},"state":{"t1":{"desired":0},"t1.r":{"locked":false},"t1.w":{"locked":false}}},
	{"do":{"op":"pipeThrough","from":"r0","through":"t1","signal":"s2","p":"p0"},
	 "events":{"p0":["ok"],"r0":["next:1"]},"state":{"r0":{"locked":true},"t1.w":{"locked":true}}},
	{"do":{"op":"writable","id":"w3","hwm":1,"size":"count","sink":{"start":{"mode":"none"},
		"write":{"mode":"ok"},"close":{"mode":"ok"},"abort":{"mode":"none"}}},
	 "events":{},"state":{"w3":{"locked":false}}},
	{"do":{"op":"pipeTo","from":"t1.r","to":"w3","p":"p1"},
	 "events":{"p1":["ok"],"r0":["next:2","end"],"t1":["transform:1","transform:2","flush"],"w3":["write:100","write:101","write:200","write:201","write:1000","close"]},
	 "state":{"r0":{"locked":false},"t1.w":{"locked":false}}},
	{"do":{"op":"getWriter","on":"w3","id":"wr4","p":"p2"},
	 "events":{"p2":["ok"]},"state":{"w3":{"locked":true},"wr4":{"closed":"ok","ready":"ok","desired":0}}},
	{"do":{"op":"releaseWriter","on":"wr4","p":"p3"},
	 "events":{"p3":["ok"]},"state":{"w3":{"locked":false},"wr4":{"closed":"err:TypeError","ready":"err:TypeError","desired":"err:TypeError"}}}]}`

// holding is a program with calls that hold, errors and operations that are still waiting at its end.
const holding = `{"id":"holding","steps":[
	{"do":{"op":"readable","id":"r0","hwm":0,"size":"count","source":{"start":{"mode":"none"},
		"pull":{"mode":"hold","enqueue":1,"limit":1},"cancel":{"mode":"fail","err":"e2"}}},
	 "events":{},"state":{"r0":{"locked":false,"desired":0}}},
	{"do":{"op":"getReader","on":"r0","id":"rd1","p":"p0"},
	 "events":{"p0":["ok"]},"state":{"r0":{"locked":true},"rd1":{"closed":"pending"}}},
	{"do":{"op":"read","on":"rd1","p":"p1"},"events":{"p1":["val:1000"],"r0":["pull"]},"state":{}},
	{"do":{"op":"read","on":"rd1","p":"p2"},"events":{},"state":{}},
	{"do":{"op":"release","cb":"r0.pull","outcome":"ok"},"events":{"r0":["pull"]},"state":{}},
	{"do":{"op":"ctlClose","on":"t9","p":"p3"},"events":{"p3":["skipped"]},"state":{}},
	{"do":{"op":"writable","id":"w2","hwm":1,"size":"mod3","sink":{"start":{"mode":"hold"},
		"write":{"mode":"none"},"close":{"mode":"none"},"abort":{"mode":"none"}}},
	 "events":{"w2":["start"]},"state":{"w2":{"locked":false}}},
	{"do":{"op":"closeStream","on":"w2","p":"p4"},"events":{},"state":{}},
	{"do":{"op":"getReader","on":"r0","id":"rd3","p":"p5"},"events":{"p5":["err:TypeError"]},"state":{}},
	{"do":{"op":"release","cb":"r0.pull","outcome":"e1"},
	 "events":{"p2":["err:e1"]},"state":{"r0":{"desired":null},"rd1":{"closed":"err:e1"}}}]}`

// filling is a program of a byte stream that fills the buffers of its reader.
const filling = `{"id":"filling","steps":[
	{"do":{"op":"bytes","id":"r0","hwm":0,"autoAllocate":0,"source":{"start":{"mode":"ok"},
		"pull":{"mode":"ok","act":"respond","bytes":2,"limit":2,"closeAfter":2},"cancel":{"mode":"none"}}},
	 "events":{"r0":["start"]},"state":{"r0":{"locked":false,"desired":0}}},
	{"do":{"op":"enqueueBytes","on":"r0","len":5,"p":"p0"},"events":{"p0":["ok"]},"state":{"r0":{"desired":-5}}},
	{"do":{"op":"getBYOBReader","on":"r0","id":"rd1","p":"p1"},
	 "events":{"p1":["ok"]},"state":{"r0":{"locked":true},"rd1":{"closed":"pending"}}},
	{"do":{"op":"readInto","on":"rd1","len":4,"min":3,"p":"p2"},"events":{"p2":["val:4:0"]},"state":{"r0":{"desired":-1}}},
	{"do":{"op":"readInto","on":"rd1","len":3,"min":3,"p":"p3"},
	 "events":{"p3":["val:3:4"],"r0":["pull:2"]},"state":{"r0":{"desired":0}}},
	{"do":{"op":"readInto","on":"rd1","len":3,"p":"p4"},
	 "events":{"p4":["val:2:7"],"r0":["pull:3"]},"state":{"rd1":{"closed":"ok"}}},
	{"do":{"op":"respond","on":"r0","len":1,"p":"p5"},"events":{"p5":["norequest"]},"state":{}},
	{"do":{"op":"readInto","on":"rd1","len":3,"p":"p6"},"events":{"p6":["done"]},"state":{}}]}`

func read(t *testing.T, text string) *Program {
	t.Helper()
	programs, err := ReadPrograms(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return programs[0]
}

var allForms = []Form{Blocking, Plain, PlainBeforeSinks}

func TestPlay(t *testing.T) {
	for _, text := range []string{flowing, holding, filling} {
		for _, form := range allForms {
			if d := Play(t, read(t, text), form, restLimit); d != nil {
				t.Error(d)
			}
		}
	}
}

// TestPlayReports plays programs of which one expectation is wrong.
func TestPlayReports(t *testing.T) {
	for name, test := range map[string]struct {
		text, recorded, changed string
		step                    int
		problem                 string
	}{
		"an event": {
			flowing, `"r0":["next:1"]`, `"r0":["next:7"]`,
			3, "r0: expected [next:7], got [next:1]",
		},
		"a missing event": {
			flowing, `"r0":["next:2","end"]`, `"r0":["next:2","next:3","end"]`,
			5, "r0: expected [next:2 next:3 end], got [next:2 end]",
		},
		"the order of events": {
			flowing, `"write:100","write:101"`, `"write:101","write:100"`,
			5, "w3: expected [write:101 write:100 ",
		},
		"an entity without events": {
			holding, `"events":{"p1":["val:1000"],"r0":["pull"]}`, `"events":{"p1":["val:1000"]}`,
			3, "r0: expected [], got [pull]",
		},
		"a result": {
			holding, `"p2":["err:e1"]`, `"p2":["err:e2"]`,
			10, "p2: expected [err:e2], got [err:e1]",
		},
		"an operation that waits": {
			holding, `"p":"p2"},"events":{}`, `"p":"p2"},"events":{"p2":["done"]}`,
			4, "p2: expected [done], got []",
		},
		"a property": {
			flowing, `"t1.w":{"locked":true}`, `"t1.w":{"locked":false}`,
			3, "t1.w.locked: expected false, got true",
		},
		"a property that does not change": {
			holding, `"p":"p2"},"events":{},"state":{}`, `"p":"p2"},"events":{},"state":{"rd1":{"closed":"ok"}}`,
			4, `rd1.closed: expected "ok", got no change`,
		},
		"a property that changes": {
			flowing, `"ready":"ok",`, ``,
			6, `wr4.ready: expected no change, got "ok"`,
		},
		"bytes": {
			filling, `"p4":["val:2:7"]`, `"p4":["val:2:6"]`,
			6, "p4: expected [val:2:6], got [val:2:7]",
		},
		"an action that does not exist": {
			holding, `"op":"closeStream"`, `"op":"shutStream"`,
			8, `no such action: "shutStream"`,
		},
		"an action on something else": {
			holding, `"op":"closeStream","on":"w2"`, `"op":"closeStream","on":"rd1"`,
			8, "rd1 is a *conformance.defaultReader",
		},
	} {
		for _, form := range allForms {
			t.Run(fmt.Sprintf("%s, %s", name, form), func(t *testing.T) {
				changed := strings.Replace(test.text, test.recorded, test.changed, 1)
				if changed == test.text {
					t.Fatalf("the program does not have %s", test.recorded)
				}
				program := read(t, changed)
				d := Play(t, program, form, restLimit)
				if d == nil {
					t.Fatal("no difference")
				}
				if d.Program != program.ID || d.Form != form || d.Step != test.step || d.Steps != len(program.Steps) || d.Hung {
					t.Errorf("got the place %+v", d)
				}
				if got := program.Steps[test.step-1].Do.String(); d.Action != got {
					t.Errorf("got the action %s, want %s", d.Action, got)
				}
				if len(d.Problems) != 1 || !strings.Contains(d.Problems[0], test.problem) {
					t.Errorf("got the problems %q, want %q", d.Problems, test.problem)
				}
			})
		}
	}
}

func TestDifferenceString(t *testing.T) {
	program := read(t, strings.Replace(holding, `"p1":["val:1000"]`, `"p1":["val:1001"]`, 1))
	d := Play(t, program, Plain, restLimit)
	want := `holding (plain forms): step 3 of 10: {"op":"read","on":"rd1","p":"p1"}` + "\n\tp1: expected [val:1001], got [val:1000]"
	if got := d.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// blockForEver never returns.
func blockForEver() { <-make(chan struct{}) }

func TestDeadlockIsReported(t *testing.T) {
	p := &player{program: read(t, holding)}
	d := p.inBubble(t, func() *Difference {
		go blockForEver()
		return nil
	})
	if d == nil || !strings.Contains(d.Problems[0], "deadlock") {
		t.Errorf("got %v, want a deadlock", d)
	}
	first := p.differs("found before")
	d = p.inBubble(t, func() *Difference {
		go blockForEver()
		return first
	})
	if d != first {
		t.Errorf("got %v, want what was found before", d)
	}
}

func TestPanicIsReported(t *testing.T) {
	p := &player{program: read(t, holding)}
	d := p.guard(func() *Difference { panic("oops") })
	if d == nil || d.Problems[0] != "panic: oops" {
		t.Errorf("got %v, want the panic", d)
	}
}

func TestHangIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &player{program: read(t, holding)}
		p.step.Store(4)
		rest := make(chan struct{})
		d := p.within(time.Minute, func() *Difference {
			<-rest
			return nil
		})
		close(rest)
		if d == nil || !d.Hung || d.Step != 5 || d.Problems[0] != "no point of rest within 1m0s" {
			t.Errorf("got %v, want a program that hangs", d)
		}
		if d := p.within(time.Minute, func() *Difference { return nil }); d != nil {
			t.Errorf("got %v, want no difference", d)
		}
	})
}

func TestOperationsThatStayAreReported(t *testing.T) {
	p := &player{program: read(t, holding)}
	synctest.Test(t, func(t *testing.T) {
		p.makeContexts()
		stay := make(chan struct{})
		p.async("p7", func(context.Context) error { <-stay; return nil })
		d := p.cleanUp()
		close(stay)
		if d == nil || !strings.HasSuffix(d.Problems[0], "[p7]") {
			t.Errorf("got %v, want the operation p7", d)
		}
	})
}
