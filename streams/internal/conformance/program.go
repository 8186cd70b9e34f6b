package conformance

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// A Program is a list of steps with what each of them must show.
type Program struct {
	ID    string `json:"id"`
	Steps []Step `json:"steps"`
}

// A Step is an action and what it must have shown at the next point of rest.
type Step struct {
	Do     Action `json:"do"`
	Events Events `json:"events"`
	State  State  `json:"state"`
}

// Events are the events of each entity, in their order.
type Events map[string][]string

// State holds the properties of each entity, or those of them that changed.
type State map[string]Properties

// Properties are visible properties of an entity, such as locked or desired.
type Properties map[string]Value

// A Value is the JSON text of a property.
type Value string

// UnmarshalJSON keeps the text as it is.
func (v *Value) UnmarshalJSON(text []byte) error {
	*v = Value(text)
	return nil
}

// An Action is what a step does. Op says which of the other fields mean something.
type Action struct {
	Op string `json:"op"`
	P  string `json:"p"` // the operation whose events say how the action went

	// What the action makes.
	ID  string   `json:"id"`
	IDs []string `json:"ids"` // the branches of a tee

	// What it acts on.
	On      string `json:"on"`
	From    string `json:"from"`
	To      string `json:"to"`
	Through string `json:"through"`

	// What it gives.
	V       int    `json:"v"`
	Err     Reason `json:"err"`
	Len     int    `json:"len"`
	Min     int    `json:"min"`
	N       int    `json:"n"`       // how many elements a sequence has
	CB      string `json:"cb"`      // the callback to release, such as r0.pull
	Outcome string `json:"outcome"` // what the released call returns: ok or a reason

	// How a stream is made.
	HWM          int          `json:"hwm"`
	Size         Size         `json:"size"`
	WritableHWM  int          `json:"writableHwm"`
	ReadableHWM  int          `json:"readableHwm"`
	AutoAllocate int          `json:"autoAllocate"`
	Source       *Source      `json:"source"`
	Sink         *Sink        `json:"sink"`
	Transformer  *Transformer `json:"transformer"`

	// How a pipe is made.
	PreventClose  bool   `json:"preventClose"`
	PreventAbort  bool   `json:"preventAbort"`
	PreventCancel bool   `json:"preventCancel"`
	Signal        string `json:"signal"`

	text string // the action as it was written, for reports
}

// UnmarshalJSON refuses fields that it does not know: a player that overlooks one plays another program.
func (a *Action) UnmarshalJSON(text []byte) error {
	type plain Action // without this method
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode((*plain)(a)); err != nil {
		return err
	}
	a.text = string(text)
	return nil
}

// String returns the action as it was written.
func (a Action) String() string { return a.text }

// A Source says what the callbacks of a readable stream do.
type Source struct {
	Start        Callback `json:"start"`
	Pull         Callback `json:"pull"`
	Cancel       Callback `json:"cancel"`
	StartEnqueue int      `json:"startEnqueue"` // chunks enqueued at start, also without a start callback
}

// A Sink says what the callbacks of a writable stream do.
type Sink struct {
	Start Callback `json:"start"`
	Write Callback `json:"write"`
	Close Callback `json:"close"`
	Abort Callback `json:"abort"`
}

// A Transformer says what the callbacks of a transform stream do.
type Transformer struct {
	Start     Callback `json:"start"`
	Transform Callback `json:"transform"`
	Flush     Callback `json:"flush"`
	Cancel    Callback `json:"cancel"`
}

// A Callback says what one callback does. Calls are counted from 1, so a zero call number names none.
type Callback struct {
	Mode   Mode    `json:"mode"`
	Err    Reason  `json:"err"`    // what it fails with
	HoldAt int     `json:"holdAt"` // the call that holds
	FailAt int     `json:"failAt"` // the call that fails
	At     *Inside `json:"at"`

	// Pull only: what the first Limit calls put into the stream, and the call that closes it.
	Enqueue    int    `json:"enqueue"` // chunks
	Act        string `json:"act"`     // for a byte stream: none, enqueue or respond
	Bytes      int    `json:"bytes"`
	Limit      int    `json:"limit"`
	CloseAfter int    `json:"closeAfter"`

	Emit int `json:"emit"` // chunks that a call of transform or flush emits
}

// Inside is a step that a callback does from inside one of its calls.
type Inside struct {
	Call int    `json:"call"`
	Do   Action `json:"do"`
}

// A Mode says how the calls of a callback end.
type Mode string

// The modes of a callback.
const (
	None Mode = "none" // there is no such callback
	OK   Mode = "ok"   // returns
	Fail Mode = "fail" // returns its error
	Hold Mode = "hold" // returns when a release step says so
)

// UnmarshalText refuses modes that do not exist.
func (m *Mode) UnmarshalText(text []byte) error {
	switch mode := Mode(text); mode {
	case None, OK, Fail, Hold:
		*m = mode
		return nil
	default:
		return fmt.Errorf("no such mode: %q", text)
	}
}

// A Size names the size function of a stream.
type Size string

// The size functions.
const (
	Count Size = "count" // 1 for every chunk
	Mod3  Size = "mod3"  // the chunk's value modulo 3
)

// UnmarshalText refuses size functions that do not exist.
func (s *Size) UnmarshalText(text []byte) error {
	switch size := Size(text); size {
	case Count, Mod3:
		*s = size
		return nil
	default:
		return fmt.Errorf("no such size function: %q", text)
	}
}

// ReadFile returns the programs of a file, which is compressed if its name ends in .gz.
func ReadFile(name string) ([]*Program, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	var lines io.Reader = bytes.NewReader(content)
	if strings.HasSuffix(name, ".gz") {
		lines, err = gzip.NewReader(lines)
	}
	var programs []*Program
	if err == nil {
		programs, err = ReadPrograms(lines)
	}
	if err != nil {
		return nil, fmt.Errorf("conformance: %s: %w", name, err)
	}
	return programs, nil
}

// ReadPrograms returns the programs that r holds, one after another. It fails at the first that it does not understand.
func ReadPrograms(r io.Reader) ([]*Program, error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	var programs []*Program
	for {
		program := new(Program)
		err := decoder.Decode(program)
		if errors.Is(err, io.EOF) {
			return programs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("program %d: %w", len(programs)+1, err)
		}
		programs = append(programs, program)
	}
}
