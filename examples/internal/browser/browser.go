// Package browser is for tests with a real browser: Chromium, without a window. Where there is none a test is skipped,
// or fails if the environment variable WEIR_REQUIRE_PEERS is set.
package browser

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for the browser. Only one that fails waits as long.
const patience = 2 * time.Minute

// flags keep the browser from all that is not the test: windows, updates, its maker.
var flags = []string{
	"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
	"disable-component-update", "disable-sync",
}

// A Page is a page in a browser.
type Page struct {
	tb  testing.TB
	ctx context.Context
}

// Open starts a browser, with nothing in its profile, and opens a page. Both end with the test. Features of the browser
// can be left out.
func Open(tb testing.TB, url string, without ...string) *Page {
	tb.Helper()
	path, err := find()
	if err != nil {
		if os.Getenv("WEIR_REQUIRE_PEERS") != "" {
			tb.Fatal(err)
		}
		tb.Skip(err)
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(tb.TempDir())}
	for _, flag := range flags {
		options = append(options, chromedp.Flag(flag, true))
	}
	if len(without) > 0 {
		options = append(options, chromedp.Flag("disable-blink-features", strings.Join(without, ",")))
	}
	timed, cancelTime := context.WithTimeout(context.Background(), patience)
	allocated, cancelAllocator := chromedp.NewExecAllocator(timed, options...)
	ctx, cancelPage := chromedp.NewContext(allocated)
	tb.Cleanup(func() {
		// The browser is told to end, and waited for: until then it writes to its profile.
		if err := chromedp.Cancel(ctx); err != nil && timed.Err() == nil {
			tb.Errorf("the browser does not end: %v", err)
		}
		cancelPage()
		cancelAllocator()
		cancelTime()
	})
	p := &Page{tb, ctx}
	run(p, chromedp.Navigate(url))
	return p
}

// find returns the browser's program.
func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium: install the package chromium")
}

// run does something with the page.
func run[T any](p *Page, action chromedp.Action[T]) T {
	p.tb.Helper()
	value, err := chromedp.Run(p.ctx, action)
	if err != nil {
		p.tb.Fatalf("the browser says: %v", err)
	}
	return value
}

// Eval returns the value of an expression of JavaScript; if that is a promise, it waits for it.
func Eval[T any](p *Page, expression string) T {
	p.tb.Helper()
	return run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Text waits until the page shows what a CSS selector selects, and returns its text.
func (p *Page) Text(selector string) string {
	p.tb.Helper()
	return run(p, chromedp.Text(chromedp.CSS(selector)))
}

// WaitFor waits until an expression of JavaScript is true.
func (p *Page) WaitFor(expression string) {
	p.tb.Helper()
	run(p, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience)))
}

// Click waits until the page shows what a CSS selector selects, and clicks on it.
func (p *Page) Click(selector string) {
	p.tb.Helper()
	run(p, chromedp.Click(chromedp.CSS(selector)))
}
