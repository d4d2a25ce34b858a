package sqlstore

import (
	"context"

	"tocsin/escalation"
	"tocsin/internal/fault"
)

const caseColumns = `h.handle, COALESCE(c.version, 0), COALESCE(c.changes, 0), c.basis, COALESCE(c.open, 0), c.sealed`

func scanCase(r Rows) (c escalation.CaseRow, err error) {
	var basis []byte
	if err = r.Scan(&c.Handle, &c.Version, &c.Changes, &basis, &c.Open, &c.Sealed); err != nil {
		return c, err
	}
	if len(c.Sealed) == 0 { // not projected, or something of it was forgotten since
		return escalation.CaseRow{Handle: c.Handle}, nil
	}
	err = exactly(c.Basis[:], basis)
	return c, err
}

// branches writes one SELECT of handles for each way on which a case is visible,
// each in order of handle, behind after, and at most limit (0: all): so that no
// engine reads more than a page of each. on, unless nil, is a parameter: 1 reads
// the branches, 0 none of them.
func branches(b *builder, who []any, narrow bool, open int, after string, limit int, on any) {
	n := 0
	branch := func(table, condition string, v any, more string) {
		if n++; n > 1 {
			b.add(` UNION `)
		}
		b.add(`SELECT handle FROM (SELECT DISTINCT handle FROM `).add(table).add(` WHERE `).add(condition).arg(v).add(more).
			add(` AND handle > `).arg(after)
		if on != nil {
			b.add(` AND `).arg(on).add(` = 1`)
		}
		b.add(` ORDER BY handle`)
		if limit > 0 {
			b.add(` LIMIT `).arg(limit)
		}
		b.add(`) AS b`)
	}
	more := ""
	if narrow {
		more = ` AND every = 0`
	}
	for _, w := range who {
		branch(`seat`, `who = `, w, more)
	}
	if open > 0 {
		for level := open; level <= 2; level++ {
			branch(`desk_case`, `open = `, level, ` AND open > 0`)
		}
	}
}

// most branches of one statement; SQLite takes 500.
const maxBranches = 200

// CasesOf implements coordination.SeatStore.
func (s *Store) CasesOf(ctx context.Context, who [][32]byte, open int, after string, limit int) ([]escalation.CaseRow, error) {
	return s.cases(ctx, who, false, open, after, limit)
}

// NarrowCases implements coordination.SeatStore.
func (s *Store) NarrowCases(ctx context.Context, who [][32]byte, after string, limit int) ([]escalation.CaseRow, error) {
	return s.cases(ctx, who, true, 0, after, limit)
}

func (s *Store) cases(ctx context.Context, who [][32]byte, narrow bool, open int, after string, limit int) (list []escalation.CaseRow, err error) {
	seats := hashes(who)
	if err := visitor(seats, after); err != nil {
		return nil, err
	}
	if limit < 1 || (len(seats) == 0 && open <= 0) {
		return nil, nil
	}
	b := &builder{}
	b.add(`SELECT ` + caseColumns + ` FROM (`)
	branches(b, seats, narrow, open, after, limit, nil)
	b.add(`) h LEFT JOIN desk_case c ON c.handle = h.handle ORDER BY h.handle LIMIT `).arg(limit)
	err = s.glance(ctx, func(t *tx) error {
		list, err = all(ctx, t, readingLines, b.text(), scanCase, b.args...)
		return err
	})
	return list, err
}

// CaseRows implements escalation.Store. One that is not projected is not there.
func (s *Store) CaseRows(ctx context.Context, handles []string) (list []escalation.CaseRow, err error) {
	err = s.ofHandles(ctx, handles, func(t *tx, part []any) error {
		b := &builder{}
		b.add(`SELECT handle, version, changes, basis, open, sealed FROM desk_case c WHERE handle IN `).list(part)
		rows, err := all(ctx, t, readingLines, b.text(), scanCase, b.args...)
		for _, c := range rows {
			if len(c.Sealed) > 0 {
				list = append(list, c)
			}
		}
		return err
	})
	return list, err
}

// fewCases is up to which number of cases a word or a visitor counts as rare.
const fewCases = 2000

