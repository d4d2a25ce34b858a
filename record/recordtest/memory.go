// Package recordtest has a store in memory for the tests of whatever keeps
// records, and the small things that a keeper needs beside a store: wrapping
// keys, a list of erasures, a clock.
//
// It promises what a real store promises (storetest holds it to that): one
// writer at a time, snapshots, all of a transaction or nothing of it. It can be
// told to fail at any operation and to lose the answer of a commit. It is never
// part of the program.
package recordtest

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

type at struct {
	epoch int
	index int64
}

type nodeAt struct {
	epoch, level int
	n            int64
}

// tables are what a snapshot sees. They are copied before they are changed.
type tables struct {
	heads       map[int]ledger.Head
	epochs      []ledger.Epoch
	leaves      map[at]receipt.Entry
	nodes       map[nodeAt]tlog.Hash
	checkpoints map[int64]ledger.Signed
	rows        map[at]record.Row
	taken       map[string]map[int64]at // handle, seq
	views       map[string]record.View
	keys        map[string]record.Key
	requests    map[[32]byte]record.Request
	forgotten   map[string]int64 // what ForgetLines was told
}

func (t *tables) clone() *tables {
	taken := make(map[string]map[int64]at, len(t.taken))
	for h, m := range t.taken {
		taken[h] = maps.Clone(m)
	}
	return &tables{heads: maps.Clone(t.heads), epochs: slices.Clone(t.epochs), leaves: maps.Clone(t.leaves), nodes: maps.Clone(t.nodes),
		checkpoints: maps.Clone(t.checkpoints), rows: maps.Clone(t.rows), taken: taken, views: maps.Clone(t.views), keys: maps.Clone(t.keys),
		requests: maps.Clone(t.requests), forgotten: maps.Clone(t.forgotten)}
}

// Store is a record.Store in memory. Its faults are set before it is used.
type Store struct {
	lock chan struct{} // the log's lock; one token

	mu      sync.Mutex
	t       *tables
	closed  bool
	ops     int
	Commits int // how many transactions were committed
	Scrubs  int

	// Before is called with the number of the operation, from 1; an error of it
	// is the operation's.
	Before func(op int) error
	// Commit is called when a transaction is about to be committed. stands tells
	// whether it is; err is what the caller is told. nil: all is well.
	Commit func(n int) (stands bool, err error)
}

// New makes an empty store.
func New() *Store {
	return &Store{lock: make(chan struct{}, 1), t: &tables{heads: map[int]ledger.Head{}, leaves: map[at]receipt.Entry{}, nodes: map[nodeAt]tlog.Hash{},
		checkpoints: map[int64]ledger.Signed{}, rows: map[at]record.Row{}, taken: map[string]map[int64]at{}, views: map[string]record.View{},
		keys: map[string]record.Key{}, requests: map[[32]byte]record.Request{},
		forgotten: map[string]int64{}}}
}

// Copy gives another store with the same contents, such as a backup of files.
func (s *Store) Copy() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Store{lock: make(chan struct{}, 1), t: s.t.clone()}
}

// Forgotten gives the cases whose lines were forgotten, and at which version.
func (s *Store) Forgotten() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.t.forgotten)
}

// Tamper changes a row behind everybody's back.
func (s *Store) Tamper(epoch int, index int64, change func(r *record.Row, e *receipt.Entry)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t = s.t.clone()
	p := at{epoch, index}
	r, e := s.t.rows[p], s.t.leaves[p]
	r.Sealed = bytes.Clone(r.Sealed)
	change(&r, &e)
	s.t.rows[p], s.t.leaves[p] = r, e
}

// DropRow takes a row away behind everybody's back.
func (s *Store) DropRow(epoch int, index int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t = s.t.clone()
	delete(s.t.rows, at{epoch, index})
}

// TamperView changes a projection behind everybody's back.
func (s *Store) TamperView(handle string, change func(v *record.View)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t = s.t.clone()
	v := s.t.views[handle]
	v.Sealed = bytes.Clone(v.Sealed)
	change(&v)
	s.t.views[handle] = v
}

// TamperCheckpoint changes a checkpoint behind everybody's back.
func (s *Store) TamperCheckpoint(seq int64, change func(c *ledger.Signed)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t = s.t.clone()
	c := s.t.checkpoints[seq]
	change(&c)
	s.t.checkpoints[seq] = c
}

// Bytes is everything that a thief of the database would see.
func (s *Store) Bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b []byte
	for _, r := range s.t.rows {
		b = append(append(b, r.Handle...), r.Sealed...)
	}
	for _, v := range s.t.views {
		b = append(append(b, v.Lookup[:]...), v.Sealed...)
	}
	for _, k := range s.t.keys {
		b = append(b, k.Wrapped...)
	}
	for _, r := range s.t.requests {
		b = append(append(b, r.Key[:]...), r.Digest[:]...)
	}
	return b
}

// Update runs fn in a transaction that holds the lock.
func (s *Store) Update(ctx context.Context, fn func(record.Tx) error) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	select {
	case s.lock <- struct{}{}:
		defer func() { <-s.lock }()
	case <-ctx.Done():
		return gone(ctx)
	}
	s.mu.Lock()
	x := &tx{reader: reader{s: s, t: s.t.clone()}}
	s.mu.Unlock()
	defer func() { x.ended = true }()
	if err := x.op(ctx); err != nil {
		return err
	}
	if err := fn(x); err != nil {
		return err
	}
	if x.doomed != nil {
		return x.doomed
	}
	if ctx.Err() != nil {
		return gone(ctx)
	}
	stands, err := true, error(nil)
	s.mu.Lock()
	n := s.Commits + 1
	s.mu.Unlock()
	if s.Commit != nil {
		stands, err = s.Commit(n)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Commits = n
	if stands {
		s.t = x.t
	}
	return err
}

// View runs fn on a snapshot.
func (s *Store) View(ctx context.Context, fn func(record.Reader) error) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	r := &reader{s: s, t: s.t}
	s.mu.Unlock()
	defer func() { r.ended = true }()
	return fn(r)
}

// UpdateLog is Update for the ledger.
func (s *Store) UpdateLog(ctx context.Context, fn func(ledger.Writer) error) error {
	return s.Update(ctx, func(t record.Tx) error { return fn(t) })
}

// ViewLog is View for the ledger.
func (s *Store) ViewLog(ctx context.Context, fn func(ledger.Reader) error) error {
	return s.View(ctx, func(r record.Reader) error { return fn(r) })
}

// Scrub counts.
func (s *Store) Scrub(ctx context.Context) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Scrubs++
	return nil
}

// Close ends the store; again changes nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

func (s *Store) open(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fault.New(fault.Unavailable, "the database is closed")
	}
	if ctx.Err() != nil {
		return gone(ctx)
	}
	return nil
}

// gone says that the caller gave up, in a sentence and as its cause.
func gone(ctx context.Context) error {
	return errors.Join(fault.New(fault.Unavailable, "the operation was cancelled"), ctx.Err())
}
