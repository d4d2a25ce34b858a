package ledgertest

import (
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
}

// Water implements ledger.Guard.
func (g *Guard) Water() (ledger.Water, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Fail == nil && g.water.Epoch == 0 {
		return ledger.Water{}, fault.New(fault.NotFound, "there is no mark yet")
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
