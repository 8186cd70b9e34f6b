package wsstream_test

import (
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func ping(payload string) wstest.Frame { return wstest.Whole(wstest.Ping, payload) }

func pong(payload string) step { return receive(wstest.Pong, payload) }

func TestRFC6455Pings(t *testing.T) {
	var ten []wstest.Frame
	var tenPongs []step
	for payload := range strings.SplitSeq("0123456789", "") {
		ten = append(ten, ping(payload))
		tenPongs = append(tenPongs, pong(payload))
	}
	cases := wireCases{
		"5.5.2 ping without a payload":                {send(ping("")), pong("")},
		"5.5.2 ping with text":                        {send(ping("Hello, world!")), pong("Hello, world!")},
		"5.5.2 ping with bytes that are not UTF-8":    {send(ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")), pong("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")},
		"5.5.2 ping of 125 bytes":                     {send(ping(someText(125))), pong(someText(125))},
		"5.5.2 ping of 125 bytes byte by byte":        {sendInPieces(1, ping(someText(125))), pong(someText(125))},
		"5.5 ping of 126 bytes":                       {send(ping(someText(126))), violates()},
		"5.5 ping of 126 bytes, of which none came":   {sendHead(8, ping(someText(126))), violates()},
		"5.5 ping of 65536 bytes":                     {send(ping(someText(65536))), violates()},
		"5.5 pong of 126 bytes":                       {send(wstest.Whole(wstest.Pong, someText(126))), violates()},
		"5.5 ping with FIN not set":                   {send(wstest.First(wstest.Ping, "p")), violates()},
		"5.5 pong with FIN not set":                   {send(wstest.First(wstest.Pong, "p")), violates()},
		"5.5 ping in two fragments":                   {send(wstest.First(wstest.Ping, "p"), wstest.Last("q")), violates()},
		"5.5.3 unsolicited pong":                      {send(wstest.Whole(wstest.Pong, "")), lives()},
		"5.5.3 unsolicited pong with a payload":       {send(wstest.Whole(wstest.Pong, "unsolicited")), lives()},
		"5.5.3 unsolicited pong, then a ping":         {send(wstest.Whole(wstest.Pong, "unsolicited"), ping("p")), pong("p")},
		"5.5.2 ten pings in one segment":              append([]step{send(ten...)}, tenPongs...),
		"5.5.2 ten pings byte by byte":                append([]step{sendInPieces(1, ten...)}, tenPongs...),
		"5.5.2 ping and message in one segment":       {send(ping("p"), wstest.Whole(wstest.Text, "m")), pong("p"), receive(wstest.Text, "m")},
		"5.5.2 ping, message, ping":                   {send(ping("p")), pong("p"), echoes(wstest.Text, "m"), send(ping("q")), pong("q")},
		"5.5 length of a ping in 2 bytes":             {send(wstest.Frame{Fin: true, Op: wstest.Ping, Payload: []byte("p"), LengthBytes: 2}), violates()},
		"5.5 length of a ping in 8 bytes":             {send(wstest.Frame{Fin: true, Op: wstest.Ping, Payload: []byte("p"), LengthBytes: 8}), violates()},
		"5.5 ping that declares 2^63 bytes":           {send(wstest.Frame{Fin: true, Op: wstest.Ping, Length: 1 << 63}), violates()},
		"5.5 ping that declares 2^32 bytes":           {send(wstest.Frame{Fin: true, Op: wstest.Ping, Length: 1 << 32}), violates()},
		"5.5.2 ping with what looks like a Close one": {send(ping("\x03\xe8bye")), pong("\x03\xe8bye")},
	}
	runWire(t, wsstream.Settings{}, cases)
}

func TestRFC6455Fragmentation(t *testing.T) {
	first, more, last := wstest.First, wstest.More, wstest.Last
	cases := wireCases{
		"5.4 continuation without a beginning":              {send(last("x")), violates()},
		"5.4 continuation without a beginning or an end":    {send(more("x")), violates()},
		"5.4 empty continuation without a beginning":        {send(last("")), violates()},
		"5.4 continuation after a whole message":            {echoes(wstest.Text, "whole"), send(last("x")), violates()},
		"5.4 continuation after a message in fragments":     {send(first(wstest.Text, "a"), last("b")), receive(wstest.Text, "ab"), send(last("c")), violates()},
		"5.5.2 ping between fragments":                      {send(first(wstest.Text, "a"), ping("p"), last("b")), pong("p"), receive(wstest.Text, "ab")},
		"5.5.2 ping between fragments, answered before":     {send(first(wstest.Text, "a"), ping("p")), pong("p"), send(last("b")), receive(wstest.Text, "ab")},
		"5.5.2 pings between many fragments":                {send(first(wstest.Text, "a"), ping("p"), more("b"), ping("q"), more("c"), last("d")), pong("p"), pong("q"), receive(wstest.Text, "abcd")},
		"5.5.3 pong between fragments":                      {send(first(wstest.Text, "a"), wstest.Whole(wstest.Pong, "p"), last("b")), receive(wstest.Text, "ab")},
		"5.5.1 close between fragments":                     {send(first(wstest.Text, "a")), closes(1000, "", 1000, "")},
		"5.4 a ping does not end a message":                 {send(first(wstest.Text, "a"), ping("p"), wstest.Whole(wstest.Text, "b")), pong("p"), violates()},
		"5.4 fragments in one segment, and another message": {send(first(wstest.Text, "a"), last("b"), wstest.Whole(wstest.Binary, "c")), receive(wstest.Text, "ab"), receive(wstest.Binary, "c")},
		"5.4 fragments byte by byte":                        {sendInPieces(1, first(wstest.Text, "a"), ping("p"), more("b"), last("c")), pong("p"), receive(wstest.Text, "abc")},
	}
	for _, op := range []byte{wstest.Text, wstest.Binary} {
		name := ops[op]
		cases["5.4 "+name+" in two fragments"] = []step{send(first(op, "a"), last("b")), receive(op, "ab")}
		cases["5.4 "+name+" in three fragments"] = []step{send(first(op, "a"), more("b"), last("c")), receive(op, "abc")}
		cases["5.4 "+name+" in two empty fragments"] = []step{send(first(op, ""), last("")), receive(op, "")}
		cases["5.4 "+name+" in fragments, some of them empty"] = []step{send(first(op, ""), more("b"), more(""), last("")), receive(op, "b")}
		cases["5.4 "+name+" whose last fragment is empty"] = []step{send(first(op, "a"), last("")), receive(op, "a")}
		cases["5.4 "+name+" in large fragments"] = []step{send(first(op, someText(70_000)), last(someText(5000))), receive(op, someText(70_000)+someText(5000))}
		cases["5.4 "+name+" in a message in fragments"] = []step{send(first(op, "a")), lives(), send(wstest.Whole(op, "b")), violates()}
		cases["5.4 "+name+" begun in a message in fragments"] = []step{send(first(op, "a"), more("b"), first(op, "c")), violates()}
		cases["5.4 "+name+" whose end is a frame of its type"] = []step{send(first(op, "a"), wstest.Whole(op, "")), violates()}
		cases["5.4 "+name+" and then "+name+" again"] = []step{
			send(first(op, "a"), last("b")), receive(op, "ab"), send(first(op, "c"), last("d")), receive(op, "cd"),
		}
	}
	many := []wstest.Frame{first(wstest.Text, "")}
	for letter := range strings.SplitSeq(someText(100), "") {
		many = append(many, more(letter))
	}
	cases["5.4 a message in 100 fragments"] = []step{send(append(many, last("."))...), receive(wstest.Text, someText(100)+".")}
	runWire(t, wsstream.Settings{}, cases)
}
