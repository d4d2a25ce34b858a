package coordination

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// known is a case on a list, with what the table says to the reader who looks.
type known struct {
	handle  string
	version int64
	brief   escalation.Brief
	seats   []access.Seat // those that could be the reader's
	matter  access.Matter
	see     access.Decision
	whole   bool // it is in the projection as it should be; else it was loaded

	asked bool     // the next two are answered
	acts  []string // parties that the reader acts for
	asks  bool     // the reader runs the case
}

// nowhere are handles that no case has. A list asks for them too, so that it asks
// alike whether or not it holds something that the reader must not know of.
var nowhere = []string{"-", "--"}

// know asks the table once for each case of a list. It takes one statement
// however many there are, none included; a case that is not projected yet, or
// whose projection has been overtaken by time, is loaded.
func (d *Desk) know(ctx context.Context, who access.Reader, rows []escalation.CaseRow) (map[string]*known, error) {
	out := make(map[string]*known, len(rows))
	handles := slices.Clone(nowhere)
	for i := range rows {
		handles = append(handles, rows[i].Handle)
	}
	seats, err := d.seatsAmong(ctx, who, handles)
	if err != nil {
		return nil, err
	}
	now := d.o.Now()
	for i := range rows {
		r := &rows[i]
		k := &known{handle: r.Handle, version: r.Version, seats: seats[r.Handle]}
		out[r.Handle] = k
		if len(r.Sealed) > 0 && now.Unix() < r.Changes+graceful {
			if k.brief, err = r.Brief(d.opener); err != nil {
				return nil, err
			}
			k.matter, k.whole = k.brief.Matter, true
			k.matter.Seats, k.matter.On = k.seats, calendar.DateOf(now, time.UTC)
			k.see = access.Decide(access.See, who, k.matter)
			continue
		}
		s, err := d.sit(ctx, who, r.Handle, access.See)
		if refused(err) {
			continue // k.see is the zero decision: a refusal
		}
		if err != nil {
			return nil, err
		}
		k.version, k.matter, k.see = s.Version, s.matter, access.Decide(access.See, who, s.matter)
		k.brief = escalation.Brief{Case: s.Case.File.Case, Title: s.Case.Title, TLP: s.Case.TLP, Record: s.Case.Record}
	}
	return out, nil
}

// seated tells on which cases the reader has a seat that shows them. It is three
// statements of one length for up to room cases: how much others do on cases of
// theirs is not to be told by what a list costs.
func (d *Desk) seated(ctx context.Context, who access.Reader, cases []string, room int) (map[string]bool, error) {
	handles := slices.Clone(cases)
	for n := len(handles); n < room; n++ {
		handles = append(handles, fmt.Sprintf("-%d", n))
	}
	seats, err := d.seatsAmong(ctx, who, handles)
	if err != nil {
		return nil, err
	}
	asked := slices.Clone(nowhere)
	for h := range seats {
		asked = append(asked, h)
	}
	rows, err := d.o.Lines.CaseRows(ctx, asked)
	if err != nil {
		return nil, err
	}
	known, err := d.know(ctx, person(who), rows)
	if err != nil {
		return nil, err
	}
	out := make(map[string]bool, len(seats))
	for h := range seats {
		k := known[h]
		out[h] = k == nil || may(k.see) // what is not projected is looked at by itself
	}
	return out, nil
}

// graceful is for how many seconds after its change a projection is still taken,
// while the watcher is at it.
const graceful = 5

