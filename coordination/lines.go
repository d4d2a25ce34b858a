package coordination

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/escalation"
	"tocsin/internal/fault"
)

// Filter narrows the desk.
type Filter struct {
	Case  string // handle or id
	Party string // with Case: id of a party
	Law   string // pack, such as eu-cra
	Mine  bool   // only cases on which the reader has a seat as a person
	Past  bool   // only what is past due
	Week  bool   // only what is due within seven days, or past
}

// Lines is a page of the desk.
type Lines struct {
	Lines []DeskLine
	Next  string   // cursor; "" at the end
	Laws  []string // packs that have rules with duties, to filter by
	At    time.Time
}

// DeskLine is one duty that is not done, with the case it is of and what the
// reader can do next.
type DeskLine struct {
	escalation.Line
	Case  string // id
	Title string
	Mine  bool   // the reader acts for the obliged party
	Step  string // the one button: add-event for whoever acts for the obliged, ask for who runs the case, else look
}

// rounds bounds how often the database is asked for one page: what the filters
// and the table leave out of a page is filled up from the next rows, within this.
const rounds = 24

// Lines gives the duties that are not done, over all cases that the reader may
// see, in order of due. A page that comes out short, or empty, while Next is set
// is not the end: what was looked at for it did not belong to the reader.
func (d *Desk) Lines(ctx context.Context, who access.Reader, f Filter, p Page) (*Lines, error) {
	l, err := d.lister(ctx, who, f, p)
	if err != nil {
		return nil, err
	}
	out := &Lines{Laws: d.laws, At: l.now}
	if len(l.q.Who) == 0 {
		return out, nil
	}
	if err := l.sides(ctx); err != nil {
		return nil, err
	}
	size := p.limit()
	for range rounds {
		l.q.Limit = size - len(l.out) + 1
		rows, err := d.o.Lines.Lines(ctx, l.q)
		if err != nil {
			return nil, err
		}
		if err := l.meet(ctx, rows); err != nil {
			return nil, err
		}
		whole := true
		for i := range rows {
			at := escalation.Place{Due: rows[i].Due, Handle: rows[i].Handle, N: rows[i].N}
			l.own(&at, size)
			if len(l.out) == size {
				whole = false
				break
			}
			if err := l.take(&rows[i]); err != nil {
				return nil, err
			}
			l.last = &at
		}
		end := len(rows) < l.q.Limit
		if end {
			l.own(nil, size)
		}
		if len(l.out) == size || end {
			l.done = end && whole && len(l.mine) == 0
			break
		}
		l.q.After = l.last
	}
	out.Lines = l.out
	if !l.done && l.last != nil {
		out.Next, err = d.turn(who, l.name, cursor{Due: l.last.Due, Handle: l.last.Handle, N: l.last.N})
	}
	return out, err
}

// lister makes one page of the desk.
type lister struct {
	d    *Desk
	who  access.Reader
	f    Filter
	q    escalation.Query
	now  time.Time
	name string // of the list, for the cursor

	narrow map[string]*known // cases of which the reader sees a side
	side   map[string]*side
	mine   []sided // lines of those that are still to come, in order
	cases  map[string]*known

	out  []DeskLine
	last *escalation.Place // the last that was looked at
	done bool
}

// sided is a line made of a side, in its place.
type sided struct {
	at   escalation.Place
	k    *known
	s    *side
	line *escalation.Line
}

func (d *Desk) lister(ctx context.Context, who access.Reader, f Filter, p Page) (*lister, error) {
	now := d.o.Now()
	l := &lister{d: d, who: who, f: f, now: now, cases: map[string]*known{}, q: escalation.Query{Who: d.hashes(who)}}
	if f.Party != "" && f.Case == "" {
		return nil, fault.New(fault.Invalid, "to look at one party, name its case too")
	}
	if f.Case != "" {
		s, err := d.sit(ctx, who, f.Case, access.See)
		if err != nil {
			return nil, err
		}
		l.q.Handle = s.Handle
		if f.Party != "" {
			if s.Case.Party(f.Party) == nil {
				return nil, fault.New(fault.NotFound, "there is no such party here")
			}
			h := d.keys.Party(s.Handle, f.Party)
			l.q.Party = &h
		}
	}
	if f.Law != "" {
		h := d.keys.Law(f.Law)
		l.q.Law = &h
	}
	if f.Mine {
		h := d.keys.Who(who.Person)
		l.q.Only = &h
	}
	switch {
	case f.Past:
		l.q.Before = now.Unix() + 1
	case f.Week:
		l.q.Before = now.Add(7 * 24 * time.Hour).Unix()
	}
	l.name = fmt.Sprintf("lines\x00%s\x00%s\x00%s\x00%t%t%t", l.q.Handle, f.Party, f.Law, f.Mine, f.Past, f.Week)
	c, err := d.turned(who, l.name, p.After)
	if err != nil {
		return nil, err
	}
	if c != nil {
		l.q.After = c.place()
		l.last = l.q.After
	}
	return l, nil
}

