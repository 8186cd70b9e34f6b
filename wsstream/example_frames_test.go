package wsstream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
)

// A proxy that records each frame: two pipes of frames, and a stage in each. Backpressure goes through it, and so do
// pings and the closing handshake, because they are frames.
func Example_recordingProxy() {
	ctx := context.Background()
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	record := func(who string) *streams.TransformStream[wsstream.Frame, wsstream.Frame] {
		return streams.TransformFunc(func(f wsstream.Frame, emit func(wsstream.Frame)) error {
			fmt.Printf("%s: %v %q\n", who, f.OpCode, f.Payload)
			emit(f)
			return nil
		}, nil)
	}
	proxied := make(chan error, 1)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		upstream, err := wsstream.DialFrames(r.Context(), server.URL, nil)
		if err != nil {
			http.Error(w, "there is no server", http.StatusBadGateway)
			return
		}
		client, err := wsstream.UpgradeFrames(w, r, nil)
		if err != nil { // and the client has been told
			proxied <- errors.Join(err, upstream.Close())
			return
		}
		both, cancel := context.WithCancel(ctx)
		defer cancel()
		pipe := func(who string, from, to *wsstream.FrameConnection) error {
			err := streams.PipeThrough(from.Readable, record(who)).PipeTo(both, to.Writable)
			if err != nil {
				cancel() // a direction that breaks ends the other one
			}
			return err
		}
		down := make(chan error, 1)
		go func() { down <- pipe("server", upstream, client) }()
		up := pipe("client", client, upstream)
		proxied <- errors.Join(up, <-down, client.Close(), upstream.Close())
	}))
	defer proxy.Close()

	s, conn, err := wsstream.Dial(ctx, proxy.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	hello := streams.FromSlice([]wsstream.Message{wsstream.Text("hello")})
	if err := hello.PipeTo(ctx, conn.Writable, streams.PreventClose()); err != nil {
		fmt.Println(err)
	}
	for m, err := range conn.Readable.Values(ctx, streams.PreventCancel()) {
		fmt.Println("echo:", m, err)
		break
	}
	if err := s.Close(wsstream.CloseInfo{Code: 4000, Reason: "bye"}); err != nil {
		fmt.Println(err)
	}
	info, err := s.Closed(ctx)
	fmt.Println("closed:", info, err)
	fmt.Println("proxy:", <-proxied)
	// Output:
	// client: text "hello"
	// server: text "hello"
	// echo: hello <nil>
	// client: close "\x0f\xa0bye"
	// server: close "\x0f\xa0bye"
	// closed: 4000 "bye" <nil>
	// proxy: <nil>
}

// From messages to frames, to bytes, and back: here in a recording in memory.
func ExampleReadFrames() {
	ctx := context.Background()
	var recording bytes.Buffer
	messages := streams.FromSlice([]wsstream.Message{wsstream.Text("a longer text"), wsstream.Binary([]byte{1, 2})})
	frames := streams.PipeThrough(messages, wsstream.FragmentMessages(6))
	if err := frames.PipeTo(ctx, wsstream.WriteFrames(&recording, nil)); err != nil {
		fmt.Println(err)
		return
	}
	err := wsstream.ReadFrames(&recording, nil).ForEach(ctx, func(f wsstream.Frame) error {
		fmt.Printf("%v %t %q\n", f.OpCode, f.Fin, f.Payload)
		return nil
	})
	fmt.Println(err)
	// Output:
	// text false "a long"
	// continuation false "er tex"
	// continuation true "t"
	// binary true "\x01\x02"
	// <nil>
}

