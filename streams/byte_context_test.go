package streams_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/weirstreams/weir/streams"
)

// endableRead begins a read into p that can be made to end with errB.
func endableRead(r *streams.BYOBReader, p []byte, minimum int) (reading *operation[string], end func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	return begin(func() (string, error) {
		n, err := r.ReadAtLeast(ctx, p, minimum)
		return string(p[:n]), err
	}), func() { cancel(errB) }
}

// endableReadOfChunk is endableRead for a default reader.
func endableReadOfChunk(r *streams.DefaultReader[[]byte]) (reading *operation[string], end func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	return begin(func() (string, error) {
		chunk, err := r.Read(ctx)
		return string(chunk), err
	}), func() { cancel(errB) }
}

// wantEnded fails the test unless a read was ended by its context and has got these bytes.
func wantEnded(t *testing.T, reading *operation[string], got string) {
	t.Helper()
	reading.wantError(t, errB)
	wantEqual(t, reading.value, got)
}

// Of two reads that wait, one ends, with the bytes that it has got. All that come go to the other one.
func TestByteContextOfWaitingRead(t *testing.T) {
	answers := map[string]func(data string) byteAnswer{
		"respond": respond, "respondWithNewView": respondWithNewView, "enqueue": enqueue,
	}
	for ending := range 2 {
		for _, partial := range []string{"", "a"} {
			for _, requested := range []bool{false, true} {
				for name, answer := range answers {
					name := fmt.Sprintf("read %d, filled %q, BYOB request %t, %s", ending, partial, requested, name)
					t.Run(name, func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							testContextOfWaitingRead(t, ending, partial, requested, answer)
						})
					})
				}
			}
		}
	}
}

func testContextOfWaitingRead(t *testing.T, ending int, partial string, requested bool, answer func(data string) byteAnswer) {
	s, src := recordingBytes(byteSource{})
	r := getBYOBReader(t, s)
	var reads [2]*operation[string]
	var ends [2]func()
	for i := range reads {
		reads[i], ends[i] = endableRead(r, make([]byte, 4), 3)
		defer ends[i]()
	}
	if partial != "" {
		src.play(t, respond(partial))
	}
	var request *streams.BYOBRequest
	if requested {
		request = src.controller.BYOBRequest()
	}

	ends[ending]()
	if ending == 0 {
		wantEnded(t, reads[0], partial)
	} else {
		wantEnded(t, reads[1], "")
	}
	reads[1-ending].wantPending(t)
	if requested {
		wantEqual(t, src.controller.BYOBRequest(), request)
	}
	if ending == 0 && !requested {
		wantEqual(t, viewLength(src.controller), 4) // of the other read
	} else {
		wantEqual(t, viewLength(src.controller), 4-len(partial))
	}
	src.play(t, answer("bcd"))
	want := "bcd"
	if ending == 1 {
		want = partial + want
	}
	reads[1-ending].want(t, want)
	src.play(t, enqueue("ef"))
	readInto(r, make([]byte, 4)).want(t, "ef")
}

// A read that ends before the source has asked for its BYOB request leaves none behind.
func TestByteContextLeavesNoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, src := recordingBytes(byteSource{})
		reading, end := endableRead(getBYOBReader(t, s), make([]byte, 3), 1)
		end()
		wantEnded(t, reading, "")
		wantEqual(t, src.controller.BYOBRequest() == nil, true)
		src.play(t, enqueue("abc"))
		wantDesiredSize(t, src.controller, -3)
	})
}

// What the source gives in answer to a read that has ended goes to whoever reads next.
func TestByteContextAnswerForNextReader(t *testing.T) {
	for kindName, kind := range map[string]readerKind{"default": defaultKind, "BYOB": byobKind} {
		for answerName, answer := range map[string]byteAnswer{"respond": respond("abc"), "enqueue": enqueue("abc")} {
			for _, waits := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s reader, %s, read waits %t", kindName, answerName, waits), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s, src := recordingBytes(byteSource{})
						r := getBYOBReader(t, s)
						first, end := endableRead(r, make([]byte, 3), 1)
						src.controller.BYOBRequest()
						end()
						wantEnded(t, first, "")
						r.ReleaseLock()

						next := kind(t, s)
						if !waits {
							src.play(t, answer)
						}
						reading := next.read()
						if waits {
							src.play(t, answer)
						}
						reading.want(t, "abc")
					})
				})
			}
		}
	}
}

// A read that has got fewer bytes than its minimum returns them, also when there will be no more.
func TestByteContextPartialFillThenClose(t *testing.T) {
	for name, whileWaiting := range map[string]bool{"before the end of the read": true, "after the read": false} {
		t.Run("close "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, src := recordingBytes(byteSource{})
				r := getBYOBReader(t, s)
				reading, end := endableRead(r, make([]byte, 3), 3)
				src.play(t, respond("a"))
				request := src.controller.BYOBRequest()
				if whileWaiting {
					src.play(t, closing)
					reading.wantPending(t)
				}
				end()
				wantEnded(t, reading, "a")
				if !whileWaiting {
					src.play(t, closing)
				}
				wantError(t, request.Respond(0), nil)
				wantEOF(t, readInto(r, make([]byte, 3)))
			})
		})
	}
}

