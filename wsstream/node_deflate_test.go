package wsstream_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

// nodeDeflates are what ws takes as its option perMessageDeflate, with nothing left out for being small.
var nodeDeflates = map[string]string{
	"takeover":        `{"threshold":0}`,
	"no takeover":     `{"threshold":0,"serverNoContextTakeover":true,"clientNoContextTakeover":true}`,
	"server's window": `{"threshold":0,"serverMaxWindowBits":9}`,
	"client's window": `{"threshold":0,"clientMaxWindowBits":10}`,
	"both windows":    `{"threshold":0,"serverMaxWindowBits":10,"clientMaxWindowBits":9}`,
}

// deflateSettings compress all, with takeover.
func deflateSettings() wsstream.Settings {
	return wsstream.Settings{Compression: &wsstream.Compression{SendTakeover: true, ReceiveTakeover: true, Threshold: 1}}
}

// echoServer is a server of ours that compresses.
func echoServer(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := wsstream.Upgrade(w, r, &wsstream.UpgradeOptions{Settings: deflateSettings()})
		if err != nil {
			t.Errorf("Upgrade returns %v", err)
			return
		}
		c, err := s.Opened(r.Context())
		if err != nil {
			t.Errorf("Opened returns %v", err)
			return
		}
		// How this ends is what the client looks at.
		_ = c.Readable.PipeTo(context.Background(), c.Writable)
		_, _ = s.Closed(context.Background())
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// wantCompressed checks that the program has agreed to compress.
func (p *program) wantCompressed() {
	p.t.Helper()
	if line := p.line(); !strings.HasPrefix(line, `{"extensions":"permessage-deflate`) {
		p.t.Errorf("the program prints %s", line)
	}
}

func TestNodeClientCompresses(t *testing.T) {
	for name, deflate := range nodeDeflates {
		t.Run(name, func(t *testing.T) {
			p := startNode(t, "client.mjs", "ws", "echo", echoServer(t), deflate)
			p.wantCompressed()
			p.want(`{"echoed":30}`)
			p.want(`{"closed":{"code":4000,"reason":"enough"}}`)
			p.wantEnd()
		})
	}
}

// Undici loses a Close frame that follows compressed messages, so how it is closed says nothing.
func TestUndiciCompresses(t *testing.T) {
	p := startNode(t, "client.mjs", "undici", "echo", echoServer(t))
	p.wantCompressed()
	p.want(`{"echoed":30}`)
	if line := p.line(); !strings.HasPrefix(line, `{"closed":`) {
		t.Errorf("the program prints %s", line)
	}
}

func TestNodeServerCompresses(t *testing.T) {
	for name, deflate := range nodeDeflates {
		t.Run(name, func(t *testing.T) {
			p := startNode(t, "server.mjs", deflate)
			url := fmt.Sprintf("ws://127.0.0.1:%d/echo", p.number("port"))
			testEcho(t, url, &wsstream.Options{Settings: deflateSettings()})
			p.want(`{"closed":{"code":1000,"reason":"enough"}}`)
		})
	}
}
