package app

import (
	"runtime"
	"testing"
	"time"
)

// The clock goes with time.Since while the machine is awake.
func TestElapsedGoesForward(t *testing.T) {
	clock := elapsed()
	if clock == nil {
		if runtime.GOOS == "linux" {
			t.Fatal("Linux has a clock that goes on in sleep, and it is not used")
		}
		t.Skip("this system has no clock that goes on in sleep")
	}
	start, since := clock(), time.Now()
	for time.Since(since) < 5*time.Millisecond {
	}
	if d := clock() - start; d < 5*time.Millisecond || d > time.Minute {
		t.Errorf("%v went by", d)
	}
}
