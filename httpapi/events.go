package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/record"
)

// Writes is what adds to cases (coordination.Desk).
type Writes interface {
	PreviewEvent(ctx context.Context, who access.Reader, ref string, e casefile.Event) (*coordination.Preview, error)
	AddEvent(ctx context.Context, who access.Reader, ref string, e casefile.Event, expected int64, key string) (record.Result, error)
	Adopt(ctx context.Context, who access.Reader, ref, event, reason string, expected int64, key string) (record.Result, error)
	AddStatement(ctx context.Context, who access.Reader, ref string, s record.Statement, expected int64, key string) (record.Result, error)
	ImportAs(ctx context.Context, who access.Reader, party, name string, data []byte, key string) (record.Result, error)
}

// Kept says where a write stands. It is durable.
type Kept struct {
	Handle   string    `json:"handle"`
	ID       string    `json:"id,omitempty" doc:"Of the event."`
	Epoch    int       `json:"epoch"`
	Index    int64     `json:"index" doc:"First leaf in the log."`
	Count    int64     `json:"count" doc:"How many leaves."`
	Recorded time.Time `json:"recorded-at"`
	Replayed bool      `json:"replayed" doc:"The same request had been answered before, and was not done again."`
}

func keptOf(r record.Result) Kept {
	return Kept{Handle: r.Handle, ID: r.ID, Epoch: r.Epoch, Index: r.First, Count: r.Count, Recorded: r.Recorded, Replayed: r.Replayed}
}

// stored answers a write; a replay says the same and 200.
func stored(r record.Result, location string) (*reply, error) {
	status := http.StatusCreated
	if r.Replayed {
		status = http.StatusOK
	}
	p, err := sends(status, keptOf(r))
	if err == nil {
		p.location = location
	}
	return p, err
}

func storedContent() map[int]*content {
	return map[int]*content{201: {of: Kept{}}, 200: {of: Kept{}}}
}

// Preview tells what an event would change.
type Preview struct {
	Event      casefile.Event   `json:"event" doc:"As it would be kept."`
	Basis      string           `json:"basis" enum:"own,on-behalf,claim" doc:"Whose word it is; a claim about another party moves no clock until it is adopted."`
	Warnings   []string         `json:"warnings" doc:"Codes, such as claim-moves-no-clock, in-the-future, barred-abroad."`
	Meets      []string         `json:"meets" doc:"Ids of duties that it would meet."`
	Difference *plan.Difference `json:"difference"`
}

// Adoption is the body of adopt.
type Adoption struct {
	Reason string `json:"reason,omitempty" yaml:"reason" doc:"Why it is adopted, in words."`
}

// Statement is one entry of a case file that is no event.
type Statement struct {
	Header  *Header           `json:"case,omitempty" yaml:"case" doc:"The keys of the case itself."`
	Product *casefile.Product `json:"product,omitempty" yaml:"product"`
	Party   *casefile.Party   `json:"party,omitempty" yaml:"party"`
	Source  *casefile.Source  `json:"source,omitempty" yaml:"source"`
	Window  *casefile.Window  `json:"window,omitempty" yaml:"window"`
}

// Header is the keys of the case itself, but for its id.
type Header struct {
	Title           string   `json:"title,omitempty" yaml:"title"`
	Record          string   `json:"record,omitempty" yaml:"record"`
	TLP             string   `json:"tlp,omitempty" yaml:"tlp"`
	Vulnerabilities []string `json:"vulnerabilities,omitempty" yaml:"vulnerabilities"`
	Adopts          []string `json:"adopts,omitempty" yaml:"adopts"`
	Note            string   `json:"note,omitempty" yaml:"note"`
}

func (s Statement) record() (out record.Statement, err error) {
	n := 0
	for _, set := range []bool{s.Header != nil, s.Product != nil, s.Party != nil, s.Source != nil, s.Window != nil} {
		if set {
			n++
		}
	}
	if n != 1 {
		return out, fault.New(fault.Invalid, "exactly one of case, product, party, source and window is needed")
	}
	out = record.Statement{Product: s.Product, Party: s.Party, Source: s.Source, Window: s.Window}
	if h := s.Header; h != nil {
		out.Header = &casefile.File{Title: h.Title, Record: h.Record, TLP: h.TLP, Vulnerabilities: h.Vulnerabilities, Adopts: h.Adopts, Note: h.Note}
	}
	return out, nil
}

var exampleEvent = map[string]any{"kind": "notified", "by": "acme", "to": []any{"miit"}, "of": "gateway", "at": "2026-10-01T09:00:00Z"}