// A result that is there is returned whatever the context; a read that would have to wait takes nothing and asks the source
// for nothing.
func TestByteContextEndedBefore(t *testing.T) {
	for name, test := range map[string]struct {
		before  []byteAnswer
		minimum int
		want    string
		err     error
	}{
		"nothing":                      {minimum: 1, err: errPending},
		"bytes":                        {before: []byteAnswer{enqueue("ab"), enqueue("c")}, minimum: 1, want: "abc"},
		"just enough bytes":            {before: []byteAnswer{enqueue("ab")}, minimum: 2, want: "ab"},
		"fewer bytes than the minimum": {before: []byteAnswer{enqueue("ab")}, minimum: 3, err: errPending},
		"bytes and the end":            {before: []byteAnswer{enqueue("ab"), closing}, minimum: 1, want: "ab"},
		"the end":                      {before: []byteAnswer{closing}, minimum: 3, err: io.EOF},
		"an error":                     {before: []byteAnswer{enqueue("ab"), erroring(errA)}, minimum: 1, err: errA},
		"fewer bytes than the minimum and the end": {
			before: []byteAnswer{enqueue("ab"), closing}, minimum: 3, want: "ab", err: io.ErrUnexpectedEOF,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, src := recordingBytes(byteSource{})
				src.play(t, test.before...)
				r := getBYOBReader(t, s)
				p := []byte("xxxx")
				n, err := r.ReadAtLeast(ended, p, test.minimum)
				wantError(t, err, test.err)
				wantEqual(t, string(p[:n]), test.want)
				src.want(t)
				if test.err == errPending {
					wantEqual(t, string(p), "xxxx")
					src.play(t, enqueue("cd"))
					want := map[bool]string{true: "abcd", false: "cd"}[len(test.before) > 0]
					readInto(r, p).want(t, want)
				}
			})
		})
	}
}

// A read that waits behind another one in a closed stream still waits for the source to give the buffer back.
func TestByteContextEndedBeforeBufferIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, src, first := byobRead(t, make([]byte, 3))
		src.play(t, closing)
		_, err := r.Read(ended, make([]byte, 3))
		wantError(t, err, errPending)
		second, end := endableRead(r, make([]byte, 3), 1)
		end()
		wantEnded(t, second, "")
		first.wantPending(t)
		src.play(t, respond(""))
		wantEOF(t, first, readInto(r, make([]byte, 3)))
	})
}

// The end of the context and the answer of the source come at the same time: the read has the bytes, or the next one.
func TestByteContextEndsDuringAnswer(t *testing.T) {
	for name, answer := range map[string]byteAnswer{"respond": respond("abc"), "enqueue": enqueue("abc")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, src := recordingBytes(byteSource{})
				r := getBYOBReader(t, s)
				for range 200 {
					reading, end := endableRead(r, make([]byte, 3), 1)
					src.controller.BYOBRequest()
					go end()
					src.play(t, answer)
					synctest.Wait()
					if reading.err != nil {
						wantEnded(t, reading, "")
						reading = readInto(r, make([]byte, 3))
					}
					reading.want(t, "abc")
				}
			})
		})
	}
}

// A branch of a tee whose read has ended gets its bytes with the next one; the other branch is not concerned.
func TestByteContextOfTeeBranch(t *testing.T) {
	for ending := range 2 {
		t.Run(fmt.Sprintf("branch %d", ending+1), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, src := recordingBytes(byteSource{})
				r1, r2 := teeBYOB(t, s)
				first, endFirst := endableRead(r1, make([]byte, 3), 1)
				second, endSecond := endableRead(r2, make([]byte, 3), 1)
				defer endFirst()
				defer endSecond()
				[]func(){endFirst, endSecond}[ending]()
				wantEnded(t, []*operation[string]{first, second}[ending], "")
				src.play(t, respond("abc"))
				[]*operation[string]{second, first}[ending].want(t, "abc")
				readInto([]*streams.BYOBReader{r1, r2}[ending], make([]byte, 3)).want(t, "abc")
				src.want(t, "pull")
			})
		})
	}
}

// A default read for which the stream made a buffer takes the buffer with it, or leaves it to the next read if the source has
// it.
func TestByteContextOfAutoAllocatedRead(t *testing.T) {
	for name, ending := range map[string][]int{"first": {0}, "second": {1}, "both": {0, 1}} {
		for _, requested := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, BYOB request %t", name, requested), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { testContextOfAutoAllocatedReads(t, ending, requested) })
			})
		}
	}
}

func testContextOfAutoAllocatedReads(t *testing.T, ending []int, requested bool) {
	s, src := recordingBytes(byteSource{AutoAllocateChunkSize: 4})
	r := getReader(t, s.ReadableStream)
	first, endFirst := endableReadOfChunk(r)
	second, endSecond := endableReadOfChunk(r)
	defer endFirst()
	defer endSecond()
	reads, ends := []*operation[string]{first, second}, []func(){endFirst, endSecond}
	if requested {
		src.controller.BYOBRequest()
	}
	for _, i := range ending {
		ends[i]()
		wantEnded(t, reads[i], "")
	}

	if len(ending) == 2 {
		wantEqual(t, src.controller.BYOBRequest() != nil, requested)
		reads = append(reads, readChunk(r))
	}
	for i, read := range reads {
		if !slices.Contains(ending, i) {
			src.play(t, respond("abc"))
			read.want(t, "abc")
		}
	}
	wantEqual(t, src.controller.BYOBRequest() == nil, true)
	src.play(t, enqueue("de"))
	readChunk(r).want(t, "de")
}
