//go:build !unix

package workload

import (
	"errors"
	"time"
)

// cpuTime fails: there is no getrusage on this system, and the benchmarks report wall time alone.
func cpuTime() (time.Duration, error) {
	return 0, errors.ErrUnsupported
}
