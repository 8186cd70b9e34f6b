package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// entrySize is about how many bytes a generated entry has as a line.
const entrySize = 152

// generateOnce makes a log of about size MB in the file path, unless there is one.
func generateOnce(ctx context.Context, path string, size int, output io.Writer) error {
	switch _, err := os.Stat(path); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if _, err := fmt.Fprintf(output, "making a log of about %d MB, for this time and the next ones\n", size); err != nil {
		return err
	}
	return writeFile(path, func(out io.Writer) error { return generate(ctx, out, size*megabyte/entrySize) })
}

// generate writes a gzip file of so many JSON lines, which are always the same.
func generate(ctx context.Context, out io.Writer, entries int) error {
	random := rand.New(rand.NewPCG(1, 2))
	now := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	made := 0
	source := streams.Generate(func() (entry, error) {
		if made == entries {
			return entry{}, io.EOF
		}
		made++
		now = now.Add(time.Duration(random.IntN(int(20 * time.Millisecond))))
		return newEntry(random, now), nil
	})
	var plain, compressed atomic.Int64
	return writeLog(ctx, streams.PipeThrough(source, transforms.Batch[entry](100)), out, &plain, &compressed)
}

var (
	services = []string{"gateway", "accounts", "orders", "payments", "search", "mail"}
	actions  = []string{"fetch", "list", "create", "update", "delete"}
)

func newEntry(random *rand.Rand, now time.Time) entry {
	e := entry{
		Time:     now.Format(time.RFC3339Nano),
		Level:    "info",
		Service:  services[random.IntN(len(services))],
		Status:   200,
		Duration: float64(random.IntN(100_000)) / 1000,
	}
	result := "done"
	switch chance := random.IntN(100); {
	case chance < 5:
		e.Level, e.Status, result = "error", 500, "failed: connection reset by peer"
	case chance < 15:
		e.Level, e.Status, result = "warn", 404, "not found"
	case chance < 40:
		e.Level, result = "debug", "served from cache"
	}
	e.Message = fmt.Sprintf("%s item %d: %s", actions[random.IntN(len(actions))], random.IntN(1_000_000), result)
	return e
}

// writeFile has write fill a file that gets its name only when it is whole: what fails or is interrupted leaves none.
func writeFile(path string, write func(out io.Writer) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if err := write(file); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
