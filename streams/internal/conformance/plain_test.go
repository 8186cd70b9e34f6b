package conformance

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// programOf returns a program that makes one stream, addresses it as said, and shows so many pulls of it.
func programOf(t *testing.T, stream, then string, pulls int) *Program {
	t.Helper()
	events := strings.Join(slices.Repeat([]string{`"pull"`}, pulls), ",")
	return read(t, fmt.Sprintf(`{"id":"a","steps":[{"do":%s,"events":{"x":[%s]}}%s]}`, stream, events, then))
}

func TestPlanFor(t *testing.T) {
	const (
		address = `,{"do":{"op":"ctlError","on":"x","err":"e0","p":"p0"}}`
		inside  = `,{"do":{"op":"writable","id":"w","sink":{"start":{"mode":"none"},"close":{"mode":"none"},"abort":{"mode":"none"},
			"write":{"mode":"ok","at":{"call":1,"do":{"op":"enqueue","on":"x","v":1,"p":"p0"}}}}}}`
	)
	readable := func(start, pull, cancel string) string {
		return fmt.Sprintf(`{"op":"readable","id":"x","source":{"start":{%s},"pull":{%s},"cancel":{%s}}}`, start, pull, cancel)
	}
	writable := func(start, write, closing, abort string) string {
		return fmt.Sprintf(`{"op":"writable","id":"x","sink":{"start":{%s},"write":{%s},"close":{%s},"abort":{%s}}}`, start, write, closing, abort)
	}
	transform := func(start, each, flush, cancel string) string {
		return fmt.Sprintf(`{"op":"transform","id":"x","transformer":{"start":{%s},"transform":{%s},"flush":{%s},"cancel":{%s}}}`, start, each, flush, cancel)
	}
	const none, ok, fail, hold = `"mode":"none"`, `"mode":"ok"`, `"mode":"fail","err":"e0"`, `"mode":"hold"`
	const one = `"mode":"ok","enqueue":1,"limit":5`
	for _, test := range []struct {
		stream string
		then   string
		pulls  int
		plain  bool
	}{
		{readable(none, one, ok), "", 4, true},
		{readable(ok, one, none), "", 4, true},
		{readable(none, one, none), "", 5, false}, // may have been called after the limit
		{readable(none, one+`,"closeAfter":3`, none), "", 2, true},
		{readable(none, one+`,"closeAfter":3`, none), "", 3, false},
		{readable(none, one+`,"failAt":3,"err":"e1"`, none), "", 2, true},
		{readable(none, one+`,"failAt":3,"err":"e1"`, none), "", 3, false},
		{readable(none, one+`,"holdAt":5`, none), "", 2, false},
		{readable(none, `"mode":"ok","enqueue":2,"limit":5`, none), "", 2, false},
		{readable(none, `"mode":"ok","enqueue":0,"limit":5`, none), "", 0, false},
		{readable(none, `"mode":"hold","enqueue":1,"limit":5`, none), "", 1, false},
		{readable(none, fail+`,"enqueue":0,"limit":5`, none), "", 0, true},
		{readable(none, fail+`,"enqueue":1,"limit":5`, none), "", 1, false},
		{readable(none, none, none), "", 0, false},
		{readable(fail, one, none), "", 0, false},
		{readable(none, one, fail), "", 0, false},
		{readable(none, one, hold), "", 0, false},
		{readable(none, one, none), address, 0, false},
		{readable(none, one, none), inside, 0, false},
		{`{"op":"readable","id":"x","source":{"start":{"mode":"none"},"startEnqueue":1,"pull":{"mode":"ok","enqueue":1,"limit":5},"cancel":{"mode":"none"}}}`, "", 0, false},

		{writable(ok, ok, ok, ok), "", 0, true},
		{writable(none, none, none, none), "", 0, true},
		{writable(none, fail, none, none), "", 0, true},
		{writable(none, ok+`,"failAt":2,"err":"e1"`, none, none), "", 0, true},
		{writable(none, ok+`,"holdAt":2`, none, none), "", 0, false},
		{writable(none, hold, none, none), "", 0, false},
		{writable(hold, ok, none, none), "", 0, false},
		{writable(none, ok, fail, none), "", 0, false},
		{writable(none, ok, none, hold), "", 0, false},
		{writable(none, ok, none, none), address, 0, false},

		{transform(ok, ok, ok, ok), "", 0, true},
		{transform(none, none, none, none), "", 0, true},
		{transform(none, fail, fail, none), "", 0, true},
		{transform(none, ok+`,"failAt":2,"err":"e1"`, none, none), "", 0, true},
		{transform(none, ok+`,"at":{"call":1,"do":{"op":"ctlError","on":"y","err":"e0","p":"p0"}}`, none, none), "", 0, false},
		{transform(none, ok, hold, none), "", 0, false},
		{transform(fail, ok, none, none), "", 0, false},
		{transform(none, ok, none, fail), "", 0, false},
		{transform(none, ok, none, none), inside, 0, false},

		{`{"op":"from","id":"x","n":3}`, "", 0, false}, // plain in any case
	} {
		program := programOf(t, test.stream, test.then, test.pulls)
		if _, plain := planFor(program, Plain)["x"]; plain != test.plain {
			t.Errorf("%s%s after %d pulls: plain is %t, want %t", test.stream, test.then, test.pulls, plain, test.plain)
		}
		if len(planFor(program, Blocking)) != 0 {
			t.Errorf("%s: something is plain where every callback may block", test.stream)
		}
	}
}

func TestPlanExpects(t *testing.T) {
	pl := plan{"r0": {Op: "readable"}, "w1": {Op: "writable"}, "t2": {Op: "transform"}}
	events, state := pl.expects(Step{
		Events: Events{
			"r0": {"start", "pull", "cancel:e0"},
			"w1": {"start", "write:1", "close"},
			"w2": {"start", "write:1", "close"},
			"t2": {"start", "transform:1", "flush", "cancel:e1"},
			"r3": {"start"},
			"w4": {"abort:e1"},
			"p0": {"ok"},
		},
		State: State{
			"r0":   {"locked": "true", "desired": "0"},
			"t2":   {"desired": "0"},
			"t2.r": {"locked": "true"},
			"r3":   {"desired": "null"},
		},
	})
	wantEvents := Events{
		"r0": {"pull"},
		"w1": {"write:1"},
		"w2": {"start", "write:1", "close"},
		"t2": {"transform:1", "flush"},
		"r3": {"start"},
		"w4": {"abort:e1"},
		"p0": {"ok"},
	}
	wantState := State{"r0": {"locked": "true"}, "t2.r": {"locked": "true"}, "r3": {"desired": "null"}}
	if !reflect.DeepEqual(events, wantEvents) {
		t.Errorf("got the events %v, want %v", events, wantEvents)
	}
	if !reflect.DeepEqual(state, wantState) {
		t.Errorf("got the state %v, want %v", state, wantState)
	}
}
