package coordination

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

// Import keeps a case file; the reader's organisation becomes its owner. Its id is
// a name that people gave: only a case that the reader may see already stands in
// its way (docs/decisions/0011).
func (d *Desk) Import(ctx context.Context, who access.Reader, name string, data []byte, key string) (record.Result, error) {
	return d.ImportAs(ctx, who, "", name, data, key)
}

// ImportAs is Import for an organisation that is itself a party of the case: what
// it adds about that party is its own word, and elsewise a claim.
func (d *Desk) ImportAs(ctx context.Context, who access.Reader, party, name string, data []byte, key string) (record.Result, error) {
	if err := refuse(access.Decide(access.Open, who, access.Matter{})); err != nil {
		return record.Result{}, err
	}
	c, err := casefile.Parse(name, data)
	if err != nil {
		return record.Result{}, err
	}
	if party != "" && c.Party(party) == nil {
		return record.Result{}, &fault.Error{Kind: fault.Invalid, Key: "party", Message: fmt.Sprintf("%q is not a party of this case", party)}
	}
	return d.keep(ctx, who, c, owning{org: opener(who), party: party}, key)
}

// opener is the organisation that a reader opens cases for; "" for nobody's.
func opener(who access.Reader) string {
	for _, a := range who.Acting {
		if a.For == "" && slices.Contains(a.Roles, partner.Responder) {
			return a.Org
		}
	}
	return ""
}

// owning is who runs a new case: an organisation, or "" for the very person, and
// the party of the case that it is, "" for none. live cases are recorded as they
// happen; the others are imported.
type owning struct {
	org, party string
	live       bool
}

// keep keeps a new case with its owner's seat, which is there first: a case that
// nobody could see would be lost.
func (d *Desk) keep(ctx context.Context, who access.Reader, c *casefile.Case, o owning, key string) (record.Result, error) {
	if _, err := d.compute(c, PlanOptions{}); err != nil {
		return record.Result{}, err // no plan could ever be made of it
	}
	handle, err := d.draw("", 26, "case", who.Person, key)
	if err != nil {
		return record.Result{}, err
	}
	_, again, err := d.o.Keeper.Peek(ctx, handle)
	if err != nil {
		return record.Result{}, err
	}
	if !again {
		if err := d.nameFree(ctx, who, c.File.Case); err != nil {
			return record.Result{}, err
		}
	}
	entries, err := record.FromFile(c.File)
	if err != nil {
		return record.Result{}, err
	}
	if o.live {
		entries = record.LiveEvents(entries)
	}
	seat, err := d.firstSeat(ctx, who, handle, c, o, again)
	if err != nil {
		return record.Result{}, err
	}
	res, err := d.o.Keeper.Append(ctx, record.Command{Handle: handle, Expected: 0, Key: personal(who, key), By: who.Person, Entries: entries, CaseID: c.File.Case, Twin: true, Live: o.live})
	if err != nil {
		if !again && fault.KindOf(err) != fault.Unavailable {
			return res, dropped(err, d.o.Seats.DropSeat(ctx, seat))
		}
		return res, err
	}
	d.forget(who.Person)
	if d.o.Watch != nil {
		if err := d.o.Watch.Project(ctx, handle); err == nil {
			d.hub.woke(handle, false) // its lines are there: nobody needs to make them again
			return res, nil
		} else {
			d.o.Log.Warn("a new case is not on the desk yet", "handle", handle, "kind", string(fault.KindOf(err)))
		}
	}
	d.touched(handle, res.Version)
	return res, nil
}

// dropped keeps the first error.
func dropped(err, also error) error {
	if also != nil {
		return fault.New(fault.Unavailable, "%v (and what was begun could not be taken back)", err)
	}
	return err
}

// nameFree refuses an id that a case has which the reader may see.
func (d *Desk) nameFree(ctx context.Context, who access.Reader, id string) error {
	handles, err := d.allNamed(ctx, who, id)
	if err != nil {
		return err
	}
	if len(handles) > 0 {
		return fault.New(fault.Conflict, "a case with this id is among yours already; give the new one another id, or open that one")
	}
	return nil
}

// firstSeat makes the reader's organisation the owner; of a RED case the very
// person, since a label for named people lets no organisation in.
func (d *Desk) firstSeat(ctx context.Context, who access.Reader, handle string, c *casefile.Case, o owning, again bool) (string, error) {
	id, err := d.draw("", 26, "owner", handle, handle)
	if err != nil {
		return "", err
	}
	if again { // the seats may have changed since
		return id, nil
	}
	s := access.Seat{ID: id, Case: handle, Org: o.org, Role: access.Owner, Party: o.party, Country: d.o.People.OrgCountry(ctx, o.org), By: who.Person, At: d.o.Now().UTC().Format(time.RFC3339)}
	if o.org == "" || c.TLP == "RED" {
		s.Person = who.Person
	}
	return id, d.putSeat(ctx, handle, s)
}
