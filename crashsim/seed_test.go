package crashsim

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// seed is the seed of the test: a new one each run, printed, or the one in
// CRASHSIM_SEED to replay what a run printed.
func seed(t *testing.T) uint64 {
	t.Helper()
	n := rand.Uint64() >> 1
	if s := os.Getenv("CRASHSIM_SEED"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("CRASHSIM_SEED=%s: %v", s, err)
		}
	}
	t.Logf("replay with CRASHSIM_SEED=%d", n)
	return n
}
