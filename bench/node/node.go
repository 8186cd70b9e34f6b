// Package node runs the workloads on Node's own Streams: the same standard, in the language it was made for.
package node

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

//go:embed streams.mjs
var script []byte

// maxUnits is how many units a run has at most. A run lasts some milliseconds then, and there are as many as fit into
// the time.
const maxUnits = 20_000

// Version returns the version of the node in the path, or an error that says why there is none.
func Version(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("node: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// maxWarmUp is enough for the compiler to have found what is hot.
const maxWarmUp = 300 * time.Millisecond

// Command returns the command that measures a job of the script for about this long, after a warm-up, and prints the
// figures per unit as a JSON object.
func Command(ctx context.Context, job string, units int, duration time.Duration) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "node", "--input-type=module", "-",
		job, strconv.Itoa(min(units, maxUnits)), milliseconds(min(maxWarmUp, 15*duration)), milliseconds(duration))
	cmd.Stdin = bytes.NewReader(script)
	return cmd
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
