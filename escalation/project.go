package escalation

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/record"
)

// shapeOf is raised when lines look different for the same plan, so that those
// in the database are made anew.
const shapeOf = "2"

// basis is the hash of everything besides the case that its lines depend on.
func (w *Watcher) basis() (out [32]byte) {
	h := sha256.New()
	for _, s := range []string{shapeOf, w.o.Book.Digest, plan.Engine, calendar.ZoneData(), calendar.HolidayDigest()} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	h.Sum(out[:0])
	return out
}

// Project makes the lines of one case anew and returns when they are kept.
// fault.NotFound if there is no such case.
func (w *Watcher) Project(ctx context.Context, handle string) error {
	lock := &w.lanes[w.lane(handle)]
	lock.Lock() // of two projections of a case the later one is kept last
	defer lock.Unlock()
	kept, err := w.o.Keeper.Load(ctx, handle)
	if err != nil {
		return err
	}
	gaps, err := w.o.Store.Gaps(ctx)
	if err != nil {
		return err
	}
	c, lines, err := w.rows(kept, w.now(), gaps)
	if err != nil {
		return err
	}
	if err := w.o.Store.PutLines(ctx, c, lines); err != nil {
		return err
	}
	w.tell(kept.Handle, kept.Version)
	return nil
}

// rows makes everything that is projected of a case at an instant.
func (w *Watcher) rows(kept *record.Kept, now time.Time, gaps []Gap) (CaseRow, []Row, error) {
	c := kept.Case
	row := CaseRow{Handle: kept.Handle, Version: kept.Version, Basis: w.basis(), Changes: w.daily(kept.Handle, now)}
	brief := Brief{Case: c.File.Case, Title: c.Title, TLP: c.TLP, Record: c.Record}
	switch c.TLP {
	case "GREEN":
		row.Open = 1
	case "CLEAR":
		row.Open = 2
	}
	row.Words = append(row.Words, w.keys.Word(IDWord(c.File.Case)))
	for _, word := range keyedWords(c) {
		row.Words = append(row.Words, w.keys.Word(word))
	}
	for _, word := range words(c) {
		row.Words = append(row.Words, w.keys.Word(word))
	}
	p, err := plan.For(c, w.o.Book, plan.Options{At: now})
	var until time.Time
	if err == nil {
		until, err = Until(c, w.o.Book, p)
	}
	var lines []Line
	switch {
	case err != nil && fault.KindOf(err) == fault.Invalid: // too large to be planned: the case stays in the lists
		w.o.Log.Warn("no plan for a case", "handle", kept.Handle, "kind", string(fault.KindOf(err)))
		p = nil
	case err != nil:
		return CaseRow{}, nil, err
	default:
		lines = LinesOf(kept.Handle, c, p, w.o.Book)
		if !until.IsZero() {
			row.Changes = min(row.Changes, until.Unix())
		}
	}
	brief.Matter = access.MatterOf(c, p, nil)
	brief.Lines = len(lines)
	if brief.Known, err = knownOf(c, w.o.Book); err != nil {
		return CaseRow{}, nil, err
	}
	rows := make([]Row, 0, len(lines))
	recorded := recordedAt(kept, lines, gaps)
	for n := range lines {
		l := &lines[n]
		l.Noticed = noticed(l, gaps, recorded)
		if brief.Next == nil {
			brief.Next = l.Due
		}
		r := Row{Handle: kept.Handle, N: n, Due: l.Sorts(), Party: w.keys.Party(kept.Handle, l.Obliged), Law: w.keys.Law(l.Pack)}
		if err := r.Seal(w.lines, l); err != nil {
			return CaseRow{}, nil, err
		}
		rows = append(rows, r)
	}
	return row, rows, row.Seal(w.lines, &brief)
}

// daily is the floor: the next of the seconds, one a day and each case at its
// own, at which the lines are made anew whatever Until says.
func (w *Watcher) daily(handle string, now time.Time) int64 {
	h := w.keys.hash("daily", handle)
	at := int64(binary.BigEndian.Uint32(h[:4])) % day
	next := now.Unix()/day*day + at
	for next <= now.Unix() {
		next += day
	}
	return next
}

const day = int64(24 * 60 * 60)
