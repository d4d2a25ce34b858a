package sqlstore

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// keptHeads is how many heads before the newest survive a publication.
const keptHeads = 4

// Epochs implements ledger.Epochs.
func (t *tx) Epochs(ctx context.Context) ([]ledger.Epoch, error) {
	return all(ctx, t, "reading the epochs", epochsSelect, scanEpoch)
}

func scanEpoch(r Rows) (e ledger.Epoch, err error) {
	var opened string
	if err = r.Scan(&e.N, &e.Origin, &opened, &e.Before, &e.Carried); err != nil {
		return e, err
	}
	e.Opened, err = timeOf(opened)
	return e, err
}

// Head implements ledger.Leaves. An epoch without leaves has the empty head;
// without an epoch there is no head: fault.NotFound.
func (t *tx) Head(ctx context.Context) (ledger.Head, error) {
	e, err := one(ctx, t, "reading the epochs", "the log has no epoch yet", epochNewest, scanEpoch)
	if err != nil {
		return ledger.Head{}, err
	}
	h, err := t.headOf(ctx, e.N)
	if fault.KindOf(err) == fault.NotFound {
		return ledger.Head{Epoch: e.N}, nil
	}
	return h, err
}

func (t *tx) headOf(ctx context.Context, epoch int) (ledger.Head, error) {
	lo, hi, err := span(epoch, 0, maxIndex)
	if err != nil {
		return ledger.Head{}, err
	}
	none := fmt.Sprintf("epoch %d has no head", epoch)
	return one(ctx, t, "reading the head of the log", none, headNewest, scanHead, lo, hi)
}

func scanHead(r Rows) (h ledger.Head, err error) {
	var at int64
	var frontier []byte
	var recorded string
	if err = r.Scan(&at, &frontier, &recorded); err != nil {
		return h, err
	}
	h.Epoch, h.Size = unplace(at)
	if len(frontier)%tlog.HashSize != 0 {
		return h, fault.New(fault.Internal, "the head of the log at size %d is damaged: its frontier has %d bytes", h.Size, len(frontier))
	}
	for ; len(frontier) > 0; frontier = frontier[tlog.HashSize:] {
		h.Frontier = append(h.Frontier, tlog.Hash(frontier[:tlog.HashSize]))
	}
	h.Recorded, err = timeOf(recorded)
	return h, err
}

// hash is read straight from the driver's memory.
type hash tlog.Hash

// Scan implements sql.Scanner.
func (h *hash) Scan(src any) error { return exactly(h[:], src) }

// ScanBytes is what Scan is, for a driver that asks first.
func (h *hash) ScanBytes(b []byte) error { return exactly(h[:], b) }

type wrongSize int

func (n wrongSize) Error() string { return fmt.Sprintf("%d bytes", int(n)) }

func exactly(dst []byte, src any) error {
	b, ok := src.([]byte)
	if !ok && src != nil {
		return wrongSize(-1)
	}
	if len(b) != len(dst) {
		return wrongSize(len(b))
	}
	copy(dst, b)
	return nil
}

// Nodes implements ledger.Leaves.
func (t *tx) Nodes(ctx context.Context, epoch, level int, from, to int64) ([]tlog.Hash, error) {
	lo, hi, err := nodeSpan(epoch, level, from, to)
	if err != nil || lo == hi {
		return nil, err
	}
	doing := fmt.Sprintf("reading nodes of level %d", level)
	out := make([]tlog.Hash, 0, min(hi-lo, 1<<16))
	err = t.query(ctx, doing, nodesSelect, func(r Rows) error {
		out = append(out, tlog.Hash{})
		return r.Scan((*hash)(&out[len(out)-1]))
	}, lo, hi)
	if err == nil && int64(len(out)) == hi-lo {
		return out, nil
	}
	if why := t.irregular(ctx, doing, lo, hi); why != nil {
		return nil, why
	}
	return nil, err
}

