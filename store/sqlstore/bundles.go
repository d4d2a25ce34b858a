package sqlstore

import (
	"context"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// A full bundle is one row of its own table: 256 entries, one after the other,
// as a C2SP entry bundle counts them and as wide as a tile (C2SP tlog-tiles).
// Only the leaves after the last full bundle have a row each. So a leaf takes
// little more than its entry, whatever an engine adds to a row.
const (
	bundleBits  = 8
	bundleSize  = int64(1) << bundleBits
	bundleBytes = int(bundleSize) * receipt.EntrySize
)

const (
	readingLeaves = "reading leaves"
	storingLeaves = "storing leaves"
)

// packed takes entries straight from the driver's memory: those of dst, which
// begin skip entries after the beginning of a value that has want bytes.
type packed struct {
	dst             []receipt.Entry
	skip, want, got int
}

// Scan implements sql.Scanner. What is no byte string counts as empty.
func (p *packed) Scan(src any) error {
	b, _ := src.([]byte)
	return p.ScanBytes(b)
}

// ScanBytes is what Scan is, for a driver that asks first. A value of another
// size is left to whoever knows its place.
func (p *packed) ScanBytes(b []byte) error {
	if p.got = len(b); p.got != p.want {
		return nil
	}
	b = b[p.skip*receipt.EntrySize:]
	for i := range p.dst {
		b = b[copy(p.dst[i][:], b):]
	}
	return nil
}

// stretch takes the leaves of a range in their order.
type stretch struct {
	epoch    int
	next, to int64
	out      []receipt.Entry
}

// take reads a row of a table whose rows hold width leaves each, and refuses it
// if it is not the one that is due.
func (s *stretch) take(r Rows, what string, width int64) error {
	skip := s.next % width
	n := min(width-skip, s.to-s.next)
	end := len(s.out)
	s.out = append(s.out, make([]receipt.Entry, n)...)
	p := packed{dst: s.out[end:], skip: int(skip), want: int(width) * receipt.EntrySize}
	var at int64
	if err := r.Scan(&at, &p); err != nil {
		return err
	}
	if at != int64(s.epoch)<<indexBits+s.next/width {
		return missing("leaf", s.at())
	}
	if p.got != p.want {
		return damaged(what, at, p.got)
	}
	s.next += n
	return nil
}

func (s *stretch) at() int64 { return int64(s.epoch)<<indexBits + s.next }

// Entries implements ledger.Leaves: the bundles first, then the rows after the
// last of them.
func (t *tx) Entries(ctx context.Context, epoch int, from, to int64) ([]receipt.Entry, error) {
	_, hi, err := span(epoch, from, to)
	if err != nil || from == to {
		return nil, err
	}
	s := &stretch{epoch: epoch, next: from, to: to, out: make([]receipt.Entry, 0, min(to-from, 1<<20))}
	first, end, err := span(epoch, from>>bundleBits, (to-1)>>bundleBits+1)
	if err == nil {
		err = t.query(ctx, readingLeaves, bundlesSelect, func(r Rows) error { return s.take(r, "bundle", bundleSize) }, first, end)
	}
	if err == nil && s.next < to {
		err = t.query(ctx, readingLeaves, leavesSelect, func(r Rows) error { return s.take(r, "leaf", 1) }, s.at(), hi)
	}
	if err == nil && s.next < to {
		err = t.absent(ctx, "leaf", s.at())
	}
	if err != nil {
		return nil, err
	}
	return s.out, nil
}

// putEntries adds leaves right after the last one. Those that complete a bundle
// become its row, with the rows of the leaves before them, which go; of a bundle
// that comes whole, no leaf ever has a row.
func (t *tx) putEntries(ctx context.Context, epoch int, first int64, entries []receipt.Entry) error {
	if _, _, err := span(epoch, first, first+int64(len(entries))); err != nil || len(entries) == 0 {
		return err
	}
	if err := t.follows(ctx, epoch, first); err != nil {
		return err
	}
	var bundles []any
	for next := first; len(entries) > 0; {
		at, err := place(epoch, next)
		if err != nil {
			return err
		}
		inside := next % bundleSize
		if inside+int64(len(entries)) < bundleSize {
			rows := make([]any, 0, 2*len(entries))
			for i := range entries {
				rows = append(rows, at+int64(i), entries[i][:])
			}
			if err := t.insert(ctx, storingLeaves, leafInsert, 2, rows); err != nil {
				return err
			}
			break
		}
		whole := make([]byte, bundleBytes)
		if inside > 0 {
			if err := t.takeTail(ctx, whole, at-inside, at); err != nil {
				return err
			}
		}
		n := bundleSize - inside
		rest := whole[inside*receipt.EntrySize:]
		for i := range n {
			rest = rest[copy(rest, entries[i][:]):]
		}
		if at, err = place(epoch, next>>bundleBits); err != nil {
			return err
		}
		bundles = append(bundles, at, whole)
		entries, next = entries[n:], next+n
	}
	return t.insert(ctx, storingLeaves, bundleInsert, 2, bundles)
}

// follows refuses leaves that do not begin where those of the epoch end: a place
// that a bundle has taken would not be missed in the table of leaves.
func (t *tx) follows(ctx context.Context, epoch int, first int64) error {
	zero, top, err := span(epoch, 0, maxIndex)
	if err != nil {
		return err
	}
	end, err := one(ctx, t, readingLeaves, "", leavesEnd, func(r Rows) (end int64, err error) {
		var leaf, bundle int64 // -1: none
		if err = r.Scan(&leaf, &bundle); err != nil {
			return 0, err
		}
		if leaf >= 0 {
			_, end = unplace(leaf + 1)
		}
		if bundle >= 0 {
			_, n := unplace(bundle + 1)
			end = max(end, n<<bundleBits)
		}
		return end, nil
	}, zero+first&^(bundleSize-1), top, zero)
	switch {
	case err != nil:
		return err
	case first < end:
		return fault.New(fault.Conflict, "%s is taken", naming("leaf", zero+first))
	case first > end:
		return fault.New(fault.Internal, "%s would not follow those that are kept: the database is damaged", naming("leaf", zero+first))
	}
	return nil
}

// takeTail moves the leaves from lo to hi, the first of a bundle, out of their
// rows into whole.
func (t *tx) takeTail(ctx context.Context, whole []byte, lo, hi int64) error {
	var had [bundleSize]bool
	err := t.change(ctx, storingLeaves, leavesTake, func(r Rows) error { // in any order
		var at int64
		var e [1]receipt.Entry
		p := packed{dst: e[:], want: receipt.EntrySize}
		if err := r.Scan(&at, &p); err != nil {
			return err
		}
		switch {
		case at < lo || at >= hi: // an engine on a damaged file
			return missing("leaf", lo)
		case p.got != p.want:
			return damaged("leaf", at, p.got)
		}
		had[at-lo] = true
		copy(whole[int(at-lo)*receipt.EntrySize:], e[0][:])
		return nil
	}, lo, hi)
	for at := lo; err == nil && at < hi; at++ {
		if !had[at-lo] {
			err = missing("leaf", at)
		}
	}
	return err
}
