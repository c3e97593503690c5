package embedded

import "syscall"

// childAttributes puts the child into a group of its own, so that Ctrl-C reaches
// only us and we stop it in order, and ends it when we die.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
