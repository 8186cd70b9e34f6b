package wsstream_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// compressed is a frame that begins a compressed message.
func compressed(fin bool, op byte, payload string) wstest.Frame {
	return wstest.Frame{Fin: fin, Rsv: 4, Op: op, Payload: []byte(payload)}
}

// takeover lets both directions refer back, in the largest window.
var takeover = wsstream.Compression{SendTakeover: true, ReceiveTakeover: true, SendWindowBits: 15, Threshold: 1}

// eachCompressedRole runs a test for a server and for a client under test with this compression, to which the peer
// agrees with these parameters.
func eachCompressedRole(t *testing.T, s wsstream.Settings, params string, test func(t *testing.T, e *end)) {
	t.Helper()
	header := "Sec-WebSocket-Extensions: permessage-deflate" + params + "\r\n"
	t.Run("server", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, b := wstest.Pipe()
			peer := wstest.NewClient(t, b)
			accepted := goAccept(t.Context(), a, &wsstream.UpgradeOptions{Settings: s})
			peer.Request(header)
			peer.WantUpgrade()
			got := <-accepted
			if got.err != nil {
				t.Fatal(got.err)
			}
			test(t, newEnd(t, got.stream, peer))
		})
	})
	t.Run("client", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, b := wstest.Pipe()
			peer := wstest.NewServer(t, b)
			stream, err := wsstream.New("ws://example.com/", &wsstream.Options{NetDial: wstest.DialTo(a), Settings: s})
			if err != nil {
				t.Fatal(err)
			}
			peer.Agree(peer.WantRequest(), header)
			test(t, newEnd(t, stream, peer))
		})
	})
}

func withCompression(c wsstream.Compression) wsstream.Settings {
	return wsstream.Settings{Compression: &c}
}

func TestCompressionIsNegotiated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewClient(t, b)
		accepted := goAccept(t.Context(), a, &wsstream.UpgradeOptions{Settings: withCompression(wsstream.Compression{})})
		peer.Request("Sec-WebSocket-Extensions: foo\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")
		resp := peer.WantUpgrade()
		const want = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
		if got := resp.Header.Get("Sec-Websocket-Extensions"); got != want {
			t.Errorf("the response says %q", got)
		}
		e := newEnd(t, (<-accepted).stream, peer)
		if e.conn.Extensions != want {
			t.Errorf("Extensions is %q", e.conn.Extensions)
		}
	})
}

func TestCompressionIsOffByDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewClient(t, b)
		accepted := goAccept(t.Context(), a, nil)
		peer.Request("Sec-WebSocket-Extensions: permessage-deflate\r\n")
		if got := peer.WantUpgrade().Header.Get("Sec-Websocket-Extensions"); got != "" {
			t.Errorf("the response says %q", got)
		}
		e := newEnd(t, (<-accepted).stream, peer)
		peer.Send(compressed(true, wstest.Text, "\xf2\x48\xcd\xc9\xc9\x07\x00"))
		peer.WantCloseCode(1002)
		e.peer.Drop()
		e.wantAbnormalEnd()
	})
}

func TestAClientRefusesExtensionsThatDoNotFit(t *testing.T) {
	for _, answer := range []string{"foo", "permessage-deflate; server_max_window_bits=16", "permessage-deflate; =", "permessage-deflate, permessage-deflate"} {
		synctest.Test(t, func(t *testing.T) {
			a, b := wstest.Pipe()
			peer := wstest.NewServer(t, b)
			stream, err := wsstream.New("ws://example.com/", &wsstream.Options{NetDial: wstest.DialTo(a), Settings: withCompression(takeover)})
			if err != nil {
				t.Fatal(err)
			}
			peer.Agree(peer.WantRequest(), "Sec-WebSocket-Extensions: "+answer+"\r\n")
			if _, err := stream.Opened(t.Context()); !errors.Is(err, wsstream.ErrExtensions) {
				t.Errorf("%s: Opened returns %v", answer, err)
			}
		})
	}
}

func TestAServerRefusesAMalformedOffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewClient(t, b)
		accepted := goAccept(t.Context(), a, nil)
		peer.Request("Sec-WebSocket-Extensions: permessage-deflate;\r\n")
		if got := peer.Response().StatusCode; got != 400 {
			t.Errorf("answers %d", got)
		}
		b.Close()
		if got := <-accepted; !errors.Is(got.err, wsstream.ErrExtensions) {
			t.Errorf("Accept returns %v", got.err)
		}
	})
}

// The examples of RFC 7692, section 7.2.3, and more.
func TestCompressedMessagesAreRead(t *testing.T) {
	hello := "\xf2\x48\xcd\xc9\xc9\x07\x00"
	for name, c := range map[string]struct {
		frames []wstest.Frame
		want   []string
	}{
		"one frame":     {[]wstest.Frame{compressed(true, wstest.Text, hello)}, []string{"Hello"}},
		"two fragments": {[]wstest.Frame{compressed(false, wstest.Text, hello[:3]), wstest.Last(hello[3:])}, []string{"Hello"}},
		"a shared window": {
			[]wstest.Frame{compressed(true, wstest.Text, hello), compressed(true, wstest.Text, "\xf2\x00\x11\x00\x00")},
			[]string{"Hello", "Hello"},
		},
		"a plain message between": {
			[]wstest.Frame{compressed(true, wstest.Text, hello), wstest.Whole(wstest.Text, "plain"), compressed(true, wstest.Text, "\xf2\x00\x11\x00\x00")},
			[]string{"Hello", "plain", "Hello"},
		},
		"not compressed": {[]wstest.Frame{compressed(true, wstest.Text, "\x00\x05\x00\xfa\xffHello\x00")}, []string{"Hello"}},
		"a last block":   {[]wstest.Frame{compressed(true, wstest.Text, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00")}, []string{"Hello"}},
		"two blocks":     {[]wstest.Frame{compressed(true, wstest.Text, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00")}, []string{"Hello"}},
		"a last block, and a reference behind it": {
			[]wstest.Frame{compressed(true, wstest.Text, "\xf3\x48\xcd\xc9\xc9\x07\x00"+"\xf2\x00\x11\x00\x00")}, []string{"HelloHello"},
		},
		"empty":            {[]wstest.Frame{compressed(true, wstest.Text, "\x00")}, []string{""}},
		"empty fragments":  {[]wstest.Frame{compressed(false, wstest.Text, ""), wstest.More(hello), wstest.Last("")}, []string{"Hello"}},
		"many fragments":   {[]wstest.Frame{compressed(false, wstest.Text, hello[:1]), wstest.More(hello[1:2]), wstest.More(hello[2:5]), wstest.Last(hello[5:])}, []string{"Hello"}},
		"plain fragments":  {[]wstest.Frame{wstest.First(wstest.Text, "He"), wstest.Last("llo")}, []string{"Hello"}},
		"compressed twice": {[]wstest.Frame{compressed(true, wstest.Text, hello), compressed(true, wstest.Text, hello)}, []string{"Hello", "Hello"}},
	} {
		t.Run(name, func(t *testing.T) {
			eachCompressedRole(t, withCompression(takeover), "", func(t *testing.T, e *end) {
				sent := goDo(func() error {
					_, err := e.peer.Conn.Write(e.peer.Bytes(c.frames...))
					return err
				})
				for _, want := range c.want {
					e.wantMessage(wsstream.Text(want))
				}
				if err := <-sent; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestPingsBetweenCompressedFragmentsAreAnswered(t *testing.T) {
	eachCompressedRole(t, withCompression(takeover), "", func(t *testing.T, e *end) {
		e.peer.Send(compressed(false, wstest.Text, "\xf2\x48"), wstest.Whole(wstest.Ping, "p"))
		e.peer.Want(wstest.Pong, "p")
		e.peer.Send(wstest.Last("\xcd\xc9\xc9\x07\x00"))
		e.wantMessage(wsstream.Text("Hello"))
	})
}

func TestCompressionViolations(t *testing.T) {
	hello := "\xf2\x48\xcd\xc9\xc9\x07\x00"
	for name, c := range map[string]struct {
		frames []wstest.Frame
		code   uint16
		cause  error
	}{
		"RSV1 on a continuation": {[]wstest.Frame{compressed(false, wstest.Text, hello[:2]), compressed(true, wstest.Continuation, hello[2:])}, 1002, wsstream.ErrProtocol},
		"RSV1 on a ping":         {[]wstest.Frame{compressed(true, wstest.Ping, "")}, 1002, wsstream.ErrProtocol},
		"RSV2":                   {[]wstest.Frame{{Fin: true, Rsv: 2, Op: wstest.Text}}, 1002, wsstream.ErrProtocol},
		"RSV1 and RSV3":          {[]wstest.Frame{{Fin: true, Rsv: 5, Op: wstest.Text}}, 1002, wsstream.ErrProtocol},
		"the reserved block":     {[]wstest.Frame{compressed(true, wstest.Text, "\x07")}, 1007, wsstream.ErrCompression},
		"a block cut short":      {[]wstest.Frame{compressed(true, wstest.Binary, "\x00\xff\x00\x00\xffHello")}, 1007, wsstream.ErrCompression},
		"a reference to nothing": {[]wstest.Frame{compressed(true, wstest.Text, "\xf2\x00\x11\x00\x00")}, 1007, wsstream.ErrCompression},
		"last blocks for ever":   {[]wstest.Frame{compressed(true, wstest.Text, strings.Repeat("\x03\x00", 100))}, 1007, wsstream.ErrCompression},
		"no block at all":        {[]wstest.Frame{compressed(true, wstest.Text, "")}, 1007, wsstream.ErrCompression},
		"invalid UTF-8":          {[]wstest.Frame{compressed(true, wstest.Text, "\x00\x02\x00\xfd\xff\xc3(\x00")}, 1007, wsstream.ErrInvalidUTF8},
		"half a character":       {[]wstest.Frame{compressed(true, wstest.Text, "\x00\x01\x00\xfe\xff\xc3\x00")}, 1007, wsstream.ErrInvalidUTF8},
	} {
		t.Run(name, func(t *testing.T) {
			eachCompressedRole(t, withCompression(takeover), "", func(t *testing.T, e *end) {
				wantFailure(e, c.frames, c.code, c.cause)
			})
		})
	}
}

// prose returns n bytes of text with a good deal of repetition, near and far.
func prose(r *rand.Rand, n int) []byte {
	words := strings.Fields("stream water weir sluice flow of the and to a brook river back pressure gate mill pond channel")
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, "%s %d ", words[r.IntN(len(words))], r.IntN(300))
	}
	return b.Bytes()[:n]
}

// readMessage reads a message from the connection under test, and decompresses it if it is compressed.
func readMessage(t *testing.T, e *end, inflater *wstest.Inflater) []byte {
	t.Helper()
	first := e.peer.ReadReserved()
	payload, f := first.Payload, first
	for !f.Fin {
		f = e.peer.Read()
		payload = append(payload, f.Payload...)
	}
	if first.Rsv == 0 {
		return payload
	}
	message, err := inflater.Message(payload)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(message)
}

// What is sent can be decompressed with the window that was agreed, whatever that is.
func TestTheWindowIsKept(t *testing.T) {
	for bits := wsstream.MinWindowBits; bits <= wsstream.MaxWindowBits; bits++ {
		for _, withTakeover := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d takeover %t", bits, withTakeover), func(t *testing.T) {
				c := takeover
				c.SendTakeover = withTakeover
				params := fmt.Sprintf("; server_max_window_bits=%d; client_max_window_bits=%d", bits, bits)
				s := withCompression(c)
				s.Compression.ReceiveWindowBits = bits
				eachCompressedRole(t, s, params, func(t *testing.T, e *end) {
					r := rand.New(rand.NewPCG(1, uint64(bits)))
					inflater := wstest.NewInflater(bits, withTakeover)
					for _, size := range []int{1, 20, 100, 127, 128, 129, 300, 1000, 5000, 100, 40_000, 128, 70_000, 200, 200_000, 200} {
						m := prose(r, size)
						written := e.writer.WriteAsync(wsstream.Binary(m))
						if got := readMessage(t, e, inflater); !bytes.Equal(got, m) {
							t.Fatalf("a message of %d bytes came as one of %d", len(m), len(got))
						}
						if err := written.Wait(t.Context()); err != nil {
							t.Fatal(err)
						}
					}
				})
			})
		}
	}
}

func TestTakeoverMakesSimilarMessagesSmaller(t *testing.T) {
	eachCompressedRole(t, withCompression(takeover), "", func(t *testing.T, e *end) {
		m := prose(rand.New(rand.NewPCG(1, 2)), 1000)
		var sizes []int
		for range 2 {
			written := e.writer.WriteAsync(wsstream.Binary(m))
			sizes = append(sizes, len(e.peer.ReadReserved().Payload))
			if err := written.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if sizes[0] >= len(m) || sizes[1] > sizes[0]/10 {
			t.Errorf("1000 bytes take %d, then %d", sizes[0], sizes[1])
		}
	})
}

func TestWhatIsSentPlain(t *testing.T) {
	c := takeover
	c.Threshold = 100
	eachCompressedRole(t, withCompression(c), "", func(t *testing.T, e *end) {
		noise := make([]byte, 5000)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range noise {
			noise[i] = byte(r.Uint32())
		}
		for name, m := range map[string][]byte{"below the threshold": bytes.Repeat([]byte("a"), 99), "noise": noise} {
			for _, again := range []bool{false, true} { // what came as it is must not be referred to
				written := e.writer.WriteAsync(wsstream.Binary(m))
				if f := e.peer.ReadReserved(); f.Rsv != 0 || !bytes.Equal(f.Payload, m) {
					t.Errorf("%s, again %t: came as %.100v", name, again, f)
				}
				if err := written.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		m := bytes.Repeat([]byte("a"), 100)
		written := e.writer.WriteAsync(wsstream.Binary(m))
		if got := readMessage(t, e, wstest.NewInflater(15, true)); !bytes.Equal(got, m) {
			t.Errorf("came as %q", got)
		}
		if err := written.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// Both ends are ours, with every choice of terms.
func TestCompressionEndToEnd(t *testing.T) {
	for choice := range 64 {
		c := wsstream.Compression{SendTakeover: choice&1 != 0, ReceiveTakeover: choice&2 != 0, Threshold: 1}
		s := wsstream.Compression{SendTakeover: choice&4 != 0, ReceiveTakeover: choice&8 != 0, Threshold: 1}
		if choice&16 != 0 {
			c.SendWindowBits, c.ReceiveWindowBits = 8, 9
		}
		if choice&32 != 0 {
			s.SendWindowBits, s.ReceiveWindowBits = 9, 8
		}
		t.Run(fmt.Sprint(choice), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				accepted := goAccept(t.Context(), a, &wsstream.UpgradeOptions{Settings: withCompression(s)})
				stream, err := wsstream.New("ws://example.com/", &wsstream.Options{NetDial: wstest.DialTo(b), Settings: withCompression(c)})
				if err != nil {
					t.Fatal(err)
				}
				client := newEnd(t, stream, nil)
				server := newEnd(t, (<-accepted).stream, nil)
				if client.conn.Extensions == "" || client.conn.Extensions != server.conn.Extensions {
					t.Errorf("Extensions are %q and %q", client.conn.Extensions, server.conn.Extensions)
				}
				r := rand.New(rand.NewPCG(3, uint64(choice)))
				for _, size := range []int{0, 1, 200, 3000, 200, 100_000, 200} {
					for _, way := range [][2]*end{{client, server}, {server, client}} {
						m := wsstream.Text(string(prose(r, size)))
						written := way[0].writer.WriteAsync(m)
						way[1].wantMessage(m)
						if err := written.Wait(t.Context()); err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
					t.Fatal(err)
				}
				client.wantCleanEnd(1000, "")
				server.wantCleanEnd(1000, "")
			})
		})
	}
}
