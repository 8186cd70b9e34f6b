package wsstream_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

func TestWPTExplainer(t *testing.T) {
	runWPT(t, "ricea/websocketstream-explainer README", map[string]func(t *testing.T){
		"1:1 messages and chunks": inEachRole(func(_ *testing.T, e *end) {
			for _, payload := range []string{"", "a", "", "b"} {
				e.peer.Send(wstest.Whole(wstest.Text, payload))
				e.wantMessage(wsstream.Text(payload))
				e.writer.WriteAsync(wsstream.Text(payload))
				e.peer.Want(wstest.Text, payload)
			}
		}),

		"unclean close rejects read": inEachRole(func(t *testing.T, e *end) {
			e.peer.Drop()
			if _, err := e.reader.Read(t.Context()); err == nil || errors.Is(err, io.EOF) {
				t.Errorf("Read returns %v", err)
			}
			e.wantAbnormalEnd()
		}),

		"write resolves when buffered": func(t *testing.T) {
			// With a mark of zero the server reads nothing before it closes, and drops the message then. With a mark of one
			// the message may have come first, and be queued.
			client, server := pairWith(t, &wsstream.UpgradeOptions{Settings: wsstream.Settings{
				ReadableStrategy: new(streams.QueuingStrategy[wsstream.Message]),
			}})
			if err := client.writer.WriteAsync(wsstream.Text("in a buffer of the system")).Wait(t.Context()); err != nil {
				t.Error(err)
			}
			closeBoth(t, server, client) // and nobody has read the message
		},

		"write rejects if closed or errored": inEachRole(func(t *testing.T, e *end) {
			write := e.writer.WriteAsync(wsstream.Text("pending"))
			synctest.Wait()
			e.peer.Drop()
			if err := write.Wait(t.Context()); err == nil {
				t.Error("a write that nobody took succeeds")
			}
			e.wantAbnormalEnd()
		}),

		"signal only for the handshake": inBubble(func(t *testing.T) {
			signal, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			s, peer := connecting(t, &wsstream.Options{Signal: signal})
			peer.Open()
			e := newEnd(t, s, peer)
			<-signal.Done()
			synctest.Wait()
			e.peer.Send(wstest.Whole(wstest.Text, "still open"))
			e.wantMessage(wsstream.Text("still open"))
		}),

		"issue 15: close with unread messages (Deno bug)": inEachRole(func(_ *testing.T, e *end) {
			e.closeUnread()
		}),

		"issue 25: readable after writer.close()": inEachRole(func(t *testing.T, e *end) {
			read := goDo(func() error {
				_, err := e.reader.Read(t.Context())
				return err
			})
			synctest.Wait()
			closed := goDo(func() error { return e.writer.Close(t.Context()) })
			e.answer(0, "", 0, "")
			if err := <-closed; err != nil {
				t.Errorf("Close of the writer returns %v", err)
			}
			if err := <-read; !errors.Is(err, io.EOF) {
				t.Errorf("the Read that waited returns %v", err)
			}
			if err := e.reader.Closed(t.Context()); err != nil {
				t.Errorf("Closed of the reader returns %v", err)
			}
		}),
	})
}

// closeUnread closes a connection on which messages come that nobody reads, and checks that it is a clean close.
func (e *end) closeUnread() {
	e.t.Helper()
	e.peer.Send(wstest.Whole(wstest.Text, "queued"))
	synctest.Wait()
	if err := e.stream.Close(wsstream.CloseInfo{Code: 1000}); err != nil {
		e.t.Fatal(err)
	}
	e.peer.Send(wstest.Whole(wstest.Text, "in the socket"))
	e.answer(1000, "", 1000, "")
	if info, err := e.stream.Closed(e.t.Context()); err != nil || info.Code != 1000 {
		e.t.Errorf("Closed returns %v, %v", info, err)
	}
}
