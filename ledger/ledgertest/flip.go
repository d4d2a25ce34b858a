package ledgertest

import (
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/ledger"
	"tocsin/receipt"
)

// Rows are the tables of a store, to be tampered with.
type Rows struct {
	Epochs []ledger.Epoch
	Heads  []ledger.Head
	Leaves map[int][]receipt.Entry
	Signed []ledger.Signed
	nodes  map[level][]tlog.Hash
}

// Nodes are those of one level of an epoch; writing to them writes to the store.
func (r *Rows) Nodes(epoch, l int) []tlog.Hash { return r.nodes[level{epoch, l}] }

// DropNodes removes them.
func (r *Rows) DropNodes(epoch, l int) { delete(r.nodes, level{epoch, l}) }

// Bit is one stored bit, to be flipped.
type Bit struct {
	Kind string // leaf, node, frontier, size, root or note
	flip func(*state)
}

// Bits lists every bit of the rows of leaf, node, head and checkpoint.
func (s *Store) Bits() []Bit {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var out []Bit
	add := func(kind string, n int, at func(*state) []byte) {
		for bit := range n * 8 {
			out = append(out, Bit{kind, func(st *state) { at(st)[bit/8] ^= 1 << (bit % 8) }})
		}
	}
	for epoch, leaves := range now.leaves {
		for i := range leaves {
			add("leaf", len(leaves[i]), func(st *state) []byte { return st.leaves[epoch][i][:] })
		}
	}
	for l, nodes := range now.nodes {
		for i := range nodes {
			add("node", tlog.HashSize, func(st *state) []byte { return st.nodes[l][i][:] })
		}
	}
	last := len(now.heads) - 1
	for i := range now.heads[last].Frontier {
		add("frontier", tlog.HashSize, func(st *state) []byte { return st.heads[last].Frontier[i][:] })
	}
	for bit := range 63 {
		out = append(out, Bit{"size", func(st *state) { st.heads[last].Size ^= 1 << bit }})
	}
	for i := range now.signed {
		add("root", tlog.HashSize, func(st *state) []byte { return st.signed[i].Root[:] })
		add("note", len(now.signed[i].Note), func(st *state) []byte { return st.signed[i].Note })
	}
	return out
}

// Flip gives a copy of the store in which one bit is other than it was written.
func (s *Store) Flip(b Bit) *Store {
	c := s.Clone()
	b.flip(c.now())
	return c
}

// Tamper changes the newest state by hand.
func (s *Store) Tamper(fn func(*Rows)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.now().deep()
	r := Rows{Epochs: st.epochs, Heads: st.heads, Leaves: st.leaves, Signed: st.signed, nodes: st.nodes}
	fn(&r)
	st.epochs, st.heads, st.signed = r.Epochs, r.Heads, r.Signed
	s.history[len(s.history)-1] = st
}
