package wsstream_test

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

const undiciWebSocket = "undici test/websocket (WebSocket class; protocol level)"

// failing makes a test of frames that fail the connection with code on the wire, and cause for the application.
func failing(code uint16, cause error, frames ...wstest.Frame) func(t *testing.T) {
	return inEachRole(func(_ *testing.T, e *end) { wantFailure(e, frames, code, cause) })
}

// receiving makes a test of frames that are one message.
func receiving(want wsstream.Message, frames ...wstest.Frame) func(t *testing.T) {
	return inEachRole(func(_ *testing.T, e *end) {
		e.peer.Send(frames...)
		e.wantMessage(want)
	})
}

// pinged makes a test of frames that are one message with one ping among them, which is answered.
func pinged(payload string, want wsstream.Message, frames ...wstest.Frame) func(t *testing.T) {
	return inEachRole(func(_ *testing.T, e *end) {
		e.peer.Send(frames...)
		e.peer.Want(wstest.Pong, payload)
		e.wantMessage(want)
	})
}

// sending makes a test of messages that are one frame each.
func sending(messages ...wsstream.Message) func(t *testing.T) {
	return inEachRole(func(_ *testing.T, e *end) {
		for _, m := range messages {
			e.writer.WriteAsync(m)
			op := byte(wstest.Text)
			if m.Type == wsstream.BinaryMessage {
				op = wstest.Binary
			}
			e.peer.Want(op, m.String())
		}
	})
}

func TestWPTUndiciFrames(t *testing.T) {
	text := wsstream.Text
	first, more, last := wstest.First, wstest.More, wstest.Last
	runWPT(t, undiciWebSocket, map[string]func(t *testing.T){
		"client-received-masked-frame.js: Client fails the connection if receiving a masked frame": inBubble(func(t *testing.T) {
			s, peer := connecting(t, nil)
			peer.Open()
			e := newEnd(t, s, peer)
			f := wstest.Whole(wstest.Text, "masked")
			f.Masked = true
			e.peer.SendRaw(string(f.Bytes()[:6])) // the header: the payload is not waited for
			e.peer.WantCloseCode(1002)
			e.peer.WantEnd()
			e.wantAbnormalEnd()
		}),

		"continuation-frames.js: Receiving multiple continuation frames works as expected": receiving(
			text("hyper text"), first(wstest.Text, "hyper"), more(" te"), last("xt"),
		),
		"fragments.js: Fragmented frame with a ping frame in the middle of it": pinged(
			"ping", text("fragments"), first(wstest.Text, "frag"), wstest.Whole(wstest.Ping, "ping"), last("ments"),
		),
		"issue-2859.js: Fragmented frame with a ping frame in the first of it": pinged(
			"ping", text("fragments"), wstest.Whole(wstest.Ping, "ping"), first(wstest.Text, "frag"), last("ments"),
		),
		"fragments.js: Empty first fragment followed by non-empty continuation delivers the message": receiving(
			text("late"), first(wstest.Text, ""), last("late"),
		),
		"issue-3202.js: Receiving frame with payload length 0 works": receiving(text(""), wstest.Whole(wstest.Text, "")),
		"receive.js: Receiving an ArrayBuffer":                       receiving(wsstream.Binary([]byte("\xff\x00")), wstest.Whole(wstest.Binary, "\xff\x00")),

		"ping-pong.js: Receives ping and parses body": pinged(
			"body of the ping", text("m"), wstest.Whole(wstest.Ping, "body of the ping"), wstest.Whole(wstest.Text, "m"),
		),
		"ping-pong.js: Receives pong and parses body": receiving(
			text("m"), wstest.Whole(wstest.Pong, "body of the pong"), wstest.Whole(wstest.Text, "m"),
		),

		"receive.js: payload length > 2^31-1 bytes / 64-bit length with non-zero upper word": func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for _, length := range []uint64{1 << 31, 1 << 32, 1<<32 + 5, 1<<63 - 1} {
				failing(1009, wsstream.ErrMessageTooBig, wstest.Frame{Fin: true, Op: wstest.Binary, Length: length})(t)
			}
			for _, length := range []uint64{1 << 63, 1<<64 - 1} {
				failing(1002, wsstream.ErrProtocol, wstest.Frame{Fin: true, Op: wstest.Binary, Length: length})(t)
			}
			runtime.ReadMemStats(&after)
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 2<<20 {
				t.Errorf("%d bytes allocated for payloads that never came", grown)
			}
		},

		"permessage-deflate-limit.js: Raw uncompressed payload over limit is rejected": func(t *testing.T) {
			const limit = 1000
			part := strings.Repeat("x", limit/2)
			eachRole(t, limits{maxMessageSize: limit}, func(_ *testing.T, e *end) {
				e.peer.Send(wstest.Whole(wstest.Text, part+part))
				e.wantMessage(text(part + part))
				e.peer.Send(first(wstest.Text, part), last(part))
				e.wantMessage(text(part + part))
				wantFailure(e, []wstest.Frame{wstest.Whole(wstest.Text, part+part+"x")}, 1009, wsstream.ErrMessageTooBig)
			})
			eachRole(t, limits{maxMessageSize: limit}, func(_ *testing.T, e *end) {
				wantFailure(e, []wstest.Frame{first(wstest.Text, part), more(part), last("x")}, 1009, wsstream.ErrMessageTooBig)
			})
		},

		"send-mutable.js: check cloned": inEachRole(func(t *testing.T, e *end) {
			data := []byte("original")
			write := e.writer.WriteAsync(wsstream.Binary(data))
			f := e.peer.Read()
			if err := write.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			if string(data) != "original" {
				t.Errorf("the data of the caller has become %q", data)
			}
			clear(data)
			if string(f.Payload) != "original" {
				t.Errorf("sent is %q", f.Payload)
			}
		}),

		"send.js: Sending >= 2^16 / >= 126 / < 126 bytes": func(t *testing.T) {
			for size, lengthBytes := range map[int]int{0: 1, 125: 1, 126: 2, 1<<16 - 1: 2, 1 << 16: 8} {
				inEachRole(func(t *testing.T, e *end) {
					data := bytes.Repeat([]byte("x"), size)
					e.writer.WriteAsync(wsstream.Binary(data))
					if f := e.peer.Read(); f.LengthBytes != lengthBytes || !bytes.Equal(f.Payload, data) {
						t.Errorf("%d bytes become %v, with a length of %d", size, f, f.LengthBytes)
					}
				})(t)
			}
		},
		"send.js: Send with string / ArrayBuffer / Blob / SharedArrayBuffer": sending(
			text("string"), wsstream.Binary([]byte("bytes")), text(""), wsstream.Binary(nil),
		),
		"send.js: Sending data after close": inEachRole(func(t *testing.T, e *end) {
			e.closeFrom(func() error { return e.stream.Close(wsstream.CloseInfo{Code: 1000}) }, 1000, "")
			if err := e.writer.WriteAsync(text("late")).Wait(t.Context()); !errors.Is(err, wsstream.ErrInvalidState) {
				t.Errorf("a write returns %v", err)
			}
		}),
	})
}