func (a *api) addEvents() {
	if a.o.Writes == nil {
		return
	}
	type eventIn struct {
		InCase
		Keyed
		Matched
		Preview bool `query:"preview" doc:"Keep nothing; tell what the event would change."`
	}
	add(a, operation{
		id: "add-event", method: http.MethodPost, path: "/cases/{case}/events", tag: "cases", act: access.Add, summary: "Add an event",
		about: "Whose word it is follows from who you are: own where you act for the party in by, on-behalf with a mandate, else a claim. " +
			"With preview it answers 200 with what would change, and keeps nothing. In YAML as in a case file too.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.Suspended}, takes: &content{named: "NewEvent", example: exampleEvent, also: []string{yamlType}},
		gives: map[int]*content{201: {of: Kept{}}, 200: {named: "KeptOrPreview"}},
	}, func(ctx context.Context, c *call, in *eventIn) (*reply, error) {
		data, err := c.body(maxBody, jsonType, yamlType, "text/yaml")
		if err != nil {
			return nil, err
		}
		ev, err := casefile.ParseEvent(bodyName, data)
		if err != nil {
			return nil, err
		}
		if in.Preview {
			p, err := a.o.Writes.PreviewEvent(ctx, c.reader, in.Case, ev)
			if err != nil {
				return nil, err
			}
			return sends(http.StatusOK, Preview{Event: p.Event, Basis: p.Basis, Warnings: some(p.Warnings), Meets: some(p.Meets), Difference: p.Difference})
		}
		expected, err := c.expected(ctx, in.Case, in.Match)
		if err != nil {
			return nil, err
		}
		r, err := a.o.Writes.AddEvent(ctx, c.reader, in.Case, ev, expected, in.Key)
		if err != nil {
			return nil, err
		}
		return stored(r, "")
	})
	type adoptIn struct {
		InCase
		Keyed
		Matched
		Event string `path:"event" maxLength:"200" doc:"Id of the claim."`
	}
	add(a, operation{
		id: "adopt", method: http.MethodPost, path: "/cases/{case}/events/{event}/adopt", tag: "cases", act: access.Adopt, summary: "Adopt a claim",
		about: "Makes another's claim about your own party count, as a new event.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.Suspended}, takes: &content{of: Adoption{}, example: map[string]any{"reason": "we did receive it"}},
		gives: storedContent(),
	}, func(ctx context.Context, c *call, in *adoptIn) (*reply, error) {
		var b Adoption
		if err := c.option(&b); err != nil {
			return nil, err
		}
		expected, err := c.expected(ctx, in.Case, in.Match)
		if err != nil {
			return nil, err
		}
		r, err := a.o.Writes.Adopt(ctx, c.reader, in.Case, in.Event, b.Reason, expected, in.Key)
		if err != nil {
			return nil, err
		}
		return stored(r, "")
	})
	type stateIn struct {
		InCase
		Keyed
		Matched
	}
	add(a, operation{
		id: "add-statement", method: http.MethodPost, path: "/cases/{case}/statements", tag: "cases", act: access.Describe, summary: "Add or correct an entry",
		about: "A product, party, source, window or the header; an entry of the same id is replaced as a whole. Nothing that was kept is lost by it.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.Suspended},
		takes: &content{of: Statement{}, example: map[string]any{"party": map[string]any{"id": "acme", "name": "Acme Networks", "country": "CN"}}},
		gives: storedContent(),
	}, func(ctx context.Context, c *call, in *stateIn) (*reply, error) {
		var b Statement
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		st, err := b.record()
		if err != nil {
			return nil, err
		}
		expected, err := c.expected(ctx, in.Case, in.Match)
		if err != nil {
			return nil, err
		}
		r, err := a.o.Writes.AddStatement(ctx, c.reader, in.Case, st, expected, in.Key)
		if err != nil {
			return nil, err
		}
		return stored(r, "")
	})
	type importIn struct {
		Keyed
		Party string `query:"party" maxLength:"128" doc:"The party of the file that your organisation is. What you add about it is then your own word; about others, and without it about all, a claim that moves no clock." example:"acme"`
	}
	add(a, operation{
		id: "import", method: http.MethodPost, path: "/cases", tag: "cases", act: access.Open, summary: "Import a case file",
		about: "In JSON or YAML (docs/casefile.md), at most 16 MiB. Your organisation becomes its owner. What the file says about its own recording stays a claim.",
		fails: []fault.Kind{fault.Conflict}, takes: &content{of: casefile.File{}, also: []string{yamlType},
			example: map[string]any{"format": casefile.Format, "case": "TOC-2026-0042", "events": []any{}}},
		gives: storedContent(),
	}, func(ctx context.Context, c *call, in *importIn) (*reply, error) {
		data, err := c.body(maxCaseFile, jsonType, yamlType, "text/yaml")
		if err != nil {
			return nil, err
		}
		r, err := a.o.Writes.ImportAs(ctx, c.reader, in.Party, bodyName, data, in.Key)
		if err != nil {
			return nil, err
		}
		return stored(r, Prefix+"/cases/"+r.Handle)
	})
}

const (
	jsonType = "application/json"
	yamlType = "application/yaml" // RFC 9512
)
