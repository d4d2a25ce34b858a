package coordination

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/record"
)

// An act that cannot be taken back waits for another person, who may do it too.
// What exactly is asked is fixed when it is asked; it ends after three days, and
// is done once however many approve at the same time.
const (
	kindApproval = "approval"
	approvalLife = 72 * time.Hour

	approvalsPage = 200 // that are looked at together
)

// The states of an approval.
const (
	Asked    = "asked"
	Approved = "approved" // an export that its asker may fetch; or an act that was cut short
	Done     = "done"
	Declined = "declined"
	Expired  = "expired"
)

// needsSecond tells whether an act waits for another person here. The record
// itself asks for two to erase.
func (d *Desk) needsSecond(a access.Act) bool {
	return a == access.Erase || slices.Contains(d.o.SecondPerson, a)
}

// settle takes the second person out of what a decision asks for where the
// platform is not set up for one.
func (d *Desk) settle(a access.Act, dec access.Decision) access.Decision {
	if dec.Allowed || d.needsSecond(a) || !slices.Contains(dec.Needs, access.SecondPerson) {
		return dec
	}
	dec.Needs = slices.DeleteFunc(slices.Clone(dec.Needs), func(n string) bool { return n == access.SecondPerson })
	if len(dec.Needs) == 0 {
		dec.Needs, dec.Allowed, dec.Kind, dec.Code = nil, true, "", ""
	} else {
		dec.Code = dec.Needs[0]
	}
	return dec
}

// AskErase asks to forget fields of an entry, or a person; another person must
// approve.
func (d *Desk) AskErase(ctx context.Context, who access.Reader, ref string, e EraseAsked) (Approval, error) {
	s, err := d.sit(ctx, who, ref, access.See)
	if err != nil {
		return Approval{}, err
	}
	if dec := s.May[access.Erase]; !dec.Allowed && !dec.Lacks(access.SecondPerson) {
		return Approval{}, refuse(dec)
	}
	switch {
	case (e.Event == "") == (e.Person == ""):
		return Approval{}, fault.At("", 0, "event", "name either an entry with its fields, or a person")
	case e.Event != "" && len(e.Fields) == 0 || e.Person != "" && len(e.Fields) > 0:
		return Approval{}, fault.At("", 0, "fields", "name the fields of an entry; a person is forgotten as a whole")
	case e.Person != "" && s.w.c.Party(e.Person) == nil:
		return Approval{}, fault.At("", 0, "person", "%q is not a party of this case", e.Person)
	case !strings.ContainsAny(e.Ground, "0123456789"):
		return Approval{}, fault.At("", 0, "ground", "an erasure needs a ground that cites its clause, such as Art. 17(1)(a) GDPR")
	}
	return d.ask(ctx, who, access.Erase, s.Handle, map[string]string{"event": e.Event, "fields": strings.Join(e.Fields, " "), "person": e.Person, "ground": e.Ground})
}

// AskExport asks to take the whole case file away.
func (d *Desk) AskExport(ctx context.Context, who access.Reader, ref string) (Approval, error) {
	s, err := d.sit(ctx, who, ref, access.See)
	if err != nil {
		return Approval{}, err
	}
	if dec := s.May[access.Export]; !dec.Allowed && !dec.Lacks(access.SecondPerson) {
		return Approval{}, refuse(dec)
	}
	return d.ask(ctx, who, access.Export, s.Handle, map[string]string{})
}

func (d *Desk) ask(ctx context.Context, who access.Reader, act access.Act, handle string, args map[string]string) (Approval, error) {
	id, err := d.draw("", 20, "approval", "")
	if err != nil {
		return Approval{}, err
	}
	now := d.o.Now().UTC()
	a := Approval{ID: id, Act: act, Case: handle, Args: args, By: who.Person, Asked: now, Expires: now.Add(approvalLife), State: Asked}
	item := cabinet.Item{Ref: cabinet.Ref{Kind: kindApproval, ID: id}, Keys: []string{"case:" + handle, "by:" + who.Person}, Value: a}
	if err := d.o.Cabinet.Change(ctx, []cabinet.Item{item}, nil); err != nil {
		return Approval{}, err
	}
	_, err = d.o.Keeper.Note(ctx, "approval-asked", map[string]any{"approval": id, "act": string(act), "case": handle}, who.Person)
	return a, err
}