func TestWPTUndiciClose(t *testing.T) {
	runWPT(t, undiciWebSocket, map[string]func(t *testing.T){
		"close-invalid-status-code.js: Client fails the connection if receiving an invalid close status code": failing(
			1002, wsstream.ErrProtocol, wstest.CloseFrame(1006, ""),
		),
		"close-invalid-utf-8.js: Receiving a close frame with invalid utf-8": failing(
			1007, wsstream.ErrInvalidUTF8, wstest.CloseFrame(1000, "\xff"),
		),
		"close.js: Close with code / code and reason / invalid code / invalid reason / none / 3000": func(t *testing.T) {
			closing(wsstream.CloseInfo{Code: 1000}, 1000, "")(t)
			closing(wsstream.CloseInfo{Code: 1000, Reason: "half way"}, 1000, "half way")(t)
			closing(wsstream.CloseInfo{}, 0, "")(t)
			closing(wsstream.CloseInfo{Code: 3000}, 3000, "")(t)
			notClosing(wsstream.CloseInfo{Code: 1002}, wsstream.ErrCloseCode)(t)
			notClosing(wsstream.CloseInfo{Code: 1000, Reason: strings.Repeat("x", 124)}, wsstream.ErrCloseReason)(t)
		},
		"close.js: calling close twice will only trigger the close event once": inEachRole(func(t *testing.T, e *end) {
			e.closeFrom(func() error {
				return errors.Join(e.stream.Close(wsstream.CloseInfo{Code: 1000}), e.stream.Close(wsstream.CloseInfo{Code: 1000}))
			}, 1000, "")
			if info, err := e.stream.Closed(t.Context()); err != nil || info.Code != 1000 {
				t.Errorf("Closed, asked again, returns %v, %v", info, err)
			}
		}),
		"issue-2679.js: Close without receiving code does not send an invalid payload": closedByPeer(0, ""),
	})
}
