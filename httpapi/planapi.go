package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/format/ics"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/timeline"
)

// planFormats are the forms of a plan by their media types.
var planFormats = map[string]string{
	"json": "application/json", "ics": "text/calendar", "svg": "image/svg+xml", "text": "text/plain",
}

type planIn struct {
	InCase
	Conditional
	At        string   `query:"at" maxLength:"40" doc:"The instant to compute at (RFC 3339); default now." example:"2026-11-22T09:00:00Z"`
	AsKnownAt string   `query:"as-known-at" maxLength:"40" doc:"Only what had been recorded by then (RFC 3339)."`
	WhatIf    []string `query:"what-if,explode" maxItems:"50" doc:"Add a hypothetical event: KIND key=value …; may be repeated."`
	Assume    []string `query:"assume,explode" maxItems:"50" doc:"Assume a fact: PATH=VALUE; may be repeated."`
	Party     string   `query:"party" maxLength:"200" doc:"Only this party."`
	Lang      string   `query:"lang" enum:"en,zh,fr,de" doc:"Language of the reasons; default yours."`
	Format    string   `query:"format" enum:"json,ics,svg,text" doc:"Instead of Accept."`
	Accept    string   `header:"Accept" doc:"application/json, text/calendar, image/svg+xml or text/plain."`
}

func (in *planIn) options(r access.Reader) (o coordination.PlanOptions, err error) {
	if o.At, err = instantOf("at", in.At); err != nil {
		return o, err
	}
	if o.AsKnownAt, err = instantOf("as-known-at", in.AsKnownAt); err != nil {
		return o, err
	}
	o.Party, o.WhatIf, o.Assume, o.Lang = in.Party, in.WhatIf, in.Assume, in.Lang
	if o.Lang == "" {
		o.Lang = r.Lang
	}
	if o.Lang == "" {
		o.Lang = "en"
	}
	return o, nil
}

func (a *api) addPlan() {
	if a.o.Reads == nil {
		return
	}
	add(a, operation{
		id: "plan", method: http.MethodGet, path: "/cases/{case}/plan", tag: "cases", act: access.See, summary: "The plan of a case",
		about: "Duties, prohibitions and conflicts, each with its reasons, as tocsin plan --format json gives them; computed from what you see of the case. " +
			"With what-if or assume, difference tells what changes. As text/calendar the titles say nothing: a calendar travels.",
		fails: []fault.Kind{fault.NotFound, fault.Suspended},
		gives: map[int]*content{200: {of: plan.Plan{}, tagged: true, also: []string{"text/calendar", "image/svg+xml", "text/plain"}}},
	}, func(ctx context.Context, c *call, in *planIn) (*reply, error) {
		o, err := in.options(c.reader)
		if err != nil {
			return nil, err
		}
		p, err := a.o.Reads.Plan(ctx, c.reader, in.Case, o)
		if err != nil {
			return nil, err
		}
		return a.planReply(p, asText(in.Format, in.Accept, planFormats, "json"), o)
	})
}

func (a *api) planReply(p *coordination.Planned, format string, o coordination.PlanOptions) (*reply, error) {
	var b bytes.Buffer
	switch format {
	case "ics":
		cal := calendarOf(p.Plan)
		if len(cal.Events) == 0 {
			return nil, fault.New(fault.NotFound, "nothing in this plan has a date; there is no calendar to write")
		}
		if err := ics.Write(&b, cal); err != nil {
			return nil, err
		}
		return &reply{status: http.StatusOK, kind: "text/calendar; charset=utf-8", body: b.Bytes()}, nil
	case "svg", "text":
		sheet := timeline.FromPlan(p.Of, p.Book, p.Plan, o.Lang)
		if err := sheet.Validate(); err != nil {
			return nil, fault.New(fault.Invalid, "this case cannot be drawn: %v", err)
		}
		write, kind := sheet.Text, "text/plain; charset=utf-8"
		if format == "svg" {
			write, kind = func(w io.Writer) error { return sheet.SVG(w, timeline.Options{}) }, "image/svg+xml"
		}
		if err := write(&b); err != nil {
			return nil, err
		}
		return &reply{status: http.StatusOK, kind: kind, body: b.Bytes()}, nil
	}
	r, err := sends(http.StatusOK, p.Plan)
	if err != nil {
		return nil, err
	}
	steady := r.body
	if o.At.IsZero() { // "now" is another one each time, and is no change
		still := *p.Plan
		still.At = plan.Instant{Time: time.Time{}}
		if steady, err = encode(&still); err != nil {
			return nil, err
		}
	}
	r.tag = a.sealed("plan", steady)
	return r, nil
}

// calendarOf makes one entry for each duty that has a date; what is done is
// cancelled, so that a subscriber's calendar drops it; what rests on an
// assumption is tentative. Titles say nothing but that something is due, and the
// id can be looked up only by who has the case.
func calendarOf(p *plan.Plan) ics.Calendar {
	out := ics.Calendar{Name: "Tocsin", Stamp: p.At.Time}
	for _, d := range p.Duties {
		if d.Due == nil || d.State == plan.NotScheduled || d.State == plan.Displaced || d.State == plan.Waived {
			continue
		}
		sum := sha256.Sum256([]byte(p.Case + "\x00" + d.ID))
		id := hex.EncodeToString(sum[:8])
		ev := ics.Event{UID: id + "@tocsin", Start: d.Due.Time, Summary: "Due " + id}
		switch {
		case d.Done():
			ev.Status = ics.Cancelled
		case len(d.Assumes) > 0:
			ev.Status = ics.Tentative
		}
		out.Events = append(out.Events, ev)
	}
	return out
}
