package wsstream

import (
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"unicode"
)

// isToken reports whether s is a token of HTTP (RFC 9110, section 5.6.2), as names of headers and subprotocols are.
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// isAuthority reports whether s is a host, with or without a port, as the Host header has it (RFC 9110, section 7.2).
func isAuthority(s string) bool {
	u, err := url.Parse("//" + s)
	if err != nil || u.Host != s || u.Hostname() == "" {
		return false
	}
	// Package url is lenient with these.
	return !strings.ContainsFunc(s, func(c rune) bool { return c > unicode.MaxASCII || strings.ContainsRune(`<>"`, c) })
}

// hasToken reports whether a comma-separated list contains token, in whatever case.
func hasToken(list, token string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(textproto.TrimString(item), token) {
			return true
		}
	}
	return false
}

// checkSubprotocols returns the error for subprotocols that must not be offered (RFC 6455, section 4.1).
func checkSubprotocols(protocols []string) error {
	seen := make(map[string]bool, len(protocols))
	for _, p := range protocols {
		if !isToken(p) {
			return fmt.Errorf("%w: %q is no token", ErrSubprotocol, p)
		}
		// Compared without case, as the standard's authors do: two that differ in case alone are a slip.
		if key := strings.ToLower(p); seen[key] {
			return fmt.Errorf("%w: %q twice", ErrSubprotocol, p)
		} else {
			seen[key] = true
		}
	}
	return nil
}

// checkHeader returns the error for extra headers that cannot be sent or that belong to the handshake itself.
func checkHeader(header http.Header) error {
	for name, values := range header {
		key := http.CanonicalHeaderKey(name)
		switch {
		case !isToken(name):
			return fmt.Errorf("%w: %q is no name", ErrHeader, name)
		case key == "Upgrade", key == "Connection", strings.HasPrefix(key, "Sec-Websocket-"):
			return fmt.Errorf("%w: %s belongs to the handshake", ErrHeader, name)
		case key == "Content-Length", key == "Transfer-Encoding":
			return fmt.Errorf("%w: %s, and the handshake has no body", ErrHeader, name)
		}
		for _, v := range values {
			if strings.ContainsAny(v, "\r\n\x00") {
				return fmt.Errorf("%w: the value of %s has a line break", ErrHeader, name)
			}
		}
	}
	return nil
}

// canonical returns a copy of header with canonical names, as its methods need them.
func canonical(header http.Header) http.Header {
	c := make(http.Header, len(header))
	for name, values := range header {
		key := http.CanonicalHeaderKey(name)
		c[key] = append(c[key], values...)
	}
	return c
}
