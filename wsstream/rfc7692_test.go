package wsstream_test

// The tests in the files rfc7692_*_test.go go through RFC 7692, compression, as those of RFC 6455 do.

import (
	"compress/flate"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// receiveMessage sees a message, compressed or not, in fragments or not.
func receiveMessage(op byte, want string) step {
	return func(w *wire) {
		w.t.Helper()
		f := w.peer.ReadReserved()
		first, payload := f, f.Payload
		for !f.Fin {
			f = w.peer.Read()
			if f.Op != wstest.Continuation {
				w.t.Fatalf("got %v in the middle of a message", f)
			}
			payload = append(payload, f.Payload...)
		}
		text := string(payload)
		if first.Rsv == 4 {
			var err error
			if text, err = w.inflater.Message(payload); err != nil {
				w.t.Fatalf("a message cannot be decompressed: %v", err)
			}
		}
		if first.Op != op || first.Rsv&3 != 0 || text != want {
			w.t.Fatalf("got %v, which is %.100q, want %.100q", first, text, want)
		}
	}
}

// inFrames returns the frames of one compressed message, given in pieces.
func inFrames(op byte, pieces ...string) []wstest.Frame {
	var frames []wstest.Frame
	for _, piece := range pieces {
		frames = append(frames, wstest.More(piece))
	}
	frames[0].Op, frames[0].Rsv = op, 4
	frames[len(frames)-1].Fin = true
	return frames
}

// compressedCases runs cases with compression, with takeover in both directions or in none.
func compressedCases(t *testing.T, takeover bool, settings wsstream.Settings, cases wireCases) {
	t.Helper()
	extensions := "permessage-deflate"
	if !takeover {
		extensions += noTakeover
	}
	settings.Compression = &wsstream.Compression{SendTakeover: takeover, ReceiveTakeover: takeover, Threshold: 1}
	withInflater := wireCases{}
	for name, steps := range cases {
		first := func(w *wire) { w.inflater = wstest.NewInflater(15, takeover) }
		withInflater[name] = append([]step{first}, steps...)
	}
	runWireWith(t, settings, extensions, withInflater)
}

func TestRFC7692Messages(t *testing.T) {
	hello := receiveMessage(wstest.Text, "Hello")
	long := strings.Repeat("weir and river, ", 10_000)
	deflated := wstest.Deflated(long)
	cases := wireCases{
		// The examples of section 7.2.3.
		"7.2.3.1 one block":              {send(inFrames(wstest.Text, "\xf2\x48\xcd\xc9\xc9\x07\x00")...), hello},
		"7.2.3.1 in two fragments":       {send(inFrames(wstest.Text, "\xf2\x48\xcd", "\xc9\xc9\x07\x00")...), hello},
		"7.2.3.3 stored":                 {send(inFrames(wstest.Text, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00")...), hello},
		"7.2.3.4 with BFINAL":            {send(inFrames(wstest.Text, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00")...), hello},
		"7.2.3.5 two blocks":             {send(inFrames(wstest.Text, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00")...), hello},
		"7.2.3.6 empty":                  {send(inFrames(wstest.Text, "\x00")...), receiveMessage(wstest.Text, "")},
		"7.2.3.6 empty, in fragments":    {send(inFrames(wstest.Binary, "", "\x00", "")...), receiveMessage(wstest.Binary, "")},
		"7.2.3.1 a byte a fragment":      {send(inFrames(wstest.Text, strings.Split("\xf2\x48\xcd\xc9\xc9\x07\x00", "")...)...), hello},
		"7.2.3.1 with a ping in between": {send(inFrames(wstest.Text, "\xf2\x48\xcd", "\xc9\xc9\x07\x00")[0], ping("p"), wstest.Last("\xc9\xc9\x07\x00")), pong("p"), hello},

		"7.2.2 a long message":            {send(inFrames(wstest.Text, deflated)...), receiveMessage(wstest.Text, long)},
		"7.2.2 a long binary message":     {send(inFrames(wstest.Binary, deflated)...), receiveMessage(wstest.Binary, long)},
		"7.2.2 in pieces of the socket":   {sendInPieces(13, inFrames(wstest.Text, deflated)...), receiveMessage(wstest.Text, long)},
		"6 a message without compression": {send(wstest.Whole(wstest.Text, "plain")), receiveMessage(wstest.Text, "plain")},
		"6 some with, some without": {
			send(wstest.Whole(wstest.Text, "plain")), receiveMessage(wstest.Text, "plain"),
			send(wstest.Compressed(wstest.Text, long)), receiveMessage(wstest.Text, long),
			send(wstest.First(wstest.Text, "pl"), wstest.Last("ain")), receiveMessage(wstest.Text, "plain"),
		},
	}
	for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
		cases[named("7.2.1 compressed at level %d", level)] = []step{
			send(inFrames(wstest.Text, wstest.NewDeflater(level).Message(long))...), receiveMessage(wstest.Text, long),
		}
	}
	for _, takeover := range []bool{false, true} {
		compressedCases(t, takeover, wsstream.Settings{}, cases)
	}
}

func TestRFC7692Takeover(t *testing.T) {
	long := strings.Repeat("weir and river, ", 100)
	var steps []step
	for deflater, n := wstest.NewDeflater(flate.BestCompression), 0; n < 50; n++ {
		message := named("message %d: %s", n, long)
		steps = append(steps, send(inFrames(wstest.Text, deflater.Message(message))...), receiveMessage(wstest.Text, message))
	}
	compressedCases(t, true, wsstream.Settings{}, wireCases{
		"7.2.3.2 sharing the window": {
			send(inFrames(wstest.Text, "\xf2\x48\xcd\xc9\xc9\x07\x00")...), receiveMessage(wstest.Text, "Hello"),
			send(inFrames(wstest.Text, "\xf2\x00\x11\x00\x00")...), receiveMessage(wstest.Text, "Hello"),
		},
		"7.2.3.2 sharing the window over many messages": steps,
	})
	compressedCases(t, false, wsstream.Settings{}, wireCases{
		"7.1.1 sharing a window that is not taken over": {
			send(inFrames(wstest.Text, "\xf2\x48\xcd\xc9\xc9\x07\x00")...), receiveMessage(wstest.Text, "Hello"),
			send(inFrames(wstest.Text, "\xf2\x00\x11\x00\x00")...), fails(1007, wsstream.ErrCompression),
		},
	})
}

func TestRFC7692Violations(t *testing.T) {
	const limit = 1000
	cases := wireCases{
		"6.1 RSV1 of a continuation":         {send(wstest.Frame{Rsv: 4, Op: wstest.Text, Payload: []byte("\xf2\x48\xcd")}, wstest.Frame{Fin: true, Rsv: 4, Payload: []byte("\xc9\xc9\x07\x00")}), violates()},
		"6.1 RSV1 of a plain continuation":   {send(wstest.First(wstest.Text, "a"), wstest.Frame{Fin: true, Rsv: 4, Payload: []byte("b")}), violates()},
		"6.1 RSV2 of a compressed message":   {send(wstest.Frame{Fin: true, Rsv: 6, Op: wstest.Text, Payload: []byte("\x00")}), violates()},
		"6.1 RSV3 of a compressed message":   {send(wstest.Frame{Fin: true, Rsv: 5, Op: wstest.Text, Payload: []byte("\x00")}), violates()},
		"6.1 RSV1 of a ping":                 {send(wstest.Frame{Fin: true, Rsv: 4, Op: wstest.Ping, Payload: []byte("\x00")}), violates()},
		"6.1 RSV1 of a pong":                 {send(wstest.Frame{Fin: true, Rsv: 4, Op: wstest.Pong, Payload: []byte("\x00")}), violates()},
		"6.1 RSV1 of a close":                {send(wstest.Frame{Fin: true, Rsv: 4, Op: wstest.Close, Payload: []byte("\x03\xe8")}), violates()},
		"6.1 RSV1 of an unused opcode":       {send(wstest.Frame{Fin: true, Rsv: 4, Op: 3, Payload: []byte("\x00")}), violates()},
		"7.2.2 what is no block":             {send(inFrames(wstest.Text, "\xff\xff\xff\xff")...), fails(1007, wsstream.ErrCompression)},
		"7.2.2 a block that breaks off":      {send(inFrames(wstest.Binary, "\x00\x50\x00\xaf\xff\x48")...), fails(1007, wsstream.ErrCompression)},
		"7.2.2 refers to before the message": {send(inFrames(wstest.Text, "\xf2\x00\x11\x00\x00")...), fails(1007, wsstream.ErrCompression)},

		"8.1 text that is not UTF-8":              {send(wstest.Compressed(wstest.Text, "a\xffb")), isNotUTF8()},
		"8.1 text that breaks off":                {send(wstest.Compressed(wstest.Text, "a\xf0\x9f\x98")), isNotUTF8()},
		"8.1 well in a binary message":            {send(wstest.Compressed(wstest.Binary, "a\xffb")), receiveMessage(wstest.Binary, "a\xffb")},
		"8.1 text that fails in its first part":   {send(wstest.Frame{Rsv: 4, Op: wstest.Text, Payload: []byte(wstest.Deflated("bad\xff\xff") + "\x00\x00\xff\xff")}), isNotUTF8()},
		"10.4 at the limit after decompression":   {send(wstest.Compressed(wstest.Text, someText(limit))), receiveMessage(wstest.Text, someText(limit))},
		"10.4 over the limit after decompression": {send(wstest.Compressed(wstest.Text, someText(limit+1))), isTooBig()},
		"10.4 far over it":                        {send(wstest.Compressed(wstest.Text, strings.Repeat("x", 100_000))), isTooBig()},
		"10.4 over it before it is whole":         {send(wstest.Frame{Rsv: 4, Op: wstest.Text, Payload: []byte(wstest.Deflated(strings.Repeat("x", 100_000)) + "\x00\x00\xff\xff")}), isTooBig()},
		"10.4 over the limit as it comes":         {send(inFrames(wstest.Binary, strings.Repeat("\x00\x00\x00\xff\xff", 201))...), isTooBig()},
	}
	for _, takeover := range []bool{false, true} {
		compressedCases(t, takeover, wsstream.Settings{MaxMessageSize: limit}, cases)
	}
}
