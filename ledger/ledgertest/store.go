// Package ledgertest is a log in memory that fails on demand, for tests.
//
// It promises what ledger.Store promises, and can be made to break it: fail at
// the n-th operation, lose the answer of a commit, lose the last transactions,
// flip any bit. It also has the guard that lives outside the store, and
// witnesses that follow the protocol. It never writes to a disk, asks the clock
// or reaches a network.
package ledgertest

import (
	"context"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// ErrInjected is what an operation fails with that was told to fail.
var ErrInjected = fault.New(fault.Unavailable, "injected fault")

// Store is a ledger.Store in memory. The zero value is not usable; see New.
type Store struct {
	write sync.Mutex // the log's lock

	mu      sync.Mutex
	history []*state // the committed states, oldest first
	failAt  int      // operations until one fails; 0: none does
	answer  Answer
}

// Answer is what becomes of the next commit.
type Answer int

// A commit that is lost gives ledger.Uncertain: it stands, or it does not.
const (
	Given         Answer = iota // as it should be
	LostStanding                // the commit stands, and nobody is told
	LostUndone                  // it does not stand, and nobody is told
	RefusedUndone               // it fails, and says so
)

// state is one committed state. Slices are shared between states: what is
// committed is never written again, only appended to.
type state struct {
	epochs []ledger.Epoch
	heads  []ledger.Head
	leaves map[int][]receipt.Entry
	nodes  map[level][]tlog.Hash
	signed []ledger.Signed
}

type level struct{ epoch, level int }

// New gives an empty store.
func New() *Store { return &Store{history: []*state{{}}} }

func (s *state) next() *state {
	n := &state{
		epochs: s.epochs[:len(s.epochs):len(s.epochs)], heads: s.heads[:len(s.heads):len(s.heads)],
		signed: append([]ledger.Signed(nil), s.signed...),
		leaves: map[int][]receipt.Entry{}, nodes: map[level][]tlog.Hash{},
	}
	for k, v := range s.leaves {
		n.leaves[k] = v
	}
	for k, v := range s.nodes {
		n.nodes[k] = v
	}
	return n
}

// Clone copies everything: two databases that go on from the same state.
func (s *Store) Clone() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Store{history: []*state{s.now().deep()}}
}

func (s *state) deep() *state {
	n := s.next()
	n.epochs = append([]ledger.Epoch(nil), s.epochs...)
	n.heads = nil
	for _, h := range s.heads {
		h.Frontier = append([]tlog.Hash(nil), h.Frontier...)
		n.heads = append(n.heads, h)
	}
	for k, v := range s.leaves {
		n.leaves[k] = append([]receipt.Entry(nil), v...)
	}
	for k, v := range s.nodes {
		n.nodes[k] = append([]tlog.Hash(nil), v...)
	}
	for i := range n.signed {
		n.signed[i].Note = append([]byte(nil), n.signed[i].Note...)
	}
	return n
}

// now is the newest state; the caller holds mu.
func (s *Store) now() *state { return s.history[len(s.history)-1] }

// Transactions is how many have committed.
func (s *Store) Transactions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.history) - 1
}

// Lose forgets the last n transactions, as a restored backup does.
func (s *Store) Lose(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = s.history[:max(1, len(s.history)-n)]
	s.history[len(s.history)-1] = s.now().deep() // what was lost is not written over
}

// FailAt makes the n-th operation from now on fail with ErrInjected, commits
// included; 0 ends that. It tells how many operations were left to an earlier
// one: 0 if that has fired.
func (s *Store) FailAt(n int) (left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left, s.failAt = s.failAt, n
	return left
}

// NextCommit says what becomes of the next commit.
func (s *Store) NextCommit(a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = a
}

// op counts an operation.
func (s *Store) op(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failAt > 0 {
		if s.failAt--; s.failAt == 0 {
			return ErrInjected
		}
	}
	return nil
}

// ViewLog implements ledger.Store.
func (s *Store) ViewLog(ctx context.Context, fn func(ledger.Reader) error) error {
	s.mu.Lock()
	now := s.now()
	s.mu.Unlock()
	return fn(&view{s, now})
}

// UpdateLog implements ledger.Store.
func (s *Store) UpdateLog(ctx context.Context, fn func(ledger.Writer) error) error {
	return s.UpdateWith(ctx, fn, nil)
}

