package wsstream_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

// eachNodeClient runs a test with each of the clients, and a server of ours.
func eachNodeClient(t *testing.T, test func(t *testing.T, connect func(scenario string) (*program, *end))) {
	t.Helper()
	for _, client := range []string{"undici", "ws"} {
		t.Run(client, func(t *testing.T) {
			test(t, func(scenario string) (*program, *end) {
				address, upgraded := startServer(t, nil)
				p := startNode(t, "client.mjs", client, scenario, "ws://"+address)
				result := <-upgraded
				if result.err != nil {
					t.Fatal(result.err)
				}
				return p, newEnd(t, result.stream, nil)
			})
		})
	}
}

func TestNodeClientEchoes(t *testing.T) {
	for _, client := range []string{"undici", "ws"} {
		t.Run(client, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(echo))
			defer server.Close()
			p := startNode(t, "client.mjs", client, "echo", "ws"+server.URL[len("http"):])
			p.want(`{"extensions":""}`)
			p.want(`{"echoed":30}`)
			p.want(`{"closed":{"code":4000,"reason":"enough"}}`)
			p.wantEnd()
		})
	}
}

func TestNodeClientIsClosed(t *testing.T) {
	eachNodeClient(t, func(t *testing.T, connect func(string) (*program, *end)) {
		p, e := connect("end")
		for range 3 {
			if err := e.writer.Write(t.Context(), wsstream.Text("m")); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.writer.Write(t.Context(), wsstream.Text("the last")); err != nil {
			t.Fatal(err)
		}
		if err := e.writer.Ready(t.Context()); err != nil { // all are written
			t.Fatal(err)
		}
		if err := e.stream.Close(wsstream.CloseInfo{Code: 4001, Reason: "go away"}); err != nil {
			t.Fatal(err)
		}
		p.want(`{"messages":4}`)
		p.want(`{"closed":{"code":4001,"reason":"go away"}}`)
		p.wantEnd()
		if info, err := e.stream.Closed(t.Context()); err != nil || info.Code != 4001 { // undici answers without the reason
			t.Errorf("Closed returns %v, %v", info, err)
		}
	})
}

// We write to a client that does not read: our write waits, and goes on when the client does. Undici cannot do that: it
// reads all there is whether its readable stream wants it or not.
func TestNodeClientThatDoesNotRead(t *testing.T) {
	address, upgraded := startServer(t, nil)
	p := startNode(t, "client.mjs", "ws", "stall", "ws://"+address)
	p.want(`"open"`)
	result := <-upgraded
	if result.err != nil {
		t.Fatal(result.err)
	}
	p.wantNotToRead(newEnd(t, result.stream, nil))
	p.want(`{"closed":{"code":4000,"reason":"enough"}}`)
	p.wantEnd()
}

// wantNotToRead floods a program that does not read, until that stops, and then has it read all.
func (p *program) wantNotToRead(e *end) {
	p.t.Helper()
	written := e.flood(p.t)
	waitUntilStill(p.t, written)
	if n := written.Load(); n == messages {
		p.t.Errorf("all %d messages were written to a peer that does not read", n)
	}
	p.tell()
	if got := p.number("bytes"); got != messages*messageSize {
		p.t.Errorf("the peer has read %d bytes", got)
	}
}

// The size of a flood: more than systems buffer.
const (
	messages    = 1000
	messageSize = 16 << 10
)

// flood writes messages, in the background, and returns how many have been accepted so far.
func (e *end) flood(t *testing.T) *atomic.Int64 {
	written := new(atomic.Int64)
	flooding := goDo(func() error {
		for range messages {
			if err := e.writer.WriteAsync(wsstream.Binary(make([]byte, messageSize))).Wait(t.Context()); err != nil {
				return err
			}
			written.Add(1)
		}
		return nil
	})
	t.Cleanup(func() {
		if err := <-flooding; err != nil {
			t.Errorf("the flood ends with %v after %d messages", err, written.Load())
		}
	})
	return written
}

// We do not read from a client that writes: it has to wait, and goes on when we read.
func TestNodeClientThatHasToWait(t *testing.T) {
	eachNodeClient(t, func(t *testing.T, connect func(string) (*program, *end)) {
		p, e := connect("flood")
		p.wantToWait(e)
		p.want(`{"closed":{"code":4000,"reason":"enough"}}`)
		p.wantEnd()
		e.wantCleanEnd(4000, "enough")
	})
}

// wantToWait has the program flood an end that does not read, until it stops, and then reads all.
func (p *program) wantToWait(e *end) {
	p.t.Helper()
	var written atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for written.Load() < messages {
			if _, ok := <-p.lines; !ok {
				return
			}
			written.Add(1)
		}
	}()
	for written.Load() == 0 { // the flood has begun
		select {
		case <-done:
			p.t.Fatal("the program has ended")
		default:
			waitUntilStill(p.t, &written)
		}
	}
	if n := written.Load(); n >= messages {
		p.t.Errorf("the other end has written all %d messages, and nobody has read one", n)
	}
	for i := range messages {
		if m, err := e.reader.Read(p.t.Context()); err != nil || len(m.Data) != messageSize {
			p.t.Fatalf("message %d is of %d bytes (%v)", i, len(m.Data), err)
		}
	}
	<-done
}

func TestNodeClientWithoutADoor(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	p := startNode(t, "client.mjs", "undici", "end", "ws"+server.URL[len("http"):])
	p.wantEnd() // it throws
	_, _, err := wsstream.Dial(t.Context(), server.URL, nil)
	if bad, ok := errors.AsType[*wsstream.HandshakeError](err); !ok || bad.StatusCode != http.StatusNotFound {
		t.Errorf("Dial returns %v", err)
	}
}
