package webui

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// eraseView is the form that asks to forget fields.
type eraseView struct {
	caseHead
	Entries []option
	Parties partyList
	Entry   string   // the chosen one
	Words   string   // what it is
	Fields  []option // of it that can be erased, with what stands in them
	Back    string   // the page of the chosen event
}

func (s *Site) caseErase(v *visit) error {
	seen, err := v.seenFor(access.Erase)
	if err != nil {
		return err
	}
	entry := v.Form.Get("event")
	d := v.eraseForm(seen, entry)
	if entry != "" && d.Entry == "" {
		return fault.New(fault.NotFound, "there is no such entry here")
	}
	return v.show("case-erase", v.caseTitle(seen, v.t("erase.title")), "cases", d)
}

func (v *visit) eraseForm(seen *coordination.Seen, entry string) eraseView {
	d := eraseView{caseHead: head(seen, "more"), Parties: partiesOf(seen.Case, v.t("common.choose"))}
	if kind, what, ok := entryOf(seen.Case, entry); ok {
		d.Entry, d.Fields, d.Words = entry, erasable(kind, what), v.entryWords(seen.Case, kind, entry)
		if kind == "event" {
			d.Back = eventAddress(seen.Handle, entry)
		}
		return d
	}
	d.Entries = append(d.Entries, option{"", v.t("common.choose")}, option{"case", v.t("erase.case")})
	c := seen.Case
	for i := len(c.Events) - 1; i >= 0 && len(d.Entries) < mostEvents; i-- {
		id := c.Events[i].ID
		d.Entries = append(d.Entries, option{id, v.eventWords(c, id) + " · " + id})
	}
	for i := range c.Products[:min(len(c.Products), mostEvents)] {
		d.Entries = append(d.Entries, option{"products." + c.Products[i].ID, v.t("about.product") + ": " + productName(c, c.Products[i].ID)})
	}
	for i := range c.Parties[:min(len(c.Parties), mostEvents)] {
		d.Entries = append(d.Entries, option{"parties." + c.Parties[i].ID, v.t("about.party") + ": " + partyName(c, c.Parties[i].ID)})
	}
	for i := range c.Sources[:min(len(c.Sources), mostEvents)] {
		d.Entries = append(d.Entries, option{"sources." + c.Sources[i].ID, v.t("about.source") + ": " + c.Sources[i].ID})
	}
	return d
}

func (s *Site) caseAskErase(v *visit) error {
	seen, err := v.seenFor(access.Erase)
	if err != nil {
		return err
	}
	asked := coordination.EraseAsked{
		Event: v.Form.Get("event"), Person: v.Form.Get("person"), Ground: strings.TrimSpace(v.Form.Get("ground")),
		Fields: splitWords(strings.Join(v.Form["fields"], " ")),
	}
	if asked.Person != "" {
		asked.Event, asked.Fields = "", nil
	}
	switch {
	case asked.Ground == "":
		v.problem("ground", "common.field-missing")
	case asked.Person == "" && asked.Event == "":
		v.problem("event", "common.field-missing")
	case asked.Person == "" && len(asked.Fields) == 0:
		v.problem("fields", "common.field-missing")
	default:
		_, err := v.o.Desk.AskErase(v.ctx(), v.Who, seen.Handle, asked)
		var f *fault.Error
		switch {
		case err == nil:
			return v.done("/approvals", "asked")
		case !errors.As(err, &f) || f.Kind != fault.Invalid:
			return err
		case becomesErase(f.Key) != "":
			v.problems = map[string]string{becomesErase(f.Key): f.Message}
		default:
			v.problems = map[string]string{"fields": err.Error()}
		}
	}
	return v.again("case-erase", v.caseTitle(seen, v.t("erase.title")), "cases", v.eraseForm(seen, v.Form.Get("event")))
}

// becomesErase is the field of the form that a key of a fault stands for.
func becomesErase(key string) string {
	if slices.Contains([]string{"event", "fields", "person", "ground"}, key) {
		return key
	}
	return ""
}

// entryOf finds an entry of a case by the name that an erasure has for it.
func entryOf(c *casefile.Case, name string) (kind string, what any, ok bool) {
	if name == "case" {
		return "case", c.File, true
	}
	if e := c.Event(name); e != nil {
		return "event", e, true
	}
	list, id, _ := strings.Cut(name, ".")
	switch list {
	case "products":
		if p := c.Product(id); p != nil {
			return "product", p, true
		}
	case "parties":
		if p := c.Party(id); p != nil {
			return "party", p, true
		}
	case "sources":
		if x := c.Source(id); x != nil {
			return "source", x, true
		}
	}
	return "", nil, false
}

// erasable lists the fields of an entry that an erasure may name, with what
// stands in them.
func erasable(kind string, what any) []option {
	data, err := json.Marshal(what)
	if err != nil {
		return nil
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return nil
	}
	var out []option
	for _, name := range record.Forgettable(kind) {
		value, there := m[name]
		if !there {
			continue
		}
		text := string(value)
		var s string
		if json.Unmarshal(value, &s) == nil {
			text = s
		}
		out = append(out, option{name, clipText(text, 120)})
	}
	return out
}

// entryWords says what an entry is.
func (v *visit) entryWords(c *casefile.Case, kind, name string) string {
	_, id, _ := strings.Cut(name, ".")
	switch kind {
	case "event":
		return v.eventWords(c, name)
	case "product":
		return v.t("about.product") + ": " + productName(c, id)
	case "party":
		return v.t("about.party") + ": " + partyName(c, id)
	case "source":
		return v.t("about.source") + ": " + id
	}
	return v.t("erase.case")
}
