package app

import (
	"testing"
	"time"
)

// The clock goes with time.Since while the machine is awake.
func TestElapsedGoesForward(t *testing.T) {
	clock := elapsed()
	if clock == nil {
		t.Skip("this system has no clock that goes on in sleep")
	}
	start, since := clock(), time.Now()
	for time.Since(since) < 5*time.Millisecond {
	}
	if d := clock() - start; d < 5*time.Millisecond || d > time.Minute {
		t.Errorf("%v went by", d)
	}
}
