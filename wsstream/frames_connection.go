package wsstream

import (
	"context"
	"net"
	"net/http"

	"github.com/weirstreams/weir/streams"
)

// FrameConnection is a connection behind its opening handshake as a pair of streams of frames, for proxies and recorders.
// After the handshake nothing is answered and nothing closed that the program does not answer or close: pings and Close
// frames are frames like the others.
//
// Of the Settings in the options, those count that are about the handshake, MaxFrameSize, and Compression: when that is
// agreed on, messages come and go as they are compressed, marked by Rsv1; see [InflateFrames].
//
// All its methods may be called concurrently. It must be closed.
type FrameConnection struct {
	// Readable gives out the frames of the peer, as [ReadFrames] does.
	Readable *streams.ReadableStream[Frame]

	// Writable takes frames for the peer, as that of [FrameWriter] does.
	Writable *streams.WritableStream[Frame]

	// URL is the one that the client asked for, as [WebSocketStream.URL] tells it.
	URL string

	// Protocol is the subprotocol that the server chose, "" if none.
	Protocol string

	// Extensions are those in use, as in the Sec-WebSocket-Extensions header; "" if none.
	Extensions string

	writer *FrameWriter
	socket net.Conn
}

// DialFrames does the opening handshake as [Dial] does, with the same waits and errors, and returns the connection.
func DialFrames(ctx context.Context, url string, opts *Options) (*FrameConnection, error) {
	d, err := newDialer(url, opts)
	if err != nil {
		return nil, err
	}
	ctx, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	defer d.heedSignal(abort)()
	ctx, cancel := d.limit(ctx)
	defer cancel()
	hs, err := d.dial(ctx)
	if err != nil {
		return nil, handshakeError(ctx, err)
	}
	return newFrameConnection(hs, &d.settings, ClientRole), nil
}

// UpgradeFrames does the opening handshake as [Upgrade] does, with the same waits and errors, and returns the connection.
func UpgradeFrames(w http.ResponseWriter, r *http.Request, opts *UpgradeOptions) (*FrameConnection, error) {
	hs, set, err := upgrade(w, r, opts)
	if err != nil {
		return nil, err
	}
	return newFrameConnection(hs, &set, ServerRole), nil
}

// AcceptFrames does the opening handshake as [Accept] does, with the same waits and errors, and returns the connection.
func AcceptFrames(ctx context.Context, socket net.Conn, opts *UpgradeOptions) (*FrameConnection, error) {
	hs, set, err := accept(ctx, socket, opts)
	if err != nil {
		return nil, err
	}
	return newFrameConnection(hs, &set, ServerRole), nil
}

func newFrameConnection(hs handshake, set *Settings, role Role) *FrameConnection {
	options := FrameOptions{Role: role, MaxFrameSize: set.MaxFrameSize}
	if hs.extensions.terms != nil {
		options.Rsv = Rsv1
	}
	writer := NewFrameWriter(hs.socket, &options)
	return &FrameConnection{
		Readable:   readFrames(hs.socket, newInput(hs.socket, hs.early, set.InputBufferSize), options),
		Writable:   writer.Writable(),
		URL:        hs.url,
		Protocol:   hs.protocol,
		Extensions: hs.extensions.text,
		writer:     writer,
		socket:     hs.socket,
	}
}

// WriteControl writes a control frame in front of those that are queued in Writable, as [FrameWriter.WriteControl] does.
func (c *FrameConnection) WriteControl(ctx context.Context, f Frame) error {
	return c.writer.WriteControl(ctx, f)
}

// Close closes the socket: what waits for it fails, with net.ErrClosed over TCP. It waits for nothing but, over TLS, up to
// 5 seconds for the peer to take the goodbye of TLS. What has not been read may make the peer lose what it has not read
// yet; to close Writable, and to read Readable to its end, avoids that. It returns the error of the socket.
func (c *FrameConnection) Close() error {
	return c.socket.Close()
}