// expired gives the state as it is now.
func (d *Desk) current(a Approval) Approval {
	if (a.State == Asked || a.State == Approved && a.Act == access.Export) && !d.o.Now().Before(a.Expires) {
		a.State = Expired
	}
	return a
}

// Approvals lists those that the reader may see: what they asked for, and what
// they could decide.
func (d *Desk) Approvals(ctx context.Context, who access.Reader, p Page) ([]Approval, string, error) {
	limit := p.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	var out []Approval
	can := map[string]bool{}
	for after := p.After; ; {
		entries, err := d.o.Cabinet.Find(ctx, kindApproval, "", after, approvalsPage)
		if err != nil {
			return nil, "", err
		}
		list, cases := make([]Approval, len(entries)), make([]string, len(entries))
		for i, e := range entries {
			if err := e.Into(&list[i]); err != nil {
				return nil, "", err
			}
			cases[i] = list[i].Case
		}
		seated, err := d.seated(ctx, who, cases, approvalsPage)
		if err != nil {
			return nil, "", err
		}
		for _, a := range list {
			after = a.ID
			if a.By != who.Person {
				if !seated[a.Case] {
					continue
				}
				k := a.Case + "\n" + string(a.Act)
				if _, known := can[k]; !known {
					_, err := d.deciding(ctx, who, a)
					can[k] = err == nil || fault.KindOf(err) == fault.Forbidden && isStepUp(err)
				}
				if !can[k] {
					continue
				}
			}
			if out = append(out, d.current(a)); len(out) == limit {
				return out, a.ID, nil
			}
		}
		if len(entries) < approvalsPage {
			return out, "", nil
		}
	}
}

// isStepUp tells that nothing is lacking but a fresh proof of who it is.
func isStepUp(err error) bool {
	r, ok := err.(*Refusal)
	return ok && r.Lacks(access.StepUp, access.SecondPerson)
}

// deciding seats somebody who may decide: who may approve, and do the act too.
func (d *Desk) deciding(ctx context.Context, who access.Reader, a Approval) (*sitting, error) {
	s, err := d.sit(ctx, who, a.Case, access.See)
	if err != nil {
		return nil, err
	}
	if dec := s.May[access.Approve]; !dec.Allowed {
		return nil, refuse(dec)
	}
	if dec := s.May[a.Act]; !dec.Allowed && !dec.Lacks(access.SecondPerson) {
		return nil, refuse(dec)
	}
	return s, nil
}

// Decide approves or declines, as another person than the one who asked; an
// approved act is done at once, but for an export, which its asker may fetch
// once until it expires. Whoever asked may take it back.
func (d *Desk) Decide(ctx context.Context, who access.Reader, id string, approve bool, reason string) (Approval, error) {
	missing := fault.New(fault.NotFound, "there is nothing of this kind to decide")
	var a Approval
	version, err := d.o.Cabinet.Get(ctx, kindApproval, id, &a)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		// What is asked for one that is there, and is nobody's business, is asked too.
		if _, err := d.deciding(ctx, who, Approval{Case: nowhere[0], Act: access.Export}); err != nil {
			return Approval{}, gentle(err, missing)
		}
		return Approval{}, missing
	}
	if err != nil {
		return Approval{}, err
	}
	own := a.By == who.Person
	if !own {
		if _, err := d.deciding(ctx, who, a); err != nil {
			return Approval{}, gentle(err, missing)
		}
	}
	again := a.State == Approved && a.Act == access.Erase && a.With == who.Person && approve // it was cut short
	switch a = d.current(a); {
	case own && approve:
		return Approval{}, forbid("another-person", "another person than the one who asked decides")
	case a.State == Expired:
		return Approval{}, fault.New(fault.Conflict, "this was asked too long ago; ask again")
	case a.State != Asked && !again:
		return Approval{}, fault.New(fault.Conflict, "this is decided already: %s", a.State)
	}
	now := d.o.Now().UTC()
	a.With, a.Decided, a.Reason, a.State = who.Person, &now, reason, Declined
	if approve {
		a.State = Approved
	}
	if err := d.putApproval(ctx, a, version); err != nil {
		return Approval{}, err
	}
	if _, err := d.o.Keeper.Note(ctx, "approval-"+a.State, map[string]any{"approval": id, "act": string(a.Act), "case": a.Case}, who.Person); err != nil {
		return a, err
	}
	if approve && a.Act == access.Erase {
		return d.erase(ctx, a, version+1)
	}
	return a, nil
}

