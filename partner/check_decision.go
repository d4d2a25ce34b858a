package partner

import (
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
)

// dueAfter: what is due lies after the act that asks for it.
func (c *check) dueAfter(at calendar.Span) *Refusal {
	if c.e.Due != nil && begin(ends(*c.e.Due)).Before(begin(at)) {
		return refuse("due-before", "due", "when", c.when(at))
	}
	return nil
}

// promise: a bound is no earlier than what the agreement gives the member.
func (c *check) promise(key string, end calendar.Span, w Within) *Refusal {
	least := after(c.at, w.Period, c.loc)
	if end != (calendar.Span{}) && begin(end).Before(begin(least)) {
		return refuse("too-short", key, "clause", w.Clause, "when", c.when(calendar.Instant(begin(least))))
	}
	return nil
}

// limit: a bound is no later than the agreement allows, counted from a time.
func (c *check) limit(key string, end, from calendar.Span, w Within) *Refusal {
	most := after(from, w.Period, c.loc)
	if end != (calendar.Span{}) && most != (calendar.Span{}) && last(end).After(last(most)) {
		return refuse("too-long", key, "clause", w.Clause, "when", c.when(most))
	}
	return nil
}

func (c *check) termOf() *Refusal {
	if c.e.Until == nil {
		return nil
	}
	end := ends(*c.e.Until)
	if begin(end).Before(begin(c.at)) {
		return refuse("until-before", "until", "when", c.when(c.at))
	}
	from := c.at
	if j := c.s.Agreement; j != nil && j.Until != (calendar.Span{}) { // a renewal runs on from the end of the term
		if !begin(end).After(begin(j.Until)) {
			return refuse("until-not-later", "until", "when", c.when(j.Until))
		}
		from = calendar.Max(c.at, calendar.Instant(begin(j.Until).Add(-time.Second))) // counted from the last day
	}
	return c.limit("until", end, from, c.t.Term)
}

// signature: the member signs what it was invited to, the text that is offered.
func (c *check) signature() *Refusal {
	switch x := c.s.Invitation; {
	case x == nil || c.e.Re != x.Event:
		return refuse("no-invitation", "re")
	case x.Hash != "" && attr(c.e, "hash") != x.Hash:
		return refuse("other-text", "attributes.hash", "hash", x.Hash)
	}
	return nil
}

// joining: what comes into force is the text that the member signed, where its
// signature is on record; else the authority enters one from paper.
func (c *check) joining() *Refusal {
	if x := c.s.Invitation; x != nil && x.Signed != "" && attr(c.e, "hash") != x.Agreed {
		return refuse("other-text", "attributes.hash", "hash", x.Agreed)
	}
	return c.termOf()
}

func (c *check) contest() *Refusal {
	is := func(id string) bool { return id == c.e.Re }
	if slices.ContainsFunc(c.s.Marks, func(m Mark) bool { return is(m.Event) }) ||
		slices.ContainsFunc(c.s.Decisions, func(d Decided) bool { return is(d.Event) }) {
		return nil
	}
	return refuse("no-contest", "re")
}

// withdrawal: what is taken back is there.
func (c *check) withdrawal() *Refusal {
	if c.e.Result != "withdrawn" || slices.ContainsFunc(c.s.Marks, func(m Mark) bool {
		return m.Event == c.e.Re && m.Kind == string(c.e.Kind) && m.EndedBy == ""
	}) {
		return nil
	}
	return refuse("no-mark", "re")
}

func (c *check) opening() *Refusal {
	if h := c.s.OpenHearing(); h != nil {
		return refuse("hearing-is-open", "kind", "act", h.Opened)
	}
	return firstRefusal(c.dueAfter(c.at), c.promise("due", ends(*c.e.Due), c.t.Reply))
}

// asked is the open hearing that the act names.
func (c *check) asked() *Hearing {
	i := slices.IndexFunc(c.s.Hearings, func(h Hearing) bool { return h.Opened != "" && h.Opened == c.e.Re && h.Closed == "" })
	if i < 0 {
		return nil
	}
	return &c.s.Hearings[i]
}

func (c *check) answer() *Refusal {
	if c.asked() == nil {
		return refuse("no-hearing", "re")
	}
	return nil
}

