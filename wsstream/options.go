package wsstream

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
)

// Options are a client's. The zero value, and a nil pointer, are safe defaults. An Options may be used for several
// connections, also at the same time, and must not change meanwhile.
type Options struct {
	// Protocols are the subprotocols to offer, the most wanted first: distinct tokens. If there are any, a server that
	// chooses none of them fails the handshake. The default is to offer none.
	Protocols []string

	// Header is sent with the request, besides the headers of the handshake itself, which it must not name. Host
	// overrides that of the URL.
	Header http.Header

	// Signal ends the handshake when it ends before the connection is open; Opened and Closed then return its cause. It
	// has no effect on an open connection. The default is a handshake that only its time and Close can end.
	Signal context.Context

	// TLSConfig is for wss. It is not changed: ServerName defaults to the host of the URL, and NextProtos is always
	// HTTP/1.1. The default trusts the system's authorities.
	TLSConfig *tls.Config

	// Proxy returns the URL of the proxy for a request, or nil for none; http.ProxyFromEnvironment is such a function.
	// The request has the URL to connect to, with the scheme http for ws and https for wss. The scheme of the proxy's URL
	// says what it is: http and https are asked for a tunnel with CONNECT, https by TLS according to TLSConfig; socks5 and
	// socks5h look up the name of the host by themselves, both. A user and password are sent to the proxy. The default is
	// to use no proxy.
	Proxy func(r *http.Request) (*url.URL, error)

	// NetDial makes the connection to a host and port, those of the proxy if there is one, over which TLS runs for wss. It
	// must heed its context. The connection must have working deadlines. The default is that of net.Dialer.
	NetDial func(ctx context.Context, network, address string) (net.Conn, error)

	// Settings are those that a server has as well.
	Settings
}

// UpgradeOptions are a server's. The zero value, and a nil pointer, are safe defaults. An UpgradeOptions may be used
// for several connections, also at the same time, and must not change meanwhile.
type UpgradeOptions struct {
	// Protocols are the subprotocols that the server speaks: distinct tokens. The first of the client's that is among
	// them is chosen; if none is, the connection has none. The default is to speak none.
	Protocols []string

	// Header is sent with the response, besides the headers of the handshake itself, which it must not name.
	Header http.Header

	// CheckOrigin decides about a request with an Origin header, as all that come from web pages have: whether a page
	// of that origin may talk to the host that it asked for. A request without the header is let in: its sender could
	// claim any origin. The default is to let in pages of the same host and port, so that no other page can use the
	// cookies that a visitor has here. It may be called by several goroutines at once, and must not wait.
	CheckOrigin func(origin, host string) bool

	// Settings are those that a client has as well.
	Settings
}

// settings returns those of the options with the defaults filled in, and the error for options that are wrong.
func (o *Options) settings() (Settings, error) {
	return checkOptions(o.Protocols, o.Header, o.Settings)
}

// settings returns those of the options with the defaults filled in, and the error for options that are wrong.
func (o *UpgradeOptions) settings() (Settings, error) {
	return checkOptions(o.Protocols, o.Header, o.Settings)
}

func checkOptions(protocols []string, header http.Header, s Settings) (Settings, error) {
	if err := checkSubprotocols(protocols); err != nil {
		return Settings{}, err
	}
	if err := checkHeader(header); err != nil {
		return Settings{}, err
	}
	return s.withDefaults()
}
