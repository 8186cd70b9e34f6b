package wsstream_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// certificates returns those of a server for tests.
func certificates() []tls.Certificate {
	unused := httptest.NewTLSServer(http.NotFoundHandler())
	defer unused.Close()
	return unused.TLS.Certificates
}

// The goodbye of TLS comes after both Close frames, and crypto/tls would wait 5 seconds for a peer to take it.
func TestACleanCloseOverTLSEndsInTime(t *testing.T) {
	own := certificates()
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		secure := tls.Client(b, &tls.Config{InsecureSkipVerify: true})
		accepted := goAccept(t.Context(), tls.Server(a, &tls.Config{Certificates: own}), &wsstream.UpgradeOptions{
			Settings: wsstream.Settings{CloseTimeout: time.Second},
		})
		peer := wstest.NewClient(t, secure)
		peer.Open()
		got := <-accepted
		if got.err != nil {
			t.Fatal(got.err)
		}
		e := newEnd(t, got.stream, peer)
		start := time.Now()
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		peer.WantClose(1000, "")
		peer.Send(wstest.CloseFrame(1000, "")) // and from now on the peer reads nothing
		e.wantCleanEnd(1000, "")
		if took := time.Since(start); took > time.Second {
			t.Errorf("the close took %v", took)
		}
		b.Close()
	})
}
