package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/weirstreams/weir/examples/internal/browser"
)

// shows waits until the page shows lines, and returns all that it shows.
func shows(p *browser.Page, lines string) string {
	p.WaitFor("document.querySelector('#output').textContent.includes(`" + lines + "`)")
	return p.Text("#output")
}

func TestThePagePlays(t *testing.T) {
	url, stop := startServer(t)
	p := browser.Open(t, "http"+strings.TrimPrefix(url, "ws"))
	shows(p, "Sent: ping\nReceived: pong\nSent: ping\nReceived: pong\n")
	p.Click("#close")
	got := strings.TrimSpace(shows(p, "Closed:"))
	want := regexp.MustCompile(`^Connected to ` + url + `/\n(Sent: ping\nReceived: pong\n){2,}Closed: 1000 the game is over$`)
	if !want.MatchString(got) {
		t.Errorf("the page shows\n%s", got)
	}
	p.WaitFor("document.querySelector('#close').disabled")
	stop()
}

func TestThePageSeesTheServerStop(t *testing.T) {
	url, stop := startServer(t)
	p := browser.Open(t, "http"+strings.TrimPrefix(url, "ws"))
	shows(p, "Received: pong\n")
	stop()
	shows(p, "Closed: 1001")
	p.WaitFor("document.querySelector('#close').disabled")
}

func TestThePageInABrowserWithoutWebSocketStream(t *testing.T) {
	url, stop := startServer(t)
	p := browser.Open(t, "http"+strings.TrimPrefix(url, "ws"), "WebSocketStream")
	shows(p, "This browser has no WebSocketStream")
	p.WaitFor("document.querySelector('#close').disabled")
	stop()
}
