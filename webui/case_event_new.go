package webui

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// chooseView is the first step of a new event: what happened.
type chooseView struct {
	caseHead
	Groups []kindGroup
	Party  string // carried on, as are other fields of the address
	Rest   string
}

type kindGroup struct {
	Code  string
	Kinds []kindChoice
}

type kindChoice struct{ Words, Href string }

// eventForm is the form for a new event, and the preview of what it changes.
type eventForm struct {
	caseHead
	Kind        casefile.Kind
	Words       string // of the kind
	Parties     partyList
	Products    []option
	Sources     []option
	Authorities []option
	First, More []formField // what the kind uses, and the rest
	Asks        bool        // the kind tells somebody: to is shown first
	Times       timeChoices
	Key         string
	Version     int64
	Preview     *previewView
	Sent        url.Values // fields of the previewed event, to be sent again
	Wrong       string     // what the event as a whole has wrong
}

// previewView is what an event would change, before it is kept.
type previewView struct {
	Event    eventRow
	Basis    string
	Warnings []string
	Meets    []string
	Changes  []changeRow
	More     int
}

func (s *Site) eventNew(v *visit) error {
	seen, err := v.seenFor(access.Add)
	if err != nil {
		return err
	}
	if !casefile.Kind(v.Form.Get("kind")).Known() {
		return v.choose(seen)
	}
	return v.show("case-event-new", v.caseTitle(seen, v.t("case.add-event")), "cases", v.eventForm(seen))
}

// choose shows the kinds of events, sorted by what somebody wants to tell.
func (v *visit) choose(seen *coordination.Seen) error {
	d := chooseView{caseHead: head(seen, "record")}
	q := url.Values{}
	for name, values := range v.r.URL.Query() {
		if name != "kind" && name != "lang" {
			q[name] = values
		}
	}
	for _, g := range kindGroups {
		group := kindGroup{Code: g.Code}
		for _, k := range g.Kinds {
			q.Set("kind", string(k))
			group.Kinds = append(group.Kinds, kindChoice{v.kindWords(k), d.Base + "/events/new?" + q.Encode()})
		}
		d.Groups = append(d.Groups, group)
	}
	return v.show("case-event-choose", v.caseTitle(seen, v.t("case.add-event")), "cases", d)
}

// caseTitle is the title of a page of a case: its id and the page, never the
// case's own title (security.md: tabs and histories are read by others).
func (v *visit) caseTitle(seen *coordination.Seen, page string) string {
	return v.t("case.title", "case", seen.Case.File.Case, "page", page)
}

// seenFor gives the case of the address, if the reader may do the act there.
func (v *visit) seenFor(act access.Act) (*coordination.Seen, error) {
	if err := v.need(v.o.Desk != nil, v.t("desk.title")); err != nil {
		return nil, err
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, v.r.PathValue("handle"))
	if err != nil {
		return nil, err
	}
	if d, ok := seen.May[act]; ok && !d.Allowed && len(d.Needs) == 0 {
		return nil, fault.New(fault.Forbidden, "%s", v.t("case.not-allowed"))
	}
	return seen, nil
}

func (v *visit) eventForm(seen *coordination.Seen) eventForm {
	kind := casefile.Kind(v.Form.Get("kind"))
	d := eventForm{
		caseHead: head(seen, "record"), Kind: kind, Words: v.kindWords(kind), Key: v.Form.Get("key"), Version: seen.Version,
		Parties: partiesOf(seen.Case, v.t("case.nobody-known")), Products: productOptions(seen.Case, v.t("case.no-product")),
		Sources: sourceOptions(seen.Case, v.t("case.no-source")), Authorities: v.authorities(), Times: v.timeChoices(),
		Asks: slices.Contains(kindKeys[kind], "to") || len(v.Form["to"]) > 0,
	}
	for _, name := range []string{"until", "due", "at"} { // an address may give an instant
		if t, err := time.Parse(time.RFC3339, v.Form.Get(name)); err == nil {
			v.Form.Set(name, v.fieldMoment(t))
		}
	}
	d.First, d.More = v.fieldsFor(seen, kind)
	if len(seen.Parties) == 1 && !v.Form.Has("by") { // most often somebody speaks for their own side
		v.Form.Set("by", seen.Parties[0])
	}
	if d.Key == "" {
		d.Key = newKey()
	}
	return d
}

// Told lists the recipients that are no parties of the case: entries of the
// directory, for the fields that take them.
func (d eventForm) Told(sent []string) []string {
	var out []string
	for _, to := range sent {
		if to != "" && (d.Parties.Many || d.Seen.Case.Party(to) == nil) && !slices.Contains(out, to) {
			out = append(out, to)
		}
	}
	return append(out, "")
}

