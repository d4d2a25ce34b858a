package partner

import (
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
)

// What a step asks for beside its keys.
const (
	AsksStepUp = "step-up"       // a fresh sign-in
	AsksSecond = "second-person" // another person's approval, by a clause of the terms
)

// Step is one act that could come next.
type Step struct {
	Act     casefile.Kind `json:"act"`
	Actor   string        `json:"actor"`             // authority, member
	Variant string        `json:"variant,omitempty"` // urgent, withdraw
	Allowed bool          `json:"allowed"`
	Why     *Refusal      `json:"why,omitempty"` // of what is not
	Owed    bool          `json:"owed,omitempty"`
	Due     calendar.Span `json:"due"` // by when, where it is owed or can be done only until then
	Keys    []string      `json:"keys,omitempty"`
	Asks    []string      `json:"asks,omitempty"`

	draft casefile.Event
}

// Draft is the act with what follows from the file filled in; Keys are for
// people to fill in.
func (s Step) Draft() casefile.Event { return s.draft }

// Steps lists what authority and member can do next, and what they cannot and
// why, in the order of a partnership's life. A step is allowed exactly when
// CheckAct takes its draft, once people have filled in its keys.
func Steps(s State, t Terms, now time.Time) []Step {
	s.At = now
	g := &guide{s: &s, t: &t, now: now, loc: t.zone()}
	var out []Step
	for _, a := range actOrder {
		switch a.kind {
		case "called-on":
			out = append(out, g.step(a.kind, ""), g.report())
		case "partner-warned", "finding-served":
			out = append(out, g.step(a.kind, ""))
			if i := slices.IndexFunc(s.Marks, func(m Mark) bool { return m.Kind == string(a.kind) && m.EndedBy == "" }); i >= 0 {
				out = append(out, g.step(a.kind, "withdraw"))
			}
		case "partner-suspended":
			out = append(out, g.step(a.kind, ""), g.step(a.kind, "urgent"))
		default:
			out = append(out, g.step(a.kind, ""))
		}
	}
	return out
}

// guide is the work of making the steps of one instant.
type guide struct {
	s   *State
	t   *Terms
	now time.Time
	loc *time.Location
}

// report: whoever is a member, suspended or not, can and must still report.
func (g *guide) report() Step {
	e := casefile.Event{Kind: "reported", By: g.s.Member, To: []string{g.s.Authority}, At: g.instant(g.now)}
	st := Step{Act: e.Kind, Actor: "member", draft: e}
	st.Why = Refuse(g.s, g.t, &e)
	st.Allowed = st.Why == nil
	return st
}

func (g *guide) step(k casefile.Kind, variant string) Step {
	st := Step{Act: k, Actor: "authority", Variant: variant, draft: g.draft(k, variant)}
	if actors[k] == byMember {
		st.Actor = "member"
	}
	whole := g.complete(st.draft)
	st.Why = Refuse(g.s, g.t, &whole)
	st.Allowed = st.Why == nil
	for _, key := range Needs(k, st.draft.Result) {
		if !slices.ContainsFunc(strings.Split(key, "|"), func(one string) bool { return has(&st.draft, one) }) {
			st.Keys = append(st.Keys, strings.Split(key, "|")[0])
		}
	}
	if judges[k] || k == "partner-joined" {
		st.Asks = append(st.Asks, AsksStepUp)
	}
	if g.t.SecondPerson[k] != "" {
		st.Asks = append(st.Asks, AsksSecond)
	}
	if st.Allowed {
		st.Owed, st.Due = g.owed(k)
	}
	return st
}

func (g *guide) instant(t time.Time) casefile.Time {
	return casefile.Time{Moment: calendar.Moment{Value: t.In(g.loc).Truncate(time.Second).Format(time.RFC3339)}}
}

// until is the exclusive bound of a period as people write it: its last day.
func (g *guide) until(from calendar.Span, p calendar.Period) *casefile.Time {
	end := begin(after(from, p, g.loc))
	if end.IsZero() {
		return nil
	}
	if _, clock := p.Clock(); clock {
		t := g.instant(end)
		return &t
	}
	return g.day(end)
}

// day is the day that an exclusive bound ends.
func (g *guide) day(end time.Time) *casefile.Time {
	zone := g.t.Zone
	if zone == "" {
		zone = "UTC"
	}
	return &casefile.Time{Moment: calendar.Moment{Value: calendar.DateOf(end.Add(-time.Second), g.loc).String(), Zone: []string{zone}}}
}

