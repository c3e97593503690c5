package loopback

import (
	"net"
	"testing"
)

// TestAddressComesBack: the port that the kernel gave is free again after its
// listener has ended, whatever else listens on this machine.
func TestAddressComesBack(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		l, err := net.Listen("tcp", Any())
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if l, err = net.Listen("tcp", address); err != nil {
			t.Fatalf("listen again on %s: %v", address, err)
		}
		defer l.Close()
		if host, _, _ := net.SplitHostPort(address); seen[host] && host != "127.0.0.1" {
			t.Fatalf("%s was given twice", host)
		} else {
			seen[host] = true
		}
	}
}
