package wsstream_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// pair returns both ends of a connection over real TCP, whose kernel buffers are kept small.
func pair(t *testing.T) (client, server *end) {
	t.Helper()
	return pairWith(t, nil)
}

// pairWith is pair with the options of the server.
func pairWith(t *testing.T, opts *wsstream.UpgradeOptions) (client, server *end) {
	t.Helper()
	a, b := wstest.TCP(t)
	for _, conn := range []*net.TCPConn{a, b} {
		if err := errors.Join(conn.SetReadBuffer(64<<10), conn.SetWriteBuffer(64<<10)); err != nil {
			t.Fatal(err)
		}
	}
	accepted := goAccept(t.Context(), a, opts)
	c, _, err := wsstream.Dial(t.Context(), "ws://example.com", &wsstream.Options{NetDial: wstest.DialTo(b)})
	if err != nil {
		t.Fatal(err)
	}
	got := <-accepted
	if got.err != nil {
		t.Fatal(got.err)
	}
	return newEnd(t, c, nil), newEnd(t, got.stream, nil)
}

// A fast producer, a pipe into a connection, and a reader at its other end that stops: the producer is held back by
// what the marks and the kernel hold, memory does not grow, and everything goes on when the reader does.
func TestBackpressureEndToEnd(t *testing.T) {
	directions := map[string]func(client, server *end) (from, to *end){
		"server to client": func(client, server *end) (from, to *end) { return server, client },
		"client to server": func(client, server *end) (from, to *end) { return client, server },
	}
	for name, direction := range directions {
		t.Run(name, func(t *testing.T) {
			from, to := direction(pair(t))
			testBackpressure(t, from, to)
		})
	}
}

func testBackpressure(t *testing.T, from, to *end) {
	const size = 16 << 10
	var produced atomic.Int64
	source := streams.FromFunc(func(context.Context) (wsstream.Message, error) {
		data := make([]byte, size)
		binary.BigEndian.PutUint64(data, uint64(produced.Add(1)))
		return wsstream.Binary(data), nil
	})
	from.writer.ReleaseLock()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	piping := goDo(func() error { return source.PipeTo(ctx, from.conn.Writable) })

	want := uint64(0)
	read := func() {
		t.Helper()
		m, err := to.reader.Read(t.Context())
		if want++; err != nil || len(m.Data) != size || binary.BigEndian.Uint64(m.Data) != want {
			t.Fatalf("message %d is %d bytes %.8x (%v)", want, len(m.Data), m.Data, err)
		}
	}
	for range 100 {
		read()
	}
	heap := liveHeap()
	waitUntilStill(t, &produced)
	held := produced.Load() - int64(want)
	// Linux takes a buffer size twice for itself, and loopback has one on each side: 256 KiB. The marks add four.
	if held < 2 || held > 100 {
		t.Errorf("%d messages of %d bytes are under way to a reader that has stopped", held, size)
	}
	if grown := liveHeap() - heap; grown > 1<<20 {
		t.Errorf("the heap has grown by %d bytes while the reader stood still", grown)
	}
	still := produced.Load()
	for range 1000 {
		read()
	}
	if produced.Load() < still+500 {
		t.Errorf("%d messages produced after the reader went on, %d before", produced.Load(), still)
	}
	stop()
	if err := <-piping; !errors.Is(err, context.Canceled) {
		t.Errorf("PipeTo returns %v", err)
	}
	for _, err := to.reader.Read(t.Context()); err == nil; _, err = to.reader.Read(t.Context()) {
	}
	_, fromErr := from.stream.Closed(t.Context())
	_, toErr := to.stream.Closed(t.Context())
	t.Logf("%d messages were under way; closed: %v, %v", held, fromErr, toErr)
}

