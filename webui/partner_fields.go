package webui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/partner"
	"tocsin/partnership/letters"
	"tocsin/rulebook"
)

// actFields are the fields of the form of each act, in their order; those of an
// act that goes out as a letter follow (letterFields). A test holds the list
// against the acts and against what each of them needs.
var actFields = map[casefile.Kind]string{
	"partner-invited": "text hash", "agreement-signed": "re signed-by hash", "partner-joined": "signed-by hash until level units", "partner-renewed": "until level",
	"called-on": "asks text due", "partner-reminded": "rule reason due", "finding-served": "re rule reason text", "mark-contested": "re reason",
	"partner-warned": "re rule reason text appeal-body appeal-until", "hearing-opened": "re rule reason due text", "hearing-answered": "re result text", "partner-heard": "re result text",
	"partner-suspended": "rule reason effect from until due units hearing publication publish-reason appeal-body appeal-until lapses text",
	"rectification-set": "tasks due text", "rectification-reported": "re task text", "rectification-accepted": "re task text", "rectification-returned": "re task reason due",
	"partner-reassessed": "re result reason", "partner-extended": "re rule reason until due publication publish-reason appeal-body appeal-until lapses text",
	"partner-reinstated": "re result reason publication publish-reason text appeal-body appeal-until", "partner-terminated": "re rule reason effect from publication publish-reason appeal-body appeal-until text",
	"partner-left": "reason", "appealed": "re reason text", "appeal-decided": "re result reason until text",
}

// letterFields are what a formal letter has beside the act.
const letterFields = "number signatory office delegation place from-address to-address"

// attributeFields are the fields that go into attributes.
var attributeFields = []string{"number", "signatory", "office", "delegation", "place", "from-address", "to-address", "signed-by", "hash", "level", "units", "asks",
	"effect", "from", "hearing", "publication", "appeal-body", "appeal-until", "reply-by", "publish-reason", "task"}

// fieldsOfAct lists the names of the fields of an act.
func fieldsOfAct(act casefile.Kind, variant string) []string {
	if variant == "withdraw" {
		return []string{"re", "reason"}
	}
	out := strings.Fields(actFields[act])
	if variant == "urgent" {
		out = append(out, "reply-by")
	}
	if letters.KindOf(act) != "" {
		out = append(out, strings.Fields(letterFields)...)
	}
	return out
}

// actFieldsOf makes the fields of a step with their choices.
func (v *visit) actFieldsOf(h partnerHead, st partner.Step) []formField {
	needs := partner.Needs(st.Act, st.Draft().Result)
	draft := v.actDraft(h, st)
	var out []formField
	for _, name := range fieldsOfAct(st.Act, st.Variant) {
		f := formField{Name: name, Type: "text", Hint: v.hint("partner.hint.", name), Label: v.fieldLabel(st.Act, name)}
		if hint := v.hint("partner.hint.", string(st.Act)+"."+name); hint != "" {
			f.Hint = hint
		}
		switch name {
		case "reason", "text", "tasks":
			f.Type, f.Wide = "textarea", true
		case "from-address", "to-address":
			f.Type = "textarea"
		case "until", "due":
			f.Type = dateType(draft[name])
			if st.Act == "called-on" {
				f.Type = "datetime-local"
			}
		case "from", "appeal-until", "reply-by":
			f.Type = "date"
		case "lapses", "publish-reason":
			f.Type = "checkbox"
		case "rule":
			f.Wide = true
			if f.Options = v.clauseOptions(h); len(f.Options) > 0 {
				f.Type = "select"
			}
		case "re":
			f.Type, f.Options = "select", v.aboutOptions(h, st)
			if st.Act == "hearing-opened" && len(f.Options) > 0 && st.Draft().Re == "" {
				f.Options = append([]option{{"", v.t("common.none")}}, f.Options...)
			}
			if len(f.Options) < 2 {
				f.Type = "hidden"
			}
		case "result":
			f.Type, f.Options = "select", v.actResults(st.Act)
		case "effect", "hearing", "publication":
			f.Type, f.Options = "radio", v.valueOptions(name)
		case "asks":
			f.Type, f.Wide = "checks", true
			for _, a := range partner.CallAsks() {
				f.Options = append(f.Options, option{a, v.t("partner.asks." + a)})
			}
		case "level":
			f.Type, f.Options = "select", []option{{"", v.t("common.none")}}
			for _, g := range h.On.Terms.Levels {
				f.Options = append(f.Options, option{g.ID, rulebook.T(g.Title, v.Lang)})
			}
		case "units":
			f.Type, f.Wide = "checks", true
			for _, id := range h.State.Units {
				f.Options = append(f.Options, option{id, v.partyWords(h, id)})
			}
			if len(f.Options) == 0 {
				continue
			}
		case "task":
			f.Type, f.Wide = "checks", true
			f.Options = v.taskOptions(h, st.Act)
			if len(f.Options) < 2 {
				continue
			}
		}
		f.Required = slices.ContainsFunc(needs, func(k string) bool {
			return slices.Contains(strings.Split(k, "|"), name) || slices.Contains(strings.Split(k, "|"), "attributes."+name)
		}) || name == "tasks"
		if strings.Contains(" "+letterFields+" reply-by ", " "+name+" ") {
			f.Letter = true
		}
		out = append(out, f)
	}
	return out
}

