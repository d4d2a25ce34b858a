package webui

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/receipt"
	"tocsin/record"
)

// eventView is the page of one event.
type eventView struct {
	caseHead
	Event    eventRow
	Fields   []option // name and value of every field, for the receipt's choice
	Adopt    bool     // the reader may adopt the claim
	Preview  *previewView
	Reason   string
	Key      string
	Version  int64
	Receipts []option // numbered receipts of the parties that the reader acts for
	Dossier  string   // of an act of a partnership
}

func (s *Site) eventPage(v *visit) error {
	d, seen, err := v.eventView(v.r.PathValue("event"))
	if err != nil {
		return err
	}
	return v.show("case-event", v.caseTitle(seen, v.t("case.event")), "cases", d)
}

func (v *visit) eventView(id string) (eventView, *coordination.Seen, error) {
	var d eventView
	if err := v.need(v.o.Desk != nil, v.t("case.event")); err != nil {
		return d, nil, err
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, v.r.PathValue("handle"))
	if err != nil {
		return d, nil, err
	}
	e := seen.Case.Event(id)
	if e == nil {
		return d, nil, fault.New(fault.NotFound, "there is no such event here")
	}
	d = eventView{caseHead: head(seen, "record"), Event: v.eventRow(seen, e, metasByID(seen)), Key: newKey(), Version: seen.Version}
	d.Adopt = d.Event.Claim && (d.Event.Mine || !d.Narrow()) && d.May("adopt") && !retired(seen.Case, id)
	d.Fields, d.Dossier = fieldsOf(e), v.dossierOf(seen, e.Kind, id)
	for _, p := range seen.Parties {
		d.Receipts = append(d.Receipts, option{p, partyName(seen.Case, p)})
	}
	return d, seen, nil
}

// retired tells whether another event stands in the place of one.
func retired(c *casefile.Case, id string) bool {
	for i := range c.Events {
		if slices.Contains(c.Events[i].Supersedes, id) {
			return true
		}
	}
	return false
}

// eventReceipt gives the receipt of an event with the chosen fields opened.
func (s *Site) eventReceipt(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.receipt")); err != nil {
		return err
	}
	event := v.r.PathValue("event")
	proof, err := v.o.Desk.Receipt(v.ctx(), v.Who, v.r.PathValue("handle"), event, v.Form.Get("party"), v.Form["disclose"])
	if err != nil {
		return err
	}
	return v.download("application/octet-stream", fileName(event)+".tlog-proof", proof)
}

// eventAdopt shows what another's claim would change if the reader's party stood
// by it, and with do=keep makes it count.
func (s *Site) eventAdopt(v *visit) error {
	event, reason := v.Form.Get("event"), strings.TrimSpace(v.Form.Get("reason"))
	d, seen, err := v.eventView(event)
	if err != nil {
		return err
	}
	d.Reason = reason
	title := v.caseTitle(seen, v.t("case.adopt"))
	if reason == "" {
		v.problem("reason", "common.field-missing")
		return v.again("case-event", title, "cases", d)
	}
	if v.Form.Get("do") == "keep" {
		expected := v.formInt("version")
		if expected < 0 {
			expected = record.AnyVersion
		}
		if _, err := v.o.Desk.Adopt(v.ctx(), v.Who, seen.Handle, event, reason, expected, v.Form.Get("key")); err != nil {
			return err
		}
		return v.done("/cases/"+url.PathEscape(seen.Handle)+"/plan", "saved")
	}
	preview, err := v.o.Desk.PreviewAdopt(v.ctx(), v.Who, seen.Handle, event, reason)
	if err != nil {
		return err
	}
	d.Preview = v.preview(seen, preview)
	return v.show("case-event", title, "cases", d)
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
		if !slices.Contains(receipt.FieldNames(), name) {
			continue
		}
		text := string(value)
		var s string
		if json.Unmarshal(value, &s) == nil {
			text = s
		}
		out = append(out, option{name, clipText(text, 120)})
	}
	slices.SortFunc(out, func(a, b option) int { return strings.Compare(a.Value, b.Value) })
	return out
}
