package wsstream

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// What Upgrade, too, refuses a request for.
var (
	errBody = errors.New("an opening handshake with a body")
	errHost = errors.New("a Host that is not a host with or without a port")
)

// maxInterim bounds the interim responses before the one that counts.
const maxInterim = 8

// headReader is where gobwas/ws reads the other side's opening handshake. It gives out one line at a time and nothing
// beyond the last, so that frames behind it stay in the buffer; it bounds the size; and it keeps the rules that
// gobwas/ws does not (RFC 9112, section 5, and RFC 6455, section 4).
type headReader struct {
	src      *bufio.Reader
	room     int  // bytes that may still come
	isServer bool // the head is a request
	started  bool // the first line has been read
	interim  int  // interim responses, which gobwas/ws is not to see, so far
	skipping bool // the lines are those of such a response
	over     bool // the empty line has been read
	line     []byte
	seen     []string // names of single headers that have been read
	offered  []string // Sec-WebSocket-Extensions headers, which gobwas/ws is not to see
}

// newHeadReader returns a reader of one head of at most size bytes: a request if server, else a response.
func newHeadReader(src *bufio.Reader, size int, server bool) *headReader {
	return &headReader{src: src, room: size, isServer: server}
}

// Read gives out the rest of a line, or some of it. After the empty line it returns io.EOF. A head against the rules
// is a *HandshakeError.
func (h *headReader) Read(p []byte) (int, error) {
	for len(h.line) == 0 {
		if h.over {
			return 0, io.EOF
		}
		line, err := h.readLine()
		if err != nil {
			return 0, err
		}
		if h.line, err = h.filter(line); err != nil {
			return 0, err
		}
	}
	n := copy(p, h.line)
	h.line = h.line[n:]
	return n, nil
}

// readLine reads a line, of which the end is part. It is valid until the next is read.
func (h *headReader) readLine() ([]byte, error) {
	var whole []byte // a line that does not fit the buffer
	for {
		line, err := h.src.ReadSlice('\n')
		if h.room -= len(line); h.room < 0 {
			return nil, h.bad(http.StatusRequestHeaderFieldsTooLarge, ErrHeadTooLarge)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if whole == nil && err == nil {
			return line, nil
		}
		if whole = append(whole, line...); err == nil {
			return whole, nil
		}
	}
}

// filter returns the line as gobwas/ws is to see it, nothing if it is not to see it at all.
func (h *headReader) filter(line []byte) ([]byte, error) {
	text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
	if strings.ContainsAny(text, "\r\x00") {
		return nil, h.bad(http.StatusBadRequest, errors.New("a bare CR or a NUL"))
	}
	switch {
	case h.skipping:
		h.skipping = text != ""
		return nil, nil
	case !h.started:
		return h.filterFirst(line, text)
	case text == "":
		h.over = true
		return line, nil
	}
	name, value, found := strings.Cut(text, ":")
	if !found || !isToken(name) {
		return nil, h.bad(http.StatusBadRequest, errors.New("a malformed header line"))
	}
	return h.filterHeader(line, http.CanonicalHeaderKey(name), strings.Trim(value, " \t"))
}

// filterFirst is filter for the first line of a head.
func (h *headReader) filterFirst(line []byte, text string) ([]byte, error) {
	switch {
	case h.isServer && !isRequestLine(text):
		return nil, h.bad(http.StatusBadRequest, errors.New("a malformed request line"))
	case !h.isServer && isInterim(text):
		if h.interim++; h.interim > maxInterim {
			return nil, h.bad(0, fmt.Errorf("more than %d interim responses", maxInterim))
		}
		h.skipping = true
		return nil, nil
	}
	h.started = true
	return line, nil
}

func (h *headReader) filterHeader(line []byte, key, value string) ([]byte, error) {
	if h.isSingle(key) {
		if slices.Contains(h.seen, key) {
			return nil, h.bad(http.StatusBadRequest, fmt.Errorf("two %s headers", key))
		}
		h.seen = append(h.seen, key)
	}
	switch {
	case key == "Sec-Websocket-Extensions":
		h.offered = append(h.offered, value)
		return nil, nil
	case key == "Connection":
		// A list, that may be spread over several lines; gobwas/ws takes one line, and in a response one token.
		if !hasToken(value, "upgrade") {
			return nil, nil
		}
		return []byte("Connection: Upgrade\r\n"), nil
	case key == "Transfer-Encoding", key == "Content-Length" && value != "0":
		// Its bytes would be taken for frames.
		return nil, h.bad(http.StatusBadRequest, errBody)
	case h.isServer && key == "Host" && !isAuthority(value):
		return nil, h.bad(http.StatusBadRequest, errHost)
	case key == "Sec-Websocket-Key" && !isKey(value):
		return nil, h.bad(http.StatusBadRequest, errors.New("a Sec-WebSocket-Key that is not 16 bytes in base64"))
	default:
		return line, nil
	}
}

// extensions returns all Sec-WebSocket-Extensions headers in one.
func (h *headReader) extensions() string { return strings.Join(h.offered, ",") }

// isSingle reports whether a header must not come twice.
func (h *headReader) isSingle(key string) bool {
	if key == "Content-Length" {
		return true
	}
	if h.isServer {
		return key == "Host" || key == "Sec-Websocket-Key" || key == "Sec-Websocket-Version"
	}
	return key == "Sec-Websocket-Accept" || key == "Sec-Websocket-Protocol"
}

// isRequestLine reports whether a line is the first of a request (RFC 9112, section 3).
func isRequestLine(line string) bool {
	method, rest, _ := strings.Cut(line, " ")
	target, version, _ := strings.Cut(rest, " ")
	_, _, ok := http.ParseHTTPVersion(version)
	return ok && isToken(method) && target != ""
}

// isInterim reports whether a line is the first of a response with a status of 1xx, behind which another response comes
// (RFC 9110, section 15.2). Status 101 is the last one in this protocol.
func isInterim(line string) bool {
	version, rest, _ := strings.Cut(line, " ")
	status, _, _ := strings.Cut(rest, " ")
	_, _, ok := http.ParseHTTPVersion(version)
	return ok && len(status) == 3 && status[0] == '1' && status != "101"
}

// parseTarget returns the target of a request: a path, or a URL with a host (RFC 9112, sections 3.2.1 and 3.2.2).
func parseTarget(target string) (*url.URL, error) {
	u, err := url.ParseRequestURI(target)
	if err != nil || target[0] != '/' && (u.User != nil || !isAuthority(u.Host)) {
		return nil, errors.New("a malformed request target")
	}
	return u, nil
}

// isKey reports whether key is a Sec-WebSocket-Key (RFC 6455, section 4.1).
func isKey(key string) bool {
	nonce, err := base64.StdEncoding.DecodeString(key)
	return err == nil && len(nonce) == 16
}

// bad returns the error for a head against the rules; a request is refused with status.
func (h *headReader) bad(status int, err error) *HandshakeError {
	if !h.isServer {
		status = 0
	}
	return &HandshakeError{status, err}
}

// writeRefusal answers a request that gobwas/ws did not get to see the end of.
func writeRefusal(w io.Writer, e *HandshakeError) error {
	body := e.Err.Error()
	_, err := fmt.Fprintf(w, "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		e.StatusCode, http.StatusText(e.StatusCode), len(body), body)
	return err
}