// draft fills in whom, what it is about, and the ends that the terms give.
func (g *guide) draft(k casefile.Kind, variant string) casefile.Event {
	s, now := g.s, calendar.Instant(g.now)
	e := casefile.Event{Kind: k, By: s.Authority, To: []string{s.Member}, At: g.instant(g.now), Scope: s.Platform}
	if actors[k] == byMember {
		e.By, e.To = s.Member, []string{s.Authority}
	}
	set := func(key, v string) {
		if e.Attributes == nil {
			e.Attributes = map[string]casefile.Scalar{}
		}
		e.Attributes[key] = casefile.Scalar{V: v}
	}
	switch k {
	case "agreement-signed":
		if x := s.Invitation; x != nil {
			e.Re = x.Event
			if x.Hash != "" {
				set("hash", x.Hash)
			}
		}
	case "partner-joined":
		e.Until = g.until(now, g.t.Term.Period)
		if x := s.Invitation; x != nil {
			e.Re = x.Event
			if x.Signed != "" {
				e.Re = x.Signed
				set("hash", x.Agreed)
				set("signed-by", x.By)
			}
		}
	case "partner-warned", "finding-served":
		if variant == "withdraw" {
			e.Result = "withdrawn"
			for _, m := range s.Marks {
				if m.Kind == string(k) && m.EndedBy == "" {
					e.Re = m.Event
				}
			}
		}
	case "mark-contested":
		e.Re = g.contestable()
	case "hearing-opened":
		e.Due = g.until(now, g.t.Reply.Period)
		if x := s.Suspension; x != nil && x.Urgent && !slices.ContainsFunc(s.Hearings, func(h Hearing) bool { return h.For == x.Decision }) {
			e.Re = x.Decision // the hearing that it was to have; a further one is for what comes next
		}
	case "hearing-answered", "partner-heard":
		if h := s.OpenHearing(); h != nil {
			e.Re = h.Opened
		}
		if k == "partner-heard" {
			e.Result = g.outcome()
		}
	case "partner-suspended":
		set("effect", "at-once")
		set("hearing", "before")
		if h := s.heard(); variant == "urgent" {
			set("hearing", "after")
		} else if h != nil && h.Result == "waived" {
			set("hearing", "waived")
		}
		e.Until = g.until(now, g.t.Longest.Period)
		e.Due = e.Until
	case "partner-extended":
		if x := s.Suspension; x != nil {
			e.Re = x.Decision
			from := now
			if l := x.lastDay(); l != (calendar.Span{}) {
				from = calendar.Instant(begin(l))
			}
			e.Until = g.until(from, g.t.Longest.Period)
			e.Due = e.Until
		}
	case "partner-reassessed", "partner-reinstated", "partner-terminated", "rectification-set":
		if x := s.Suspension; x != nil {
			e.Re = x.Decision
			if n := len(x.Extended); n > 0 && k == "partner-reassessed" { // each decision names a review of its own
				e.Re = x.Extended[n-1].Decision
			}
		}
		switch {
		case k == "partner-reinstated":
			e.Result = "full"
		case k == "partner-reassessed" && s.Suspension == nil:
			e.Result = "active"
		case k == "partner-reassessed":
			e.Result = "lift"
		}
	case "rectification-reported", "rectification-accepted", "rectification-returned":
		e.Re = g.task(k)
	case "appealed":
		e.Re = g.appealable()
	case "appeal-decided":
		e.Result = "upheld"
		for _, a := range s.Appeals {
			if a.Decided == "" {
				e.Re = a.Event
			}
		}
	}
	return e
}

// outcome is how a hearing can be closed by what is on the record.
func (g *guide) outcome() string {
	h := g.s.OpenHearing()
	switch {
	case h == nil || slices.ContainsFunc(h.Answers, func(a Answer) bool { return a.Result != "waived" }):
		return "answered"
	case len(h.Answers) > 0:
		return "waived"
	}
	return "silent"
}

