package coordination

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

// sitting is one reader before one case.
type sitting struct {
	*Seen
	w      *world
	matter access.Matter
	at     time.Time
}

// See gives a case by its handle or its id. fault.NotFound for what is not
// there and what is not the reader's; fault.Forbidden with the clause where a
// prohibition on sharing abroad refuses a colleague (a *Refusal).
func (d *Desk) See(ctx context.Context, who access.Reader, ref string) (*Seen, error) {
	s, err := d.sit(ctx, who, ref, access.See)
	if err != nil {
		return nil, err
	}
	d.read(who, "case", s.Handle, s.View)
	return s.Seen, nil
}

// sit brings a reader before a case to do an act, or says that there is none.
// What refuses a reader whatever the case is refused before the database is asked.
func (d *Desk) sit(ctx context.Context, who access.Reader, ref string, act access.Act) (*sitting, error) {
	if dec := access.Decide(act, who, access.Matter{}); !dec.Allowed && dec.Kind != fault.NotFound {
		return nil, refuse(dec)
	}
	at := d.o.Now()
	p, seats, err := d.find(ctx, who, ref)
	if err != nil {
		return nil, err
	}
	w, err := d.world(ctx, p)
	if err != nil {
		return nil, gone(err)
	}
	m, err := d.matterAt(ctx, w)
	if err != nil {
		return nil, err
	}
	m.Seats = seats
	dec := d.settle(act, access.Decide(act, who, m))
	if !dec.Allowed {
		return nil, refuse(unseated(dec, who, m))
	}
	cut, err := d.cut(ctx, w, dec.View)
	if err != nil {
		return nil, err
	}
	s := &Seen{Handle: w.handle, Version: cut.version, Case: cut.c, View: dec.View, Records: cut.records, Seats: seats,
		Role: access.RoleOn(who, m), Parties: access.ActsFor(access.Add, who, m), May: map[access.Act]access.Decision{}}
	for _, a := range access.Acts() {
		s.May[a] = unseated(d.settle(a, access.Decide(a, who, m)), who, m)
	}
	return &sitting{Seen: s, w: w, matter: m, at: at}, nil
}

// unseated says of an act that the label gives to nobody without a seat that it is
// refused, where the reader sees the case: they know that it is there.
func unseated(dec access.Decision, who access.Reader, m access.Matter) access.Decision {
	if !dec.Allowed && dec.Kind == fault.NotFound && access.Decide(access.See, person(who), m).Allowed {
		return access.Decision{Kind: fault.Forbidden, Code: access.CodeRole}
	}
	return dec
}

// gone turns a case that went away between two statements into one that is not there.
func gone(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return notThere()
	}
	return err
}

// find gives the place of a case whose existence the reader may know, with the
// reader's own seats on it. A warm case of the reader's costs one look at its
// version and one at the seats. Whatever is refused costs the same statements,
// in the same order, whether or not there is such a case.
func (d *Desk) find(ctx context.Context, who access.Reader, ref string) (record.Peeked, []access.Seat, error) {
	ref = clean(ref)
	p, ok, err := d.o.Keeper.Peek(ctx, ref)
	if err != nil {
		return p, nil, err
	}
	seats, err := d.seatsFor(ctx, who, ref)
	if err != nil {
		return p, nil, err
	}
	if ok {
		if w, warm := d.memory.peek(memoKey{p.Handle, p.Version, p.Head, "case"}); warm {
			if knows(who, w.(*world).c.TLP, seats) {
				return p, seats, nil
			}
		}
	}
	sum, found, err := d.o.Keeper.Find(ctx, ref)
	if err != nil {
		return p, nil, err
	}
	handle := ref
	if found {
		handle = sum.Handle
	}
	if seats, err = d.seatsFor(ctx, who, handle); err != nil {
		return p, nil, err
	}
	if found && knows(who, sum.TLP, seats) {
		p, ok, err = d.o.Keeper.Peek(ctx, handle)
		if err == nil && !ok {
			err = notThere()
		}
		return p, seats, err
	}
	handle, err = d.named(ctx, who, ref)
	if err != nil {
		return p, nil, err
	}
	return d.find(ctx, who, handle)
}

// named finds the only case of that id among those of the reader.
func (d *Desk) named(ctx context.Context, who access.Reader, id string) (string, error) {
	handles, err := d.allNamed(ctx, who, id)
	switch {
	case err != nil:
		return "", err
	case len(handles) == 1 && handles[0] != id:
		return handles[0], nil
	case len(handles) > 1:
		return "", fault.New(fault.Conflict, "several cases that you may see have this id; take the one you mean from the list")
	}
	return "", notThere()
}