// UpdateWith is UpdateLog for a store that keeps more than the log: stands is
// called while the lock is held, if and only if the transaction stands.
func (s *Store) UpdateWith(ctx context.Context, fn func(ledger.Writer) error, stands func()) error {
	s.write.Lock()
	defer s.write.Unlock()
	s.mu.Lock()
	next := s.now().next()
	s.mu.Unlock()
	if err := fn(&tx{view{s, next}}); err != nil {
		return err
	}
	if err := s.op(ctx); err != nil { // the commit is an operation too
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := s.answer
	s.answer = Given
	if answer == Given || answer == LostStanding {
		s.history = append(s.history, next)
		if stands != nil {
			stands()
		}
	}
	switch answer {
	case LostStanding, LostUndone:
		return &ledger.Uncertain{Cause: ErrInjected}
	case RefusedUndone:
		return ErrInjected
	}
	return nil
}

// view reads one state.
type view struct {
	s  *Store
	at *state
}

func (v *view) Head(ctx context.Context) (ledger.Head, error) {
	if err := v.s.op(ctx); err != nil {
		return ledger.Head{}, err
	}
	if len(v.at.heads) == 0 {
		return ledger.Head{}, fault.New(fault.NotFound, "the log has no epoch yet")
	}
	return v.at.heads[len(v.at.heads)-1], nil
}

func (v *view) Entries(ctx context.Context, epoch int, from, to int64) ([]receipt.Entry, error) {
	if err := v.s.op(ctx); err != nil {
		return nil, err
	}
	return cut(v.at.leaves[epoch], from, to, "leaf")
}

func (v *view) Nodes(ctx context.Context, epoch, l int, from, to int64) ([]tlog.Hash, error) {
	if err := v.s.op(ctx); err != nil {
		return nil, err
	}
	return cut(v.at.nodes[level{epoch, l}], from, to, "node")
}

func cut[T any](all []T, from, to int64, what string) ([]T, error) {
	if from < 0 || to < from || to > int64(len(all)) {
		return nil, fault.New(fault.Internal, "%s %d to %d are not all there: %d are", what, from, to, len(all))
	}
	return append([]T(nil), all[from:to]...), nil
}

func (v *view) Epochs(ctx context.Context) ([]ledger.Epoch, error) {
	if err := v.s.op(ctx); err != nil {
		return nil, err
	}
	return append([]ledger.Epoch(nil), v.at.epochs...), nil
}

func (v *view) LastCheckpoint(ctx context.Context, st ledger.State) (ledger.Signed, error) {
	return v.find(ctx, func(s ledger.Signed) bool { return st == "" || s.State == st })
}

func (v *view) CheckpointOver(ctx context.Context, epoch int, index int64) (ledger.Signed, error) {
	over := func(s ledger.Signed) bool { return s.State == ledger.Published && s.Epoch == epoch && s.Size > index }
	for _, s := range v.at.signed {
		if over(s) && s.Timed {
			return s, v.s.op(ctx)
		}
	}
	return v.find(ctx, over)
}

// find gives the newest that fits.
func (v *view) find(ctx context.Context, fits func(ledger.Signed) bool) (ledger.Signed, error) {
	if err := v.s.op(ctx); err != nil {
		return ledger.Signed{}, err
	}
	for i := len(v.at.signed) - 1; i >= 0; i-- {
		if fits(v.at.signed[i]) {
			return v.at.signed[i], nil
		}
	}
	return ledger.Signed{}, fault.New(fault.NotFound, "there is no such checkpoint")
}

func (v *view) EachCheckpoint(ctx context.Context, fn func(ledger.Signed) error) error {
	if err := v.s.op(ctx); err != nil {
		return err
	}
	for _, s := range v.at.signed {
		if err := fn(s); err != nil {
			return err
		}
	}
	return nil
}

// tx writes the next state.
type tx struct{ view }

func (t *tx) PutLeaves(ctx context.Context, epoch int, first int64, entries []receipt.Entry, nodes []ledger.Node) error {
	if err := t.s.op(ctx); err != nil {
		return err
	}
	if have := int64(len(t.at.leaves[epoch])); first != have {
		return fault.New(fault.Conflict, "leaf %d is not the next one, %d is", first, have)
	}
	t.at.leaves[epoch] = append(t.at.leaves[epoch], entries...)
	for _, n := range nodes {
		l := level{epoch, n.Level}
		if have := int64(len(t.at.nodes[l])); n.N != have {
			return fault.New(fault.Conflict, "node %d/%d is not the next one, %d is", n.Level, n.N, have)
		}
		t.at.nodes[l] = append(t.at.nodes[l], n.Hash)
	}
	return nil
}

func (t *tx) PutHead(ctx context.Context, h ledger.Head) error {
	if err := t.s.op(ctx); err != nil {
		return err
	}
	t.at.heads = append(t.at.heads, h)
	return nil
}

func (t *tx) PutEpoch(ctx context.Context, e ledger.Epoch) error {
	if err := t.s.op(ctx); err != nil {
		return err
	}
	for _, old := range t.at.epochs {
		if old.N >= e.N || old.Origin == e.Origin {
			return fault.New(fault.Conflict, "epoch %d is there", e.N)
		}
	}
	t.at.epochs = append(t.at.epochs, e)
	return nil
}

func (t *tx) PutIntent(ctx context.Context, s ledger.Signed) error {
	if err := t.s.op(ctx); err != nil {
		return err
	}
	if s.Seq != int64(len(t.at.signed))+1 {
		return fault.New(fault.Conflict, "checkpoint %d is there, or is not the next one", s.Seq)
	}
	t.at.signed = append(t.at.signed, s)
	return nil
}

func (t *tx) PutPublished(ctx context.Context, s ledger.Signed) error {
	if err := t.s.op(ctx); err != nil {
		return err
	}
	if s.Seq < 1 || s.Seq > int64(len(t.at.signed)) {
		return fault.New(fault.Conflict, "checkpoint %d was never intended", s.Seq)
	}
	was := t.at.signed[s.Seq-1]
	if was.Epoch != s.Epoch || was.Size != s.Size || was.Root != s.Root {
		return fault.New(fault.Conflict, "checkpoint %d was intended otherwise", s.Seq)
	}
	was.State, was.Note, was.Stamps, was.Timed = ledger.Published, s.Note, s.Stamps, s.Timed
	t.at.signed[s.Seq-1] = was
	return nil
}
