package sqlstore

import (
	"context"
	"math"
	"sync"

	"tocsin/escalation"
	"tocsin/record"
)

// scan is how far this process has looked for cases whose lines are stale. At
// first it looks at all cases of the record, a stretch at a time; once it has
// been through all of them it looks only at those that got a record since.
type scan struct {
	mu     sync.Mutex
	basis  [32]byte
	whole  bool   // all cases were looked at under this basis
	after  string // the last handle of the stretch before
	since  int64  // place from which on the log is looked at; while not whole, where it was when the look began
	begun  bool
	missed bool // something was stale in this round: another round follows
}

// stretch is how many cases are looked at with one statement.
const stretchOfCases = 2048

// again makes the next look begin from the beginning.
func (c *scan) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole, c.begun = false, false
}

// projected is what the record and the projection say of one case.
type projected struct {
	handle          string
	version, filled int64
	basis           []byte
}

func scanProjected(r Rows) (p projected, err error) {
	err = r.Scan(&p.handle, &p.version, &p.filled, &p.basis)
	return p, err
}

func (p projected) stale(basis [32]byte) bool {
	return p.filled < p.version || string(p.basis) != string(basis[:])
}

// Stale implements escalation.Store.
func (s *Store) Stale(ctx context.Context, basis [32]byte, now int64, limit int) (handles []string, err error) {
	s.scan.mu.Lock()
	defer s.scan.mu.Unlock()
	err = s.transact(ctx, Reading, func(t *tx) error {
		due, err := all(ctx, t, readingLines, changesDue, func(r Rows) (h string, err error) {
			err = r.Scan(&h)
			return h, err
		}, min(now, escalation.NoDue-1), limit)
		if err != nil {
			return err
		}
		handles = due
		return s.scan.look(ctx, t, basis, func(h string) bool {
			if len(handles) < limit {
				handles = append(handles, h)
				return true
			}
			return false
		})
	})
	if err != nil {
		return nil, err
	}
	return distinct(handles), nil
}

func distinct(list []string) []string {
	seen := make(map[string]bool, len(list))
	out := list[:0]
	for _, h := range list {
		if !seen[h] {
			out = append(out, h)
		}
		seen[h] = true
	}
	return out
}

// look calls take with what is stale until it says no.
func (c *scan) look(ctx context.Context, t *tx, basis [32]byte, take func(string) bool) error {
	if c.basis != basis {
		c.basis, c.whole, c.begun = basis, false, false
	}
	end, err := one(ctx, t, readingLines, "", eventsEnd, func(r Rows) (n int64, err error) {
		err = r.Scan(&n)
		return n, err
	})
	if err != nil {
		return err
	}
	if c.whole {
		return c.lookSince(ctx, t, end, take)
	}
	if !c.begun {
		c.begun, c.missed, c.after, c.since = true, false, "", end+1
	}
	for {
		list, err := all(ctx, t, readingLines, staleStretch, scanProjected, c.after, record.LogHandle, stretchOfCases)
		if err != nil {
			return err
		}
		for _, p := range list {
			if p.stale(basis) {
				c.missed = true
				if !take(p.handle) {
					return nil // and goes on behind the last one that was taken
				}
			}
			c.after = p.handle
		}
		if len(list) < stretchOfCases {
			c.begun = false
			c.whole = !c.missed
			return nil
		}
	}
}

// lookSince looks at the cases that got a record; when none of them is stale any
// more, it need not look at them again.
func (c *scan) lookSince(ctx context.Context, t *tx, end int64, take func(string) bool) error {
	if c.since > end {
		return nil
	}
	list, err := all(ctx, t, readingLines, staleSince, scanProjected, c.since, record.LogHandle)
	if err != nil {
		return err
	}
	clear := true
	for _, p := range list {
		if p.stale(c.basis) {
			clear = false
			if !take(p.handle) {
				break
			}
		}
	}
	if clear {
		c.since = min(end, math.MaxInt64-1) + 1
	}
	return nil
}
