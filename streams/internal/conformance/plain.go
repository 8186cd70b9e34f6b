package conformance

import (
	"fmt"
	"strings"

	"github.com/weirstreams/weir/streams"
)

// plan names the streams of a program that are given in plain form, with the actions that make them.
//
// A plain form has no context, no controller and fewer callbacks, so a stream is given in it only if its program cannot
// tell. For every plain form:
//
//   - The program must not address the stream's controller (enqueue, ctlClose, ctlError, terminate), neither by a step
//     nor from inside a callback. Nobody can ask such a controller for its desired size then, so the recorded one is not
//     compared.
//   - A callback that the form has must not hold (mode hold, holdAt) and must not do a step of its own (at): a plain
//     function returns before anything else happens. It may fail, always or at one call, by returning the error.
//   - A callback that the form lacks must be missing or in mode ok. In mode ok it shows an event and returns, which the
//     standard treats as a missing one, so all that leaving it out changes is its event, which is not compared.
//
// In addition:
//
//   - [streams.SinkFunc] has write alone. A sink without write is a function that does nothing.
//   - [streams.TransformFunc] has transform and flush. A call that fails emits its chunks first, in both forms; chunks
//     that an errored stream no longer takes are dropped in both. A missing transform emits its chunk.
//   - [streams.Generate] gives exactly one chunk or ends the stream. It cannot give nothing, several chunks, or a chunk
//     together with the end or an error. So it stands for a pull that fails at its first call and enqueues nothing, and
//     for one that enqueues one chunk a call if the recorded events show that the program never reaches the call that is
//     different: the one after the limit, the one that closes, the one that fails. Every call up to the limit shows an
//     event, so fewer events than the limit means that there was no other call. Nothing may be enqueued at start.
//   - [streams.From] is plain always.
type plan map[string]Action

// planFor returns what of a program is given in plain form. In [Blocking] form that is nothing.
func planFor(program *Program, form Form) plan {
	if form == Blocking {
		return nil
	}
	addressed := addressedControllers(program)
	plain := plan{}
	for _, step := range program.Steps {
		a := step.Do
		if a.Op == "writable" && form == PlainBeforeSinks {
			continue
		}
		if a.ID != "" && !addressed[a.ID] && hasPlainForm(a, program) {
			plain[a.ID] = a
		}
	}
	return plain
}

// addressedControllers returns the streams whose controllers a program uses from outside their own work.
func addressedControllers(program *Program) map[string]bool {
	addressed := map[string]bool{}
	note := func(a Action) {
		if a.usesController() {
			addressed[a.On] = true
		}
	}
	for _, step := range program.Steps {
		note(step.Do)
		for _, does := range step.Do.callbacks() {
			if does.At != nil {
				note(does.At.Do)
			}
		}
	}
	return addressed
}

// usesController reports whether the action is one on a controller.
func (a Action) usesController() bool {
	switch a.Op {
	case "enqueue", "enqueueBytes", "respond", "ctlClose", "ctlError", "terminate":
		return true
	default:
		return false
	}
}

// callbacks returns the callbacks of the stream that an action makes.
func (a Action) callbacks() []Callback {
	switch {
	case a.Source != nil:
		return []Callback{a.Source.Start, a.Source.Pull, a.Source.Cancel}
	case a.Sink != nil:
		return []Callback{a.Sink.Start, a.Sink.Write, a.Sink.Close, a.Sink.Abort}
	case a.Transformer != nil:
		return []Callback{a.Transformer.Start, a.Transformer.Transform, a.Transformer.Flush, a.Transformer.Cancel}
	default:
		return nil
	}
}

// hasPlainForm reports whether the stream that an action makes can be given in plain form.
func hasPlainForm(a Action, program *Program) bool {
	switch a.Op {
	case "readable":
		s := a.Source
		return canBeMissing(s.Start, s.Cancel) && s.StartEnqueue == 0 && canBePlain(s.Pull) && canBeGenerated(a, program)
	case "writable":
		s := a.Sink
		return canBeMissing(s.Start, s.Close, s.Abort) && canBePlain(s.Write)
	case "transform":
		t := a.Transformer
		return canBeMissing(t.Start, t.Cancel) && canBePlain(t.Transform, t.Flush)
	default:
		return false
	}
}

// canBeMissing reports whether leaving the callbacks out changes nothing but their events.
func canBeMissing(callbacks ...Callback) bool {
	for _, c := range callbacks {
		if c.Mode != None && (c.Mode != OK || c.HoldAt != 0 || c.FailAt != 0 || c.At != nil) {
			return false
		}
	}
	return true
}

