package main

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

// An entry is a line of the log.
type entry struct {
	Time     string  `json:"time"`
	Level    string  `json:"level"`
	Service  string  `json:"service"`
	Message  string  `json:"message"`
	Status   int     `json:"status"`
	Duration float64 `json:"duration_ms"`
}

type options struct {
	level string // of the entries that are kept
	batch int    // how many are encoded at a time
}

// counts is what has gone through the stages so far.
type counts struct {
	compressedIn, plainIn, entries, kept, plainOut, compressedOut atomic.Int64
}

// process reads a gzip file of JSON lines from in and writes one to out with the entries of one level.
func process(ctx context.Context, in io.Reader, out io.Writer, o options, n *counts) error {
	ofLevel := func(e entry) bool {
		n.entries.Add(1)
		if e.Level != o.level {
			return false
		}
		n.kept.Add(1)
		return true
	}

	compressed := streams.PipeThrough(streams.FromReader(in), countBytes(&n.compressedIn))
	plain := streams.PipeThrough(compressed, transforms.Gunzip())
	lines := streams.PipeThrough(streams.PipeThrough(plain, countBytes(&n.plainIn)), transforms.Lines())
	entries := streams.PipeThrough(lines, transforms.DecodeJSON[entry]())
	kept := streams.PipeThrough(entries, transforms.Filter(ofLevel))
	batches := streams.PipeThrough(kept, transforms.Batch[entry](o.batch))
	return writeLog(ctx, batches, out, &n.plainOut, &n.compressedOut)
}

// writeLog writes batches of entries as a gzip file of JSON lines. It counts the bytes before and after compression.
func writeLog(ctx context.Context, batches *streams.ReadableStream[[]entry], out io.Writer, plain, compressed *atomic.Int64) error {
	encoded := streams.PipeThrough(batches, transforms.EncodeJSONLineBatches[entry]())
	zipped := streams.PipeThrough(streams.PipeThrough(encoded, countBytes(plain)), transforms.Gzip())
	return streams.PipeThrough(zipped, countBytes(compressed)).PipeTo(ctx, transforms.WriterSink(out))
}

// countBytes is a stage that changes nothing and adds the length of each chunk to total.
func countBytes(total *atomic.Int64) *streams.TransformStream[[]byte, []byte] {
	return transforms.Map(func(chunk []byte) []byte {
		total.Add(int64(len(chunk)))
		return chunk
	})
}
