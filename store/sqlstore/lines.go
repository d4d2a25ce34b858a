package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"tocsin/escalation"
	"tocsin/internal/fault"
)

const (
	readingLines = "reading the lines of the desk"
	storingLines = "storing the lines of the desk"
)

func scanLine(r Rows) (l escalation.Row, err error) {
	err = r.Scan(&l.Due, &l.Handle, &l.N, (*digest)(&l.Party), (*digest)(&l.Law), &l.Sealed)
	return l, err
}

// projection is what PutLines was given.
type projection struct {
	c     escalation.CaseRow
	lines []escalation.Row
}

func (p projection) check() error {
	if err := clean("a handle", p.c.Handle); err != nil {
		return err
	}
	seen := map[int]bool{}
	for _, l := range p.lines {
		switch {
		case l.Handle != p.c.Handle:
			return fault.New(fault.Internal, "a line of another case is among those of case %s", p.c.Handle)
		case seen[l.N] || l.N < 0:
			return fault.New(fault.Internal, "the lines of case %s are not numbered 0, 1, …", p.c.Handle)
		}
		seen[l.N] = true
	}
	return nil
}

// PutLines implements escalation.Store. Calls that come while a commit is on its
// way go into the next one together.
func (s *Store) PutLines(ctx context.Context, c escalation.CaseRow, lines []escalation.Row) error {
	p := projection{c, lines}
	if err := p.check(); err != nil {
		return err
	}
	return s.queue.do(ctx, p, func(ctx context.Context, list []projection) error {
		return s.aside(ctx, func(t *tx, _ bool) error { return t.putLines(ctx, list) })
	})
}

