package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/rulebook"
)

// duty evaluates one stage for one party and subject and adds what comes of it.
func (p *planner) duty(r *rulebook.Rule, s *rulebook.Stage, g grantOf, mk func(map[string]bool) *unit) {
	base := mk(p.base)
	if !base.holds(r.Gate(), nil) || !base.holds(s.Gate(), nil) || base.ownUpstream(s) {
		return
	}
	first := p.evaluate(base, r, s, g)
	if len(base.touched) == 0 {
		p.plan.Duties = append(p.plan.Duties, first...)
		return
	}
	p.plan.Duties = append(p.plan.Duties, p.alternatives(first, base, r, s, g, mk)...)
}

// evaluate makes the duties of a stage in one world.
func (p *planner) evaluate(u *unit, r *rulebook.Rule, s *rulebook.Stage, g grantOf) []*Duty {
	mk := func(n int) *Duty { return p.blank(u, r, s, g, n) }
	if reason, ok := p.unscheduled(u, r); ok {
		if u.isIncident && r.Ground != "statute" {
			return nil
		}
		d := mk(1)
		d.State = NotScheduled
		d.Because = append(d.Because, reason)
		return []*Duty{d}
	}
	res := u.stage(r, s)
	if len(res.instances) == 0 {
		d := mk(1)
		from, until := p.inForce(r)
		switch {
		case res.early && !res.after:
			d.State = NotScheduled
			d.Because = append(d.Because, because("only-earlier", "from", day(from, r)))
		case res.after && !res.early:
			d.State = NotScheduled
			d.Because = append(d.Because, because("only-later", "until", day(until, r)))
		case res.after || res.early:
			d.State = NotScheduled
			d.Because = append(d.Because, because("outside-validity", "from", day(from, r), "until", day(until, r)))
		case p.o.At.Before(from):
			d.State = NotScheduled
			d.Because = append(d.Because, because("not-begun", "from", day(from, r)))
		case !until.IsZero() && !p.o.At.Before(until):
			d.State = NotScheduled
			d.Because = append(d.Because, because("ended", "until", day(until, r)))
		default:
			if u.isIncident && !p.touches(u) {
				return nil
			}
			d.State = Awaiting
			code := "awaiting"
			if res.missing {
				code = "awaiting-required"
			}
			d.Because = append(d.Because, because(code, "needs", p.needs(&s.Anchor)))
			p.waivers(d, u, r)
		}
		if d.State == NotScheduled && s.Anchor.Which == "each" && s != &r.Stages[0] {
			return nil
		}
		return []*Duty{d}
	}
	var out []*Duty
	for _, in := range res.instances {
		if p.effort.out() {
			break
		}
		d := mk(in.n)
		p.fill(d, u, r, s, in)
		out = append(out, d)
	}
	return out
}

// touches tells whether the party has any event of its own about the incident.
func (p *planner) touches(u *unit) bool {
	for _, e := range u.acts() {
		if u.concerns(e) {
			return true
		}
	}
	return false
}

func day(t time.Time, r *rulebook.Rule) string {
	if t.IsZero() {
		return ""
	}
	return calendar.DateOf(t, r.Pack().Location()).String()
}

// unscheduled tells why a rule has no dates for this party at all.
func (p *planner) unscheduled(u *unit, r *rulebook.Rule) (Reason, bool) {
	if !r.Scheduled() {
		return because("status", "status", statusTerm(r.Status)), true
	}
	if r.Ground == "norm" && !adopted(p.v.c, u.party, r) {
		return because("not-adopted", "party", u.party.ID, "rule", r.ID), true
	}
	return Reason{}, false
}

func adopted(c *casefile.Case, party *casefile.Party, r *rulebook.Rule) bool {
	for _, list := range [][]string{party.Adopts, c.Adopts} {
		if slices.Contains(list, r.ID) || r.Parent != "" && slices.Contains(list, r.Parent) || r.Series != "" && slices.Contains(list, r.Series) {
			return true
		}
	}
	return false
}

