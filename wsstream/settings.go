package wsstream

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/weirstreams/weir/streams"
)

// What a setting of zero means.
const (
	// DefaultHandshakeTimeout is the time that an opening handshake may take.
	DefaultHandshakeTimeout = 30 * time.Second

	// DefaultCloseTimeout is the time that a closing handshake may take.
	DefaultCloseTimeout = 5 * time.Second

	// DefaultMaxMissedPongs is how many pings in a row may stay without a sign of life.
	DefaultMaxMissedPongs = 2

	// DefaultMaxHeaderSize bounds the other side's opening handshake, in bytes.
	DefaultMaxHeaderSize = 16 << 10

	// DefaultMaxMessageSize bounds a received message, in bytes.
	DefaultMaxMessageSize = 16 << 20

	// DefaultReadBufferSize is the size of the chunks of a message that is read as a stream, in bytes.
	DefaultReadBufferSize = 32 << 10

	// DefaultInputBufferSize is how much is read from a socket at once, in bytes.
	DefaultInputBufferSize = 16 << 10

	// DefaultOutputBufferSize is how many bytes of messages leave together.
	DefaultOutputBufferSize = 64 << 10

	// DefaultMaxControlRate bounds the control frames of the peer, per second.
	DefaultMaxControlRate = 1000

	// DefaultMaxFragments bounds the frames of a received message.
	DefaultMaxFragments = 128 << 10
)

// Unlimited sets no limit, as MaxMessageSize, MaxFrameSize and MaxDecompressedSize.
const Unlimited = math.MaxInt64

// Settings are what a client and a server can choose about a connection. The zero value is safe. A time, size or
// number that is zero stands for the default, and a negative one is ErrOption.
type Settings struct {
	// HandshakeTimeout is the time for the opening handshake: for a client all of it, from name lookup to the server's
	// response, for Accept to read the request and to write the response, for Upgrade to write the response. Zero means
	// DefaultHandshakeTimeout.
	HandshakeTimeout time.Duration

	// CloseTimeout is the time from the first Close frame, or from a failure, until the connection is cut off. Zero
	// means DefaultCloseTimeout.
	CloseTimeout time.Duration

	// WriteTimeout is the time in which the system must take a piece of up to 64 KiB; a connection that is stuck for longer
	// is cut off, with ErrWriteTimeout. Zero means no limit: that a peer does not read is backpressure, and the context
	// of a write, or Close, can end it.
	WriteTimeout time.Duration

	// IdleTimeout is how long nothing may come from the peer, not even a pong, while the socket is read; then the
	// connection fails with ErrIdleTimeout, and the peer is sent StatusGoingAway. Zero means no limit: TCP itself notices
	// that a host is gone.
	IdleTimeout time.Duration

	// PingInterval is the time between pings that are sent by themselves. Zero means that none are.
	PingInterval time.Duration

	// MaxMissedPongs is how many of these pings in a row may stay without any sign of life; then the connection fails with
	// ErrNoPong. While nobody reads the socket nothing can be seen, and no ping is missed. Zero means
	// DefaultMaxMissedPongs.
	MaxMissedPongs int

	// MaxHeaderSize bounds the other side's opening handshake, in bytes; of a request that Upgrade gets from an http.Server,
	// which has a limit of its own, only the Sec-WebSocket-Extensions header. Zero means DefaultMaxHeaderSize.
	MaxHeaderSize int

	// MaxMessageSize bounds a received message as it comes, in bytes, all its fragments together. Zero means
	// DefaultMaxMessageSize. A peer that does not keep to this or one of the following two is sent StatusMessageTooBig.
	MaxMessageSize int64

	// MaxFrameSize bounds the payload of a received frame, in bytes. Zero means MaxMessageSize.
	MaxFrameSize int64

	// MaxDecompressedSize bounds a received message that was compressed, in bytes after decompression. Zero means
	// MaxMessageSize.
	MaxDecompressedSize int64

	// MaxFragments bounds the frames of a received message. A peer that sends more is sent StatusPolicyViolation. Zero
	// means DefaultMaxFragments.
	MaxFragments int

	// MaxControlRate bounds the control frames of the peer, per second and on average: those of a minute may come at
	// once, as they do when nobody has read for a while. They cost time, and the application sees nothing of them. A peer
	// that sends more is sent StatusPolicyViolation. Zero means DefaultMaxControlRate; math.MaxInt sets no limit.
	MaxControlRate int

	// Compression offers permessage-deflate, or agrees to it. Nil does not: compression costs processor time, and memory
	// that a peer could use up, and secrets in compressed messages can be guessed at.
	Compression *Compression

	// OnPing and OnPong are called with the payload of each ping and pong that is read; a ping is answered all the same.
	// They are called by the goroutine that reads the socket, one at a time, and must not wait. The payload must not be
	// kept.
	OnPing, OnPong func(payload []byte)

	// ByteStreams lets messages be read and written as streams of bytes, by NextMessage and NewMessage of Connection, for
	// messages that are larger than memory. Readable is locked then, and its strategy has no effect. MaxMessageSize
	// and the like still count.
	ByteStreams bool

	// ReadBufferSize is how large the chunks of such a message are at most for a reader that gives no buffer of its own,
	// in bytes. Zero means DefaultReadBufferSize.
	ReadBufferSize int

	// InputBufferSize is how much is read from the socket at once, in bytes, into a buffer that is held only while something
	// is in it. What is missing of a larger message is read right into its own memory. Zero means DefaultInputBufferSize.
	InputBufferSize int

	// OutputBufferSize is how many bytes of small messages may wait to leave together in one system call, if
	// WritableStrategy lets any, and the size of the pieces in which a large message leaves that has to be masked. The buffer
	// is held only while something is in it. Zero means DefaultOutputBufferSize.
	OutputBufferSize int

	// ReadableStrategy says how much may be queued for reading; until then the socket is read ahead. A message counts at
	// least 1, whatever Size says, or a peer could fill the memory with empty ones. Nil means one message.
	ReadableStrategy *streams.QueuingStrategy[Message]

	// WritableStrategy says how much may be queued for writing before a Write waits. Nil means one message, which is
	// the one being written. With a mark of more than 1, small messages leave together, many in one system call, and up to
	// OutputBufferSize of them may wait for that besides the queue.
	WritableStrategy *streams.QueuingStrategy[Message]

	// ReleaseWritten makes the connection the owner of the messages that are written to it, and has each released when it
	// has been sent, as by [Message.Release]. It is for echoes and proxies, which pass messages on and are done with them,
	// and must not be set where a message is written to several connections, or used by the writer afterwards.
	ReleaseWritten bool
}

