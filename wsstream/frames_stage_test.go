package wsstream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
)

// assemble returns the messages of frames.
func assemble(ctx context.Context, frames []wsstream.Frame, opts *wsstream.AssembleOptions) ([]wsstream.Message, error) {
	return streams.PipeThrough(streams.FromSlice(frames), wsstream.AssembleMessages(opts)).Collect(ctx)
}

// describe returns messages as text.
func describe(messages []wsstream.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, fmt.Sprintf("%v %q", m.Type, m))
	}
	return strings.Join(all, ", ")
}

func textFrame(fin bool, payload string) wsstream.Frame {
	return wsstream.Frame{Fin: fin, OpCode: wsstream.OpText, Payload: []byte(payload)}
}

func moreFrame(fin bool, payload string) wsstream.Frame {
	return wsstream.Frame{Fin: fin, Payload: []byte(payload)}
}

func TestAssembleMessages(t *testing.T) {
	var controls []wsstream.Frame
	opts := &wsstream.AssembleOptions{Control: func(_ context.Context, f wsstream.Frame) error {
		controls = append(controls, f)
		return nil
	}}
	frames := someFrames()
	got, err := assemble(t.Context(), frames, opts)
	if err != nil {
		t.Error(err)
	}
	want := []wsstream.Message{
		wsstream.Text("grüß"), wsstream.Binary([]byte("fragment")), wsstream.Binary(frames[6].Payload), wsstream.Binary(frames[7].Payload),
	}
	if describe(got) != describe(want) {
		t.Errorf("the messages are %.200s", describe(got))
	}
	wantFrames(t, controls, []wsstream.Frame{frames[2], frames[4], frames[8]})

	if got, err := assemble(t.Context(), []wsstream.Frame{textFrame(true, ""), frames[2], textFrame(true, "")}, nil); describe(got) != `text "", text ""` || err != nil {
		t.Errorf("the messages are %s, %v", describe(got), err)
	}
}

func TestAssembleMessagesFails(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		frames []wsstream.Frame
		opts   wsstream.AssembleOptions
		code   wsstream.StatusCode
		cause  error
	}{
		"text":            {[]wsstream.Frame{textFrame(false, "\xe2\x82"), moreFrame(false, "x")}, wsstream.AssembleOptions{}, 1007, wsstream.ErrInvalidUTF8},
		"text to the end": {[]wsstream.Frame{textFrame(false, "\xe2"), moreFrame(true, "\x82")}, wsstream.AssembleOptions{}, 1007, wsstream.ErrInvalidUTF8},
		"size":            {[]wsstream.Frame{textFrame(false, "1234"), moreFrame(true, "5")}, wsstream.AssembleOptions{MaxMessageSize: 4}, 1009, wsstream.ErrMessageTooBig},
		"fragments":       {[]wsstream.Frame{textFrame(false, ""), moreFrame(false, ""), moreFrame(true, "")}, wsstream.AssembleOptions{MaxFragments: 2}, 1008, wsstream.ErrMessageTooBig},
		"order":           {[]wsstream.Frame{moreFrame(true, "")}, wsstream.AssembleOptions{}, 1002, wsstream.ErrProtocol},
		"compressed":      {[]wsstream.Frame{{Fin: true, Rsv: wsstream.Rsv1, OpCode: wsstream.OpText}}, wsstream.AssembleOptions{}, 1002, wsstream.ErrProtocol},
		"control": {[]wsstream.Frame{{Fin: true, OpCode: wsstream.OpPing}}, wsstream.AssembleOptions{
			Control: func(context.Context, wsstream.Frame) error { return broken },
		}, 0, broken},
		"option": {nil, wsstream.AssembleOptions{MaxFragments: -1}, 0, wsstream.ErrOption},
		"end":    {[]wsstream.Frame{textFrame(false, "begun")}, wsstream.AssembleOptions{}, 0, io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cancelled := make(chan error, 1)
				source := slices.Concat([]wsstream.Frame{textFrame(true, "good")}, test.frames)
				frames := streams.NewReadableStream(streams.UnderlyingSource[wsstream.Frame]{
					Pull: func(_ context.Context, c *streams.ReadableController[wsstream.Frame]) error {
						if len(source) == 0 {
							return c.Close()
						}
						f := source[0]
						source = source[1:]
						return c.Enqueue(f)
					},
					Cancel: func(_ context.Context, reason error) error {
						cancelled <- reason
						return nil
					},
				}, streams.CountQueuingStrategy[wsstream.Frame](0))
				got, err := streams.PipeThrough(frames, wsstream.AssembleMessages(&test.opts)).Collect(t.Context())
				if test.code != 0 {
					wantFrameError(t, err, test.code, test.cause)
				} else if !errors.Is(err, test.cause) {
					t.Errorf("the error is %v, want %v", err, test.cause)
				}
				if name != "option" && describe(got) != `text "good"` {
					t.Errorf("the messages are %s", describe(got))
				}
				synctest.Wait()
				if len(source) > 0 {
					if reason := <-cancelled; !errors.Is(reason, test.cause) {
						t.Errorf("the source was cancelled with %v", reason)
					}
				}
			})
		})
	}
}

