package wsstream

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// parseURL returns the URL to connect to, as the standard serialises it: with the scheme ws or wss, without a port
// that is the default, with a path.
func parseURL(raw string) (*url.URL, error) {
	if strings.Contains(raw, "#") {
		return nil, fmt.Errorf("%w: it has a fragment", ErrURL)
	}
	u, err := url.Parse(raw)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the URL, which may contain a password
		}
		return nil, fmt.Errorf("%w: %w", ErrURL, err)
	}
	switch u.Scheme {
	case "ws", "http":
		u.Scheme = "ws"
	case "wss", "https":
		u.Scheme = "wss"
	default:
		return nil, fmt.Errorf("%w: the scheme is %q, not ws, wss, http or https", ErrURL, u.Scheme)
	}
	if err := checkHost(u); err != nil {
		return nil, err
	}
	u.Host = strings.TrimSuffix(strings.ToLower(u.Host), ":"+defaultPort(u.Scheme))
	u.Host = strings.TrimSuffix(u.Host, ":")
	if u.Path == "" {
		u.Path = "/"
	}
	u.RawQuery = escapeQuery(u.RawQuery)
	return u, nil
}

// checkHost returns the error for a host or port that cannot be connected to.
func checkHost(u *url.URL) error {
	host, port := u.Hostname(), u.Port()
	if host == "" {
		return fmt.Errorf("%w: it has no host", ErrURL)
	}
	for i := range len(host) {
		if host[i] <= ' ' || host[i] >= 0x7f {
			return fmt.Errorf("%w: the host %q is not ASCII; give its xn-- form", ErrURL, host)
		}
	}
	if port == "" {
		return nil
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%w: the port is %q", ErrURL, port)
	}
	return nil
}

// withoutZone returns a host without the zone of an IPv6 address, which means something on this machine only (RFC 6874,
// section 4).
func withoutZone(host string) string {
	before, zone, found := strings.Cut(host, "%")
	if !found {
		return host
	}
	_, after, bracketed := strings.Cut(zone, "]")
	if !bracketed {
		return before
	}
	return before + "]" + after
}

func defaultPort(scheme string) string {
	if scheme == "wss" {
		return "443"
	}
	return "80"
}

// escapeQuery escapes what must not be in a request line. net/url does that for paths, not for queries.
func escapeQuery(query string) string {
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
