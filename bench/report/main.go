// The report runs all workloads, by weir, by its peers and by Node, and prints one table of what they cost. From the
// root of the repository:
//
//	go run ./bench/report          takes 15 to 20 minutes, and writes bench/RESULTS.md and bench/charts
//	go run ./bench/report -quick   takes less than 5 minutes, and writes nothing
//
// Every measurement is a process of its own: an engine that hangs, crashes or gives a wrong result is reported as such,
// and disturbs no other.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/weirstreams/weir/bench/internal/catalog"
	"github.com/weirstreams/weir/bench/internal/websocket"
	"github.com/weirstreams/weir/bench/internal/workload"
)

// options are the flags of the command.
type options struct {
	quick   bool
	run     string        // regular expression of the names "workload/engine" to measure
	counts  int           // rounds
	time    time.Duration // what one measurement aims at
	timeout time.Duration // what one measurement may take
	budget  time.Duration // after which no further round begins; 0 is no limit
	output  string        // folder to write to, empty for none
	one     string        // the name to measure in this process
}

func main() {
	websocket.ServeIfAsked()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	opts, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if opts.one != "" {
		return measureHere(opts, stdout)
	}
	wanted, err := regexp.Compile(opts.run)
	if err != nil {
		return err
	}
	if err := writable(opts.output); err != nil {
		return err
	}

	progress := log.New(stderr, "", 0)
	machine := thisMachine(ctx)
	machine.warn(progress)
	started := time.Now()
	outcomes, err := collect(ctx, selected(catalog.All(), wanted, machine.node != ""), opts, measureThere, progress)
	if err != nil {
		return err
	}
	report := report{
		machine: machine, opts: opts, outcomes: outcomes, targets: judge(targets, outcomes),
		date: started, took: time.Since(started),
	}
	if err := report.print(stdout); err != nil || opts.output == "" {
		return err
	}
	return report.write(opts.output)
}

// command is what writes the results once more.
func (o options) command() string {
	if o.quick {
		return "go run ./bench/report -quick -o bench"
	}
	return "go run ./bench/report"
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&o.quick, "quick", false, "smaller workloads and less time for each: under 5 minutes")
	flags.StringVar(&o.run, "run", "", "measure only what this regular expression finds, such as W3/mark=128/weir")
	flags.IntVar(&o.counts, "count", 5, "how often everything is measured; the figures are medians")
	flags.DurationVar(&o.time, "time", 200*time.Millisecond, "what one measurement aims at (-quick: 20ms)")
	flags.DurationVar(&o.timeout, "timeout", time.Minute, "what one measurement may take before it counts as hanging (-quick: 10s)")
	flags.StringVar(&o.output, "o", "bench", "folder for RESULTS.md and charts (none by default with -quick or -run)")
	flags.StringVar(&o.one, "one", "", "measure this one in this process, and print its figures as JSON")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if o.counts < 1 {
		return o, fmt.Errorf("-count must be at least 1, is %d", o.counts)
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if o.quick && !given["time"] {
		o.time = 20 * time.Millisecond
	}
	if o.quick && !given["timeout"] {
		o.timeout = 10 * time.Second
	}
	if o.quick && !given["count"] {
		o.budget = 4 * time.Minute
	}
	if (o.quick || o.run != "") && !given["o"] {
		o.output = ""
	}
	return o, nil
}

// selected returns the workloads with the engines to measure.
func selected(all []workload.Workload, wanted *regexp.Regexp, withNode bool) []workload.Workload {
	var list []workload.Workload
	for _, w := range all {
		engines := w.Engines
		w.Engines = nil
		for _, e := range engines {
			if wanted.MatchString(w.Name+"/"+e.Name) && (withNode || e.Node == "") {
				w.Engines = append(w.Engines, e)
			}
		}
		if len(w.Engines) > 0 {
			list = append(list, w)
		}
	}
	return list
}

// writable fails if there is no such folder, before minutes have gone into figures that cannot be written to it.
func writable(folder string) error {
	if folder == "" {
		return nil
	}
	info, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("%w (run this from the root of the repository, or choose a folder with -o)", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", folder)
	}
	return nil
}
