package wsstream

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// The extension permessage-deflate and its parameters (RFC 7692, section 7.1).
const (
	permessageDeflate       = "permessage-deflate"
	serverNoContextTakeover = "server_no_context_takeover"
	clientNoContextTakeover = "client_no_context_takeover"
	serverMaxWindowBits     = "server_max_window_bits"
	clientMaxWindowBits     = "client_max_window_bits"
)

// deflateParams are the parameters of one offer, or of the answer to it.
type deflateParams struct {
	serverNoTakeover, clientNoTakeover bool
	serverBits                         int  // 0 if not given
	clientBits                         int  // 0 if not given, or without a value
	clientBitsOffered                  bool // client_max_window_bits is there, with a value or without
}

// String returns the extension as it is in the header.
func (p deflateParams) String() string {
	var b strings.Builder
	b.WriteString(permessageDeflate)
	if p.serverNoTakeover {
		b.WriteString("; " + serverNoContextTakeover)
	}
	if p.clientNoTakeover {
		b.WriteString("; " + clientNoContextTakeover)
	}
	if p.serverBits != 0 {
		fmt.Fprintf(&b, "; %s=%d", serverMaxWindowBits, p.serverBits)
	}
	switch {
	case p.clientBits != 0:
		fmt.Fprintf(&b, "; %s=%d", clientMaxWindowBits, p.clientBits)
	case p.clientBitsOffered:
		b.WriteString("; " + clientMaxWindowBits)
	}
	return b.String()
}

// parseDeflateParams reads the parameters of an offer, or of an answer, in which client_max_window_bits must have a
// value. An unknown parameter, one that comes twice, and a value out of its range are errors.
func parseDeflateParams(params []extensionParam, answer bool) (p deflateParams, err error) {
	seen := make(map[string]bool, len(params))
	for _, param := range params {
		if seen[param.name] {
			return p, fmt.Errorf("%s: %s twice", permessageDeflate, param.name)
		}
		seen[param.name] = true
		ok := true
		switch param.name {
		case serverNoContextTakeover:
			p.serverNoTakeover, ok = true, !param.hasValue
		case clientNoContextTakeover:
			p.clientNoTakeover, ok = true, !param.hasValue
		case serverMaxWindowBits:
			p.serverBits, ok = windowBits(param)
		case clientMaxWindowBits:
			p.clientBitsOffered = true
			if param.hasValue || answer {
				p.clientBits, ok = windowBits(param)
			}
		default:
			ok = false
		}
		if !ok {
			return p, fmt.Errorf("%s: the parameter %s is unknown or has a wrong value %q", permessageDeflate, param.name, param.value)
		}
	}
	return p, nil
}

// windowBits returns the value of a parameter that gives a window: decimal, from 8 to 15, without leading zeros.
func windowBits(param extensionParam) (int, bool) {
	bits, err := strconv.Atoi(param.value)
	ok := err == nil && bits >= MinWindowBits && bits <= MaxWindowBits && strconv.Itoa(bits) == param.value
	return bits, ok
}

// deflateTerms are what both sides have agreed on, as seen from this one.
type deflateTerms struct {
	sendTakeover, receiveTakeover bool
	sendBits, receiveBits         int
	threshold                     int
}

// offer returns what a client offers. It always lets the server choose how large the window of the client may be.
func (c *Compression) offer() deflateParams {
	p := deflateParams{
		serverNoTakeover:  !c.ReceiveTakeover,
		clientNoTakeover:  !c.SendTakeover,
		clientBitsOffered: true,
	}
	if c.SendWindowBits < MaxWindowBits {
		p.clientBits = c.SendWindowBits
	}
	if c.ReceiveWindowBits < MaxWindowBits {
		p.serverBits = c.ReceiveWindowBits
	}
	return p
}

// agreed is the outcome of a negotiation. The zero value is no compression.
type agreed struct {
	terms *deflateTerms // nil for no compression
	text  string        // of the Sec-WebSocket-Extensions header that the server answers with, "" for none
}

