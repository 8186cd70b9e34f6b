package wsstream_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// someFrames keep the rules, one after the other.
func someFrames() []wsstream.Frame {
	return []wsstream.Frame{
		{Fin: true, OpCode: wsstream.OpText, Payload: []byte("grüß")},
		{OpCode: wsstream.OpBinary, Payload: []byte("frag")},
		{Fin: true, OpCode: wsstream.OpPing, Payload: []byte("ping")},
		{OpCode: wsstream.OpContinuation},
		{Fin: true, OpCode: wsstream.OpPong},
		{Fin: true, OpCode: wsstream.OpContinuation, Payload: []byte("ment")},
		{Fin: true, OpCode: wsstream.OpBinary, Payload: bytes.Repeat([]byte("x"), 126)},
		{Fin: true, OpCode: wsstream.OpBinary, Payload: bytes.Repeat([]byte("y"), 200_000)},
		{Fin: true, OpCode: wsstream.OpClose, Payload: []byte("\x03\xe9bye")},
	}
}

// onWire returns the bytes of frames as wstest has them, with or without a mask.
func onWire(masked bool, frames ...wsstream.Frame) []byte {
	var wire []byte
	for _, f := range frames {
		w := wstest.Frame{Fin: f.Fin, Rsv: f.Rsv, Op: byte(f.OpCode), Payload: f.Payload}
		if masked {
			w.Masked, w.Mask = true, [4]byte{1, 2, 3, 4}
		}
		wire = append(wire, w.Bytes()...)
	}
	return wire
}

// wantFrames compares frames; no payload and an empty one are the same.
func wantFrames(t *testing.T, got, want []wsstream.Frame) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d frames, want %d", len(got), len(want))
		return
	}
	for i, f := range got {
		w := want[i]
		if !bytes.Equal(f.Payload, w.Payload) {
			t.Errorf("frame %d: payload %.100q, want %.100q", i, f.Payload, w.Payload)
		}
		if f.Payload, w.Payload = nil, nil; !reflect.DeepEqual(f, w) {
			t.Errorf("frame %d is %+v, want %+v", i, f, w)
		}
	}
}

// wantFrameError checks that err is a *FrameError with this code and cause.
func wantFrameError(t *testing.T, err error, code wsstream.StatusCode, cause error) {
	t.Helper()
	if bad, ok := errors.AsType[*wsstream.FrameError](err); !ok || bad.Code != code || !errors.Is(err, cause) {
		t.Errorf("the error is %v, want code %d, %v", err, code, cause)
	}
}

func TestFramesAreReadAsWritten(t *testing.T) {
	for _, role := range []struct {
		writer, reader wsstream.Role
		masked         bool
	}{
		{wsstream.AnyRole, wsstream.AnyRole, false},
		{wsstream.AnyRole, wsstream.ClientRole, false},
		{wsstream.ServerRole, wsstream.ClientRole, false},
		{wsstream.ClientRole, wsstream.ServerRole, true},
		{wsstream.ClientRole, wsstream.AnyRole, true},
	} {
		var wire bytes.Buffer
		frames := someFrames()
		w := wsstream.WriteFrames(&wire, &wsstream.FrameOptions{Role: role.writer})
		if err := streams.FromSlice(frames).PipeTo(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		wantFrames(t, frames, someFrames()) // the payloads were not masked in place
		if !role.masked && !bytes.Equal(wire.Bytes(), onWire(false, frames...)) {
			t.Errorf("%v: other bytes than wstest has", role)
		}
		for r := bytes.NewReader(wire.Bytes()); r.Len() > 0; {
			if f, err := wstest.ReadFrame(r); err != nil || f.Masked != role.masked {
				t.Errorf("%v: wrote %v, %v", role, f, err)
			}
		}
		got, err := wsstream.ReadFrames(&wire, &wsstream.FrameOptions{Role: role.reader}).Collect(t.Context())
		if err != nil {
			t.Errorf("%v: %v", role, err)
		}
		wantFrames(t, got, frames)
	}
}

func TestFramesAgainstTheRules(t *testing.T) {
	for name, test := range map[string]struct {
		wire   []byte
		role   wsstream.Role
		frames int // that come before the error
	}{
		"masked":                   {onWire(true, someFrames()...), wsstream.ClientRole, 0},
		"not masked":               {onWire(false, someFrames()...), wsstream.ServerRole, 0},
		"reserved opcode":          {wstest.Whole(3, "").Bytes(), 0, 0},
		"reserved bit":             {wstest.Frame{Fin: true, Rsv: 4, Op: wstest.Text}.Bytes(), 0, 0},
		"reserved bit not in Rsv":  {wstest.Frame{Fin: true, Rsv: 1, Op: wstest.Text}.Bytes(), 0, 0},
		"fragmented ping":          {wstest.First(wstest.Ping, "").Bytes(), 0, 0},
		"long ping":                {wstest.Whole(wstest.Ping, strings.Repeat("x", 126)).Bytes(), 0, 0},
		"continuation of nothing":  {wstest.Last("").Bytes(), 0, 0},
		"message within a message": {append(wstest.First(wstest.Text, "").Bytes(), wstest.Whole(wstest.Text, "").Bytes()...), 0, 1},
		"length in too many bytes": {wstest.Frame{Fin: true, Op: wstest.Text, LengthBytes: 8}.Bytes(), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var opts wsstream.FrameOptions
			opts.Role = test.role
			if strings.HasSuffix(name, "not in Rsv") {
				opts.Rsv = wsstream.Rsv1
			}
			got, err := wsstream.ReadFrames(bytes.NewReader(test.wire), &opts).Collect(t.Context())
			wantFrameError(t, err, wsstream.StatusProtocolError, wsstream.ErrProtocol)
			if len(got) != test.frames {
				t.Errorf("%d frames before the error, want %d", len(got), test.frames)
			}
			opts.Lenient = true
			if _, err := wsstream.ReadFrames(bytes.NewReader(test.wire), &opts).Collect(t.Context()); err != nil {
				t.Errorf("a lenient reader: %v", err)
			}
		})
	}
}

