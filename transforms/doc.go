// Package transforms has the stages that pipelines are made of: functions that make a pair of streams for
// [streams.PipeThrough], and sinks for PipeTo.
//
//	lines := streams.PipeThrough(streams.FromReader(file), transforms.Lines())
//	short := streams.PipeThrough(lines, transforms.Filter(func(line []byte) bool { return len(line) < 80 }))
//	kept, err := short.Collect(ctx)
//
// # What there is
//
// "Holds" is what the stage has in memory at most while its consumer does not read, beside the one chunk that waits in its
// writable side. All of them wait for a slow consumer, and their producer with them; none drops anything.
//
//	to do                                   use                    holds                       RxJS, RxGo, ro
//	change each element                     Map                    nothing                     map, Map, Map
//	change it, with a context or an error   MapErr                 1 element                   concatMap, Map, MapErr
//	keep some elements                      Filter                 nothing                     filter, Filter, Filter
//	stop after n elements                   Take                   nothing                     take, Take, Take
//	slices of n elements                    Batch                  n elements                  bufferCount, BufferWithCount,
//	                                                                                           BufferWithCount
//	bytes to lines                          Lines                  2 chunks, 1 line            -
//	JSON Lines (bytes) to values            DecodeJSONLines        2 chunks, 1 line, 1 value   -, Unmarshal, -
//	lines or messages of JSON to values     DecodeJSON             nothing                     -, Unmarshal, -
//	values to JSON Lines                    EncodeJSONLines        nothing                     -, Marshal, -
//	the same for many at a time             EncodeJSONLineBatches  nothing                     -
//	compress                                Gzip                   1 MiB, 1 chunk              -
//	decompress                              Gunzip                 150 KiB, 1 chunk            -
//	write to an io.Writer                   WriterSink             nothing                     -
//	throw away                              Discard                nothing                     ignoreElements, -,
//	                                                                                           IgnoreElements
//
// # What holds for all
//
// A stage is for one pipeline: make a new one for the next. Constructors never fail. A bad argument makes a stage that is
// errored already, with streams.ErrInvalidArgument for something nil and streams.ErrRange for a number, and the error
// comes out at the end of the pipeline.
//
// A function that takes a context may block; one that takes none must not. An error of a function and a panic in it (a
// [*streams.PanicError]) end the pipeline: what follows is aborted, the source is cancelled. Functions of one stage are
// never called at the same time, so they may share variables.
//
// A chunk belongs to whoever it was given to. Who writes a []byte to a stage does not touch it again; who reads one may
// keep and change it. The stages rely on it: what they give is often a piece of what they got.
//
// Map, Filter, Take, Batch, Lines and the stages for JSON cost no goroutine: they run where the pipeline runs. Gzip,
// Gunzip, MapErr and WriterSink run beside it, as far as the marks let the stages go on without each other.
package transforms
