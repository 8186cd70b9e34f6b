package streams_test

import (
	"runtime"
	"testing"
)

func TestWPTWritableGarbageCollection(t *testing.T) {
	runWPT(t, "writable-streams/garbage-collection", map[string]func(t *testing.T){
		"A WritableStream and its writer should not be garbage collected while there is a write promise pending": func(t *testing.T) {
			writing := newHeld(t)
			first, second := func() (first, second *operation[struct{}]) {
				s, _ := recordingWritable(intSink{Write: writing.write})
				w := must(s.GetWriter())(t)
				return beginCall(w.WriteAsync(1).Wait), beginCall(w.WriteAsync(2).Wait)
			}()
			for _, write := range []*operation[struct{}]{first, second} {
				runtime.GC()
				write.wantPending(t)
				writing.let(nil)
				write.wantOK(t)
			}
		},
	})
}
