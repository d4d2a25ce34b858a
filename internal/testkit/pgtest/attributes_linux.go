package pgtest

import "syscall"

// attributes run the server as its owner, and end it ("immediate") with the
// test binary, should that be killed before its clean-up.
func attributes(owner *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: owner, Pdeathsig: syscall.SIGQUIT}
}
