package wsstream_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// tunnel passes on what comes from either end, until both have ended.
func tunnel(a, b net.Conn) {
	defer a.Close()
	defer b.Close()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{a, b}, {b, a}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			if half, ok := way[0].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
		})
	}
	both.Wait()
}

// connectProxy is an HTTP proxy that makes tunnels, for one user.
type connectProxy struct {
	targets chan string
}

func newConnectProxy() *connectProxy { return &connectProxy{make(chan string, 10)} }

func (p *connectProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("ada:secret"))
	switch {
	case r.Method != http.MethodConnect:
		http.Error(w, "no tunnel", http.StatusMethodNotAllowed)
		return
	case r.Header.Get("Proxy-Authorization") != want:
		http.Error(w, "who are you?", http.StatusProxyAuthRequired)
		return
	}
	p.targets <- r.Host
	server, err := net.Dial("tcp", r.Host)
	if err != nil {
		http.Error(w, "cannot reach it", http.StatusBadGateway)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	tunnel(client, server)
}

// socksProxy is a SOCKS5 proxy (RFC 1928 and RFC 1929) on l, for one user, and for names and IPv4 addresses.
func socksProxy(l net.Listener, targets chan<- string) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			target, err := socksHandshake(client)
			if err != nil {
				client.Close()
				return
			}
			targets <- target
			server, err := net.Dial("tcp", target)
			if err != nil {
				_, _ = client.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
				client.Close()
				return
			}
			_, _ = client.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
			tunnel(client, server)
		}()
	}
}

func socksHandshake(client net.Conn) (target string, err error) {
	read := func(n byte) []byte {
		p := make([]byte, n)
		if _, readErr := io.ReadFull(client, p); readErr != nil {
			err = errors.Join(err, readErr)
		}
		return p
	}
	read(read(2)[1]) // the methods it offers
	_, _ = client.Write([]byte{5, 2})
	user := string(read(read(2)[1]))
	password := string(read(read(1)[0]))
	if user != "ada" || password != "secret" {
		_, _ = client.Write([]byte{1, 1})
		return "", errors.New("who are you?")
	}
	_, _ = client.Write([]byte{1, 0})
	var host string
	if read(4)[3] == 1 {
		host = net.IP(read(4)).String()
	} else {
		host = string(read(read(1)[0]))
	}
	port := read(2)
	return net.JoinHostPort(host, fmt.Sprint(int(port[0])<<8|int(port[1]))), err
}

// via returns the option for a proxy with this URL.
func via(t *testing.T, scheme, user, address string) func(*http.Request) (*url.URL, error) {
	t.Helper()
	u, err := url.Parse(scheme + "://" + user + address)
	if err != nil {
		t.Fatal(err)
	}
	return http.ProxyURL(u)
}

func TestProxies(t *testing.T) {
	echoes := httptest.NewServer(http.HandlerFunc(echo))
	defer echoes.Close()
	secureEchoes := httptest.NewTLSServer(http.HandlerFunc(echo))
	defer secureEchoes.Close()
	roots := x509.NewCertPool()
	roots.AddCert(secureEchoes.Certificate())

	connect := newConnectProxy()
	plain := httptest.NewServer(connect)
	defer plain.Close()
	secure := httptest.NewTLSServer(connect)
	defer secure.Close()
	socks, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socks.Close()
	go socksProxy(socks, connect.targets)

	for _, proxy := range []struct{ scheme, address string }{
		{"http", plain.Listener.Addr().String()},
		{"https", secure.Listener.Addr().String()},
		{"socks5", socks.Addr().String()},
		{"socks5h", socks.Addr().String()},
	} {
		for _, server := range []*httptest.Server{echoes, secureEchoes} {
			t.Run(proxy.scheme+" to "+server.URL[:5], func(t *testing.T) {
				config := &tls.Config{RootCAs: roots, ServerName: "example.com"} // which the certificate of httptest is for
				opts := &wsstream.Options{TLSConfig: config, Proxy: via(t, proxy.scheme, "ada:secret@", proxy.address)}
				testEcho(t, server.URL, opts)
				if target := <-connect.targets; target != server.Listener.Addr().String() {
					t.Errorf("the proxy connected to %q", target)
				}
				opts.Proxy = via(t, proxy.scheme, "eve:guess@", proxy.address)
				if _, _, err := wsstream.Dial(t.Context(), server.URL, opts); !errors.Is(err, wsstream.ErrProxy) {
					t.Errorf("with a wrong password Dial returns %v", err)
				}
				closed := httptest.NewServer(nil)
				closed.Close()
				opts.Proxy = via(t, proxy.scheme, "ada:secret@", proxy.address)
				if _, _, err := wsstream.Dial(t.Context(), closed.URL, opts); !errors.Is(err, wsstream.ErrProxy) {
					t.Errorf("with no server Dial returns %v", err)
				}
				<-connect.targets
			})
		}
	}
}

