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
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"unicode/utf8"

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
}

func (t *tables) clone() *tables {
	taken := make(map[string]map[int64]at, len(t.taken))
	for h, m := range t.taken {
		taken[h] = maps.Clone(m)
	}
	return &tables{heads: maps.Clone(t.heads), epochs: slices.Clone(t.epochs), leaves: maps.Clone(t.leaves), nodes: maps.Clone(t.nodes),
		checkpoints: maps.Clone(t.checkpoints), rows: maps.Clone(t.rows), taken: taken, views: maps.Clone(t.views), keys: maps.Clone(t.keys),
		requests: maps.Clone(t.requests)}
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
		keys: map[string]record.Key{}, requests: map[[32]byte]record.Request{}}}
}

// Copy gives another store with the same contents, such as a backup of files.
func (s *Store) Copy() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Store{lock: make(chan struct{}, 1), t: s.t.clone()}
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

type reader struct {
	s     *Store
	t     *tables
	ended bool
}

// op counts an operation and fails it if it is to fail.
func (r *reader) op(ctx context.Context) error {
	if r.ended {
		return fault.New(fault.Internal, "the transaction has ended")
	}
	if ctx.Err() != nil {
		return gone(ctx)
	}
	r.s.mu.Lock()
	r.s.ops++
	n := r.s.ops
	r.s.mu.Unlock()
	if r.s.Before != nil {
		return r.s.Before(n)
	}
	return nil
}

func none(what string) error { return fault.New(fault.NotFound, "there is no such %s", what) }

func isText(s string) error {
	if !utf8.ValidString(s) || bytes.IndexByte([]byte(s), 0) >= 0 {
		return fault.New(fault.Invalid, "a name is no text")
	}
	return nil
}

func (r *reader) Head(ctx context.Context) (ledger.Head, error) {
	if err := r.op(ctx); err != nil {
		return ledger.Head{}, err
	}
	newest := 0
	for n := range r.t.heads {
		newest = max(newest, n)
	}
	for _, e := range r.t.epochs {
		newest = max(newest, e.N)
	}
	h, ok := r.t.heads[newest]
	if newest == 0 {
		return ledger.Head{}, none("log: it has no epoch")
	}
	if !ok {
		return ledger.Head{Epoch: newest}, nil
	}
	h.Frontier = slices.Clone(h.Frontier)
	return h, nil
}

func (r *reader) Entries(ctx context.Context, epoch int, from, to int64) ([]receipt.Entry, error) {
	if err := r.op(ctx); err != nil {
		return nil, err
	}
	if from < 0 || to < from {
		return nil, fault.New(fault.Invalid, "no range goes from %d to %d", from, to)
	}
	var out []receipt.Entry
	for i := from; i < to; i++ {
		e, ok := r.t.leaves[at{epoch, i}]
		if !ok {
			if i < r.t.heads[epoch].Size {
				return nil, fault.New(fault.Internal, "leaf %d of epoch %d is missing: the database is damaged", i, epoch)
			}
			return nil, none("leaf")
		}
		out = append(out, e)
	}
	return out, nil
}

func (r *reader) Nodes(ctx context.Context, epoch, level int, from, to int64) ([]tlog.Hash, error) {
	if err := r.op(ctx); err != nil {
		return nil, err
	}
	if from < 0 || to < from || level < 1 {
		return nil, fault.New(fault.Invalid, "no range goes from %d to %d on level %d", from, to, level)
	}
	var out []tlog.Hash
	for i := from; i < to; i++ {
		h, ok := r.t.nodes[nodeAt{epoch, level, i}]
		if !ok {
			if i < r.t.heads[epoch].Size>>(8*level) {
				return nil, fault.New(fault.Internal, "node %d/%d of epoch %d is missing: the database is damaged", level, i, epoch)
			}
			return nil, none("node")
		}
		out = append(out, h)
	}
	return out, nil
}

