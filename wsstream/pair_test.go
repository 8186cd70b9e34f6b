package wsstream_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/wsstream"
)

// newPair returns both ends of a Pair under test.
func newPair(t *testing.T, opts *wsstream.PairOptions) (client, server *end) {
	t.Helper()
	c, s, err := wsstream.Pair(opts)
	if err != nil {
		t.Fatal(err)
	}
	return newEnd(t, c, nil), newEnd(t, s, nil)
}

func TestPair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := newPair(t, &wsstream.PairOptions{
			URL:    "ws://example.com/room?id=1",
			Client: &wsstream.Options{Protocols: []string{"chat"}},
			Server: &wsstream.UpgradeOptions{Protocols: []string{"chat"}},
		})
		if url := server.stream.URL(); url != client.stream.URL() || url != "ws://example.com/room?id=1" {
			t.Errorf("the URLs are %q and %q", client.stream.URL(), url)
		}
		if client.conn.Protocol != "chat" || server.conn.Protocol != "chat" {
			t.Errorf("the subprotocols are %q and %q", client.conn.Protocol, server.conn.Protocol)
		}
		for _, m := range []wsstream.Message{wsstream.Text("grüß"), wsstream.Binary(nil), wsstream.Binary(make([]byte, 1<<20))} {
			up, down := client.writer.WriteAsync(m), server.writer.WriteAsync(m)
			server.wantMessage(m)
			client.wantMessage(m)
			if err := errors.Join(up.Wait(t.Context()), down.Wait(t.Context())); err != nil {
				t.Fatal(err)
			}
		}
		if err := client.stream.Close(wsstream.CloseInfo{Code: 4000, Reason: "done"}); err != nil {
			t.Fatal(err)
		}
		client.wantCleanEnd(4000, "done")
		server.wantCleanEnd(4000, "done")
	})
}

func TestPairOfAnyBufferExchangesManyMessages(t *testing.T) {
	for _, buffer := range []int{0, 1, 100} {
		synctest.Test(t, func(t *testing.T) {
			client, server := newPair(t, &wsstream.PairOptions{Buffer: buffer})
			server.reader.ReleaseLock()
			server.writer.ReleaseLock()
			piping := goDo(func() error { return server.conn.Readable.PipeTo(t.Context(), server.conn.Writable) })
			const n = 100
			writing := goDo(func() error {
				for i := range n {
					if err := client.writer.Write(t.Context(), wsstream.Binary(make([]byte, i))); err != nil {
						return err
					}
				}
				return nil
			})
			for i := range n {
				client.wantMessage(wsstream.Binary(make([]byte, i)))
			}
			if err := <-writing; err != nil {
				t.Errorf("Write: %v", err)
			}
			if err := client.writer.Close(t.Context()); err != nil {
				t.Errorf("Close: %v", err)
			}
			if err := <-piping; err != nil && !errors.Is(err, wsstream.ErrInvalidState) {
				t.Errorf("PipeTo: %v", err)
			}
			if info, err := server.stream.Closed(t.Context()); err != nil || info.Code != wsstream.StatusNoStatusRcvd {
				t.Errorf("Closed returns %v, %v", info, err)
			}
		})
	}
}

func TestPairHoldsBackAWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := newPair(t, &wsstream.PairOptions{Buffer: 1000})
		// One message is read ahead, one and a half fit the buffer, and one is queued.
		accepted := 0
		for {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			err := client.writer.Write(ctx, wsstream.Binary(make([]byte, 600)))
			cancel()
			if err != nil {
				break
			}
			accepted++
		}
		if accepted < 2 || accepted > 4 {
			t.Errorf("%d messages of 600 bytes were accepted", accepted)
		}
		for range accepted {
			server.wantMessage(wsstream.Binary(make([]byte, 600)))
		}
		if err := client.stream.Close(wsstream.CloseInfo{}); err != nil {
			t.Fatal(err)
		}
		client.wantCleanEnd(wsstream.StatusNoStatusRcvd, "")
	})
}

func TestPairTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := newPair(t, &wsstream.PairOptions{
			Buffer: 10,
			Client: &wsstream.Options{Settings: wsstream.Settings{CloseTimeout: time.Hour}},
			Server: &wsstream.UpgradeOptions{Settings: wsstream.Settings{CloseTimeout: 2 * time.Hour}},
		})
		server.writer.WriteAsync(wsstream.Binary(make([]byte, 100)))
		server.writer.WriteAsync(wsstream.Binary(make([]byte, 100)))
		synctest.Wait() // the server is stuck in its second message
		start := time.Now()
		if err := server.stream.Close(wsstream.CloseInfo{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := server.stream.Closed(t.Context()); !errors.Is(err, wsstream.ErrCloseTimeout) || time.Since(start) != 2*time.Hour {
			t.Errorf("the server is closed after %v: %v", time.Since(start), err)
		}
		client.wantMessage(wsstream.Binary(make([]byte, 100)))
		client.wantAbnormalEnd()
	})
}

func TestPairFails(t *testing.T) {
	for name, test := range map[string]struct {
		opts wsstream.PairOptions
		want error
	}{
		"URL":            {wsstream.PairOptions{URL: "ftp://pair.test/"}, wsstream.ErrURL},
		"buffer":         {wsstream.PairOptions{Buffer: -1}, wsstream.ErrOption},
		"client options": {wsstream.PairOptions{Client: &wsstream.Options{Protocols: []string{"a b"}}}, wsstream.ErrSubprotocol},
		"server options": {wsstream.PairOptions{Server: &wsstream.UpgradeOptions{Protocols: []string{"a b"}}}, wsstream.ErrSubprotocol},
		"subprotocol":    {wsstream.PairOptions{Client: &wsstream.Options{Protocols: []string{"chat"}}}, wsstream.ErrSubprotocol},
		"origin": {wsstream.PairOptions{
			Client: &wsstream.Options{Header: map[string][]string{"Origin": {"http://elsewhere.test"}}},
		}, wsstream.ErrOrigin},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if client, server, err := wsstream.Pair(&test.opts); client != nil || server != nil || !errors.Is(err, test.want) {
					t.Errorf("Pair returns %v, %v, %v, want %v", client, server, err, test.want)
				}
			})
		})
	}
}