// canBePlain reports whether the callbacks can be plain functions.
func canBePlain(callbacks ...Callback) bool {
	for _, c := range callbacks {
		if c.Mode == Hold || c.HoldAt != 0 || c.At != nil {
			return false
		}
	}
	return true
}

// canBeGenerated reports whether every call of pull that the program makes gives one chunk, or the only one an error.
func canBeGenerated(a Action, program *Program) bool {
	pull := a.Source.Pull
	switch pull.Mode {
	case Fail:
		return pull.Enqueue == 0
	case OK:
		calls := countEvents(program, a.ID, "pull")
		reaches := func(call int) bool { return call != 0 && calls >= call }
		return pull.Enqueue == 1 && calls < pull.Limit && !reaches(pull.CloseAfter) && !reaches(pull.FailAt)
	default:
		return false
	}
}

// countEvents returns how often a program shows an event of an entity.
func countEvents(program *Program, entity, event string) int {
	n := 0
	for _, step := range program.Steps {
		for _, shown := range step.Events[entity] {
			if shown == event {
				n++
			}
		}
	}
	return n
}

// generate makes a readable stream that [hasPlainForm].
func (p *player) generate(a Action) {
	made := firstMade
	pull := p.callback(a.ID, "pull", a.Source.Pull)
	next := func() (int, error) {
		pull.begin(pullEvent(pull))
		v := made
		made++
		return v, pull.end()
	}
	p.add(a.ID, &readableStream{ReadableStream: streams.Generate(next, strategy(a.HWM, a.Size))})
}

// sinkFunc makes a writable stream that [hasPlainForm].
func (p *player) sinkFunc(a Action) {
	write := p.callback(a.ID, "write", a.Sink.Write)
	take := func(int) error { return nil }
	if write.exists() {
		take = func(v int) error { return write.call(fmt.Sprintf("write:%d", v)) }
	}
	p.add(a.ID, &writableStream{WritableStream: streams.SinkFunc(take, strategy(a.HWM, a.Size))})
}

// transformFunc makes a transform stream that [hasPlainForm].
func (p *player) transformFunc(a Action) {
	made := firstMade
	each := p.callback(a.ID, "transform", a.Transformer.Transform)
	flush := p.callback(a.ID, "flush", a.Transformer.Flush)

	onChunk := func(v int, emit func(int)) error {
		emit(v)
		return nil
	}
	if each.exists() {
		onChunk = func(v int, emit func(int)) error {
			each.begin(fmt.Sprintf("transform:%d", v))
			for i := range each.does.Emit {
				emit(transformed(v, i))
			}
			return each.end()
		}
	}
	var onFlush func(emit func(int)) error
	if flush.exists() {
		onFlush = func(emit func(int)) error {
			flush.begin("flush")
			for range flush.does.Emit {
				emit(made)
				made++
			}
			return flush.end()
		}
	}
	p.addTransform(a.ID, &transform{TransformStream: streams.TransformFunc(onChunk, onFlush, marks(a)...)})
}

// shows returns which of the recorded events of an entity its plain form shows too.
func (pl plan) shows(entity string, events []string) []string {
	a, plain := pl[entity]
	if !plain {
		return events
	}
	var shown []string
	for _, event := range events {
		if !leftOut(a.Op, event) {
			shown = append(shown, event)
		}
	}
	return shown
}

// leftOut reports whether an event is one of a callback that the plain form of a stream lacks.
func leftOut(op, event string) bool {
	name, _, _ := strings.Cut(event, ":")
	switch name {
	case "start", "cancel", "abort":
		return true
	case "close":
		return op == "writable"
	default:
		return false
	}
}

// has returns which of the recorded properties of an entity its plain form has too: all but those of the controller.
func (pl plan) has(entity string, recorded Properties) Properties {
	if _, plain := pl[entity]; !plain {
		return recorded
	}
	properties := Properties{}
	for name, value := range recorded {
		if name != "desired" {
			properties[name] = value
		}
	}
	return properties
}

// expects returns what a recorded step shows when the program is played by the plan.
func (pl plan) expects(step Step) (Events, State) {
	events, state := Events{}, State{}
	for entity, recorded := range step.Events {
		if shown := pl.shows(entity, recorded); len(shown) > 0 {
			events[entity] = shown
		}
	}
	for entity, recorded := range step.State {
		if properties := pl.has(entity, recorded); len(properties) > 0 {
			state[entity] = properties
		}
	}
	return events, state
}
