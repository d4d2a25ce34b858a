package webui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"tocsin/coordination"
	"tocsin/format/ics"
	"tocsin/internal/fault"
	"tocsin/plan"
)

// filesQuery carries on from where the plan is looked at.
func (v *visit) filesQuery() string {
	q := url.Values{}
	for _, name := range []string{"party", "at", "as-known-at"} {
		if x := v.Form.Get(name); x != "" {
			q.Set(name, x)
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// planFile gives the plan as the reader sees it: the document of docs/plan.md,
// or a calendar of its dates.
func (s *Site) planFile(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.plan")); err != nil {
		return err
	}
	_, o, err := v.planAsked()
	if err != nil {
		return err
	}
	planned, err := v.o.Desk.Plan(v.ctx(), v.Who, v.r.PathValue("handle"), o)
	if err != nil {
		return err
	}
	name := fileName(planned.Case.File.Case) + "-plan"
	if strings.HasSuffix(v.r.URL.Path, ".json") {
		data, err := json.MarshalIndent(planned.Plan, "", "  ")
		if err != nil {
			return err
		}
		return v.download("application/json", name+".json", append(data, '\n'))
	}
	cal := v.calendar(planned)
	if len(cal.Events) == 0 {
		return fault.New(fault.Invalid, "%s", v.t("case.no-dates"))
	}
	var b bytes.Buffer
	if err := ics.Write(&b, cal); err != nil {
		return err
	}
	return v.download("text/calendar; charset=utf-8", name+".ics", b.Bytes())
}

// dated tells whether a duty has a date that belongs into a calendar.
func dated(d *plan.Duty) bool {
	return d.Due != nil && d.State != plan.NotScheduled && d.State != plan.Displaced && d.State != plan.Waived
}

// Dated tells whether there is anything to put into a calendar.
func (d planView) Dated() bool { return slices.ContainsFunc(d.Plan.Duties, dated) }

// calendar makes one entry for each duty with a date. A calendar travels to
// phones and to other people's servers: its titles say nothing but that
// something is due, with a word that only this platform's page of the case
// explains. What rests on an assumption is tentative.
func (v *visit) calendar(p *coordination.Planned) ics.Calendar {
	out := ics.Calendar{Name: v.o.Name, Stamp: p.Plan.At.Time}
	for _, d := range p.Plan.Duties {
		if !dated(d) {
			continue
		}
		sum := sha256.Sum256([]byte(p.Handle + "\x00" + d.ID))
		id := hex.EncodeToString(sum[:8])
		e := ics.Event{UID: id + "@tocsin", Start: d.Due.Time, Summary: v.t("case.calendar-due", "id", id)}
		switch {
		case d.Done():
			e.Status = ics.Cancelled
		case len(d.Assumes) > 0 || !p.Of.Kept():
			e.Status = ics.Tentative
		}
		out.Events = append(out.Events, e)
	}
	return out
}

// fileName makes a name for a file of a case's id: what no system minds.
func fileName(id string) string {
	out := []byte(clipText(id, 80))
	for i, b := range out {
		ok := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_' || b == '.' && i > 0
		if !ok {
			out[i] = '-'
		}
	}
	if len(out) == 0 {
		return "case"
	}
	return string(out)
}
