package wsstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gobwas/ws"
)

// Upgrade answers a request to open a WebSocket and returns the connection, which is open. It waits for the response to
// be written, as long as the option HandshakeTimeout lets it. It takes the connection away from the http.Server, so the
// handler may return at once: the connection lives on. But the context of r ends then, so a pipe that outlives the
// handler needs another one. Opts may be nil.
//
// A request that is wrong has been answered with an HTTP status when Upgrade fails with a *HandshakeError that tells it;
// the handler must not answer. It fails with ErrSubprotocol, ErrHeader or ErrOption for options that are wrong, and
// has answered with status 500.
func Upgrade(w http.ResponseWriter, r *http.Request, opts *UpgradeOptions) (*WebSocketStream, error) {
	hs, set, err := upgrade(w, r, opts)
	if err != nil {
		return nil, err
	}
	return accepted(hs, &set), nil
}

// upgrade does the handshake of Upgrade.
func upgrade(w http.ResponseWriter, r *http.Request, opts *UpgradeOptions) (handshake, Settings, error) {
	if opts == nil {
		opts = new(UpgradeOptions)
	}
	set, err := opts.settings()
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return handshake{}, set, err
	}
	hs, err := opts.answer(w, r, &set)
	return hs, set, err
}

// answer answers a request.
func (o *UpgradeOptions) answer(w http.ResponseWriter, r *http.Request, set *Settings) (handshake, error) {
	if refusal := o.checkRequest(r, set.MaxHeaderSize); refusal != nil {
		if errors.Is(refusal, errBody) {
			w.Header().Set("Connection", "close") // or net/http would wait for the body before it answers
		}
		http.Error(w, refusal.Err.Error(), refusal.StatusCode)
		return handshake{}, refusal
	}
	extensions, err := set.Compression.answer(strings.Join(r.Header["Sec-Websocket-Extensions"], ","))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return handshake{}, &HandshakeError{http.StatusBadRequest, err}
	}
	upgrader := ws.HTTPUpgrader{
		Timeout:  set.HandshakeTimeout,
		Header:   extensions.addTo(o.Header),
		Protocol: func(p string) bool { return slices.Contains(o.Protocols, p) },
	}
	socket, rw, hs, err := upgrader.Upgrade(withOneConnection(r), w)
	if err != nil {
		if socket != nil {
			_ = socket.Close() // the request was refused, which is what there is to tell
		}
		return handshake{}, badRequest(err)
	}
	return handshake{socket, requestURL(r.TLS != nil, r.Host, r.URL), hs.Protocol, extensions, buffered(rw.Reader)}, nil
}

// checkRequest looks at what gobwas/ws does not. Size bounds the header that is taken apart here into many times as much
// memory: to net/http a request of a MiB is small enough.
func (o *UpgradeOptions) checkRequest(r *http.Request, size int) *HandshakeError {
	_, err := parseTarget(r.RequestURI)
	switch {
	case r.ContentLength != 0 || len(r.TransferEncoding) > 0:
		return &HandshakeError{http.StatusBadRequest, errBody}
	case !isAuthority(r.Host):
		return &HandshakeError{http.StatusBadRequest, errHost}
	case err != nil:
		return &HandshakeError{http.StatusBadRequest, err}
	case sizeOf(r.Header["Sec-Websocket-Extensions"]) > size:
		return &HandshakeError{http.StatusRequestHeaderFieldsTooLarge, ErrHeadTooLarge}
	case !o.originAllowed(r.Header["Origin"], r.Host):
		return &HandshakeError{http.StatusForbidden, ErrOrigin}
	}
	if keys := r.Header["Sec-Websocket-Key"]; len(keys) > 1 || len(keys) == 1 && !isKey(keys[0]) {
		return &HandshakeError{http.StatusBadRequest, errors.New("not one Sec-WebSocket-Key of 16 bytes in base64")}
	}
	return nil
}

// sizeOf returns the size of a header that comes in several lines.
func sizeOf(lines []string) (n int) {
	for _, line := range lines {
		n += len(line) + 1
	}
	return n
}

// originAllowed reports whether a request with these Origin headers is let in.
func (o *UpgradeOptions) originAllowed(origins []string, host string) bool {
	allowed := o.CheckOrigin
	if allowed == nil {
		allowed = sameHost
	}
	for _, origin := range origins {
		if !allowed(origin, host) {
			return false
		}
	}
	return true
}

// sameHost reports whether a page of this origin comes from the host that it asks.
func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, host)
}

// withOneConnection returns r with all Connection headers in one, where gobwas/ws looks at the first.
func withOneConnection(r *http.Request) *http.Request {
	if len(r.Header["Connection"]) < 2 {
		return r
	}
	joined := *r
	joined.Header = r.Header.Clone()
	joined.Header.Set("Connection", strings.Join(r.Header["Connection"], ","))
	return &joined
}

// badRequest returns err, with which gobwas/ws has answered, as the error of a handshake.
func badRequest(err error) error {
	status := 0
	if rejected, ok := errors.AsType[*ws.ConnectionRejectedError](err); ok {
		status = rejected.StatusCode()
	}
	return &HandshakeError{StatusCode: status, Err: err}
}

// requestURL returns the URL that a client asked for.
func requestURL(secure bool, host string, u *url.URL) string {
	scheme := "ws://"
	if secure {
		scheme = "wss://"
	}
	return scheme + host + u.RequestURI()
}

