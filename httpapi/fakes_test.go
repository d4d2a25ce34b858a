package httpapi

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/escalation"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/plan"
	"tocsin/record"
	"tocsin/rulebook"
)

var now = time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)

// shop is a desk and an identity of one case, "open" to the person p1 and to
// nobody else; "hidden" is there and is nobody's.
type shop struct {
	mu     sync.Mutex
	book   *rulebook.Book
	seen   *coordination.Seen
	view   access.Viewpoint
	fails  error // of every method, if set
	keys   map[string]record.Result
	wrote  int
	person partner.Person
	org    partner.Org
	asked  []string // cases that were looked at
}

const (
	open   = "TOC-2021-0001"
	hidden = "TOC-2026-0666"
)

var bookOnce = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

func newShop(t testing.TB) *shop {
	t.Helper()
	book, err := bookOnce()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../examples/log4shell.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.Parse("log4shell.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	s := &coordination.Seen{Handle: "h4nd1e", Version: 40, Case: c, View: access.Viewpoint{All: true}, Role: access.Owner, Parties: []string{c.Parties[0].ID},
		May:   map[access.Act]access.Decision{access.Add: {Allowed: true}, access.Export: {Kind: fault.Forbidden, Code: "step-up", Needs: []string{"step-up"}}},
		Seats: []access.Seat{{ID: "s1", Case: "h4nd1e", Org: "o1", Role: access.Owner, By: "p1", At: now.Format(time.RFC3339)}}}
	for i, e := range c.Events {
		s.Records = append(s.Records, record.Meta{Epoch: 1, Index: int64(100 + 2*i), Seq: int64(i + 1), Entry: "event", ID: e.ID, Recorded: now, By: "p1", Basis: "own", Imported: true})
	}
	s.Records = append(s.Records, record.Meta{Epoch: 1, Index: 900, Seq: 900, Entry: "receipt", ID: c.Events[0].ID, Recorded: now, Party: "acme", Number: 1, Erased: []string{"text"}})
	return &shop{book: book, seen: s, keys: map[string]record.Result{},
		person: partner.Person{ID: "p2", Name: "B. Example", Login: "b@acme.example", Platform: []partner.Role{partner.Coordinator}, Member: []partner.Membership{{Org: "o1", Roles: []partner.Role{partner.Responder}}},
			Deputies: []partner.Deputy{{Person: "p1", From: now, Until: now.Add(time.Hour)}}},
		org: partner.Org{ID: "o1", Name: "Acme Networks", Kind: partner.Entity, Country: "DE", Standing: partner.Active}}
}

// readers by token.
var readers = map[string]access.Reader{
	"tocsin_all": {Person: "p1", Name: "A. Example", Platform: []partner.Role{partner.Administrator}, Place: "DE", Lang: "en", Session: "t1",
		Acting: []access.Acting{{Org: "o1", Country: "DE", Standing: partner.Active, Roles: []partner.Role{partner.Responder}}},
		Scopes: []string{"*", "administer", "invite", "erase", "approve", "break-glass", "export"}},
	"tocsin_star":  {Person: "p1", Name: "A. Example", Platform: []partner.Role{partner.Administrator}, Session: "t2", Scopes: []string{"*"}},
	"tocsin_none":  {Person: "p1", Name: "A. Example", Platform: []partner.Role{partner.Administrator}, Session: "t3", Scopes: []string{}},
	"tocsin_other": {Person: "p9", Name: "C. Example", Session: "t9", Scopes: []string{"*", "administer", "invite", "erase", "approve", "break-glass", "export"}},
}

func (s *shop) TokenReader(_ context.Context, token string, _ identity.Came) (access.Reader, error) {
	if r, ok := readers[token]; ok {
		return r, nil
	}
	if token == "tocsin_broken" {
		return access.Reader{}, errors.New("the database at 10.0.0.7 is on fire")
	}
	return access.Reader{}, fault.New(fault.Forbidden, "this token ended yesterday")
}

func (s *shop) look(who access.Reader, ref string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, ref)
	if s.fails != nil {
		return s.fails
	}
	if who.Person != "p1" || ref != open && ref != s.seen.Handle {
		return fault.New(fault.NotFound, "there is no such case here")
	}
	return nil
}

func (s *shop) See(_ context.Context, who access.Reader, ref string) (*coordination.Seen, error) {
	if err := s.look(who, ref); err != nil {
		return nil, err
	}
	seen := *s.seen
	if s.view.All || s.view.Own || len(s.view.Parties) > 0 {
		seen.View = s.view
	}
	return &seen, nil
}

func (s *shop) Plan(ctx context.Context, who access.Reader, ref string, o coordination.PlanOptions) (*coordination.Planned, error) {
	seen, err := s.See(ctx, who, ref)
	if err != nil {
		return nil, err
	}
	at := o.At
	if at.IsZero() {
		at = now
	}
	data, err := seen.Case.JSON()
	if err != nil {
		return nil, err
	}
	of, err := casefile.Suppose(seen.Case.Case, data, o.WhatIf, o.Assume, at)
	if err != nil {
		return nil, err
	}
	p, err := plan.For(of, s.book, plan.Options{At: at, AsKnownAt: o.AsKnownAt, Party: o.Party})
	if err != nil {
		return nil, err
	}
	if len(o.WhatIf)+len(o.Assume) > 0 {
		before, err := plan.For(seen.Case, s.book, plan.Options{At: at, Party: o.Party})
		if err != nil {
			return nil, err
		}
		p.Difference = plan.Diff(before, p)
	}
	p.SayIn(o.Lang)
	return &coordination.Planned{Seen: seen, Plan: p, Book: s.book, Of: of}, nil
}

