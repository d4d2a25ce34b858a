package plan

import (
	"slices"

	"tocsin/calendar"
	"tocsin/rulebook"
)

// fromAuthority tells whether an act of an authority speaks of this rule to the
// unit's party. Nobody waives or authorises for itself.
func (u *unit) fromAuthority(e *event, r *rulebook.Rule) bool {
	return (e.Rule == r.ID || r.Parent != "" && e.Rule == r.Parent) && e.By != u.party.ID && e.Basis != "claim" &&
		(len(e.To) == 0 || slices.Contains(e.To, u.party.ID)) && u.concerns(e) && u.alive(e)
}

// authorised moves the readings of the law where an authority has allowed a
// later date for this rule (for example 8-K Item 1.05(c)).
func (p *planner) authorised(d *Duty, u *unit, r *rulebook.Rule, in *instance) {
	p.effort.spend(len(p.v.kinds["authorised"]))
	for _, e := range p.v.kinds["authorised"] {
		if e.Until == nil || !u.fromAuthority(e, r) {
			continue
		}
		until, err := e.Until.Ends()
		if err != nil {
			continue
		}
		for i := range in.readings {
			in.readings[i].due = calendar.Max(in.readings[i].due, until)
		}
		addAll(&d.Assumes, assumedEvent(e))
		d.Because = append(d.Because, because("authorised-until", "event", e.ID))
	}
}

// waivers takes back a duty that the authority waived and that is not done yet.
func (p *planner) waivers(d *Duty, u *unit, r *rulebook.Rule) {
	p.effort.spend(len(p.v.kinds["waived"]))
	for _, e := range p.v.kinds["waived"] {
		if !u.fromAuthority(e, r) {
			continue
		}
		if d.MetBy == nil {
			d.State, d.PastDue, d.LateBy = Waived, false, nil
		}
		addAll(&d.Assumes, assumedEvent(e))
		d.Because = append(d.Because, because("waived", "event", e.ID))
	}
}

// decisions shows the obliged party's own reasoned decision that a rule asks
// nothing of it. A decision is a fact to be seen, not a release.
func (p *planner) decisions(d *Duty, u *unit, r *rulebook.Rule) {
	acts := u.acts()
	p.effort.spend(len(acts))
	for _, e := range acts {
		if e.Kind != "decided" || e.Result != "not-reportable" || !u.concerns(e) || !e.adopted(u.party.ID) ||
			e.Rule != "" && e.Rule != r.ID && e.Rule != r.Parent && e.Rule != r.Series || !u.alive(e) {
			continue
		}
		addAll(&d.Assumes, assumedEvent(e))
		d.Because = append(d.Because, because("decided-not-reportable", "event", e.ID, "reason", e.Reason, "review", e.ReviewOn))
	}
}
