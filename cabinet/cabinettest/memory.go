// Package cabinettest lends a cabinet in memory to the tests of others.
//
// Memory is a cabinet.Store under the rules of the real ones, held to them by
// the same suite (store/storetest). It promises their answers and their
// conflicts. It never keeps anything beyond the test and never serves a program.
package cabinettest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// New gives an empty cabinet over a memory of its own.
func New() *cabinet.Cabinet { return Over(NewMemory()) }

// Over gives a cabinet over a store, always with the same data key.
func Over(s cabinet.Store) *cabinet.Cabinet {
	var key [32]byte
	copy(key[:], "a data key for tests, of 32 bytes")
	return cabinet.New(s, cabinet.Options{Key: key})
}

// Memory is a cabinet.Store. It is safe for many goroutines.
type Memory struct {
	mu       sync.Mutex
	rows     map[[2]string]cabinet.Row
	editions map[string]int64
	calls    int
	fail     error
}

var _ cabinet.Store = (*Memory)(nil)

// NewMemory gives an empty store.
func NewMemory() *Memory {
	return &Memory{rows: map[[2]string]cabinet.Row{}, editions: map[string]int64{}}
}

// Fail makes every call fail with err from now on; nil ends it.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// Calls counts the calls since the store was made: each is one round trip,
// CabinetChange a few.
func (m *Memory) Calls() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls
}

// begin locks the store; whoever gave up is refused, as a database does.
func (m *Memory) begin(ctx context.Context) (func(), error) {
	m.mu.Lock()
	m.calls++
	switch {
	case m.fail != nil:
		defer m.mu.Unlock()
		return nil, m.fail
	case ctx.Err() != nil:
		defer m.mu.Unlock()
		return nil, fault.New(fault.Unavailable, "using the cabinet: the caller gave up before it was done")
	}
	return m.mu.Unlock, nil
}

// CabinetGet implements cabinet.Store.
func (m *Memory) CabinetGet(ctx context.Context, kind, id string) (cabinet.Row, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return cabinet.Row{}, err
	}
	defer end()
	r, ok := m.rows[[2]string{kind, id}]
	if !ok {
		return cabinet.Row{}, fault.New(fault.NotFound, "there is no such document")
	}
	return bare(r), nil
}

// bare leaves out what a read does not fill, and shares no bytes.
func bare(r cabinet.Row) cabinet.Row {
	return cabinet.Row{Kind: r.Kind, ID: r.ID, Version: r.Version, Sealed: bytes.Clone(r.Sealed)}
}

// CabinetFind implements cabinet.Store.
func (m *Memory) CabinetFind(ctx context.Context, kind string, key *[32]byte, after string, limit int) ([]cabinet.Row, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	var out []cabinet.Row
	for _, r := range m.rows {
		if r.Kind == kind && r.ID > after && (key == nil || slices.Contains(r.Keys, *key)) {
			out = append(out, bare(r))
		}
	}
	slices.SortFunc(out, func(a, b cabinet.Row) int { return strings.Compare(a.ID, b.ID) })
	return out[:min(len(out), max(limit, 0))], nil
}

// CabinetChange implements cabinet.Store.
func (m *Memory) CabinetChange(ctx context.Context, c cabinet.Change) error {
	end, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	touched := map[string]bool{}
	gone := map[[2]string]bool{}
	for _, r := range slices.Concat(c.Put, c.Drop) {
		if !utf8.ValidString(r.Kind+r.ID) || strings.ContainsRune(r.Kind+r.ID, 0) {
			return fault.New(fault.Invalid, "a kind or an id that cannot be kept")
		}
	}
	for _, r := range c.Drop {
		at := [2]string{r.Kind, r.ID}
		if r.Version != 0 && m.rows[at].Version != r.Version {
			return changed(r)
		}
		touched[r.Kind], gone[at] = true, true
	}
	for _, r := range c.Put {
		at := [2]string{r.Kind, r.ID}
		if m.rows[at].Version != r.Version-1 {
			return changed(r)
		}
		touched[r.Kind], gone[at] = true, true
	}
	taken := map[string]map[[32]byte]bool{}
	take := func(r cabinet.Row) error {
		if taken[r.Kind] == nil {
			taken[r.Kind] = map[[32]byte]bool{}
		}
		for _, k := range r.Unique {
			if taken[r.Kind][k] {
				return fault.New(fault.Conflict, "a key of a document of kind %s is taken", r.Kind)
			}
			taken[r.Kind][k] = true
		}
		return nil
	}
	for at, r := range m.rows {
		if touched[r.Kind] && !gone[at] {
			if err := take(r); err != nil {
				return err
			}
		}
	}
	for _, r := range c.Put {
		if err := take(r); err != nil {
			return err
		}
	}
	for _, r := range c.Drop {
		delete(m.rows, [2]string{r.Kind, r.ID})
	}
	for _, r := range c.Put {
		r.Sealed = bytes.Clone(r.Sealed)
		r.Keys, r.Unique = slices.Clone(r.Keys), slices.Clone(r.Unique)
		m.rows[[2]string{r.Kind, r.ID}] = r
	}
	for kind := range touched {
		m.editions[kind]++
	}
	return nil
}

func changed(r cabinet.Row) error {
	return fault.New(fault.Conflict, "a document of kind %s was changed meanwhile: read it again", r.Kind)
}

// CabinetEdition implements cabinet.Store.
func (m *Memory) CabinetEdition(ctx context.Context, kind string) (int64, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer end()
	return m.editions[kind], nil
}
