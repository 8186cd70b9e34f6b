package main

import (
	"bytes"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestMonitor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int64
		var bar bytes.Buffer
		m := startMonitor(&done, 100, &bar)
		synctest.Wait()
		<-time.After(3*lookEvery + lookEvery/2)
		done.Store(100)
		m.stop()
		want := ""
		for range 4 {
			want += eraseLine + progressBar(0, 100)
		}
		want += eraseLine + progressBar(100, 100) + eraseLine
		if got := bar.String(); got != want {
			t.Errorf("the bar is %q, want %q", got, want)
		}
		if m.took != 3*lookEvery+lookEvery/2 {
			t.Errorf("it took %v", m.took)
		}
		if m.peak == 0 {
			t.Error("no memory was seen")
		}
	})
}
