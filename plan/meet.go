package plan

import (
	"slices"
	"strings"

	"tocsin/casefile"
	"tocsin/rulebook"
)

// meets lists the events that could meet a stage, in the order of time
// (contract, "When a duty is met"). Those taken by an earlier stage of the same
// series are left out.
func (u *unit) meets(r *rulebook.Rule, s *rulebook.Stage, in *instance, all []candidate) []*event {
	var out []*event
	key := slot{stageKey{r.ID, s.ID}, in.n}
	series := seriesOf(r)
	anchor := &in.anchor
	for _, e := range u.meeters(r, s) {
		if other, used := u.taken[series][e.ID]; used && other != key && !covers(e, s) {
			// an act that is its own anchor (simultaneous) stays with its instance
			if other.stageKey != key.stageKey || !slices.Contains(anchor.events, e) {
				continue
			}
		}
		if answersAnother(e, in, all) {
			continue
		}
		if !u.labelled(e, r, s) {
			continue
		}
		if sp := u.span(e); !sp.Latest.IsZero() && !anchor.span.Earliest.IsZero() && sp.Latest.Before(anchor.span.Earliest) {
			continue // certainly before the anchor
		}
		out = append(out, e)
	}
	return out
}

// answersAnother tells whether an event names, in `re`, what another instance of
// the stage runs from.
func answersAnother(e *event, in *instance, all []candidate) bool {
	names := func(c *candidate) bool {
		return slices.ContainsFunc(c.events, func(x *event) bool { return x.ID == e.Re })
	}
	if e.Re == "" || names(&in.anchor) {
		return false
	}
	for i := range all {
		if names(&all[i]) {
			return true
		}
	}
	return false
}

func seriesOf(r *rulebook.Rule) string {
	if r.Series != "" {
		return r.Series
	}
	return r.ID
}

func covers(e *event, s *rulebook.Stage) bool {
	for _, c := range e.Covers {
		if c == s.ID || strings.HasSuffix(c, "/"+s.ID) {
			return true
		}
	}
	return false
}

// labelled: `rule` and `stage` decide where they stand; an event labelled for
// another rule does not count here.
func (u *unit) labelled(e *event, r *rulebook.Rule, s *rulebook.Stage) bool {
	if covers(e, s) {
		return e.Rule == "" || e.Rule == r.ID || e.Rule == r.Parent || u.sameSeries(e.Rule, r)
	}
	if e.Rule != "" && e.Rule != r.ID && e.Rule != r.Parent && e.Rule != r.Series {
		return false
	}
	if e.Stage == "" {
		return true
	}
	return e.Stage == s.ID || e.Rule == "" && !u.stageElsewhere(e.Stage, r)
}

// stageElsewhere tells whether another stage of the series has that name, so
// that a label without a rule is meant for it.
func (u *unit) stageElsewhere(stage string, r *rulebook.Rule) bool {
	for _, rr := range u.p.series[seriesOf(r)] {
		if rr.Stage(stage) != nil {
			return true
		}
	}
	return false
}

func (u *unit) sameSeries(id string, r *rulebook.Rule) bool {
	o := u.p.b.Rule(id)
	return o != nil && r.Series != "" && o.Series == r.Series
}

// meeters lists the obliged party's acts of the right kind to the right recipient.
func (u *unit) meeters(r *rulebook.Rule, s *rulebook.Stage) []*event {
	var out []*event
	if len(s.MetBy) > 0 {
		for i := range s.MetBy {
			out = append(out, u.find(&s.MetBy[i], s)...)
		}
		return out
	}
	acts := u.ofIncident(u.p.v.by, u.actor(s), false)
	u.p.effort.spend(len(acts))
	for _, e := range acts {
		if !u.rightKind(e, s) || !u.concerns(e) || !e.adopted(u.party.ID) || !u.alive(e) {
			continue
		}
		out = append(out, e)
	}
	return out
}

// actor is who must act: the obliged party, or for a third party's clock the
// party of the case that is it.
func (u *unit) actor(s *rulebook.Stage) string {
	if s.By == "" {
		return u.party.ID
	}
	if ps := u.p.v.is[s.By]; len(ps) > 0 {
		return ps[0]
	}
	return s.By
}

