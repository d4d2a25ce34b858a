package ledgertest

import (
	"crypto/sha256"
	"sync"

	"tocsin/internal/fault"
	"tocsin/ledger"
)

// Guard is a ledger.Guard in memory. It survives a Store that loses what it
// knew, as the files beside a database do. The zero value is an empty one.
type Guard struct {
	mu     sync.Mutex
	water  ledger.Water
	reason string
	Ended  []string // how divergences ended
	Fail   error    // when set, what every method returns
	// Deaf makes one that only knows that a log was begun: it takes every mark,
	// and finds nothing. It is the control of tests that rest on a guard.
	Deaf bool
}

// Begun makes a guard that saw the first epoch begin, and nothing signed.
func Begun(origin string) *Guard {
	// The root of no leaves is the hash of nothing (RFC 6962, section 2.1).
	return &Guard{water: ledger.Water{Epoch: 1, Origin: origin, Root: sha256.Sum256(nil)}}
}

// Copy makes one that knows the same.
func (g *Guard) Copy() *Guard {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &Guard{water: g.water, reason: g.reason, Deaf: g.Deaf}
}

// Water implements ledger.Guard.
func (g *Guard) Water() (ledger.Water, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Fail == nil && g.water.Epoch == 0 {
		return ledger.Water{}, fault.New(fault.NotFound, "there is no mark yet")
	}
	if g.Deaf {
		return ledger.Water{Epoch: g.water.Epoch, Origin: g.water.Origin}, g.Fail
	}
	return g.water, g.Fail
}

// Raise implements ledger.Guard.
func (g *Guard) Raise(w ledger.Water) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	old := g.water
	switch {
	case g.Fail != nil:
		return g.Fail
	case g.Deaf:
	case w.Epoch < old.Epoch, w.Epoch == old.Epoch && w.Size < old.Size,
		w.Epoch == old.Epoch && w.Size == old.Size && w.Root != old.Root:
		return fault.New(fault.Conflict, "the mark would go down, from %d/%d to %d/%d", old.Epoch, old.Size, w.Epoch, w.Size)
	}
	g.water = w
	return nil
}

// Set puts the mark anywhere, as a copied machine does.
func (g *Guard) Set(w ledger.Water) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.water = w
}

// Diverged implements ledger.Guard.
func (g *Guard) Diverged() (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Deaf {
		return "", g.Fail
	}
	return g.reason, g.Fail
}

// Diverge implements ledger.Guard.
func (g *Guard) Diverge(reason string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Fail == nil && g.reason == "" {
		g.reason = reason
	}
	return g.Fail
}

// Clear implements ledger.Guard.
func (g *Guard) Clear(how string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Fail == nil {
		g.Ended = append(g.Ended, how)
		g.reason = ""
	}
	return g.Fail
}
