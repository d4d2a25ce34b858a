package partner

import (
	"slices"
	"strings"

	"tocsin/calendar"
	"tocsin/casefile"
)

// read takes one act or word that counts, in the order of time.
func (f *fold) read(e *casefile.Event) {
	at := f.c.Span(e)
	f.flush(begin(at))
	s := &f.s
	if f.hand(e) == byMember {
		for _, id := range e.Disputes {
			if o := f.c.Event(id); o.By == f.authority {
				s.Contests = append(s.Contests, Contest{e.ID, at, id, e.Reason})
			}
		}
	}
	if actors[e.Kind] == nobody {
		f.word(e, at)
		return
	}
	if actors[e.Kind] != byMember {
		s.last, s.lastBy = at, e.ID
	}
	switch e.Kind {
	case "partner-invited", "agreement-signed", "partner-joined", "partner-renewed", "partner-left":
		f.membership(e, at)
	case "called-on":
		c := Call{Event: e.ID, At: at, Of: e.Of, Asks: strings.Fields(attr(e, "asks")), Round: attr(e, "round")}
		if e.Due != nil {
			c.Due = ends(*e.Due)
		}
		s.Calls = append(s.Calls, c)
	case "partner-reminded", "finding-served", "partner-warned":
		f.mark(e, at)
	case "mark-contested":
		if e.Re != "" && !slices.Contains(e.Disputes, e.Re) {
			s.Contests = append(s.Contests, Contest{e.ID, at, e.Re, e.Reason})
		}
	case "hearing-opened", "hearing-answered", "partner-heard":
		f.hearing(e, at)
	case "rectification-set", "rectification-reported", "rectification-accepted", "rectification-returned":
		f.task(e, at)
	case "appealed", "appeal-decided":
		f.appeal(e, at)
	default:
		f.decision(e, at)
	}
	f.settle(at, e.ID)
}

// word is something that the member said or did that is no partnership act.
func (f *fold) word(e *casefile.Event, at calendar.Span) {
	s := &f.s
	if e.Kind == "statement-made" {
		s.Statements = append(s.Statements, Statement{e.ID, at, e.Where})
		return
	}
	i := slices.IndexFunc(s.Calls, func(c Call) bool { return e.Re != "" && c.Event == e.Re })
	if i < 0 || !slices.Contains(duties, e.Kind) {
		return
	}
	if e.Kind == "acknowledged" {
		s.Calls[i].Received = e.ID
		return
	}
	s.Calls[i].Answers = append(s.Calls[i].Answers, Answer{e.ID, string(e.Kind), at, e.Result, timely(at, s.Calls[i].Due)})
}

// timely tells whether an answer came before the exclusive end of a period.
func timely(at, due calendar.Span) string {
	switch {
	case due == (calendar.Span{}):
		return ""
	case !at.Latest.IsZero() && !due.Earliest.IsZero() && !at.Latest.After(due.Earliest):
		return "yes"
	case !at.Earliest.IsZero() && !due.Latest.IsZero() && at.Earliest.After(due.Latest):
		return "no"
	}
	return "unclear"
}

func (f *fold) membership(e *casefile.Event, at calendar.Span) {
	s := &f.s
	switch e.Kind {
	case "partner-invited":
		if f.end != "" { // anew
			f.end, f.joined, s.Agreement, s.Conditions = "", false, nil, ""
			f.endMarks(e.ID, "")
		}
		f.invited = true
		s.Invitation = &Invitation{Event: e.ID, Hash: attr(e, "hash")}
	case "agreement-signed":
		if x := s.Invitation; x != nil && x.Event == e.Re {
			x.Signed, x.By, x.Agreed = e.ID, attr(e, "signed-by"), attr(e, "hash")
		}
	case "partner-joined":
		f.end, f.joined, s.Invitation = "", true, nil
		s.Agreement = &Joined{Event: e.ID, Since: at, Checked: at, Level: attr(e, "level"), Units: strings.Fields(attr(e, "units"))}
		f.term(e)
	case "partner-renewed":
		f.joined = true
		if s.Agreement == nil {
			s.Agreement = &Joined{Since: at}
		}
		s.Agreement.Renewed, s.Agreement.Checked = append(s.Agreement.Renewed, e.ID), at
		if l := attr(e, "level"); l != "" {
			s.Agreement.Level = l
		}
		if u := strings.Fields(attr(e, "units")); len(u) > 0 {
			s.Agreement.Units = u
		}
		f.term(e)
	case "partner-left":
		f.leave(e.ID, at)
	}
}

// term notes until when the membership runs, and that it ends by itself only
// where the agreement says so.
func (f *fold) term(e *casefile.Event) {
	if e.Until == nil {
		return
	}
	j := f.s.Agreement
	j.Until, j.Lapses = ends(*e.Until), flag(e, "lapses")
	if until := j.Until; j.Lapses && until != (calendar.Span{}) {
		end := calendar.Max(until, f.c.Span(e))
		f.plan(end, e.ID, func() {
			if f.s.Agreement == j && j.Until == until && f.end == "" {
				f.leave(e.ID, end)
			}
		})
	}
}

