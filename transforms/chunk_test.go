package transforms_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/weirstreams/weir/streams"
	"github.com/weirstreams/weir/transforms"
)

func TestChunks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(rt, "data")
		n := rapid.IntRange(1, 10).Draw(rt, "n")
		exact, err := run(transforms.Chunks(n), drawChunks(rt, data)...)
		if err != nil || !bytes.Equal(bytes.Join(exact, nil), data) {
			rt.Fatalf("got %v, %v, want the bytes %v", exact, err, data)
		}
		for i, chunk := range exact {
			if len(chunk) != n && (i < len(exact)-1 || len(chunk) == 0 || len(chunk) > n) {
				rt.Fatalf("chunk %d of %d has %d bytes, want %d", i, len(exact), len(chunk), n)
			}
		}
		atMost, err := run(transforms.ChunksAtMost(n), drawChunks(rt, data)...)
		if err != nil || !bytes.Equal(bytes.Join(atMost, nil), data) {
			rt.Fatalf("got %v, %v, want the bytes %v", atMost, err, data)
		}
		for _, chunk := range atMost {
			if len(chunk) == 0 || len(chunk) > n {
				rt.Fatalf("a chunk has %d bytes, want 1 to %d", len(chunk), n)
			}
		}
	})
}

// What a reader does to a chunk shows in no other.
func TestChunksShareNothing(t *testing.T) {
	for name, stage := range map[string]pair[[]byte, []byte]{"Chunks": transforms.Chunks(3), "ChunksAtMost": transforms.ChunksAtMost(3)} {
		chunks := mustRun(t, stage, cut([]byte("abcdefghijkl"), 3, 8)...)
		want := 0
		for _, chunk := range chunks {
			want += len(chunk)
			_ = append(chunk, "+++"...)
			for i := range chunk {
				chunk[i] = '-'
			}
		}
		if got := bytes.Count(bytes.Join(chunks, nil), []byte("-")); got != want || want != len("abcdefghijkl") {
			t.Errorf("%s: got %q", name, chunks)
		}
	}
}

func TestLimitBytes(t *testing.T) {
	data := []byte("0123456789")
	for limit := range int64(13) {
		got, err := run(transforms.LimitBytes(limit), cut(data, 0, 3, 7)...)
		var want error
		if limit < int64(len(data)) {
			want = transforms.ErrTooLarge
		}
		wantError(t, err, want)
		if joined := string(bytes.Join(got, nil)); joined != string(data[:min(limit, int64(len(data)))]) {
			t.Errorf("limit %d: got %q", limit, joined)
		}
	}
}

func TestHash(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(rt, "data")
		var sum []byte
		stage := transforms.Hash(sha256.New(), func(s []byte) error { sum = s; return nil })
		got, err := run(stage, drawChunks(rt, data)...)
		want := sha256.Sum256(data)
		if err != nil || !bytes.Equal(bytes.Join(got, nil), data) || !bytes.Equal(sum, want[:]) {
			rt.Fatalf("got %v with the sum %x, %v", got, sum, err)
		}
	})
}

// A sum that done does not like is an error, after all bytes; so is a panic in done.
func TestHashDone(t *testing.T) {
	got, err := run(transforms.Hash(sha256.New(), func([]byte) error { return errBoom }), []byte("data"))
	wantError(t, err, errBoom)
	if string(bytes.Join(got, nil)) != "data" {
		t.Errorf("got %q before the error", got)
	}
	_, err = run(transforms.Hash(sha256.New(), func([]byte) error { panic(errBoom) }), []byte("data"))
	wantPanic(t, err)
	h := sha256.New()
	mustRun(t, transforms.Hash(h, nil), []byte("data"))
	if want := sha256.Sum256([]byte("data")); !bytes.Equal(h.Sum(nil), want[:]) {
		t.Error("the hash does not have the sum")
	}
}

// No sum is given for input that did not come to its end.
func TestHashOfAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := streams.Generate(func() ([]byte, error) { return nil, errBoom })
		stage := transforms.Hash(sha256.New(), func([]byte) error { return errors.New("called") })
		_, err := streams.PipeThrough(source, stage).Collect(t.Context())
		wantError(t, err, errBoom)
	})
}
