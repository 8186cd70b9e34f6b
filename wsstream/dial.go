package wsstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/gobwas/ws"
)

// New starts to connect to url, in the background, and returns at once: Opened tells when the connection is open. With
// a url that is not absolute or has another scheme than ws, wss, http (for ws) and https (for wss), or a fragment, and
// with options that are wrong, it fails with ErrURL, ErrSubprotocol, ErrHeader or ErrOption, and connects to nothing.
// A user and password in url become an Authorization header. Opts may be nil.
func New(url string, opts *Options) (*WebSocketStream, error) {
	d, err := newDialer(url, opts)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if d.options.Signal != nil {
		ctx = d.options.Signal
	}
	s, ctx := connecting(ctx, d.publicURL())
	go d.connect(ctx, s)
	return s, nil
}

// Dial is New and Opened in one: it waits until the connection is open. When ctx (or opts.Signal) ends before, the
// handshake is given up, and Dial returns the cause; later they have no effect. Opts may be nil.
func Dial(ctx context.Context, url string, opts *Options) (*WebSocketStream, *Connection, error) {
	d, err := newDialer(url, opts)
	if err != nil {
		return nil, nil, err
	}
	s, ctx := connecting(ctx, d.publicURL())
	if signal := d.options.Signal; signal != nil {
		abort := s.handshake
		if signal.Err() != nil {
			abort(context.Cause(signal))
		}
		defer context.AfterFunc(signal, func() { abort(context.Cause(signal)) })()
	}
	d.connect(ctx, s)
	if s.err != nil {
		return nil, nil, s.err
	}
	return s, s.connection, nil
}

// dialer opens one connection.
type dialer struct {
	url      *url.URL
	options  Options
	settings settings
	header   http.Header // without Host
	host     string      // in place of that of the URL, or ""
}

func newDialer(rawURL string, opts *Options) (*dialer, error) {
	if opts == nil {
		opts = new(Options)
	}
	u, err := parseURL(rawURL)
	if err != nil {
		return nil, err
	}
	set, err := opts.settings()
	if err != nil {
		return nil, err
	}
	header := canonical(opts.Header)
	host := header.Get("Host")
	header.Del("Host")
	if u.User != nil && header.Get("Authorization") == "" {
		header.Set("Authorization", basicAuth(u.User))
	}
	return &dialer{url: u, options: *opts, settings: set, header: header, host: host}, nil
}

// basicAuth returns the Authorization header for a user and password (RFC 7617).
func basicAuth(user *url.Userinfo) string {
	password, _ := user.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
}

// publicURL returns the URL without user and password.
func (d *dialer) publicURL() string {
	u := *d.url
	u.User = nil
	return u.String()
}

// connect does the opening handshake for s. It waits until that is over; ctx and the time limit end it.
func (d *dialer) connect(ctx context.Context, s *WebSocketStream) {
	ctx, cancel := context.WithTimeoutCause(ctx, d.settings.handshakeTimeout, ErrHandshakeTimeout)
	defer cancel()
	socket, early, protocol, err := d.dial(ctx)
	if err != nil {
		s.fail(handshakeError(ctx, err))
		return
	}
	if !s.open(socket, early, protocol, &d.settings) {
		_ = transport(socket).Close() // Close was called; nobody has seen this connection
		s.fail(handshakeError(ctx, ErrClosedWhileConnecting))
	}
}

// dial returns a socket on which the handshake is done, what was read behind it, and the subprotocol.
func (d *dialer) dial(ctx context.Context) (_ net.Conn, early []byte, protocol string, err error) {
	if ctx.Err() != nil {
		return nil, nil, "", context.Cause(ctx)
	}
	socket, err := d.dialSocket(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	release := limitBy(ctx, socket)
	early, protocol, err = d.upgrade(socket)
	if releaseErr := release(); err == nil {
		err = releaseErr
	}
	if err != nil {
		_ = transport(socket).Close() // the handshake failed, which is what there is to tell
		return nil, nil, "", err
	}
	return socket, early, protocol, nil
}

// dialSocket connects to the host, with TLS for wss.
func (d *dialer) dialSocket(ctx context.Context) (net.Conn, error) {
	dial := d.options.NetDial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	host := d.url.Hostname()
	port := cmp.Or(d.url.Port(), defaultPort(d.url.Scheme))
	socket, err := dial(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil || d.url.Scheme == "ws" {
		return socket, err
	}
	config := d.options.TLSConfig.Clone()
	if config == nil {
		config = new(tls.Config)
	}
	config.ServerName = cmp.Or(config.ServerName, host)
	config.NextProtos = []string{"http/1.1"} // with HTTP/2 there is no upgrade
	secure := tls.Client(socket, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = socket.Close() // the handshake failed, which is what there is to tell
		return nil, err
	}
	return secure, nil
}

// upgrade sends the request and reads the response (RFC 6455, section 4.1).
func (d *dialer) upgrade(socket net.Conn) (early []byte, protocol string, err error) {
	br := headBuffer(socket)
	defer freeHeadBuffer(br)
	upgrader := ws.Dialer{
		Protocols: d.options.Protocols,
		Header:    ws.HandshakeHeaderHTTP(d.header),
		Host:      d.host,
	}
	head := struct {
		io.Reader
		io.Writer
	}{newHeadReader(br, d.settings.maxHeaderSize, false), socket}
	_, hs, err := upgrader.Upgrade(head, d.url)
	switch {
	case err == nil && hs.Protocol == "" && len(d.options.Protocols) > 0:
		err = fmt.Errorf("%w: the server chose none", ErrSubprotocol)
	case errors.Is(err, ws.ErrHandshakeBadSubProtocol):
		err = fmt.Errorf("%w: the server chose one that was not offered", ErrSubprotocol)
	}
	if err != nil {
		return nil, "", badResponse(err)
	}
	return buffered(br), hs.Protocol, nil
}

// badResponse returns err as the error of a handshake.
func badResponse(err error) error {
	if e, ok := errors.AsType[*HandshakeError](err); ok {
		return e
	}
	status, _ := errors.AsType[ws.StatusError](err)
	return &HandshakeError{StatusCode: int(status), Err: err}
}
