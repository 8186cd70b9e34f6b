package wsstream_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/wsstream"
)

// The time of a round trip. A pong is seen only while somebody reads, on both ends.
func ExampleWebSocketStream_Ping() {
	client, server, err := wsstream.Pair(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	trip, err := client.Ping(ctx)
	fmt.Println(trip > 0, err)

	if err := client.Close(wsstream.CloseInfo{}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(client.Closed(ctx))
	_, err = server.Ping(ctx) // there is nobody any more
	fmt.Println(err)
	// Output:
	// true <nil>
	// 1005 <nil>
	// wsstream: connection is closing or closed
}

// Both ends agree to compress. With takeover a message may refer to those before, which suits many that are alike.
func ExampleCompression() {
	compressed := wsstream.Settings{Compression: &wsstream.Compression{SendTakeover: true, ReceiveTakeover: true}}
	client, server, err := wsstream.Pair(&wsstream.PairOptions{
		Client: &wsstream.Options{Settings: compressed},
		Server: &wsstream.UpgradeOptions{Settings: compressed},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	from, err := server.Opened(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	to, err := client.Opened(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		report := wsstream.Text(strings.Repeat("all is well, ", 1000))
		_ = streams.FromSlice([]wsstream.Message{report, report}).PipeTo(ctx, from.Writable)
	}()
	err = to.Readable.ForEach(ctx, func(m wsstream.Message) error {
		fmt.Println(len(m.Data))
		return nil
	})
	fmt.Println(err)
	fmt.Println(to.Extensions)
	// Output:
	// 13000
	// 13000
	// <nil>
	// permessage-deflate; client_max_window_bits=12
}

// A message that is larger than memory is sent as it is read from somewhere else. Close ends the message, as PipeTo does
// here, and not the connection.
func ExampleConnection_NewMessage() {
	sender, receiver, err := pairOfByteStreams()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	go func() {
		file := strings.NewReader(strings.Repeat("a line\n", 100_000))
		message, err := sender.NewMessage(ctx, wsstream.TextMessage)
		if err != nil {
			return
		}
		if streams.FromReader(file).PipeTo(ctx, message) == nil {
			_ = streams.FromSlice([]wsstream.Message{wsstream.Text("that was it")}).PipeTo(ctx, sender.Writable)
		}
	}()

	for {
		message, err := receiver.NextMessage(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		n, err := message.Body.WriteTo(io.Discard)
		fmt.Println(message.Type, n, err)
	}
	// Output:
	// text 700000 <nil>
	// text 11 <nil>
	// EOF
}

// Of each message as much is read as is wanted. To cancel the body drops what is left of the message.
func ExampleConnection_NextMessage() {
	sender, receiver, err := pairOfByteStreams()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	go func() {
		messages := []wsstream.Message{wsstream.Text("first\n" + strings.Repeat("x", 1_000_000)), wsstream.Text("second\n")}
		_ = streams.FromSlice(messages).PipeTo(ctx, sender.Writable)
	}()

	for {
		message, err := receiver.NextMessage(ctx)
		if err != nil {
			fmt.Println(err) // io.EOF, or how else the connection ended
			return
		}
		body := message.Body.Reader(ctx)
		var heading string
		_, err = fmt.Fscanln(body, &heading)
		fmt.Println(heading, err)
		if err := body.Close(); err != nil { // it cancels
			fmt.Println(err)
		}
	}
	// Output:
	// first <nil>
	// second <nil>
	// EOF
}

// pairOfByteStreams returns two ends of a connection with the setting ByteStreams.
func pairOfByteStreams() (sender, receiver *wsstream.Connection, err error) {
	settings := wsstream.Settings{ByteStreams: true}
	client, server, err := wsstream.Pair(&wsstream.PairOptions{
		Client: &wsstream.Options{Settings: settings},
		Server: &wsstream.UpgradeOptions{Settings: settings},
	})
	if err != nil {
		return nil, nil, err
	}
	if sender, err = client.Opened(context.Background()); err != nil {
		return nil, nil, err
	}
	receiver, err = server.Opened(context.Background())
	return sender, receiver, err
}
