package wsstream

import (
	"strings"
	"testing"

	"github.com/weirstreams/weir/wsstream/internal/wstest"
)

// A message is there with its last byte, and not before.
func TestHoldsMessage(t *testing.T) {
	for name, frames := range map[string][]wstest.Frame{
		"empty":      {wstest.Whole(wstest.Binary, "")},
		"small":      {wstest.Whole(wstest.Text, "text")},
		"16 bits":    {wstest.Whole(wstest.Binary, strings.Repeat("x", 300))},
		"64 bits":    {wstest.Whole(wstest.Binary, strings.Repeat("x", 70_000))},
		"fragments":  {wstest.First(wstest.Text, "a"), wstest.More(""), wstest.Last("b")},
		"with pings": {wstest.Whole(wstest.Ping, "1"), wstest.First(wstest.Text, "a"), wstest.Whole(wstest.Ping, "2"), wstest.Last("b")},
	} {
		for _, masked := range []bool{false, true} {
			var wire []byte
			for _, f := range frames {
				f.Masked = masked
				wire = append(wire, f.Bytes()...)
			}
			for n := range wire {
				if holdsMessage(wire[:n]) {
					t.Errorf("%s, masked %t: there with %d of %d bytes", name, masked, n, len(wire))
				}
			}
			if !holdsMessage(wire) || !holdsMessage(append(wire, wire...)) {
				t.Errorf("%s, masked %t: not there", name, masked)
			}
		}
	}
	if holdsMessage([]byte{0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3}) {
		t.Error("a message of a negative length is there")
	}
}