func (u *unit) rightKind(e *event, s *rulebook.Stage) bool {
	k := e.Kind
	switch {
	case s.Duty == "notify-users":
		return k == "users-notified" || told(k) && u.wentToAny(e, s.To)
	case strings.HasPrefix(s.Duty, "notify-"), s.Duty == "disseminate", s.Duty == "file-record":
		return told(k) && u.wentToAny(e, s.To)
	}
	switch s.Duty {
	case "publish":
		return u.publishes(e, s)
	case "publish-metadata":
		return k == "published"
	case "verify":
		return k == "assessed"
	case "acknowledge":
		return k == "acknowledged"
	case "classify":
		return k == "classified"
	case "remediate":
		return k == "remediated" || k == "measure-available"
	case "assign":
		return k == "cve-reserved"
	}
	return false
}

func told(k casefile.Kind) bool { return k == "notified" || k == "reported" }

func (u *unit) wentToAny(e *event, to []string) bool {
	for _, id := range to {
		if u.went(e, id) {
			return true
		}
	}
	return false
}

// publishes: made public by the obliged party where the rule asks for it.
func (u *unit) publishes(e *event, s *rulebook.Stage) bool {
	isPublic := e.Kind == "published" && e.Detail != "metadata" || e.Kind == "cve-published"
	for _, id := range s.To {
		switch {
		case id == "public" || id == "self":
			if isPublic {
				return true
			}
		case id == "cve-list":
			if e.Kind == "cve-published" || isPublic && u.went(e, id) {
				return true
			}
		case isPublic || told(e.Kind):
			if u.went(e, id) {
				return true
			}
		}
	}
	return len(s.To) == 0 && isPublic
}

// metBy picks what meets the stage: the first event, or with all-of recipients
// the last of the first to each.
func (u *unit) metBy(r *rulebook.Rule, s *rulebook.Stage, in *instance, all []candidate) *event {
	events := u.meets(r, s, in, all)
	if re := exactReply(events, &in.anchor); re != nil {
		return re
	}
	if s.Duty == "acknowledge" {
		events = slices.DeleteFunc(events, func(e *event) bool { return e.Re != "" })
	}
	if len(events) == 0 {
		return nil
	}
	if !s.All || len(s.To) < 2 {
		return first(events)
	}
	var last *event
	for _, id := range s.To {
		to := slices.DeleteFunc(slices.Clone(events), func(e *event) bool { return !u.went(e, id) })
		if len(to) == 0 {
			return nil
		}
		if e := first(to); last == nil || begin(e.span).After(begin(last.span)) {
			last = e
		}
	}
	return last
}

func first(events []*event) *event {
	best := events[0]
	for _, e := range events[1:] {
		if begin(e.span).Before(begin(best.span)) {
			best = e
		}
	}
	return best
}

// exactReply finds the event that names the anchor's event in `re`.
func exactReply(events []*event, a *candidate) *event {
	for _, e := range events {
		for _, x := range a.events {
			if e.Re != "" && e.Re == x.ID && e.ID != x.ID {
				return e
			}
		}
	}
	return nil
}

// heard finds who else told the recipient first.
func (u *unit) heard(s *rulebook.Stage, own *event) *event {
	if !strings.HasPrefix(s.Duty, "notify-") || s.Duty == "notify-users" {
		return nil
	}
	best := own
	look := func(pool []*event) {
		u.p.effort.spend(len(pool))
		for _, e := range pool { // in the order of time: the first that fits is the earliest
			if best != nil && !begin(e.span).Before(begin(best.span)) {
				return
			}
			if told(e.Kind) && e.By != u.party.ID && e.Basis != "claim" && u.concerns(e) && u.wentToAny(e, s.To) && u.alive(e) {
				best = e
				return
			}
		}
	}
	for _, id := range s.To {
		for _, name := range append([]string{id}, u.recipientParties(id)...) {
			if u.narrow() {
				u.eachAbout(func(of string) { look(u.p.v.told[toldKey{name, of}]) })
			} else {
				look(u.ofIncident(u.p.v.to, name, true))
			}
		}
	}
	if best == own {
		return nil
	}
	return best
}
