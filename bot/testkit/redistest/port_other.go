//go:build !linux

package redistest

import (
	"net"
	"strconv"
)

// bindAlone only looks whether a port is free, where the kernel does not let one
// process keep it for another.
func bindAlone(port int) (release func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return nil, err
	}
	return func() {}, l.Close()
}