// A ping overtakes what is queued.
func ExampleFrameWriter() {
	ctx := context.Background()
	var wire bytes.Buffer
	w := wsstream.NewFrameWriter(&wire, &wsstream.FrameOptions{Role: wsstream.ClientRole})
	ping := wsstream.Frame{Fin: true, OpCode: wsstream.OpPing, Payload: []byte("there?")}
	if err := w.WriteControl(ctx, ping); err != nil {
		fmt.Println(err)
	}
	bye, err := wsstream.CloseFrame(wsstream.CloseInfo{Code: wsstream.StatusGoingAway})
	if err != nil {
		fmt.Println(err)
	}
	if err := streams.FromSlice([]wsstream.Frame{bye}).PipeTo(ctx, w.Writable()); err != nil {
		fmt.Println(err)
	}
	frames, err := wsstream.ReadFrames(&wire, &wsstream.FrameOptions{Role: wsstream.ServerRole}).Collect(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(frames[0].OpCode, frames[1].OpCode)
	fmt.Println(frames[1].CloseInfo())
	// Output:
	// ping close
	// 1001 <nil>
}

// Frames become messages; what came between them is seen in its place.
func ExampleAssembleMessages() {
	frames := streams.FromSlice([]wsstream.Frame{
		{OpCode: wsstream.OpText, Payload: []byte("hel")},
		{Fin: true, OpCode: wsstream.OpPing, Payload: []byte("there?")},
		{Fin: true, Payload: []byte("lo")},
		{Fin: true, OpCode: wsstream.OpText, Payload: []byte("\xff")},
	})
	messages := streams.PipeThrough(frames, wsstream.AssembleMessages(&wsstream.AssembleOptions{
		Control: func(_ context.Context, f wsstream.Frame) error {
			fmt.Printf("%v %q\n", f.OpCode, f.Payload)
			return nil
		},
	}))
	err := messages.ForEach(context.Background(), func(m wsstream.Message) error {
		fmt.Println(m)
		return nil
	})
	if bad, ok := errors.AsType[*wsstream.FrameError](err); ok {
		fmt.Println(bad.Code, err)
	}
	// Output:
	// ping "there?"
	// hello
	// 1007 wsstream: invalid UTF-8 in a text message
}

// What was sent with permessage-deflate: the example of RFC 7692, section 7.2.3.1.
func ExampleInflateFrames() {
	compressed := streams.FromSlice([]wsstream.Frame{
		{Fin: true, Rsv: wsstream.Rsv1, OpCode: wsstream.OpText, Payload: []byte("\xf2\x48\xcd\xc9\xc9\x07\x00")},
	})
	frames := streams.PipeThrough(compressed, wsstream.InflateFrames(nil))
	err := frames.ForEach(context.Background(), func(f wsstream.Frame) error {
		fmt.Printf("%v %q\n", f.OpCode, f.Payload)
		return nil
	})
	fmt.Println(err)
	// Output:
	// text "Hello"
	// <nil>
}

// A proxy that does not pass on bad text.
func ExampleCheckText() {
	frames := streams.FromSlice([]wsstream.Frame{
		{OpCode: wsstream.OpText, Payload: []byte("gr\xc3")}, // half a character, of which more may follow
		{Fin: true, Payload: []byte("n")},
	})
	err := streams.PipeThrough(frames, wsstream.CheckText()).ForEach(context.Background(), func(f wsstream.Frame) error {
		fmt.Printf("%q\n", f.Payload)
		return nil
	})
	fmt.Println(err)
	// Output:
	// "gr\xc3"
	// wsstream: invalid UTF-8 in a text message
}

// A Close frame may carry more codes than an application may send with Close.
func ExampleCloseFrame() {
	f, err := wsstream.CloseFrame(wsstream.CloseInfo{Code: wsstream.StatusServiceRestart, Reason: "back soon"})
	fmt.Printf("%v %q %v\n", f.OpCode, f.Payload, err)
	_, err = wsstream.CloseFrame(wsstream.CloseInfo{Code: wsstream.StatusAbnormalClosure})
	fmt.Println(err)
	// Output:
	// close "\x03\xf4back soon" <nil>
	// wsstream: status code may not be sent: 1006
}