// closing: the result is what the record shows.
func (c *check) closing() *Refusal {
	h := c.asked()
	if h == nil {
		return refuse("no-hearing", "re")
	}
	waived := slices.ContainsFunc(h.Answers, func(a Answer) bool { return a.Result == "waived" })
	spoke := slices.IndexFunc(h.Answers, func(a Answer) bool { return a.Result != "waived" })
	switch c.e.Result {
	case "answered":
		if spoke < 0 {
			return refuse("no-answer", "result", "when", c.when(h.Due))
		}
	case "silent":
		if len(h.Answers) > 0 {
			return refuse("was-answered", "result", "act", h.Answers[0].Event)
		}
		if !over(h.Due, begin(c.at)) {
			return refuse("still-running", "at", "when", c.when(h.Due))
		}
	case "waived":
		if spoke >= 0 {
			return refuse("was-answered", "result", "act", h.Answers[spoke].Event)
		}
		if !waived {
			return refuse("not-waived", "result")
		}
	}
	return nil
}

// heardFirst: a decision to the member's disadvantage rests on a closed hearing
// that no earlier decision rested on.
func (c *check) heardFirst() *Refusal {
	if c.s.heard() != nil {
		return nil
	}
	if h := c.s.OpenHearing(); h != nil && h.For == "" {
		return refuse("hearing-open", "kind", "act", h.Opened, "when", c.when(h.Due))
	}
	return refuse("hearing-needed", "kind", "member", c.s.Member)
}

// reviewed: a step on a suspension follows from its review.
func (c *check) reviewed(result string) *Refusal {
	switch v := c.s.Suspension.Review; {
	case v.Done == "":
		return refuse("review-needed", "kind")
	case v.Result != result:
		return refuse("review-says", "kind", "act", v.Done, "result", v.Result)
	}
	return nil
}

func (c *check) suspension() *Refusal {
	if x := c.s.Suspension; x != nil {
		return refuse("suspended", "kind", "member", c.s.Member, "act", x.Decision)
	}
	for _, id := range strings.Fields(attr(c.e, "units")) {
		if !slices.Contains(c.s.Units, id) {
			return refuse("no-unit", "attributes.units", "unit", id, "member", c.s.Member)
		}
	}
	var hearing *Refusal
	switch attr(c.e, "hearing") {
	case "after":
		if c.t.Urgent == nil {
			hearing = refuse("not-urgent", "attributes.hearing")
		} else if by, ok := dayOf(c.e, "reply-by"); ok {
			hearing = c.promise("attributes.reply-by", calendar.Instant(by.Latest.Add(time.Second)), c.t.Reply)
		}
	case "waived":
		if h := c.s.heard(); h == nil || h.Result != "waived" {
			hearing = refuse("no-waiver", "attributes.hearing")
		}
	default:
		hearing = c.heardFirst()
	}
	from := c.at
	if attr(c.e, "effect") == "from-date" {
		day, ok := dayOf(c.e, "from")
		switch {
		case !ok:
			return firstRefusal(hearing, refuse("missing", "attributes.from"))
		case day.Latest.Before(begin(c.at)):
			return firstRefusal(hearing, refuse("from-before", "attributes.from", "when", c.when(c.at)))
		}
		from = calendar.Max(c.at, calendar.Instant(day.Earliest))
	}
	return firstRefusal(hearing, c.span(from, from), c.appealable())
}

func (c *check) extension() *Refusal {
	x := c.s.Suspension
	if x == nil {
		return refuse("not-suspended", "kind", "member", c.s.Member)
	}
	if r := firstRefusal(c.reviewed("extend"), c.heardFirst()); r != nil {
		return r
	}
	end := untilOf(c.e, x.lastDay())
	if x.Until != (calendar.Span{}) && !begin(end).After(begin(x.Until)) {
		return refuse("until-not-later", "until", "when", c.when(x.Until))
	}
	from := c.at // one that comes late runs on from the end that was
	if l := x.lastDay(); l != (calendar.Span{}) {
		from = l
	}
	return firstRefusal(c.span(from, x.lastDay()), c.appealable())
}

