package app

import (
	"time"

	"golang.org/x/sys/unix"
)

// elapsed is a clock that only goes forward and that goes on while the machine
// sleeps, as the wall clock does: else every suspended laptop would look like a
// clock that jumped. The clock behind time.Since stands still then.
func elapsed() func() time.Duration {
	boot := func() (time.Duration, bool) {
		var t unix.Timespec
		err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t)
		return time.Duration(t.Nano()), err == nil
	}
	if _, ok := boot(); !ok {
		return nil // the keeper takes time.Since
	}
	return func() time.Duration {
		d, _ := boot() // it was there a moment ago
		return d
	}
}
