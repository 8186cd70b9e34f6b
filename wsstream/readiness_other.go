//go:build !unix

package wsstream

import "io"

// readiness is for operating systems that can be asked whether there is something to read.
type readiness struct{}

func newReadiness(io.Reader) *readiness { return nil }

func (*readiness) read(*input) (int, error) { panic("wsstream: internal error: there is no readiness") }
