// Package loopback gives each test a loopback address that nobody else on the
// machine listens on, so that a server which was killed finds its address free
// when it comes back. Only tests import it.
package loopback

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
)

// given are the hosts that this process has given out.
var given sync.Map

// Host returns a random address of 127.0.0.0/8, where the machine has the whole of
// it (Linux does), another one at each call; elsewhere 127.0.0.1.
func Host() string {
	for {
		host := fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
		if _, taken := given.LoadOrStore(host, true); taken {
			continue
		}
		l, err := net.Listen("tcp", host+":0")
		if err != nil {
			return "127.0.0.1"
		}
		l.Close()
		return host
	}
}

// Any returns an address of a host of its own, with port 0: whoever listens there
// is given a port by the kernel, and says which.
func Any() string { return net.JoinHostPort(Host(), "0") }