// irregular reads a range of nodes once more, slowly, and names what is wrong in
// it: the first row that is missing or has not its size. Beyond the end of the
// log a missing row is not found; inside, the database is damaged.
func (t *tx) irregular(ctx context.Context, doing string, lo, hi int64) error {
	next := lo
	var found error
	err := t.query(ctx, doing, nodePlaces, func(r Rows) error {
		var at int64
		var b []byte
		if err := r.Scan(&at, &b); err != nil || found != nil {
			return err
		}
		switch {
		case at != next:
			found = missing("node", next)
		case len(b) != tlog.HashSize:
			found = damaged("node", at, len(b))
		}
		next++
		return nil
	}, lo, hi)
	if found != nil {
		return found
	}
	if err != nil {
		return err
	}
	if next < hi {
		return t.absent(ctx, "node", next)
	}
	return nil
}

// absent tells a row that is missing from one that is not there yet.
func (t *tx) absent(ctx context.Context, what string, at int64) error {
	epoch, n := unplace(at)
	h, err := t.headOf(ctx, epoch)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	within := n < h.Size
	if what == "node" {
		level, i := n>>nodeBits, n&(1<<nodeBits-1)
		within = i < h.Size>>(8*level)
	}
	if within {
		return missing(what, at)
	}
	return fault.New(fault.NotFound, "%s lies beyond the end of the log", naming(what, at))
}

func missing(what string, at int64) error {
	return fault.New(fault.Internal, "%s is missing: the database is damaged", naming(what, at))
}

func damaged(what string, at int64, size int) error {
	return fault.New(fault.Internal, "%s is damaged: it has %d bytes", naming(what, at), size)
}

// naming names a leaf, a bundle or a node for a person.
func naming(what string, at int64) string {
	epoch, n := unplace(at)
	if what == "node" {
		return fmt.Sprintf("node %d of level %d of epoch %d", n&(1<<nodeBits-1), n>>nodeBits, epoch)
	}
	return fmt.Sprintf("%s %d of epoch %d", what, n, epoch)
}

// PutLeaves implements ledger.Writer.
func (t *tx) PutLeaves(ctx context.Context, epoch int, first int64, entries []receipt.Entry, nodes []ledger.Node) error {
	if err := t.putEntries(ctx, epoch, first, entries); err != nil {
		return t.doom(err)
	}
	args := make([]any, 0, 2*len(nodes))
	for i := range nodes {
		at, _, err := nodeSpan(epoch, nodes[i].Level, nodes[i].N, nodes[i].N+1)
		if err != nil {
			return t.doom(err)
		}
		args = append(args, at, nodes[i].Hash[:])
	}
	return t.insert(ctx, "storing nodes", nodeInsert, 2, args)
}

// PutHead implements ledger.Writer. A head only grows within its epoch.
func (t *tx) PutHead(ctx context.Context, h ledger.Head) error {
	at, err := place(h.Epoch, h.Size)
	if err != nil {
		return t.doom(err)
	}
	old, err := t.headOf(ctx, h.Epoch)
	switch {
	case fault.KindOf(err) == fault.NotFound:
	case err != nil:
		return t.doom(err)
	case old.Size >= h.Size:
		return t.doom(fault.New(fault.Conflict, "the log has %d leaves already: a head of %d would go back", old.Size, h.Size))
	}
	frontier := make([]byte, 0, len(h.Frontier)*tlog.HashSize)
	for i := range h.Frontier {
		frontier = append(frontier, h.Frontier[i][:]...)
	}
	return t.insert(ctx, "storing the head of the log", headInsert, 3, []any{at, frontier, timeText(h.Recorded)})
}

// PutEpoch implements ledger.Writer.
func (t *tx) PutEpoch(ctx context.Context, e ledger.Epoch) error {
	if _, err := place(e.N, 0); err != nil {
		return t.doom(err)
	}
	if err := clean("the origin", e.Origin); err != nil {
		return t.doom(err)
	}
	return t.insert(ctx, "opening an epoch", epochInsert, 5, []any{e.N, e.Origin, timeText(e.Opened), e.Before, e.Carried})
}
