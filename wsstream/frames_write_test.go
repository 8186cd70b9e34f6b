package wsstream_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestFramesThatCannotBeSent(t *testing.T) {
	ping := wsstream.Frame{Fin: true, OpCode: wsstream.OpPing}
	for name, test := range map[string]struct {
		frames []wsstream.Frame
		always bool // even by a lenient writer
	}{
		"opcode out of range":     {[]wsstream.Frame{{Fin: true, OpCode: 16}}, true},
		"bits out of range":       {[]wsstream.Frame{{Fin: true, OpCode: wsstream.OpText, Rsv: 8}}, true},
		"reserved opcode":         {[]wsstream.Frame{{Fin: true, OpCode: 11}}, false},
		"reserved bit":            {[]wsstream.Frame{{Fin: true, OpCode: wsstream.OpText, Rsv: wsstream.Rsv2}}, false},
		"continuation of nothing": {[]wsstream.Frame{ping, {Fin: true}}, false},
		"text in a message":       {[]wsstream.Frame{{OpCode: wsstream.OpText}, ping, {OpCode: wsstream.OpText}}, false},
		"fragmented ping":         {[]wsstream.Frame{{OpCode: wsstream.OpPing}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, lenient := range []bool{false, true} {
				var wire bytes.Buffer
				w := wsstream.WriteFrames(&wire, &wsstream.FrameOptions{Role: wsstream.ServerRole, Lenient: lenient})
				err := streams.FromSlice(test.frames).PipeTo(t.Context(), w)
				sent, want := test.frames, error(nil)
				if !lenient || test.always {
					sent, want = sent[:len(sent)-1], wsstream.ErrFrame
				}
				if !errors.Is(err, want) {
					t.Errorf("lenient %t: %v, want %v", lenient, err, want)
				}
				if !bytes.Equal(wire.Bytes(), onWire(false, sent...)) {
					t.Errorf("lenient %t: wrote %x", lenient, wire.Bytes())
				}
			}
		})
	}
}

func TestControlFramesOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer b.Close()
		defer a.Close()
		w := wsstream.NewFrameWriter(a, &wsstream.FrameOptions{Role: wsstream.ClientRole})
		writer, err := w.Writable().GetWriter()
		if err != nil {
			t.Fatal(err)
		}
		large := wsstream.Frame{Fin: true, OpCode: wsstream.OpBinary, Payload: make([]byte, 300_000)}
		small := wsstream.Frame{Fin: true, OpCode: wsstream.OpText, Payload: []byte("queued")}
		first := writer.WriteAsync(large)
		second := writer.WriteAsync(small)
		synctest.Wait() // the first is under way
		ping := wsstream.Frame{Fin: true, OpCode: wsstream.OpPing, Payload: []byte("now")}
		control := goDo(func() error { return w.WriteControl(t.Context(), ping) })
		synctest.Wait()
		for i, want := range []wstest.Frame{
			wstest.Whole(wstest.Binary, string(large.Payload)),
			wstest.Whole(wstest.Ping, "now"),
			wstest.Whole(wstest.Text, "queued"),
		} {
			f, err := wstest.ReadFrame(b)
			if err != nil || f.Op != want.Op || !bytes.Equal(f.Payload, want.Payload) {
				t.Errorf("frame %d is %v, %v, want %v", i, f, err, want)
			}
		}
		if err := errors.Join(first.Wait(t.Context()), second.Wait(t.Context()), <-control); err != nil {
			t.Error(err)
		}
		if err := w.WriteControl(t.Context(), small); !errors.Is(err, wsstream.ErrFrame) {
			t.Errorf("WriteControl of a text frame returns %v", err)
		}
	})
}

func TestContextsOfWritesOfFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer b.Close()
		defer a.Close()
		w := wsstream.NewFrameWriter(a, nil)
		writer, err := w.Writable().GetWriter()
		if err != nil {
			t.Fatal(err)
		}
		ping := wsstream.Frame{Fin: true, OpCode: wsstream.OpPing}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := w.WriteControl(ctx, ping); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("WriteControl returns %v", err)
		}
		stuck := writer.WriteAsync(someFrames()[0]) // of the other nothing was written
		synctest.Wait()
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := w.WriteControl(ctx, ping); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("WriteControl returns %v", err)
		}
		if f, err := wstest.ReadFrame(b); err != nil || f.Op != wstest.Text {
			t.Errorf("the peer reads %v, %v", f, err)
		}
		if err := stuck.Wait(t.Context()); err != nil {
			t.Error(err)
		}

		stuck = writer.WriteAsync(someFrames()[0])
		if _, err := b.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		reason := errors.New("enough")
		if err := writer.Abort(t.Context(), reason); err != nil {
			t.Errorf("Abort returns %v", err)
		}
		if err := stuck.Wait(t.Context()); !errors.Is(err, reason) {
			t.Errorf("the write returns %v", err)
		}
		// A frame was cut off, so none can follow.
		if err := w.WriteControl(t.Context(), ping); !errors.Is(err, reason) {
			t.Errorf("WriteControl returns %v", err)
		}
	})
}

func TestCloseOfFramesIsAHalfClose(t *testing.T) {
	a, b := wstest.TCP(t)
	if err := streams.FromSlice(someFrames()).PipeTo(t.Context(), wsstream.WriteFrames(a, nil)); err != nil {
		t.Fatal(err)
	}
	got, err := wsstream.ReadFrames(b, nil).Collect(t.Context())
	if err != nil {
		t.Error(err)
	}
	wantFrames(t, got, someFrames())
	if err := streams.FromSlice(someFrames()).PipeTo(t.Context(), wsstream.WriteFrames(b, nil)); err != nil {
		t.Errorf("the other direction: %v", err)
	}
}
