package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream"
)

func TestCompressionIsChosen(t *testing.T) {
	const noTakeover = "; server_no_context_takeover; client_no_context_takeover"
	for compress, want := range map[string]string{
		"off":      "",
		"on":       "permessage-deflate" + noTakeover,
		"takeover": "permessage-deflate; client_max_window_bits=",
	} {
		t.Run(compress, func(t *testing.T) {
			s := startCompressing(t, compress)
			stream, conn, err := wsstream.Dial(t.Context(), "ws://"+s.address, &wsstream.Options{
				Settings: wsstream.Settings{Compression: &wsstream.Compression{SendTakeover: true, ReceiveTakeover: true}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := conn.Extensions; !strings.HasPrefix(got, want) || want == "" && got != "" {
				t.Errorf("the extensions are %q, want %q", got, want)
			}
			writer, reader := getWriter(t, conn), getReader(t, conn)
			for range 3 {
				text := strings.Repeat("the same again ", 1000)
				if err := writer.Write(t.Context(), wsstream.Text(text)); err != nil {
					t.Fatal(err)
				}
				if m, err := reader.Read(t.Context()); err != nil || m.String() != text {
					t.Errorf("%d bytes come back as %d (%v)", len(text), len(m.Data), err)
				}
			}
			if err := stream.Close(wsstream.CloseInfo{}); err != nil {
				t.Error(err)
			}
			wantClosed(t, stream, wsstream.CloseInfo{Code: wsstream.StatusNoStatusRcvd})
			s.stop(t)
		})
	}
}

func TestBadCommandLines(t *testing.T) {
	for want, o := range map[string]options{
		`argument "ws://host"`:   {compress: "on", rest: []string{"ws://host"}},
		`-compress "brotli"`:     {compress: "brotli"},
		"bad URL":                {compress: "on", connect: "ftp://127.0.0.1"},
		"127.0.0.1:1: connect: ": {compress: "on", connect: "ws://127.0.0.1:1"},
	} {
		if err := run(t.Context(), o, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("run returns %v, want an error that says %q", err, want)
		}
	}
}

// tester starts a server that the program connects to, as those that test others do, and returns its URL.
func tester(t *testing.T) (url string, connections <-chan *wsstream.WebSocketStream) {
	t.Helper()
	opened := make(chan *wsstream.WebSocketStream, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stream, err := wsstream.Upgrade(w, r, &wsstream.UpgradeOptions{
			Settings: wsstream.Settings{Compression: new(wsstream.Compression)},
		})
		if err != nil {
			t.Errorf("Upgrade returns %v", err)
			return
		}
		opened <- stream
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http"), opened
}

func TestTheClientEchoesUntilTheServerCloses(t *testing.T) {
	url, connections := tester(t)
	var out strings.Builder
	result := make(chan error, 1)
	go func() { result <- run(t.Context(), options{connect: url, compress: "on"}, &out) }()
	stream := <-connections
	conn, err := stream.Opened(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	writer, reader := getWriter(t, conn), getReader(t, conn)
	for _, text := range []string{"weir", "", strings.Repeat("weir ", 1000)} {
		if err := writer.Write(t.Context(), wsstream.Text(text)); err != nil {
			t.Fatal(err)
		}
		if m, err := reader.Read(t.Context()); err != nil || m.String() != text {
			t.Errorf("%d bytes come back as %d (%v)", len(text), len(m.Data), err)
		}
	}
	if err := stream.Close(wsstream.CloseInfo{Code: 4000, Reason: "well done"}); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Errorf("run returns %v", err)
	}
	if want := "connected to " + url + "/\nclosed: 4000 \"well done\"\n"; out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", &out, want)
	}
	wantClosed(t, stream, wsstream.CloseInfo{Code: 4000, Reason: "well done"})
}

func TestTheClientClosesWhenItIsStopped(t *testing.T) {
	url, connections := tester(t)
	ctx, stop := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- run(ctx, options{connect: url, compress: "off"}, io.Discard) }()
	stream := <-connections
	conn, err := stream.Opened(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	writer, reader := getWriter(t, conn), getReader(t, conn)
	if err := writer.Write(t.Context(), wsstream.Text("weir")); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop()
	if _, err := reader.Read(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("Read returns %v", err)
	}
	wantClosed(t, stream, wsstream.CloseInfo{Code: 1000, Reason: "the echo is shutting down"})
	if err := <-result; err != nil {
		t.Errorf("run returns %v", err)
	}
}
