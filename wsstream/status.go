package wsstream

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// StatusCode says why a connection was closed (RFC 6455, section 7.4, and the registry it founded at IANA).
type StatusCode uint16

// The registered codes. An application may send StatusNormalClosure and the codes from 3000 to 4999; the others are
// for protocol stacks, and StatusNoStatusRcvd, StatusAbnormalClosure and StatusTLSHandshake are never sent at all.
const (
	// StatusNormalClosure: the purpose of the connection is fulfilled.
	StatusNormalClosure StatusCode = 1000

	// StatusGoingAway: the server shuts down, or the user leaves the page.
	StatusGoingAway StatusCode = 1001

	// StatusProtocolError: the peer broke the WebSocket protocol.
	StatusProtocolError StatusCode = 1002

	// StatusUnsupportedData: a type of message that the endpoint does not take.
	StatusUnsupportedData StatusCode = 1003

	// StatusNoStatusRcvd is reported when the peer's Close frame had no code.
	StatusNoStatusRcvd StatusCode = 1005

	// StatusAbnormalClosure is reported when the connection ended without a Close frame of the peer.
	StatusAbnormalClosure StatusCode = 1006

	// StatusInvalidFramePayloadData: data that does not fit its type, such as text that is not UTF-8.
	StatusInvalidFramePayloadData StatusCode = 1007

	// StatusPolicyViolation: a message against the policy of the endpoint, when no other code fits.
	StatusPolicyViolation StatusCode = 1008

	// StatusMessageTooBig: a message larger than the endpoint takes.
	StatusMessageTooBig StatusCode = 1009

	// StatusMandatoryExtension: the client needs an extension that the server did not choose.
	StatusMandatoryExtension StatusCode = 1010

	// StatusInternalError: the endpoint met a condition that it cannot handle.
	StatusInternalError StatusCode = 1011

	// StatusServiceRestart: the service restarts; the client may come back.
	StatusServiceRestart StatusCode = 1012

	// StatusTryAgainLater: the service is overloaded.
	StatusTryAgainLater StatusCode = 1013

	// StatusBadGateway: a gateway got a bad answer from the server behind it.
	StatusBadGateway StatusCode = 1014

	// StatusTLSHandshake is reserved for a TLS handshake that failed.
	StatusTLSHandshake StatusCode = 1015
)

// maxReason is the room for a reason in a Close frame, in bytes: a control frame less the code.
const maxReason = ws.MaxControlFramePayloadSize - 2

// sendable reports whether an application may send c (the WebSockets standard, section 3).
func (c StatusCode) sendable() bool {
	return c == StatusNormalClosure || 3000 <= c && c <= 4999
}

// onWire reports whether a Close frame may carry c. It does not ask gobwas/ws, which refuses the codes registered
// since RFC 6455 (1012 to 1014) and lets those from 5000 pass.
func (c StatusCode) onWire() bool {
	switch {
	case c >= 3000:
		return c <= 4999
	case c == 1004, c == StatusNoStatusRcvd, c == StatusAbnormalClosure:
		return false
	default:
		return 1000 <= c && c <= StatusBadGateway
	}
}

// CloseInfo is the content of a Close frame (RFC 6455, section 5.5.1).
type CloseInfo struct {
	// Code is the status code, zero for none. One that the peer did not give is reported as StatusNoStatusRcvd.
	Code StatusCode

	// Reason is UTF-8 text of at most 123 bytes, meant for logs rather than for people.
	Reason string
}

// String returns the code and, if there is one, the quoted reason.
func (i CloseInfo) String() string {
	if i.Reason == "" {
		return fmt.Sprint(uint16(i.Code))
	}
	return fmt.Sprintf("%d %q", i.Code, i.Reason)
}

// toSend returns i as an application may send it: a reason without a code gets StatusNormalClosure.
func (i CloseInfo) toSend() (CloseInfo, error) {
	switch {
	case i.Code == 0 && i.Reason != "":
		i.Code = StatusNormalClosure
	case i.Code != 0 && !i.Code.sendable():
		return CloseInfo{}, fmt.Errorf("%w: %d", ErrCloseCode, i.Code)
	}
	if err := checkReason(i.Reason); err != nil {
		return CloseInfo{}, err
	}
	return i, nil
}

// checkReason returns the error for a reason that no Close frame can carry.
func checkReason(reason string) error {
	switch {
	case len(reason) > maxReason:
		return fmt.Errorf("%w: %d bytes, at most %d fit", ErrCloseReason, len(reason), maxReason)
	case !utf8.ValidString(reason):
		return fmt.Errorf("%w: %w", ErrCloseReason, ErrInvalidUTF8)
	default:
		return nil
	}
}

// appendBody appends the body of the Close frame that says i.
func (i CloseInfo) appendBody(dst []byte) []byte {
	if i.Code == 0 {
		return dst
	}
	return append(binary.BigEndian.AppendUint16(dst, uint16(i.Code)), i.Reason...)
}

// answer returns what the Close frame that answers i says: the same, as section 5.5.1 proposes.
func (i CloseInfo) answer() CloseInfo {
	if i.Code == StatusNoStatusRcvd {
		return CloseInfo{}
	}
	return i
}

// parseCloseBody reads the body of a received Close frame.
func parseCloseBody(body []byte) (CloseInfo, error) {
	if len(body) == 0 {
		return CloseInfo{Code: StatusNoStatusRcvd}, nil
	}
	if len(body) == 1 {
		return CloseInfo{}, violation("a Close frame with half a status code")
	}
	code, reason := StatusCode(binary.BigEndian.Uint16(body)), body[2:]
	if !code.onWire() {
		return CloseInfo{}, violation(fmt.Sprintf("a Close frame with status code %d", code))
	}
	if !utf8.Valid(reason) {
		return CloseInfo{}, &failure{StatusInvalidFramePayloadData, fmt.Errorf("%w in the reason of a Close frame", ErrInvalidUTF8)}
	}
	return CloseInfo{Code: code, Reason: string(reason)}, nil
}