func (t *tx) putLines(ctx context.Context, list []projection) error {
	if err := t.lock(ctx, linesMark); err != nil {
		return err
	}
	for _, p := range list {
		if err := t.putProjection(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// putProjection writes what differs from what is there: most lines of a case
// stay when something is added to it.
func (t *tx) putProjection(ctx context.Context, p projection) error {
	c := p.c
	there, err := one(ctx, t, readingLines, "", caseVersion, func(r Rows) (v int64, err error) {
		err = r.Scan(&v)
		return v, err
	}, c.Handle)
	fresh := fault.KindOf(err) == fault.NotFound
	switch {
	case err != nil && !fresh:
		return err
	case err == nil && there > c.Version:
		return nil // of an older version than what is there
	}
	if err := t.putLinesOf(ctx, p, fresh); err != nil {
		return err
	}
	if err := t.putWordsOf(ctx, c, fresh); err != nil {
		return err
	}
	_, err = t.exec(ctx, storingLines, casePut, c.Handle, c.Version, c.Changes, c.Basis[:], c.Open, blob(c.Sealed))
	return err
}

func sameLine(a, b escalation.Row) bool {
	return a.Due == b.Due && a.N == b.N && a.Party == b.Party && a.Law == b.Law && bytes.Equal(a.Sealed, b.Sealed)
}

func (t *tx) putLinesOf(ctx context.Context, p projection, fresh bool) error {
	had := map[int]escalation.Row{}
	if !fresh {
		if err := t.query(ctx, readingLines, linesOf, func(r Rows) error {
			l, err := scanLine(r)
			had[l.N] = l
			return err
		}, p.c.Handle); err != nil {
			return err
		}
	}
	var cut, add []any
	for _, l := range p.lines {
		old, ok := had[l.N]
		delete(had, l.N)
		if ok && sameLine(old, l) {
			continue
		}
		if ok {
			cut = append(cut, l.N)
		}
		add = append(add, l.Due, l.Handle, l.N, bytes.Clone(l.Party[:]), bytes.Clone(l.Law[:]), blob(l.Sealed))
	}
	for n := range had {
		cut = append(cut, n)
	}
	if err := t.execIn(ctx, storingLines, linesCutWith, []any{p.c.Handle}, cut); err != nil {
		return err
	}
	return t.insert(ctx, storingLines, lineInsert, 6, add)
}

func (t *tx) putWordsOf(ctx context.Context, c escalation.CaseRow, fresh bool) error {
	had := map[[32]byte]bool{}
	if !fresh {
		if err := t.query(ctx, readingLines, wordsOf, func(r Rows) error {
			var w [32]byte
			err := r.Scan((*digest)(&w))
			had[w] = true
			return err
		}, c.Handle); err != nil {
			return err
		}
	}
	seen := map[[32]byte]bool{}
	var cut, add []any
	for _, w := range c.Words {
		if !had[w] && !seen[w] {
			add = append(add, bytes.Clone(w[:]), c.Handle)
		}
		seen[w] = true
	}
	for w := range had {
		if !seen[w] {
			cut = append(cut, bytes.Clone(w[:]))
		}
	}
	if err := t.execIn(ctx, storingLines, wordsCutWith, []any{c.Handle}, cut); err != nil {
		return err
	}
	return t.insert(ctx, storingLines, wordInsert, 2, add)
}

// ForgetLines implements record.Eraser: nothing of a case is left in the
// projection, and lines of an older version than the given one are not taken any
// more.
func (t *tx) ForgetLines(ctx context.Context, handle string, version int64) error {
	if err := clean("a handle", handle); err != nil {
		return t.doom(err)
	}
	if err := t.lock(ctx, linesMark); err != nil {
		return err
	}
	for _, q := range []string{linesOfDrop, wordsOfDrop} {
		if _, err := t.exec(ctx, storingLines, q, handle); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, storingLines, casePut, handle, version, escalation.NoDue, make([]byte, 32), 0, []byte{})
	return err
}

// DropLines implements escalation.Store.
func (s *Store) DropLines(ctx context.Context) error {
	err := s.aside(ctx, func(t *tx, _ bool) error {
		if err := t.lock(ctx, linesMark); err != nil {
			return err
		}
		for _, q := range []string{linesDrop, wordsDrop, casesDrop} {
			if _, err := t.exec(ctx, storingLines, q); err != nil {
				return err
			}
		}
		return nil
	})
	s.scan.again()
	return err
}

// Edition implements escalation.Store.
func (s *Store) Edition(ctx context.Context) (n int64, err error) {
	err = s.glance(ctx, func(t *tx) error {
		n, err = t.mark(ctx, linesMark)
		return err
	})
	return n, err
}

// NextChange implements escalation.Store.
func (s *Store) NextChange(ctx context.Context) (next int64, err error) {
	err = s.glance(ctx, func(t *tx) error {
		next, err = one(ctx, t, readingLines, "", changesNext, func(r Rows) (n int64, err error) {
			err = r.Scan(&n)
			return n, err
		}, escalation.NoDue)
		return err
	})
	return next, err
}

// Figures counts the lines, and those that are past due at now.
func (s *Store) Figures(ctx context.Context, now int64) (f escalation.Figures, err error) {
	err = s.glance(ctx, func(t *tx) error {
		f, err = one(ctx, t, readingLines, "", figures, func(r Rows) (f escalation.Figures, err error) {
			err = r.Scan(&f.Open, &f.Past, &f.Oldest)
			return f, err
		}, now)
		return err
	})
	return f, err
}

// Alive implements escalation.Pulse.
func (s *Store) Alive(ctx context.Context) (at int64, err error) {
	err = s.glance(ctx, func(t *tx) error {
		at, err = t.mark(ctx, aliveMark)
		return err
	})
	return at, err
}

// Beat implements escalation.Pulse.
func (s *Store) Beat(ctx context.Context, now int64, gap *escalation.Gap) error {
	if gap != nil && gap.To < gap.From {
		return fault.New(fault.Internal, "a gap that ends before it begins")
	}
	return s.aside(ctx, func(t *tx, _ bool) error {
		_, err := t.exec(ctx, "telling that the program is alive", markSet, aliveMark, now)
		if err == nil && gap != nil {
			_, err = t.exec(ctx, "keeping a gap", gapInsert, gap.From, gap.To)
		}
		return err
	})
}

// Gaps implements escalation.Pulse.
func (s *Store) Gaps(ctx context.Context) (list []escalation.Gap, err error) {
	err = s.glance(ctx, func(t *tx) error {
		list, err = all(ctx, t, "reading the gaps", gapsAll, func(r Rows) (g escalation.Gap, err error) {
			err = r.Scan(&g.From, &g.To)
			return g, err
		})
		return err
	})
	return list, err
}

// inPlace puts lines in the order of the desk, each once.
func inPlace(list []escalation.Row) []escalation.Row {
	slices.SortFunc(list, func(a, b escalation.Row) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Handle, b.Handle), cmp.Compare(a.N, b.N))
	})
	return slices.CompactFunc(list, func(a, b escalation.Row) bool {
		return a.Due == b.Due && a.Handle == b.Handle && a.N == b.N
	})
}
