package app

import (
	"syscall"
	"time"
)

// cpuTime is what this process, clients included, has used of the processors.
// It says what a request costs also while others use them.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