// contestable is the last mark or decision that nobody contested.
func (g *guide) contestable() string {
	id, at := "", time.Time{}
	look := func(event string, span calendar.Span, contested []string) {
		if len(contested) == 0 && !begin(span).Before(at) {
			id, at = event, begin(span)
		}
	}
	for _, m := range g.s.Marks {
		look(m.Event, m.At, m.Contested)
	}
	for _, d := range g.s.Decisions {
		look(d.Event, d.At, d.Contested)
	}
	return id
}

// task is what a report or an answer to one would be about: the first that waits.
func (g *guide) task(k casefile.Kind) string {
	for _, t := range g.s.Tasks {
		switch {
		case k == "rectification-reported" && (t.State == "open" || t.State == "returned"):
			return t.Set
		case k != "rectification-reported" && t.State == "reported":
			return t.Last
		}
	}
	return ""
}

func (g *guide) appealable() string {
	id := ""
	for _, d := range g.s.Decisions {
		if d.Appeal == "" && (d.Kind != "partner-reinstated" || d.Event == g.s.Conditions) {
			id = d.Event
		}
	}
	return id
}

// complete fills the keys that people would fill, so that a step is judged by
// what the file says alone.
func (g *guide) complete(e casefile.Event) casefile.Event {
	attributes := map[string]casefile.Scalar{}
	for k, v := range e.Attributes {
		attributes[k] = v
	}
	e.Attributes = attributes
	for _, alternatives := range Needs(e.Kind, e.Result) {
		key := strings.Split(alternatives, "|")[0]
		name, isAttribute := strings.CutPrefix(key, "attributes.")
		switch {
		case slices.ContainsFunc(strings.Split(alternatives, "|"), func(k string) bool { return has(&e, k) }):
		case name == "publication":
			attributes[name] = casefile.Scalar{V: "internal"}
		case name == "appeal-until":
			attributes[name] = casefile.Scalar{V: g.appealUntil()}
		case isAttribute:
			attributes[name] = casefile.Scalar{V: "-"}
		case key == "until":
			e.Until = g.until(calendar.Instant(g.now), g.t.Longest.Period)
		case key == "due":
			e.Due = g.until(calendar.Instant(g.now), calendar.Period{Days: 1})
		case key == "reason":
			e.Reason = "-"
		case key == "rule":
			e.Rule = "-"
		case key == "text":
			e.Text = "-"
		case key == "re":
			e.Re = "-"
		}
	}
	if e.Kind == "rectification-set" {
		e.Text = "-"
	}
	return e
}

// appealUntil is the last day of the period of appeal, or its last instant.
func (g *guide) appealUntil() string {
	t := g.until(calendar.Instant(g.now), g.t.Appeal.Period)
	if t == nil {
		return ""
	}
	return t.Value
}

// owed tells which steps somebody owes, and by when they are due.
func (g *guide) owed(k casefile.Kind) (bool, calendar.Span) {
	s := g.s
	h, x := s.OpenHearing(), s.Suspension
	none := calendar.Span{}
	switch k {
	case "agreement-signed":
		return s.Invitation.Signed == "", none
	case "partner-joined":
		return s.Invitation != nil && s.Invitation.Signed != "", none
	case "partner-renewed":
		if j := s.Agreement; j != nil {
			due := after(j.Checked, g.t.Yearly.Period, g.loc)
			if j.Until != none {
				due = calendar.Min(due, j.Until)
			}
			return true, due
		}
	case "hearing-opened":
		if x != nil && x.Urgent && !slices.ContainsFunc(s.Hearings, func(h Hearing) bool { return h.For == x.Decision }) && g.t.Urgent != nil {
			return true, after(x.At, g.t.Urgent.Period, g.loc)
		}
	case "hearing-answered":
		return false, h.Due // a right, not a duty
	case "partner-heard":
		return true, none
	case "partner-reassessed":
		if x != nil && x.Review.Done == "" {
			return true, x.Review.By
		}
	case "partner-extended", "partner-reinstated", "partner-terminated":
		if x != nil && x.Review.Done != "" {
			return true, x.Until
		}
	case "rectification-reported":
		for _, t := range s.Tasks {
			if t.State == "open" || t.State == "returned" {
				return true, t.Due
			}
		}
	case "rectification-accepted", "rectification-returned":
		return true, none
	case "appeal-decided":
		return true, none
	case "appealed":
		id := g.appealable()
		for _, d := range s.Decisions {
			if d.Event == id {
				return false, d.Open
			}
		}
	}
	return false, none
}
