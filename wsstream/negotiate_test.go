package wsstream

import (
	"strings"
	"testing"
)

func defaulted(t *testing.T, c Compression) *Compression {
	t.Helper()
	d, err := c.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// both is a Compression with takeover and the largest windows both ways.
var both = Compression{SendTakeover: true, ReceiveTakeover: true, SendWindowBits: 15}

func TestWhatAServerAnswers(t *testing.T) {
	small := both
	small.SendWindowBits, small.ReceiveWindowBits = 10, 11
	const prefix = "permessage-deflate"
	for _, c := range []struct {
		name   string
		server Compression
		offer  string
		want   string // without the name of the extension; "-" for no compression
		terms  deflateTerms
	}{
		{"nothing offered", both, "", "-", deflateTerms{}},
		{"another extension", both, "x-webkit-deflate-frame", "-", deflateTerms{}},
		{"plain", both, prefix, "", deflateTerms{true, true, 15, 15, 256}},
		{"in capitals", both, "Permessage-Deflate", "-", deflateTerms{}},
		{"behind another", both, "foo; bar=1, " + prefix, "", deflateTerms{true, true, 15, 15, 256}},
		{"no takeover here", Compression{}, prefix, "; server_no_context_takeover; client_no_context_takeover", deflateTerms{false, false, 15, 15, 256}},
		{"server no takeover", both, prefix + "; server_no_context_takeover", "; server_no_context_takeover", deflateTerms{false, true, 15, 15, 256}},
		{"client no takeover", both, prefix + "; client_no_context_takeover", "; client_no_context_takeover", deflateTerms{true, false, 15, 15, 256}},
		{"server window", both, prefix + "; server_max_window_bits=9", "; server_max_window_bits=9", deflateTerms{true, true, 9, 15, 256}},
		{"server window 8", both, prefix + "; server_max_window_bits=8", "; server_max_window_bits=8", deflateTerms{true, true, 8, 15, 256}},
		{"server window above ours", small, prefix + "; server_max_window_bits=12; client_max_window_bits", "; server_max_window_bits=10; client_max_window_bits=11", deflateTerms{true, true, 10, 11, 256}},
		{"client window without a value", both, prefix + "; client_max_window_bits", "", deflateTerms{true, true, 15, 15, 256}},
		{"client window", both, prefix + "; client_max_window_bits=8", "; client_max_window_bits=8", deflateTerms{true, true, 15, 8, 256}},
		{"client window above ours", small, prefix + "; client_max_window_bits=12", "; client_max_window_bits=11", deflateTerms{true, true, 10, 11, 256}},
		{"client window not offered", small, prefix, "; client_no_context_takeover", deflateTerms{true, false, 10, 15, 256}},
		{"quoted", both, prefix + `; server_max_window_bits="1\0"`, "; server_max_window_bits=10", deflateTerms{true, true, 10, 15, 256}},
		{"unknown parameter", both, prefix + "; unknown", "-", deflateTerms{}},
		{"unknown parameter, then a good offer", both, prefix + "; unknown, " + prefix + "; client_no_context_takeover", "; client_no_context_takeover", deflateTerms{true, false, 15, 15, 256}},
		{"takeover with a value", both, prefix + "; server_no_context_takeover=1", "-", deflateTerms{}},
		{"client takeover with a value", both, prefix + "; client_no_context_takeover=true", "-", deflateTerms{}},
		{"repeated", both, prefix + "; client_max_window_bits; client_max_window_bits", "-", deflateTerms{}},
		{"window too small", both, prefix + "; server_max_window_bits=7", "-", deflateTerms{}},
		{"window too large", both, prefix + "; server_max_window_bits=16", "-", deflateTerms{}},
		{"window without a value", both, prefix + "; server_max_window_bits", "-", deflateTerms{}},
		{"leading zero", both, prefix + "; server_max_window_bits=08", "-", deflateTerms{}},
		{"sign", both, prefix + "; server_max_window_bits=+9", "-", deflateTerms{}},
		{"no number", both, prefix + "; client_max_window_bits=a", "-", deflateTerms{}},
	} {
		got, err := defaulted(t, c.server).answer(c.offer)
		want := prefix + c.want
		if c.want == "-" {
			want = ""
		}
		switch {
		case err != nil || got.text != want:
			t.Errorf("%s: answers %q, %v, want %q", c.name, got.text, err, want)
		case (got.terms == nil) != (want == ""), got.terms != nil && *got.terms != c.terms:
			t.Errorf("%s: terms %+v, want %+v", c.name, got.terms, c.terms)
		}
	}
}

func TestWhatAClientAccepts(t *testing.T) {
	bounded := Compression{SendTakeover: true, SendWindowBits: 10, ReceiveTakeover: true, ReceiveWindowBits: 11}
	const prefix = "permessage-deflate"
	for _, c := range []struct {
		name   string
		client Compression
		offer  string
		answer string
		fails  bool
		terms  deflateTerms
	}{
		{"plain", both, "; client_max_window_bits", "", false, deflateTerms{true, true, 15, 15, 256}},
		{"both without takeover", both, "; client_max_window_bits", "; server_no_context_takeover; client_no_context_takeover", false, deflateTerms{false, false, 15, 15, 256}},
		{"windows", both, "; client_max_window_bits", "; server_max_window_bits=8; client_max_window_bits=8", false, deflateTerms{true, true, 8, 8, 256}},
		{"bounded", bounded, "; server_max_window_bits=11; client_max_window_bits=10", "; server_max_window_bits=9; client_max_window_bits=9", false, deflateTerms{true, true, 9, 9, 256}},
		{"bounded, and the client's not told", bounded, "; server_max_window_bits=11; client_max_window_bits=10", "; server_max_window_bits=11", false, deflateTerms{true, true, 10, 11, 256}},
		{"server window not met", bounded, "; server_max_window_bits=11; client_max_window_bits=10", "", true, deflateTerms{}},
		{"server window too large", bounded, "; server_max_window_bits=11; client_max_window_bits=10", "; server_max_window_bits=12", true, deflateTerms{}},
		{"client window too large", bounded, "; server_max_window_bits=11; client_max_window_bits=10", "; server_max_window_bits=11; client_max_window_bits=11", true, deflateTerms{}},
		{"no takeover wanted and none", Compression{}, "; server_no_context_takeover; client_no_context_takeover; client_max_window_bits", "; server_no_context_takeover", false, deflateTerms{false, false, 15, 15, 256}},
		{"no takeover wanted, not met", Compression{}, "; server_no_context_takeover; client_no_context_takeover; client_max_window_bits", "", true, deflateTerms{}},
		{"client window without a value", both, "; client_max_window_bits", "; client_max_window_bits", true, deflateTerms{}},
		{"unknown", both, "; client_max_window_bits", "; unknown=1", true, deflateTerms{}},
		{"repeated", both, "; client_max_window_bits", "; server_no_context_takeover; server_no_context_takeover", true, deflateTerms{}},
		{"value out of range", both, "; client_max_window_bits", "; server_max_window_bits=7", true, deflateTerms{}},
		{"two answers", both, "; client_max_window_bits", ", permessage-deflate", true, deflateTerms{}},
		{"another extension", both, "; client_max_window_bits", ", foo", true, deflateTerms{}},
		{"malformed", both, "; client_max_window_bits", ";", true, deflateTerms{}},
	} {
		client := defaulted(t, c.client)
		if offer := client.offer().String(); offer != prefix+c.offer {
			t.Errorf("%s: offers %q, want %q", c.name, offer, prefix+c.offer)
		}
		got, err := client.accept(prefix + c.answer)
		switch {
		case (err != nil) != c.fails:
			t.Errorf("%s: fails with %v, want failure %t", c.name, err, c.fails)
		case err == nil && *got.terms != c.terms:
			t.Errorf("%s: terms %+v, want %+v", c.name, *got.terms, c.terms)
		}
	}
	if got, err := defaulted(t, both).accept(""); err != nil || got.terms != nil {
		t.Errorf("without an answer: %v, %v", got.terms, err)
	}
	var none *Compression
	if _, err := none.accept(prefix); err == nil {
		t.Error("an answer without an offer is accepted")
	}
}

// Every offer of a client is met by every server, and both then have the same terms.
func TestOwnClientsAndServersAgree(t *testing.T) {
	bits := []int{0, 8, 9, 12, 15}
	for _, clientSend := range bits {
		for _, clientReceive := range bits {
			for _, serverSend := range bits {
				for _, serverReceive := range bits {
					for takeover := range 16 {
						client := defaulted(t, Compression{takeover&1 != 0, takeover&2 != 0, clientSend, clientReceive, 0})
						server := defaulted(t, Compression{takeover&4 != 0, takeover&8 != 0, serverSend, serverReceive, 0})
						answer, err := server.answer(client.offer().String())
						if err != nil || answer.terms == nil {
							t.Fatalf("%+v refuses %+v (%v)", server, client, err)
						}
						got, err := client.accept(answer.text)
						if err != nil {
							t.Fatalf("%+v does not accept %q of %+v: %v", client, answer.text, server, err)
						}
						c, s := got.terms, answer.terms
						if s.sendTakeover != c.receiveTakeover || c.sendTakeover && !s.receiveTakeover ||
							s.sendBits > c.receiveBits || s.receiveTakeover && c.sendBits > s.receiveBits {
							t.Fatalf("client %+v, server %+v after %q", c, s, answer.text)
						}
					}
				}
			}
		}
	}
}

// FuzzExtensions checks that what is understood means the same when it is written again, and that neither role takes
// terms out of their range.
func FuzzExtensions(f *testing.F) {
	for _, seed := range []string{
		"permessage-deflate", "a; b; c=d, e", `a; b="c"`, `a; b="\c"`, `a;b="`, ",,a,,", "a b", ";", "a;", `a; b=""`,
		"permessage-deflate; server_max_window_bits=8; client_max_window_bits, x; y",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		list, err := parseExtensions(header)
		if err != nil {
			return
		}
		again, err := parseExtensions(written(list))
		if err != nil || written(again) != written(list) {
			t.Errorf("%q is %q, and that is %q (%v)", header, written(list), written(again), err)
		}
		c, err := both.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		answered, err := c.answer(header)
		checkTerms(t, answered, err)
		if answered.terms != nil && !strings.Contains(header, permessageDeflate) {
			t.Errorf("%q is answered", header)
		}
		if accepted, err := c.accept(header); err == nil {
			checkTerms(t, accepted, err)
		}
	})
}

func checkTerms(t *testing.T, a agreed, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("what is well-formed fails: %v", err)
	}
	if d := a.terms; d != nil && (min(d.sendBits, d.receiveBits) < MinWindowBits || max(d.sendBits, d.receiveBits) > MaxWindowBits) {
		t.Errorf("terms %+v", d)
	}
}

func written(list []extension) string {
	var items []string
	for _, e := range list {
		item := e.name
		for _, p := range e.params {
			if item += "; " + p.name; p.hasValue {
				item += "=" + p.value
			}
		}
		items = append(items, item)
	}
	return strings.Join(items, ", ")
}
