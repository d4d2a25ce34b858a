package sqlstore

import (
	"cmp"
	"context"
	"slices"

	"tocsin/escalation"
)

// A page of lines is found in one of two ways, and which is quick depends on
// what nobody knows beforehand. Walking the lines in their order and asking of
// each whether it may be seen is quick for whoever sees many. Gathering the lines
// of one's seats and sorting them is quick for whoever sees few. So both are
// tried with small bounds first, then with larger ones; the bounds count lines
// that are looked at. Whoever sees nearly all has the page after the first walk.
const (
	walkShort = 2     // pages walked at first
	fewLines  = 1024  // gathered then
	walkFirst = 1024  // walked next
	manyLines = 16384 // gathered next
	walkLong  = 65536
)

// key is what of a line decides its place on a page.
type lineKey struct {
	escalation.Place
	law [32]byte
}

func scanLineKey(r Rows) (k lineKey, err error) {
	err = r.Scan(&k.Due, &k.Handle, &k.N, (*digest)(&k.law))
	return k, err
}

func before(a, b escalation.Place) int {
	return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Handle, b.Handle), cmp.Compare(a.N, b.N))
}

// Lines implements escalation.Store.
func (s *Store) Lines(ctx context.Context, q escalation.Query) (list []escalation.Row, err error) {
	if err := clean("a handle", q.Handle); err != nil {
		return nil, err
	}
	f := &finder{q: q, who: hashes(q.Who), start: escalation.Place{Due: q.From, N: -1}}
	if q.After != nil && before(*q.After, f.start) > 0 {
		f.start = *q.After
	}
	if err := clean("a handle", f.start.Handle); err != nil {
		return nil, err
	}
	if q.Limit < 1 || len(f.who) == 0 || (q.Before != 0 && q.Before <= f.start.Due) {
		return nil, nil
	}
	err = s.transact(ctx, Reading, func(t *tx) error {
		f.t = t
		list, err = f.find(ctx)
		return err
	})
	return list, err
}

// hashes are parameters, each once and in order.
func hashes(list [][32]byte) []any {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b [32]byte) int { return slices.Compare(a[:], b[:]) })
	list = slices.Compact(list)
	out := make([]any, len(list))
	for i := range list {
		out[i] = slices.Clone(list[i][:])
	}
	return out
}

// finder finds one page.
type finder struct {
	t     *tx
	q     escalation.Query
	who   []any
	start escalation.Place // the page begins behind it
}