// The example of RFC 7692, section 7.2.3.2: two messages, the second of which refers back to the first, and which is in
// fragments here.
func TestAssembleCompressedMessages(t *testing.T) {
	opts := &wsstream.AssembleOptions{Compressed: true, MaxDecompressedSize: 5}
	frames := []wsstream.Frame{
		{Fin: true, Rsv: wsstream.Rsv1, OpCode: wsstream.OpText, Payload: []byte("\xf2\x48\xcd\xc9\xc9\x07\x00")},
		textFrame(true, "plain"),
		{Rsv: wsstream.Rsv1, OpCode: wsstream.OpText, Payload: []byte("\xf2\x00")},
		moreFrame(true, "\x11\x00\x00"),
	}
	got, err := assemble(t.Context(), frames, opts)
	if err != nil || describe(got) != `text "Hello", text "plain", text "Hello"` {
		t.Errorf("the messages are %s, %v", describe(got), err)
	}
	opts.MaxDecompressedSize = 4
	_, err = assemble(t.Context(), frames, opts)
	wantFrameError(t, err, wsstream.StatusMessageTooBig, wsstream.ErrMessageTooBig)
}

func TestInflateFrames(t *testing.T) {
	ping := wsstream.Frame{Fin: true, OpCode: wsstream.OpPing, Payload: []byte("there?")}
	bye := wsstream.Frame{Fin: true, OpCode: wsstream.OpClose}
	frames := []wsstream.Frame{
		{Fin: true, Rsv: wsstream.Rsv1, OpCode: wsstream.OpText, Payload: []byte("\xf2\x48\xcd\xc9\xc9\x07\x00")},
		{Rsv: wsstream.Rsv1, OpCode: wsstream.OpBinary, Payload: []byte("\xf2\x00")},
		ping,
		moreFrame(true, "\x11\x00\x00"),
		textFrame(false, "plain"),
		bye,
	}
	got, err := streams.PipeThrough(streams.FromSlice(frames), wsstream.InflateFrames(nil)).Collect(t.Context())
	if err != nil {
		t.Error(err)
	}
	binary := wsstream.Frame{Fin: true, OpCode: wsstream.OpBinary, Payload: []byte("Hello")}
	wantFrames(t, got, []wsstream.Frame{textFrame(true, "Hello"), ping, binary, textFrame(false, "plain"), bye})
}

func TestInflateFramesFails(t *testing.T) {
	begun := wsstream.Frame{Rsv: wsstream.Rsv1, OpCode: wsstream.OpText, Payload: []byte("\xf2\x48\xcd\xc9")}
	hello := []wsstream.Frame{begun, moreFrame(true, "\xc9\x07\x00")}
	corrupt := wsstream.Frame{Fin: true, Rsv: wsstream.Rsv1, OpCode: wsstream.OpText, Payload: []byte("\xff\xff")}
	for name, test := range map[string]struct {
		frames []wsstream.Frame
		opts   *wsstream.InflateOptions
		code   wsstream.StatusCode
		cause  error
	}{
		"nothing":      {hello, &wsstream.InflateOptions{MaxMessageSize: 7, MaxDecompressedSize: 5}, 0, nil},
		"compressed":   {hello, &wsstream.InflateOptions{MaxMessageSize: 6}, 1009, wsstream.ErrMessageTooBig},
		"decompressed": {hello, &wsstream.InflateOptions{MaxDecompressedSize: 4}, 1009, wsstream.ErrMessageTooBig},
		"corrupt":      {[]wsstream.Frame{corrupt}, nil, 1007, wsstream.ErrCompression},
		"order":        {[]wsstream.Frame{begun, textFrame(true, "")}, nil, 1002, wsstream.ErrProtocol},
		"two begin":    {[]wsstream.Frame{begun, begun}, nil, 1002, wsstream.ErrProtocol},
		"no beginning": {[]wsstream.Frame{{Fin: true, Rsv: wsstream.Rsv1}}, nil, 1002, wsstream.ErrProtocol},
		"other bits":   {[]wsstream.Frame{{Fin: true, Rsv: wsstream.Rsv1 | wsstream.Rsv2, OpCode: wsstream.OpText}}, nil, 1002, wsstream.ErrProtocol},
		"end":          {[]wsstream.Frame{begun}, nil, 0, io.ErrUnexpectedEOF},
		"option":       {hello, &wsstream.InflateOptions{MaxMessageSize: -1}, 0, wsstream.ErrOption},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := streams.PipeThrough(streams.FromSlice(test.frames), wsstream.InflateFrames(test.opts)).Collect(t.Context())
			if test.code != 0 {
				wantFrameError(t, err, test.code, test.cause)
			} else if !errors.Is(err, test.cause) {
				t.Errorf("the error is %v, want %v", err, test.cause)
			}
		})
	}
}

func TestAssembleMessagesIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		frames := make(chan wsstream.Frame)
		waiting := make(chan struct{})
		opts := &wsstream.AssembleOptions{Control: func(ctx context.Context, _ wsstream.Frame) error {
			close(waiting)
			<-ctx.Done()
			return context.Cause(ctx)
		}}
		messages := streams.PipeThrough(streams.FromChan(frames), wsstream.AssembleMessages(opts))
		reader, err := messages.GetReader()
		if err != nil {
			t.Fatal(err)
		}
		reading := goDo(func() error {
			_, err := reader.Read(t.Context())
			return err
		})
		frames <- wsstream.Frame{Fin: true, OpCode: wsstream.OpPing}
		<-waiting
		if err := reader.Cancel(t.Context(), errors.New("enough")); err != nil {
			t.Errorf("Cancel returns %v", err)
		}
		if err := <-reading; err != io.EOF {
			t.Errorf("Read returns %v", err)
		}
	})
}

func TestAssembleMessagesOfASourceThatFails(t *testing.T) {
	broken := errors.New("broken")
	frames := streams.FromSeq2(func(yield func(wsstream.Frame, error) bool) {
		_ = yield(textFrame(true, "good"), nil) && yield(textFrame(false, "half"), nil) && yield(wsstream.Frame{}, broken)
	})
	got, err := streams.PipeThrough(frames, wsstream.AssembleMessages(nil)).Collect(t.Context())
	if !errors.Is(err, broken) || len(got) > 1 {
		t.Errorf("the messages are %s, %v", describe(got), err)
	}
}

func TestFragmentsBecomeTheirMessages(t *testing.T) {
	messages := []wsstream.Message{wsstream.Text(""), wsstream.Text("grüß 😀"), wsstream.Binary([]byte("0123456789"))}
	for size := 1; size < 13; size++ {
		fragments := streams.PipeThrough(streams.FromSlice(messages), wsstream.FragmentMessages(size))
		frames, err := fragments.Collect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := 1
		for _, m := range messages[1:] {
			want += (len(m.Data) + size - 1) / size
		}
		if len(frames) != want {
			t.Errorf("%d frames of %d bytes, want %d", len(frames), size, want)
		}
		for _, f := range frames {
			if len(f.Payload) > size || f.Rsv != 0 {
				t.Errorf("a frame of %d bytes, want %d", len(f.Payload), size)
			}
		}
		checked, err := streams.PipeThrough(streams.FromSlice(frames), wsstream.CheckText()).Collect(t.Context())
		if err != nil {
			t.Error(err)
		}
		wantFrames(t, checked, frames)
		got, err := assemble(t.Context(), frames, nil)
		if err != nil || describe(got) != describe(messages) {
			t.Errorf("the messages are %s, %v", describe(got), err)
		}
	}
}

func TestFragmentMessagesFails(t *testing.T) {
	for size, test := range map[int]struct {
		m    wsstream.Message
		want error
	}{
		0: {wsstream.Text("x"), wsstream.ErrOption},
		1: {wsstream.Text("\xff"), wsstream.ErrMessage},
		2: {wsstream.Message{}, wsstream.ErrMessage},
	} {
		_, err := streams.PipeThrough(streams.FromSlice([]wsstream.Message{test.m}), wsstream.FragmentMessages(size)).Collect(t.Context())
		if !errors.Is(err, test.want) {
			t.Errorf("%q in fragments of %d: %v", test.m, size, err)
		}
	}
}

func TestCheckText(t *testing.T) {
	binary := wsstream.Frame{OpCode: wsstream.OpBinary, Payload: []byte("\xff")}
	ping := wsstream.Frame{Fin: true, OpCode: wsstream.OpPing, Payload: []byte("\xff")}
	compressed := wsstream.Frame{Rsv: wsstream.Rsv1, OpCode: wsstream.OpText, Payload: []byte("\xff")}
	for name, test := range map[string]struct {
		frames []wsstream.Frame
		passed int
		code   wsstream.StatusCode
	}{
		"good":            {[]wsstream.Frame{textFrame(false, "\xe2\x82"), ping, moreFrame(true, "\xac"), binary, moreFrame(true, "\xff"), compressed, moreFrame(true, "\xff")}, 7, 0},
		"bad":             {[]wsstream.Frame{textFrame(false, "ok"), ping, moreFrame(false, "\xe2\x28")}, 2, 1007},
		"incomplete":      {[]wsstream.Frame{textFrame(false, "\xe2"), moreFrame(true, "\x82")}, 1, 1007},
		"bad after good":  {[]wsstream.Frame{textFrame(true, "ok"), textFrame(true, "\xff")}, 1, 1007},
		"reason":          {[]wsstream.Frame{{Fin: true, OpCode: wsstream.OpClose, Payload: []byte("\x03\xe8\xff")}}, 0, 1007},
		"code of a close": {[]wsstream.Frame{{Fin: true, OpCode: wsstream.OpClose, Payload: []byte("\x03\xed")}}, 0, 1002},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := streams.PipeThrough(streams.FromSlice(test.frames), wsstream.CheckText()).Collect(t.Context())
			wantFrames(t, got, test.frames[:test.passed])
			cause := wsstream.ErrInvalidUTF8
			if test.code == wsstream.StatusProtocolError {
				cause = wsstream.ErrProtocol
			}
			if test.code != 0 {
				wantFrameError(t, err, test.code, cause)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}