// blank is a duty with everything that does not depend on an instance.
func (p *planner) blank(u *unit, r *rulebook.Rule, s *rulebook.Stage, g grantOf, n int) *Duty {
	p.effort.spend(costDuty)
	obliged := u.actor(s)
	about := u.about
	if about == "" {
		about = "-"
	}
	ci := r.Citation
	if s.Citation != nil {
		ci = *s.Citation
	}
	v := r.Verified
	if s.Verified != nil {
		v = *s.Verified
	}
	d := &Duty{
		ID: fmt.Sprintf("%s/%s/%s/%s/%d", r.ID, s.ID, u.party.ID, about, n), Rule: r.ID, Stage: s.ID,
		Title: title(r, s, "en"), Obliged: obliged, Of: u.product, To: u.names(s.To), Duty: s.Duty, Modality: s.Modality,
		Ground: r.Ground, Status: r.Status, Informational: s.By != "", Assumes: []string{}, Readings: []*Reading{}, Alternatives: []Alternative{},
		Pace: s.Pace, Contents: s.Contents, Because: []Reason{}, Citation: ci.Text, Operative: ci.Operative, Official: ci.Official,
		Verified: v, Reviewed: r.Reviewed, rule: r, stage: s,
	}
	if d.Contents == nil {
		d.Contents = []string{}
	}
	if u.isIncident {
		d.Incident = u.about
	}
	if g.certainty == "may" {
		d.Certainty = "may"
		d.Because = append(d.Because, because("may-bind", "note", g.note))
	}
	role := "role"
	if len(g.assumes) > 0 {
		role = "role-if"
	}
	d.Because = append(d.Because, because(role, "party", p.partyName(u.party.ID), "role", titled(p.b.Role(g.role).Title), "product", p.productName(u.product)))
	addAll(&d.Assumes, g.assumes)
	addAll(&d.Assumes, u.directOn)
	addAll(&d.Assumes, u.gateAssumes(r.Gate()))
	addAll(&d.Assumes, u.gateAssumes(s.Gate()))
	addAll(&d.Assumes, u.recipientAssumes(s.To))
	return d
}

func title(r *rulebook.Rule, s *rulebook.Stage, lang string) string {
	t := rulebook.T(r.Title, lang)
	if st := rulebook.T(s.Title, lang); st != "" && len(r.Stages) > 1 {
		if t == "" {
			return st
		}
		return t + ": " + st
	}
	return t
}

func (p *planner) partyName(id string) string { return p.partyTerm(id).in("en") }

// partyTerm names a party of the case, or an entry of the directory by its title.
func (p *planner) partyTerm(id string) phrase {
	if q := p.v.c.Party(id); q != nil && q.Name != "" {
		return phrase{{before: q.Name}}
	}
	if e := p.b.Entry(id); e != nil {
		return titled(e.Title)
	}
	return phrase{{before: id}}
}

func (p *planner) productName(id string) string {
	if q := p.v.c.Product(id); q != nil && q.Name != "" {
		return q.Name
	}
	return id
}

func addAll(list *[]string, more []string) {
	for _, m := range more {
		if !slices.Contains(*list, m) {
			*list = append(*list, m)
		}
	}
}

