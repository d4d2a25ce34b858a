package webui

import (
	"cmp"
	"slices"

	"tocsin/directive"
)

// directiveText is the document in the reader's language, as far as it is written
// in it: what is ordered or asked, of whom, on which ground.
type directiveText struct {
	Number, SignedBy, TLP, By string
	Heading                   worded
	Note                      string
	Basis                     []basisRow
	Scope                     []scopeRow
	Steps                     []directiveStep
	Reminders                 []string
	Exceptions                *exceptionsRow
	Supersedes                []linkRow
	ClosesInto                []linkRow
	Langs                     []string // in which its title is written
	Zone                      string
}

type basisRow struct {
	directive.Basis
	Lang string
}

// scopeRow is one line of whom the directive reaches, as it was written.
type scopeRow struct {
	ID        string
	Words     worded
	Says      []string // what its keys say, in the reader's language
	Condition worded
	Except    []scopeRow
}

type directiveStep struct {
	directive.Step
	N         int
	Heading   worded
	Words     worded
	KindWords string
	Asked     []askRow
	DueIn     dueRow
	Evidence  []proofRow
	To        string
	Form      worded
	Reminders []string
	Ended     bool
}

// askRow says of whom a step is wanted and how it was put.
type askRow struct {
	Modality string
	Words    worded
	Of       []worded
}

type exceptionsRow struct {
	By       []string
	UntilAt  spanned
	Measures bool
	Words    worded
}

type linkRow struct {
	directive.Link
	Heading worded
	Href    string
}

func (v *visit) directiveText(d *directive.Directive, h directiveHead) *directiveText {
	t := &directiveText{Number: d.Number, SignedBy: d.SignedBy, TLP: cmp.Or(d.TLP, "AMBER"), Heading: v.worded(d.Title), Note: d.Note, Langs: sortedKeys(d.Title), Zone: cmp.Or(d.Zone, "UTC")}
	if a := d.Authority(d.IssuedBy); a != nil {
		t.By = cmp.Or(a.Name, a.ID)
	}
	for _, b := range d.Basis {
		t.Basis = append(t.Basis, basisRow{b, b.Language})
	}
	for i := range d.Scope {
		t.Scope = append(t.Scope, v.scopeRow(h, &d.Scope[i]))
	}
	for i := range d.Steps {
		t.Steps = append(t.Steps, v.directiveStep(d, h, i))
	}
	for _, p := range d.Reminders {
		t.Reminders = append(t.Reminders, cmp.Or(v.period(p.String()), p.String()))
	}
	if x := d.Exceptions; x != nil {
		t.Exceptions = &exceptionsRow{Measures: x.Measures, Words: v.worded(x.Text)}
		for _, by := range x.By {
			t.Exceptions.By = append(t.Exceptions.By, v.memberName(h, by))
		}
		if x.Until != nil {
			if s, err := x.Until.Ends(); err == nil {
				t.Exceptions.UntilAt = v.span(s, true, t.Zone)
			}
		}
	}
	for _, l := range d.Supersedes {
		t.Supersedes = append(t.Supersedes, linkRow{l, v.worded(l.Title), safeAddress(l.Official)})
	}
	for _, l := range []*directive.Link{d.ClosesInto, d.SupersededBy} {
		if l != nil {
			t.ClosesInto = append(t.ClosesInto, linkRow{*l, v.worded(l.Title), safeAddress(l.Official)})
		}
	}
	return t
}

// safeAddress is an address that can be opened; the document was checked, and what
// passed it begins so.
func safeAddress(s string) string {
	if len(s) > 8 && (s[:8] == "https://" || s[:7] == "http://") {
		return s
	}
	return ""
}

func (v *visit) scopeRow(h directiveHead, s *directive.Scope) scopeRow {
	r := scopeRow{ID: s.ID, Words: v.worded(s.Words), Condition: v.worded(s.Condition)}
	if s.All {
		r.Says = append(r.Says, v.t("directives.scope-all"))
	}
	list := func(key string, of []string) {
		if len(of) > 0 {
			r.Says = append(r.Says, v.t("directives.scope-"+key, "list", v.enumerated(of)))
		}
	}
	var groups []string
	for _, g := range s.Groups {
		groups = append(groups, v.gradeWords(slices.Concat(h.On.Terms.Levels, h.On.Terms.Kinds), g))
	}
	list("groups", groups)
	var names []string
	for _, m := range s.Members {
		names = append(names, v.memberName(h, m))
	}
	list("members", names)
	if s.Units {
		r.Says = append(r.Says, v.t("directives.scope-units"))
	}
	list("sectors", s.Sectors)
	var kinds []string
	for _, k := range s.Kinds {
		kinds = append(kinds, v.codeWords("admin.kind.", k))
	}
	list("kinds", kinds)
	for i := range s.Except {
		r.Except = append(r.Except, v.scopeRow(h, &s.Except[i]))
	}
	return r
}

func (v *visit) directiveStep(d *directive.Directive, h directiveHead, i int) directiveStep {
	st := d.Steps[i]
	r := directiveStep{Step: st, N: i + 1, Heading: v.worded(st.Title), Words: v.worded(st.Text), KindWords: directive.StepIn(st.Kind, v.Lang)}
	if due, ok := d.DueOf(st.ID); ok {
		r.DueIn = v.dueRow(&due, false, cmp.Or(d.Zone, "UTC"))
	}
	for _, a := range st.Asks {
		ask := askRow{Modality: a.Modality, Words: v.worded(a.Words)}
		for _, id := range a.Of {
			ask.Of = append(ask.Of, v.lineName(h, d, id))
		}
		r.Asked = append(r.Asked, ask)
	}
	for _, e := range st.Evidence {
		r.Evidence = append(r.Evidence, proofRow{evidenceName(v, e), e.Required, false})
	}
	if st.Report != nil {
		r.Form = v.worded(st.Report.Form)
		if st.Report.To != "" {
			r.To = v.memberName(h, st.Report.To)
		}
	}
	for _, p := range st.Reminders {
		r.Reminders = append(r.Reminders, cmp.Or(v.period(p.String()), p.String()))
	}
	if h.State != nil {
		j := slices.IndexFunc(h.State.Steps, func(f directive.Figures) bool { return f.Step == st.ID })
		r.Ended = j >= 0 && h.State.Steps[j].End != nil
	}
	return r
}

// lineName is a line of the scope in a few words: its own, else what it says.
func (v *visit) lineName(h directiveHead, d *directive.Directive, id string) worded {
	i := slices.IndexFunc(d.Scope, func(s directive.Scope) bool { return s.ID == id })
	if i < 0 {
		return worded{Text: id}
	}
	r := v.scopeRow(h, &d.Scope[i])
	switch {
	case r.Words.Text != "":
		return r.Words
	case r.Condition.Text != "":
		return r.Condition
	}
	text := v.enumerated(r.Says)
	if len(r.Except) > 0 {
		text += " " + v.t("directives.with-exceptions")
	}
	return worded{Text: text}
}
