// Command logs finds the errors in a large log: it reads a gzip file of JSON lines and writes another one with those
// entries of one level. Without -in it makes a log first, and finds it again on the next run.
//
//	go run ./examples/logs
//	go run ./examples/logs -size 1024 -level warn
//	go run ./examples/logs -in app.jsonl.gz -out errors.jsonl.gz
//
// What to look at:
//
//   - The function process in pipeline.go is the whole job: from the compressed file through seven stages into another
//     one, checked by the compiler, with no goroutine, channel or lock to be seen.
//   - The memory in the summary: it is the same for -size 16 and for -size 1024. No stage holds more than its chunks, and
//     a stage that is slow holds back the ones before it, down to the reads of the file.
//   - Decompressing and compressing run beside the rest, on another processor if one is free.
//   - Interrupt it with Ctrl-C. The context ends the pipeline from end to end, and no half-written file is left.
//   - Damage the file, or cut off its end: the error says what is wrong, and where.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr, isTerminal(os.Stderr))
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "logs:", err)
		os.Exit(1)
	}
}

// A config is the flags.
type config struct {
	in, out, level string
	size           int // of the log that is made, in MB
	batch          int
}

func parseFlags(args []string, messages io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("logs", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&c.in, "in", "", "gzip `file` of JSON lines to read; one in the temporary directory if it is not given")
	flags.StringVar(&c.out, "out", "", "`file` to write; one in the temporary directory if it is not given")
	flags.StringVar(&c.level, "level", "error", "the `level` of the entries to keep: debug, info, warn or error")
	flags.IntVar(&c.size, "size", 64, "size in `MB`, before compression, of the log that is made when there is no -in")
	flags.IntVar(&c.batch, "batch", 100, "how many `entries` are encoded at a time")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if c.in == "" && c.size < 1 {
		return c, fmt.Errorf("-size is %d MB, and must be 1 or more", c.size)
	}
	if c.out == "" {
		c.out = filepath.Join(os.TempDir(), "weir-logs-"+filepath.Base(c.level)+".jsonl.gz")
	}
	return c, nil
}

// run does what the flags in args say. It draws a progress bar on messages if that is a terminal.
func run(ctx context.Context, args []string, output, messages io.Writer, terminal bool) error {
	c, err := parseFlags(args, messages)
	if err != nil {
		return err
	}
	if c.in == "" {
		c.in = filepath.Join(os.TempDir(), fmt.Sprintf("weir-logs-%dMB.jsonl.gz", c.size))
		if err := generateOnce(ctx, c.in, c.size, output); err != nil {
			return err
		}
	}
	in, err := os.Open(c.in)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	info, err := in.Stat()
	if err != nil {
		return err
	}

	var bar io.Writer
	if terminal {
		bar = messages
	}
	var n counts
	m := startMonitor(&n.compressedIn, info.Size(), bar)
	err = writeFile(c.out, func(out io.Writer) error {
		return process(ctx, in, out, options{level: c.level, batch: c.batch}, &n)
	})
	m.stop()
	if err != nil {
		return fmt.Errorf("%s: %w", c.in, err)
	}
	return writeSummary(output, c, &n, m)
}