// eventAdd previews what was filled in; with do=keep it keeps what was previewed.
func (s *Site) eventAdd(v *visit) error {
	seen, err := v.seenFor(access.Add)
	if err != nil {
		return err
	}
	if !casefile.Kind(v.Form.Get("kind")).Known() {
		v.problem("kind", "case.kind-missing")
		return v.choose(seen)
	}
	title := v.caseTitle(seen, v.t("case.add-event"))
	d := v.eventForm(seen)
	e, err := v.eventSent()
	if err == nil && v.Form.Get("do") == "keep" {
		if err = v.eventKeep(seen, e); fault.KindOf(err) == fault.Conflict && err != nil {
			// Somebody was faster: what was filled in is shown again, over the case as
			// it is now.
			d.Wrong, err = v.t("case.changed-meanwhile"), nil
			v.answered = false
		} else if err == nil {
			return nil
		}
	}
	var preview *coordination.Preview
	if err == nil {
		preview, err = v.o.Desk.PreviewEvent(v.ctx(), v.Who, seen.Handle, e)
	}
	switch {
	case err != nil && fault.KindOf(err) == fault.Invalid:
		v.eventWrong(&d, err)
		return v.again("case-event-new", title, "cases", d)
	case err != nil:
		return err
	}
	d.Preview = v.preview(seen, preview)
	d.Sent = url.Values{}
	for name, values := range v.Form {
		if name != "do" {
			d.Sent[name] = values
		}
	}
	d.Sent.Set("key", d.Key)
	d.Sent.Set("version", formatInt(seen.Version)) // what was looked at is what is judged
	return v.show("case-event-new", title, "cases", d)
}

// preview says in words what an event would change.
func (v *visit) preview(seen *coordination.Seen, x *coordination.Preview) *previewView {
	out := &previewView{Event: v.eventRow(seen, &x.Event, nil), Basis: x.Basis, Warnings: x.Warnings}
	out.Event.Address = ""
	if x.Difference != nil {
		after := &coordination.Planned{Seen: seen, Plan: x.After, Book: v.o.Book, Of: seen.Case}
		out.Changes, out.More = v.changeRows(after, x.Difference)
	}
	if x.After == nil {
		return out
	}
	for _, duty := range x.After.Duties {
		if slices.Contains(x.Meets, duty.ID) {
			out.Meets = append(out.Meets, v.ruleTitle(v.o.Book, duty.Rule, duty.Title))
		}
	}
	return out
}

func (v *visit) eventKeep(seen *coordination.Seen, e casefile.Event) error {
	expected := v.formInt("version")
	if expected < 0 {
		expected = record.AnyVersion
	}
	if _, err := v.o.Desk.AddEvent(v.ctx(), v.Who, seen.Handle, e, expected, v.Form.Get("key")); err != nil {
		return err
	}
	return v.done("/cases/"+url.PathEscape(seen.Handle)+"/plan", "saved")
}

// eventWrong puts an error where the reader can mend it: at its field, or above
// the form.
func (v *visit) eventWrong(d *eventForm, err error) {
	var f *fault.Error
	if errors.As(err, &f) {
		key := f.Key
		if i := strings.LastIndexByte(key, '.'); i >= 0 {
			key = key[i+1:]
		}
		key, _, _ = strings.Cut(key, "[")
		if becomes(key) != "" || key == "at" {
			v.problems = map[string]string{key: f.Message}
			return
		}
	}
	v.problems = map[string]string{"": err.Error()}
	d.Wrong = err.Error()
}

// eventSent makes the event of the form, by the strict reader of case files: it
// knows what fits which kind.
func (v *visit) eventSent() (casefile.Event, error) {
	m := map[string]any{"at": v.timeSent("at")}
	for name := range v.Form {
		text := strings.TrimSpace(v.Form.Get(name))
		if text == "" && len(v.Form[name]) < 2 {
			continue
		}
		switch becomes(name) {
		case "list":
			if list := distinct(v.Form[name]); len(list) > 0 {
				m[name] = list
			}
		case "words":
			m[name] = splitWords(text)
		case "time":
			t, err := v.readMoment(text)
			if err != nil {
				return casefile.Event{}, &fault.Error{Kind: fault.Invalid, Key: name, Message: err.Error()}
			}
			m[name] = t.Format("2006-01-02T15:04:05Z07:00")
		case "number":
			n := v.formInt(name)
			if n < 0 {
				return casefile.Event{}, &fault.Error{Kind: fault.Invalid, Key: name, Message: v.t("case.no-number")}
			}
			m[name] = n
		case "flag":
			m[name] = true
		case "text", "long", "date":
			m[name] = text
		}
	}
	data, err := json.Marshal(m)
	if err != nil {
		return casefile.Event{}, err
	}
	return casefile.ParseEvent("", data)
}

// distinct gives what was sent under one name, each once, without the empty.
func distinct(sent []string) []string {
	var list []string
	for _, x := range sent {
		if x = strings.TrimSpace(x); x != "" && !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

func jsonOf(x any) ([]byte, error) { return json.Marshal(x) }
