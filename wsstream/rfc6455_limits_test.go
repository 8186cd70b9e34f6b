package wsstream_test

import (
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestRFC6455Limits(t *testing.T) {
	const limit = 1000
	cases := wireCases{
		"10.4 message at the limit":                {echoes(wstest.Text, someText(limit))},
		"10.4 message over the limit":              {send(wstest.Whole(wstest.Text, someText(limit+1))), isTooBig()},
		"10.4 message over the limit, header only": {sendHead(8, wstest.Whole(wstest.Text, someText(limit+1))), isTooBig()},
		"10.4 fragments at the limit": {
			send(wstest.First(wstest.Binary, someText(limit/2)), wstest.Last(someText(limit/2))), receive(wstest.Binary, someText(limit/2)+someText(limit/2)),
		},
		"10.4 fragments over the limit":     {send(wstest.First(wstest.Binary, someText(limit)), wstest.Last("x")), isTooBig()},
		"10.4 first fragment over it":       {send(wstest.First(wstest.Binary, someText(limit+1))), isTooBig()},
		"10.4 empty fragments at the limit": {send(wstest.First(wstest.Binary, someText(limit)), wstest.More(""), wstest.Last("")), receive(wstest.Binary, someText(limit))},
		"10.4 the limit is one message's": {
			echoes(wstest.Text, someText(limit)), echoes(wstest.Text, someText(limit)), echoes(wstest.Text, someText(limit)),
		},
		"10.4 a ping does not count":           {send(wstest.First(wstest.Binary, someText(limit)), ping("p"), wstest.Last("")), pong("p"), receive(wstest.Binary, someText(limit))},
		"10.4 4 GiB declared":                  {send(wstest.Frame{Fin: true, Op: wstest.Binary, Length: 1 << 32}), isTooBig()},
		"10.4 2^63-1 bytes declared":           {send(wstest.Frame{Fin: true, Op: wstest.Binary, Length: 1<<63 - 1}), isTooBig()},
		"10.4 2^63-1 declared in continuation": {send(wstest.First(wstest.Text, "x"), wstest.Frame{Fin: true, Length: 1<<63 - 1}), isTooBig()},
		"10.4 messages before that arrive":     {echoes(wstest.Text, "before"), send(wstest.Frame{Fin: true, Op: wstest.Text, Length: 1 << 40}), isTooBig()},
	}
	runWire(t, wsstream.Settings{MaxMessageSize: limit}, cases)
}
