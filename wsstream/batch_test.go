package wsstream_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// queueing lets this many messages be queued for writing.
func queueing(mark int) wsstream.Settings {
	strategy := streams.CountQueuingStrategy[wsstream.Message](mark)
	return wsstream.Settings{WritableStrategy: &strategy}
}

// batched runs a test in a bubble with a server under test that queues 64 messages, and a recorder of its writes.
func batched(t *testing.T, test func(t *testing.T, e *end, writes chan []byte)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		socket := recorder{a, make(chan []byte, 1000)}
		e := newServer(t, socket, b, &wsstream.UpgradeOptions{Settings: queueing(64)})
		<-socket.writes // the response
		test(t, e, socket.writes)
	})
}

// writeNumbers queues n numbered messages, and waits until nothing moves.
func writeNumbers(t *testing.T, e *end, n int) (results []*streams.WriteResult, frames []byte) {
	t.Helper()
	for i := range n {
		text := fmt.Sprint("message ", i)
		results = append(results, e.writer.WriteAsync(wsstream.Text(text)))
		frames = append(frames, wstest.Whole(wstest.Text, text).Bytes()...)
	}
	synctest.Wait()
	return results, frames
}

func TestQueuedMessagesLeaveTogether(t *testing.T) {
	batched(t, func(t *testing.T, e *end, writes chan []byte) {
		results, frames := writeNumbers(t, e, 50)
		for i := range results {
			e.peer.Want(wstest.Text, fmt.Sprint("message ", i))
		}
		synctest.Wait()
		var written []byte
		n := len(writes)
		for range n {
			written = append(written, <-writes...)
		}
		if n > 2 || !bytes.Equal(written, frames) { // what had come together when the first was written, and the rest
			t.Errorf("%d writes of %d bytes, want at most 2 of %d", n, len(written), len(frames))
		}
		for _, r := range results {
			if err := r.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

// Compressed messages, and those that are not for being small, keep their order, and refer back to those before.
func TestCompressedMessagesLeaveTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		socket := recorder{a, make(chan []byte, 1000)}
		settings := queueing(64)
		settings.Compression = &wsstream.Compression{SendTakeover: true, ReceiveTakeover: true, Threshold: 20}
		peer := wstest.NewClient(t, b)
		accepted := goAccept(t.Context(), socket, &wsstream.UpgradeOptions{Settings: settings})
		peer.Request("Sec-WebSocket-Extensions: permessage-deflate\r\n")
		peer.WantUpgrade()
		<-socket.writes // the response
		e := newEnd(t, (<-accepted).stream, peer)
		var messages []wsstream.Message
		for i := range 50 {
			messages = append(messages, wsstream.Text(strings.Repeat(fmt.Sprint("message ", i%7), i%4)))
		}
		messages[30] = wsstream.Binary(bytes.Repeat([]byte("too large to join "), 10_000))
		for _, m := range messages {
			e.writer.WriteAsync(m)
		}
		inflater := wstest.NewInflater(15, true)
		for i, m := range messages {
			if got := readMessage(t, e, inflater); !bytes.Equal(got, m.Data) {
				t.Errorf("message %d is %q, want %q", i, got, m.Data)
			}
		}
		synctest.Wait()
		if n := len(socket.writes); n > len(messages)/3 { // it depends on what comes while the first are written
			t.Errorf("%d messages took %d writes", len(messages), n)
		}
	})
}

func TestABatchIsBounded(t *testing.T) {
	batched(t, func(t *testing.T, e *end, writes chan []byte) {
		const size, room = 1000, 64 << 10
		var accepted int
		for range 1000 {
			e.writer.WriteAsync(wsstream.Binary(make([]byte, size)))
		}
		synctest.Wait() // the peer does not read
		desired, _ := e.writer.DesiredSize()
		accepted = 1000 - (64 - desired)
		if most := 2*room/size + 1; accepted > most {
			t.Errorf("%d messages were taken, want at most %d", accepted, most)
		}
		for range 1000 {
			e.peer.Read()
		}
		for len(writes) > 0 {
			if n := len(<-writes); n > room+4096 {
				t.Errorf("a write of %d bytes", n)
			}
		}
	})
}

func TestAControlFrameOvertakesQueuedMessages(t *testing.T) {
	batched(t, func(t *testing.T, e *end, _ chan []byte) {
		large := wsstream.Text(strings.Repeat("a", 60_000))
		for range 10 {
			e.writer.WriteAsync(large)
		}
		synctest.Wait()
		e.peer.Send(wstest.Whole(wstest.Ping, "p"))
		synctest.Wait()
		before := 0
		for f := e.peer.Read(); f.Op != wstest.Pong; f = e.peer.Read() {
			before++
		}
		if before > 3 {
			t.Errorf("the pong came behind %d messages", before)
		}
		for range 10 - before {
			e.peer.Want(wstest.Text, large.String())
		}
	})
}

// What was taken into a batch is sent in front of the Close frame; the rest of the queue is refused.
func TestCloseComesBehindTheBatch(t *testing.T) {
	batched(t, func(t *testing.T, e *end, _ chan []byte) {
		results, _ := writeNumbers(t, e, 20)
		if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
			t.Fatal(err)
		}
		for i, r := range results {
			if err := r.Wait(t.Context()); err != nil {
				t.Errorf("message %d: %v", i, err)
			}
			e.peer.Want(wstest.Text, fmt.Sprint("message ", i))
		}
		e.answer(1000, "", 1000, "")
		e.wantCleanEnd(1000, "")
		if err := e.writer.Write(t.Context(), wsstream.Text("late")); !errors.Is(err, wsstream.ErrInvalidState) {
			t.Errorf("a late write returns %v", err)
		}
	})
}

func TestAbortOfAStuckBatch(t *testing.T) {
	batched(t, func(t *testing.T, e *end, _ chan []byte) {
		results, _ := writeNumbers(t, e, 20)
		e.writer.WriteAsync(wsstream.Binary(make([]byte, 1<<20)))
		synctest.Wait()
		if err := e.writer.Abort(t.Context(), errors.New("enough")); err != nil {
			t.Fatal(err)
		}
		for i := range results {
			e.peer.Want(wstest.Text, fmt.Sprint("message ", i))
		}
		e.answer(0, "", 0, "")
		if _, err := e.stream.Closed(t.Context()); err != nil {
			t.Errorf("Closed returns %v", err)
		}
	})
}

func TestAPeerThatIsGoneEndsABatch(t *testing.T) {
	batched(t, func(t *testing.T, e *end, _ chan []byte) {
		writeNumbers(t, e, 20)
		e.peer.Drop()
		e.wantAbnormalEnd()
	})
}
