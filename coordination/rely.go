package coordination

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/plan"
)

const kindSnapshot = "snapshot"

// The parts of what lies beneath a date; Changed names those that differ.
const (
	BeneathFacts    = "facts"    // the events, products and parties that it rests on
	BeneathRule     = "rule"     // the record of the rule
	BeneathHolidays = "holidays" // the holiday tables
	BeneathZones    = "zones"    // the time zone data
	BeneathEngine   = "engine"   // the computation
	ChangedDue      = "due"      // the date itself, today
	ChangedState    = "state"    // the state, such as running to missed
	ChangedGone     = "gone"     // the plan has no such duty any more
	ChangedHidden   = "not-seen" // the reader may not see the case any more
)

// Rely keeps a snapshot of a duty: what was computed, and a hash of each thing
// that lay beneath it, so that a change of any of them can be told later. An
// override sets another date beside the computed one, with a reason; it changes
// nothing in the plan.
func (d *Desk) Rely(ctx context.Context, who access.Reader, ref, duty, note string, o *Override) (Snapshot, error) {
	s, err := d.sit(ctx, who, ref, access.Rely)
	if err != nil {
		return Snapshot{}, err
	}
	switch {
	case len(note) > 4000:
		return Snapshot{}, fault.At("", 0, "note", "has %d bytes; at most 4000 fit here", len(note))
	case o != nil && (strings.TrimSpace(o.Reason) == "" || len(o.Reason) > 4000):
		return Snapshot{}, fault.At("", 0, "reason", "is missing: say why another date is to be relied on, in at most 4000 bytes")
	case o != nil && o.Due.IsZero():
		return Snapshot{}, fault.At("", 0, "due", "is missing: say which date is to be relied on")
	}
	p, err := d.planned(ctx, s, PlanOptions{})
	if err != nil {
		return Snapshot{}, err
	}
	x, err := dutyIn(p.Plan, duty)
	if err != nil {
		return Snapshot{}, err
	}
	raw, err := json.Marshal(x)
	if err != nil {
		return Snapshot{}, fault.New(fault.Internal, "the duty cannot be written: %v", err)
	}
	id, err := d.draw("", 20, "snapshot", "")
	if err != nil {
		return Snapshot{}, err
	}
	snap := Snapshot{ID: id, Case: s.Handle, Duty: duty, By: who.Person, Org: seatedOrg(who, s), Taken: d.o.Now().UTC(), Note: strings.TrimSpace(note),
		State: string(x.State), Beneath: d.beneath(s, p.Plan, x), Plan: raw, Override: o}
	if x.Due != nil {
		due := x.Due.UTC()
		snap.Due = &due
	}
	item := cabinet.Item{Ref: cabinet.Ref{Kind: kindSnapshot, ID: id}, Value: snap}
	for _, whose := range []string{snap.By, snap.Org} {
		if whose != "" {
			item.Keys = append(item.Keys, "of:"+whose, "of:"+whose+"\nduty:"+s.Handle+"\n"+duty)
		}
	}
	if err := d.o.Cabinet.Change(ctx, []cabinet.Item{item}, nil); err != nil {
		return Snapshot{}, err
	}
	return snap, nil
}

// seatedOrg is the organisation for which the reader sits on the case.
func seatedOrg(who access.Reader, s *sitting) string {
	for _, x := range s.Seats {
		for _, a := range who.Acting {
			if a.For == "" && x.Org != "" && (a.Org == x.Org || slices.Contains(a.Group, x.Org)) {
				return a.Org
			}
		}
	}
	return ""
}

// beneath hashes what a date rests on, as the reader sees it.
func (d *Desk) beneath(s *sitting, p *plan.Plan, x *plan.Duty) map[string]string {
	return map[string]string{
		BeneathFacts: digest(facts(s, x)), BeneathRule: digest(d.o.Book.Rule(x.Rule)),
		BeneathHolidays: p.Basis.Holidays, BeneathZones: p.Basis.TZData, BeneathEngine: p.Basis.Engine,
	}
}

// facts are the entries that a duty rests on: its events, whatever answers those,
// its product with what is inside, and its parties.
func facts(s *sitting, x *plan.Duty) (out []any) {
	c := s.Case
	on := map[string]bool{}
	for _, f := range factsOf(s, x) {
		on[f.Event] = true
	}
	for i := range c.Events {
		e := &c.Events[i]
		rests := on[e.ID]
		for _, id := range append(append([]string{e.Re}, e.Disputes...), e.Supersedes...) {
			rests = rests || on[id]
		}
		if rests {
			bare := *e
			bare.Line = 0
			out = append(out, bare)
		}
	}
	for id := range c.Contains(x.Of) {
		on["product "+id] = true
	}
	for i := range c.Products {
		if p := c.Products[i]; p.ID == x.Of || on["product "+p.ID] {
			p.Line, p.Note = 0, ""
			out = append(out, p)
		}
	}
	for i := range c.Parties {
		if p := c.Parties[i]; p.ID == x.Obliged || slices.Contains(x.To, p.ID) || slices.ContainsFunc(p.Is, func(id string) bool { return slices.Contains(x.To, id) }) {
			p.Line, p.Note = 0, ""
			out = append(out, p)
		}
	}
	return append(out, c.Windows, c.Adopts, c.Record)
}