func (f *fold) leave(by string, at calendar.Span) {
	f.before = f.s.Suspension
	f.stop(by, at)
	f.end, f.joined, f.invited, f.s.Invitation = by, false, false, nil
}

func (f *fold) mark(e *casefile.Event, at calendar.Span) {
	s := &f.s
	if e.Result == "withdrawn" {
		i := f.findMark(e.Re, string(e.Kind))
		if i >= 0 {
			s.Marks[i].EndedBy = e.ID
		}
		return
	}
	s.Marks = append(s.Marks, Mark{Event: e.ID, Kind: string(e.Kind), At: at, Re: e.Re, Rule: e.Rule, Reason: e.Reason})
	if e.Kind != "partner-warned" {
		return
	}
	f.joined = true
	f.decided(e, at)
	if e.Until != nil && flag(e, "lapses") {
		f.plan(calendar.Max(ends(*e.Until), at), e.ID, func() {
			if i := f.findMark(e.ID, "partner-warned"); i >= 0 {
				s.Marks[i].EndedBy = e.ID
			}
		})
	}
}

// findMark finds a mark of a kind that holds: the one named, or the last where
// none is named; −1 if there is none.
func (f *fold) findMark(id, kind string) int {
	for i := len(f.s.Marks) - 1; i >= 0; i-- {
		if m := f.s.Marks[i]; m.Kind == kind && m.EndedBy == "" && (id == "" || m.Event == id) {
			return i
		}
	}
	return -1
}

// endMarks ends the warnings that hold: the one named, or all.
func (f *fold) endMarks(by, id string) {
	for i := range f.s.Marks {
		if m := &f.s.Marks[i]; m.Kind == "partner-warned" && m.EndedBy == "" && (id == "" || m.Event == id) {
			m.EndedBy = by
		}
	}
}

func (f *fold) hearing(e *casefile.Event, at calendar.Span) {
	s := &f.s
	switch e.Kind {
	case "hearing-opened":
		h := Hearing{Opened: e.ID, At: at, About: e.Re, Proof: attr(e, "proof-of-service")}
		if e.Due != nil {
			h.Due = ends(*e.Due)
		}
		if x := s.Suspension; x != nil && x.Urgent && e.Re == x.Decision {
			h.For = x.Decision
		}
		s.Hearings = append(s.Hearings, h)
	case "hearing-answered":
		for i := range s.Hearings {
			if h := &s.Hearings[i]; h.Opened != "" && h.Opened == e.Re {
				h.Answers = append(h.Answers, Answer{e.ID, string(e.Kind), at, e.Result, timely(at, h.Due)})
			}
		}
	case "partner-heard":
		h := s.OpenHearing()
		for i := range s.Hearings {
			if e.Re != "" && s.Hearings[i].Opened == e.Re && s.Hearings[i].Closed == "" {
				h = &s.Hearings[i]
			}
		}
		if h == nil { // closed here, opened elsewhere
			s.Hearings = append(s.Hearings, Hearing{About: e.Re})
			h = &s.Hearings[len(s.Hearings)-1]
		}
		h.Closed, h.End, h.Result = e.ID, at, e.Result
	}
}

// task reads the rectification file. Names stand in the attribute task; none is
// all that re is about.
func (f *fold) task(e *casefile.Event, at calendar.Span) {
	s := &f.s
	if e.Kind == "rectification-set" {
		due := calendar.Span{}
		if e.Due != nil {
			due = ends(*e.Due)
		}
		add := func(name, words string) {
			s.Tasks = append(s.Tasks, Task{Set: e.ID, Name: name, Words: words, Due: due, State: "open"})
		}
		names := taskNames(e)
		for _, n := range names {
			add(n, attr(e, "task-"+n))
		}
		if len(names) == 0 {
			add("all", e.Text)
		}
		return
	}
	if f.reports == nil {
		f.reports = map[string][]int{}
	}
	for _, i := range f.meant(e) {
		t := &s.Tasks[i]
		switch e.Kind {
		case "rectification-reported":
			t.State, t.Last = "reported", e.ID
			t.Reports = append(t.Reports, e.ID)
			f.reports[e.ID] = append(f.reports[e.ID], i)
		case "rectification-accepted":
			t.State, t.Last = "accepted", e.ID
		case "rectification-returned":
			t.State, t.Last = "returned", e.ID
			if e.Due != nil {
				t.Due = ends(*e.Due)
			}
		}
	}
}

// taskNames lists the tasks that a rectification names, in alphabetical order.
func taskNames(e *casefile.Event) []string {
	var out []string
	for k := range e.Attributes {
		if n, ok := strings.CutPrefix(k, "task-"); ok && n != "" {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// meant finds the tasks that a report or an answer to one is about. What is
// accepted is not reported on again.
func (f *fold) meant(e *casefile.Event) []int {
	names := strings.Fields(attr(e, "task"))
	var out []int
	for i, t := range f.s.Tasks {
		switch {
		case t.State == "accepted",
			len(names) > 0 && !slices.Contains(names, t.Name),
			e.Re != "" && e.Re != t.Set && !slices.Contains(f.reports[e.Re], i):
		default:
			out = append(out, i)
		}
	}
	return out
}