func TestFramesWithReservedBits(t *testing.T) {
	frame := wsstream.Frame{Fin: true, Rsv: wsstream.Rsv1 | wsstream.Rsv3, OpCode: wsstream.OpText}
	opts := &wsstream.FrameOptions{Rsv: wsstream.Rsv1 | wsstream.Rsv3}
	var wire bytes.Buffer
	if err := streams.FromSlice([]wsstream.Frame{frame}).PipeTo(t.Context(), wsstream.WriteFrames(&wire, opts)); err != nil {
		t.Fatal(err)
	}
	got, err := wsstream.ReadFrames(&wire, opts).Collect(t.Context())
	if err != nil {
		t.Error(err)
	}
	wantFrames(t, got, []wsstream.Frame{frame})
}

func TestFramesTooLarge(t *testing.T) {
	wire := onWire(false, wsstream.Frame{Fin: true, OpCode: wsstream.OpText, Payload: make([]byte, 100)})
	for limit, code := range map[int64]wsstream.StatusCode{100: 0, 99: wsstream.StatusMessageTooBig} {
		for _, lenient := range []bool{false, true} {
			opts := &wsstream.FrameOptions{MaxFrameSize: limit, Lenient: lenient}
			_, err := wsstream.ReadFrames(bytes.NewReader(wire), opts).Collect(t.Context())
			if code != 0 {
				wantFrameError(t, err, code, wsstream.ErrMessageTooBig)
			} else if err != nil {
				t.Error(err)
			}
		}
	}
	declared := wstest.Frame{Fin: true, Op: wstest.Text, Length: 1 << 63}.Bytes()
	_, err := wsstream.ReadFrames(bytes.NewReader(declared), &wsstream.FrameOptions{Lenient: true}).Collect(t.Context())
	wantFrameError(t, err, wsstream.StatusProtocolError, wsstream.ErrProtocol)
}

func TestFramesThatBreakOff(t *testing.T) {
	frames := someFrames()[:4]
	wire := onWire(true, frames...)
	whole := map[int]int{0: 0, len(onWire(true, frames[0])): 1} // where the end is one between messages
	for end := range wire {
		got, err := wsstream.ReadFrames(bytes.NewReader(wire[:end]), nil).Collect(t.Context())
		if n, ok := whole[end]; ok {
			if err != nil || len(got) != n {
				t.Errorf("after %d bytes: %d frames, %v", end, len(got), err)
			}
		} else if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %d bytes: %v", end, err)
		}
	}
}

func TestCancelEndsAReadOfFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer b.Close()
		defer a.Close()
		reader, err := wsstream.ReadFrames(a, nil).GetReader()
		if err != nil {
			t.Fatal(err)
		}
		reading := goDo(func() error {
			_, err := reader.Read(t.Context())
			return err
		})
		synctest.Wait()
		if err := reader.Cancel(t.Context(), errors.New("enough")); err != nil {
			t.Errorf("Cancel returns %v", err)
		}
		if err := <-reading; err != io.EOF {
			t.Errorf("Read returns %v", err)
		}
		// The other direction is as it was.
		writing := goDo(func() error { return streams.FromSlice(someFrames()).PipeTo(t.Context(), wsstream.WriteFrames(a, nil)) })
		for range someFrames() {
			if _, err := wstest.ReadFrame(b); err != nil {
				t.Fatal(err)
			}
		}
		if err := <-writing; err != nil {
			t.Error(err)
		}
	})
}

func TestFrameOptionsAreChecked(t *testing.T) {
	for _, opts := range []*wsstream.FrameOptions{{Role: 3}, {Rsv: 8}, {MaxFrameSize: -1}} {
		if _, err := wsstream.ReadFrames(strings.NewReader(""), opts).Collect(t.Context()); !errors.Is(err, wsstream.ErrOption) {
			t.Errorf("ReadFrames with %v: %v", opts, err)
		}
		w := wsstream.NewFrameWriter(io.Discard, opts)
		if err := streams.FromSlice(someFrames()).PipeTo(t.Context(), w.Writable()); !errors.Is(err, wsstream.ErrOption) {
			t.Errorf("WriteFrames with %v: %v", opts, err)
		}
		if err := w.WriteControl(t.Context(), wsstream.Frame{OpCode: wsstream.OpPing}); !errors.Is(err, wsstream.ErrOption) {
			t.Errorf("WriteControl with %v: %v", opts, err)
		}
	}
}

func TestCloseFrames(t *testing.T) {
	for _, test := range []struct {
		info, want wsstream.CloseInfo
		err        error
	}{
		{wsstream.CloseInfo{}, wsstream.CloseInfo{Code: 1005}, nil},
		{wsstream.CloseInfo{Code: 1005}, wsstream.CloseInfo{Code: 1005}, nil},
		{wsstream.CloseInfo{Code: 1001, Reason: "grüß"}, wsstream.CloseInfo{Code: 1001, Reason: "grüß"}, nil},
		{wsstream.CloseInfo{Reason: "why"}, wsstream.CloseInfo{Code: 1000, Reason: "why"}, nil},
		{wsstream.CloseInfo{Code: 1006}, wsstream.CloseInfo{}, wsstream.ErrCloseCode},
		{wsstream.CloseInfo{Code: 5000}, wsstream.CloseInfo{}, wsstream.ErrCloseCode},
		{wsstream.CloseInfo{Reason: strings.Repeat("x", 124)}, wsstream.CloseInfo{}, wsstream.ErrCloseReason},
		{wsstream.CloseInfo{Code: 1001, Reason: "\xff"}, wsstream.CloseInfo{}, wsstream.ErrCloseReason},
	} {
		f, err := wsstream.CloseFrame(test.info)
		if !errors.Is(err, test.err) {
			t.Errorf("CloseFrame(%v) returns %v", test.info, err)
		}
		if err != nil {
			continue
		}
		if got, err := f.CloseInfo(); err != nil || got != test.want {
			t.Errorf("%v becomes %v, %v", test.info, got, err)
		}
	}
	_, err := wsstream.Frame{Fin: true, OpCode: wsstream.OpClose, Payload: []byte{3}}.CloseInfo()
	wantFrameError(t, err, wsstream.StatusProtocolError, wsstream.ErrProtocol)
	_, err = wsstream.Frame{Fin: true, OpCode: wsstream.OpClose, Payload: []byte("\x03\xe8\xff")}.CloseInfo()
	wantFrameError(t, err, wsstream.StatusInvalidFramePayloadData, wsstream.ErrInvalidUTF8)
	_, err = wsstream.Frame{Fin: true, OpCode: wsstream.OpPing}.CloseInfo()
	wantFrameError(t, err, wsstream.StatusProtocolError, wsstream.ErrProtocol)
}

// The end of the socket between two fragments is not the end of the message.
func TestAMessageThatBreaksOffBetweenItsFragments(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		e.peer.Send(wstest.First(wstest.Text, "half"), wstest.Whole(wstest.Pong, ""))
		e.peer.Drop()
		e.wantAbnormalEnd()
	})
}
