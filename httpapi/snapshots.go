package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/plan"
)

// Relies is what is for somebody who relies on a date (coordination.Desk).
type Relies interface {
	Duty(ctx context.Context, who access.Reader, ref, duty string, lang string) (*coordination.DutyPage, error)
	Rely(ctx context.Context, who access.Reader, ref, duty, note string, o *coordination.Override) (coordination.Snapshot, error)
	Snapshots(ctx context.Context, who access.Reader, p coordination.Page) ([]coordination.Snapshot, string, error)
}

// SnapshotList is a page of snapshots.
type SnapshotList struct {
	Snapshots []Snapshot `json:"snapshots"`
	Next      string     `json:"next,omitempty"`
}

// Snapshot is a date that somebody relied on, with what lay beneath it.
type Snapshot struct {
	ID       string            `json:"id"`
	Case     string            `json:"case"`
	Duty     string            `json:"duty"`
	By       string            `json:"by"`
	Org      string            `json:"org,omitempty"`
	Taken    time.Time         `json:"taken"`
	Note     string            `json:"note,omitempty"`
	Due      *time.Time        `json:"due,omitempty"`
	State    string            `json:"state"`
	Beneath  map[string]string `json:"beneath" doc:"facts, rule, holidays, zones, engine: the hash of each."`
	Plan     json.RawMessage   `json:"plan,omitempty" doc:"The duty as it was."`
	Override *Override         `json:"override,omitempty"`
	Changed  []string          `json:"changed" doc:"What of beneath is not as it was."`
}

// Override is a date that a person sets beside the computed one.
type Override struct {
	Due    time.Time `json:"due" yaml:"due"`
	Reason string    `json:"reason" yaml:"reason"`
}

// NewSnapshot is the body of rely.
type NewSnapshot struct {
	Duty     string    `json:"duty" yaml:"duty" doc:"Its id in the plan." example:"CRA-14-1-EW/early-warning/acme/gateway/1"`
	Note     string    `json:"note,omitempty" yaml:"note"`
	Override *Override `json:"override,omitempty" yaml:"override"`
}

// DutyPage is everything about one date.
type DutyPage struct {
	Duty      *plan.Duty    `json:"duty"`
	Facts     []DutyFact    `json:"facts" doc:"What it rests on."`
	Undecided []plan.Reason `json:"undecided"`
	Relied    []Snapshot    `json:"relied" doc:"Snapshots of yours and of your organisations."`
	Basis     plan.Basis    `json:"basis"`
}

// DutyFact is an event that a date rests on.
type DutyFact struct {
	Event   string `json:"event"`
	Index   int64  `json:"index" doc:"Leaf in the log; -1 if it is not kept."`
	Quality string `json:"quality" doc:"own-record, primary, press, anonymous, claim, assumed, none."`
	Bearing string `json:"bearing" doc:"anchor, met-by, heard, assumes."`
}

func snapshotOf(s coordination.Snapshot) Snapshot {
	out := Snapshot{ID: s.ID, Case: s.Case, Duty: s.Duty, By: s.By, Org: s.Org, Taken: s.Taken, Note: s.Note, Due: s.Due, State: s.State, Beneath: s.Beneath, Changed: some(s.Changed)}
	if out.Beneath == nil {
		out.Beneath = map[string]string{}
	}
	if json.Valid(s.Plan) {
		out.Plan = s.Plan
	}
	if s.Override != nil {
		out.Override = &Override{Due: s.Override.Due, Reason: s.Override.Reason}
	}
	return out
}

func (a *api) addSnapshots() {
	if a.o.Relies == nil {
		return
	}
	add(a, operation{
		id: "snapshots", method: http.MethodGet, path: "/snapshots", tag: "acts", act: access.See, summary: "Dates that you rely on",
		about: "Those of yours and of your organisations, each held against what is true now.", gives: map[int]*content{200: {of: SnapshotList{}}},
	}, func(ctx context.Context, c *call, in *Paged) (*reply, error) {
		list, next, err := a.o.Relies.Snapshots(ctx, c.reader, page(*in))
		if err != nil {
			return nil, err
		}
		out := SnapshotList{Snapshots: []Snapshot{}, Next: next}
		for _, s := range list {
			out.Snapshots = append(out.Snapshots, snapshotOf(s))
		}
		return sends(http.StatusOK, out)
	})
	add(a, operation{
		id: "rely", method: http.MethodPost, path: "/cases/{case}/snapshots", tag: "acts", act: access.Rely, summary: "Rely on a date",
		about: "Keeps the date with what lies beneath it; the list says when something of that has changed.",
		fails: []fault.Kind{fault.NotFound, fault.Suspended}, takes: &content{of: NewSnapshot{}, example: map[string]any{"duty": "CRA-14-1-EW/early-warning/acme/gateway/1", "note": "told the board"}},
		gives: map[int]*content{201: {of: Snapshot{}}},
	}, func(ctx context.Context, c *call, in *InCase) (*reply, error) {
		var b struct {
			Duty     string `yaml:"duty"`
			Note     string `yaml:"note"`
			Override *struct {
				Due    string `yaml:"due"`
				Reason string `yaml:"reason"`
			} `yaml:"override"`
		}
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		var o *coordination.Override
		if b.Override != nil {
			due, err := time.Parse(time.RFC3339, b.Override.Due)
			if err != nil {
				return nil, fault.At(bodyName, 0, "override.due", "%q is not an RFC 3339 time", b.Override.Due)
			}
			o = &coordination.Override{Due: due, Reason: b.Override.Reason}
		}
		s, err := a.o.Relies.Rely(ctx, c.reader, in.Case, b.Duty, b.Note, o)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusCreated, snapshotOf(s))
	})
	type dutyIn struct {
		InCase
		ID   string `query:"id" required:"true" maxLength:"500" doc:"Id of the duty in the plan."`
		Lang string `query:"lang" enum:"en,zh,fr,de"`
	}
	add(a, operation{
		id: "duty", method: http.MethodGet, path: "/cases/{case}/duties", tag: "cases", act: access.See, summary: "One date, for somebody who relies on it",
		about: "The duty with its facts, how good their sources are, the clause, the arithmetic, and what is undecided.",
		fails: []fault.Kind{fault.NotFound, fault.Suspended}, gives: map[int]*content{200: {of: DutyPage{}}},
	}, func(ctx context.Context, c *call, in *dutyIn) (*reply, error) {
		lang := in.Lang
		if lang == "" {
			lang = c.reader.Lang
		}
		p, err := a.o.Relies.Duty(ctx, c.reader, in.Case, in.ID, lang)
		if err != nil {
			return nil, err
		}
		out := DutyPage{Duty: p.Duty, Facts: []DutyFact{}, Undecided: some(p.Open), Relied: []Snapshot{}}
		if p.Planned != nil && p.Plan != nil {
			out.Basis = p.Plan.Basis
		}
		for _, f := range p.Facts {
			out.Facts = append(out.Facts, DutyFact{Event: f.Event, Index: f.Index, Quality: f.Quality, Bearing: f.Bearing})
		}
		for _, s := range p.Relied {
			out.Relied = append(out.Relied, snapshotOf(s))
		}
		return sends(http.StatusOK, out)
	})
}
