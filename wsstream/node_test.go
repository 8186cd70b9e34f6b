package wsstream_test

// Tests with peers that others wrote: the WebSocketStream of undici, and the client and the server of ws, both on Node.
// They need Node and `npm ci --prefix wsstream/testdata/node`. Where these are missing the tests are skipped, or fail if
// the environment variable WEIR_REQUIRE_PEERS is set. The other ends are the programs in testdata/node.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// nodeFolder holds the programs and their packages.
const nodeFolder = "testdata/node"

// A program is one of them, running.
type program struct {
	t     *testing.T
	lines chan string
	stdin io.WriteCloser
}

// startNode starts a program. The test ends when it has ended.
func startNode(t *testing.T, script string, args ...string) *program {
	t.Helper()
	if err := nodeMissing(); err != nil {
		if os.Getenv("WEIR_REQUIRE_PEERS") != "" {
			t.Fatal(err)
		}
		t.Skipf("%v (npm ci --prefix wsstream/%s)", err, nodeFolder)
	}
	cmd := exec.CommandContext(t.Context(), "node", append([]string{script}, args...)...)
	cmd.Dir = nodeFolder
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &program{t, make(chan string, 2000), stdin}
	go func() {
		defer close(p.lines)
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			p.lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() { // the context of the test has ended, and so the program does
		for range p.lines {
		}
		_ = cmd.Wait() // it was killed, if it had not ended
		if t.Failed() {
			t.Logf("%s says:\n%s", script, &stderr)
		}
	})
	return p
}

// nodeMissing returns the error for what these tests need and is not there.
func nodeMissing() error {
	_, err := exec.LookPath("node")
	for _, name := range []string{"undici", "ws"} {
		_, missing := os.Stat(filepath.Join(nodeFolder, "node_modules", name))
		err = errors.Join(err, missing)
	}
	return err
}

// line returns the next line that the program prints.
func (p *program) line() string {
	p.t.Helper()
	line, ok := <-p.lines
	if !ok {
		p.t.Fatal("the program has ended")
	}
	return line
}

// want checks the next line.
func (p *program) want(line string) {
	p.t.Helper()
	if got := p.line(); got != line {
		p.t.Fatalf("the program prints %s, want %s", got, line)
	}
}

// wantEnd checks that the program has nothing more to say.
func (p *program) wantEnd() {
	p.t.Helper()
	for line := range p.lines {
		p.t.Errorf("the program prints %s", line)
	}
}

// tell tells the program to go on.
func (p *program) tell() {
	p.t.Helper()
	if _, err := io.WriteString(p.stdin, "go on\n"); err != nil {
		p.t.Fatal(err)
	}
}

// number returns the number that the next line gives for key.
func (p *program) number(key string) int {
	p.t.Helper()
	line := p.line()
	var values map[string]int
	if err := json.Unmarshal([]byte(line), &values); err != nil || values[key] == 0 {
		p.t.Fatalf("the program prints %s, want %s (%v)", line, key, err)
	}
	return values[key]
}
