package plan

import (
	"slices"
	"sort"
	"strings"
	"time"

	"tocsin/calendar"
)

// displace marks duties for which a more special rule stands (lex specialis),
// by an explicit edge only.
func (p *planner) displace() {
	type key struct{ party, about string }
	special := map[key][]*Duty{}
	for _, d := range p.plan.Duties {
		if len(d.rule.Displaces) > 0 && (live(d) || d.rule.DisplacesWhen == "binds" && d.rule.Scheduled()) {
			k := key{d.Obliged, d.Of + "/" + d.Incident}
			special[k] = append(special[k], d)
		}
	}
	if len(special) == 0 {
		return
	}
	for _, d := range p.plan.Duties {
		for _, s := range special[key{d.Obliged, d.Of + "/" + d.Incident}] {
			if !p.effort.spend(1) {
				return
			}
			if d.State == NotScheduled || d.Rule == s.Rule || !names(s.rule.Displaces, d) || !live(s) && !inTime(s, d) {
				continue
			}
			id := s.Rule
			d.State, d.DisplacedBy, d.PastDue = Displaced, &id, false
			d.Because = append(d.Because, because("displaced", "rule", id, "citation", s.Citation))
			break
		}
	}
}

// live: the duty has a clock or an open state of its own.
func live(d *Duty) bool { return d.State != NotScheduled && d.State != Awaiting }

// inTime: the special rule applied when the other's clock began.
func inTime(special, d *Duty) bool {
	from, until := special.rule.InForce()
	if d.Anchor == nil || d.Anchor.Earliest == nil {
		return special.State == Awaiting
	}
	return !d.Anchor.Earliest.Before(from) && (until.IsZero() || d.Anchor.Earliest.Before(until))
}

// conflicts shows each pair of a prohibition and a duty of one party that ask
// for opposite things about the same flaw at the same time. None is resolved.
func (p *planner) conflicts() {
	byParty := map[string][]*Duty{}
	if len(p.plan.Prohibitions) == 0 {
		return
	}
	for _, d := range p.plan.Duties {
		if d.Anchor != nil && d.State != NotScheduled && d.State != Waived && d.State != Displaced && !d.Informational && d.Incident == "" && (d.Modality == "must" || d.Modality == "should") {
			byParty[d.Obliged] = append(byParty[d.Obliged], d)
		}
	}
	seen := map[string]*Conflict{}
	for _, pr := range p.plan.Prohibitions {
		if pr.State == string(Awaiting) {
			continue
		}
		for _, d := range byParty[pr.Party] {
			if !p.effort.spend(2) {
				return
			}
			if !p.related(pr.Of, d.Of) || !p.opposed(pr, d) || !overlap(pr, d, p.o.At) {
				continue
			}
			certainty := "does"
			if pr.Certainty == "may" || d.Certainty == "may" || d.Duty == "publish-metadata" {
				certainty = "may"
			}
			k := pr.Rule + "|" + d.Rule + "|" + pr.Party + "|" + d.Of
			if c := seen[k]; c != nil {
				if certainty == "does" && c.Certainty == "may" {
					c.Certainty = certainty
					c.Because = slices.DeleteFunc(c.Because, func(r Reason) bool { return r.Code == "conflict-may" })
				}
				continue
			}
			c := &Conflict{Between: []string{pr.Rule, d.Rule}, Party: pr.Party, Of: d.Of, Certainty: certainty, Assumes: []string{},
				Because: []Reason{because("conflict", "forbids", pr.Citation, "demands", d.Citation, "party", p.partyName(pr.Party), "to", strings.Join(d.To, ", "))}}
			addAll(&c.Assumes, pr.Assumes)
			addAll(&c.Assumes, d.Assumes)
			if certainty == "may" {
				c.Because = append(c.Because, because("conflict-may"))
			}
			c.Because = append(c.Because, because("conflict-counsel"))
			seen[k] = c
			p.plan.Conflicts = append(p.plan.Conflicts, c)
		}
	}
}

// related: the same product, or one inside the other.
func (p *planner) related(a, b string) bool {
	if a == b || a == "" || b == "" {
		return true
	}
	_, ab := p.v.inside[a][b]
	_, ba := p.v.inside[b][a]
	return ab || ba
}

