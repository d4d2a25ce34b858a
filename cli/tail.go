package cli

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"tocsin/internal/plaintext"
	"tocsin/plan"
)

// claim says a competing claim in a few words: who says so.
func (f *phrases) claim(id string) string {
	e := f.c.Event(id)
	if e == nil {
		return id
	}
	by := ""
	if e.ClaimedBy != "" {
		by = f.claimant(e.ClaimedBy)
	} else if s := f.c.Source(e.Source); s != nil {
		by = plaintext.Clean(s.Publisher)
	}
	label := plaintext.Clean(e.Label)
	if label == "" {
		label = f.act(e)
		if !e.Denies {
			label += " " + moment(e.At.Moment)
		}
	}
	s := "“" + label + "” [" + e.ID
	if by != "" {
		s += ", " + by
	}
	return s + "] holds"
}

func (t *table) prohibitions() {
	var list []*plan.Prohibited
	for _, x := range t.f.p.Prohibitions {
		if x.State != string(plan.Awaiting) || x.Window != nil {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return
	}
	t.heading(fmt.Sprintf("Must not (%d)", len(list)))
	for _, x := range list {
		t.blank()
		sign, st := forbidden(x.State)
		t.para(strong, "  × ", plaintext.Clean(x.Title))
		t.para(plain, "    ", t.f.party(x.Party)+" · about "+t.f.product(x.Of))
		if s := t.f.assumptions(x.Assumes); s != "" {
			t.para(warn, "    ", s+":")
		}
		line := sign
		if x.ReleasedAt != nil {
			line += " since " + stamp(x.ReleasedAt)
		}
		if x.Certainty == "may" {
			line += " · whether it reaches this party is open"
		}
		if x.Window != nil {
			line += " · only from " + stamp(x.Window.From) + " to " + stamp(x.Window.To)
			if name := plaintext.Clean(x.Window.Name); name != "" {
				line += " (" + name + ")"
			}
		}
		if len(x.Allowed) > 0 {
			line += " · allowed: " + t.f.parties(x.Allowed)
		}
		for _, r := range x.Because {
			if r.Code == "disputed" {
				line += " · sources disagree about what bears on it"
			}
		}
		t.para(st, "    ", line)
		if rule := t.f.b.Rule(x.Rule); x.State != "released" && rule != nil && rule.Forbids != nil {
			if until := anchorPlain(t.f.b, &rule.Forbids.Release); until != "" {
				t.para(plain, "    until  ", until)
			}
		}
		if x.ReleasedBy != nil {
			t.para(faint, "    lifted ", t.f.event(*x.ReleasedBy))
		}
		if x.BreachedBy != nil {
			t.para(faint, "    act    ", t.f.event(*x.BreachedBy))
		}
		clause := x.Citation
		if x.Operative != "" {
			clause += " “" + x.Operative + "”"
		}
		t.para(faint, "    clause ", clause)
		if t.why {
			for _, r := range x.Because {
				t.para(faint, "    why    ", r.Text)
			}
		}
	}
}

// forbidden says how a prohibition stands.
func forbidden(state string) (string, style) {
	switch state {
	case "in-force":
		return "in force", warn
	case "released":
		return "lifted", faint
	case "breached":
		return "an act against it is recorded", late
	case string(plan.Awaiting):
		return "not in force yet", faint
	}
	return state, plain
}

func (t *table) conflicts() {
	if len(t.f.p.Conflicts) == 0 {
		return
	}
	t.heading(fmt.Sprintf("Rules that pull apart (%d): shown, not resolved", len(t.f.p.Conflicts)))
	var done []string
	for _, c := range t.f.p.Conflicts {
		key := c.Party + "|" + c.Between[0] + "|" + c.Certainty + "|" + c.Of
		if slices.Contains(done, key) {
			continue
		}
		done = append(done, key)
		var against []string
		for _, o := range t.f.p.Conflicts {
			if o.Party+"|"+o.Between[0]+"|"+o.Certainty+"|"+o.Of == key {
				against = append(against, o.Between[1])
			}
		}
		word := "conflict"
		if c.Certainty == "may" {
			word = "possible conflict"
		}
		t.blank()
		t.para(strong, "  ⇄ ", word+" for "+t.f.party(c.Party)+", about "+t.f.product(c.Of)+": "+c.Between[0]+" against "+strings.Join(against, ", "))
		if s := t.f.assumptions(c.Assumes); s != "" {
			t.para(warn, "    ", s+":")
		}
		for _, r := range c.Because {
			t.para(plain, "    ", r.Text)
		}
	}
}

// order shows the partial order of what is left to do, for a case kept here.
func (t *table) order() {
	if !t.f.c.Kept() || len(t.f.p.Order) < 2 {
		return
	}
	byID := map[string]*plan.Duty{}
	for _, d := range t.f.p.Duties {
		byID[d.ID] = d
	}
	t.heading("In this order")
	for i, layer := range t.f.p.Order {
		lead := "  first  "
		if i > 0 {
			lead = "  then   "
		}
		for _, id := range layer {
			d := byID[id]
			t.para(plain, lead+mark(d)+" ", t.f.party(d.Obliged)+": "+plaintext.Clean(d.Title)+" ("+d.Citation+")")
			lead = "         "
		}
	}
}

func (t *table) warnings() {
	if len(t.f.p.Warnings) == 0 {
		return
	}
	t.heading("To keep in mind")
	for _, w := range t.f.p.Warnings {
		t.para(plain, "  – ", w.Text)
	}
}

// quiet counts what is not scheduled, by reason, and the standing duties.
func (t *table) quiet() {
	why := map[string][]string{}
	for _, d := range t.f.p.Duties {
		reason := ""
		switch {
		case d.State == plan.NotScheduled || d.State == plan.Displaced || d.State == plan.Waived:
			reason = quietReason(d)
		case d.State == plan.Awaiting && !t.f.c.Kept():
			reason = "waiting for a fact that these sources do not record"
		default:
			continue
		}
		if len(why[reason]) == 0 || why[reason][len(why[reason])-1] != d.Rule {
			why[reason] = append(why[reason], d.Rule)
		}
	}
	if len(why)+len(t.f.p.Standing) == 0 {
		return
	}
	t.heading("Looked at, and not on a clock here")
	reasons := make([]string, 0, len(why))
	for r := range why {
		reasons = append(reasons, r)
	}
	sort.Strings(reasons)
	for _, r := range reasons {
		t.para(faint, "  – ", r+": "+strings.Join(unique(why[r]), ", "))
	}
	var standing []string
	for _, s := range t.f.p.Standing {
		name := s.Rule
		if s.KeepUntil != nil {
			name += " (keep until " + end(s.KeepUntil.Time, true) + ")"
		}
		if len(s.Assumes) > 0 {
			name += " (if as assumed)"
		}
		standing = append(standing, name)
	}
	if len(standing) > 0 {
		t.para(faint, "  – ", "standing duties, outside any clock: "+strings.Join(unique(standing), ", "))
	}
}

func quietReason(d *plan.Duty) string {
	for _, r := range d.Because {
		switch r.Code {
		case "status":
			return "not law, or not yet (" + r.Args["status"] + ")"
		case "not-adopted":
			return "norms that the party has not adopted"
		case "not-begun":
			return "the rule begins later"
		case "ended":
			return "the rule had ended before the events"
		case "only-earlier":
			return "the rule began later than the events"
		case "only-later", "outside-validity":
			return "the rule had ended before the events"
		case "displaced":
			return "displaced by a more special rule"
		case "waived":
			return "waived"
		}
	}
	return "not scheduled"
}

func unique(in []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func (t *table) foot() {
	b := t.f.p.Basis
	t.blank()
	t.para(faint, "", fmt.Sprintf("Rulebook %s · engine %s · zones %s · holidays %s. Every reason and step: --why; machine form: --format json; picture: --format svg.",
		short(b.Rulebook), b.Engine, b.TZData, short(b.Holidays)))
}

func short(digest string) string {
	if len(digest) > 19 {
		return digest[:19]
	}
	return digest
}
