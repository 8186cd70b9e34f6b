package wstest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// patience is how long a peer waits for what it expects. Only a test that fails waits as long.
const patience = time.Minute

// key is a Sec-WebSocket-Key, and accept what answers it: the example of RFC 6455, section 1.3.
const (
	key    = "dGhlIHNhbXBsZSBub25jZQ=="
	accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// Peer is the other end of a connection under test. Its methods fail the test when the other side does not do what they
// expect; they must be called from the goroutine of the test.
type Peer struct {
	Conn net.Conn

	tb     testing.TB
	br     *bufio.Reader
	client bool
}

// NewClient returns a peer that is a client, and so masks the frames it sends.
func NewClient(tb testing.TB, conn net.Conn) *Peer {
	return newPeer(tb, conn, true)
}

// NewServer returns a peer that is a server.
func NewServer(tb testing.TB, conn net.Conn) *Peer {
	return newPeer(tb, conn, false)
}

func newPeer(tb testing.TB, conn net.Conn, client bool) *Peer {
	tb.Helper()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	return &Peer{Conn: conn, tb: tb, br: bufio.NewReader(conn), client: client}
}

// Pipe returns two ends of a connection in memory, without any buffer between them.
func Pipe() (a, b net.Conn) {
	return net.Pipe()
}

// TCP returns two ends of a TCP connection over the loopback interface.
func TCP(tb testing.TB) (a, b *net.TCPConn) {
	tb.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	dialed, err := net.DialTCP("tcp", nil, l.Addr().(*net.TCPAddr))
	if err != nil {
		tb.Fatal(err)
	}
	accepted, err := l.AcceptTCP()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _, _ = dialed.Close(), accepted.Close() })
	return dialed, accepted
}

// DialTo returns a dial function that returns conn.
func DialTo(conn net.Conn) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) { return conn, nil }
}

// Request sends a good request to open a WebSocket, with extra lines, each with its line break.
func (p *Peer) Request(extra ...string) {
	p.tb.Helper()
	p.SendRaw(request + strings.Join(extra, "") + "\r\n")
}

// RequestAndSend sends a good request, with frames behind it in the same Write.
func (p *Peer) RequestAndSend(frames ...Frame) {
	p.tb.Helper()
	p.SendRaw(request + "\r\n" + string(p.Bytes(frames...)))
}

const request = "GET /path?query HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n"

// Response is the response to a request.
type Response struct {
	StatusCode int
	Header     http.Header
	Body       string
}

// WantUpgrade reads the response to Request, which must agree, and returns it.
func (p *Peer) WantUpgrade() Response {
	p.tb.Helper()
	resp := p.Response()
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-Websocket-Accept") != accept {
		p.tb.Fatalf("response is %v", resp)
	}
	return resp
}

