package wsstream_test

import (
	"compress/flate"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// deflateParams are the parameters of an offer or of an answer; bits are 0 where there are none, and -1 without a value.
type deflateParams struct {
	serverNoTakeover, clientNoTakeover bool
	serverBits, clientBits             int
}

func (p deflateParams) String() string {
	text := "permessage-deflate"
	for _, param := range []struct {
		name  string
		given bool
		bits  int
	}{
		{"server_no_context_takeover", p.serverNoTakeover, 0},
		{"client_no_context_takeover", p.clientNoTakeover, 0},
		{"server_max_window_bits", p.serverBits != 0, p.serverBits},
		{"client_max_window_bits", p.clientBits != 0, p.clientBits},
	} {
		if param.given {
			text += "; " + param.name
		}
		if param.bits > 0 {
			text += "=" + strconv.Itoa(param.bits)
		}
	}
	return text
}

// parseDeflate reads an answer of the end under test.
func parseDeflate(t *testing.T, text string) (p deflateParams) {
	t.Helper()
	names := strings.Split(text, "; ")
	if names[0] != "permessage-deflate" {
		t.Fatalf("the answer is %q", text)
	}
	for _, param := range names[1:] {
		name, value, _ := strings.Cut(param, "=")
		bits, _ := strconv.Atoi(value) // 0 is compared below
		switch name {
		case "server_no_context_takeover":
			p.serverNoTakeover = true
		case "client_no_context_takeover":
			p.clientNoTakeover = true
		case "server_max_window_bits":
			p.serverBits = bits
		case "client_max_window_bits":
			p.clientBits = bits
		}
	}
	if p.String() != text {
		t.Fatalf("the answer is %q, understood is %q", text, p)
	}
	return p
}

// agrees reports whether an answer keeps to the offer (RFC 7692, section 7.1).
func (p deflateParams) agrees(offer deflateParams) bool {
	return (p.serverNoTakeover || !offer.serverNoTakeover) &&
		(offer.serverBits == 0 || p.serverBits >= 8 && p.serverBits <= offer.serverBits) &&
		(p.clientBits == 0 || offer.clientBits == -1 || offer.clientBits > 0 && p.clientBits <= offer.clientBits)
}

// exchange sends and receives messages as an answer says, with a peer that is the client or the server.
func (w *wire) exchange(answer deflateParams, peerIsClient bool) {
	w.t.Helper()
	sendBits, sendTakeover := answer.clientBits, !answer.clientNoTakeover
	receiveBits, receiveTakeover := answer.serverBits, !answer.serverNoTakeover
	if !peerIsClient {
		sendBits, receiveBits, sendTakeover, receiveTakeover = receiveBits, sendBits, receiveTakeover, sendTakeover
	}
	level := flate.BestCompression
	if sendBits != 0 && sendBits < wsstream.MaxWindowBits {
		level = flate.HuffmanOnly // what this peer compresses cannot be bound to a window but by not referring back
	}
	deflater := wstest.NewDeflater(level)
	w.inflater = wstest.NewInflater(max(receiveBits, 0), receiveTakeover)
	if receiveBits == 0 {
		w.inflater = wstest.NewInflater(wsstream.MaxWindowBits, receiveTakeover)
	}
	text := ""
	for n := range 1000 { // 13 KB, and what is alike is at all distances
		text += fmt.Sprintf("%d weir %d", n*n%1000, n)
	}
	for _, message := range []string{text[:500], text, text[:500], text[100:5000], ""} {
		if !sendTakeover {
			deflater = wstest.NewDeflater(level)
		}
		send(inFrames(wstest.Text, deflater.Message(message))...)(w)
		receiveMessage(wstest.Text, message)(w)
	}
}

// eachParams calls f with all combinations of parameters, for these windows, and with all pairs of windows, where the
// other parameters take turns.
func eachParams(bits []int, f func(p deflateParams)) {
	for combination := range 4 {
		for _, serverBits := range bits {
			for _, clientBits := range bits {
				f(deflateParams{combination&1 != 0, combination&2 != 0, serverBits, clientBits})
			}
		}
	}
	for serverBits := wsstream.MinWindowBits; serverBits <= wsstream.MaxWindowBits; serverBits++ {
		for clientBits := wsstream.MinWindowBits; clientBits <= wsstream.MaxWindowBits; clientBits++ {
			turn := serverBits + clientBits
			f(deflateParams{turn&1 != 0, turn&2 != 0, serverBits, clientBits})
		}
	}
}

// compressions are settings to negotiate with.
var compressions = map[string]wsstream.Compression{
	"no takeover":        {},
	"takeover":           {SendTakeover: true, ReceiveTakeover: true, SendWindowBits: 15},
	"takeover, 10 bits":  {SendTakeover: true, ReceiveTakeover: true, SendWindowBits: 10, ReceiveWindowBits: 10},
	"takeover to send":   {SendTakeover: true},
	"takeover of theirs": {ReceiveTakeover: true, ReceiveWindowBits: 9},
}

func TestRFC7692Offers(t *testing.T) {
	for name, compression := range compressions {
		t.Run(name, func(t *testing.T) {
			eachParams([]int{0, 9, -1}, func(offer deflateParams) {
				if offer.serverBits == -1 {
					offer.serverBits = 15 // without a value it is only that of the client
				}
				t.Run(offer.String(), func(t *testing.T) {
					wireCasesRun.Add(1)
					w := newServerWire(t, wsstream.Settings{Compression: &compression}, offer.String())
					answer := parseDeflate(t, w.extensions)
					if !answer.agrees(offer) {
						t.Errorf("the answer to %q is %q", offer, answer)
					}
					w.exchange(answer, true)
					w.run(nil)
				})
			})
		})
	}
}

func TestRFC7692Answers(t *testing.T) {
	compression := wsstream.Compression{SendTakeover: true, ReceiveTakeover: true, SendWindowBits: 15}
	eachParams([]int{0, 8, 15}, func(answer deflateParams) {
		t.Run(answer.String(), func(t *testing.T) {
			wireCasesRun.Add(1)
			w := newClientWire(t, wsstream.Settings{Compression: &compression}, answer.String())
			w.exchange(answer, false)
			w.run(nil)
		})
	})
}

// A server goes on to the next offer where it cannot agree to one (RFC 7692, sections 5.1 and 7.1).
func TestRFC7692OffersThatAreDeclined(t *testing.T) {
	declined := []string{
		"x-webkit-deflate-frame", "permessage-deflate; unknown", "permessage-deflate; server_max_window_bits",
		"permessage-deflate; server_max_window_bits=7", "permessage-deflate; server_max_window_bits=16",
		"permessage-deflate; server_max_window_bits=010", "permessage-deflate; server_max_window_bits=x",
		"permessage-deflate; client_max_window_bits=7", "permessage-deflate; client_max_window_bits=16",
		"permessage-deflate; server_no_context_takeover=1", "permessage-deflate; client_no_context_takeover=true",
		"permessage-deflate; client_no_context_takeover; client_no_context_takeover",
		"permessage-deflate; server_max_window_bits=10; server_max_window_bits=11",
	}
	compression := compressions["takeover"]
	settings := wsstream.Settings{Compression: &compression}
	for _, offer := range slices.Concat(declined, []string{strings.Join(declined, ", ")}) {
		t.Run(offer, func(t *testing.T) {
			wireCasesRun.Add(2)
			w := newServerWire(t, settings, offer)
			if w.extensions != "" {
				t.Errorf("the answer is %q", w.extensions)
			}
			w.run([]step{echoes(wstest.Text, "plain"), send(wstest.Compressed(wstest.Text, "x")), violates()})

			w = newServerWire(t, settings, offer+", permessage-deflate; server_max_window_bits=9")
			w.exchange(parseDeflate(t, w.extensions), true)
			w.run(nil)
		})
	}
}
