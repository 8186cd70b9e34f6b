package wsstream_test

// The tests in the files wpt_*_test.go are the Web Platform Tests of WebSocketStream, what the text of its standard says,
// and the tests that other implementations have of it, in Go: one file for one source, subtests under the names there.
// testdata/wpt-websocketstream.tsv is the list of those that apply, with what each one means here. What the two ends of
// a connection have in common is tested in both roles.

import (
	_ "embed"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

//go:embed testdata/wpt-websocketstream.tsv
var wptTable string

// A wptRow is a test: where it comes from, and its name there.
type wptRow struct{ file, name string }

// wptRows returns the list.
var wptRows = sync.OnceValue(func() []wptRow {
	var rows []wptRow
	for line := range strings.Lines(wptTable) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if fields[0] != "file" {
			rows = append(rows, wptRow{fields[0], fields[1]})
		}
	}
	return rows
})

// rowsRun are the rows whose subtests ran.
var rowsRun = struct {
	sync.Mutex
	rows map[wptRow]bool
}{rows: map[wptRow]bool{}}

// runWPT runs the tests of a source, by their names.
func runWPT(t *testing.T, file string, tests map[string]func(t *testing.T)) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		row := wptRow{file, name}
		if !slices.Contains(wptRows(), row) {
			t.Errorf("%s has no row %q", file, name)
			continue
		}
		t.Run(name, tests[name])
		rowsRun.Lock()
		rowsRun.rows[row] = true
		rowsRun.Unlock()
	}
}

// checkRows reports whether every row of the list is covered. It says so only of a run of the whole suite.
func checkRows() bool {
	for _, name := range []string{"run", "skip", "bench", "fuzz", "list"} {
		if flag.Lookup("test."+name).Value.String() != "" {
			return true
		}
	}
	missing := 0
	for _, row := range wptRows() {
		if !rowsRun.rows[row] {
			missing++
			fmt.Printf("no test for %s: %s\n", row.file, row.name)
		}
	}
	fmt.Printf("wpt: %d rows, %d missing\n", len(wptRows()), missing)
	fmt.Printf("rfc: %d cases, each role counted\n", wireCasesRun.Load())
	return missing == 0
}

// inEachRole makes a test of one that has an open connection, once as its server and once as its client.
func inEachRole(test func(t *testing.T, e *end)) func(t *testing.T) {
	return func(t *testing.T) { eachRole(t, limits{}, test) }
}

// inBubble makes a test of one that runs in a bubble.
func inBubble(test func(t *testing.T)) func(t *testing.T) {
	return func(t *testing.T) { synctest.Test(t, test) }
}

// connecting starts a client, and returns the server that it talks to.
func connecting(t *testing.T, opts *wsstream.Options) (*wsstream.WebSocketStream, *wstest.Peer) {
	t.Helper()
	if opts == nil {
		opts = new(wsstream.Options)
	}
	a, b := wstest.Pipe()
	opts.NetDial = wstest.DialTo(a)
	s, err := wsstream.New("ws://example.com/path", opts)
	if err != nil {
		t.Fatal(err)
	}
	return s, wstest.NewServer(t, b)
}

// wantPending checks that a call has no result yet, at rest.
func wantPending(t *testing.T, what string, result <-chan error) {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-result:
		t.Fatalf("%s has returned %v already", what, err)
	default:
	}
}

// closeFrom closes the connection from this side, and checks the Close frame that the peer sees, and that it is a clean
// close when the peer answers with the same.
func (e *end) closeFrom(start func() error, code uint16, reason string) {
	e.t.Helper()
	if err := start(); err != nil {
		e.t.Fatalf("closing fails with %v", err)
	}
	e.answer(code, reason, code, reason)
	e.wantCleanEnd(cleanCode(code), reason)
}

// closeFromPeer has the peer close the connection, and checks that it is a clean close.
func (e *end) closeFromPeer(code uint16, reason string) {
	e.t.Helper()
	e.peer.Send(wstest.CloseFrame(code, reason))
	e.peer.WantClose(code, reason)
	e.hangUp()
	e.wantCleanEnd(cleanCode(code), reason)
}

// newError is NewWebSocketError with what is right.
func newError(t *testing.T, code wsstream.StatusCode, reason string) *wsstream.WebSocketError {
	t.Helper()
	e, err := wsstream.NewWebSocketError(code, reason)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// answerClose answers a Close frame that was read already.
func (e *end) answerClose(code uint16, reason string) {
	e.t.Helper()
	e.peer.Send(wstest.CloseFrame(code, reason))
	e.hangUp()
}

// readingAhead are the options of a server that takes as many messages from the socket while nobody reads.
func readingAhead(mark int) *wsstream.UpgradeOptions {
	strategy := streams.CountQueuingStrategy[wsstream.Message](mark)
	return &wsstream.UpgradeOptions{Settings: wsstream.Settings{ReadableStrategy: &strategy}}
}
