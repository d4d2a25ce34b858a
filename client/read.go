package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
)

// Listed is a case in a list.
type Listed struct {
	Handle  string     `json:"handle"`
	Case    string     `json:"case"`
	Title   string     `json:"title,omitempty"`
	TLP     string     `json:"tlp,omitempty"`
	Record  string     `json:"record"`
	Version *int64     `json:"version,omitempty"` // nil for who does not see all
	Role    string     `json:"role,omitempty"`
	Open    int        `json:"open"`
	Due     *time.Time `json:"due,omitempty"`
}

// Case is a case as the token's person sees it, without its events.
type Case struct {
	Handle          string             `json:"handle"`
	Case            string             `json:"case"`
	Title           string             `json:"title,omitempty"`
	Record          string             `json:"record"`
	TLP             string             `json:"tlp,omitempty"`
	Vulnerabilities []string           `json:"vulnerabilities"`
	Adopts          []string           `json:"adopts"`
	Note            string             `json:"note,omitempty"`
	Version         *int64             `json:"version,omitempty"`
	Role            string             `json:"role,omitempty"`
	View            View               `json:"view"`
	Parties         []casefile.Party   `json:"-"`
	Products        []casefile.Product `json:"-"`
	Sources         []casefile.Source  `json:"-"`
	Windows         []casefile.Window  `json:"-"`
	Events          int                `json:"events"`
	ActsFor         []string           `json:"acts-for"`

	Tag string `json:"-"` // for Write.Match
}

// UnmarshalJSON reads the entries as a case file's reader does, strictly.
func (s *Case) UnmarshalJSON(data []byte) error {
	type plain Case
	var wire struct {
		*plain
		Parties  []json.RawMessage `json:"parties"`
		Products []json.RawMessage `json:"products"`
		Sources  []json.RawMessage `json:"sources"`
		Windows  []json.RawMessage `json:"windows"`
	}
	wire.plain = (*plain)(s)
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	return errors.Join(each(wire.Parties, &s.Parties), each(wire.Products, &s.Products), each(wire.Sources, &s.Sources), each(wire.Windows, &s.Windows))
}

func each[T any](raw []json.RawMessage, into *[]T) error {
	for _, r := range raw {
		var one T
		if err := casefile.ParseEntry("", r, &one); err != nil {
			return err
		}
		*into = append(*into, one)
	}
	return nil
}

// View is how much of a case is seen.
type View struct {
	All     bool     `json:"all"`
	Own     bool     `json:"own"`
	Parties []string `json:"parties"`
	Limited []string `json:"limited"` // of these, the ones seen only as to their own acts
	Embargo bool     `json:"embargo"` // its events are seen although it was not accepted
}

// Entry is a record with its place in the log.
type Entry struct {
	Sequence *int64          `json:"sequence,omitempty"`
	Epoch    int             `json:"epoch"`
	Index    int64           `json:"index"`
	Entry    string          `json:"entry"`
	ID       string          `json:"id,omitempty"`
	Recorded time.Time       `json:"recorded-at"`
	By       string          `json:"recorded-by,omitempty"`
	Basis    string          `json:"basis,omitempty"`
	Imported bool            `json:"imported"`
	Party    string          `json:"party,omitempty"`
	Number   int64           `json:"number,omitempty"`
	Erased   []string        `json:"erased,omitempty"`
	Lost     int64           `json:"lost,omitempty"`
	Commits  string          `json:"commitment"`
	Event    json.RawMessage `json:"event,omitempty"` // as in a case file
}

// Ledger is the public state of the log.
type Ledger struct {
	Origin      string    `json:"origin"`
	Epoch       int       `json:"epoch"`
	Size        int64     `json:"size"`
	Root        string    `json:"root"`
	Keys        []string  `json:"keys"`
	OldKeys     []string  `json:"old_keys"`
	Checkpoint  *Signed   `json:"checkpoint"`
	Witnesses   []Witness `json:"witnesses"`
	Quorum      string    `json:"quorum"`
	TSA         string    `json:"tsa"`
	OutsideTime bool      `json:"outside_time"`
}

// Signed is the last published checkpoint.
type Signed struct {
	Size     int64     `json:"size"`
	Root     string    `json:"root"`
	At       time.Time `json:"at"`
	Cosigned []string  `json:"cosigned"`
	Stamps   int       `json:"stamps"`
	Note     string    `json:"note"`
}

// Witness is a witness of the policy.
type Witness struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	Key  string `json:"key"`
}

func (c *Client) get(ctx context.Context, path string, query url.Values, into any) (*answer, error) {
	a, err := c.do(ctx, request{method: http.MethodGet, path: path, query: query})
	if err != nil {
		return nil, err
	}
	return a, c.decode(a, into)
}

// ofCase is the path of a case and what is below it.
func ofCase(ref string, more ...string) string {
	p := "/cases/" + url.PathEscape(ref)
	for _, m := range more {
		p += "/" + url.PathEscape(m)
	}
	return p
}

// Cases lists all the cases that the token's person may see.
func (c *Client) Cases(ctx context.Context) ([]Listed, error) {
	var out []Listed
	query := url.Values{"limit": {"500"}}
	for {
		var page struct {
			Cases []Listed `json:"cases"`
			Next  string   `json:"next"`
		}
		if _, err := c.get(ctx, "/cases", query, &page); err != nil {
			return nil, err
		}
		out = append(out, page.Cases...)
		if page.Next == "" {
			return out, nil
		}
		if page.Next == query.Get("after") {
			return nil, fault.New(fault.Unavailable, "%s gives the same page again and again", c.base.Host)
		}
		query.Set("after", page.Next)
	}
}

