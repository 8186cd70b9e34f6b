package transforms

import (
	"context"
	"io"
	"sync"

	"github.com/weirstreams/weir/streams"
)

// CompressOptions are the options of [Gzip], [Deflate], [DeflateRaw], [Zstd] and [Brotli].
type CompressOptions struct {
	// Level is from 1, the fastest, to the highest of the format, the smallest: 9 for Gzip, Deflate and DeflateRaw, 11 for
	// Brotli, 22 for Zstd. 0 is a good middle. Any other makes a stream that is errored with streams.ErrRange.
	Level int

	// Flush sends what has been compressed after each chunk, so that the receiver can have the whole of it before there is
	// more: for logs that somebody watches, or messages that are answered. It makes small chunks larger.
	Flush bool
}

// A compressor is what the packages for the formats make.
type compressor interface {
	io.WriteCloser
	Flush() error
	Reset(w io.Writer)
}

// A compressFormat makes the stages that compress to a format.
type compressFormat struct {
	// open makes a compressor of a level, of which 0 is the default.
	open     func(w io.Writer, level int) (compressor, error)
	maxLevel int

	// pools has the compressors that are free, by level: to make one costs as much as to compress many kilobytes.
	pools []sync.Pool
}

func newCompressFormat(maxLevel int, open func(w io.Writer, level int) (compressor, error)) *compressFormat {
	return &compressFormat{open: open, maxLevel: maxLevel, pools: make([]sync.Pool, maxLevel+1)}
}

// stage makes a stage that compresses. The callbacks take a context, though they do not block: compressing takes long
// enough to be done beside the other stages.
func (f *compressFormat) stage(options []CompressOptions) *streams.TransformStream[[]byte, []byte] {
	var o CompressOptions
	if len(options) > 0 {
		o = options[0]
	}
	if o.Level < 0 || o.Level > f.maxLevel {
		return erroredTransform[[]byte, []byte](outOfRange("CompressOptions.Level", o.Level))
	}
	s := &compressStage{format: f, options: o}
	return streams.NewTransformStream(streams.Transformer[[]byte, []byte]{
		Transform: s.transform,
		Flush:     s.flush,
	})
}

type compressStage struct {
	format     *compressFormat
	options    CompressOptions
	compressor compressor // nil before the first chunk
	output     blockBuffer
}

func (s *compressStage) start() error {
	if s.compressor != nil {
		return nil
	}
	if pooled, ok := s.format.pools[s.options.Level].Get().(compressor); ok {
		s.compressor = pooled
		pooled.Reset(&s.output)
		return nil
	}
	var err error
	s.compressor, err = s.format.open(&s.output, s.options.Level)
	return err
}

func (s *compressStage) transform(_ context.Context, chunk []byte, c *streams.TransformController[[]byte]) error {
	if err := s.start(); err != nil {
		return err
	}
	if _, err := s.compressor.Write(chunk); err != nil {
		return err
	}
	if s.options.Flush && len(chunk) > 0 {
		if err := s.compressor.Flush(); err != nil {
			return err
		}
		s.emit(c)
	}
	if s.output.filled >= blockSize {
		s.emit(c)
	}
	return nil
}

func (s *compressStage) flush(_ context.Context, c *streams.TransformController[[]byte]) error {
	if err := s.start(); err != nil {
		return err
	}
	if err := s.compressor.Close(); err != nil {
		return err
	}
	s.emit(c)
	s.compressor.Reset(io.Discard) // or it would keep the output
	s.format.pools[s.options.Level].Put(s.compressor)
	return nil
}

func (s *compressStage) emit(c *streams.TransformController[[]byte]) {
	// It fails only if the stream has ended meanwhile; whoever ended it knows why.
	_ = c.Enqueue(s.output.take())
}