func (p *planner) opposed(pr *Prohibited, d *Duty) bool {
	f := pr.rule.Forbids
	if f.Act == "publish" {
		if d.Duty != "publish" && d.Duty != "publish-metadata" {
			return false
		}
		// a publication that has to carry the remedy is no early publication
		return pr.rule.ID != d.Rule && !simultaneous(d)
	}
	if !strings.HasPrefix(d.Duty, "notify-") {
		return false
	}
	u := p.unit(p.v.c.Party(pr.Party), subject{product: d.Of}, nil, p.base)
	for _, id := range d.stage.To {
		names := u.recipientParties(id)
		if len(names) == 0 {
			names = []string{id}
		}
		for _, n := range names {
			if p.b.Entry(id) != nil { // a platform lies where its operator is, whoever stands for it in the case
				n = id
			}
			if u.outside(n, f, pr.rule.Order) && !u.excepted(n, nil, f) && !slices.Contains(pr.Allowed, n) {
				return true
			}
		}
	}
	return false
}

func simultaneous(d *Duty) bool {
	for _, r := range d.Readings {
		if r.Calc != "simultaneous" {
			return false
		}
	}
	return len(d.Readings) > 0
}

// overlap: the duty was open at some time at which the prohibition held.
func overlap(pr *Prohibited, d *Duty, now time.Time) bool {
	until := calendar.Instant(now)
	if d.MetAt != nil {
		until = calendar.Instant(d.MetAt.Time)
	}
	if pr.end != (calendar.Span{}) && d.Anchor.Earliest != nil && !pr.end.Latest.IsZero() && !pr.end.Latest.After(d.Anchor.Earliest.Time) {
		return false
	}
	return pr.start.Earliest.IsZero() || !until.Latest.Before(pr.start.Earliest)
}

// order lays the duties that are still to do into layers: `after` edges put one
// behind another, `with` edges put them side by side.
func (p *planner) order() {
	var todo []*Duty
	byParty := map[string][]*Duty{}
	for _, d := range p.plan.Duties {
		if d.Done() || d.State == Awaiting || d.Informational || d.Modality == "none" {
			continue
		}
		todo = append(todo, d)
		byParty[d.Obliged] = append(byParty[d.Obliged], d)
	}
	level := make(map[*Duty]int, len(todo))
	for range 12 { // edges are acyclic (linted); a chain is never longer than this
		moved := false
		for _, d := range todo {
			p.effort.spend(2 * len(byParty[d.Obliged]))
			if p.effort.out() {
				return
			}
			for _, o := range byParty[d.Obliged] {
				if o == d || !p.related(o.Of, d.Of) {
					continue
				}
				if names(d.rule.After, o) && level[d] <= level[o] {
					level[d], moved = level[o]+1, true
				}
				if names(d.rule.With, o) && level[d] < level[o] {
					level[d], moved = level[o], true
				}
				if names(o.rule.With, d) && level[d] < level[o] {
					level[d], moved = level[o], true
				}
			}
		}
		if !moved {
			break
		}
	}
	sort.SliceStable(todo, func(i, j int) bool {
		a, b := todo[i], todo[j]
		if level[a] != level[b] {
			return level[a] < level[b]
		}
		if x, y := AtOnce(a), AtOnce(b); x != y {
			return x
		}
		return dueOf(a).Before(dueOf(b))
	})
	for i, d := range todo {
		if i == 0 || level[d] != level[todo[i-1]] {
			p.plan.Order = append(p.plan.Order, nil)
		}
		last := len(p.plan.Order) - 1
		p.plan.Order[last] = append(p.plan.Order[last], d.ID)
	}
}

func names(edges []string, d *Duty) bool {
	for _, id := range edges {
		if id == d.Rule || id == d.rule.Parent && id != "" || id == d.rule.Series && id != "" {
			return true
		}
	}
	return false
}

// AtOnce tells whether the law's own word on speed is "at once": such a duty
// sorts first and never shows a timestamp of its own.
func AtOnce(d *Duty) bool {
	w := strings.ToLower(d.Pace)
	return strings.Contains(w, "立即") || strings.Contains(w, "immediate") || strings.Contains(w, "at once") || strings.Contains(w, "第一时间")
}

func dueOf(d *Duty) time.Time {
	if d.Due == nil {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return d.Due.Time
}
