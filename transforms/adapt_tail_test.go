package transforms_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func appendTo(t *testing.T, name, text string) {
	t.Helper()
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func wantText(t *testing.T, reader *streams.DefaultReader[[]byte], want string) {
	t.Helper()
	chunk, err := reader.Read(t.Context())
	if string(chunk) != want || err != nil {
		t.Errorf("read %q, %v, want %q", chunk, err, want)
	}
}

func TestTail(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	appendTo(t, name, "one")
	synctest.Test(t, func(t *testing.T) {
		reader := mustReader(t, transforms.Tail(name, transforms.TailOptions{Poll: time.Second}))
		wantText(t, reader, "one")
		begin := time.Now()
		read := readLater(t, reader)
		synctest.Wait()
		appendTo(t, name, "two")
		wantError(t, <-read, nil)
		if waited := time.Since(begin); waited != time.Second {
			t.Errorf("it waited %v to look again, want a second", waited)
		}
		appendTo(t, name, "three")
		wantText(t, reader, "three")
		if err := os.Truncate(name, 0); err != nil { // the file is cut
			t.Fatal(err)
		}
		appendTo(t, name, "four")
		wantText(t, reader, "four")
		read = readLater(t, reader)
		synctest.Wait()
		mustCancel(t, reader)
		wantEnd(t, <-read)
	})
}

// What is left of a file that was replaced comes before the new one.
func TestTailReplaced(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	appendTo(t, name, "one")
	synctest.Test(t, func(t *testing.T) {
		reader := mustReader(t, transforms.Tail(name))
		wantText(t, reader, "one")
		appendTo(t, name, "two")
		if err := os.Rename(name, name+".1"); err != nil {
			t.Fatal(err)
		}
		wantText(t, reader, "two")
		read := readLater(t, reader) // there is no such file for a while
		time.Sleep(time.Second)      //nolint:forbidigo // the clock of the bubble moves
		appendTo(t, name, "three")
		wantError(t, <-read, nil)
		mustCancel(t, reader)
	})
}

func TestTailFromEnd(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	appendTo(t, name, "one")
	synctest.Test(t, func(t *testing.T) {
		reader := mustReader(t, transforms.Tail(name, transforms.TailOptions{FromEnd: true}))
		read := readLater(t, reader)
		synctest.Wait()
		appendTo(t, name, "two")
		wantError(t, <-read, nil)
		appendTo(t, name, "three")
		wantText(t, reader, "three")
		mustCancel(t, reader)
	})
}

func TestTailErrors(t *testing.T) {
	_, err := transforms.Tail(filepath.Join(t.TempDir(), "missing")).Collect(t.Context())
	wantError(t, err, fs.ErrNotExist)
	_, err = transforms.Tail("x", transforms.TailOptions{Poll: -1}).Collect(t.Context())
	wantError(t, err, streams.ErrRange)
}