// sides makes the lines of the cases that the reader sees a side of, those that
// the filter and the place leave.
func (l *lister) sides(ctx context.Context) error {
	all, err := l.d.narrow(ctx, l.who)
	if err != nil {
		return err
	}
	l.narrow = all
	wanted := map[string]*known{}
	for h, k := range all {
		if (l.q.Handle == "" || l.q.Handle == h) && (!l.f.Mine || k.personal(l.who)) {
			wanted[h] = k
		}
	}
	handles, sides, err := l.d.sidesOf(ctx, l.who, wanted)
	if err != nil {
		return err
	}
	l.side = sides
	for _, h := range handles {
		s := sides[h]
		for n := range s.lines {
			line := &s.lines[n]
			at := escalation.Place{Due: line.Sorts(), Handle: h, N: n}
			if !l.fits(line, at.Due) || l.q.After != nil && byPlace(at, *l.q.After) <= 0 {
				continue
			}
			l.mine = append(l.mine, sided{at, all[h], s, line})
		}
	}
	slices.SortFunc(l.mine, func(a, b sided) int { return byPlace(a.at, b.at) })
	return nil
}

// fits asks of a line what the query asks of a row.
func (l *lister) fits(line *escalation.Line, due int64) bool {
	return (l.f.Party == "" || l.f.Party == line.Obliged) && (l.f.Law == "" || l.f.Law == line.Pack) && (l.q.Before == 0 || due < l.q.Before)
}

// own puts the reader's own lines before a place onto the page; nil: all that
// are left.
func (l *lister) own(before *escalation.Place, size int) {
	for len(l.mine) > 0 && len(l.out) < size && (before == nil || byPlace(l.mine[0].at, *before) < 0) {
		m := l.mine[0]
		l.mine = l.mine[1:]
		l.add(m.k, *m.line, m.s.id, m.s.title)
		l.last = &m.at
	}
}

// meet asks the table about the cases of some rows that it was not asked about
// yet.
func (l *lister) meet(ctx context.Context, rows []escalation.Row) error {
	handles := slices.Clone(nowhere) // asked for even if no row is the reader's to know of
	for i := range rows {
		h := rows[i].Handle
		if l.cases[h] == nil && l.narrow[h] == nil && !slices.Contains(handles, h) {
			handles = append(handles, h)
		}
	}
	list, err := l.d.o.Lines.CaseRows(ctx, handles)
	if err != nil {
		return err
	}
	got, err := l.d.know(ctx, l.who, list)
	if err != nil {
		return err
	}
	for _, h := range handles[len(nowhere):] {
		k := got[h]
		if k == nil {
			k = &known{handle: h}
		}
		if k.see.Allowed && !k.see.View.All { // beyond those that were looked at one by one
			s, err := l.d.sideOf(ctx, l.who, k)
			if err != nil {
				return err
			}
			if s == nil {
				k.see = access.Decision{}
			} else {
				l.side[h] = s
			}
		}
		l.cases[h] = k
	}
	return nil
}

// take puts a row of the projection onto the page if it is the reader's to see:
// as it stands for whoever sees all of the case, else as the reader's own side
// has it, or not at all.
func (l *lister) take(r *escalation.Row) error {
	k := l.cases[r.Handle]
	if k == nil || !k.see.Allowed { // of narrow, or refused
		return nil
	}
	line, err := r.Open(l.d.opener)
	if err != nil {
		return err
	}
	id, title := k.brief.Case, k.brief.Title
	if !k.see.View.All {
		s := l.side[r.Handle]
		i := slices.IndexFunc(s.lines, func(o escalation.Line) bool { return o.Duty == line.Duty })
		if i < 0 {
			return nil
		}
		line, id, title = s.lines[i], s.id, s.title
	}
	l.add(k, line, id, title)
	return nil
}

func (l *lister) add(k *known, line escalation.Line, id, title string) {
	line.PastDue = line.PastDue || line.Past(l.now)
	if l.f.Past && !line.PastDue {
		return
	}
	mine, step := k.step(l.who, line.Obliged)
	l.out = append(l.out, DeskLine{Line: line, Case: id, Title: title, Mine: mine, Step: step})
}

// personal tells whether the reader has a seat of their own on the case.
func (k *known) personal(who access.Reader) bool {
	return slices.ContainsFunc(k.seats, func(s access.Seat) bool { return s.Person != "" && s.Person == who.Person })
}
