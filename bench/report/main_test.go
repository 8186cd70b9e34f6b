package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/weirstreams/weir/bench/internal/websocket"
)

// The report measures in processes that it makes of its own program. In the tests that program is the test's.
func TestMain(m *testing.M) {
	websocket.ServeIfAsked()
	if slices.Contains(os.Args, "-one") {
		if err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	// What it starts is this program too. With the race detector they would take a second each to end.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		log.Fatal(err)
	}
	goleak.VerifyTestMain(m)
}
