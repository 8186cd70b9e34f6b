package wsstream_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gobwas/ws"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestMessagesAreRead(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 5000) // more than is believed of a header, and than a buffer holds
	cases := map[string]struct {
		frames []wstest.Frame
		want   wsstream.Message
	}{
		"text":         {[]wstest.Frame{wstest.Whole(wstest.Text, "grüß dich")}, wsstream.Text("grüß dich")},
		"binary":       {[]wstest.Frame{wstest.Whole(wstest.Binary, "\xff\x00")}, wsstream.Binary([]byte("\xff\x00"))},
		"empty text":   {[]wstest.Frame{wstest.Whole(wstest.Text, "")}, wsstream.Text("")},
		"empty binary": {[]wstest.Frame{wstest.Whole(wstest.Binary, "")}, wsstream.Binary(nil)},
		"126 bytes":    {[]wstest.Frame{wstest.Whole(wstest.Text, long[:126])}, wsstream.Text(long[:126])},
		"65536 bytes":  {[]wstest.Frame{wstest.Whole(wstest.Text, long[:65536])}, wsstream.Text(long[:65536])},
		"80000 bytes":  {[]wstest.Frame{wstest.Whole(wstest.Binary, long)}, wsstream.Binary([]byte(long))},
		"fragments": {
			[]wstest.Frame{wstest.First(wstest.Text, "ab"), wstest.More("cd"), wstest.Last("ef")},
			wsstream.Text("abcdef"),
		},
		"large fragments": {
			[]wstest.Frame{wstest.First(wstest.Binary, long), wstest.More(long), wstest.Last(long)},
			wsstream.Binary([]byte(long + long + long)),
		},
		"empty fragments": {
			[]wstest.Frame{wstest.First(wstest.Text, ""), wstest.More(""), wstest.More("x"), wstest.Last("")},
			wsstream.Text("x"),
		},
		"character over fragments": {
			[]wstest.Frame{wstest.First(wstest.Text, "\xf0\x9f"), wstest.More("\x98"), wstest.Last("\x80")},
			wsstream.Text("😀"),
		},
		"pong between": {
			[]wstest.Frame{wstest.First(wstest.Text, "a"), wstest.Whole(wstest.Pong, "unasked"), wstest.Last("b")},
			wsstream.Text("ab"),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachRole(t, limits{}, func(_ *testing.T, e *end) {
				e.peer.Send(c.frames...)
				e.wantMessage(c.want)
				e.peer.Drop()
				e.wantAbnormalEnd()
			})
		})
	}
}

func TestMessagesAreReadByteByByte(t *testing.T) {
	eachRole(t, limits{}, func(_ *testing.T, e *end) {
		for _, b := range e.peer.Bytes(wstest.First(wstest.Text, "grü"), wstest.Last("ß")) {
			e.peer.SendRaw(string([]byte{b}))
		}
		e.wantMessage(wsstream.Text("grüß"))
	})
}

func TestPingsAreAnsweredBetweenFragments(t *testing.T) {
	eachRole(t, limits{}, func(_ *testing.T, e *end) {
		e.peer.Send(wstest.First(wstest.Text, "a"), wstest.Whole(wstest.Ping, "one"))
		e.peer.Want(wstest.Pong, "one")
		e.peer.Send(wstest.Whole(wstest.Ping, ""), wstest.Last("b"))
		e.peer.Want(wstest.Pong, "")
		e.wantMessage(wsstream.Text("ab"))
	})
}

func TestEveryPingOfSomeIsAnsweredInOrder(t *testing.T) {
	eachRole(t, limits{}, func(_ *testing.T, e *end) {
		var pings []wstest.Frame
		for _, payload := range "0123456789" {
			pings = append(pings, wstest.Whole(wstest.Ping, string(payload)))
		}
		e.peer.Send(pings...)
		for _, payload := range "0123456789" {
			e.peer.Want(wstest.Pong, string(payload))
		}
	})
}

func TestAFloodOfPingsKeepsTheLatest(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		// Nothing reads the answers meanwhile: the first are stuck, and the others wait for them. Each are 16 at most.
		for range 1000 {
			e.peer.Send(wstest.Whole(wstest.Ping, "old"))
		}
		e.peer.Send(wstest.Whole(wstest.Ping, "latest"))
		for n := 1; ; n++ {
			f := e.peer.Read()
			if f.Op != wstest.Pong || n > 32 {
				t.Fatalf("frame %d is %v", n, f)
			}
			if string(f.Payload) == "latest" {
				break
			}
		}
	})
}

func TestPongsDoNotHoldUpReading(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		write := goDo(func() error { return e.writer.WriteAsync(wsstream.Text("stuck")).Wait(t.Context()) })
		synctest.Wait() // the peer reads nothing, so the write is stuck
		e.peer.Send(wstest.Whole(wstest.Ping, "p"), wstest.Whole(wstest.Text, "read all the same"))
		e.wantMessage(wsstream.Text("read all the same"))
		e.peer.Want(wstest.Text, "stuck")
		if err := <-write; err != nil {
			t.Fatal(err)
		}
		e.peer.Want(wstest.Pong, "p")
	})
}

