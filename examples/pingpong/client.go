package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"time"

	"github.com/weirstreams/weir/wsstream"
)

// handshakeTimeout is how long it may take to open a connection.
const handshakeTimeout = 5 * time.Second

// play connects to url, plays n rounds, and closes the connection. When ctx ends the game ends early, and the connection
// is closed all the same.
func play(ctx context.Context, url string, n int, every time.Duration, out *log.Logger) error {
	stream, err := wsstream.New(url, &wsstream.Options{Signal: ctx, Settings: wsstream.Settings{HandshakeTimeout: handshakeTimeout}})
	if err != nil {
		return err
	}
	conn, err := stream.Opened(context.WithoutCancel(ctx)) // Signal and HandshakeTimeout bound this
	if err != nil {
		return err
	}
	out.Printf("connected to %s", stream.URL())

	played := rally(ctx, conn, n, every, out)

	err = stream.Close(wsstream.CloseInfo{Code: wsstream.StatusNormalClosure, Reason: "the game is over"})
	if err != nil {
		return err // a Close frame cannot say that
	}
	info, err := stream.Closed(context.WithoutCancel(ctx)) // the option CloseTimeout bounds this
	if err == nil {
		out.Printf("closed: %v", info)
	}
	return cmp.Or(played, err)
}

// rally sends n pings, and waits for the answer to each.
func rally(ctx context.Context, conn *wsstream.Connection, n int, every time.Duration, out *log.Logger) error {
	reader, err := conn.Readable.GetReader()
	if err != nil {
		return err
	}
	writer, err := conn.Writable.GetWriter()
	if err != nil {
		return err
	}
	for i := range n {
		if i > 0 {
			if err := pause(ctx, every); err != nil {
				return err
			}
		}
		if err := writer.Write(ctx, wsstream.Text("ping")); err != nil {
			return fmt.Errorf("ping %d of %d: %w", i+1, n, err)
		}
		out.Print("sent: ping")
		answer, err := reader.Read(ctx)
		if err != nil { // io.EOF if the server closes the connection
			return fmt.Errorf("pong %d of %d: %w", i+1, n, err)
		}
		out.Printf("received: %v", answer)
	}
	return nil
}

// pause waits for d, until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
