package conformance

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// A bubble that deadlocks leaves its goroutines behind; the test of that leaves exactly this one.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/weirstreams/weir/streams/internal/conformance.blockForEver"))
}
