package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"tocsin/internal/fault"
)

// cost is how dear an argon2id hash is.
type cost struct {
	memory uint32 // KiB
	time   uint32
	lanes  uint8
}

// costNow is OWASP's first recommendation for argon2id (Password Storage Cheat
// Sheet): m=19 MiB, t=2, p=1. A hash of another cost is made anew at the next
// sign-in.
var costNow = cost{memory: 19 * 1024, time: 2, lanes: 1}

const (
	saltLen = 16
	hashLen = 32
	// maxHashing bounds the memory that sign-in can take: 4 × 19 MiB.
	maxHashing = 4
	// maxQueue bounds who waits for it; at some 30 ms each that is two seconds.
	maxQueue = 128
)

// hasher makes and checks hashes, a few at a time.
type hasher struct {
	slots  chan struct{}
	queued atomic.Int32
}

func newHasher() *hasher {
	return &hasher{slots: make(chan struct{}, max(1, min(maxHashing, runtime.GOMAXPROCS(0))))}
}

// turn waits for a place and gives how to leave it. fault.Unavailable when too
// many wait already.
func (h *hasher) turn(ctx context.Context) (func(), error) {
	if h.queued.Add(1) > maxQueue {
		h.queued.Add(-1)
		return nil, wait(2)
	}
	defer h.queued.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "the sign-in was given up before its turn came")
	}
}

// make hashes a password into a PHC string (the format of the password hashing
// competition), with the cost of now.
func (h *hasher) make(ctx context.Context, password string, salt []byte) (string, error) {
	leave, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	sum := argon2.IDKey([]byte(password), salt, costNow.time, costNow.memory, costNow.lanes, hashLen)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, costNow.memory, costNow.time, costNow.lanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// check tells whether the password is the one of a PHC string, and whether the
// string should be made anew. Without a string it takes as long and says no.
func (h *hasher) check(ctx context.Context, phc, password string) (ok, stale bool, err error) {
	c, salt, sum, known := parsePHC(phc)
	if !known {
		c, salt, sum = costNow, make([]byte, saltLen), make([]byte, hashLen)
	}
	leave, err := h.turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	got := argon2.IDKey([]byte(password), salt, c.time, c.memory, c.lanes, uint32(len(sum)))
	same := subtle.ConstantTimeCompare(got, sum) == 1
	return same && known, c != costNow, nil
}

// parsePHC reads a PHC string of argon2id within bounds that we would ever set.
func parsePHC(phc string) (c cost, salt, sum []byte, ok bool) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost{}, nil, nil, false
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.lanes); n != 3 || err != nil {
		return cost{}, nil, nil, false
	}
	var err1, err2 error
	salt, err1 = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	sum, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	sane := c.memory >= 8 && c.memory <= 256*1024 && c.time >= 1 && c.time <= 16 && c.lanes >= 1 && c.lanes <= 16 &&
		len(salt) >= 8 && len(salt) <= 64 && len(sum) >= 16 && len(sum) <= 64
	return c, salt, sum, err1 == nil && err2 == nil && sane
}
