package webui

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/partner"
)

// actStep is one act that could come next, in the reader's language.
type actStep struct {
	partner.Step
	Title, Text string // what it is called on a button, and what it does
	Href        string
	Why         string // it cannot be done now
	DueAt       spanned
	When        *time.Time
	Past        bool
	Second      string // clause by which another person must agree
	StepUp      bool
	Soon        bool // it is owed, and not only in a year's time
}

// variantOf is the name of a step in addresses and catalogues.
func variantOf(act casefile.Kind, variant string) string {
	if variant == "" {
		return string(act)
	}
	return string(act) + "." + variant
}

// fillSteps parts the steps into those that the reader's side can do now, those
// that it cannot, and what the other side owes.
func (d *partnerView) fillSteps(v *visit, steps []partner.Step) {
	mine := "member"
	if d.Ours {
		mine = "authority"
	}
	for _, st := range steps {
		if st.Actor != mine {
			if st.Allowed && st.Owed {
				d.Theirs = append(d.Theirs, v.actStep(d.partnerHead, st))
			}
			continue
		}
		if row := v.actStep(d.partnerHead, st); st.Allowed {
			d.Steps = append(d.Steps, row)
		} else {
			d.Others = append(d.Others, row)
		}
	}
	d.fillCalls(v)
	slices.SortStableFunc(d.Steps, func(a, b actStep) int { return a.rank() - b.rank() })
	d.Next = d.next(v)
}

// rank puts first what is owed, then what can be done only until a day.
func (r actStep) rank() int {
	switch {
	case r.Soon:
		return 0
	case r.When != nil && !r.Owed:
		return 1
	}
	return 2
}

// actStep puts a step into the reader's language.
func (v *visit) actStep(h partnerHead, st partner.Step) actStep {
	name := variantOf(st.Act, st.Variant)
	r := actStep{Step: st, Title: v.t("partner.act." + name), DueAt: v.span(st.Due, true, h.Zone), When: whenOf(st.Due), StepUp: slices.Contains(st.Asks, partner.AsksStepUp)}
	if key := "partner.does." + name; v.words.has(key) {
		r.Text = v.t(key)
	}
	r.Past = r.When != nil && !v.Now.Before(*r.When)
	r.Soon = st.Owed && (st.Act != "partner-renewed" || r.When != nil && r.When.Sub(v.Now) <= yearlyFar)
	if slices.Contains(st.Asks, partner.AsksSecond) {
		r.Second = h.On.Terms.SecondPerson[st.Act]
	}
	q := url.Values{"act": {string(st.Act)}}
	if st.Variant != "" {
		q.Set("variant", st.Variant)
	}
	switch r.Href = h.Base + "/do?" + q.Encode(); {
	case st.Act == "reported":
		r.Href = "/cases/new"
	case st.Act == "finding-served" && st.Variant == "": // it begins with evidence
		r.Href = lookAddress("platform", h.On.ID)
	}
	if st.Why != nil {
		r.Why = v.refusal(h, st.Why)
	}
	return r
}

// fillCalls adds the calls that wait for the member's answer to what it can do.
func (d *partnerView) fillCalls(v *visit) {
	for _, c := range d.State.Calls {
		if len(c.Answers) > 0 {
			continue
		}
		row := actStep{Step: partner.Step{Act: "assessed", Actor: "member", Allowed: true, Owed: true, Due: c.Due}, Soon: true, Title: v.t("partner.act.answer-call"), Text: v.t("partner.does.answer-call"),
			DueAt: v.span(c.Due, true, d.Zone), When: whenOf(c.Due), Past: c.Overdue}
		row.Href = "/cases/" + url.PathEscape(d.Handle) + "/events/new?" + url.Values{"kind": {"assessed"}, "by": {d.State.Member}, "re": {c.Event}}.Encode()
		if d.Ours {
			d.Theirs = append(d.Theirs, row)
		} else {
			d.Steps = append(d.Steps, row)
		}
	}
}

// next is what the reader's side does next: what is owed first, else what it can
// do only until a day.
func (d *partnerView) next(v *visit) *nextStep {
	var first *actStep
	for i := range d.Steps {
		r := &d.Steps[i]
		if !r.Soon && (r.Owed || r.When == nil) {
			continue
		}
		if first == nil || r.rank() < first.rank() || r.rank() == first.rank() && r.When != nil && (first.When == nil || r.When.Before(*first.When)) {
			first = r
		}
	}
	if first == nil {
		return nil
	}
	return &nextStep{Words: first.Title, Href: first.Href, Owed: first.Owed, Due: first.DueAt, When: first.When, Past: first.Past}
}

// refusal says why an act cannot stand, in the reader's language.
func (v *visit) refusal(h partnerHead, r *partner.Refusal) string {
	args := []any{}
	for _, name := range sortedKeys(r.Args) {
		args = append(args, name, v.refusalArg(h, name, r.Args[name]))
	}
	return v.t("partner.no."+r.Code, args...)
}

// refusalArg says an argument of a refusal: parties by their names, acts by what
// they are, codes in words, times as everywhere.
func (v *visit) refusalArg(h partnerHead, name, value string) string {
	switch name {
	case "authority", "member", "unit":
		return v.partyWords(h, value)
	case "act":
		return v.actWords(h, value)
	case "kind":
		return v.kindWords(casefile.Kind(value))
	case "level":
		return v.gradeWords(h.On.Terms.Levels, value)
	case "result":
		return v.codeWords("partner.result.", value)
	case "platform":
		if value == h.On.ID {
			return h.On.Name
		}
	case "words":
		var out []string
		for _, w := range strings.Split(value, ", ") {
			out = append(out, v.codeWords("partner.value.", w))
		}
		return v.enumerated(out)
	case "when", "now":
		return v.clockWords(h, value)
	}
	return value
}

// clockWords says a time of a refusal, which stands in the zone of the terms as
// calendar.Clock writes it.
func (v *visit) clockWords(h partnerHead, value string) string {
	date, clock, ok := strings.Cut(value, " ")
	t, err := time.ParseInLocation(time.DateOnly, date, h.zone())
	if !ok || err != nil {
		return v.t("partner.no-day-stated")
	}
	words := v.t("common.moment", "date", day(v.words, v.Lang, t), "time", clock)
	return words + " " + offset(t)
}
