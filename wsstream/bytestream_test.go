package wsstream_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// streamed runs a test in a bubble with a server under test whose messages are streams.
func streamed(t *testing.T, test func(t *testing.T, s *wsstream.WebSocketStream, c *wsstream.Connection, peer *wstest.Peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewClient(t, b)
		accepted := goAccept(t.Context(), a, &wsstream.UpgradeOptions{Settings: wsstream.Settings{
			ByteStreams: true, MaxMessageSize: wsstream.Unlimited, Compression: &takeover,
		}})
		peer.Request("Sec-WebSocket-Extensions: permessage-deflate\r\n")
		peer.WantUpgrade()
		got := <-accepted
		if got.err != nil {
			t.Fatal(got.err)
		}
		c, err := got.stream.Opened(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		test(t, got.stream, c, peer)
	})
}

// nextMessage returns the next message, which must be of this type.
func nextMessage(t *testing.T, c *wsstream.Connection, kind wsstream.MessageType) *streams.ReadableByteStream {
	t.Helper()
	m, err := c.NextMessage(t.Context())
	if err != nil || m.Type != kind {
		t.Fatalf("NextMessage returns %v, %v, want a %v message", m, err, kind)
	}
	return m.Body
}

// wantBody reads the whole of a message.
func wantBody(t *testing.T, body *streams.ReadableByteStream, want string) {
	t.Helper()
	var got bytes.Buffer
	if err := body.ForEach(t.Context(), func(p []byte) error { got.Write(p); return nil }); err != nil || got.String() != want {
		t.Errorf("the body is %q, %v, want %q", got.String(), err, want)
	}
}

func TestMessagesAsByteStreams(t *testing.T) {
	streamed(t, func(t *testing.T, s *wsstream.WebSocketStream, c *wsstream.Connection, peer *wstest.Peer) {
		if !c.Readable.Locked() {
			t.Error("Readable is not locked")
		}
		sending := goDo(func() error {
			_, err := peer.Conn.Write(peer.Bytes(
				wstest.First(wstest.Text, "gr\xc3"), wstest.More("\xbc\xc3\x9f"), wstest.Last("e"),
				wstest.Whole(wstest.Binary, ""),
				compressed(true, wstest.Text, "\xf2\x48\xcd\xc9\xc9\x07\x00"),
				wstest.Whole(wstest.Binary, "the end")))
			return err
		})
		wantBody(t, nextMessage(t, c, wsstream.TextMessage), "grüße")
		wantBody(t, nextMessage(t, c, wsstream.BinaryMessage), "")
		wantBody(t, nextMessage(t, c, wsstream.TextMessage), "Hello")
		wantBody(t, nextMessage(t, c, wsstream.BinaryMessage), "the end")
		if err := <-sending; err != nil {
			t.Fatal(err)
		}
		next := goDo(func() error { _, err := c.NextMessage(t.Context()); return err })
		peer.Send(wstest.CloseFrame(1000, "bye"))
		peer.WantClose(1000, "bye")
		peer.Drop()
		if err := <-next; !errors.Is(err, io.EOF) {
			t.Errorf("at the end NextMessage returns %v", err)
		}
		if info, err := s.Closed(t.Context()); err != nil || info.Code != 1000 {
			t.Errorf("Closed returns %v, %v", info, err)
		}
		if _, err := c.NextMessage(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("after the end NextMessage returns %v", err)
		}
	})
}

// A message is read into the buffer of a BYOB reader, as it comes, and no further than that.
func TestAMessageIsReadOnDemand(t *testing.T) {
	streamed(t, func(t *testing.T, _ *wsstream.WebSocketStream, c *wsstream.Connection, peer *wstest.Peer) {
		go func() {
			_, _ = peer.Conn.Write(peer.Bytes(wstest.Frame{Op: wstest.Binary, Payload: []byte("first"), Length: 1 << 40}))
		}()
		reader, err := nextMessage(t, c, wsstream.BinaryMessage).GetBYOBReader()
		if err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 3)
		for _, want := range []string{"fir", "st"} {
			if n, err := reader.Read(t.Context(), p); err != nil || string(p[:n]) != want {
				t.Errorf("read %q, %v", p[:n], err)
			}
		}
		reading := goDo(func() error { _, err := reader.Read(t.Context(), make([]byte, 10)); return err })
		synctest.Wait()
		peer.Drop()
		if err, ok := errors.AsType[*wsstream.WebSocketError](<-reading); !ok || err.Code != 1006 {
			t.Errorf("the body ends with %v", err)
		}
	})
}

