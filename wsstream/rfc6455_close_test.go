package wsstream_test

import (
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestRFC6455Close(t *testing.T) {
	body := func(s string) wstest.Frame { return wstest.Whole(wstest.Close, s) }
	cases := wireCases{
		"5.5.1 close without a body":               {closes(0, "", 0, "")},
		"5.5.1 close with one byte":                {send(body("\x03")), violates()},
		"5.5.1 close with a code":                  {closes(1000, "", 1000, "")},
		"5.5.1 close with a code and a reason":     {closes(1000, "Hello, world!", 1000, "Hello, world!")},
		"5.5.1 close with the longest reason":      {closes(1000, someText(123), 1000, someText(123))},
		"5.5.1 close with a reason in UTF-8":       {closes(1000, "grüß dich, 世界 😀", 1000, "grüß dich, 世界 😀")},
		"5.5.1 close byte by byte":                 {sendInPieces(1, wstest.CloseFrame(3000, "slowly")), answersClose(3000, "slowly", 3000, "slowly")},
		"5.5 close of 126 bytes":                   {send(wstest.CloseFrame(1000, someText(124))), violates()},
		"5.5 close with FIN not set":               {send(wstest.Frame{Op: wstest.Close, Payload: []byte("\x03\xe8")}), violates()},
		"5.5 close whose length takes 2 bytes":     {send(wstest.Frame{Fin: true, Op: wstest.Close, Payload: []byte("\x03\xe8"), LengthBytes: 2}), violates()},
		"8.1 close with a reason not in UTF-8":     {send(wstest.CloseFrame(1000, "a\xffb")), isNotUTF8()},
		"8.1 close with a surrogate in the reason": {send(wstest.CloseFrame(1000, "\xed\xa0\x80")), isNotUTF8()},
		"8.1 close with a reason that breaks off":  {send(wstest.CloseFrame(1000, "\xf0\x9f\x98")), isNotUTF8()},
		"7.4 close with a bad code and bad reason": {send(wstest.CloseFrame(999, "\xff")), violates()},

		"5.5.1 message before the close":             {echoes(wstest.Text, "before"), closes(1000, "", 1000, "")},
		"5.5.1 message after the close":              {send(wstest.CloseFrame(1000, ""), wstest.Whole(wstest.Text, "late")), answersClose(1000, "", 1000, "")},
		"5.5.1 ping after the close":                 {send(wstest.CloseFrame(1000, ""), ping("late")), answersClose(1000, "", 1000, "")},
		"5.5.1 close after the close":                {send(wstest.CloseFrame(1000, ""), wstest.CloseFrame(1001, "")), answersClose(1000, "", 1000, "")},
		"5.5.1 garbage after the close":              {send(wstest.CloseFrame(1000, ""), wstest.Frame{Rsv: 7, Op: 15, Payload: []byte("x")}), answersClose(1000, "", 1000, "")},
		"5.5.1 ping and close in one segment":        {send(ping("p"), wstest.CloseFrame(1000, "")), pong("p"), answersClose(1000, "", 1000, "")},
		"5.5.1 text in fragments, close, the rest":   {send(wstest.First(wstest.Text, "a"), wstest.CloseFrame(1000, ""), wstest.Last("b")), answersClose(1000, "", 1000, "")},
		"5.5.1 a large message after the close":      {send(wstest.CloseFrame(1000, ""), wstest.Whole(wstest.Text, someText(70_000))), answersClose(1000, "", 1000, "")},
		"7.1.6 the reason may hold what ends C text": {closes(1000, "a\x00b", 1000, "a\x00b")},
	}
	runWire(t, wsstream.Settings{}, cases)
}

func TestRFC6455CloseCodes(t *testing.T) {
	cases := wireCases{}
	for _, code := range []uint16{
		1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
	} {
		cases[named("7.4 code %d may be received", code)] = []step{closes(code, "", code, "")}
	}
	for _, code := range []uint16{1, 500, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 10_000, 32_768, 65_535} {
		cases[named("7.4 code %d may not be received", code)] = []step{send(wstest.CloseFrame(code, "")), violates()}
		cases[named("7.4 code %d with a reason may not either", code)] = []step{send(wstest.CloseFrame(code, "why")), violates()}
	}
	// Not a code that CloseFrame can make: it takes 0 for none.
	cases["7.4 code 0 may not be received"] = []step{send(wstest.Whole(wstest.Close, "\x00\x00")), violates()}
	runWire(t, wsstream.Settings{}, cases)
}
