package wsstream_test

import (
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestRFC6455Lengths(t *testing.T) {
	cases := wireCases{}
	for _, op := range []byte{wstest.Text, wstest.Binary} {
		for _, n := range []int{0, 1, 125, 126, 127, 128, 65535, 65536, 65537} {
			cases[named("5.2 %s of %d bytes", ops[op], n)] = []step{echoes(op, someText(n))}
		}
		for _, n := range []int{126, 65536} {
			frame := wstest.Whole(op, someText(n))
			cases[named("5.2 %s of %d bytes in pieces of 997", ops[op], n)] = []step{sendInPieces(997, frame), receive(op, someText(n))}
		}
		cases[named("5.2 %s of 300 bytes byte by byte", ops[op])] = []step{
			sendInPieces(1, wstest.Whole(op, someText(300))), receive(op, someText(300)),
		}
	}
	for n, size := range map[int]int{0: 2, 1: 8, 125: 2, 126: 8, 65535: 8} {
		cases[named("5.2 length %d in %d bytes, where fewer do", n, size)] = []step{
			send(wstest.Frame{Fin: true, Op: wstest.Text, Payload: []byte(someText(n)), LengthBytes: size, Length: uint64(n)}), violates(),
		}
	}
	for name, length := range map[string]uint64{"2^63": 1 << 63, "2^64-1": 1<<64 - 1} {
		cases["5.2 length "+name+", with the top bit"] = []step{
			send(wstest.Frame{Fin: true, Op: wstest.Binary, Length: length}), violates(),
		}
	}
	cases["5.2 many messages in one segment"] = []step{
		send(wstest.Whole(wstest.Text, "one"), wstest.Whole(wstest.Text, ""), wstest.Whole(wstest.Binary, "three")),
		receive(wstest.Text, "one"), receive(wstest.Text, ""), receive(wstest.Binary, "three"),
	}
	runWire(t, wsstream.Settings{}, cases)
}

func TestRFC6455ReservedBits(t *testing.T) {
	cases := wireCases{}
	for rsv := range byte(8) {
		if rsv == 0 {
			continue
		}
		for op, name := range ops {
			bad := wstest.Frame{Fin: true, Rsv: rsv, Op: op, Payload: []byte("\x03\xe8")}
			script := []step{echoes(wstest.Text, "before"), send(bad), violates()}
			if op == wstest.Continuation {
				script = []step{send(wstest.First(wstest.Text, "a")), lives(), send(bad), violates()}
			}
			cases[named("5.2 RSV bits %03b of a %s frame", rsv, name)] = script
		}
		cases[named("5.2 RSV bits %03b byte by byte", rsv)] = []step{
			sendHead(6, wstest.Frame{Fin: true, Rsv: rsv, Op: wstest.Text, Payload: []byte("never read")}), violates(),
		}
	}
	runWire(t, wsstream.Settings{}, cases)
}

func TestRFC6455Opcodes(t *testing.T) {
	cases := wireCases{}
	for op := range byte(16) {
		if _, used := ops[op]; used {
			continue
		}
		cases[named("5.2 opcode %d", op)] = []step{send(wstest.Whole(op, "")), violates()}
		cases[named("5.2 opcode %d with a payload", op)] = []step{send(wstest.Whole(op, "payload")), violates()}
		cases[named("5.2 opcode %d after a message", op)] = []step{echoes(wstest.Text, "before"), send(wstest.Whole(op, "")), violates()}
		cases[named("5.2 opcode %d between fragments", op)] = []step{
			send(wstest.First(wstest.Text, "a"), wstest.Whole(op, ""), wstest.Last("b")), violates(),
		}
	}
	runWire(t, wsstream.Settings{}, cases)
}

func TestRFC6455Masks(t *testing.T) {
	// What this end may not receive: frames without a mask as a server, frames with one as a client.
	wrongly := func(frame wstest.Frame) step {
		return func(w *wire) {
			frame.Masked = !w.isServer()
			w.peer.SendRaw(string(frame.Bytes()))
		}
	}
	masked := func(mask [4]byte) step {
		return func(w *wire) {
			frame := wstest.Whole(wstest.Binary, someText(1000))
			frame.Masked, frame.Mask = w.isServer(), mask
			w.peer.SendRaw(string(frame.Bytes()))
			receive(wstest.Binary, someText(1000))(w)
		}
	}
	cases := wireCases{
		"5.1 text with the mask of the other role":  {wrongly(wstest.Whole(wstest.Text, "x")), violates()},
		"5.1 empty text with the mask of the other": {wrongly(wstest.Whole(wstest.Text, "")), violates()},
		"5.1 ping with the mask of the other role":  {wrongly(wstest.Whole(wstest.Ping, "x")), violates()},
		"5.1 close with the mask of the other role": {wrongly(wstest.CloseFrame(1000, "")), violates()},
		"5.1 after a message, text with the mask of the other role": {
			echoes(wstest.Text, "before"), wrongly(wstest.Whole(wstest.Text, "x")), violates(),
		},
		"5.3 a mask of zeros": {masked([4]byte{})},
		"5.3 a mask of ones":  {masked([4]byte{0xff, 0xff, 0xff, 0xff})},
		"5.3 a mask":          {masked([4]byte{1, 2, 3, 4})},
	}
	runWire(t, wsstream.Settings{}, cases)
}

func TestRFC6455EndOfTheSocket(t *testing.T) {
	frame := wstest.Whole(wstest.Text, "Hello")
	cases := wireCases{
		"7.1.5 the socket ends between messages":     {echoes(wstest.Text, "before"), drops()},
		"7.1.5 the socket ends in a header":          {sendHead(1, frame), drops()},
		"7.1.5 the socket ends in a payload":         {sendWithout(2, frame), drops()},
		"7.1.5 the socket ends between fragments":    {send(wstest.First(wstest.Text, "a")), lives(), drops()},
		"7.1.5 the socket ends in the Close frame":   {sendWithout(1, wstest.CloseFrame(1000, "")), drops()},
		"7.1.5 the socket ends in a ping's payload":  {sendWithout(1, wstest.Whole(wstest.Ping, "p")), drops()},
		"7.1.5 the socket ends after the handshake":  {drops()},
		"7.1.5 the socket ends in a 16-bit length":   {sendHead(3, wstest.Whole(wstest.Text, someText(200))), drops()},
		"7.1.5 the socket ends in a 64-bit length":   {sendHead(5, wstest.Whole(wstest.Text, someText(70_000))), drops()},
		"7.1.5 the socket ends in a large payload":   {sendWithout(30_000, wstest.Whole(wstest.Text, someText(70_000))), drops()},
		"7.1.5 the socket ends in the last fragment": {send(wstest.First(wstest.Text, "a")), sendWithout(1, wstest.Last("bc")), drops()},
	}
	runWire(t, wsstream.Settings{}, cases)
}
