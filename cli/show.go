package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"tocsin/casefile"
	"tocsin/rulebook"
)

// showRule prints one rule in full, for a person.
func showRule(w io.Writer, b *rulebook.Book, r *rulebook.Rule) {
	line := func(label, format string, args ...any) {
		if s := fmt.Sprintf(format, args...); strings.TrimSpace(s) != "" {
			fmt.Fprintf(w, "  %-12s %s\n", label, s)
		}
	}
	fmt.Fprintf(w, "%s  %s\n", r.ID, rulebook.T(r.Title, "en"))
	for _, lang := range []string{"zh", "de", "fr", "ja", "ko"} {
		if t := r.Title[lang]; t != "" {
			line("("+lang+")", "%s", t)
		}
	}
	line("part of", "%s", r.Parent)
	line("order", "%s, %s, %s", r.Order, r.Ground, validity(r))
	line("class", "%s", r.Class)
	for _, who := range r.Who {
		t := ""
		if role := b.Role(who.Role); role != nil {
			t = rulebook.T(role.Title, "en")
		}
		if who.Certainty == "may" {
			t += " (whether it is bound is open)"
		}
		line("binds", "%s: %s", who.Role, t)
	}
	line("asks", "%s, %s", r.Duty, r.Modality)
	for i, id := range r.To {
		if e := b.Entry(id); e != nil {
			id += ": " + rulebook.T(e.Title, "en")
		}
		label := "to"
		if len(r.To) > 1 && i == 0 {
			label = "to one of"
			if r.All {
				label = "to all of"
			}
		} else if i > 0 {
			label = ""
		}
		line(label, "%s", id)
	}
	line("pace", "%s", r.Pace)
	line("if", "%s", r.When)
	for i := range r.Stages {
		showStage(w, b, &r.Stages[i])
	}
	if f := r.Forbids; f != nil {
		except := ""
		if len(f.Except) > 0 {
			except = ", except " + strings.Join(f.Except, ", ")
		}
		line("forbids", "%s to %s%s", f.Act, f.Audience, except)
		line("begins", "%s", anchorWords(b, &f.Starts))
		line("ends", "%s", anchorWords(b, &f.Release))
		line("window", "%s", f.Window)
	}
	if r.Retain != nil {
		line("keep", "%s from each entry", r.Retain.Period)
	}
	line("contents", "%s", strings.Join(r.Contents, "; "))
	line("after", "%s", strings.Join(r.After, ", "))
	line("with", "%s", strings.Join(r.With, ", "))
	line("displaces", "%s", strings.Join(r.Displaces, ", "))
	line("exceptions", "%s", r.Except)
	line("penalty", "%s", r.Penalty)
	line("clause", "%s; version: %s", r.Citation.Text, r.Citation.Version)
	line("formerly", "%s", r.Citation.Former)
	if r.Citation.Operative != "" {
		line("words", "“%s” (%s)", r.Citation.Operative, r.Citation.Language)
	}
	line("official", "%s", r.Citation.Official)
	for _, id := range r.Citation.Sources {
		if s := b.Source(id); s != nil {
			line("source "+id, "%s", s.Text)
		}
	}
	line("verified", "duty %s, deadline %s, computation %s", yes(r.Verified.Duty), yes(r.Verified.Deadline), yes(r.Verified.Calc))
	line("", "%s", r.Verified.Note)
	if r.Reviewed == nil {
		line("reviewed", "by nobody yet")
	} else {
		line("reviewed", "by %s on %s for %s", r.Reviewed.By, r.Reviewed.On, r.Reviewed.Jurisdiction)
	}
	for _, n := range r.Notes {
		line("note", "%s", n)
	}
}

func yes(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

func showStage(w io.Writer, b *rulebook.Book, s *rulebook.Stage) {
	t := rulebook.T(s.Title, "en")
	if t != "" {
		t = " " + t
	}
	fmt.Fprintf(w, "  stage %s%s\n", s.ID, t)
	if s.By != "" {
		fmt.Fprintf(w, "    done by    %s (shown for information)\n", s.By)
	}
	fmt.Fprintf(w, "    runs from  %s\n", anchorWords(b, &s.Anchor))
	if s.When != "" {
		fmt.Fprintf(w, "    if         %s\n", s.When)
	}
	if len(s.Readings) == 0 {
		fmt.Fprintf(w, "    number     none in the text\n")
	}
	for _, rd := range s.Readings {
		span := rd.Period.String()
		switch {
		case rd.Fixed != "":
			span = rd.Fixed
		case rd.Calc == "catalogue-date":
			span = "the entry's date"
		case len(rd.Min) > 0:
			span = "the earliest of several clocks"
		case len(rd.Max) > 0:
			span = "the latest of several clocks"
		}
		extra := ""
		if rd.Rest != "" {
			extra += " rest=" + rd.Rest
		}
		if rd.When != "" {
			extra += " if " + rd.When
		}
		if rd.Note != "" {
			extra += " · " + rd.Note
		}
		fmt.Fprintf(w, "    reading    %-9s %s %s%s\n", rd.Basis, rd.Calc, span, extra)
	}
}

// anchorWords says an anchor in a line.
func anchorWords(b *rulebook.Book, a *rulebook.Anchor) string {
	var parts []string
	join := ", or "
	list := a.Any
	if len(a.All) > 0 {
		list, join = a.All, ", and "
	}
	for _, m := range list {
		parts = append(parts, matchWords(b, &m))
	}
	s := strings.Join(parts, join)
	switch a.Which {
	case "last", "each":
		s = a.Which + " of: " + s
	}
	if len(a.Requires) > 0 {
		var req []string
		for _, m := range a.Requires {
			req = append(req, matchWords(b, &m))
		}
		s += "; only if " + strings.Join(req, " and ")
	}
	return s
}

func matchWords(b *rulebook.Book, m *rulebook.Match) string {
	switch {
	case m.Fact != "":
		s := "fact “" + m.Fact + "”"
		if f := b.Fact(m.Fact); f != nil {
			s += " (" + rulebook.T(f.Title, "en") + ")"
		}
		return s
	case m.Met != "":
		return "what met " + m.Met
	case m.Due != "":
		return "the due date of " + m.Due
	}
	s := casefile.Kind(m.Event).Words()
	if !slices.Contains([]string{"", "by"}, m.Party) {
		s += " (" + m.Party + ")"
	}
	if len(m.Result) > 0 {
		s += fmt.Sprintf(" %v", m.Result)
	}
	if m.Where != "" {
		s += " where " + m.Where
	}
	return s
}
