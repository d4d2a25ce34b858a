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
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// actView is the guided form of one act, and the preview of it.
type actView struct {
	partnerHead
	Step    actStep
	Fields  []formField
	Values  map[string]string
	Letters bool   // some of the fields are of the letter
	Key     string // the same act is done once
	Seen    int64  // version of the file that the form was made on
	Preview *actPreview
	Sent    url.Values
	Wrong   string // what is wrong with no field in particular
	Query   string
	Finding *partnership.Finding // that the act puts to the member
}

// Action is where the form goes: the step stands in the address, whole, since a part
// of an address would be escaped.
func (d actView) Action() string { return d.Base + "/do?" + d.Query }

func (s *Site) actForm(v *visit) error {
	d, _, err := v.act()
	if err != nil {
		return err
	}
	return v.show("partner-do", v.t("partner.act-title"), "partners", d)
}

// act finds the step that the address names, for somebody who acts for its side.
func (v *visit) act() (actView, partner.Step, error) {
	h, err := v.partnership("do")
	if err != nil {
		return actView{}, partner.Step{}, err
	}
	act, variant := casefile.Kind(v.r.FormValue("act")), v.r.FormValue("variant")
	steps := partner.Steps(h.State, h.On.Terms, v.Now)
	i := slices.IndexFunc(steps, func(s partner.Step) bool { return s.Act == act && s.Variant == variant && s.Act != "reported" })
	if i < 0 {
		return actView{}, partner.Step{}, notYours()
	}
	st := steps[i]
	mine := h.Side == partnership.OfAuthority && st.Actor == "authority" || h.Side == partnership.OfMember && st.Actor == "member"
	if !mine || !h.Acts {
		return actView{}, partner.Step{}, fault.New(fault.Forbidden, "this is for those who act for the other side, or for their side")
	}
	d := actView{partnerHead: h, Step: v.actStep(h, st), Key: v.Form.Get("key"), Seen: h.Version, Values: v.actDraft(h, st)}
	d.Fields = v.actFieldsOf(h, st)
	for _, f := range d.Fields {
		d.Letters = d.Letters || f.Letter
	}
	if re := v.r.URL.Query().Get("re"); re != "" {
		d.Values["re"] = re
	}
	if d.Key == "" {
		d.Key = newKey()
	}
	if n := v.formInt("seen"); n >= 0 {
		d.Seen = n
	}
	q := url.Values{"act": {string(act)}, "variant": {variant}}
	if id := v.r.FormValue("finding"); id != "" && act == "finding-served" && variant == "" {
		if d.Finding, err = v.finding(h, id); err != nil {
			return actView{}, partner.Step{}, err
		}
		q.Set("finding", id)
		d.Values["rule"], d.Values["text"] = v.limbClause(d.Finding, h.On.Pack), d.Finding.Words
	}
	d.Query = q.Encode()
	return d, st, nil
}

// actDo shows what an act would change, or with do=confirm does it.
func (s *Site) actDo(v *visit) error {
	d, st, err := v.act()
	if err != nil {
		return err
	}
	if st.Actor == "authority" && !v.Who.Fresh {
		v.askStepUp()
		return nil
	}
	e := v.actSent(d, st)
	if !v.ok() {
		return v.actAgain(d, "")
	}
	if d.Finding != nil {
		e = d.Finding.Serving(e)
	}
	full := e
	full.By, full.To, full.Scope = st.Draft().By, st.Draft().To, d.On.ID
	full.At.Value = v.Now.UTC().Truncate(time.Second).Format(time.RFC3339)
	if r := partner.Refuse(&d.State, &d.On.Terms, &full); r != nil {
		return v.actRefused(d, r)
	}
	if v.Form.Get("do") == "confirm" {
		a, err := v.actDone(d, e)
		v.sides.acted()
		switch {
		case err == nil && a.State == partnership.Waiting:
			return v.done("/partners/waiting", "act-waits")
		case err == nil && d.Finding != nil:
			return v.done(findingAddress(d.Finding.ID), "act-done")
		case err == nil:
			return v.done(d.Base, "act-done")
		case fault.KindOf(err) == fault.Conflict && d.Seen != d.Version:
			d.Seen = d.Version
			return v.actAgain(d, v.t("partner.moved"))
		}
		return v.actFailed(d, err)
	}
	p, err := v.o.Circles.Preview(v.ctx(), v.Who, d.ID, e)
	if err != nil {
		return v.actFailed(d, err)
	}
	d.Preview = v.actPreview(d.partnerHead, p)
	d.Sent = url.Values{}
	for name, values := range v.Form {
		if name != "do" && name != "letter" {
			d.Sent[name] = values
		}
	}
	d.Sent.Set("key", d.Key)
	d.Sent.Set("seen", formatInt(d.Seen))
	return v.show("partner-do", v.t("partner.act-title"), "partners", d)
}

// actDone does an act, through the finding where it puts one to the member.
func (v *visit) actDone(d actView, e casefile.Event) (partnership.Asked, error) {
	if d.Finding != nil {
		return v.o.Circles.ServeFinding(v.ctx(), v.Who, d.Finding.ID, e, d.Seen, d.Key)
	}
	return v.o.Circles.Do(v.ctx(), v.Who, d.ID, e, d.Seen, d.Key)
}

// actAgain shows the form once more with what is wrong; nothing typed is lost.
func (v *visit) actAgain(d actView, wrong string) error {
	d.Wrong = wrong
	if wrong != "" {
		v.problemOf("", wrong)
	}
	return v.again("partner-do", v.t("partner.act-title"), "partners", d)
}

