package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/weirstreams/weir/bench/internal/catalog"
	"github.com/weirstreams/weir/bench/internal/workload"
	"github.com/weirstreams/weir/bench/node"
)

// figures are what was measured, by the names that package workload has for them.
type figures map[string]float64

// measureHere measures one engine in this process and prints its figures.
func measureHere(opts options, stdout io.Writer) error {
	w, e, ok := catalog.Find(opts.one)
	if !ok || e.Node != "" {
		return fmt.Errorf("there is no workload and engine in Go of the name %q", opts.one)
	}
	testing.Init()
	benchtime := opts.time.String()
	if e.Hold != nil || e.Report != nil {
		benchtime = "1x"
	}
	if err := flag.Set("test.benchtime", benchtime); err != nil {
		return err
	}
	var failed error
	result := testing.Benchmark(func(b *testing.B) {
		if failed = e.Measure(b, units(w, opts.quick)); failed != nil {
			b.FailNow()
		}
	})
	if failed != nil {
		return failed
	}
	return json.NewEncoder(stdout).Encode(result.Extra)
}

func units(w workload.Workload, quick bool) int {
	if quick {
		return w.Size.Quick
	}
	return w.Size.Full
}

// measureThere measures one engine in a process of its own.
func measureThere(ctx context.Context, w workload.Workload, e workload.Engine, opts options) (figures, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, opts.timeout, fmt.Errorf("no result after %s", opts.timeout))
	defer cancel()
	cmd, err := command(ctx, w, e, opts)
	if err != nil {
		return nil, err
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = 5 * time.Second // for output that a child of the killed process keeps open
	if err := cmd.Run(); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, fmt.Errorf("%w: %s", err, firstLine(stderr.String()))
	}
	var f figures
	if err := json.Unmarshal(stdout.Bytes(), &f); err != nil {
		return nil, fmt.Errorf("the output was not understood: %w", err)
	}
	return f, nil
}

func command(ctx context.Context, w workload.Workload, e workload.Engine, opts options) (*exec.Cmd, error) {
	if e.Node != "" {
		return node.Command(ctx, e.Node, units(w, opts.quick), opts.time), nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, self, "-one", w.Name+"/"+e.Name, "-time", opts.time.String(),
		fmt.Sprintf("-quick=%t", opts.quick)), nil
}

// firstLine is the first line of what a process said, which in Go is the panic.
func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
