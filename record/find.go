package record

import (
	"context"

	"tocsin/internal/fault"
)

// replay answers from an earlier command of the same key. Counting it is a
// durable write, so that the answer rests on a commit of its own.
func (b *batch) replay(ctx context.Context, key [32]byte, c command) (Result, bool, error) {
	var r Request
	if i, ok := b.asked[key]; ok {
		r = b.requests[i]
		if r.Digest == c.digest {
			b.requests[i].Replays++
		}
	} else {
		var err error
		if r, err = b.tx.RequestBy(ctx, key); fault.KindOf(err) == fault.NotFound && err != nil {
			return Result{}, false, nil
		} else if err != nil {
			return Result{}, false, err
		}
		if r.Digest == c.digest {
			if err := b.tx.TouchRequest(ctx, key); err != nil {
				return Result{}, false, err
			}
		}
	}
	if r.Digest != c.digest {
		return Result{}, false, fault.New(fault.Conflict, "the idempotency key was used for another command; a new command needs a new key")
	}
	res := Result{Handle: r.Handle, Version: r.Version, Epoch: r.Epoch, First: r.First, Count: r.Count, Recorded: b.recorded, Replayed: true}
	if s := b.states[r.Handle]; s != nil {
		for _, m := range s.metas {
			if m.Epoch == r.Epoch && m.Index == r.First {
				res.ID, res.Recorded = m.ID, m.Recorded
				return res, true, r.fits(m.Seq)
			}
		}
	}
	ck, err := b.key(ctx, r.Handle)
	if err != nil {
		return Result{}, false, err
	}
	row, err := b.tx.RowAt(ctx, r.Epoch, r.First)
	if err != nil {
		return Result{}, false, err
	}
	o, err := openRow(ck, row)
	if err != nil {
		return Result{}, false, err
	}
	v := o.values()
	m, err := metaOf(o, v)
	if err != nil {
		return Result{}, false, err
	}
	res.ID, res.Recorded = m.ID, m.Recorded
	return res, true, r.fits(m.Seq)
}

// fits refuses a remembered answer whose parts contradict one another: seq is
// that of the record at First. No single bit can change in them without that,
// and nobody is told of another command's record.
func (r Request) fits(seq int64) error {
	if r.Count < 1 || seq+r.Count-1 != r.Version {
		return fault.New(fault.Internal, "the remembered answer to this command is damaged; look at the case, and run tocsin ledger audit")
	}
	return nil
}

// find gives the case as it stands after the commands before.
func (b *batch) find(ctx context.Context, c command) (*state, error) {
	if c.create != "" {
		return b.fresh(ctx, c)
	}
	if s := b.states[c.handle]; s != nil {
		return s, nil
	}
	s, lookup, err := b.k.read(ctx, b.tx, c.handle)
	switch {
	case err == nil:
		s = s.clone()
	case fault.KindOf(err) == fault.NotFound && c.handle == LogHandle:
		s, lookup = newState(LogHandle), b.k.seal.ownLookup(LogHandle)
		if _, err := b.key(ctx, LogHandle); err == nil {
			return nil, fault.New(fault.Internal, "the projection of the log's own records is missing; rebuild the projections")
		} else if fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		if err := b.newKey(LogHandle); err != nil {
			return nil, err
		}
	default:
		return nil, err
	}
	b.states[c.handle], b.lookups[c.handle] = s, lookup
	return s, nil
}

// fresh makes an empty case, if its id is free or need not be.
func (b *batch) fresh(ctx context.Context, c command) (*state, error) {
	lookup := b.k.seal.Lookup(c.create)
	taken := b.created[lookup]
	if !taken {
		_, err := b.tx.ViewByLookup(ctx, lookup)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		taken = err == nil
	}
	switch {
	case taken && !c.twin:
		return nil, fault.New(fault.Conflict, "a case with the id %q is kept already", c.create)
	case taken:
		lookup = b.k.seal.twinLookup(c.create, c.handle)
	}
	_, made := b.states[c.handle]
	if !made {
		_, err := b.tx.ViewOf(ctx, c.handle)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		made = err == nil
	}
	if made {
		return nil, fault.New(fault.Conflict, "a case with the handle %q is kept already", c.handle)
	}
	b.lookups[c.handle] = lookup
	return newState(c.handle), nil
}
