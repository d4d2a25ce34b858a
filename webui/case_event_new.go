package webui

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// eventForm is the form for a new event, and the preview of what it changes.
type eventForm struct {
	caseHead
	Kinds, Parties, Products, Sources, Precisions, Zones []option
	Key                                                  string
	Version                                              int64
	Preview                                              *previewView
	Sent                                                 url.Values // fields of the previewed event, to be sent again
	Wrong                                                string     // what the event as a whole has wrong
}

// previewView is what the event would change, before it is kept.
type previewView struct {
	Event    eventRow
	Basis    string
	Warnings []string
	Meets    []string
	Changes  []changeRow
}

// eventFields are the keys of an event that the form has a field for, by what
// their text becomes: text, list, time, flag.
var eventFields = map[string]string{
	"kind": "text", "by": "text", "of": "text", "rule": "text", "stage": "text", "via": "text", "label": "text", "text": "text",
	"source": "text", "result": "text", "reason": "text", "review-on": "text", "re": "text", "how": "text", "detail": "text",
	"form": "text", "where": "text", "mandate": "text", "incident": "text", "impact": "text",
	"to": "list", "with": "list", "nature": "list", "disputes": "list",
	"until": "time", "due": "time",
	"exploited": "flag", "reveals": "flag", "user-action": "flag",
}

func (s *Site) eventNew(v *visit) error {
	seen, err := v.seenFor(access.Add)
	if err != nil {
		return err
	}
	return v.show("case-event-new", v.t("case.title", "case", seen.Case.File.Case, "page", v.t("case.add-event")), "cases", v.eventForm(seen))
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
	c := seen.Case
	d := eventForm{
		caseHead: head(seen, "record"), Key: v.Form.Get("key"), Version: seen.Version,
		Kinds: v.kindOptions(), Parties: partyOptions(c, v.t("case.nobody-known")), Products: productOptions(c, v.t("case.no-product")),
		Sources:    sourceOptions(c, v.t("case.no-source")),
		Precisions: []option{{"minute", v.t("case.precision.minute")}, {"hour", v.t("case.precision.hour")}, {"day", v.t("case.precision.day")}, {"month", v.t("case.precision.month")}},
		Zones:      []option{{v.Zone.String(), v.t("case.your-zone", "zone", v.Zone.String())}, {"UTC", "UTC"}, {"unknown", v.t("case.zone-unknown")}},
	}
	if v.Zone.String() == "UTC" {
		d.Zones = d.Zones[1:]
	}
	if d.Key == "" {
		d.Key = newKey()
	}
	return d
}

// eventAdd previews what was filled in; with do=keep it keeps what was previewed.
func (s *Site) eventAdd(v *visit) error {
	seen, err := v.seenFor(access.Add)
	if err != nil {
		return err
	}
	title := v.t("case.title", "case", seen.Case.File.Case, "page", v.t("case.add-event"))
	d := v.eventForm(seen)
	e, err := v.eventSent()
	if err == nil && v.Form.Get("do") == "keep" {
		return v.eventKeep(seen, e)
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
	d.Preview = &previewView{Event: v.eventRow(seen, &preview.Event, nil), Basis: preview.Basis, Warnings: preview.Warnings}
	p := &coordination.Planned{Seen: seen, Plan: preview.After, Book: v.o.Book, Of: seen.Case}
	if preview.Difference != nil {
		d.Preview.Changes = v.changeRows(p, preview.Difference)
	}
	for _, duty := range preview.After.Duties {
		if slices.Contains(preview.Meets, duty.ID) {
			d.Preview.Meets = append(d.Preview.Meets, v.ruleTitle(v.o.Book, duty.Rule, duty.Title))
		}
	}
	d.Sent = url.Values{}
	for name, values := range v.Form {
		if name != "do" {
			d.Sent[name] = values
		}
	}
	d.Sent.Set("key", d.Key)
	if d.Sent.Get("version") == "" {
		d.Sent.Set("version", v.Form.Get("version"))
	}
	return v.show("case-event-new", title, "cases", d)
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
		if _, ok := eventFields[key]; ok || key == "at" {
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
	for name, becomes := range eventFields {
		text := strings.TrimSpace(v.Form.Get(name))
		if text == "" {
			continue
		}
		switch becomes {
		case "list":
			var list []string
			for _, x := range v.Form[name] {
				if x = strings.TrimSpace(x); x != "" && !slices.Contains(list, x) {
					list = append(list, x)
				}
			}
			m[name] = list
		case "time":
			t, err := v.readMoment(text)
			if err != nil {
				return casefile.Event{}, &fault.Error{Kind: fault.Invalid, Key: name, Message: err.Error()}
			}
			m[name] = t.Format("2006-01-02T15:04:05Z07:00")
		case "flag":
			m[name] = true
		default:
			m[name] = text
		}
	}
	data, err := json.Marshal(m)
	if err != nil {
		return casefile.Event{}, err
	}
	return casefile.ParseEvent("", data)
}

// timeSent makes the time of a case file of the fields name, name-precision and
// name-zone. Nothing filled in is now, to the second.
func (v *visit) timeSent(name string) any {
	value, precision, zone := strings.TrimSpace(v.Form.Get(name)), v.Form.Get(name+"-precision"), v.Form.Get(name+"-zone")
	if value == "" {
		return v.Now.UTC().Format("2006-01-02T15:04:05Z07:00")
	}
	if precision == "day" && len(value) > 10 {
		value = value[:10]
	}
	if precision == "month" && len(value) > 7 {
		value = value[:7]
	}
	if precision == "" {
		precision = "minute"
	}
	if zone == "" {
		zone = v.Zone.String()
	}
	return map[string]string{"value": value, "precision": precision, "zone": zone}
}

// fieldsOf lists the fields of an event with their values, for choosing which of
// them a receipt opens.
func fieldsOf(e *casefile.Event) []option {
	data, err := json.Marshal(e)
	if err != nil {
		return nil
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return nil
	}
	var out []option
	for name, value := range m {
		if name == "recorded-at" || name == "recorded-by" {
			continue
		}
		out = append(out, option{name, clipText(string(value), 120)})
	}
	slices.SortFunc(out, func(a, b option) int { return strings.Compare(a.Value, b.Value) })
	return out
}

func jsonOf(x any) ([]byte, error) { return json.Marshal(x) }
