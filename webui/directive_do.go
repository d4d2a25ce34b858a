package webui

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/tasking"
)

// directiveForm is the form of one act.
type directiveForm struct {
	directiveHead
	Kind    directive.Kind
	Words   string
	Text    string
	Re      *actLine // the act that it is about
	Step    string
	StepIs  worded
	Member  string
	Choose  []actChoice // what it is about has to be chosen first
	Fields  []formField
	Values  map[string]string
	Ticked  map[string][]string
	Items   []itemField
	Wrong   string
	Foreign bool // what is wrong is said in English
	Key     string
	Seen    int
	Action  string
	Others  []actChoice // the other answers to the same
	Sent    bool
	ends    bool
}

// itemField is one piece of evidence in a form.
type itemField struct {
	N        int
	As       string
	Heading  worded
	Required bool
	Item     directive.Item
}

func (s *Site) directiveForm(v *visit) error {
	d, err := v.directiveAct()
	if err != nil {
		return err
	}
	return v.show("directive-do", v.t("directives.title-one"), "directives", d)
}

// directiveAct makes the form that the address names, for those whose act it is.
func (v *visit) directiveAct() (*directiveForm, error) {
	h, err := v.directive()
	if err != nil {
		return nil, err
	}
	k := directive.Kind(v.r.FormValue("kind"))
	switch {
	case !slices.Contains(directive.Kinds(), k):
		return nil, notYours()
	case h.Status == tasking.Drafted:
		return nil, notIssued()
	case !h.Can(k):
		return nil, fault.New(fault.Forbidden, "this is for those who act for the other side, or for their side")
	}
	q := v.r.URL.Query()
	d := &directiveForm{directiveHead: h, Kind: k, Words: v.t("directives.act." + string(k)), Text: v.hint("directives.act-text.", string(k)), Step: v.r.FormValue("step"), Member: q.Get("member"),
		Key: cmp.Or(v.Form.Get("key"), newKey()), Seen: h.Version, ends: tasking.NeedsFresh(k), Values: map[string]string{}, Ticked: map[string][]string{}}
	if n := v.formInt("seen"); n >= 0 {
		d.Seen = int(n)
	}
	if re := h.act(v.r.FormValue("re")); re != nil {
		line := v.actLine(h, re)
		d.Re = &line
	}
	d.Action = h.Base + "/do?" + q.Encode()
	if d.choose(v); len(d.Choose) > 0 {
		return d, nil
	}
	if d.Step != "" {
		d.StepIs = v.stepName(h, d.Step)
	}
	d.fields(v)
	d.others(v)
	return d, nil
}

// directiveDo does an act; what is wrong with it is said beside its field, and
// nothing typed is lost.
func (s *Site) directiveDo(v *visit) error {
	d, err := v.directiveAct()
	if err != nil {
		return err
	}
	if len(d.Choose) > 0 {
		return v.show("directive-do", v.t("directives.title-one"), "directives", d)
	}
	if tasking.NeedsFresh(d.Kind) && !v.Who.Fresh {
		v.askStepUp()
		return nil
	}
	d.Sent = true
	a := d.sent(v)
	if !v.ok() {
		return v.directiveAgain(d, "")
	}
	_, err = v.o.Directives.Act(v.ctx(), v.Who, d.ID, a, d.Seen, d.Key)
	switch kind := fault.KindOf(err); {
	case err == nil:
		v.sides.acted()
		return v.done(d.Base, "directive-done")
	case kind == fault.Conflict && d.Seen != d.Version:
		d.Seen = d.Version
		return v.directiveAgain(d, v.t("directives.moved"))
	case kind == fault.Invalid || kind == fault.Conflict:
		return v.directiveRefused(d, err)
	}
	return err
}

func (v *visit) directiveAgain(d *directiveForm, wrong string) error {
	if d.Wrong = wrong; wrong != "" {
		v.problemOf("", wrong)
	}
	return v.again("directive-do", v.t("directives.title-one"), "directives", d)
}