// span: a suspension or extension ends after it begins, no later than the
// agreement allows, and is reviewed before.
func (c *check) span(from, counted calendar.Span) *Refusal {
	end := untilOf(c.e, counted)
	if end != (calendar.Span{}) && !begin(end).After(begin(c.at)) || end != (calendar.Span{}) && !begin(end).After(begin(from)) {
		return refuse("until-before", "until", "when", c.when(from))
	}
	if r := firstRefusal(c.limit("until", end, from, c.t.Longest), c.dueAfter(c.at)); r != nil {
		return r
	}
	if due := ends(*c.e.Due); end != (calendar.Span{}) && last(due).After(last(end)) {
		return refuse("due-after-end", "due", "when", c.when(end))
	}
	return nil
}

// last is the latest instant of a bound that is known.
func last(s calendar.Span) time.Time {
	if s.Latest.IsZero() {
		return s.Earliest
	}
	return s.Latest
}

func (c *check) appealable() *Refusal {
	day, ok := dayOf(c.e, "appeal-until")
	if !ok {
		return refuse("missing", "attributes.appeal-until")
	}
	least := begin(after(c.at, c.t.Appeal.Period, c.loc))
	if d, err := calendar.ParseDate(attr(c.e, "appeal-until")); err == nil && !d.Before(calendar.DateOf(least.Add(-time.Second), c.loc)) {
		return nil // a day is the agreement's day, in whatever offset the act was dated
	}
	return c.promise("attributes.appeal-until", calendar.DayEnds(day, c.e.At.Location(), false), c.t.Appeal)
}

func (c *check) review() *Refusal {
	x := c.s.Suspension
	warned := slices.ContainsFunc(c.s.Marks, func(m Mark) bool { return m.Kind == "partner-warned" && m.EndedBy == "" })
	switch {
	case x == nil && !warned:
		return refuse("nothing-to-end", "kind")
	case x == nil && c.e.Result != "active":
		return refuse("not-suspended", "result", "member", c.s.Member)
	case !warned && c.e.Result == "active":
		return refuse("no-mark", "result")
	}
	return nil
}

func (c *check) reinstatement() *Refusal {
	if c.s.Suspension == nil {
		return refuse("not-suspended", "kind", "member", c.s.Member)
	}
	if r := c.reviewed("lift"); r != nil || c.e.Result != "with-conditions" {
		return r
	}
	return c.appealable()
}

func (c *check) termination() *Refusal {
	if c.s.Suspension != nil {
		if r := c.reviewed("end"); r != nil {
			return r
		}
	}
	if day, ok := dayOf(c.e, "from"); ok && day.Latest.Before(begin(c.at)) {
		return refuse("from-before", "attributes.from", "when", c.when(c.at))
	}
	return firstRefusal(c.heardFirst(), c.appealable())
}

// setting: it says what is to be mended.
func (c *check) setting() *Refusal {
	if len(taskNames(c.e)) == 0 && strings.TrimSpace(c.e.Text) == "" {
		return refuse("missing", "text")
	}
	return c.dueAfter(c.at)
}

// tasks: a report is on something to mend, an answer on something reported.
func (c *check) tasks() *Refusal {
	names := strings.Fields(attr(c.e, "task"))
	meant := func(t Task) bool {
		return (c.e.Re == t.Set || slices.Contains(t.Reports, c.e.Re)) && (len(names) == 0 || slices.Contains(names, t.Name))
	}
	found, reported := false, false
	for _, t := range c.s.Tasks {
		if meant(t) && t.State != "accepted" {
			found = true
			reported = reported || t.State == "reported"
		}
	}
	for _, n := range names {
		found = found && slices.ContainsFunc(c.s.Tasks, func(t Task) bool { return t.Name == n && meant(t) && t.State != "accepted" })
	}
	switch {
	case !found:
		return refuse("no-task", "re")
	case c.e.Kind != "rectification-reported" && !reported:
		return refuse("not-reported", "re")
	}
	return c.dueAfter(c.at)
}

func (c *check) appeal() *Refusal {
	i := slices.IndexFunc(c.s.Decisions, func(d Decided) bool { return d.Event == c.e.Re })
	switch {
	case i < 0:
		return refuse("no-decision", "re")
	case c.s.Decisions[i].Appeal != "":
		return refuse("appealed-already", "re", "act", c.e.Re)
	}
	return nil // a late one is on the record too: whether it is admitted is for the body to say
}

func (c *check) appealDecision() *Refusal {
	if slices.ContainsFunc(c.s.Appeals, func(a Appeal) bool { return a.Decided == "" && (a.Event == c.e.Re || a.Of == c.e.Re) }) {
		return nil
	}
	return refuse("no-appeal", "re")
}