// Accept reads a request to open a WebSocket from a connection on which nothing has been read yet, answers it, and
// returns the connection, which is open. This does without net/http, and so costs less. It waits for the peer, until
// ctx ends or the time of the option HandshakeTimeout is over; after a refusal until the peer has closed its side, but
// no longer than that and the option CloseTimeout allow. Opts may be nil.
//
// Accept takes over the socket, which must have working deadlines, and closes it when it fails: with ErrSubprotocol,
// ErrHeader or ErrOption for options that are wrong, with the cause of ctx, with ErrHandshakeTimeout, or with a
// *HandshakeError for a request that is wrong, and has been answered with the HTTP status it tells, or that broke off.
func Accept(ctx context.Context, socket net.Conn, opts *UpgradeOptions) (*WebSocketStream, error) {
	hs, set, err := accept(ctx, socket, opts)
	if err != nil {
		return nil, err
	}
	return accepted(hs, &set), nil
}

// accept does the handshake of Accept.
func accept(ctx context.Context, socket net.Conn, opts *UpgradeOptions) (handshake, Settings, error) {
	if opts == nil {
		opts = new(UpgradeOptions)
	}
	set, err := opts.settings()
	if err != nil {
		_ = socket.Close() // the error of the options is what there is to tell
		return handshake{}, set, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, set.HandshakeTimeout, ErrHandshakeTimeout)
	defer cancel()
	a := acceptor{options: opts, settings: &set}
	release := limitBy(ctx, socket)
	err = a.upgrade(socket)
	if releaseErr := release(); err == nil {
		err = releaseErr
	}
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		hangUpRefused(ctx, socket, err, set.CloseTimeout)
		return handshake{}, set, err
	}
	_, secure := socket.(*tls.Conn)
	a.result.socket, a.result.url = socket, requestURL(secure, a.host, a.url)
	return a.result, set, nil
}

// acceptor does the handshake of Accept, and keeps what the request said.
type acceptor struct {
	options  *UpgradeOptions
	settings *Settings

	head    *headReader
	url     *url.URL
	host    string
	origins []string
	result  handshake
	refused *HandshakeError // why we, not gobwas/ws, refuse the request
}

// upgrade reads the request and answers it (RFC 6455, section 4.2).
func (a *acceptor) upgrade(socket net.Conn) error {
	br := headBuffer(socket)
	defer freeHeadBuffer(br)
	upgrader := ws.Upgrader{
		Header:          ws.HandshakeHeaderHTTP(a.options.Header),
		Protocol:        func(p []byte) bool { return slices.Contains(a.options.Protocols, string(p)) },
		OnRequest:       a.onRequest,
		OnHost:          a.onHost,
		OnHeader:        a.onHeader,
		OnBeforeUpgrade: a.onBeforeUpgrade,
	}
	a.head = newHeadReader(br, a.settings.MaxHeaderSize, true)
	hs, err := upgrader.Upgrade(struct {
		io.Reader
		io.Writer
	}{a.head, socket})
	if err == nil {
		a.result.protocol, a.result.early = hs.Protocol, buffered(br)
		return nil
	}
	if a.refused != nil {
		return a.refused
	}
	if bad, ok := errors.AsType[*HandshakeError](err); ok {
		if err := writeRefusal(socket, bad); err != nil {
			return errors.Join(bad, err)
		}
		return bad
	}
	return badRequest(err)
}

func (a *acceptor) onRequest(uri []byte) error {
	target, err := parseTarget(string(uri))
	if err != nil {
		return a.refuse(http.StatusBadRequest, err)
	}
	a.url, a.host = target, target.Host
	return nil
}

// onHost takes the host, unless the target has told it (RFC 9112, section 3.2.2).
func (a *acceptor) onHost(host []byte) error {
	a.host = cmp.Or(a.host, string(host))
	return nil
}

func (a *acceptor) onHeader(key, value []byte) error {
	if string(key) == "Origin" {
		a.origins = append(a.origins, string(value))
	}
	return nil
}

func (a *acceptor) onBeforeUpgrade() (ws.HandshakeHeader, error) {
	if !a.options.originAllowed(a.origins, a.host) {
		return nil, a.refuse(http.StatusForbidden, ErrOrigin)
	}
	extensions, err := a.settings.Compression.answer(a.head.extensions())
	if err != nil {
		return nil, a.refuse(http.StatusBadRequest, err)
	}
	a.result.extensions = extensions
	return ws.HandshakeHeaderHTTP(extensions.addTo(nil)), nil
}

// refuse has gobwas/ws answer with status.
func (a *acceptor) refuse(status int, err error) error {
	a.refused = &HandshakeError{status, err}
	return ws.RejectConnectionError(ws.RejectionStatus(status), ws.RejectionReason(err.Error()))
}

// hangUpRefused closes a socket on which a request was refused: so that the peer gets the answer, not before it has
// closed its side, or timeout has passed, or ctx has ended.
func hangUpRefused(ctx context.Context, socket net.Conn, err error, timeout time.Duration) {
	defer transport(socket).Close()
	bad, ok := errors.AsType[*HandshakeError](err)
	if !ok || bad.StatusCode == 0 {
		return
	}
	half, ok := socket.(interface{ CloseWrite() error })
	if !ok || socket.SetReadDeadline(time.Now().Add(timeout)) != nil {
		return
	}
	release := limitBy(ctx, socket)
	if half.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, socket) // however it ends
	}
	_ = release() // the socket is closed now
}