func TestProxyIsChosenByTheRequest(t *testing.T) {
	var asked []string
	reason := errors.New("no")
	opts := &wsstream.Options{
		Header: http.Header{"X-Hint": {"a"}},
		Proxy: func(r *http.Request) (*url.URL, error) {
			asked = append(asked, r.Method+" "+r.URL.String()+" "+r.Host+" "+r.Header.Get("X-Hint"))
			return nil, reason
		},
	}
	for _, u := range []string{"ws://example.com/a?b", "wss://example.com:8443/"} {
		if _, _, err := wsstream.Dial(t.Context(), u, opts); !errors.Is(err, wsstream.ErrProxy) || !errors.Is(err, reason) {
			t.Errorf("Dial returns %v", err)
		}
	}
	if got := strings.Join(asked, ", "); got != "GET http://example.com/a?b example.com a, GET https://example.com:8443/ example.com:8443 a" {
		t.Errorf("Proxy was asked %s", got)
	}

	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	opts.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	testEcho(t, server.URL, opts)
	opts.Proxy = via(t, "ftp", "", "proxy.test")
	if _, _, err := wsstream.Dial(t.Context(), server.URL, opts); !errors.Is(err, wsstream.ErrProxy) {
		t.Errorf("Dial returns %v", err)
	}
}

func TestAnswersOfAProxy(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		want   string
	}{
		"refusal":  {"HTTP/1.1 407 Who\r\nContent-Length: 3\r\n\r\nyou", "status 407"},
		"stalled":  {"HTTP/1.1 407 Who\r\nContent-Length: 9\r\n\r\nyou", "status 407"},
		"redirect": {"HTTP/1.1 302 There\r\nLocation: /\r\n\r\n", "status 302"},
		"nonsense": {"hello\r\n\r\n", "malformed"},
		"too much": {"HTTP/1.1 200 OK\r\nA: " + strings.Repeat("a", 2000) + "\r\n\r\n", wsstream.ErrHeadTooLarge.Error()},
		"early":    {"HTTP/1.1 200 OK\r\n\r\nearly", "before it was asked"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				peer := wstest.NewServer(t, b)
				dialing := goDo(func() error {
					_, _, err := wsstream.Dial(t.Context(), "ws://example.com/", &wsstream.Options{
						Proxy:    via(t, "http", "", "proxy.test"),
						NetDial:  wstest.DialTo(a),
						Settings: wsstream.Settings{MaxHeaderSize: 1000},
					})
					return err
				})
				if r := peer.WantRequest(); r.Method != http.MethodConnect || r.RequestURI != "example.com:80" || r.Host != "example.com:80" {
					t.Errorf("the request is %s %s for %s", r.Method, r.RequestURI, r.Host)
				}
				_, _ = io.WriteString(b, test.answer) // the client may hang up in the middle
				if err := <-dialing; !errors.Is(err, wsstream.ErrProxy) || !strings.Contains(err.Error(), test.want) {
					t.Errorf("Dial returns %v, want %s", err, test.want)
				}
				peer.WantEnd()
			})
		})
	}
}

func TestAProxyThatDoesNotAnswer(t *testing.T) {
	for _, scheme := range []string{"http", "https", "socks5"} {
		t.Run(scheme, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				var address string
				opts := &wsstream.Options{
					Proxy: via(t, scheme, "", "proxy.test"),
					NetDial: func(_ context.Context, _, to string) (net.Conn, error) {
						address = to
						return a, nil
					},
					Settings: wsstream.Settings{HandshakeTimeout: time.Second},
				}
				start := time.Now()
				_, _, err := wsstream.Dial(t.Context(), "ws://example.com/", opts)
				if !errors.Is(err, wsstream.ErrHandshakeTimeout) || time.Since(start) != time.Second {
					t.Errorf("Dial returns %v after %v", err, time.Since(start))
				}
				if want := map[string]string{"http": ":80", "https": ":443", "socks5": ":1080"}[scheme]; address != "proxy.test"+want {
					t.Errorf("the proxy is at %s", address)
				}
				if _, err := io.Copy(io.Discard, b); err != nil { // ends because a is closed
					t.Error(err)
				}
			})
		})
	}
}

// What an answer to CONNECT says of its length must be ignored (RFC 9110, section 9.3.6).
func TestATunnelHasNoLength(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		peer := wstest.NewServer(t, b)
		dialing := goDo(func() error {
			_, _, err := wsstream.Dial(t.Context(), "ws://example.com/", &wsstream.Options{
				Proxy:   via(t, "http", "", "proxy.test"),
				NetDial: wstest.DialTo(a),
			})
			return err
		})
		peer.WantRequest()
		peer.SendRaw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
		peer.Open()
		if err := <-dialing; err != nil {
			t.Error(err)
		}
		peer.Drop()
	})
}