// withDefaults returns s with the defaults filled in, and the error for what is out of its range.
func (s Settings) withDefaults() (Settings, error) {
	if min(s.HandshakeTimeout, s.CloseTimeout, s.WriteTimeout, s.IdleTimeout, s.PingInterval) < 0 ||
		min(s.MaxHeaderSize, s.MaxFragments, s.MaxControlRate, s.MaxMissedPongs) < 0 ||
		min(s.ReadBufferSize, s.InputBufferSize, s.OutputBufferSize) < 0 ||
		min(s.MaxMessageSize, s.MaxFrameSize, s.MaxDecompressedSize) < 0 {
		return Settings{}, fmt.Errorf("%w: a negative time or size", ErrOption)
	}
	s.HandshakeTimeout = cmp.Or(s.HandshakeTimeout, DefaultHandshakeTimeout)
	s.CloseTimeout = cmp.Or(s.CloseTimeout, DefaultCloseTimeout)
	s.MaxHeaderSize = cmp.Or(s.MaxHeaderSize, DefaultMaxHeaderSize)
	s.MaxMessageSize = cmp.Or(s.MaxMessageSize, DefaultMaxMessageSize)
	s.MaxFrameSize = cmp.Or(s.MaxFrameSize, s.MaxMessageSize)
	s.MaxDecompressedSize = cmp.Or(s.MaxDecompressedSize, s.MaxMessageSize)
	s.MaxMissedPongs = cmp.Or(s.MaxMissedPongs, DefaultMaxMissedPongs)
	s.MaxFragments = cmp.Or(s.MaxFragments, DefaultMaxFragments)
	s.MaxControlRate = cmp.Or(s.MaxControlRate, DefaultMaxControlRate)
	s.ReadBufferSize = cmp.Or(s.ReadBufferSize, DefaultReadBufferSize)
	s.InputBufferSize = cmp.Or(s.InputBufferSize, DefaultInputBufferSize)
	s.OutputBufferSize = cmp.Or(s.OutputBufferSize, DefaultOutputBufferSize)
	if s.ByteStreams {
		s.ReadableStrategy = &streams.QueuingStrategy[Message]{} // nothing is read ahead
	}
	s.ReadableStrategy = countingEach(orOneMessage(s.ReadableStrategy))
	s.WritableStrategy = orOneMessage(s.WritableStrategy)
	if s.ReadableStrategy.HighWaterMark < 0 || s.WritableStrategy.HighWaterMark < 0 {
		return Settings{}, fmt.Errorf("%w: a negative mark", ErrOption)
	}
	var err error
	s.Compression, err = s.Compression.withDefaults()
	return s, err
}

func (s *Settings) messageLimits() messageLimits {
	return messageLimits{
		message:   s.MaxMessageSize,
		inflated:  s.MaxDecompressedSize,
		frame:     s.MaxFrameSize,
		fragments: s.MaxFragments,
	}
}

func orOneMessage(strategy *streams.QueuingStrategy[Message]) *streams.QueuingStrategy[Message] {
	if strategy == nil {
		return &streams.QueuingStrategy[Message]{HighWaterMark: 1}
	}
	return strategy
}

// countingEach returns strategy for which no message is of size 0.
func countingEach(strategy *streams.QueuingStrategy[Message]) *streams.QueuingStrategy[Message] {
	size := strategy.Size
	if size == nil {
		return strategy
	}
	return &streams.QueuingStrategy[Message]{
		HighWaterMark: strategy.HighWaterMark,
		Size:          func(m Message) int { return cmp.Or(size(m), 1) },
	}
}
