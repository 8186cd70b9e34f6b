// Package transforms has the stages that pipelines are made of: functions that make a pair of streams for
// [streams.PipeThrough], what makes one readable of several and several of one, sources, and sinks for PipeTo.
//
//	lines := streams.PipeThrough(streams.FromReader(file), transforms.Lines())
//	short := streams.PipeThrough(lines, transforms.Filter(func(line []byte) bool { return len(line) < 80 }))
//	kept, err := short.Collect(ctx)
//
// The tables say which of them does what you want, and what others call it. "Slow consumer" is what happens while nobody
// reads: "waits" means that the producer waits, too, and nothing is dropped; "waits at the end" that the input is read to
// its end first, because the output comes after it. "Holds" is what is in memory at most then, beside the one chunk that
// waits in the writable side.
//
// # Elements
//
//	to do                                  use                       slow consumer     holds          RxJS, RxGo, ro
//	change each element                    Map                       waits             nothing        map, Map, Map
//	change it, with a context or an error  MapErr                    waits             1 element      concatMap, Map, MapErr
//	change it or drop it                   FilterMap                 waits             nothing        -
//	assert its type                        Cast                      waits             nothing        -, -, Cast
//	each to a slice of elements            FlatMap                   waits             1 slice        mergeMap, FlatMap, FlatMap
//	the same, with a context or an error   FlatMapErr                waits             1 slice        concatMap, FlatMap, FlatMap
//	each to a sequence (iter.Seq)          FlatMapSeq                waits             1 sequence     mergeMap, -, -
//	each to a stream, one after the other  ConcatMap                 waits             1 stream       concatMap, -, -
//	a running result                       Scan                      waits             1 result       scan, Scan, Scan
//	each with the one before               Pairwise                  waits             1 element      pairwise, -, Pairwise
//	when it came                           Timestamp                 waits             nothing        timestamp, Timestamp, Timestamp
//	how long after the one before          TimeInterval              waits             nothing        timeInterval, TimeInterval, TimeInterval
//	look at each element                   Tap                       waits             nothing        tap, DoOnNext, Tap
//	keep some elements                     Filter                    waits             nothing        filter, Filter, Filter
//	only the end or the error              IgnoreElements            -                 nothing        ignoreElements, IgnoreElements, IgnoreElements
//	stop after n elements                  Take                      waits             nothing        take, Take, Take
//	stop at the first that ...             TakeWhile                 waits             nothing        takeWhile, TakeWhile, TakeWhile
//	... and pass that one on, too          TakeWhileInclusive        waits             nothing        takeWhile, -, -
//	stop when another stream says so       TakeUntil                 waits             nothing        takeUntil, -, TakeUntil
//	the last n elements                    TakeLast                  waits at the end  n elements     takeLast, TakeLast, TakeLast
//	all but the first n                    Skip                      waits             nothing        skip, Skip, Skip
//	all from the first that ...            SkipWhile                 waits             nothing        skipWhile, SkipWhile, SkipWhile
//	all after another stream says so       SkipUntil                 waits             nothing        skipUntil, -, SkipUntil
//	all but the last n                     SkipLast                  waits             n elements     skipLast, SkipLast, SkipLast
//	the first element, which must be       First                     waits             nothing        first, First, First
//	the last element, which must be        Last                      waits at the end  1 element      last, Last, Last
//	the element at an index                ElementAt                 waits             nothing        elementAt, ElementAt, ElementAt
//	the first element that ...             Find                      waits             nothing        find, Find, Find
//	each value once                        Distinct                  waits             65,536 values  distinct, Distinct, Distinct
//	each key once                          DistinctBy                waits             65,536 keys    distinct, Distinct, DistinctBy
//	not the same twice in a row            DistinctUntilChanged      waits             1 element      distinctUntilChanged, DistinctUntilChanged, -
//	the same with a function               DistinctUntilChangedFunc  waits             1 element      distinctUntilChanged, DistinctUntilChanged, -
//	one result of all                      Reduce                    waits at the end  1 result       reduce, Reduce, Reduce
//	how many                               Count                     waits at the end  nothing        count, Count, Count
//	their sum                              Sum                       waits at the end  nothing        -, SumInt64, Sum
//	their average                          Average                   waits at the end  nothing        -, AverageInt, Average
//	the smallest                           Min                       waits at the end  1 element      min, Min, Min
//	the smallest by a function             MinFunc                   waits at the end  1 element      min, Min, -
//	the largest                            Max                       waits at the end  1 element      max, Max, Max
//	the largest by a function              MaxFunc                   waits at the end  1 element      max, Max, -
//	whether all do                         Every                     waits at the end  nothing        every, All, All
//	whether one does                       Some                      waits at the end  nothing        -, Contains, Contains
//	whether a value is among them          Contains                  waits at the end  nothing        -, Contains, Contains
//	values before the first                StartWith                 waits             the values     startWith, StartWith, StartWith
//	values after the last                  EndWith                   waits             the values     endWith, -, EndWith
//	a value if there is none               DefaultIfEmpty            waits             1 value        defaultIfEmpty, DefaultIfEmpty, DefaultIfEmpty
//	an error if there is none              ThrowIfEmpty              waits             nothing        throwIfEmpty, -, ThrowIfEmpty
//	clean up at the end, whatever it is    Finalize                  waits             nothing        finalize, -, TapOnFinalize
//	another stream in place of an error    Catch                     waits             1 element      catchError, OnErrorResumeNext, Catch
//	a value in place of an error           OnErrorReturn             waits             1 element      catchError, OnErrorReturn, OnErrorReturn
//	elements, end and error as values      Materialize               waits             1 element      materialize, -, Materialize
//	and back                               Dematerialize             waits             nothing        dematerialize, -, Dematerialize
//
// # Windows and time
//
//	to do                                     use                    slow consumer  holds                    RxJS, RxGo, ro
//	slices of n elements                      Batch                  waits          n elements               bufferCount, BufferWithCount, BufferWithCount
//	the same, but none waits longer than ...  BatchWithin            waits          n elements               bufferTime, BufferWithTimeOrCount, BufferWithTimeOrCount
//	slices of so much weight                  BatchWeight            waits          1 slice                  -
//	the same, but none waits longer than ...  BatchWeightWithin      waits          2 slices                 -
//	slices by the clock                       TumblingWindow         waits          n elements               bufferTime, BufferWithTime, BufferWithTime
//	slices of what follows at once            SessionWindow          waits          n elements               -
//	streams by the clock                      TumblingWindowStreams  waits          1 element a window       windowTime, WindowWithTime, -
//	streams of what follows at once           SessionWindowStreams   waits          1 element a window       -
//	overlapping slices of n elements          SlidingWindow          waits          n elements               bufferCount, -, -
//	overlapping slices by the clock           SlidingWindowTime      waits          n elements, its windows  bufferTime, -, -
//	an element when it is quiet after it      Debounce               waits          1 element                debounceTime, Debounce, -
//	the first element of each window          Throttle               waits          1 element                throttleTime, -, ThrottleTime
//	the latest element of each window         Audit                  waits          1 element                auditTime, -, -
//	the latest element of each period         Sample                 waits          1 element                sampleTime, Sample, SampleTime
//	not too many a second                     RateLimit              waits          1 element                -
//	not too much a second                     RateLimitBy            waits          1 element                -
//	later                                     Delay                  waits          n elements               delay, -, Delay
//	an error if an element takes too long     Timeout                waits          nothing                  timeout, -, Timeout
//	... if the first does                     TimeoutFirst           waits          nothing                  timeout, -, -
//	... if all of it does                     TimeoutWhole           waits          nothing                  -
//	... if the consumer does                  TimeoutConsumer        waits so long  1 element                -
//	something to give when it is quiet        KeepAlive              waits          nothing                  -
//	more than the source gives                Expand                 waits          2 elements               -
//	a buffer for a slow consumer              Buffer                 as it is told  n elements               -, WithBufferedChannel, ObserveOn
//	one result of all that a consumer missed  Conflate               is joined      1 result                 -
//	a tick each period                        Interval               misses ticks   nothing                  interval, Interval, Interval
//	one tick                                  Timer                  waits          nothing                  timer, Timer, Timer
//	a source that is opened again on error    Retry                  waits          nothing                  retry, BackOffRetry, RetryWithConfig
//	a source that is opened again and again   Restart                waits          nothing                  repeat, Repeat, Repeat
//
// # Concurrency
//
//	to do                                 use                     slow consumer          holds                RxJS, RxGo, ro
//	n calls at a time, in order           MapConcurrent           waits                  2 n + 1 elements     -, Serialize, -
//	n calls at a time, as they are ready  MapConcurrentUnordered  waits                  2 n + 1 elements     mergeMap, WithPool, -
//	n streams at a time                   MergeMap                waits                  2 elements a stream  mergeMap, FlatMap, MergeMap
//	the stream of the latest element      SwitchMap               waits, source goes on  2 elements           switchMap, -, -
//	a stream, nothing else meanwhile      ExhaustMap              waits, source goes on  2 elements           exhaustMap, -, -
//	calls that are tried again            Retrying                -                      nothing              retry, -, -
//	calls through a circuit breaker       Breaking                -                      nothing              -
//	two streams by a condition            Partition               waits for each         2 elements           partition, -, -
//	a stream for each key                 GroupBy                 waits for each         2 elements           groupBy, GroupBy, GroupBy
//	n streams by turns                    RoundRobin              waits for each         1 element            -
//	n streams, to who is ready            Balance                 waits for all          1 element            -
//
// # Combining and multicast
//
//	to do                                   use                 slow consumer  holds          RxJS, RxGo, ro
//	chunks of all as they come              Merge               all wait       1 of each      merge, Merge, Merge
//	n of each by turns                      Interleave          all wait       1 of each      -
//	all of the first, then of the second    Concat              waits          1 of one       concat, Concat, Concat
//	pairs, the first with the first         Zip                 both wait      1 of each      zip, ZipFromIterable, Zip2
//	the same of many streams of one type    ZipAll              all wait       1 of each      zip, -, ZipAll
//	pairs of the last of each               CombineLatest       both wait      2 of each      combineLatest, CombineLatest, CombineLatest2
//	the same of many streams of one type    CombineLatestAll    all wait       2 of each      combineLatest, CombineLatest, CombineLatestAll
//	each with the last of another stream    WithLatestFrom      both wait      2 of each      withLatestFrom, -, -
//	the stream that is first                Race                waits          1 of each      race, Amb, Race
//	the last of each, at their ends         ForkJoin            all wait       2 of each      forkJoin, -, -
//	whether two streams are the same        SequenceEqual       both wait      1 of each      sequenceEqual, SequenceEqual, SequenceEqual
//	all of it to each of n branches         Broadcast           as it is told  Buffer in all  share, WithPublishStrategy, Connectable
//	the same to readers that come and go    Share               as it is told  Buffer in all  share, -, Share
//	... who get the last n first            ShareReplay         as it is told  Buffer in all  shareReplay, -, ShareReplay
//	what is written, to whoever listens     NewPublishSubject   as it is told  Buffer in all  Subject, -, PublishSubject
//	... who gets the last chunk first       NewBehaviorSubject  as it is told  Buffer in all  BehaviorSubject, -, BehaviorSubject
//	... who gets the last n first           NewReplaySubject    as it is told  Buffer in all  ReplaySubject, -, ReplaySubject
//	... and waits for the first listener    NewBroadcastHub     as it is told  Buffer in all  -
//	one stream of writers that come and go  NewMergeHub         all wait       2 of each      -
//
// # Bytes and text
//
//	to do                                      use                    slow consumer  holds               RxJS, RxGo, ro
//	bytes to lines                             Lines                  waits          2 chunks, 1 line    -
//	bytes to words, or what a SplitFunc finds  Split                  waits          2 chunks, 1 piece   -
//	chunks of exactly n bytes                  Chunks                 waits          1 chunk, n bytes    -
//	chunks of n bytes at most                  ChunksAtMost           waits          1 chunk             -
//	not more than n bytes, or an error         LimitBytes             waits          nothing             -
//	hash what goes by                          Hash                   waits          nothing             -
//	bytes of any encoding to text              DecodeText             waits          1 character         -
//	text to bytes of any encoding              EncodeText             waits          1 character         -
//	bytes to base64                            EncodeBase64           waits          2 bytes             -
//	base64 to bytes                            DecodeBase64           waits          3 characters        -
//	bytes to hex                               EncodeHex              waits          nothing             -
//	hex to bytes                               DecodeHex              waits          1 character         -
//	messages to frames with their length       EncodeFrames           waits          nothing             -
//	frames with their length to messages       DecodeFrames           waits          2 chunks, 1 frame   -
//	JSON Lines (bytes) to values               DecodeJSONLines        waits          2 chunks, 1 line    -, Unmarshal, -
//	lines or messages of JSON to values        DecodeJSON             waits          nothing             -, Unmarshal, -
//	a JSON array (bytes) to its elements       DecodeJSONArray        waits          1 chunk, 1 element  -
//	values to JSON Lines                       EncodeJSONLines        waits          nothing             -, Marshal, -
//	the same for many at a time                EncodeJSONLineBatches  waits          nothing             -
//	values to one JSON array                   EncodeJSONArray        waits          nothing             -
//	CSV (bytes) to records                     DecodeCSV              waits          1 chunk, 1 record   -
//	the same, by the names of columns          DecodeCSVMaps          waits          1 chunk, 1 record   -
//	records to CSV                             EncodeCSV              waits          nothing             -
//	the same, by the names of columns          EncodeCSVMaps          waits          nothing             -
//	compress to gzip                           Gzip                   waits          1 MiB, 1 chunk      -
//	decompress gzip                            Gunzip                 waits          150 KiB, 1 chunk    -
//	compress to zlib, "deflate" of the Web     Deflate                waits          1 MiB, 1 chunk      -
//	decompress zlib, "deflate" of the Web      Inflate                waits          150 KiB, 1 chunk    -
//	compress to "deflate-raw"                  DeflateRaw             waits          1 MiB, 1 chunk      -
//	decompress "deflate-raw"                   InflateRaw             waits          150 KiB, 1 chunk    -
//	compress to zstd                           Zstd                   waits          20 MiB, 1 chunk     -
//	decompress zstd                            Unzstd                 waits          MaxWindow, 1 chunk  -
//	compress to brotli                         Brotli                 waits          50 MiB, 1 chunk     -
//	decompress brotli                          Unbrotli               waits          17 MiB, 1 chunk     -
//
// # Adapters and sinks
//
//	to do                                  use             slow consumer  holds             RxJS, RxGo, ro
//	a function that emits chunks           FromEmitter     emit waits     nothing           new Observable, Create, NewObservable
//	bytes of a body, a file, to be closed  FromReadCloser  waits          nothing           -
//	tokens of a bufio.Scanner              FromScanner     waits          1 buffer          -
//	a file that grows                      Tail            waits          nothing           -
//	a connection, both ways                FromConn        waits          1 chunk to write  -
//	an io.ReadCloser of a stream           NewReader       waits          1 chunk           -
//	an io.Pipe with a buffer               Pipe            waits          n chunks          -
//	write to an io.Writer                  WriterSink      waits          nothing           -
//	write to an HTTP response              ToResponse      waits          nothing           -
//	send on a channel                      ToChan          waits          1 element         -, Observe, ToChannel
//	append to a slice                      ToSlice         -              all of it         toArray, ToSlice, ToSlice
//	put into a map                         ToMap           -              all of it         -, ToMap, ToMap
//	throw away                             Discard         -              nothing           ignoreElements, -, IgnoreElements
//
// Channels, sequences (iter.Seq), slices, functions and an io.Reader become streams by streams.FromChan, From, FromSeq2, FromSlice,
// FromFunc, Generate and FromReader; Values, ForEach and Collect of a stream are the way back, and streams.NewWriter makes an
// io.WriteCloser. Package rx bridges to RxGo.
//
// # What holds for all
//
// A stage is for one pipeline: make a new one for the next. Constructors never fail. A bad argument makes a stage that is
// errored already, with streams.ErrInvalidArgument for something nil and streams.ErrRange for a number, and the error
// comes out at the end of the pipeline.
//
// A function that takes a context may block; one that takes none must not. An error of a function and a panic in it (a
// [*streams.PanicError]) end the pipeline: what follows is aborted, the source is cancelled. Functions of one stage are
// never called at the same time, unless it says so, so they may share variables.
//
// A chunk belongs to whoever it was given to. Who writes a []byte to a stage does not touch it again; who reads one may
// keep and change it. The stages rely on it: what they give is often a piece of what they got.
//
// A stage whose functions take no context costs no goroutine, unless it says so: it runs where the pipeline runs, at a
// few nanoseconds an element. The others run beside it, as far as the marks let the stages go on without each other.
package transforms