// CasesWith implements coordination.SeatStore. It is two statements whatever
// there is: the first counts which of the words, or the visitor, is rarest, and
// the second begins there. Where it begins is a parameter and not in its text:
// how rare a word is in cases that the visitor does not see is nobody's business.
func (s *Store) CasesWith(ctx context.Context, who [][32]byte, open int, words [][32]byte, after string, limit int) (list []escalation.CaseRow, err error) {
	seats, asked := hashes(who), hashes(words)
	if len(asked) == 0 {
		return s.CasesOf(ctx, who, open, after, limit)
	}
	if err := visitor(seats, after); err != nil {
		return nil, err
	}
	if limit < 1 || (len(seats) == 0 && open <= 0) {
		return nil, nil
	}
	err = s.transact(ctx, Reading, func(t *tx) error {
		rarest, err := t.rarest(ctx, seats, open, asked)
		if err != nil {
			return err
		}
		byVisitor, byWord := int64(1), int64(0)
		if rarest > 0 {
			byVisitor, byWord = 0, 1
			asked[0], asked[rarest-1] = asked[rarest-1], asked[0]
		}
		b := &builder{}
		b.add(`SELECT ` + caseColumns + ` FROM (SELECT handle FROM (`)
		branches(b, seats, false, open, after, 0, byVisitor)
		b.add(`) v UNION ALL SELECT handle FROM desk_word WHERE word = `).arg(asked[0]).add(` AND handle > `).arg(after).add(` AND `).arg(byWord).
			add(` = 1) h LEFT JOIN desk_case c ON c.handle = h.handle WHERE (`).arg(byWord).add(` = 1`)
		for i, w := range asked {
			b.add(map[bool]string{true: ` OR `, false: ` AND `}[i == 0]).
				add(`(SELECT 1 FROM desk_word w WHERE w.word = `).arg(w).add(` AND w.handle = h.handle LIMIT 1) IS NOT NULL`)
			if i == 0 {
				b.add(`)`)
			}
		}
		b.add(` AND (`).arg(byVisitor).add(` = 1 OR `)
		if open > 0 {
			b.add(`c.open >= `).arg(open).add(` OR `)
		}
		b.add(`(SELECT 1 FROM seat s WHERE s.handle = h.handle AND s.who IN `).list(seats).add(` LIMIT 1) IS NOT NULL)`)
		b.add(` ORDER BY h.handle LIMIT `).arg(limit)
		list, err = all(ctx, t, readingLines, b.text(), scanCase, b.args...)
		return err
	})
	return list, err
}

// rarest tells whether the visitor sees fewest cases (0) or which word stands in
// fewest (1, 2, …), as far as that can be told without counting all.
func (t *tx) rarest(ctx context.Context, seats []any, open int, words []any) (int, error) {
	b := &builder{}
	b.add(`SELECT COUNT(*) FROM (`)
	n := 0
	if len(seats) > 0 {
		b.add(`SELECT 1 FROM seat WHERE who IN `).list(seats)
		n++
	}
	if open > 0 {
		if n > 0 {
			b.add(` UNION ALL `)
		}
		b.add(`SELECT 1 FROM desk_case WHERE open > 0`)
	}
	b.add(` LIMIT `).arg(fewCases).add(`) AS v`)
	for _, w := range words {
		b.add(` UNION ALL SELECT COUNT(*) FROM (SELECT 1 FROM desk_word WHERE word = `).arg(w).add(` LIMIT `).arg(fewCases).add(`) AS w`)
	}
	counts, err := all(ctx, t, readingLines, b.text(), func(r Rows) (n int64, err error) {
		err = r.Scan(&n)
		return n, err
	}, b.args...)
	if err != nil {
		return 0, err
	}
	best := 1
	for i, c := range counts {
		if i != best && (c < counts[best] || (i == 0 && c == counts[best] && c < fewCases)) {
			best = i
		}
	}
	return best, nil
}

// visitor refuses a list of more organisations and people than anybody acts for.
func visitor(seats []any, after string) error {
	if len(seats) > maxBranches {
		return fault.New(fault.Internal, "somebody acts for %d organisations at once, and at most %d can be", len(seats), maxBranches)
	}
	return clean("a handle", after)
}
