//go:build !linux

package redistest

import "syscall"

// childAttributes is empty where the kernel cannot end a child with its parent.
func childAttributes() *syscall.SysProcAttr { return nil }
