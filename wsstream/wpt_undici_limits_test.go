package wsstream_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// compressedEnd returns a client with these settings, whose server has agreed to compress with parameters.
func compressedEnd(t *testing.T, settings wsstream.Settings, params string) *end {
	t.Helper()
	if settings.Compression == nil {
		settings.Compression = new(wsstream.Compression)
	}
	s, peer := connecting(t, &wsstream.Options{Settings: settings})
	peer.Agree(peer.WantRequest(), "Sec-WebSocket-Extensions: permessage-deflate"+params+"\r\n")
	return newEnd(t, s, peer)
}

// noTakeover are the parameters that the zero Compression needs.
const noTakeover = "; server_no_context_takeover; client_no_context_takeover"

// fragmentsOf returns a message of text in n fragments, the last of which has FIN set.
func fragmentsOf(first wstest.Frame, more wstest.Frame, n int) []wstest.Frame {
	first.Fin = false
	frames := []wstest.Frame{first}
	for range n - 1 {
		frames = append(frames, more)
	}
	frames[n-1].Fin = true
	return frames
}

// tooManyFragments makes a test of the limit of fragments: as many as it allows pass, and one more fails with 1008.
func tooManyFragments(first, more wstest.Frame) func(t *testing.T) {
	const limit = 5
	return inBubble(func(t *testing.T) {
		e := compressedEnd(t, wsstream.Settings{MaxFragments: limit}, noTakeover)
		e.peer.Send(fragmentsOf(first, more, limit)...)
		if _, err := e.reader.Read(t.Context()); err != nil {
			t.Errorf("%d fragments: %v", limit, err)
		}
		wantFailure(e, fragmentsOf(first, more, limit+1), 1008, wsstream.ErrMessageTooBig)
	})
}

func TestWPTUndiciStreamFragments(t *testing.T) {
	runWPT(t, "undici test/websocket/stream", map[string]func(t *testing.T){
		"too-many-fragments.js: Too many fragments triggers close 1008": tooManyFragments(wstest.First(wstest.Text, "a"), wstest.More("b")),
	})
}

func TestWPTUndiciLimits(t *testing.T) {
	compressed := wstest.Compressed(wstest.Text, "compressed")
	runWPT(t, undiciWebSocket, map[string]func(t *testing.T){
		"fragments.js: Too many fragments (uncompressed / compressed)": func(t *testing.T) {
			t.Run("uncompressed", tooManyFragments(wstest.First(wstest.Text, "a"), wstest.More("b")))
			t.Run("compressed", tooManyFragments(compressed, wstest.More("")))
		},
		"fragments.js: Too many empty fragments triggers close 1008": tooManyFragments(wstest.First(wstest.Text, ""), wstest.More("")),

		"permessage-deflate-*.js: limits, window bits, negotiation": func(t *testing.T) {
			t.Run("limits", inBubble(func(t *testing.T) {
				const limit = 1000
				e := compressedEnd(t, wsstream.Settings{MaxDecompressedSize: limit}, noTakeover)
				e.peer.Send(wstest.Compressed(wstest.Text, strings.Repeat("x", limit)))
				e.wantMessage(wsstream.Text(strings.Repeat("x", limit)))
				wantFailure(e, []wstest.Frame{wstest.Compressed(wstest.Text, strings.Repeat("x", limit+1))}, 1009, wsstream.ErrMessageTooBig)
			}))
			for name, params := range map[string]string{
				"window too small":     "; server_max_window_bits=7" + noTakeover,
				"window too large":     "; server_max_window_bits=16" + noTakeover,
				"window not a number":  "; server_max_window_bits=x" + noTakeover,
				"window without value": "; client_max_window_bits" + noTakeover,
				"unknown parameter":    "; unknown" + noTakeover,
				"a parameter twice":    noTakeover + "; client_no_context_takeover",
			} {
				t.Run(name, inBubble(func(t *testing.T) {
					s, peer := connecting(t, &wsstream.Options{Settings: wsstream.Settings{Compression: new(wsstream.Compression)}})
					peer.Agree(peer.WantRequest(), "Sec-WebSocket-Extensions: permessage-deflate"+params+"\r\n")
					if err := wantNotOpened(t, s); !errors.Is(err, wsstream.ErrExtensions) {
						t.Errorf("Opened returns %v", err)
					}
				}))
			}
			t.Run("negotiation", inBubble(func(t *testing.T) {
				e := compressedEnd(t, wsstream.Settings{}, noTakeover)
				if want := "permessage-deflate" + noTakeover; e.conn.Extensions != want {
					t.Errorf("the extensions are %q, want %q", e.conn.Extensions, want)
				}
				e.peer.Send(compressed)
				e.wantMessage(wsstream.Text("compressed"))
			}))
		},

		"ping-util.js: ping": inEachRole(func(t *testing.T, e *end) {
			pinged := goDo(func() error {
				_, err := e.stream.Ping(t.Context())
				return err
			})
			f := e.peer.Read()
			if !f.Fin || f.Op != wstest.Ping || len(f.Payload) > 125 {
				t.Errorf("sent is %v", f)
			}
			wantPending(t, "Ping", pinged)
			e.peer.Send(wstest.Whole(wstest.Pong, string(f.Payload)))
			if err := <-pinged; err != nil {
				t.Errorf("Ping returns %v", err)
			}
		}),
	})
}