// Response reads the response to a request, with its body.
func (p *Peer) Response() Response {
	p.tb.Helper()
	resp, err := http.ReadResponse(p.br, nil)
	if err != nil {
		p.tb.Fatalf("no response: %v", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.tb.Fatalf("the body breaks off: %v", err)
	}
	return Response{StatusCode: resp.StatusCode, Header: resp.Header, Body: string(body)}
}

// WantRequest reads the request to open a WebSocket, and returns it.
func (p *Peer) WantRequest() *http.Request {
	p.tb.Helper()
	req, err := http.ReadRequest(p.br)
	if err != nil {
		p.tb.Fatalf("no request: %v", err)
	}
	return req
}

// Agree answers a request, with extra lines, each with its line break.
func (p *Peer) Agree(req *http.Request, extra ...string) {
	p.tb.Helper()
	p.SendRaw(agreement(req) + strings.Join(extra, "") + "\r\n")
}

// AgreeAndSend answers a request, with frames behind the response in the same Write.
func (p *Peer) AgreeAndSend(req *http.Request, frames ...Frame) {
	p.tb.Helper()
	p.SendRaw(agreement(req) + "\r\n" + string(p.Bytes(frames...)))
}

func agreement(req *http.Request) string {
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		AcceptFor(req) + "\r\n"
}

// AcceptFor returns the Sec-WebSocket-Accept that answers a request (RFC 6455, section 4.2.2).
func AcceptFor(req *http.Request) string {
	sum := sha1.Sum([]byte(req.Header.Get("Sec-Websocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Open does the whole opening handshake in the role of the peer.
func (p *Peer) Open() {
	p.tb.Helper()
	if p.client {
		p.Request()
		p.WantUpgrade()
	} else {
		p.Agree(p.WantRequest())
	}
}

// SendRaw sends bytes.
func (p *Peer) SendRaw(s string) {
	p.tb.Helper()
	if _, err := io.WriteString(p.Conn, s); err != nil {
		p.tb.Fatalf("the peer cannot send: %v", err)
	}
}

// Send sends frames in one Write, masked as the role wants it.
func (p *Peer) Send(frames ...Frame) {
	p.tb.Helper()
	p.SendRaw(string(p.Bytes(frames...)))
}

// Bytes returns what Send sends.
func (p *Peer) Bytes(frames ...Frame) []byte {
	var buf []byte
	for _, f := range frames {
		if p.client {
			f.Masked, f.Mask = true, [4]byte{0x12, 0x34, 0x56, 0x78}
		}
		buf = append(buf, f.Bytes()...)
	}
	return buf
}

// Read reads a frame, which must keep the rules for the other role's frames.
func (p *Peer) Read() Frame {
	p.tb.Helper()
	f := p.ReadReserved()
	if f.Rsv != 0 {
		p.tb.Fatalf("reserved bits set: %v", f)
	}
	return f
}

// ReadReserved is Read for a frame that may have reserved bits, as that of a compressed message has.
func (p *Peer) ReadReserved() Frame {
	p.tb.Helper()
	f, err := ReadFrame(p.br)
	switch {
	case err != nil:
		p.tb.Fatalf("no frame: %v", err)
	case f.Masked == p.client:
		p.tb.Fatalf("frame masked by a server or not masked by a client: %v", f)
	}
	return f
}

// Unread makes bytes that were read from Conn the next that Read sees.
func (p *Peer) Unread(b []byte) {
	p.br = bufio.NewReader(io.MultiReader(bytes.NewReader(b), p.br))
}

// Want reads a frame that must be whole and have this opcode and payload.
func (p *Peer) Want(op byte, payload string) {
	p.tb.Helper()
	if f := p.Read(); !f.Fin || f.Op != op || string(f.Payload) != payload {
		p.tb.Fatalf("got %v, want %v", f, Whole(op, payload))
	}
}

// WantClose reads a Close frame with this code and reason; code 0 stands for an empty body.
func (p *Peer) WantClose(code uint16, reason string) {
	p.tb.Helper()
	p.Want(Close, string(CloseFrame(code, reason).Payload))
}

// WantCloseCode reads a Close frame with this code and any reason.
func (p *Peer) WantCloseCode(code uint16) {
	p.tb.Helper()
	f := p.Read()
	if want := string(CloseFrame(code, "").Payload); f.Op != Close || !strings.HasPrefix(string(f.Payload), want) {
		p.tb.Fatalf("got %v, want a Close frame with code %d", f, code)
	}
}

// WantEnd reads the end of the connection: nothing may come before.
func (p *Peer) WantEnd() {
	p.tb.Helper()
	if b, err := p.br.ReadByte(); !errors.Is(err, io.EOF) {
		p.tb.Fatalf("got byte %#x and error %v, want the end", b, err)
	}
}

// Drop closes the peer's end without a word.
func (p *Peer) Drop() {
	p.tb.Helper()
	if err := p.Conn.Close(); err != nil {
		p.tb.Fatal(err)
	}
}