// Case gives a case by its handle or id.
func (c *Client) Case(ctx context.Context, ref string) (*Case, error) {
	var out Case
	a, err := c.get(ctx, ofCase(ref), nil, &out)
	if err != nil {
		return nil, err
	}
	out.Tag = a.header.Get("ETag")
	return &out, nil
}

// Record gives everything that is kept of a case, as far as it is seen, with the
// tag of the state that it is of.
func (c *Client) Record(ctx context.Context, ref string) ([]Entry, string, error) {
	for range tries {
		entries, tag, err := c.pages(ctx, ref)
		if err != nil || tag != "" {
			return entries, tag, err
		}
	}
	return nil, "", fault.New(fault.Conflict, "the case changes faster than it can be read; try again")
}

// pages reads the record page by page; tag is "" if the case changed meanwhile.
func (c *Client) pages(ctx context.Context, ref string) (out []Entry, tag string, err error) {
	query := url.Values{"limit": {"500"}}
	for {
		var page struct {
			Records []Entry `json:"records"`
			Next    string  `json:"next"`
		}
		a, err := c.get(ctx, ofCase(ref, "record"), query, &page)
		if err != nil {
			return nil, "", err
		}
		if t := a.header.Get("ETag"); tag != "" && t != tag {
			return nil, "", nil
		} else if tag = t; tag == "" {
			tag = strconv.Quote("")
		}
		out = append(out, page.Records...)
		if page.Next == "" {
			return out, tag, nil
		}
		if page.Next == query.Get("after") {
			return nil, "", fault.New(fault.Unavailable, "%s gives the same page again and again", c.base.Host)
		}
		query.Set("after", page.Next)
	}
}

// Seen gives a case with its events as the token's person sees it: what a plan of
// it is computed from. It is not an export, and no file of the case.
func (c *Client) Seen(ctx context.Context, ref string) (*Case, *casefile.Case, []Entry, error) {
	for range tries {
		s, err := c.Case(ctx, ref)
		if err != nil {
			return nil, nil, nil, err
		}
		entries, tag, err := c.Record(ctx, ref)
		if err != nil {
			return nil, nil, nil, err
		}
		if tag != s.Tag {
			continue // changed between the two
		}
		cs, err := s.file(entries)
		return s, cs, entries, err
	}
	return nil, nil, nil, fault.New(fault.Conflict, "the case changes faster than it can be read; try again")
}

func (s *Case) file(entries []Entry) (*casefile.Case, error) {
	f := casefile.File{
		Format: casefile.Format, Case: s.Case, Title: s.Title, Record: s.Record, TLP: s.TLP, Vulnerabilities: s.Vulnerabilities, Adopts: s.Adopts, Note: s.Note,
		Products: s.Products, Parties: s.Parties, Sources: s.Sources, Windows: s.Windows,
	}
	for _, e := range entries {
		if len(e.Event) == 0 {
			continue
		}
		ev, err := casefile.ParseEvent(s.Case, e.Event)
		if err != nil {
			return nil, err
		}
		f.Events = append(f.Events, ev)
	}
	return casefile.Build(s.Case, f)
}

// Ledger gives the public state of the log; it needs no token.
func (c *Client) Ledger(ctx context.Context) (*Ledger, error) {
	var out Ledger
	_, err := c.get(ctx, "/ledger", nil, &out)
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// Rulebook gives the hash of the platform's rule packs, as plans carry it.
func (c *Client) Rulebook(ctx context.Context) (string, error) {
	var out struct {
		Rulebook string `json:"rulebook"`
	}
	_, err := c.get(ctx, "/rules", url.Values{"order": {"none"}}, &out)
	return out.Rulebook, err
}

// PlanOptions choose from where a plan is looked at. Zero values are now,
// everything, nothing.
type PlanOptions struct {
	At, AsKnownAt  time.Time
	Party          string
	WhatIf, Assume []string
	Lang           string
}

// Plan gives the plan of a case as JSON (contract, section 2).
func (c *Client) Plan(ctx context.Context, ref string, o PlanOptions) (json.RawMessage, error) {
	q := url.Values{"what-if": o.WhatIf, "assume": o.Assume}
	for name, t := range map[string]time.Time{"at": o.At, "as-known-at": o.AsKnownAt} {
		if !t.IsZero() {
			q.Set(name, t.Format(time.RFC3339))
		}
	}
	for name, s := range map[string]string{"party": o.Party, "lang": o.Lang} {
		if s != "" {
			q.Set(name, s)
		}
	}
	var out json.RawMessage
	_, err := c.get(ctx, ofCase(ref, "plan"), q, &out)
	return out, err
}

// Export gives the case file, as "yaml" or "json".
func (c *Client) Export(ctx context.Context, ref, format string) ([]byte, error) {
	a, err := c.do(ctx, request{method: http.MethodGet, path: ofCase(ref, "file"), query: url.Values{"format": {format}}, accept: "application/" + format})
	if err != nil {
		return nil, err
	}
	return a.body, nil
}

// Receipt gives a .tlog-proof; fault.TooEarly while no checkpoint covers it.
func (c *Client) Receipt(ctx context.Context, ref, event, party string, disclose []string) ([]byte, error) {
	q := url.Values{"disclose": disclose}
	for name, s := range map[string]string{"event": event, "party": party} {
		if s != "" {
			q.Set(name, s)
		}
	}
	a, err := c.do(ctx, request{method: http.MethodGet, path: ofCase(ref, "receipt"), query: q, accept: "text/plain"})
	if err != nil {
		return nil, err
	}
	return a.body, nil
}
