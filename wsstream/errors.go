package wsstream

import (
	"errors"
	"fmt"
)

// Errors that say what a caller gave was wrong. They are returned at once, and nothing has happened.
var (
	// ErrURL is returned for a URL that is not absolute, has another scheme than ws, wss, http and https, or has a fragment.
	ErrURL = errors.New("wsstream: bad URL")

	// ErrSubprotocol is returned for offered subprotocols that are not distinct tokens, and is the cause when a server
	// chose none of those that were offered.
	ErrSubprotocol = errors.New("wsstream: bad subprotocol")

	// ErrHeader is returned for an extra header that HTTP forbids or that belongs to the opening handshake itself.
	ErrHeader = errors.New("wsstream: bad header")

	// ErrOption is returned for an option outside its range.
	ErrOption = errors.New("wsstream: bad option")

	// ErrByteStreams is returned for a message as a stream on a connection without the setting ByteStreams.
	ErrByteStreams = errors.New("wsstream: the setting ByteStreams is off")

	// ErrCloseCode is returned for a status code that an application may not send: all but 1000 and 3000 to 4999.
	ErrCloseCode = errors.New("wsstream: status code may not be sent")

	// ErrCloseReason is returned for a reason of more than 123 bytes, or one that is not UTF-8.
	ErrCloseReason = errors.New("wsstream: bad reason to close")

	// ErrMessage is returned by a write of a message that is neither text nor binary, or text that is not UTF-8.
	// Nothing of it was sent. As with every sink that fails, the writable stream is errored by it.
	ErrMessage = errors.New("wsstream: message cannot be sent")

	// ErrFrame is returned by a write of a frame that breaks a rule of RFC 6455, section 5. Nothing of it was sent.
	ErrFrame = errors.New("wsstream: frame cannot be sent")
)

// Errors that say how an opening handshake ended.
var (
	// ErrHandshakeTimeout is the cause when the handshake took longer than the option HandshakeTimeout allows.
	ErrHandshakeTimeout = errors.New("wsstream: handshake took too long")

	// ErrClosedWhileConnecting is the cause when Close was called before the connection was open.
	ErrClosedWhileConnecting = errors.New("wsstream: closed before the connection was open")

	// ErrHeadTooLarge is the cause when the request or the response is larger than the option MaxHeaderSize allows.
	ErrHeadTooLarge = errors.New("wsstream: handshake headers too large")

	// ErrExtensions is the cause when the Sec-WebSocket-Extensions header of the other side is malformed, or the server
	// answers something that was not offered.
	ErrExtensions = errors.New("wsstream: bad extensions")

	// ErrOrigin is returned by a server's handshake with a page of another origin that CheckOrigin does not let in.
	ErrOrigin = errors.New("wsstream: origin not allowed")

	// ErrProxy is the cause when the proxy could not be reached, or did not connect to the server.
	ErrProxy = errors.New("wsstream: no connection through the proxy")
)

// Errors that say how a connection ended. They are found with errors.Is in the *WebSocketError of an unclean close.
var (
	// ErrInvalidState is what the writable stream is errored with when the connection was closed cleanly, and what a
	// write is refused with once it is closing. It is also the cause when a close cut off a write.
	ErrInvalidState = errors.New("wsstream: connection is closing or closed")

	// ErrProtocol is the cause when the peer broke the protocol; it was sent StatusProtocolError.
	ErrProtocol = errors.New("wsstream: protocol error")

	// ErrInvalidUTF8 is the cause when the peer sent text that is not UTF-8; it was sent StatusInvalidFramePayloadData.
	ErrInvalidUTF8 = errors.New("wsstream: invalid UTF-8")

	// ErrCompression is the cause when the peer sent a compressed message that cannot be decompressed; it was sent
	// StatusInvalidFramePayloadData.
	ErrCompression = errors.New("wsstream: broken compression")

	// ErrMessageTooBig is the cause when the peer sent a message that is larger, or in larger or more frames, than the
	// settings allow; it was sent StatusMessageTooBig, or StatusPolicyViolation for too many frames.
	ErrMessageTooBig = errors.New("wsstream: message too big")

	// ErrTooManyControls is the cause when the peer sent more control frames than the setting MaxControlRate allows; it
	// was sent StatusPolicyViolation.
	ErrTooManyControls = errors.New("wsstream: too many control frames")

	// ErrNoPong is the cause when the peer did not answer as many pings as the setting MaxMissedPongs says.
	ErrNoPong = errors.New("wsstream: peer does not answer")

	// ErrIdleTimeout is the cause when nothing came from the peer for as long as the setting IdleTimeout says.
	ErrIdleTimeout = errors.New("wsstream: nothing came for too long")

	// ErrWriteTimeout is the cause when the peer took nothing for as long as the setting WriteTimeout says.
	ErrWriteTimeout = errors.New("wsstream: peer does not read")

	// ErrCloseTimeout is the cause when the closing handshake took longer than the option CloseTimeout allows.
	ErrCloseTimeout = errors.New("wsstream: closing handshake took too long")
)