// waitUntilStill returns when a counter has stopped. That a kernel takes no more bytes is no event that a program can
// wait for, so it is seen by its effect: the counter, which otherwise moves every few microseconds, stands still over
// many looks in a row.
func waitUntilStill(t *testing.T, counter *atomic.Int64) {
	t.Helper()
	const looks, most = 20, 3000
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	last, still := counter.Load(), 0
	for range most {
		<-ticker.C
		now := counter.Load()
		if now != last {
			last, still = now, 0
			continue
		}
		if still++; still == looks {
			return
		}
	}
	t.Fatalf("still going at %d", last)
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // the first empties the pools into a second place, the second empties that
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestNobodyReadsNothingIsRead(t *testing.T) {
	for _, mark := range []int{0, 1, 4} {
		t.Run(fmt.Sprint(mark), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := wstest.Pipe()
				e := newServer(t, a, b, &wsstream.UpgradeOptions{Settings: wsstream.Settings{
					ReadableStrategy: &streams.QueuingStrategy[wsstream.Message]{HighWaterMark: mark},
				}})
				var taken atomic.Int64
				sending := goDo(func() error {
					for i := range 10 {
						// A pipe has no buffer: the write returns when the frame has been read.
						if _, err := e.peer.Conn.Write(e.peer.Bytes(wstest.Whole(wstest.Text, fmt.Sprint(i)))); err != nil {
							return err
						}
						taken.Add(1)
					}
					return nil
				})
				for i := range 10 {
					synctest.Wait()
					if want := min(int64(mark+i), 10); taken.Load() != want {
						t.Errorf("after %d reads %d messages were taken from the socket, want %d", i, taken.Load(), want)
					}
					e.wantMessage(wsstream.Text(fmt.Sprint(i)))
				}
				if err := <-sending; err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

func TestWriteWaitsWhileThePeerDoesNotRead(t *testing.T) {
	eachRole(t, limits{}, func(t *testing.T, e *end) {
		written := 0
		writing := goDo(func() error {
			for range 10 {
				if err := e.writer.Write(t.Context(), wsstream.Text("x")); err != nil {
					return err
				}
				written++
			}
			return nil
		})
		for i := range 9 {
			synctest.Wait()
			if want := i + 1; written != want { // Write returns when the mark lets the chunk into the queue
				t.Errorf("%d writes accepted after %d frames were read, want %d", written, i, want)
			}
			e.peer.Want(wstest.Text, "x")
		}
		if err := <-writing; err != nil {
			t.Fatal(err)
		}
		e.peer.Want(wstest.Text, "x")
	})
}

func TestALargeMessageIsWrittenAsThePeerTakesIt(t *testing.T) {
	client, server := pair(t)
	const size = 8 << 20
	write := client.writer.WriteAsync(wsstream.Binary(make([]byte, size)))
	var reads atomic.Int64
	waitUntilStill(t, &reads) // nothing moves: one pull of the other end takes what fits, and waits for no reader
	m, err := server.reader.Read(t.Context())
	if err != nil || len(m.Data) != size {
		t.Fatalf("read %d bytes (%v)", len(m.Data), err)
	}
	if err := write.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeBoth(t, client, server)
}

// closeBoth does a clean closing handshake, begun by the first.
func closeBoth(t *testing.T, first, second *end) {
	t.Helper()
	if err := first.stream.Close(wsstream.CloseInfo{Code: 1000, Reason: "done"}); err != nil {
		t.Fatal(err)
	}
	for _, e := range []*end{second, first} {
		if _, err := e.reader.Read(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("Read returns %v", err)
		}
		info, err := e.stream.Closed(t.Context())
		if want := (wsstream.CloseInfo{Code: 1000, Reason: "done"}); err != nil || info != want {
			t.Errorf("Closed returns %v, %v", info, err)
		}
	}
}

func TestARestingConnectionHoldsOneGoroutine(t *testing.T) {
	const n = 20
	var ends []*end
	before := runtime.NumGoroutine()
	for range n {
		client, server := pair(t)
		ends = append(ends, client, server)
	}
	// What opened the connections is on its way out, which is no event that can be waited for either.
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for looks := 0; runtime.NumGoroutine() > before+2*n; looks++ {
		if <-ticker.C; looks == 3000 {
			t.Fatalf("%d goroutines for %d ends", runtime.NumGoroutine()-before, 2*n)
		}
	}
	for i := 0; i < len(ends); i += 2 {
		closeBoth(t, ends[i], ends[i+1])
	}
}

func TestEmptyMessagesFillAQueueThatMeasuresBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const mark = 3
		var queued atomic.Int64
		a, b := wstest.Pipe()
		e := newServer(t, a, b, &wsstream.UpgradeOptions{Settings: wsstream.Settings{ReadableStrategy: &streams.QueuingStrategy[wsstream.Message]{
			HighWaterMark: mark,
			Size: func(m wsstream.Message) int {
				queued.Add(1)
				return len(m.Data)
			},
		}}})
		const sent = 100
		sending := goDo(func() error {
			for range sent {
				if _, err := e.peer.Conn.Write(e.peer.Bytes(wstest.Whole(wstest.Binary, ""))); err != nil {
					return err
				}
			}
			return nil
		})
		synctest.Wait()
		if n := queued.Load(); n != mark {
			t.Errorf("%d messages are queued, want %d", n, mark)
		}
		for range sent {
			e.wantMessage(wsstream.Binary(nil))
		}
		if err := <-sending; err != nil {
			t.Error(err)
		}
		e.peer.Drop()
		e.wantAbnormalEnd()
	})
}
