package recordtest

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// reader is a snapshot, or what a transaction sees.
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
