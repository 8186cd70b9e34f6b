package streams_test

// What the tests of the folder writable-streams share.

import (
	"testing"

	"github.com/weirstreams/weir/streams"
)

type intSink = streams.UnderlyingSink[int]

// unstartedWritable is recordingWritable with a Start that is held.
func unstartedWritable(t *testing.T, extra intSink, strategy ...streams.QueuingStrategy[int]) (*streams.WritableStream[int], *recordingSink, held) {
	t.Helper()
	starting := newHeld(t)
	extra.Start = starting.start
	s, sink := recordingWritable(extra, strategy...)
	return s, sink, starting
}

// writableMidWrite is recordingWritable with a Write that is held, a writer, and a write of the chunk 1 in flight.
func writableMidWrite(t *testing.T, extra intSink, strategy ...streams.QueuingStrategy[int]) midCallback {
	t.Helper()
	m := midCallback{held: newHeld(t)}
	extra.Write = m.write
	m.stream, m.sink = recordingWritable(extra, strategy...)
	m.writer = getWriter(t, m.stream)
	m.result = beginCall(m.writer.WriteAsync(1).Wait)
	m.sink.want(t, "write 1")
	return m
}

// writableMidClose is writableMidWrite for a Close that is held, and a close in flight.
func writableMidClose(t *testing.T) midCallback {
	t.Helper()
	m := midCallback{held: newHeld(t)}
	m.stream, m.sink = recordingWritable(intSink{Close: m.close})
	m.writer = getWriter(t, m.stream)
	m.result = beginCall(m.writer.Close)
	m.sink.want(t, "close")
	return m
}

// A midCallback is a stream whose sink is busy with a callback that is held.
type midCallback struct {
	held
	stream *streams.WritableStream[int]
	sink   *recordingSink
	writer *streams.DefaultWriter[int]
	result *operation[struct{}] // of the write or the close in flight
}