func TestTheRestOfACancelledMessageIsDropped(t *testing.T) {
	streamed(t, func(t *testing.T, _ *wsstream.WebSocketStream, c *wsstream.Connection, peer *wstest.Peer) {
		sending := goDo(func() error {
			_, err := peer.Conn.Write(peer.Bytes(wstest.First(wstest.Binary, strings.Repeat("a", 100_000)), wstest.Last("b"), wstest.Whole(wstest.Text, "next")))
			return err
		})
		body := nextMessage(t, c, wsstream.BinaryMessage)
		if err := body.Cancel(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		wantBody(t, nextMessage(t, c, wsstream.TextMessage), "next")
		if err := <-sending; err != nil {
			t.Error(err)
		}
	})
}

func TestAContextThatEndsLosesNoMessage(t *testing.T) {
	streamed(t, func(t *testing.T, _ *wsstream.WebSocketStream, c *wsstream.Connection, peer *wstest.Peer) {
		ctx, cancel := context.WithCancel(t.Context())
		waiting := goDo(func() error { _, err := c.NextMessage(ctx); return err })
		synctest.Wait()
		cancel()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("NextMessage returns %v", err)
		}
		peer.Send(wstest.Whole(wstest.Text, "here"))
		body := nextMessage(t, c, wsstream.TextMessage)
		if _, err := c.NextMessage(ctx); !errors.Is(err, context.Canceled) { // the one before has not been read
			t.Errorf("NextMessage returns %v", err)
		}
		wantBody(t, body, "here")
	})
}

func TestACloseInTheMiddleOfAMessage(t *testing.T) {
	streamed(t, func(t *testing.T, s *wsstream.WebSocketStream, c *wsstream.Connection, peer *wstest.Peer) {
		go func() { _, _ = peer.Conn.Write(peer.Bytes(wstest.First(wstest.Binary, "begun"))) }()
		body := nextMessage(t, c, wsstream.BinaryMessage)
		if err := s.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		peer.WantClose(1000, "")
		peer.Send(wstest.Last("late"), wstest.CloseFrame(1000, ""))
		peer.Drop()
		if _, err := s.Closed(t.Context()); err != nil {
			t.Errorf("Closed returns %v", err)
		}
		if err := body.ForEach(t.Context(), func([]byte) error { return nil }); !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("the body ends with %v", err)
		}
	})
}

func TestAMessageIsWrittenInPieces(t *testing.T) {
	streamed(t, func(t *testing.T, _ *wsstream.WebSocketStream, c *wsstream.Connection, peer *wstest.Peer) {
		message, err := c.NewMessage(t.Context(), wsstream.TextMessage)
		if err != nil {
			t.Fatal(err)
		}
		writer, err := message.GetWriter()
		if err != nil {
			t.Fatal(err)
		}
		whole, err := c.Writable.GetWriter()
		if err != nil {
			t.Fatal(err)
		}
		behind := whole.WriteAsync(wsstream.Text("behind"))
		go func() { _ = writer.Write(t.Context(), []byte("gr\xc3")) }()
		if f := peer.Read(); f.Fin || f.Op != wstest.Text || string(f.Payload) != "gr\xc3" {
			t.Errorf("got %v", f)
		}
		reading := goDo(func() error { _, err := c.NextMessage(t.Context()); return err })
		peer.Send(wstest.Whole(wstest.Ping, "p"))
		peer.Want(wstest.Pong, "p")
		closing := goDo(func() error {
			return errors.Join(writer.Write(t.Context(), []byte("\xbc\xc3\x9fe")), writer.Close(t.Context()))
		})
		if f := peer.Read(); f.Fin || f.Op != wstest.Continuation || string(f.Payload) != "\xbc\xc3\x9fe" {
			t.Errorf("got %v", f)
		}
		peer.Want(wstest.Continuation, "")
		peer.Want(wstest.Text, "behind")
		if err := errors.Join(<-closing, behind.Wait(t.Context())); err != nil {
			t.Error(err)
		}
		peer.Drop()
		if err := <-reading; err == nil {
			t.Error("a message from nobody")
		}
	})
}

