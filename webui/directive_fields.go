package webui

import (
	"cmp"
	"slices"
	"strconv"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/directive"
)

// fieldsOfKind are the fields of the form of each kind, in their order. What an act
// is about (re, step) is chosen before where the other fields depend on it.
var fieldsOfKind = map[directive.Kind][]string{
	directive.Acknowledged:     {"by", "for", "text"},
	directive.Progressed:       {"by", "for", "done", "total", "as-of", "text"},
	directive.EvidenceGiven:    {"by", "for", "text"},
	directive.Completed:        {"by", "for", "done", "total", "text"},
	directive.ExceptionAsked:   {"by", "for", "steps", "reason", "until", "measures"},
	directive.Accepted:         {"re", "text"},
	directive.Returned:         {"re", "reason"},
	directive.ExceptionGranted: {"by", "re", "for", "steps", "until", "measures", "reason"},
	directive.ExceptionRefused: {"by", "re", "reason"},
	directive.Extended:         {"until", "steps", "for", "reason"},
	directive.Reminded:         {"steps", "for", "text"},
	directive.ScopeDecided:     {"for", "scope", "result", "reason"},
	directive.Superseded:       {"directive", "steps", "reason"},
	directive.Closed:           {"directive", "reason"},
	directive.Corrected:        {"mend", "done", "total", "as-of", "until", "measures", "text"},
	directive.Denied:           {"re", "text"},
}

// mendable are the values of an act that a correction can change.
var mendable = map[directive.Kind][]string{
	directive.Progressed: {"done", "total", "as-of"}, directive.Completed: {"done", "total"}, directive.ExceptionAsked: {"until", "measures"},
	directive.ExceptionGranted: {"until", "measures"}, directive.Extended: {"until"},
}

// needed are the fields without which an act cannot be done.
var needed = map[directive.Kind][]string{
	directive.Progressed: {"done", "total"}, directive.ExceptionAsked: {"reason"}, directive.Accepted: {"re"}, directive.Returned: {"re", "reason"},
	directive.ExceptionGranted: {"until"}, directive.ExceptionRefused: {"re", "reason"}, directive.Extended: {"until"}, directive.ScopeDecided: {"result", "reason"},
	directive.Superseded: {"directive"}, directive.Corrected: {"text"}, directive.Denied: {"re", "text"},
}

// ofOneStep are the kinds that are about one step.
func ofOneStep(k directive.Kind) bool {
	return k == directive.Progressed || k == directive.EvidenceGiven || k == directive.Completed
}

// hasItems tells whether the form takes evidence.
func (d *directiveForm) hasItems() bool {
	k := d.Kind
	if k == directive.Corrected && d.Re != nil {
		k = d.Re.Kind
	}
	return k == directive.EvidenceGiven || k == directive.Completed
}

// choose lists what the act can be about, where the form depends on it.
func (d *directiveForm) choose(v *visit) {
	switch {
	case ofOneStep(d.Kind):
		var steps []string
		for _, x := range d.Duties {
			if !slices.Contains(steps, x.Step) && (isOpen(x.Status) || d.Kind == directive.EvidenceGiven || x.Step == d.Step) {
				steps = append(steps, x.Step)
			}
		}
		switch {
		case slices.Contains(steps, d.Step):
			return
		case len(steps) == 1:
			d.Step = steps[0]
			return
		}
		d.Step = ""
		for _, s := range steps {
			d.Choose = append(d.Choose, actChoice{d.Kind, v.stepName(d.directiveHead, s).Text, doAddress(d.Base, d.Kind, "step", s, "member", d.Member)})
		}
	case d.Kind == directive.Corrected && d.Re == nil:
		for i := len(d.View.Acts) - 1; i >= 0 && len(d.Choose) < mostActs; i-- {
			if a := &d.View.Acts[i]; mends(d.directiveHead, a) == directive.Corrected {
				d.Choose = append(d.Choose, actChoice{d.Kind, a.Kind.In(v.Lang) + ", " + day(v.words, v.Lang, a.Recorded.In(v.Zone)), doAddress(d.Base, d.Kind, "re", a.ID)})
			}
		}
	}
}

