package wsstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"net"
	"net/http"
	"time"

	"github.com/weirstreams/weir/streams"
)

// What an option of zero means.
const (
	// DefaultHandshakeTimeout is the time that an opening handshake may take.
	DefaultHandshakeTimeout = 30 * time.Second

	// DefaultCloseTimeout is the time that a closing handshake may take.
	DefaultCloseTimeout = 5 * time.Second

	// DefaultMaxHeaderSize bounds the other side's opening handshake, in bytes.
	DefaultMaxHeaderSize = 16 << 10

	// DefaultMaxMessageSize bounds a received message, in bytes.
	DefaultMaxMessageSize = 16 << 20
)

// Unlimited as MaxMessageSize sets no limit.
const Unlimited = math.MaxInt64

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

	// NetDial makes the connection to a host and port, over which TLS runs for wss. It must heed its context. The
	// connection must have working deadlines. The default is that of net.Dialer.
	NetDial func(ctx context.Context, network, address string) (net.Conn, error)

	// HandshakeTimeout is the time for the whole opening handshake, from name lookup to the server's response. Zero
	// means DefaultHandshakeTimeout; negative is ErrOption.
	HandshakeTimeout time.Duration

	// CloseTimeout is the time from the first Close frame, or from a failure, until the connection is cut off. Zero
	// means DefaultCloseTimeout; negative is ErrOption.
	CloseTimeout time.Duration

	// MaxHeaderSize bounds the server's response, in bytes. Zero means DefaultMaxHeaderSize; negative is ErrOption.
	MaxHeaderSize int

	// MaxMessageSize bounds a received message, in bytes, all its fragments together; a peer that sends a larger one is
	// sent StatusMessageTooBig. Zero means DefaultMaxMessageSize; negative is ErrOption.
	MaxMessageSize int64

	// ReadableStrategy says how much may be queued for reading; until then the socket is read ahead. A message counts at
	// least 1, whatever Size says, or a peer could fill the memory with empty ones. Nil means one message.
	ReadableStrategy *streams.QueuingStrategy[Message]

	// WritableStrategy says how much may be queued for writing before a Write waits. Nil means one message, which is
	// the one being written.
	WritableStrategy *streams.QueuingStrategy[Message]
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

	// HandshakeTimeout is the time to read the request (Accept only) and to write the response. Zero means
	// DefaultHandshakeTimeout; negative is ErrOption.
	HandshakeTimeout time.Duration

	// CloseTimeout is the time from the first Close frame, or from a failure, until the connection is cut off. Zero
	// means DefaultCloseTimeout; negative is ErrOption.
	CloseTimeout time.Duration

	// MaxHeaderSize bounds the client's request, in bytes (Accept only: for Upgrade the http.Server has a limit of its
	// own). Zero means DefaultMaxHeaderSize; negative is ErrOption.
	MaxHeaderSize int

	// MaxMessageSize bounds a received message, in bytes, all its fragments together; a peer that sends a larger one is
	// sent StatusMessageTooBig. Zero means DefaultMaxMessageSize; negative is ErrOption.
	MaxMessageSize int64

	// ReadableStrategy says how much may be queued for reading; until then the socket is read ahead. A message counts at
	// least 1, whatever Size says, or a peer could fill the memory with empty ones. Nil means one message.
	ReadableStrategy *streams.QueuingStrategy[Message]

	// WritableStrategy says how much may be queued for writing before a Write waits. Nil means one message, which is
	// the one being written.
	WritableStrategy *streams.QueuingStrategy[Message]
}

// settings are the options of both roles, with the defaults filled in.
type settings struct {
	handshakeTimeout time.Duration
	closeTimeout     time.Duration
	maxHeaderSize    int
	maxMessageSize   int64
	readable         streams.QueuingStrategy[Message]
	writable         streams.QueuingStrategy[Message]
}

// settings returns the error for options that are out of their range.
func (o *Options) settings() (settings, error) {
	if err := checkSubprotocols(o.Protocols); err != nil {
		return settings{}, err
	}
	if err := checkHeader(o.Header); err != nil {
		return settings{}, err
	}
	return newSettings(settings{
		handshakeTimeout: o.HandshakeTimeout,
		closeTimeout:     o.CloseTimeout,
		maxHeaderSize:    o.MaxHeaderSize,
		maxMessageSize:   o.MaxMessageSize,
	}, o.ReadableStrategy, o.WritableStrategy)
}

// settings returns the error for options that are out of their range.
func (o *UpgradeOptions) settings() (settings, error) {
	if err := checkSubprotocols(o.Protocols); err != nil {
		return settings{}, err
	}
	if err := checkHeader(o.Header); err != nil {
		return settings{}, err
	}
	return newSettings(settings{
		handshakeTimeout: o.HandshakeTimeout,
		closeTimeout:     o.CloseTimeout,
		maxHeaderSize:    o.MaxHeaderSize,
		maxMessageSize:   o.MaxMessageSize,
	}, o.ReadableStrategy, o.WritableStrategy)
}

func newSettings(s settings, readable, writable *streams.QueuingStrategy[Message]) (settings, error) {
	if s.handshakeTimeout < 0 || s.closeTimeout < 0 || s.maxHeaderSize < 0 || s.maxMessageSize < 0 {
		return settings{}, fmt.Errorf("%w: a negative time or size", ErrOption)
	}
	s.handshakeTimeout = cmp.Or(s.handshakeTimeout, DefaultHandshakeTimeout)
	s.closeTimeout = cmp.Or(s.closeTimeout, DefaultCloseTimeout)
	s.maxHeaderSize = cmp.Or(s.maxHeaderSize, DefaultMaxHeaderSize)
	s.maxMessageSize = cmp.Or(s.maxMessageSize, DefaultMaxMessageSize)
	s.readable = streams.CountQueuingStrategy[Message](1)
	s.writable = s.readable
	if readable != nil {
		s.readable = countingEach(*readable)
	}
	if writable != nil {
		s.writable = *writable
	}
	if s.readable.HighWaterMark < 0 || s.writable.HighWaterMark < 0 {
		return settings{}, fmt.Errorf("%w: a negative mark", ErrOption)
	}
	return s, nil
}

// countingEach returns strategy for which no message is of size 0.
func countingEach(strategy streams.QueuingStrategy[Message]) streams.QueuingStrategy[Message] {
	if size := strategy.Size; size != nil {
		strategy.Size = func(m Message) int { return cmp.Or(size(m), 1) }
	}
	return strategy
}