// directiveRefused puts a refusal beside the field that it names.
func (v *visit) directiveRefused(d *directiveForm, err error) error {
	key, words := refusedAt(err)
	if key == "evidence" && len(d.Items) > 0 {
		v.problemOf("evidence", words)
		return v.directiveAgain(d, "")
	}
	for _, f := range d.Fields {
		if f.Name == key && f.Type != "hidden" {
			v.problemOf(key, words)
			return v.directiveAgain(d, "")
		}
	}
	d.Foreign = v.Lang != "en"
	return v.directiveAgain(d, words)
}

// refusedAt is the key that a refusal is about and what it says: the key stands
// apart, or before the first colon.
func refusedAt(err error) (key, words string) {
	var at *fault.Error
	if !errors.As(err, &at) {
		return "", err.Error()
	}
	if at.Key != "" {
		return at.Key, at.Message
	}
	if key, rest, found := strings.Cut(at.Message, ": "); found && !strings.ContainsAny(key, " .[") {
		return key, rest
	}
	return "", at.Message
}

// sent reads the form into an act, and notes every field that is missing.
func (d *directiveForm) sent(v *visit) directive.Act {
	get := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(v.Form.Get(name), "\r\n", "\n")) }
	a := directive.Act{Kind: d.Kind, Re: d.ReID()}
	if d.Step != "" {
		a.Steps = []string{d.Step}
	}
	values := d.Kind != directive.Corrected || get("mend") != "withdrawn"
	for _, f := range d.Fields {
		value := get(f.Name)
		if f.Required && value == "" && f.Type != "checks" && f.Type != "hidden" {
			v.problem(f.Name, "common.field-missing")
		}
		switch f.Name {
		case "by":
			a.By = value
		case "re":
			a.Re = cmp.Or(value, a.Re)
		case "for":
			a.For = v.Form["for"]
		case "steps":
			a.Steps = v.Form["steps"]
		case "done", "total":
			if n := d.readNumber(v, f.Name, value); values && n != nil {
				*map[string]**int64{"done": &a.Done, "total": &a.Total}[f.Name] = n
			}
		case "as-of", "until":
			if t, ok := readLimit(value, d.Zone, d.zone()); !ok {
				v.problem(f.Name, "newcase.no-time")
			} else if values && f.Name == "until" {
				a.Until = t
			} else if values {
				a.AsOf = t
			}
		case "measures":
			if values {
				a.Measures = value
			}
		case "scope":
			a.Scope = value
		case "result":
			a.Result = value
		case "directive":
			a.Directive = value
		case "reason":
			a.Reason = value
		case "text":
			a.Text = value
		case "mend":
			a.Withdrawn = value == "withdrawn"
		}
	}
	if a.Done != nil && a.Total != nil && *a.Done > *a.Total {
		v.problem("done", "directives.more-done")
	}
	if (a.Done == nil) != (a.Total == nil) {
		v.problem(map[bool]string{true: "done", false: "total"}[a.Done == nil], "directives.both-figures")
	}
	if d.Items != nil && values {
		d.sentItems(v, &a)
	}
	d.complete(v, &a)
	return a
}

// complete adds what follows from what was chosen.
func (d *directiveForm) complete(v *visit, a *directive.Act) {
	switch {
	case a.Kind == directive.Reminded && len(a.For) == 0 && d.State != nil:
		for _, c := range d.State.Cells {
			if isOpen(c.Status) && (len(a.Steps) == 0 || slices.Contains(a.Steps, c.Step)) && !slices.Contains(a.For, c.Member) {
				a.For = append(a.For, c.Member)
			}
		}
		if len(a.For) == 0 {
			v.problem("for", "directives.nobody-open")
		}
	case a.Kind == directive.ScopeDecided && len(a.For) == 0:
		v.problem("for", "directives.choose-member")
	case a.Kind == directive.ExceptionGranted && a.Re == "" && len(a.For) == 0:
		v.problem("for", "directives.choose-member")
	}
	if d.Directive != nil && d.Directive.Exceptions != nil && a.Kind == directive.ExceptionGranted {
		d.within(v, a)
	}
	if d.ends && v.Form.Get("understood") == "" {
		v.problem("understood", "common.field-missing")
	}
}

