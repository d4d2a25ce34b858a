package recordtest

import (
	"cmp"
	"context"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// tx is a transaction: a copy that takes the place of what is there.
type tx struct {
	reader
	doomed error // a write that failed ends the transaction, whatever fn makes of it
}

func (x *tx) write(ctx context.Context) error {
	if x.doomed == nil {
		x.doomed = x.op(ctx)
	}
	return x.doomed
}

func (x *tx) doom(err error) error {
	x.doomed = err
	return err
}

func conflict(what string) error { return fault.New(fault.Conflict, "the place of %s is taken", what) }

// What the engines can hold.
const (
	maxIndex = 1 << 40
	maxEpoch = 1<<22 - 1
	maxLevel = 1 << 5
)

func badEpoch(n int) error {
	if n < 1 || n > maxEpoch {
		return fault.New(fault.Invalid, "epoch %d cannot be kept", n)
	}
	return nil
}

func (x *tx) PutLeaves(ctx context.Context, epoch int, first int64, entries []receipt.Entry, nodes []ledger.Node) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	if _, ok := x.t.leaves[at{epoch, first - 1}]; !ok && first > 0 && first < maxIndex && len(entries) > 0 {
		return x.doom(fault.New(fault.Internal, "leaf %d of epoch %d would not follow those that are kept: the database is damaged", first, epoch))
	}
	for i, e := range entries {
		p := at{epoch, first + int64(i)}
		if p.index < 0 || p.index >= maxIndex {
			return x.doom(fault.New(fault.Invalid, "index %d cannot be kept", p.index))
		}
		if _, ok := x.t.leaves[p]; ok {
			return x.doom(conflict("a leaf"))
		}
		x.t.leaves[p] = e
	}
	for _, n := range nodes {
		p := nodeAt{epoch, n.Level, n.N}
		if n.Level < 1 || n.Level > maxLevel || n.N < 0 || n.N >= maxIndex {
			return x.doom(fault.New(fault.Invalid, "node %d/%d cannot be kept", n.Level, n.N))
		}
		if _, ok := x.t.nodes[p]; ok {
			return x.doom(conflict("a node"))
		}
		x.t.nodes[p] = n.Hash
	}
	return nil
}

func (x *tx) PutHead(ctx context.Context, h ledger.Head) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	if err := badEpoch(h.Epoch); err != nil || h.Size < 0 {
		return x.doom(fault.New(fault.Invalid, "the head cannot be kept"))
	}
	if old, ok := x.t.heads[h.Epoch]; ok && old.Size >= h.Size {
		return x.doom(conflict("the head"))
	}
	x.t.heads[h.Epoch] = h
	return nil
}

func (x *tx) PutEpoch(ctx context.Context, e ledger.Epoch) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	if err := cmp.Or(badEpoch(e.N), isText(e.Origin)); err != nil {
		return x.doom(err)
	}
	for _, o := range x.t.epochs {
		if o.N == e.N || o.Origin == e.Origin {
			return x.doom(conflict("an epoch"))
		}
	}
	x.t.epochs = append(x.t.epochs, e)
	return nil
}

func (x *tx) PutIntent(ctx context.Context, s ledger.Signed) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	if s.Seq < 1 {
		return x.doom(fault.New(fault.Invalid, "a checkpoint has a number from 1"))
	}
	if _, ok := x.t.checkpoints[s.Seq]; ok {
		return x.doom(conflict("a checkpoint"))
	}
	s.State, s.Note, s.Stamps, s.Timed = ledger.Intent, nil, nil, false
	x.t.checkpoints[s.Seq] = s
	return nil
}

func (x *tx) PutPublished(ctx context.Context, s ledger.Signed) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	old, ok := x.t.checkpoints[s.Seq]
	if !ok {
		return x.doom(none("intent"))
	}
	if old.Epoch != s.Epoch || old.Size != s.Size || old.Root != s.Root {
		return x.doom(conflict("the intent: another checkpoint was meant, and it"))
	}
	if len(s.Note) == 0 {
		return x.doom(fault.New(fault.Invalid, "a published checkpoint has a note"))
	}
	s.State = ledger.Published
	x.t.checkpoints[s.Seq] = s
	return nil
}

func (x *tx) PutRows(ctx context.Context, rows []record.Row) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	for _, r := range rows {
		p := at{r.Epoch, r.Index}
		if err := isText(r.Handle); err != nil {
			return x.doom(err)
		}
		if p.index < 0 || p.index >= maxIndex {
			return x.doom(fault.New(fault.Invalid, "index %d cannot be kept", p.index))
		}
		if _, ok := x.t.rows[p]; ok {
			return x.doom(conflict("a record"))
		}
		if r.Handle != "" {
			if _, ok := x.t.taken[r.Handle][r.Seq]; ok {
				return x.doom(conflict("a record in its case"))
			}
			if x.t.taken[r.Handle] == nil {
				x.t.taken[r.Handle] = map[int64]at{}
			}
			x.t.taken[r.Handle][r.Seq] = p
		}
		x.t.rows[p] = r
	}
	return nil
}

func (x *tx) PutView(ctx context.Context, views ...record.View) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	for _, v := range views {
		if err := isText(v.Handle); err != nil {
			return x.doom(err)
		}
		for _, o := range x.t.views {
			if o.Lookup == v.Lookup && o.Handle != v.Handle {
				return x.doom(conflict("a look-up"))
			}
		}
		x.t.views[v.Handle] = v
	}
	return nil
}

func (x *tx) PutKey(ctx context.Context, keys ...record.Key) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	for _, k := range keys {
		if err := isText(k.Handle); err != nil {
			return x.doom(err)
		}
		x.t.keys[k.Handle] = k
	}
	return nil
}

func (x *tx) PutRequest(ctx context.Context, requests ...record.Request) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	for _, r := range requests {
		if _, ok := x.t.requests[r.Key]; ok {
			return x.doom(conflict("a request"))
		}
		x.t.requests[r.Key] = r
	}
	return nil
}

func (x *tx) TouchRequest(ctx context.Context, key [32]byte) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	r, ok := x.t.requests[key]
	if !ok {
		return x.doom(none("request"))
	}
	r.Replays++
	x.t.requests[key] = r
	return nil
}

func (x *tx) ReplaceSealed(ctx context.Context, epoch int, index int64, sealed []byte) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	r, ok := x.t.rows[at{epoch, index}]
	if !ok {
		return x.doom(none("record"))
	}
	r.Sealed = sealed
	x.t.rows[at{epoch, index}] = r
	return nil
}

func (x *tx) DropViews(ctx context.Context) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	clear(x.t.views)
	return nil
}

func (x *tx) ForgetLines(ctx context.Context, handle string, version int64) error {
	if err := x.write(ctx); err != nil {
		return err
	}
	x.t.forgotten[handle] = version
	return nil
}

var _ record.Store = (*Store)(nil)
