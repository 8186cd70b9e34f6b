package wsstream

import (
	"cmp"
	"context"
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
	defer d.heedSignal(s.handshake)()
	d.connect(ctx, s)
	if s.err != nil {
		return nil, nil, s.err
	}
	return s, s.connection, nil
}

// heedSignal makes the end of the option Signal call abort with its cause. stop ends that.
func (d *dialer) heedSignal(abort context.CancelCauseFunc) (stop func() bool) {
	signal := d.options.Signal
	if signal == nil {
		return func() bool { return true }
	}
	if signal.Err() != nil {
		abort(context.Cause(signal))
	}
	return context.AfterFunc(signal, func() { abort(context.Cause(signal)) })
}

// dialer opens one connection.
type dialer struct {
	url      *url.URL
	options  Options
	settings Settings
	header   http.Header // without Host
	host     string      // what the Host header says
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
	if c := set.Compression; c != nil {
		header.Set("Sec-Websocket-Extensions", c.offer().String())
	}
	return &dialer{url: u, options: *opts, settings: set, header: header, host: cmp.Or(host, withoutZone(u.Host))}, nil
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
	ctx, cancel := d.limit(ctx)
	defer cancel()
	hs, err := d.dial(ctx)
	if err != nil {
		s.fail(handshakeError(ctx, err))
		return
	}
	if !s.open(hs, &d.settings) {
		_ = transport(hs.socket).Close() // Close was called; nobody has seen this connection
		s.fail(handshakeError(ctx, ErrClosedWhileConnecting))
	}
}

// limit adds the time limit of the handshake to ctx.
func (d *dialer) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d.settings.HandshakeTimeout, ErrHandshakeTimeout)
}

// dial connects and does the handshake.
func (d *dialer) dial(ctx context.Context) (handshake, error) {
	if ctx.Err() != nil {
		return handshake{}, context.Cause(ctx)
	}
	socket, err := d.dialSocket(ctx)
	if err != nil {
		return handshake{}, err
	}
	release := limitBy(ctx, socket)
	hs, err := d.upgrade(socket)
	if releaseErr := release(); err == nil {
		err = releaseErr
	}
	if err != nil {
		_ = transport(socket).Close() // the handshake failed, which is what there is to tell
		return handshake{}, err
	}
	return hs, nil
}

// dialSocket connects to the host, with TLS for wss.
func (d *dialer) dialSocket(ctx context.Context) (net.Conn, error) {
	host := d.url.Hostname()
	port := cmp.Or(d.url.Port(), defaultPort(d.url.Scheme))
	socket, err := d.reach(ctx, net.JoinHostPort(host, port))
	if err != nil || d.url.Scheme == "ws" {
		return socket, err
	}
	return startTLS(ctx, socket, cloneTLS(d.options.TLSConfig), host)
}

// upgrade sends the request and reads the response (RFC 6455, section 4.1).
func (d *dialer) upgrade(socket net.Conn) (handshake, error) {
	br := headBuffer(socket)
	defer freeHeadBuffer(br)
	upgrader := ws.Dialer{
		Protocols: d.options.Protocols,
		Header:    ws.HandshakeHeaderHTTP(d.header),
		Host:      d.host,
	}
	head := newHeadReader(br, d.settings.MaxHeaderSize, false)
	_, hs, err := upgrader.Upgrade(struct {
		io.Reader
		io.Writer
	}{head, socket}, d.url)
	switch {
	case err == nil && hs.Protocol == "" && len(d.options.Protocols) > 0:
		err = fmt.Errorf("%w: the server chose none", ErrSubprotocol)
	case errors.Is(err, ws.ErrHandshakeBadSubProtocol):
		err = fmt.Errorf("%w: the server chose one that was not offered", ErrSubprotocol)
	}
	if err != nil {
		return handshake{}, badResponse(err)
	}
	extensions, err := d.settings.Compression.accept(head.extensions())
	if err != nil {
		return handshake{}, badResponse(fmt.Errorf("%w: %w", ErrExtensions, err))
	}
	return handshake{socket, d.publicURL(), hs.Protocol, extensions, buffered(br)}, nil
}

// badResponse returns err as the error of a handshake.
func badResponse(err error) error {
	if e, ok := errors.AsType[*HandshakeError](err); ok {
		return e
	}
	status, _ := errors.AsType[ws.StatusError](err)
	return &HandshakeError{StatusCode: int(status), Err: err}
}