// digest hashes anything by its JSON, or by its words where it has none.
func digest(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		raw = fmt.Appendf(nil, "%+v", v)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// changes names what is another now than when the snapshot was taken.
func changes(s *Snapshot, now map[string]string, x *plan.Duty) (out []string) {
	for _, part := range []string{BeneathFacts, BeneathRule, BeneathHolidays, BeneathZones, BeneathEngine} {
		if s.Beneath[part] != now[part] {
			out = append(out, part)
		}
	}
	var due *time.Time
	if x.Due != nil {
		due = &x.Due.Time
	}
	if (due == nil) != (s.Due == nil) || due != nil && !due.Equal(*s.Due) {
		out = append(out, ChangedDue)
	}
	if s.State != string(x.State) {
		out = append(out, ChangedState)
	}
	return out
}

// relied gives the snapshots of the reader and the reader's organisations under a
// key, the newest first; "" is all of them.
func (d *Desk) relied(ctx context.Context, who access.Reader, key string) ([]Snapshot, error) {
	ids := []string{who.Person}
	for _, a := range who.Acting {
		if a.For == "" {
			ids = append(ids, a.Org)
		}
	}
	seen := map[string]bool{}
	var out []Snapshot
	for _, id := range ids {
		word := "of:" + id
		if key != "" {
			word += "\n" + key
		}
		for after := ""; ; {
			entries, err := d.o.Cabinet.Find(ctx, kindSnapshot, word, after, 500)
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				after = e.ID
				var s Snapshot
				if err := e.Into(&s); err != nil {
					return nil, err
				}
				if !seen[s.ID] {
					seen[s.ID] = true
					out = append(out, s)
				}
			}
			if len(entries) < 500 {
				break
			}
		}
	}
	slices.SortFunc(out, func(a, b Snapshot) int {
		if n := b.Taken.Compare(a.Taken); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

// Snapshots lists those of the reader and the reader's organisations, the newest
// first, each held against what is true now. What the reader took and may not see
// any more is listed by its id alone; what a colleague took of a case that the
// reader does not see is not there.
func (d *Desk) Snapshots(ctx context.Context, who access.Reader, p Page) ([]Snapshot, string, error) {
	all, err := d.relied(ctx, who, "")
	if err != nil {
		return nil, "", err
	}
	if all, err = d.notOthers(ctx, who, all); err != nil {
		return nil, "", err
	}
	if p.After != "" {
		i := slices.IndexFunc(all, func(s Snapshot) bool { return s.ID == p.After })
		if i < 0 {
			return nil, "", fault.New(fault.Invalid, "this is no place in the list")
		}
		all = all[i+1:]
	}
	limit := p.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	next := ""
	if len(all) > limit {
		all, next = all[:limit], all[limit-1].ID
	}
	for i := range all {
		if err := d.hold(ctx, who, &all[i]); err != nil {
			return nil, "", err
		}
	}
	return all, next, nil
}

// snapshotsRoom is for how many snapshots of colleagues a list costs the same.
const snapshotsRoom = 64

// notOthers leaves out what colleagues took of cases that the reader does not see.
func (d *Desk) notOthers(ctx context.Context, who access.Reader, all []Snapshot) ([]Snapshot, error) {
	var cases []string
	for i := range all {
		if all[i].By != who.Person && !slices.Contains(cases, all[i].Case) {
			cases = append(cases, all[i].Case)
		}
	}
	seated, err := d.seated(ctx, who, cases, snapshotsRoom)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(s Snapshot) bool { return s.By != who.Person && !seated[s.Case] }), nil
}

// hold looks what has become of a snapshot.
func (d *Desk) hold(ctx context.Context, who access.Reader, snap *Snapshot) error {
	s, err := d.sit(ctx, who, snap.Case, access.Rely)
	if refused(err) {
		*snap = Snapshot{ID: snap.ID, By: snap.By, Org: snap.Org, Taken: snap.Taken, Changed: []string{ChangedHidden}}
		return nil
	}
	if err != nil {
		return err
	}
	p, err := d.planned(ctx, s, PlanOptions{})
	if err != nil {
		return err
	}
	x, err := dutyIn(p.Plan, snap.Duty)
	if err != nil {
		snap.Changed = []string{ChangedGone}
		return nil
	}
	snap.Changed = changes(snap, d.beneath(s, p.Plan, x), x)
	return nil
}

// DropSnapshot forgets a snapshot of the reader's own.
func (d *Desk) DropSnapshot(ctx context.Context, who access.Reader, id string) error {
	var s Snapshot
	version, err := d.o.Cabinet.Get(ctx, kindSnapshot, id, &s)
	if err != nil || s.By != who.Person {
		if err == nil || fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.NotFound, "there is no such snapshot here")
		}
		return err
	}
	return d.o.Cabinet.Change(ctx, nil, []cabinet.Ref{{Kind: kindSnapshot, ID: id, Version: version}})
}
