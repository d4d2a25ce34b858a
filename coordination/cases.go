package coordination

import (
	"context"
	"time"

	"tocsin/access"
)

// Listed is a line of the list of cases.
type Listed struct {
	Handle, Case, Title, TLP, Record string
	Version                          int64
	Role                             access.SeatRole
	Open                             int // duties not done that the reader may see
	Next                             *time.Time
}

// Cases lists the cases that the reader may see, in order of their handles. A
// page that comes out short while next is set is not the end.
func (d *Desk) Cases(ctx context.Context, who access.Reader, p Page) (cases []Listed, next string, err error) {
	const list = "cases"
	after, err := d.turned(who, list, p.After)
	if err != nil {
		return nil, "", err
	}
	last := ""
	if after != nil {
		last = after.Handle
	}
	hashes, size := d.hashes(who), p.limit()
	if who.Person == "" {
		return nil, "", nil
	}
	for range rounds {
		want := size - len(cases)
		rows, err := d.o.Seats.CasesOf(ctx, hashes, level(who), last, want)
		if err != nil {
			return nil, "", err
		}
		got, err := d.know(ctx, who, rows)
		if err != nil {
			return nil, "", err
		}
		for i := range rows {
			last = rows[i].Handle
			l, ok, err := d.listed(ctx, who, got[last])
			if err != nil {
				return nil, "", err
			}
			if ok {
				cases = append(cases, l)
			}
		}
		if len(rows) < want {
			return cases, "", nil
		}
		if len(cases) == size {
			break
		}
	}
	next, err = d.turn(who, list, cursor{Handle: last})
	return cases, next, err
}

// listed makes the line of a case; false if the reader may not see it.
func (d *Desk) listed(ctx context.Context, who access.Reader, k *known) (Listed, bool, error) {
	if k == nil || !k.see.Allowed {
		return Listed{}, false, nil
	}
	l := Listed{Handle: k.handle, Version: k.version, Role: access.RoleOn(who, k.matter)}
	if k.see.View.All && k.whole {
		b := &k.brief
		l.Case, l.Title, l.TLP, l.Record, l.Open, l.Next = b.Case, b.Title, b.TLP, b.Record, b.Lines, b.Next
		return l, true, nil
	}
	s, err := d.sideOf(ctx, who, k)
	if err != nil || s == nil {
		return Listed{}, false, err
	}
	l.Case, l.Title, l.TLP, l.Record, l.Version, l.Open, l.Next = s.id, s.title, s.tlp, s.record, s.version, len(s.lines), s.next()
	return l, true, nil
}