func TestMessagesAreWritten(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 4000, 65535, 65536, 70_000, 300_000} {
		eachRole(t, limits{}, func(t *testing.T, e *end) {
			data := bytes.Repeat([]byte("0123456"), size/7+1)[:size]
			before := bytes.Clone(data)
			for _, m := range []wsstream.Message{wsstream.Binary(data), {Type: wsstream.TextMessage, Data: data}} {
				write := goDo(func() error { return e.writer.WriteAsync(m).Wait(t.Context()) })
				op := byte(wstest.Binary)
				if m.Type == wsstream.TextMessage {
					op = wstest.Text
				}
				f := e.peer.Read()
				if !f.Fin || f.Op != op || !bytes.Equal(f.Payload, before) {
					t.Fatalf("got %v for %d bytes", f, size)
				}
				if minimal := (wstest.Frame{Payload: f.Payload}).Bytes(); lengthBytes(minimal[1]) != f.LengthBytes {
					t.Errorf("the length of %d bytes takes %d", size, f.LengthBytes)
				}
				if err := <-write; err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(data, before) {
					t.Fatal("the data of the caller has changed")
				}
			}
		})
	}
}

func lengthBytes(b byte) int {
	switch b & 0x7f {
	case 126:
		return 2
	case 127:
		return 8
	default:
		return 1
	}
}

func TestMasksDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		e := newClient(t, a, b, nil)
		seen := map[[4]byte]bool{}
		for range 20 {
			e.writer.WriteAsync(wsstream.Text("same"))
			seen[e.peer.Read().Mask] = true
		}
		if len(seen) < 19 {
			t.Errorf("%d masks for 20 frames", len(seen))
		}
	})
}

func TestSmallFramesAreOneWrite(t *testing.T) {
	for _, size := range []int{1, 128, 4096, 64 << 10} {
		eachRole(t, limits{}, func(t *testing.T, e *end) {
			e.writer.WriteAsync(wsstream.Binary(make([]byte, size)))
			// A read of a pipe returns at most what one write has.
			buf := make([]byte, size+100)
			n, err := e.peer.Conn.Read(buf)
			if err != nil || n < size+2 {
				t.Errorf("first read has %d bytes of a frame of %d (%v)", n, size, err)
			}
		})
	}
}

func TestUnsendableMessages(t *testing.T) {
	cases := map[string]wsstream.Message{
		"no type":      {Data: []byte("x")},
		"bad type":     {Type: 3},
		"invalid text": {Type: wsstream.TextMessage, Data: []byte("\xff")},
	}
	for name, m := range cases {
		t.Run(name, func(t *testing.T) {
			eachRole(t, limits{}, func(t *testing.T, e *end) {
				if err := e.writer.WriteAsync(m).Wait(t.Context()); !errors.Is(err, wsstream.ErrMessage) {
					t.Errorf("write returns %v", err)
				}
				e.peer.Send(wstest.Whole(wstest.Text, "still open"))
				e.wantMessage(wsstream.Text("still open"))
			})
		})
	}
}

func TestMessageTypesHaveNames(t *testing.T) {
	for got, want := range map[wsstream.MessageType]string{
		wsstream.TextMessage: "text", wsstream.BinaryMessage: "binary", 9: "MessageType(9)",
	} {
		if got.String() != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Messages of one size that are released, by the reader or when they have been sent back, take no new memory.
func TestReleasedMemoryIsUsedAgain(t *testing.T) {
	const n, size = 100, 50_000
	for name, settings := range map[string]wsstream.Settings{"read": {}, "echoed": {ReleaseWritten: true}} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := wstest.TCP(t)
			peer := wstest.NewServer(t, theirs)
			s, err := wsstream.New("ws://example.com/", &wsstream.Options{NetDial: wstest.DialTo(ours), Settings: settings})
			if err != nil {
				t.Fatal(err)
			}
			peer.Open()
			c, err := s.Opened(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if settings.ReleaseWritten {
				go func() { _ = c.Readable.PipeTo(context.Background(), c.Writable) }() // until the socket is closed
			}
			var wires [2][]byte
			for i, text := range []string{"abc", "xyz"} {
				wires[i] = wstest.Whole(wstest.Binary, strings.Repeat(text, size)[:size]).Bytes()
			}
			back := make([]byte, len(wires[0])+4) // with a mask
			var before, after runtime.MemStats
			for i := range 2 * n {
				if i == n {
					runtime.ReadMemStats(&before)
				}
				wire := wires[i%2]
				if _, err := theirs.Write(wire); err != nil {
					t.Fatal(err)
				}
				payload := wire[4:]
				if settings.ReleaseWritten {
					if _, err := io.ReadFull(theirs, back); err != nil {
						t.Fatal(err)
					}
					ws.Cipher(back[8:], [4]byte(back[4:]), 0)
					if !bytes.Equal(back[8:], payload) {
						t.Fatalf("message %d came back as another", i)
					}
					continue
				}
				reader, err := c.Readable.GetReader()
				if err != nil {
					t.Fatal(err)
				}
				got, err := reader.Read(t.Context())
				reader.ReleaseLock()
				if err != nil || !bytes.Equal(got.Data, payload) {
					t.Fatalf("message %d is another (%v)", i, err)
				}
				got.Release()
			}
			runtime.ReadMemStats(&after)
			// Under the race detector a sync.Pool drops some of what it is given.
			if each := (after.TotalAlloc - before.TotalAlloc) / n; each >= size {
				t.Errorf("%d bytes allocated for each message of %d", each, size)
			}
			_ = ours.Close()
		})
	}
}