// fill completes a duty from an instance.
func (p *planner) fill(d *Duty, u *unit, r *rulebook.Rule, s *rulebook.Stage, in *instance) {
	loc := anchorZone(&in.anchor)
	d.Anchor = &Anchor{Events: ids(in.anchor.events), Earliest: instant(in.anchor.span.Earliest, loc), Latest: instant(in.anchor.span.Latest, loc)}
	for _, e := range in.anchor.events {
		addAll(&d.Assumes, u.restsOn(e))
	}
	addAll(&d.Assumes, in.rests)
	d.Because = append(d.Because, because("anchor", "events", p.eventWords(in.anchor.events)))
	p.authorised(d, u, r, in)
	own, all := in.groups(r)
	var due time.Time
	d.State, due = u.judge(in, own, all)
	zone := loc
	for _, c := range own {
		if earliest(c.due).Equal(due) {
			zone = c.loc
			break
		}
	}
	d.Due = instant(due, zone)
	d.PastDue = !due.IsZero() && in.met == nil && past(own, due, p.o.At)
	d.ActBy = actBy(all, r, due)
	switch {
	case d.State == Missed && d.Informational:
		d.State = NoRecord // a third party's clock, which nobody here can start or stop
	case !d.asks() && (d.State == Missed || d.State == NoRecord):
		d.State, d.PastDue = Open, false // what is permitted or encouraged cannot be missed
	}
	if in.met != nil {
		id := in.met.ID
		d.MetBy = &id
		d.MetAt = instant(begin(u.span(in.met)), in.met.At.Location())
		addAll(&d.Assumes, u.restsOn(in.met))
		code := "met"
		if in.covered {
			code = "already-provided"
			if s.Platform != "" {
				d.Because = append(d.Because, because("platform-asks", "note", s.Platform))
			}
		}
		d.Because = append(d.Because, because(code, "event", id))
	}
	d.LateBy = u.lateBy(d.State, due, in.met)
	if h := in.heard; h != nil {
		l := h.At.Location()
		sp := u.span(h)
		d.Heard = &Heard{Event: h.ID, By: h.By, Earliest: instant(sp.Earliest, l), Latest: instant(sp.Latest, l)}
		d.Because = append(d.Because, because("heard", "by", p.partyTerm(h.By), "event", h.ID))
	}
	switch {
	case len(all) > 0:
	case d.Pace == "":
		d.Because = append(d.Because, because("no-number-no-pace"))
	default:
		d.Because = append(d.Because, because("no-number", "pace", d.Pace))
	}
	p.decisions(d, u, r)
	p.readings(d, u, r, s, in)
	p.waivers(d, u, r)
	if d.State == NoRecord {
		d.Because = append(d.Because, because("no-record"))
	}
}

// asks tells whether the rule demands the act; a permission does not.
func (d *Duty) asks() bool { return d.Modality == "must" || d.Modality == "should" }

// groups splits the readings: those on the duty's own ground, and all; readings
// of a candidate zone set nothing.
func (in *instance) groups(r *rulebook.Rule) (own, all []counted) {
	basis := rulebook.BasisOf(r.Ground)
	for _, c := range in.readings {
		all = append(all, c)
		if c.rd.Basis == basis {
			own = append(own, c)
		}
	}
	return own, all
}

func earliest(s calendar.Span) time.Time {
	if s.Earliest.IsZero() {
		return s.Latest
	}
	return s.Earliest
}

// actBy is the earliest platform or guidance date that lies before due.
func actBy(all []counted, r *rulebook.Rule, due time.Time) *Instant {
	basis := rulebook.BasisOf(r.Ground)
	var out *Instant
	for _, c := range all {
		t := earliest(c.due)
		if c.rd.Basis == basis || t.IsZero() || !due.IsZero() && !t.Before(due) {
			continue
		}
		if out == nil || t.Before(out.Time) {
			out = instant(t, c.loc)
		}
	}
	return out
}

func ids(events []*event) []string {
	out := make([]string, 0, len(events))
	for _, e := range events {
		out = append(out, e.ID)
	}
	return out
}

func (p *planner) eventWords(events []*event) phrase {
	if !p.effort.spend(8 * len(events)) {
		return nil
	}
	out := make(phrase, 0, len(events))
	for i, e := range events {
		t := term{before: e.ID + " (", kind: e.Kind, after: ")"}
		if i > 0 {
			t.before = ", " + t.before
		}
		out = append(out, t)
	}
	return out
}

// needs says in words what an anchor waits for.
func (p *planner) needs(a *rulebook.Anchor) phrase {
	say := func(list []rulebook.Match, between string) phrase {
		var out []phrase
		for _, m := range list {
			w := m.Met + m.Due
			t := term{before: w}
			switch {
			case m.Event != "":
				t = term{kind: casefile.Kind(m.Event)}
				if len(m.Result) > 0 {
					t.after = " (" + strings.Join(m.Result, " / ") + ")"
				}
			case m.Fact != "":
				t = term{before: m.Fact}
				if f := p.b.Fact(m.Fact); f != nil {
					t = term{title: f.Title}
				}
			case m.Met != "" || m.Due != "":
				id, _, _ := strings.Cut(w, "/")
				if r := p.b.Rule(id); r != nil {
					t = term{title: r.Title, after: " (" + w + ")"}
				}
			}
			out = append(out, phrase{t})
		}
		return joined(out, between)
	}
	return joined([]phrase{say(a.Requires, " + "), say(a.All, " + "), say(a.Any, " / ")}, " + ")
}
