package wsstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
)

// DefaultPairBuffer is how much the connection of a [Pair] holds in each direction, in bytes.
const DefaultPairBuffer = 64 << 10

// PairOptions are those of [Pair]. The zero value, and a nil pointer, are usable defaults.
type PairOptions struct {
	// URL is what the client asks for, with the scheme ws or http. The default is "ws://pair.test/".
	URL string

	// Client and Server are the options of the two ends; nil are their defaults. NetDial and Proxy are not used.
	Client *Options
	Server *UpgradeOptions

	// Buffer is how much may be under way in each direction, in bytes, besides the messages that the streams hold: what
	// the system's buffers are for TCP. With 1 a writer waits nearly as soon as nobody reads. Zero means
	// DefaultPairBuffer; negative is ErrOption.
	Buffer int
}

// Pair returns the two ends of a connection in memory, for tests: both are open, after an opening handshake by their
// options, and behave as over TCP. Made inside of a testing/synctest bubble they belong to it: all that they wait for
// is in the bubble, and their time limits go by its clock.
//
// The connection has a buffer in each direction, where net.Pipe has none: so a test of a handler need not read each
// answer before it sends on, and a side can close its half, as over TCP; and the buffer is bounded, so a test can see
// backpressure.
//
// It waits for nothing but the handshake. When that fails the error is what both ends report.
func Pair(opts *PairOptions) (client, server *WebSocketStream, err error) {
	if opts == nil {
		opts = new(PairOptions)
	}
	if opts.Buffer < 0 {
		return nil, nil, fmt.Errorf("%w: a negative buffer", ErrOption)
	}
	options := new(Options)
	if opts.Client != nil {
		*options = *opts.Client
	}
	clientEnd, serverEnd := newLink(cmp.Or(opts.Buffer, DefaultPairBuffer))
	options.Proxy = nil
	options.NetDial = func(context.Context, string, string) (net.Conn, error) { return clientEnd, nil }

	ctx := context.Background() // the option HandshakeTimeout bounds both ends
	accepted := make(chan error, 1)
	go func() {
		var err error
		server, err = Accept(ctx, serverEnd, opts.Server)
		accepted <- err
	}()
	client, _, dialErr := Dial(ctx, cmp.Or(opts.URL, "ws://pair.test/"), options)
	if dialErr != nil {
		_ = clientEnd.Close() // unless Dial has come so far
	}
	acceptErr := <-accepted
	if dialErr == nil && acceptErr == nil {
		return client, server, nil
	}
	for _, s := range []*WebSocketStream{client, server} {
		if s != nil {
			s.goAway() // the other end is closed: that makes it short
			<-s.closed
		}
	}
	return nil, nil, errors.Join(dialErr, acceptErr)
}
