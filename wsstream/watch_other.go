//go:build !unix

package wsstream

import (
	"io"
	"net"
)

// newLateWriter is for operating systems that can be asked whether there is room.
func newLateWriter(net.Conn, func()) io.Writer { return nil }