// fields makes those of the form with their choices.
func (d *directiveForm) fields(v *visit) {
	d.draft()
	for _, name := range fieldsOfKind[d.Kind] {
		if f, ok := d.field(v, name); ok {
			d.Fields = append(d.Fields, f)
		}
	}
	if !d.hasItems() {
		return
	}
	add := func(as string, heading worded, required bool, it directive.Item) {
		d.Items = append(d.Items, itemField{N: len(d.Items), As: as, Heading: heading, Required: required, Item: it})
	}
	given := map[string]directive.Item{}
	var free []directive.Item
	if d.Re != nil && d.Kind == directive.Corrected {
		for _, it := range d.Re.Evidence {
			if _, twice := given[it.As]; it.As == "" || twice {
				free = append(free, it)
			} else {
				given[it.As] = it
			}
		}
		d.Step = cmp.Or(d.Step, firstOf(d.Re.Act.Steps))
	}
	if d.Directive != nil {
		if st := d.Directive.Step(d.Step); st != nil {
			for _, e := range st.Evidence {
				add(e.ID, evidenceName(v, e), e.Required, given[e.ID])
				delete(given, e.ID)
			}
		}
	}
	for _, as := range sortedKeys(given) {
		add(as, worded{Text: as}, false, given[as])
	}
	for _, it := range append(free, directive.Item{}) {
		add(it.As, worded{Text: v.t("directives.other-evidence")}, false, it)
	}
}

func firstOf(list []string) string {
	if len(list) > 0 {
		return list[0]
	}
	return ""
}

// draft fills the form with what follows from the record.
func (d *directiveForm) draft() {
	put := func(a *directive.Act) {
		for name, n := range map[string]*int64{"done": a.Done, "total": a.Total} {
			if n != nil {
				d.Values[name] = strconv.FormatInt(*n, 10)
			}
		}
		d.Values["until"], d.Values["as-of"], d.Values["measures"] = limitField(a.Until, d.directiveHead), limitField(a.AsOf, d.directiveHead), a.Measures
	}
	switch {
	case d.Kind == directive.Corrected && d.Re != nil:
		d.Values["mend"] = "values"
		put(&d.Re.Act)
	case d.Kind == directive.ExceptionGranted && d.Re != nil:
		put(&d.Re.Act)
	case d.Kind == directive.ScopeDecided:
		d.Values["result"] = "in"
	case d.Kind == directive.Progressed:
		for _, x := range d.Duties {
			if x.Step == d.Step && x.Known && (d.Member == "" || x.Member == d.Member) {
				d.Values["total"] = strconv.FormatInt(x.Total, 10)
			}
		}
	}
	if d.Re != nil {
		d.Values["re"] = d.Re.ID
	}
	if l := d.Directive; l != nil && l.ClosesInto != nil && d.ends {
		d.Values["directive"] = l.ClosesInto.ID
	}
	if d.Step != "" {
		d.Ticked["steps"] = []string{d.Step}
	}
	switch {
	case d.Member != "":
		d.Ticked["for"] = []string{d.Member}
	case !d.Ours || ofOneStep(d.Kind) || d.Kind == directive.Acknowledged || d.Kind == directive.ExceptionAsked:
		for _, x := range d.Duties {
			if !slices.Contains(d.Ticked["for"], x.Member) && (d.Step == "" || d.Step == x.Step) {
				d.Ticked["for"] = append(d.Ticked["for"], x.Member)
			}
		}
	}
}

// limitField writes a limit as a field of a browser has it: its day, or the moment
// of figures.
func limitField(t *casefile.Time, h directiveHead) string {
	if t == nil {
		return ""
	}
	s, err := t.Span()
	if err != nil {
		return ""
	}
	if _, err := calendar.ParseDate(t.Value); err == nil {
		return t.Value
	}
	return s.Latest.In(h.zone()).Format("2006-01-02T15:04")
}

