package main

import (
	"fmt"
	"io"
)

// megabyte is the unit of sizes and rates in bytes.
const megabyte = 1_000_000

// writeSummary says what was done, in the time and with the memory that m has seen.
func writeSummary(output io.Writer, c config, n *counts, m *monitor) error {
	seconds := m.took.Seconds()
	_, err := fmt.Fprintf(output, `read    %s: %d entries, %s, compressed %s
kept    %s: %d entries of level %s, %s, compressed %s
took    %.2f s: %.1f MB/s, %.0f entries/s
memory  %s at most
`,
		c.in, n.entries.Load(), inMB(n.plainIn.Load()), inMB(n.compressedIn.Load()),
		c.out, n.kept.Load(), c.level, inMB(n.plainOut.Load()), inMB(n.compressedOut.Load()),
		seconds, float64(n.plainIn.Load())/megabyte/seconds, float64(n.entries.Load())/seconds,
		inMB(int64(m.peak)))
	return err
}

func inMB(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/megabyte) }