// problemOf notes a problem in words.
func (v *visit) problemOf(field, words string) {
	if v.problems == nil {
		v.problems = map[string]string{}
	}
	if v.problems[field] == "" {
		v.problems[field] = words
	}
}

// actRefused puts a refusal beside the field that it is about.
func (v *visit) actRefused(d actView, r *partner.Refusal) error {
	words, field := v.refusal(d.partnerHead, r), strings.TrimPrefix(r.Key, "attributes.")
	if field == "text" && d.Step.Act == "rectification-set" {
		field = "tasks"
	}
	for _, f := range d.Fields {
		if f.Name == field && f.Type != "hidden" {
			if r.Code == "missing" {
				words = v.t("common.field-missing")
			}
			v.problemOf(field, words)
			return v.actAgain(d, "")
		}
	}
	return v.actAgain(d, words)
}

// actFailed shows what a use case refuses where it can be cured in the form.
func (v *visit) actFailed(d actView, err error) error {
	var at *fault.Error
	switch kind := fault.KindOf(err); {
	case !errors.As(err, &at), kind != fault.Invalid && kind != fault.Conflict && kind != fault.TooEarly:
		return err
	}
	for _, f := range d.Fields {
		if at.Key != "" && (at.Key == f.Name || strings.HasSuffix(at.Key, "."+f.Name)) && f.Type != "hidden" {
			v.problemOf(f.Name, at.Message)
			return v.actAgain(d, "")
		}
	}
	return v.actAgain(d, at.Message)
}

// actSent reads the form into an act, and notes every field that is missing.
func (v *visit) actSent(d actView, st partner.Step) casefile.Event {
	get := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(v.Form.Get(name), "\r\n", "\n")) }
	draft := st.Draft()
	e := casefile.Event{Kind: st.Act, Re: draft.Re, Result: draft.Result, Attributes: map[string]casefile.Scalar{}}
	for k, x := range draft.Attributes {
		e.Attributes[k] = x
	}
	for _, f := range d.Fields {
		value := get(f.Name)
		switch f.Name {
		case "re":
			if value != "" {
				e.Re = value
			}
		case "result":
			if v.Form.Has("result") {
				e.Result = value
			}
		case "reason":
			e.Reason = value
		case "rule":
			e.Rule = value
		case "text":
			e.Text = value
		case "until", "due":
			t, ok := v.readDay(d.partnerHead, value)
			if !ok {
				v.problem(f.Name, "newcase.no-time")
			}
			if f.Name == "until" {
				e.Until = t
			} else {
				e.Due = t
			}
		case "lapses", "publish-reason":
			if value != "" {
				e.Attributes[f.Name] = casefile.Scalar{V: "true"}
			}
		case "tasks":
			n := 0
			for line := range strings.Lines(value) {
				if line = strings.TrimSpace(line); line != "" {
					n++
					e.Attributes["task-"+strconv.Itoa(n)] = casefile.Scalar{V: line}
				}
			}
		default:
			if f.Type == "checks" {
				value = strings.Join(v.Form[f.Name], " ")
			}
			delete(e.Attributes, f.Name)
			if value != "" && slices.Contains(attributeFields, f.Name) {
				e.Attributes[f.Name] = casefile.Scalar{V: value}
			}
		}
	}
	if e.Attributes["effect"].String() == "at-once" {
		delete(e.Attributes, "from")
	}
	if e.Due == nil && draft.Due != nil && !slices.ContainsFunc(d.Fields, func(f formField) bool { return f.Name == "due" }) {
		e.Due = draft.Due
	}
	for _, f := range d.Fields {
		if f.Name != "tasks" && missingOf(&e, f.Name) && slices.ContainsFunc(partner.Needs(e.Kind, e.Result), func(k string) bool {
			return slices.Contains(strings.Split(k, "|"), f.Name) || k == "attributes."+f.Name
		}) && f.Type != "hidden" {
			v.problem(f.Name, "common.field-missing")
		}
	}
	if len(e.Attributes) == 0 {
		e.Attributes = nil
	}
	return e
}

// missingOf tells that an act does not give a key that the form has a field for.
func missingOf(e *casefile.Event, name string) bool {
	switch name {
	case "until":
		return e.Until == nil
	case "due":
		return e.Due == nil
	case "re", "result", "reason", "rule", "text":
		return map[string]string{"re": e.Re, "result": e.Result, "reason": e.Reason, "rule": e.Rule, "text": e.Text}[name] == ""
	}
	return attribute(e, name) == ""
}

// readDay reads a day, or a moment, in the zone of the terms; nothing is nothing.
func (v *visit) readDay(h partnerHead, text string) (*casefile.Time, bool) {
	if text == "" {
		return nil, true
	}
	zone := cmp.Or(h.On.Terms.Zone, "UTC")
	if d, err := calendar.ParseDate(text); err == nil {
		return &casefile.Time{Moment: calendar.Moment{Value: d.String(), Zone: []string{zone}}}, true
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04", text, h.zone()); err == nil {
		return &casefile.Time{Moment: calendar.Moment{Value: t.Format(time.RFC3339)}}, true
	}
	return nil, false
}

// Checked tells whether a box of several is ticked: as it was sent, else not.
func (d actView) Checked(name, value string, sent url.Values) bool {
	return slices.Contains(sent[name], value)
}

// Typed is what stands in a field: what was sent, else what follows from the file.
func (d actView) Typed(name, draft string, sent url.Values) string {
	if sent.Has(name) {
		return sent.Get(name)
	}
	return draft
}

// LetterLangs are the languages of a letter.
func (d actView) LetterLangs() []option {
	var out []option
	for _, code := range Languages {
		out = append(out, option{code, langNames[code]})
	}
	return out
}