// Errors of a [Server].
var (
	// ErrServerClosed is returned by Serve when the server has shut down, and is the cause that the contexts of its
	// handlers end with.
	ErrServerClosed = errors.New("wsstream: server has shut down")

	// ErrTooManyConnections is reported when a request was refused because the server has as many connections as the
	// option MaxConnections allows.
	ErrTooManyConnections = errors.New("wsstream: too many connections")
)

// WebSocketError says that a connection could not be opened or was not closed cleanly; then one value of it is what
// both streams and Closed report. Given to Abort of the writable or to Cancel of the readable stream as the reason
// (also when wrapped), it says what the Close frame is to carry.
//
// Its counterpart is the WebSocketError of the WebSockets standard.
type WebSocketError struct {
	// Code is the peer's status code if its Close frame arrived, StatusAbnormalClosure if none did, zero for none.
	Code StatusCode

	// Reason is the reason in the peer's Close frame.
	Reason string

	// Err is what went wrong, nil if there is nothing to add.
	Err error
}

// NewWebSocketError returns an error to be used as the reason for an abort or a cancellation. Zero and "" stand for
// no code and no reason, and a reason without a code gets StatusNormalClosure. It fails with ErrCloseCode or
// ErrCloseReason for what an application may not send.
func NewWebSocketError(code StatusCode, reason string) (*WebSocketError, error) {
	info, err := CloseInfo{Code: code, Reason: reason}.toSend()
	if err != nil {
		return nil, err
	}
	return &WebSocketError{Code: info.Code, Reason: info.Reason}, nil
}

// Error describes the close and its cause.
func (e *WebSocketError) Error() string {
	text := "wsstream: connection closed"
	if e.Code != 0 {
		text += " with " + CloseInfo{Code: e.Code, Reason: e.Reason}.String()
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (e *WebSocketError) Unwrap() error {
	return e.Err
}

// closeInfoOf returns what a Close frame sent for reason carries (the WebSockets standard, "close using reason"): only
// a *WebSocketError has a say, and only with a code that may be sent, so that what Closed reported of another
// connection, such as 1006, can be passed on as it is.
func closeInfoOf(reason error) CloseInfo {
	e, ok := errors.AsType[*WebSocketError](reason)
	if !ok || e == nil {
		return CloseInfo{}
	}
	info, err := CloseInfo{Code: e.Code, Reason: e.Reason}.toSend()
	if err != nil {
		return CloseInfo{}
	}
	return info
}

// HandshakeError says that the other side's opening handshake was not as RFC 6455, section 4, wants it.
type HandshakeError struct {
	// StatusCode is the HTTP status: the one that a server answered instead of 101, or the one that a client was
	// refused with; zero if there was none.
	StatusCode int

	// Err is what was wrong.
	Err error
}

// Error describes what was wrong.
func (e *HandshakeError) Error() string {
	if e.StatusCode == 0 {
		return fmt.Sprintf("wsstream: bad handshake: %v", e.Err)
	}
	return fmt.Sprintf("wsstream: bad handshake (HTTP status %d): %v", e.StatusCode, e.Err)
}

// Unwrap returns Err.
func (e *HandshakeError) Unwrap() error {
	return e.Err
}

// failure is the end of a connection that this side fails (RFC 6455, section 7.1.7): what the peer is sent, and why.
type failure struct {
	code StatusCode
	err  error
}

func (f *failure) Error() string { return f.err.Error() }

// violation is the failure for a peer that broke the protocol.
func violation(what string) *failure {
	return &failure{StatusProtocolError, fmt.Errorf("%w: %s", ErrProtocol, what)}
}
