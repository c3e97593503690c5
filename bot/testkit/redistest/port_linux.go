package redistest

import "syscall"

// bindAlone binds a port of 127.0.0.1 that nobody else has bound, and keeps it
// without listening. Whoever sets SO_REUSEADDR, as every server does, can listen at
// it all the same, again and again; nobody else who binds it this way gets it, and
// the kernel gives it to nobody.
func bindAlone(port int) (release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	release = func() { _ = syscall.Close(fd) } // nothing was written to it
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		release()
		return nil, err
	}
	// Only now: bound without it, the port was nobody's.
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		release()
		return nil, err
	}
	return release, nil
}
