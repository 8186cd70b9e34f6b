// Package wsstream is WebSocket (RFC 6455) as streams: the WebSocketStream of the WebSockets standard for Go, in both
// roles. A connection is a readable and a writable stream of messages, so it can be one end of a pipeline, and
// backpressure goes all the way from the sink of the one side to the source of the other.
//
//	s, conn, err := wsstream.Dial(ctx, "wss://example.com/feed", nil)
//	if err != nil {
//		return err
//	}
//	defer s.Close(wsstream.CloseInfo{Code: wsstream.StatusNormalClosure})
//	return conn.Readable.ForEach(ctx, func(m wsstream.Message) error { return handle(m) })
//
// An echo server is one line of plumbing:
//
//	s, err := wsstream.Upgrade(w, r, nil)
//	...
//	conn, err := s.Opened(ctx)
//	...
//	err = conn.Readable.PipeTo(ctx, conn.Writable) // ErrInvalidState: the client has closed with something left to echo
//
// # From JavaScript to Go
//
//	new WebSocketStream(url, options)     New(url, &Options{…}), or Dial, which waits until it is open
//	options.signal                        Options.Signal, or the context of Dial
//	await wss.opened                      s.Opened(ctx)
//	await wss.closed                      s.Closed(ctx); rejected is an error, a *WebSocketError
//	wss.close({closeCode, reason})        s.Close(CloseInfo{Code: …, Reason: …})
//	"text", new Uint8Array(…)             Text("text"), Binary([]byte{…})
//	InvalidStateError                     ErrInvalidState
//
// # Backpressure
//
// A message is read from the socket when the readable stream wants one, which is while fewer are queued than its mark
// says, one by default. With nobody reading, no more is held here; the system's buffer fills up, and TCP makes the peer
// wait. Pings are not answered then, and a Close frame is not seen. In the other direction a write is complete when the
// system has taken the message, so it waits while the peer does not read. Neither wait has a time limit while the
// connection is open, unless the settings WriteTimeout and IdleTimeout give one. Close, Cancel and Abort end both, within
// the setting CloseTimeout.
//
// With a mark of more than one message for writing, small messages are collected while the system takes those before, and
// leave together: many in one system call. A write is complete then when its message has been collected, and at most
// OutputBufferSize of them are.
//
// The memory of messages is garbage collected, unless it is given back: by [Message.Release] for those that were read, by
// the setting ReleaseWritten for those that were written.
//
// At rest a connection holds one goroutine, the one that waits for a message, and none when the queue is full.
//
// # Closing
//
// A WebSocket is closed as a whole: by Close, by closing or aborting the writable stream, or by cancelling the readable
// one. Each sends a Close frame behind the message that is being written, and reads what the peer still sends, to drop
// it, until the Close frame of the peer. It is a clean close when both frames were exchanged and nothing went wrong.
// Then the readable stream ends with io.EOF, after what was queued, and the writable one is errored with
// ErrInvalidState. Otherwise both are errored with one *WebSocketError, which Closed returns as well, and in which
// errors.Is finds what went wrong.
//
// A peer that breaks the rules is sent a Close frame that says so, with status 1002 (the protocol), 1007 (text that is
// not UTF-8) or 1009 (a message that is too big). The application sees an abnormal closure, 1006, since no Close frame
// came from the peer.
//
// # Servers
//
// A [Server] has the connections of a program in its hand: at most so many at once, each with a goroutine for its
// [Handler], taken from net/http or from a listener. Its Shutdown tells all peers that the server goes away, and waits
// for them. [Pair] makes both ends of a connection in memory, to test a handler with.
//
// # Proxies and TLS
//
// The options Proxy and TLSConfig of a client are those of an http.Transport. Proxies are HTTP (with CONNECT, also over
// TLS) and SOCKS5; another way to reach a server is the option NetDial. For a server TLS is a matter of its http.Server or
// of the listener, as of tls.NewListener.
//
// # Frames
//
// Below messages are frames, which are streams as well: [DialFrames], [UpgradeFrames] and [AcceptFrames] do the opening
// handshake and make a [FrameConnection], for proxies and recorders, which pass on pings and Close frames like everything
// else; [ReadFrames] and [WriteFrames] are for whatever else frames come from or go to; a [FrameWriter] where control
// frames have to overtake data; and the stages [AssembleMessages], [FragmentMessages], [InflateFrames] and [CheckText].
// Nothing is answered and nothing closed there that the program does not answer or close.
//
// # Limits
//
// All that a peer can use up has a limit that is a setting with a safe default: the size of its handshake, of a message
// and of a frame, the fragments of a message, the control frames in a time, the time for both handshakes. Memory for a
// message, beyond 64 KiB and the size of those shortly before, is taken as its bytes arrive, whatever its header says, and
// for a compressed one as far as they account for it. Of the pings that come while the peer takes no answers the latest 16 are answered. Messages larger than
// memory can be read and written as streams of bytes: see the setting ByteStreams.
//
// How long a peer may take over a message has no limit, and how long it may be silent that of the setting IdleTimeout.
//
// # Signs of life
//
// TCP itself notices, in minutes, that the other host is gone. [WebSocketStream.Ping] and the settings PingInterval and
// IdleTimeout notice it sooner, and a peer that hangs as well; they need somebody who reads.
package wsstream
