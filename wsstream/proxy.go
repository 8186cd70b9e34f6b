package wsstream

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"golang.org/x/net/proxy"
)

// dialFunc makes a connection, as net.Dialer does. Its methods are what package proxy asks for.
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

func (f dialFunc) Dial(network, address string) (net.Conn, error) {
	return f(context.Background(), network, address)
}

func (f dialFunc) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return f(ctx, network, address)
}

// reach connects to address, through a proxy if the options say so.
func (d *dialer) reach(ctx context.Context, address string) (net.Conn, error) {
	dial := dialFunc(d.options.NetDial)
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	via, err := d.chooseProxy(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProxy, err)
	}
	if via == nil {
		return dial(ctx, "tcp", address)
	}
	var socket net.Conn
	switch via.Scheme {
	case "http", "https":
		socket, err = d.connectThrough(ctx, dial, via, address)
	case "socks5", "socks5h":
		socket, err = socksThrough(ctx, dial, via, address)
	default:
		err = fmt.Errorf("the scheme is %q, not http, https, socks5 or socks5h", via.Scheme)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProxy, err)
	}
	return socket, nil
}

// chooseProxy returns the URL of the proxy to use, nil for none.
func (d *dialer) chooseProxy(ctx context.Context) (*url.URL, error) {
	if d.options.Proxy == nil {
		return nil, nil
	}
	u := *d.url
	u.Scheme = "http"
	if d.url.Scheme == "wss" {
		u.Scheme = "https"
	}
	r := &http.Request{Method: http.MethodGet, URL: &u, Header: d.header, Host: d.host}
	return d.options.Proxy(r.WithContext(ctx))
}

// connectThrough has an HTTP proxy make a tunnel to address (RFC 9110, section 9.3.6).
func (d *dialer) connectThrough(ctx context.Context, dial dialFunc, via *url.URL, address string) (net.Conn, error) {
	port := "80"
	if via.Scheme == "https" {
		port = "443"
	}
	socket, err := dial(ctx, "tcp", net.JoinHostPort(via.Hostname(), cmp.Or(via.Port(), port)))
	if err != nil {
		return nil, err
	}
	if via.Scheme == "https" {
		config := cloneTLS(d.options.TLSConfig)
		config.ServerName = "" // that of the server behind the proxy
		if socket, err = startTLS(ctx, socket, config, via.Hostname()); err != nil {
			return nil, err
		}
	}
	release := limitBy(ctx, socket)
	err = requestTunnel(socket, address, via.User, d.settings.MaxHeaderSize)
	if releaseErr := release(); err == nil {
		err = releaseErr
	}
	if err != nil {
		_ = transport(socket).Close() // there is no tunnel, which is what there is to tell
		return nil, err
	}
	return socket, nil
}

// requestTunnel asks a proxy for a tunnel to address, and reads its answer, of at most size bytes.
func requestTunnel(socket net.Conn, address string, user *url.Userinfo, size int) error {
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: make(http.Header)}
	if user != nil {
		request.Header.Set("Proxy-Authorization", basicAuth(user))
	}
	if err := request.Write(socket); err != nil {
		return err
	}
	room := &io.LimitedReader{R: socket, N: int64(size)}
	br := bufio.NewReader(room)
	// The body is not closed, which would read it: that of a refusal does not matter, and a length announced for that of
	// success does not count (RFC 9110, section 9.3.6).
	response, err := http.ReadResponse(br, request) //nolint:bodyclose // see above
	for n := 0; err == nil && response.StatusCode < 200 && n < maxInterim; n++ {
		response, err = http.ReadResponse(br, request) //nolint:bodyclose // there is none
	}
	switch {
	case err != nil && room.N == 0:
		return ErrHeadTooLarge
	case err != nil:
		return err
	}
	switch {
	case response.StatusCode < 200 || response.StatusCode > 299:
		return fmt.Errorf("it answered with status %d", response.StatusCode)
	case br.Buffered() > 0:
		return errors.New("it sent something before it was asked") // the client speaks first, with TLS and without
	default:
		return nil
	}
}

// socksThrough has a SOCKS5 proxy connect to address (RFC 1928), which it looks up by itself.
func socksThrough(ctx context.Context, dial dialFunc, via *url.URL, address string) (net.Conn, error) {
	var socket net.Conn // what package proxy returns hides the methods that a TCP connection has besides those of net.Conn
	kept := func(ctx context.Context, network, address string) (_ net.Conn, err error) {
		socket, err = dial(ctx, network, address)
		return socket, err
	}
	through, err := proxy.FromURL(via, dialFunc(kept))
	if err != nil {
		return nil, err
	}
	if _, err := through.(proxy.ContextDialer).DialContext(ctx, "tcp", address); err != nil {
		return nil, err // and the socket is closed
	}
	return socket, nil
}

// startTLS does the TLS handshake with host over a socket, which is closed if that fails. It changes config.
func startTLS(ctx context.Context, socket net.Conn, config *tls.Config, host string) (net.Conn, error) {
	config.ServerName = cmp.Or(config.ServerName, withoutZone(host))
	config.NextProtos = []string{"http/1.1"} // with HTTP/2 there is no upgrade
	secure := tls.Client(socket, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = transport(socket).Close() // the handshake failed, which is what there is to tell
		return nil, err
	}
	return secure, nil
}

// cloneTLS returns a copy of config, of which nil is the default.
func cloneTLS(config *tls.Config) *tls.Config {
	if config == nil {
		return new(tls.Config)
	}
	return config.Clone()
}