// gentle hides what is not the reader's behind what is not there.
func gentle(err, missing error) error {
	if fault.KindOf(err) == fault.NotFound {
		return missing
	}
	return err
}

func (d *Desk) putApproval(ctx context.Context, a Approval, version int64) error {
	return d.o.Cabinet.Change(ctx, []cabinet.Item{{Ref: cabinet.Ref{Kind: kindApproval, ID: a.ID, Version: version},
		Keys: []string{"case:" + a.Case, "by:" + a.By}, Value: a}}, nil)
}

// erase does what two people decided. Cut short, it is completed when the same
// person approves again: the record repeats an erasure without harm.
func (d *Desk) erase(ctx context.Context, a Approval, version int64) (Approval, error) {
	e := record.Erasure{Handle: a.Case, Event: a.Args["event"], Person: a.Args["person"], Ground: a.Args["ground"], By: a.By, With: a.With}
	if f := a.Args["fields"]; f != "" {
		e.Fields = strings.Fields(f)
	}
	res, err := d.o.Keeper.Erase(ctx, e)
	d.memory.drop(a.Case)
	if err != nil {
		if k := fault.KindOf(err); k == fault.Invalid || k == fault.Forbidden || k == fault.NotFound {
			a.State, a.Reason = Declined, strings.TrimSpace(a.Reason+"\n"+err.Error())
			if perr := d.putApproval(ctx, a, version); perr != nil {
				return a, perr
			}
		}
		return a, err
	}
	// What was asked is done: who and what it was about is not kept here.
	a.State = Done
	a.Args = map[string]string{"left": strings.Join(res.Left, "; ")}
	if err := d.putApproval(ctx, a, version); err != nil {
		return a, err
	}
	if d.o.Watch != nil {
		if err := d.o.Watch.Project(ctx, a.Case); err != nil {
			return a, err
		}
	}
	d.touched(a.Case, res.Version)
	return a, nil
}

// spend takes an approved export of the asker, once. refusal is the answer where
// there is none.
func (d *Desk) spend(ctx context.Context, who access.Reader, handle string, refusal access.Decision) error {
	after := ""
	for {
		entries, err := d.o.Cabinet.Find(ctx, kindApproval, "by:"+who.Person, after, 100)
		if err != nil {
			return err
		}
		for _, e := range entries {
			after = e.ID
			var a Approval
			if err := json.Unmarshal(e.JSON, &a); err != nil {
				return fault.New(fault.Internal, "an approval does not read")
			}
			if a = d.current(a); a.State != Approved || a.Act != access.Export || a.Case != handle || a.By != who.Person {
				continue
			}
			a.State = Done
			if err := d.putApproval(ctx, a, e.Version); err != nil {
				if fault.KindOf(err) == fault.Conflict {
					continue // another request has just taken it
				}
				return err
			}
			_, err := d.o.Keeper.Note(ctx, "exported", map[string]any{"approval": a.ID, "case": handle}, who.Person)
			return err
		}
		if len(entries) < 100 {
			return refuse(refusal)
		}
	}
}