// field makes one field; false: there is nothing to choose.
func (d *directiveForm) field(v *visit, name string) (formField, bool) {
	f := formField{Name: name, Type: "text", Label: v.t("directives.field." + name), Hint: v.hint("directives.hint.", name), Required: slices.Contains(needed[d.Kind], name)}
	if label := "directives.field." + string(d.Kind) + "." + name; v.words.has(label) {
		f.Label = v.t(label)
	}
	if hint := v.hint("directives.hint.", string(d.Kind)+"."+name); hint != "" {
		f.Hint = hint
	}
	switch name {
	case "reason", "text", "measures":
		f.Type, f.Wide = "textarea", true
		if x := d.Directive; name == "measures" && x != nil && x.Exceptions != nil && x.Exceptions.Measures && d.Kind == directive.ExceptionAsked {
			f.Hint = v.t("directives.measures-needed")
		}
	case "until":
		f.Type, f.Hint = dateType(d.Values[name]), cmp.Or(f.Hint, v.t("directives.in-zone", "zone", d.Zone))
	case "as-of":
		f.Type, f.Hint = "datetime-local", v.t("directives.as-of-hint", "zone", d.Zone)
	case "result":
		f.Type = "radio"
		f.Options = []option{{"in", v.t("directives.result.in")}, {"out", v.t("directives.result.out")}}
	case "mend":
		f.Type, f.Required, f.Wide = "radio", true, true
		if d.Re != nil && (mendable[d.Re.Kind] != nil || d.hasItems()) {
			f.Options = append(f.Options, option{"values", v.t("directives.mend.values")})
		} else {
			d.Values["mend"] = "withdrawn"
		}
		f.Options = append(f.Options, option{"withdrawn", v.t("directives.mend.withdrawn")})
	}
	if d.Kind == directive.Corrected && slices.Contains([]string{"done", "total", "as-of", "until", "measures"}, name) && (d.Re == nil || !slices.Contains(mendable[d.Re.Kind], name)) {
		return f, false
	}
	switch name {
	case "by", "re", "for", "steps", "scope", "directive":
		return d.chosen(v, f)
	}
	return f, true
}

// chosen fills in the choices of a field.
func (d *directiveForm) chosen(v *visit, f formField) (formField, bool) {
	switch f.Name {
	case "by":
		f.Type, f.Options = "select", d.signers(v)
		return f, len(f.Options) > 1
	case "re":
		f.Type, f.Wide, f.Options = "select", true, d.abouts(v)
		if d.Kind == directive.ExceptionGranted && d.Re == nil {
			return f, false
		}
		if d.Re != nil {
			f.Type = "hidden"
		}
		return f, true
	case "for":
		f.Type, f.Wide, f.Options = "checks", true, d.members(v)
		if d.Kind == directive.ExceptionGranted && d.Re != nil {
			return f, false
		}
		return f, len(f.Options) > 1 || d.Ours && len(f.Options) > 0 && len(d.Duties) == 0
	case "steps":
		f.Type, f.Wide = "checks", true
		if d.Kind == directive.ExceptionGranted && d.Re != nil {
			return f, false
		}
		f.Options = d.steps(v)
		return f, len(f.Options) > 1
	case "scope":
		f.Type, f.Wide, f.Options = "select", true, []option{{"", v.t("directives.every-line")}}
		for i := range d.Directive.Scope {
			l := d.Directive.Scope[i].ID
			if slices.ContainsFunc(d.State.Cells, func(c directive.Cell) bool { return slices.Contains(c.Open, l) }) {
				f.Options = append(f.Options, option{l, v.lineName(d.directiveHead, d.Directive, l).Text})
			}
		}
		return f, len(f.Options) > 2
	}
	for _, l := range append(slices.Clone(d.Directive.Supersedes), linksOf(d.Directive)...) {
		f.Hint = cmp.Or(f.Hint, l.ID)
	}
	f.Hint = v.t("directives.hint-directive")
	return f, true
}