func (f *finder) find(ctx context.Context) ([]escalation.Row, error) {
	switch {
	case f.q.Handle != "":
		return f.ofCase(ctx)
	case f.q.Party != nil:
		list, _, err := f.walk(ctx, f.start, 0)
		return list, err
	}
	list, next, err := f.walk(ctx, f.start, min(walkShort*f.q.Limit, walkFirst))
	if err != nil || next == nil {
		return list, err
	}
	for _, n := range []int{fewLines, manyLines} {
		keys, ok, err := f.gather(ctx, n)
		if err != nil || ok {
			return f.read(ctx, keys, err)
		}
		if n == fewLines {
			if list, next, err = f.walk(ctx, f.start, walkFirst); err != nil || next == nil {
				return list, err
			}
		}
	}
	for next != nil {
		f.q.Limit -= len(list)
		var more []escalation.Row
		if more, next, err = f.walk(ctx, *next, walkLong); err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// seen is the condition that one of who has a seat that sees line l. It is a
// value and no join, so that no engine turns the walk around.
func (f *finder) seen(b *builder) {
	b.add(`(SELECT 1 FROM seat s WHERE s.handle = l.handle AND s.who IN `).list(f.who).
		add(` AND (s.every = 1 OR s.party = l.party) LIMIT 1) IS NOT NULL`)
}

// until bounds the due of line l.
func (f *finder) until(b *builder) {
	if f.q.Before != 0 {
		b.add(` AND l.due < `).arg(f.q.Before)
	}
}

// walk goes through n lines (0: all) behind a place in their order and gives
// those that are seen, at most a page; next is where to go on, nil if the page is
// full or there is nothing more.
func (f *finder) walk(ctx context.Context, from escalation.Place, n int) (list []escalation.Row, next *escalation.Place, err error) {
	path := func(b *builder) {
		b.add(` FROM desk_line l WHERE (l.due, l.handle, l.n) > (`).arg(from.Due).add(`, `).arg(from.Handle).add(`, `).arg(from.N).add(`)`)
		f.until(b)
		if f.q.Law != nil {
			b.add(` AND l.law = `).arg(f.q.Law[:])
		}
		if f.q.Party != nil {
			b.add(` AND l.party = `).arg(f.q.Party[:])
		}
	}
	const order = ` ORDER BY l.due, l.handle, l.n LIMIT `
	b := &builder{}
	b.add(`SELECT l.due, l.handle, l.n, l.party, l.law, l.sealed`)
	if n > 0 {
		b.add(` FROM (SELECT l.due, l.handle, l.n, l.party, l.law, l.sealed`)
		path(b)
		b.add(order).arg(n).add(`) l WHERE `)
	} else {
		path(b)
		b.add(` AND `)
	}
	f.seen(b)
	if f.q.Only != nil {
		b.add(` AND (SELECT 1 FROM seat o WHERE o.handle = l.handle AND o.who = `).arg(f.q.Only[:]).add(` LIMIT 1) IS NOT NULL`)
	}
	b.add(order).arg(f.q.Limit)
	if list, err = all(ctx, f.t, readingLines, b.text(), scanLine, b.args...); err != nil || n == 0 || len(list) == f.q.Limit {
		return list, nil, err
	}
	end := &builder{}
	end.add(`SELECT l.due, l.handle, l.n, l.law`)
	path(end)
	end.add(` ORDER BY l.due, l.handle, l.n LIMIT 1 OFFSET `).arg(n - 1)
	last, err := all(ctx, f.t, readingLines, end.text(), scanLineKey, end.args...)
	if err != nil || len(last) == 0 {
		return list, nil, err
	}
	return list, &last[0].Place, nil
}

// gather gives the places of a page, found through the seats; false if more than
// so many lines would have to be looked at.
func (f *finder) gather(ctx context.Context, n int) ([]escalation.Place, bool, error) {
	b := &builder{}
	if f.q.Only != nil {
		b.add(`SELECT l.due, l.handle, l.n, l.law FROM (SELECT DISTINCT handle FROM seat WHERE who = `).arg(f.q.Only[:]).
			add(`) o CROSS JOIN desk_line l WHERE l.handle = o.handle LIMIT `).arg(n + 1)
	} else {
		b.add(`SELECT l.due, l.handle, l.n, l.law FROM seat s CROSS JOIN desk_line l WHERE l.handle = s.handle AND s.every = 1 AND s.who IN `).list(f.who).
			add(` UNION ALL SELECT l.due, l.handle, l.n, l.law FROM seat s CROSS JOIN desk_line l
			WHERE l.party = s.party AND l.handle = s.handle AND s.every = 0 AND s.who IN `).list(f.who).
			add(` LIMIT `).arg(n + 1)
	}
	keys, err := all(ctx, f.t, readingLines, b.text(), scanLineKey, b.args...)
	if err != nil || len(keys) > n {
		return nil, false, err
	}
	var out []escalation.Place
	for _, k := range keys {
		if before(k.Place, f.start) > 0 && (f.q.Before == 0 || k.Due < f.q.Before) && (f.q.Law == nil || *f.q.Law == k.law) {
			out = append(out, k.Place)
		}
	}
	slices.SortFunc(out, before)
	out = slices.Compact(out)
	if f.q.Only == nil {
		out = out[:min(len(out), f.q.Limit)]
	}
	return out, true, nil
}

// read reads the lines at places that are in order.
func (f *finder) read(ctx context.Context, places []escalation.Place, err error) ([]escalation.Row, error) {
	var list []escalation.Row
	for part := range slices.Chunk(places, chunks[0]) {
		if err != nil || len(list) >= f.q.Limit {
			break
		}
		b := &builder{}
		b.add(`SELECT l.due, l.handle, l.n, l.party, l.law, l.sealed FROM desk_line l WHERE (l.handle, l.n) IN (VALUES `)
		size := chunks[0]
		for _, c := range chunks {
			if c >= len(part) {
				size = c
			}
		}
		for i := range size {
			p := part[min(i, len(part)-1)]
			b.add(map[bool]string{true: `(`, false: `, (`}[i == 0]).arg(p.Handle).add(`, CAST(`).arg(p.N).add(` AS BIGINT))`)
		}
		b.add(`)`)
		if f.q.Only != nil {
			b.add(` AND `)
			f.seen(b)
		}
		var rows []escalation.Row
		rows, err = all(ctx, f.t, readingLines, b.text(), scanLine, b.args...)
		list = append(list, inPlace(rows)...)
	}
	if err != nil {
		return nil, err
	}
	return list[:min(len(list), f.q.Limit)], nil
}

// ofCase gives the lines of one case, which may have thousands of which a party
// sees ten: so whose side is seen is asked first.
func (f *finder) ofCase(ctx context.Context) ([]escalation.Row, error) {
	b := &builder{}
	b.add(`SELECT s.every, s.party FROM seat s WHERE s.handle = `).arg(f.q.Handle).add(` AND s.who IN `).list(f.who)
	if f.q.Only != nil {
		b.add(` AND (SELECT 1 FROM seat o WHERE o.handle = s.handle AND o.who = `).arg(f.q.Only[:]).add(` LIMIT 1) IS NOT NULL`)
	}
	every, parties := false, [][32]byte{}
	err := f.t.query(ctx, readingLines, b.text(), func(r Rows) error {
		var all int64
		var party [32]byte
		err := r.Scan(&all, (*digest)(&party))
		every = every || all == 1
		if all == 0 && (f.q.Party == nil || *f.q.Party == party) {
			parties = append(parties, party)
		}
		return err
	}, b.args...)
	if every && f.q.Party != nil {
		every, parties = false, [][32]byte{*f.q.Party}
	}
	if err != nil || (!every && len(parties) == 0) {
		return nil, err
	}
	b = &builder{}
	b.add(`SELECT l.due, l.handle, l.n, l.party, l.law, l.sealed FROM desk_line l WHERE l.handle = `).arg(f.q.Handle).
		add(` AND (l.due, l.handle, l.n) > (`).arg(f.start.Due).add(`, `).arg(f.start.Handle).add(`, `).arg(f.start.N).add(`)`)
	f.until(b)
	if f.q.Law != nil {
		b.add(` AND l.law = `).arg(f.q.Law[:])
	}
	if !every {
		b.add(` AND l.party IN `).list(hashes(parties))
	}
	b.add(` ORDER BY l.due, l.handle, l.n LIMIT `).arg(f.q.Limit)
	return all(ctx, f.t, readingLines, b.text(), scanLine, b.args...)
}