// addTo returns header with what the server answers.
func (a agreed) addTo(header http.Header) http.Header {
	if a.text == "" {
		return header
	}
	header = canonical(header)
	header.Set("Sec-Websocket-Extensions", a.text)
	return header
}

// answer returns what a server agrees to, given the client's header: the first offer that it can meet, or nothing. It
// fails for a malformed header.
func (c *Compression) answer(header string) (agreed, error) {
	offers, err := parseExtensions(header)
	if err != nil || c == nil {
		return agreed{}, err
	}
	for _, e := range offers {
		if e.name != permessageDeflate {
			continue
		}
		// An offer with anything that is unknown or wrong must be declined (section 7.1), not the handshake.
		if offer, err := parseDeflateParams(e.params, false); err == nil {
			return c.meet(offer), nil
		}
	}
	return agreed{}, nil
}

// meet returns the answer to an offer. Both sides may do with less than they are offered, so every good one can be met.
func (c *Compression) meet(offer deflateParams) agreed {
	terms := &deflateTerms{
		sendTakeover:    c.SendTakeover && !offer.serverNoTakeover,
		receiveTakeover: c.ReceiveTakeover && !offer.clientNoTakeover,
		sendBits:        c.SendWindowBits,
		receiveBits:     c.ReceiveWindowBits,
		threshold:       c.Threshold,
	}
	var p deflateParams
	if offer.serverBits != 0 {
		terms.sendBits = min(terms.sendBits, offer.serverBits)
		p.serverBits = terms.sendBits
	}
	if offer.clientBits != 0 {
		terms.receiveBits = min(terms.receiveBits, offer.clientBits)
	}
	switch {
	case offer.clientBits != 0, offer.clientBitsOffered && terms.receiveBits < MaxWindowBits:
		p.clientBits = terms.receiveBits
	case terms.receiveBits < MaxWindowBits:
		// A client that has not offered it must not be told a window. Without takeover we keep none.
		terms.receiveTakeover, terms.receiveBits = false, MaxWindowBits
	}
	p.serverNoTakeover, p.clientNoTakeover = !terms.sendTakeover, !terms.receiveTakeover
	return agreed{terms, p.String()}
}

// accept returns what a client has agreed to by offering c, given the server's header. An answer that does not fit
// what was offered is an error, with which the handshake fails (section 7.1, and RFC 6455, section 4.1).
func (c *Compression) accept(header string) (agreed, error) {
	answers, err := parseExtensions(header)
	switch {
	case err != nil:
		return agreed{}, err
	case len(answers) == 0:
		return agreed{}, nil
	case c == nil || len(answers) > 1 || answers[0].name != permessageDeflate:
		return agreed{}, errors.New("the server chose an extension that was not offered, or one twice")
	}
	answer, err := parseDeflateParams(answers[0].params, true)
	if err != nil {
		return agreed{}, err
	}
	offer := c.offer()
	switch {
	case offer.serverNoTakeover && !answer.serverNoTakeover:
		return agreed{}, fmt.Errorf("the server did not agree to %s", serverNoContextTakeover)
	case offer.serverBits != 0 && (answer.serverBits == 0 || answer.serverBits > offer.serverBits):
		return agreed{}, fmt.Errorf("the server did not agree to %s=%d", serverMaxWindowBits, offer.serverBits)
	case offer.clientBits != 0 && answer.clientBits > offer.clientBits:
		return agreed{}, fmt.Errorf("the server wants %s=%d, more than was offered", clientMaxWindowBits, answer.clientBits)
	}
	terms := &deflateTerms{
		sendTakeover:    c.SendTakeover && !answer.clientNoTakeover,
		receiveTakeover: !answer.serverNoTakeover,
		sendBits:        c.SendWindowBits,
		receiveBits:     MaxWindowBits,
		threshold:       c.Threshold,
	}
	if answer.clientBits != 0 {
		terms.sendBits = min(terms.sendBits, answer.clientBits)
	}
	if answer.serverBits != 0 {
		terms.receiveBits = answer.serverBits
	}
	return agreed{terms, answer.String()}, nil
}