func TestTextInPiecesIsChecked(t *testing.T) {
	for name, chunks := range map[string][]string{"wrong": {"a", "\xc3("}, "half a character": {"\xc3"}} {
		t.Run(name, func(t *testing.T) {
			streamed(t, func(t *testing.T, s *wsstream.WebSocketStream, c *wsstream.Connection, peer *wstest.Peer) {
				message, err := c.NewMessage(t.Context(), wsstream.TextMessage)
				if err != nil {
					t.Fatal(err)
				}
				piping := goDo(func() error {
					var list [][]byte
					for _, chunk := range chunks {
						list = append(list, []byte(chunk))
					}
					return streams.FromSlice(list).PipeTo(t.Context(), message)
				})
				f := peer.Read()
				for f.Op != wstest.Close {
					f = peer.Read()
				}
				peer.Send(wstest.CloseFrame(0, ""))
				peer.Drop()
				if err := <-piping; !errors.Is(err, wsstream.ErrMessage) {
					t.Errorf("PipeTo returns %v", err)
				}
				if _, err := s.Closed(t.Context()); err != nil {
					t.Errorf("Closed returns %v", err)
				}
			})
		})
	}
}

func TestByteStreamsAreASetting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		e := newServer(t, a, b, nil)
		_, err := e.conn.NextMessage(t.Context())
		_, err2 := e.conn.NewMessage(t.Context(), wsstream.TextMessage)
		if !errors.Is(err, wsstream.ErrByteStreams) || !errors.Is(err2, wsstream.ErrByteStreams) {
			t.Errorf("they return %v and %v", err, err2)
		}
	})
}

// A message goes there and back through an echo server that never holds more than a piece of it.
func TestALargeMessageIsEchoedInPieces(t *testing.T) {
	clientSocket, serverSocket := wstest.TCP(t)
	s := wsstream.Settings{ByteStreams: true, MaxMessageSize: wsstream.Unlimited}
	accepted := goAccept(t.Context(), serverSocket, &wsstream.UpgradeOptions{Settings: s})
	stream, client, err := wsstream.Dial(t.Context(), "ws://example.com/", &wsstream.Options{NetDial: wstest.DialTo(clientSocket), Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	server, err := (<-accepted).stream.Opened(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	echoing := goDo(func() error {
		m, err := server.NextMessage(t.Context())
		if err != nil {
			return err
		}
		back, err := server.NewMessage(t.Context(), m.Type)
		if err != nil {
			return err
		}
		return m.Body.PipeTo(t.Context(), back)
	})
	const size = 32 << 20
	data := make([]byte, size)
	r := rand.New(rand.NewPCG(1, 2))
	for i := 0; i < size; i += 1000 {
		data[i] = byte(r.Uint32())
	}
	message, err := client.NewMessage(t.Context(), wsstream.BinaryMessage)
	if err != nil {
		t.Fatal(err)
	}
	sending := goDo(func() error {
		return streams.FromReader(bytes.NewReader(data)).PipeTo(t.Context(), message)
	})
	got, err := io.ReadAll(nextMessage(t, client, wsstream.BinaryMessage).Reader(t.Context()))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
	if err := errors.Join(<-sending, <-echoing, stream.Close(wsstream.CloseInfo{Code: 1000})); err != nil {
		t.Error(err)
	}
	next := goDo(func() error { _, err := server.NextMessage(t.Context()); return err })
	if _, err := stream.Closed(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-next; !errors.Is(err, io.EOF) {
		t.Errorf("NextMessage returns %v", err)
	}
}