// within says in the reader's language what the directive itself sets for exceptions.
func (d *directiveForm) within(v *visit, a *directive.Act) {
	x := d.Directive.Exceptions
	if a.Until != nil && x.Until != nil {
		asked, err := a.Until.Ends()
		most, err2 := x.Until.Ends()
		if err == nil && err2 == nil && asked.Latest.After(most.Latest) {
			v.problem("until", "directives.beyond", "day", day(v.words, v.Lang, most.Latest.Add(-time.Second).In(d.zone())))
		}
	}
	if x.Measures && a.Measures == "" && (d.Re == nil || d.Re.Measures == "") {
		v.problem("measures", "directives.measures-needed")
	}
}

// ReID is the act that this one is about, where that was chosen before.
func (d *directiveForm) ReID() string {
	if d.Re != nil {
		return d.Re.ID
	}
	return ""
}

func (d *directiveForm) readNumber(v *visit, name, value string) *int64 {
	if value == "" {
		return nil
	}
	n, err := strconv.ParseInt(strings.NewReplacer(",", "", ".", "", " ", "", "\u202f", "", "\u00a0", "").Replace(value), 10, 64)
	if err != nil || n < 0 {
		v.problem(name, "directives.no-number")
		return nil
	}
	return &n
}

// sentItems reads the pieces of evidence; an empty one is none.
func (d *directiveForm) sentItems(v *visit, a *directive.Act) {
	given := 0
	for i := range d.Items {
		it := &d.Items[i]
		n := strconv.Itoa(it.N)
		it.Item = directive.Item{As: it.As, Text: strings.TrimSpace(v.Form.Get("item-text-" + n)), Digest: strings.TrimSpace(v.Form.Get("item-digest-" + n)), URL: strings.TrimSpace(v.Form.Get("item-url-" + n))}
		if it.Item.Text+it.Item.Digest+it.Item.URL == "" {
			continue
		}
		given++
		a.Evidence = append(a.Evidence, it.Item)
	}
	if given == 0 && d.Kind == directive.EvidenceGiven {
		v.problem("evidence", "directives.evidence-missing")
	}
}

// readLimit reads a day, or a moment, in a zone; nothing is nothing.
func readLimit(text, zone string, loc *time.Location) (*casefile.Time, bool) {
	if text == "" {
		return nil, true
	}
	if d, err := calendar.ParseDate(text); err == nil {
		return &casefile.Time{Moment: calendar.Moment{Value: d.String(), Zone: []string{cmp.Or(zone, "UTC")}}}, true
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04", text, loc); err == nil {
		return &casefile.Time{Moment: calendar.Moment{Value: t.Format(time.RFC3339)}}, true
	}
	return nil, false
}

// Typed is what stands in a field: what was sent, else what follows from the record.
func (d *directiveForm) Typed(name string, sent url.Values) string {
	if d.Sent {
		return sent.Get(name)
	}
	return cmp.Or(sent.Get(name), d.Values[name])
}

// Checked tells whether a box of several is ticked.
func (d *directiveForm) Checked(name, value string, sent url.Values) bool {
	if d.Sent {
		return slices.Contains(sent[name], value)
	}
	return slices.Contains(d.Ticked[name], value)
}

// Ends tells that the act ends something for everybody.
func (d *directiveForm) Ends() bool { return d.ends }

// others are the other answers to the same.
func (d *directiveForm) others(v *visit) {
	for _, pair := range [][2]directive.Kind{{directive.Accepted, directive.Returned}, {directive.ExceptionGranted, directive.ExceptionRefused}} {
		for i, k := range pair {
			if other := pair[1-i]; k == d.Kind && d.Can(other) && d.Re != nil {
				d.Others = append(d.Others, actChoice{other, v.t("directives.act." + string(other)), doAddress(d.Base, other, "re", d.Re.ID)})
			}
		}
	}
	for _, k := range []directive.Kind{directive.Progressed, directive.EvidenceGiven, directive.Completed, directive.ExceptionAsked} {
		if ofOneStep(d.Kind) && k != d.Kind && d.Can(k) && !(k == directive.ExceptionAsked && d.Directive != nil && d.Directive.Exceptions == nil) {
			d.Others = append(d.Others, actChoice{k, v.t("directives.act." + string(k)), doAddress(d.Base, k, "step", d.Step, "member", d.Member)})
		}
	}
}