// namesakes is among how many cases of one id the reader's are looked for.
const namesakes = 16

// allNamed gives the cases of an id that the reader may know of. The database
// tells those on which somebody of the reader's group has a seat; the table leaves
// out those that their label keeps from the reader. It is the same statements
// whether or not there are such.
func (d *Desk) allNamed(ctx context.Context, who access.Reader, id string) (handles []string, err error) {
	rows, err := d.o.Seats.CasesWith(ctx, d.hashes(who), level(who), [][32]byte{d.keys.Word(escalation.IDWord(id))}, "", namesakes)
	if err != nil {
		return nil, err
	}
	list, err := d.know(ctx, person(who), rows)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if k := list[rows[i].Handle]; k != nil && may(k.see) {
			handles = append(handles, k.handle)
		}
	}
	return handles, nil
}

// may tells whether a decision lets the reader know that there is such a case.
func may(dec access.Decision) bool {
	return dec.Allowed || dec.Kind != fault.NotFound && dec.Kind != ""
}

// level is how open a case must be for the reader to see it without a seat.
func level(who access.Reader) int {
	for i := range who.Acting {
		if s := who.Acting[i].Everywhere(); s == partner.Active || s == partner.Warned {
			return 1
		}
	}
	return 2
}

// knows tells whether the reader may know that the case is there.
func knows(who access.Reader, tlp string, seats []access.Seat) bool {
	return may(access.Decide(access.See, person(who), access.Matter{TLP: tlp, Seats: seats}))
}

// person is the reader without the limits of a token: whether a case is there for
// somebody does not depend on what they came with.
func person(who access.Reader) access.Reader {
	who.Scopes = nil
	return who
}

// clean bounds what is looked for; a case has no longer name.
func clean(ref string) string {
	if len(ref) > 200 || strings.ContainsRune(ref, 0) {
		return "-"
	}
	return ref
}

// cutDown is a case as one viewpoint sees it.
type cutDown struct {
	c       *casefile.Case
	version int64
	records []record.Meta
}

// viewKey names a viewpoint.
func viewKey(v access.Viewpoint) string {
	if v.All {
		return "all"
	}
	parties := slices.Clone(v.Parties)
	slices.Sort(parties)
	return fmt.Sprintf("%t %t %q %q", v.Own, v.Embargo, parties, v.Limited)
}

// cut gives the case as a viewpoint sees it, from memory or made now.
func (d *Desk) cut(ctx context.Context, w *world, v access.Viewpoint) (*cutDown, error) {
	if v.All {
		return &cutDown{w.c, w.version, w.records}, nil
	}
	got, err := d.memory.get(ctx, w.key("cut "+viewKey(v)), func(context.Context) (made, error) {
		c, err := access.Cut(w.c, v)
		if err != nil {
			return made{}, err
		}
		out := &cutDown{c: c}
		out.records, out.version = seenOf(w.records, c, v)
		return made{value: out, bytes: sizeOf(&c.File) + 200*int64(len(out.records))}, nil
	})
	if err != nil {
		return nil, err
	}
	return got.(*cutDown), nil
}

// seenOf gives the records of what is seen, and the newest of them as version: it
// does not grow with what somebody else did unseen. Who recorded another's act is
// left out.
func seenOf(all []record.Meta, c *casefile.Case, v access.Viewpoint) (out []record.Meta, version int64) {
	for _, m := range all {
		switch m.Entry {
		case "event":
			if c.Event(m.ID) == nil {
				continue
			}
			if !slices.Contains(v.Parties, c.Event(m.ID).By) {
				m.By = ""
			}
		case "receipt":
			if !slices.Contains(v.Parties, m.Party) || c.Event(m.ID) == nil {
				continue
			}
			if !slices.Contains(v.Parties, c.Event(m.ID).By) {
				m.By = ""
			}
		case "product":
			if c.Product(m.ID) == nil {
				continue
			}
			m.By = ""
		case "party":
			if c.Party(m.ID) == nil {
				continue
			}
			m.By = ""
		case "source":
			if c.Source(m.ID) == nil {
				continue
			}
			m.By = ""
		case "case":
			m.By = ""
		default: // windows are looked at by rules alone; erasures and notes are not a party's business
			continue
		}
		out = append(out, m)
		version = m.Seq
	}
	return out, version
}