// fieldLabel is what a field is called, in the form of an act.
func (v *visit) fieldLabel(act casefile.Kind, name string) string {
	if key := "partner.field." + string(act) + "." + name; v.words.has(key) {
		return v.t(key)
	}
	return v.t("partner.field." + name)
}

// dateType is the type of field that a value fits.
func dateType(value string) string {
	if len(value) > len(time.DateOnly) {
		return "datetime-local"
	}
	return "date"
}

// clauseOptions are the rules of the platform's pack.
func (v *visit) clauseOptions(h partnerHead) []option {
	if v.o.Book == nil {
		return nil
	}
	var out []option
	for _, r := range v.o.Book.Rules {
		if r.Pack() != nil && r.Pack().Pack == h.On.Pack {
			out = append(out, option{r.ID, v.ruleName(r.ID)})
		}
	}
	if len(out) > 0 {
		out = append([]option{{"", v.t("common.choose")}}, out...)
	}
	return out
}

// aboutOptions are the acts that a step can be about.
func (v *visit) aboutOptions(h partnerHead, st partner.Step) []option {
	s := &h.State
	var ids []string
	switch st.Act {
	case "mark-contested":
		for _, m := range s.Marks {
			ids = append(ids, m.Event)
		}
		for _, d := range s.Decisions {
			ids = append(ids, d.Event)
		}
	case "partner-warned", "finding-served":
		for _, m := range s.Marks {
			if st.Variant == "withdraw" && m.Kind == string(st.Act) && m.EndedBy == "" {
				ids = append(ids, m.Event)
			}
		}
	case "hearing-opened": // about a mark, if the authority says so
		for _, m := range s.Marks {
			if m.EndedBy == "" {
				ids = append(ids, m.Event)
			}
		}
		if x := s.Suspension; x != nil && x.Urgent {
			ids = append(ids, x.Decision)
		}
	case "rectification-reported", "rectification-accepted", "rectification-returned":
		for _, t := range s.Tasks {
			switch {
			case st.Act == "rectification-reported" && (t.State == "open" || t.State == "returned"):
				ids = append(ids, t.Set)
			case st.Act != "rectification-reported" && t.State == "reported":
				ids = append(ids, t.Last)
			}
		}
	case "appealed":
		for _, d := range s.Decisions {
			if d.Appeal == "" {
				ids = append(ids, d.Event)
			}
		}
	case "appeal-decided":
		for _, a := range s.Appeals {
			if a.Decided == "" {
				ids = append(ids, a.Event)
			}
		}
	}
	var out []option
	for i := len(ids) - 1; i >= 0; i-- {
		if o := (option{ids[i], v.actWords(h, ids[i])}); !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

func (v *visit) taskOptions(h partnerHead, act casefile.Kind) []option {
	var out []option
	for _, t := range h.State.Tasks {
		if act == "rectification-reported" && t.State != "accepted" || act != "rectification-reported" && t.State == "reported" {
			out = append(out, option{t.Name, cmp.Or(t.Words, t.Name)})
		}
	}
	return out
}

func (v *visit) actResults(act casefile.Kind) []option {
	var out []option
	if act == "hearing-answered" {
		out = append(out, option{"", v.t("partner.result.answer")})
	}
	for _, w := range partner.Results(act) {
		out = append(out, option{w, v.codeWords("partner.result.", w)})
	}
	return out
}

// valueOptions are the words of a closed list of an attribute.
func (v *visit) valueOptions(name string) []option {
	var out []option
	for _, w := range map[string][]string{"effect": {"at-once", "from-date"}, "hearing": {"before", "after", "waived"}, "publication": {"internal", "public"}}[name] {
		out = append(out, option{w, v.t("partner.value." + w)})
	}
	return out
}

// actDraft is what the fields of a step hold before anybody types: what follows
// from the file and the terms, and what the side wrote in its letters before.
func (v *visit) actDraft(h partnerHead, st partner.Step) map[string]string {
	e := st.Draft()
	d := map[string]string{"re": e.Re, "result": e.Result, "until": typed(e.Until, h), "due": typed(e.Due, h)}
	for k, x := range e.Attributes {
		d[k] = x.String()
	}
	zone := h.zone()
	if d["publication"] == "" {
		d["publication"] = "internal"
	}
	if d["effect"] == "" {
		d["effect"] = "at-once"
	}
	d["appeal-body"] = h.On.Terms.Body
	d["appeal-until"] = v.lastDay(h.On.Terms.Appeal.Period, zone)
	if st.Variant == "urgent" {
		d["reply-by"] = v.lastDay(h.On.Terms.Reply.Period, zone)
	}
	switch st.Act {
	case "called-on":
		d["due"] = v.Now.Add(48 * time.Hour).In(zone).Format("2006-01-02T15:04")
	case "partner-joined":
		d["level"] = h.Member.Agreement.Level
	case "partner-suspended", "partner-extended":
		d["rule"] = lastRule(h)
	}
	for _, name := range []string{"signatory", "office", "delegation", "place", "from-address", "to-address"} {
		for i := len(h.File.Events) - 1; i >= 0 && d[name] == ""; i-- {
			if x := &h.File.Events[i]; x.By == e.By {
				d[name] = attribute(x, name)
			}
		}
	}
	return d
}

// lastRule is the clause of the last mark: what a decision most likely rests on.
func lastRule(h partnerHead) string {
	for i := len(h.State.Marks) - 1; i >= 0; i-- {
		if h.State.Marks[i].Rule != "" {
			return h.State.Marks[i].Rule
		}
	}
	return ""
}

// lastDay is the last day of a period that begins now.
func (v *visit) lastDay(p calendar.Period, zone *time.Location) string {
	k := calendar.Reckoning{Calc: calendar.CalendarDays, Period: p, Zone: zone}
	if _, clock := p.Clock(); clock {
		k = calendar.Reckoning{Calc: calendar.Elapsed, Period: p}
	}
	out, _, err := k.Over(calendar.Instant(v.Now))
	if err != nil || out.Latest.IsZero() {
		return ""
	}
	return calendar.DateOf(out.Latest.Add(-time.Second), zone).String()
}

// typed writes a time as a field of a browser has it.
func typed(t *casefile.Time, h partnerHead) string {
	if t == nil {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, t.Value); err == nil {
		return t.Value
	}
	if at, err := time.Parse(time.RFC3339, t.Value); err == nil {
		return at.In(h.zone()).Format("2006-01-02T15:04")
	}
	return ""
}
