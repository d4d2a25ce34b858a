package recordtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
)

// Wraps are wrapping keys in memory.
type Wraps struct {
	mu   sync.Mutex
	gen  int
	keys map[int][32]byte
	// Before is called with the name of the method; an error of it is the method's.
	Before func(method string) error
}

// NewWraps makes the first generation.
func NewWraps() *Wraps { return &Wraps{gen: 1, keys: map[int][32]byte{1: wrapKey(1)}} }

func wrapKey(gen int) [32]byte { return sha256.Sum256(fmt.Append(nil, "wrapping key ", gen)) }

func (w *Wraps) before(method string) error {
	if w.Before != nil {
		return w.Before(method)
	}
	return nil
}

// Current gives the newest generation.
func (w *Wraps) Current() (int, [32]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gen, w.keys[w.gen], w.before("Current")
}

// Generation gives one that was not destroyed.
func (w *Wraps) Generation(n int) ([32]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.before("Generation"); err != nil {
		return [32]byte{}, err
	}
	k, ok := w.keys[n]
	if !ok {
		return k, fault.New(fault.NotFound, "generation %d was destroyed", n)
	}
	return k, nil
}

// Rotate makes the next generation.
func (w *Wraps) Rotate() (int, [32]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.before("Rotate"); err != nil {
		return 0, [32]byte{}, err
	}
	w.gen++
	w.keys[w.gen] = wrapKey(w.gen)
	return w.gen, w.keys[w.gen], nil
}

// Destroy destroys n and all before it.
func (w *Wraps) Destroy(n int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.before("Destroy"); err != nil {
		return err
	}
	if n >= w.gen {
		return fault.New(fault.Invalid, "generation %d is in use", n)
	}
	for g := range w.keys {
		if g <= n {
			delete(w.keys, g)
		}
	}
	return nil
}

// Generations tells how many are there.
func (w *Wraps) Generations() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.keys)
}

// Copy makes wrapping keys that go on by themselves.
func (w *Wraps) Copy() *Wraps {
	w.mu.Lock()
	defer w.mu.Unlock()
	return &Wraps{gen: w.gen, keys: maps.Clone(w.keys)}
}

// Erasures is a list of erasures in memory.
type Erasures struct {
	mu    sync.Mutex
	lines []record.Erased
	// Before as in Wraps.
	Before func(method string) error
}

// Append adds lines.
func (e *Erasures) Append(lines ...record.Erased) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.Before != nil {
		if err := e.Before("Append"); err != nil {
			return err
		}
	}
	e.lines = append(e.lines, lines...)
	return nil
}

// Each reads them in order.
func (e *Erasures) Each(fn func(record.Erased) error) error {
	e.mu.Lock()
	lines := e.lines
	e.mu.Unlock()
	for _, l := range lines {
		if err := fn(l); err != nil {
			return err
		}
	}
	return nil
}

// Clock is a wall clock and a clock that only goes forward, both set by the test.
type Clock struct {
	mu      sync.Mutex
	wall    time.Time
	elapsed time.Duration
}

// NewClock starts at a time.
func NewClock(at time.Time) *Clock { return &Clock{wall: at} }

// Now is the wall clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall
}

// Elapsed only goes forward.
func (c *Clock) Elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.elapsed
}

// Pass lets time pass on both clocks.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall, c.elapsed = c.wall.Add(d), c.elapsed+d
}

// Jump moves the wall clock alone.
func (c *Clock) Jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = c.wall.Add(d)
}

// OpenLog puts an empty epoch 1 into a store.
func OpenLog(ctx context.Context, s record.Store, at time.Time) error {
	return s.Update(ctx, func(t record.Tx) error {
		if err := t.PutEpoch(ctx, ledger.Epoch{N: 1, Origin: "log.example/ledger/1", Opened: at}); err != nil {
			return err
		}
		return t.PutHead(ctx, ledger.Head{Epoch: 1, Frontier: []tlog.Hash{}})
	})
}