func (s *shop) listed() coordination.Listed {
	return coordination.Listed{Handle: s.seen.Handle, Case: open, Title: s.seen.Case.Title, TLP: "AMBER", Record: "sources", Version: 40, Role: access.Owner, Open: 3, Next: &now}
}

func (s *shop) Lines(_ context.Context, who access.Reader, f coordination.Filter, _ coordination.Page) (*coordination.Lines, error) {
	if f.Case != "" {
		if err := s.look(who, f.Case); err != nil {
			return nil, err
		}
	}
	l := escalation.Line{Handle: s.seen.Handle, Duty: "d1", Rule: "EU-CRA-14-2A-AEV24", Kind: "notify-authority", Pack: "eu/cra", Titles: map[string]string{"en": "Early warning"}, Obliged: "acme", Name: "Acme", Modality: "must", Ground: "statute", Citation: "CRA Art. 14(2)(a)", State: "running", Due: &now}
	return &coordination.Lines{Lines: []coordination.DeskLine{{Line: l, Case: open, Title: "T", Mine: true, Step: "add-event"}}, Laws: []string{"eu/cra"}, At: now, Next: "n1"}, s.fails
}

func (s *shop) Cases(_ context.Context, who access.Reader, _ coordination.Page) ([]coordination.Listed, string, error) {
	if who.Person != "p1" {
		return nil, "", s.fails
	}
	return []coordination.Listed{s.listed(), {Handle: "x", Case: "TOC-1", Record: "kept", Role: access.PartySeat, Version: 7}}, "", s.fails
}

func (s *shop) Search(_ context.Context, _ access.Reader, words string, _ coordination.Page) ([]coordination.Hit, string, error) {
	return []coordination.Hit{{Listed: s.listed(), Places: []coordination.Place{{Entry: "event", ID: "e1", Text: words}}}}, "", s.fails
}

func (s *shop) PreviewEvent(_ context.Context, who access.Reader, ref string, e casefile.Event) (*coordination.Preview, error) {
	if err := s.look(who, ref); err != nil {
		return nil, err
	}
	e.ID = "e99"
	return &coordination.Preview{Event: e, Basis: "claim", Difference: &plan.Difference{Added: []plan.Change{}, Removed: []plan.Change{}, Changed: []plan.Change{}}, Warnings: []string{"claim-moves-no-clock"}}, nil
}

// keep answers a write; the same key is answered again and done once.
func (s *shop) keep(who access.Reader, ref, id, key string, expected int64) (record.Result, error) {
	if ref != "" {
		if err := s.look(who, ref); err != nil {
			return record.Result{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails != nil {
		return record.Result{}, s.fails
	}
	if r, ok := s.keys[key]; ok && key != "" {
		r.Replayed = true
		return r, nil
	}
	if expected != record.AnyVersion && expected != s.seen.Version {
		return record.Result{}, fault.New(fault.Conflict, "the case has moved on")
	}
	s.wrote++
	r := record.Result{Handle: s.seen.Handle, ID: id, Epoch: 1, First: int64(1000 + s.wrote), Count: 1, Version: 41, Recorded: now}
	if key != "" {
		s.keys[key] = r
	}
	return r, nil
}

func (s *shop) AddEvent(_ context.Context, who access.Reader, ref string, e casefile.Event, expected int64, key string) (record.Result, error) {
	if !strings.HasPrefix(string(e.Kind), "") || !e.Kind.Known() {
		return record.Result{}, fault.At(bodyName, e.Line, "kind", "%q is no kind of event", e.Kind)
	}
	return s.keep(who, ref, "e99", key, expected)
}

func (s *shop) Adopt(_ context.Context, who access.Reader, ref, event, _ string, expected int64, key string) (record.Result, error) {
	return s.keep(who, ref, event+"-adopted", key, expected)
}

func (s *shop) AddStatement(_ context.Context, who access.Reader, ref string, _ record.Statement, expected int64, key string) (record.Result, error) {
	return s.keep(who, ref, "", key, expected)
}

func (s *shop) ImportAs(_ context.Context, who access.Reader, _, name string, data []byte, key string) (record.Result, error) {
	c, err := casefile.Parse(name, data)
	if err != nil {
		return record.Result{}, err
	}
	if c.Case == hidden { // its id is taken by a case that is not the reader's
		return record.Result{}, fault.New(fault.Conflict, "this id cannot be given")
	}
	return s.keep(who, "", "", key, record.AnyVersion)
}

func (s *shop) Draft(_ context.Context, _ access.Reader, q coordination.Questions) (*coordination.Drafted, error) {
	if q.Product == "" {
		return &coordination.Drafted{Problems: map[string]string{"product": "missing"}}, s.fails
	}
	return &coordination.Drafted{File: s.seen.Case.File}, s.fails
}

func (s *shop) Open(_ context.Context, who access.Reader, _ coordination.Questions, key string) (record.Result, error) {
	return s.keep(who, "", "", key, record.AnyVersion)
}
