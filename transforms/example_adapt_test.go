package transforms_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing/fstest"
	"time"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func ExampleWriterSink() {
	chunks := streams.FromSlice([][]byte{[]byte("over the "), []byte("weir")})
	fmt.Println(chunks.PipeTo(context.Background(), transforms.WriterSink(os.Stdout)))
	// Output: over the weir<nil>
}

func ExampleDiscard() {
	count := 0
	numbers := streams.FromSlice([]int{1, 2, 3})
	counted := streams.PipeThrough(numbers, transforms.Map(func(n int) int { count++; return n }))
	fmt.Println(counted.PipeTo(context.Background(), transforms.Discard[int]()), count)
	// Output: <nil> 3
}

func ExampleToSlice() {
	var words []string
	err := streams.FromSlice([]string{"over", "the", "weir"}).PipeTo(context.Background(), transforms.ToSlice(&words))
	fmt.Println(words, err)
	// Output: [over the weir] <nil>
}

func ExampleToMap() {
	byLength := map[int]string{}
	length := func(s string) int { return len(s) }
	words := streams.FromSlice([]string{"over", "the", "weir"})
	err := words.PipeTo(context.Background(), transforms.ToMap(byLength, length))
	fmt.Println(byLength, err)
	// Output: map[3:the 4:weir] <nil>
}

func ExampleToChan() {
	ch := make(chan int)
	piped := make(chan error)
	go func() { piped <- streams.FromSlice([]int{1, 2, 3}).PipeTo(context.Background(), transforms.ToChan(ch)) }()
	for x := range ch {
		fmt.Println(x)
	}
	fmt.Println(<-piped)
	// Output:
	// 1
	// 2
	// 3
	// <nil>
}

func ExampleFromEmitter() {
	words := transforms.FromEmitter(func(_ context.Context, emit func(string) error) error {
		return fs.WalkDir(fstest.MapFS{"a/b": {}, "c": {}}, ".", func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return emit(path)
		})
	})
	fmt.Println(words.Collect(context.Background()))
	// Output: [. a a/b c] <nil>
}

func ExampleFromScanner() {
	scanner := bufio.NewScanner(strings.NewReader("over the weir"))
	scanner.Split(bufio.ScanWords)
	for word, err := range transforms.FromScanner(scanner).Values(context.Background()) {
		fmt.Printf("%s %v\n", word, err)
	}
	// Output:
	// over <nil>
	// the <nil>
	// weir <nil>
}

func ExampleFromReadCloser() {
	file := io.NopCloser(strings.NewReader("one\ntwo\n")) // or the body of a response, for one
	lines := streams.PipeThrough(transforms.FromReadCloser(file), transforms.Lines())
	for line, err := range lines.Values(context.Background()) {
		fmt.Printf("%s %v\n", line, err)
	}
	// Output:
	// one <nil>
	// two <nil>
}

func ExampleNewReader() {
	chunks := streams.FromSlice([][]byte{[]byte("over the "), []byte("weir")})
	body := transforms.NewReader(context.Background(), chunks) // of a request, for one
	text, err := io.ReadAll(body)
	fmt.Println(string(text), err, body.Close())
	// Output: over the weir <nil> <nil>
}

func ExampleToResponse() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		ticks := streams.FromSlice([][]byte{[]byte("tick "), []byte("tock")})
		if err := ticks.PipeTo(r.Context(), transforms.ToResponse(w)); err != nil {
			fmt.Println(err)
		}
	}
	recorder := httptest.NewRecorder()
	handler(recorder, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	fmt.Println(recorder.Code, recorder.Body)
	// Output: 200 tick tock
}

func ExampleFromConn() {
	ctx := context.Background()
	near, far := net.Pipe()
	echo, echoed := transforms.FromConn(far), make(chan error)
	go func() { echoed <- echo.Readable().PipeTo(ctx, echo.Writable()) }()
	conn := transforms.FromConn(near)
	reader, err := conn.Readable().GetReader()
	fmt.Println(err)
	writer, err := conn.Writable().GetWriter()
	fmt.Println(err, writer.Write(ctx, []byte("hello")))
	chunk, err := reader.Read(ctx)
	fmt.Println(string(chunk), err)
	fmt.Println(writer.Close(ctx), reader.Cancel(ctx, nil)) // both sides: the connection is closed
	fmt.Println(<-echoed)
	// Output:
	// <nil>
	// <nil> <nil>
	// hello <nil>
	// <nil> <nil>
	// <nil>
}

func ExamplePipe() {
	r, w := transforms.Pipe(context.Background(), 4)
	for _, word := range []string{"over ", "the ", "weir"} {
		if _, err := io.WriteString(w, word); err != nil { // does not wait: there is room
			fmt.Println(err)
		}
	}
	fmt.Println(w.Close())
	text, err := io.ReadAll(r)
	fmt.Println(string(text), err)
	// Output:
	// <nil>
	// over the weir <nil>
}

func ExampleTail() {
	dir, err := os.MkdirTemp("", "tail")
	if err != nil {
		fmt.Println(err)
		return
	}
	log := filepath.Join(dir, "log")
	fmt.Println(os.WriteFile(log, []byte("one\ntwo\n"), 0o600))
	lines := streams.PipeThrough(transforms.Tail(log), transforms.Lines())
	first, err := streams.PipeThrough(lines, transforms.Take[[]byte](2)).Collect(context.Background())
	fmt.Printf("%s %v\n", first, err)
	fmt.Println(os.RemoveAll(dir))
	// Output:
	// <nil>
	// [one two] <nil>
	// <nil>
}

func ExampleTailOptions() {
	dir, err := os.MkdirTemp("", "tail")
	if err != nil {
		fmt.Println(err)
		return
	}
	log := filepath.Join(dir, "log")
	fmt.Println(os.WriteFile(log, []byte("old"), 0o600))
	options := transforms.TailOptions{FromEnd: true, Poll: 10 * time.Millisecond}
	reader, err := transforms.Tail(log, options).GetReader()
	fmt.Println(err)
	early, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = reader.Read(early)
	fmt.Println(err) // nothing was written since
	fmt.Println(reader.Cancel(context.Background(), nil))
	fmt.Println(os.RemoveAll(dir))
	// Output:
	// <nil>
	// <nil>
	// context deadline exceeded
	// <nil>
	// <nil>
}
