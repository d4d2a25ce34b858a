package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"

	"tocsin/internal/fault"
)

// maxCached is how many cases are held in memory.
const maxCached = 128

// cache holds cases by the version and the head that the database gives for
// them, so that it can be forgotten at any time and never answers for more than
// was committed.
type cache struct {
	mu     sync.Mutex
	states map[string]*state
}

func newCache() *cache { return &cache{states: map[string]*state{}} }

func (c *cache) get(v View) *state {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.states[v.Handle]; s != nil && s.version == v.Version && s.head == v.Head {
		return s
	}
	return nil
}

// older gives what was held of a case before, to go on from.
func (c *cache) older(v View) *state {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.states[v.Handle]; s != nil && s.version < v.Version {
		return s
	}
	return nil
}

func (c *cache) put(s *state) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.states[s.handle]; !ok && len(c.states) >= maxCached {
		for handle := range c.states { // any will do
			delete(c.states, handle)
			break
		}
	}
	c.states[s.handle] = s
}

func (c *cache) drop(handle string) {
	c.mu.Lock()
	delete(c.states, handle)
	c.mu.Unlock()
}

// read gives the case as one snapshot holds it, and its look-up. fault.NotFound
// if there is none.
func (k *Keeper) read(ctx context.Context, r Reader, handle string) (*state, [32]byte, error) {
	v, err := r.ViewOf(ctx, handle)
	if err != nil {
		return nil, [32]byte{}, missing(err, handle)
	}
	s, err := k.readView(ctx, r, v)
	return s, v.Lookup, err
}

func missing(err error, handle string) error {
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.NotFound, "no case %q is kept here", handle)
	}
	return err
}

func (k *Keeper) readView(ctx context.Context, r Reader, v View) (*state, error) {
	if s := k.cache.get(v); s != nil {
		return s, nil
	}
	ck, err := k.keyOf(ctx, r, v.Handle)
	if err != nil {
		return nil, err
	}
	if s := k.cache.older(v); s != nil {
		if s, err = k.readOn(ctx, r, ck, s, v); s != nil || err != nil {
			return s, err
		}
	}
	rows, err := r.CaseRows(ctx, v.Handle, 0)
	if err != nil {
		return nil, err
	}
	ops, err := openChain(ck, rows)
	if err != nil {
		return nil, err
	}
	s := newState(v.Handle)
	for _, o := range ops {
		if err := s.add(o); err != nil {
			return nil, err
		}
	}
	if s.version != v.Version || s.head != v.Head {
		return nil, fault.New(fault.Internal, "the projection of case %s is at version %d, its records at %d; run tocsin ledger audit", v.Handle, v.Version, s.version)
	}
	k.cache.put(s)
	return s, nil
}

// readOn reads only what another process has added to a case since it was read
// here. nil, without an error, if that is no way to the view: the records do not
// follow, or what was there before was erased meanwhile.
func (k *Keeper) readOn(ctx context.Context, r Reader, key CaseKey, old *state, v View) (*state, error) {
	rows, err := r.CaseRows(ctx, v.Handle, old.version)
	if err != nil {
		return nil, err
	}
	ops, err := openChain(key, rows)
	if err != nil {
		return nil, err
	}
	s := old.apart()
	for _, o := range ops {
		if o.values().word("entry") == entryErasure || s.add(o) != nil {
			return nil, nil
		}
	}
	if s.version != v.Version || s.head != v.Head {
		return nil, nil
	}
	k.cache.put(s)
	return s, nil
}

// openChain opens the records of a case, and takes the commitment of each but the
// last from the one that follows and names it: both were sealed here, and their
// places with them. An audit, and every receipt, computes them again.
func openChain(key CaseKey, rows []Row) ([]opened, error) {
	ops := make([]opened, len(rows))
	for i, row := range rows {
		var err error
		if ops[i], err = unseal(key, row); err != nil {
			return nil, err
		}
		if i == 0 {
			continue
		}
		prev, err := hex.DecodeString(ops[i].values().word("prev"))
		if err != nil || len(prev) != sha256.Size {
			return nil, fault.New(fault.Internal, "the chain of case %s is broken at epoch %d, index %d: it names no record before it", row.Handle, row.Epoch, row.Index)
		}
		ops[i-1].commitment = [32]byte(prev)
	}
	if n := len(ops); n > 0 {
		ops[n-1].commitment = ops[n-1].rec.Commitment()
	}
	return ops, nil
}

func (k *Keeper) keyOf(ctx context.Context, r Reader, handle string) (CaseKey, error) {
	key, err := r.KeyOf(ctx, handle)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return CaseKey{}, fault.New(fault.Internal, "the key of case %s is missing", handle)
		}
		return CaseKey{}, err
	}
	return k.seal.Unwrap(key)
}

// look runs fn on a snapshot; again on a fresh one if an erasure had destroyed
// the keys of the first meanwhile.
func (k *Keeper) look(ctx context.Context, fn func(Reader) error) error {
	err := k.store.View(ctx, fn)
	var gone *goneError
	if errors.As(err, &gone) {
		err = k.store.View(ctx, fn)
	}
	return err
}