func linksOf(d *directive.Directive) []directive.Link {
	var out []directive.Link
	for _, l := range []*directive.Link{d.ClosesInto, d.SupersededBy} {
		if l != nil {
			out = append(out, *l)
		}
	}
	return out
}

// signers are by whom the act can be: organisations of the reader's that are in the
// directive, or the authorities that the document names.
func (d *directiveForm) signers(v *visit) []option {
	var out []option
	if d.Kind == directive.ExceptionGranted || d.Kind == directive.ExceptionRefused {
		if d.Directive != nil && d.Directive.Exceptions != nil {
			for _, id := range d.Directive.Exceptions.By {
				out = append(out, option{id, v.memberName(d.directiveHead, id)})
			}
		}
		return out
	}
	for _, org := range d.Own {
		if actsFor(v.Who, org) {
			out = append(out, option{org, v.memberName(d.directiveHead, org)})
		}
	}
	return out
}

// members are those whom the act can be about.
func (d *directiveForm) members(v *visit) []option {
	var out []option
	add := func(id string) {
		if !slices.ContainsFunc(out, func(o option) bool { return o.Value == id }) {
			out = append(out, option{id, v.memberName(d.directiveHead, id)})
		}
	}
	if d.State == nil || !d.Ours || memberAct(d.Kind) {
		for _, x := range d.Duties {
			if d.Step == "" || d.Step == x.Step {
				add(x.Member)
			}
		}
		return out
	}
	for i := range d.State.Cells {
		c := &d.State.Cells[i]
		switch {
		case c.Status == directive.NotAsked, slices.Contains(d.Own, c.Member) && d.Kind != directive.Reminded:
		case d.Kind == directive.ScopeDecided && len(c.Open) == 0:
		case d.Kind == directive.Reminded && !isOpen(c.Status):
		case d.Kind != directive.ScopeDecided && c.Status == directive.Undecided:
		default:
			add(c.Member)
		}
	}
	return out
}

func memberAct(k directive.Kind) bool {
	return k == directive.Acknowledged || k == directive.ExceptionAsked || ofOneStep(k)
}

// steps are those that the act can be about.
func (d *directiveForm) steps(v *visit) []option {
	var out []option
	if d.Directive != nil && d.Ours && !memberAct(d.Kind) {
		for _, s := range d.Directive.Steps {
			out = append(out, option{s.ID, v.worded(s.Title).Text})
		}
		return out
	}
	for _, x := range d.Duties {
		if !slices.ContainsFunc(out, func(o option) bool { return o.Value == x.Step }) {
			out = append(out, option{x.Step, v.stepName(d.directiveHead, x.Step).Text})
		}
	}
	return out
}

// mostAbouts is how many acts are offered to choose from.
const mostAbouts = 200

// abouts are the acts that this one can be about, the newest first.
func (d *directiveForm) abouts(v *visit) []option {
	out := []option{{"", v.t("common.choose")}}
	for i := len(d.View.Acts) - 1; i >= 0 && len(out) <= mostAbouts; i-- {
		a := &d.View.Acts[i]
		fits := false
		switch d.Kind {
		case directive.Accepted, directive.Returned:
			fits = a.Kind == directive.Completed && d.State != nil && slices.ContainsFunc(d.State.Cells, func(c directive.Cell) bool { return c.Status == directive.Claimed && slices.Contains(c.Acts, a.ID) })
		case directive.ExceptionGranted, directive.ExceptionRefused:
			fits = d.State != nil && slices.ContainsFunc(d.State.Cells, func(c directive.Cell) bool { return c.Plea == a.ID })
		case directive.Denied:
			fits = mends(d.directiveHead, a) == directive.Denied
		}
		if fits {
			out = append(out, option{a.ID, v.memberName(d.directiveHead, a.By) + ", " + a.Kind.In(v.Lang) + ", " + day(v.words, v.Lang, a.Recorded.In(v.Zone))})
		}
	}
	return out
}
