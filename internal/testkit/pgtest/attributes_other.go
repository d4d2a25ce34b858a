//go:build unix && !linux

package pgtest

import "syscall"

// attributes run the server as its owner.
func attributes(owner *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: owner}
}
