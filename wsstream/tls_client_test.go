package wsstream_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

func TestTLSConfigOfAClient(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of the handshakes that are to fail
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	own := server.TLS.Certificates

	for name, config := range map[string]*tls.Config{
		"address": {RootCAs: roots, Certificates: own},
		"name":    {RootCAs: roots, Certificates: own, ServerName: "example.com"},
		"protocol": {
			RootCAs: roots, Certificates: own, NextProtos: []string{"h2"}, // which would be no WebSocket
		},
	} {
		t.Run(name, func(t *testing.T) {
			testEcho(t, server.URL, &wsstream.Options{TLSConfig: config})
		})
	}

	if _, _, err := wsstream.Dial(t.Context(), server.URL, nil); !isError[x509.UnknownAuthorityError](err) {
		t.Errorf("without the authority Dial returns %v", err)
	}
	config := &tls.Config{RootCAs: roots, Certificates: own, ServerName: "elsewhere.test"}
	if _, _, err := wsstream.Dial(t.Context(), server.URL, &wsstream.Options{TLSConfig: config}); !isError[x509.HostnameError](err) {
		t.Errorf("with another name Dial returns %v", err)
	}
	config = &tls.Config{RootCAs: roots}
	if _, _, err := wsstream.Dial(t.Context(), server.URL, &wsstream.Options{TLSConfig: config}); !isError[*wsstream.WebSocketError](err) {
		t.Errorf("without a certificate of its own Dial returns %v", err)
	}
}

func isError[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
