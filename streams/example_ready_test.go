package streams_test

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/weirstreams/weir/streams"
)

// A mailbox that others put letters into. What is there is taken in one go; a goroutine waits only when it is empty.
func ExampleFromReady() {
	var mu sync.Mutex
	var letters []string
	arrived := make(chan struct{}, 1)
	put := func(letter string) {
		mu.Lock()
		letters = append(letters, letter)
		mu.Unlock()
		select {
		case arrived <- struct{}{}:
		default: // it is known already
		}
	}
	mailbox := streams.FromReady(streams.ReadySource[string]{
		Next: func() (string, error) {
			mu.Lock()
			defer mu.Unlock()
			if len(letters) == 0 {
				return "", streams.ErrNotReady
			}
			letter := letters[0]
			letters = letters[1:]
			if letter == "" {
				return "", io.EOF
			}
			return letter, nil
		},
		Wait: func(ctx context.Context) error {
			select {
			case <-arrived:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		},
	})
	go func() {
		for _, letter := range []string{"first", "second", ""} {
			put(letter)
		}
	}()
	err := mailbox.ForEach(context.Background(), func(letter string) error {
		fmt.Println(letter)
		return nil
	})
	fmt.Println(err)
	// Output:
	// first
	// second
	// <nil>
}

// A printer with room for two lines at a time. A line that there is no room for waits without a goroutine.
func ExampleToReady() {
	var printer *streams.ReadySinkController[string]
	room := 2
	sink := streams.ToReady(streams.ReadySink[string]{
		Start: func(c *streams.ReadySinkController[string]) { printer = c },
		Write: func(line string) error {
			if room == 0 {
				return streams.ErrNotReady
			}
			room--
			fmt.Println(line)
			return nil
		},
	})
	w, err := sink.GetWriter()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	w.WriteAsync("one")
	if err := w.WriteAsync("two").Wait(ctx); err != nil {
		fmt.Println(err)
	}
	three := w.WriteAsync("three")
	fmt.Println("no room")
	room = 2
	printer.Ready()
	fmt.Println(three.Wait(ctx))
	// Output:
	// one
	// two
	// no room
	// three
	// <nil>
}
