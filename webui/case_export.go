package webui

import (
	"errors"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
)

// exportView says what may be taken away, and how.
type exportView struct {
	caseHead
	Now   bool // the reader may at once
	Ask   bool // another person must approve
	Needs []string
}

func (s *Site) caseExport(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.export")); err != nil {
		return err
	}
	handle := v.r.PathValue("handle")
	seen, err := v.o.Desk.See(v.ctx(), v.Who, handle)
	if err != nil {
		return err
	}
	if format := v.Form.Get("format"); format == "yaml" || format == "json" {
		data, err := v.o.Desk.Export(v.ctx(), v.Who, handle, format)
		if err != nil {
			return err
		}
		kind := map[string]string{"yaml": "application/yaml", "json": "application/json"}[format]
		return v.download(kind, fileName(seen.Case.File.Case)+"."+format, data)
	}
	may := seen.May[access.Export]
	d := exportView{caseHead: head(seen, "more"), Now: may.Allowed, Needs: may.Needs, Ask: slices.Contains(may.Needs, "second-person")}
	return v.show("case-export", v.caseTitle(seen, v.t("case.export")), "cases", d)
}

func (s *Site) caseAskExport(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.export")); err != nil {
		return err
	}
	if _, err := v.o.Desk.AskExport(v.ctx(), v.Who, v.r.PathValue("handle")); err != nil {
		return err
	}
	return v.done("/approvals", "asked")
}

// eraseView is the form that asks to forget fields.
type eraseView struct {
	caseHead
	Entries []option
	Parties partyList
	Wrong   string
}

func (s *Site) caseErase(v *visit) error {
	seen, err := v.seenFor(access.Erase)
	if err != nil {
		return err
	}
	return v.show("case-erase", v.caseTitle(seen, v.t("erase.title")), "cases", v.eraseForm(seen))
}

func (v *visit) eraseForm(seen *coordination.Seen) eraseView {
	d := eraseView{caseHead: head(seen, "more"), Parties: partiesOf(seen.Case, v.t("case.no-party"))}
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
		Fields: splitWords(v.Form.Get("fields")),
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
	return v.again("case-erase", v.caseTitle(seen, v.t("erase.title")), "cases", v.eraseForm(seen))
}

// becomesErase is the field of the form that a key of a fault stands for.
func becomesErase(key string) string {
	if slices.Contains([]string{"event", "fields", "person", "ground"}, key) {
		return key
	}
	return ""
}