func (r *reader) Epochs(ctx context.Context) ([]ledger.Epoch, error) {
	if err := r.op(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(r.t.epochs), nil
}

func (r *reader) sortedCheckpoints() []ledger.Signed {
	return slices.SortedFunc(maps.Values(r.t.checkpoints), func(a, b ledger.Signed) int { return cmp.Compare(a.Seq, b.Seq) })
}

func (r *reader) LastCheckpoint(ctx context.Context, state ledger.State) (ledger.Signed, error) {
	if err := r.op(ctx); err != nil {
		return ledger.Signed{}, err
	}
	for _, c := range slices.Backward(r.sortedCheckpoints()) {
		if state == "" || c.State == state {
			return c, nil
		}
	}
	return ledger.Signed{}, none("checkpoint")
}

// CheckpointOver: the earliest with an outside time; else the newest.
func (r *reader) CheckpointOver(ctx context.Context, epoch int, index int64) (ledger.Signed, error) {
	if err := r.op(ctx); err != nil {
		return ledger.Signed{}, err
	}
	var last ledger.Signed
	for _, c := range r.sortedCheckpoints() {
		if c.State == ledger.Published && c.Epoch == epoch && c.Size > index {
			if c.Timed {
				return c, nil
			}
			last = c
		}
	}
	if last.Seq == 0 {
		return last, none("checkpoint")
	}
	return last, nil
}

func (r *reader) EachCheckpoint(ctx context.Context, fn func(ledger.Signed) error) error {
	return each(ctx, r, r.sortedCheckpoints(), fn)
}

func each[T any](ctx context.Context, r *reader, list []T, fn func(T) error) error {
	if err := r.op(ctx); err != nil {
		return err
	}
	for _, v := range list {
		if err := fn(v); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) CaseRows(ctx context.Context, handle string, afterSeq int64) ([]record.Row, error) {
	if err := r.op(ctx); err != nil {
		return nil, err
	}
	if err := isText(handle); err != nil {
		return nil, err
	}
	var out []record.Row
	for _, seq := range slices.Sorted(maps.Keys(r.t.taken[handle])) {
		if seq > afterSeq {
			if row, ok := r.t.rows[r.t.taken[handle][seq]]; ok {
				out = append(out, row)
			}
		}
	}
	return out, nil
}

func (r *reader) RowAt(ctx context.Context, epoch int, index int64) (record.Row, error) {
	if err := r.op(ctx); err != nil {
		return record.Row{}, err
	}
	row, ok := r.t.rows[at{epoch, index}]
	if !ok {
		return row, none("record")
	}
	return row, nil
}

func (r *reader) EachRow(ctx context.Context, epoch int, from int64, fn func(record.Row) error) error {
	list := slices.SortedFunc(maps.Values(r.t.rows), func(a, b record.Row) int {
		return cmp.Or(cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Index, b.Index))
	})
	return each(ctx, r, slices.DeleteFunc(list, func(w record.Row) bool {
		return w.Epoch < epoch || w.Epoch == epoch && w.Index < from
	}), fn)
}

func (r *reader) ViewOf(ctx context.Context, handle string) (record.View, error) {
	if err := r.op(ctx); err != nil {
		return record.View{}, err
	}
	if err := isText(handle); err != nil {
		return record.View{}, err
	}
	v, ok := r.t.views[handle]
	if !ok {
		return v, none("case")
	}
	return v, nil
}

func (r *reader) ViewByLookup(ctx context.Context, lookup [32]byte) (record.View, error) {
	if err := r.op(ctx); err != nil {
		return record.View{}, err
	}
	for _, v := range r.t.views {
		if v.Lookup == lookup {
			return v, nil
		}
	}
	return record.View{}, none("case")
}

func (r *reader) EachView(ctx context.Context, fn func(record.View) error) error {
	return each(ctx, r, slices.SortedFunc(maps.Values(r.t.views), func(a, b record.View) int { return cmp.Compare(a.Handle, b.Handle) }), fn)
}

func (r *reader) KeyOf(ctx context.Context, handle string) (record.Key, error) {
	if err := r.op(ctx); err != nil {
		return record.Key{}, err
	}
	k, ok := r.t.keys[handle]
	if !ok {
		return k, none("key")
	}
	return k, nil
}

func (r *reader) EachKey(ctx context.Context, fn func(record.Key) error) error {
	return each(ctx, r, slices.SortedFunc(maps.Values(r.t.keys), func(a, b record.Key) int { return cmp.Compare(a.Handle, b.Handle) }), fn)
}

func (r *reader) RequestBy(ctx context.Context, key [32]byte) (record.Request, error) {
	if err := r.op(ctx); err != nil {
		return record.Request{}, err
	}
	q, ok := r.t.requests[key]
	if !ok {
		return q, none("request")
	}
	return q, nil
}

func (r *reader) EachRequest(ctx context.Context, fn func(record.Request) error) error {
	return each(ctx, r, slices.SortedFunc(maps.Values(r.t.requests), func(a, b record.Request) int { return bytes.Compare(a.Key[:], b.Key[:]) }), fn)
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