// seatsAmong gives the reader's seats on some cases.
func (d *Desk) seatsAmong(ctx context.Context, who access.Reader, handles []string) (map[string][]access.Seat, error) {
	rows, err := d.o.Seats.SeatsAmong(ctx, handles, d.hashes(who))
	if err != nil {
		return nil, err
	}
	byCase := map[string][]SeatRow{}
	for _, r := range rows {
		byCase[r.Handle] = append(byCase[r.Handle], r)
	}
	out := make(map[string][]access.Seat, len(byCase))
	for h, list := range byCase {
		if out[h], err = d.openSeats(list); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// step is what the reader can do next about a duty of a party.
func (k *known) step(who access.Reader, party string) (mine bool, step string) {
	if !k.asked {
		k.asked = true
		k.acts = access.ActsFor(access.Add, who, k.matter)
		role := access.RoleOn(who, k.matter)
		k.asks = (role == access.Owner || role == access.Coordinates) && access.Decide(access.Add, who, k.matter).Allowed
	}
	switch {
	case slices.Contains(k.acts, party):
		return true, "add-event"
	case k.asks:
		return false, "ask"
	}
	return false, "look"
}

// narrowMost is how many cases of which a reader sees a side are looked at one by
// one. Of further ones the desk shows what both the reader and the whole case
// make a duty of.
const narrowMost = 256

// narrow gives the cases that the reader sees a side of: what stands on a list
// about them is made of that side alone, so that neither a line nor a hit, nor
// the lack of one, tells what the rest holds.
func (d *Desk) narrow(ctx context.Context, who access.Reader) (map[string]*known, error) {
	cases, _, err := d.narrowBehind(ctx, who, "")
	return cases, err
}

// narrowBehind gives the cases behind a handle that the reader sees a side of, and
// up to where these are all; "" if there are no more.
func (d *Desk) narrowBehind(ctx context.Context, who access.Reader, last string) (cases map[string]*known, until string, err error) {
	hashes := d.hashes(who)
	if len(hashes) == 0 {
		return map[string]*known{}, "", nil
	}
	find := d.o.Seats.NarrowCases
	if slices.ContainsFunc(who.Acting, func(a access.Acting) bool { s := a.Everywhere(); return s != partner.Active && s != partner.Warned }) {
		// somebody's standing narrows every seat, those that see all included
		find = func(ctx context.Context, who [][32]byte, after string, limit int) ([]escalation.CaseRow, error) {
			return d.o.Seats.CasesOf(ctx, who, nobody, after, limit)
		}
	}
	rows, err := find(ctx, hashes, last, narrowMost)
	if err != nil {
		return nil, "", err
	}
	if len(rows) == narrowMost {
		until = rows[narrowMost-1].Handle
	}
	if cases, err = d.know(ctx, who, rows); err != nil {
		return nil, "", err
	}
	for h, k := range cases {
		if k.see.Allowed && k.see.View.All {
			delete(cases, h) // another seat sees all of it
		}
	}
	return cases, until, nil
}

// nobody is a level of openness that no case has.
const nobody = 3

// sideOfCase begins the handles under which sides are remembered.
const sideOfCase = "side "

// side is what a reader of a side has on the desk of one case.
type side struct {
	title, id, tlp string
	record         string
	version        int64
	lines          []escalation.Line
}

// sideOf makes, or remembers, the lines of a case from what the reader sees of
// it. nil if the reader may not see it.
func (d *Desk) sideOf(ctx context.Context, who access.Reader, k *known) (*side, error) {
	got, err := d.remembered(ctx, who, k, "lines ", d.makeSide)
	if got == nil || err != nil {
		return nil, err
	}
	return got.(*side), nil
}

// remembered gives what is made of the part of a case that the reader sees; nil
// if the reader may not see it. Readers who see the same part share it.
func (d *Desk) remembered(ctx context.Context, who access.Reader, k *known, what string, produce func(context.Context, *sitting) (made, error)) (any, error) {
	if !k.see.Allowed {
		return nil, nil
	}
	of := viewKey(k.see.View)
	got, err := d.memory.get(ctx, memoKey{handle: sideOfCase + k.handle, version: k.version, what: what + of}, func(ctx context.Context) (made, error) {
		s, err := d.sit(ctx, who, k.handle, access.See)
		switch {
		case err != nil:
			return made{}, err
		case viewKey(s.View) != of:
			return made{}, errMoved
		}
		return produce(ctx, s)
	})
	if err == errMoved || refused(err) {
		// The case went on since it was projected, and this reader, or the one who
		// asked at the same time, sees another part of it now. That is for this
		// reader alone, and not remembered.
		s, err := d.sit(ctx, who, k.handle, access.See)
		if refused(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		m, err := produce(ctx, s)
		return m.value, err
	}
	return got, err
}

var errMoved = fault.New(fault.Unavailable, "the case has moved on")

// refused tells that the table, or the lack of a case, is behind an error.
func refused(err error) bool {
	if err == nil {
		return false
	}
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Forbidden, fault.Suspended:
		return true
	}
	return false
}

func (d *Desk) makeSide(ctx context.Context, s *sitting) (made, error) {
	out := &side{title: s.Case.Title, id: s.Case.File.Case, tlp: s.Case.TLP, record: s.Case.Record, version: s.Version}
	m := made{value: out, bytes: 1024, until: d.o.Now().Add(hour)}
	if !s.Case.Kept() {
		return m, nil
	}
	p, err := d.planned(ctx, s, PlanOptions{})
	if err != nil {
		return made{}, err
	}
	out.lines = escalation.LinesOf(s.Handle, s.Case, p.Plan, d.o.Book)
	t, err := escalation.Until(s.Case, d.o.Book, p.Plan)
	if err != nil {
		return made{}, err
	}
	if !t.IsZero() && t.Before(m.until) {
		m.until = t
	}
	m.bytes += 2048 * int64(len(out.lines))
	return m, nil
}

// sidesOf gives the sides of several cases, in order of their handles.
func (d *Desk) sidesOf(ctx context.Context, who access.Reader, cases map[string]*known) (handles []string, sides map[string]*side, err error) {
	sides = make(map[string]*side, len(cases))
	for h, k := range cases {
		s, err := d.sideOf(ctx, who, k)
		if err != nil {
			return nil, nil, err
		}
		if s != nil {
			sides[h] = s
			handles = append(handles, h)
		}
	}
	slices.Sort(handles)
	return handles, sides, nil
}

// next is the due of the first line that has one.
func (s *side) next() *time.Time {
	for i := range s.lines {
		if s.lines[i].Due != nil {
			return s.lines[i].Due
		}
	}
	return nil
}

func byPlace(a, b escalation.Place) int {
	return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.Handle, b.Handle), cmp.Compare(a.N, b.N))
}
