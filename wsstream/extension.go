package wsstream

import (
	"fmt"
	"strings"
)

// extension is an element of a Sec-WebSocket-Extensions header.
type extension struct {
	name   string
	params []extensionParam // in the order in which they came, repeated ones too
}

// extensionParam is a parameter of an extension.
type extensionParam struct {
	name, value string
	hasValue    bool
}

// errExtensions is what a handshake with a malformed header fails with.
var errExtensions = fmt.Errorf("%w: a malformed Sec-WebSocket-Extensions header", ErrExtensions)

// parseExtensions reads a Sec-WebSocket-Extensions header (RFC 6455, section 9.1), of which all lines have been joined
// with commas. As in every list, elements may be empty (RFC 9110, section 5.6.1.2).
func parseExtensions(header string) ([]extension, error) {
	p := extensionParser{rest: header}
	var list []extension
	for {
		p.skipSpace()
		if p.rest == "" {
			return list, nil
		}
		if p.skip(',') {
			continue
		}
		e, ok := p.extension()
		if !ok || p.rest != "" && !p.skip(',') {
			return nil, errExtensions
		}
		list = append(list, e)
	}
}

// extensionParser takes a header apart from its beginning.
type extensionParser struct {
	rest string
}

// extension reads an extension and the white space behind it.
func (p *extensionParser) extension() (e extension, ok bool) {
	if e.name, ok = p.token(); !ok {
		return e, false
	}
	for p.skip(';') {
		param, ok := p.param()
		if !ok {
			return e, false
		}
		e.params = append(e.params, param)
	}
	return e, true
}

func (p *extensionParser) param() (param extensionParam, ok bool) {
	if param.name, ok = p.token(); !ok {
		return param, false
	}
	if param.hasValue = p.skip('='); !param.hasValue {
		return param, true
	}
	p.skipSpace()
	if strings.HasPrefix(p.rest, `"`) {
		param.value, ok = p.quoted()
	} else {
		param.value, ok = p.token()
	}
	return param, ok
}

// token reads a token and the white space around it.
func (p *extensionParser) token() (string, bool) {
	p.skipSpace()
	n := 0
	for n < len(p.rest) && isTokenByte(p.rest[n]) {
		n++
	}
	token := p.rest[:n]
	p.rest = p.rest[n:]
	p.skipSpace()
	return token, n > 0
}

// quoted reads a quoted string, which must be a token when it is unquoted, and the white space behind it.
func (p *extensionParser) quoted() (string, bool) {
	var value []byte
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; c {
		case '"':
			p.rest = p.rest[i+1:]
			p.skipSpace()
			return string(value), isToken(string(value))
		case '\\':
			if i++; i == len(p.rest) {
				return "", false
			}
			value = append(value, p.rest[i])
		default:
			value = append(value, c)
		}
	}
	return "", false
}

func (p *extensionParser) skipSpace() { p.rest = strings.TrimLeft(p.rest, " \t") }

// skip reads c if that is next.
func (p *extensionParser) skip(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}
