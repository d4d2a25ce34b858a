package coordination

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet/cabinettest"
	"tocsin/casefile"
	"tocsin/coordination/desktest"
	"tocsin/escalation"
	"tocsin/partner"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/rulebook"
	"tocsin/store/sqlite"
)

// room is a desk on a real database, with lines and seats that a test can look
// at and put in by hand.
type room struct {
	t     testing.TB
	clock *recordtest.Clock
	k     *record.Keeper
	watch *escalation.Watcher // of the desk
	other *escalation.Watcher // of another process, which makes the lines here
	d     *Desk
	o     Options
	fake  *desktest.Store // nil: the database itself

	mu       sync.Mutex
	versions map[string]int64
}

var roomStart = time.Date(2026, 11, 22, 6, 45, 1, 0, time.UTC)

var shippedBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

// newRoom opens one; change may alter the options.
func newRoom(t testing.TB, fake bool, change func(*Options)) *room {
	t.Helper()
	r := &room{t: t, clock: recordtest.NewClock(roomStart), versions: map[string]int64{}}
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "tocsin.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := recordtest.OpenLog(t.Context(), s, roomStart); err != nil {
		t.Fatal(err)
	}
	r.k, err = record.New(s, record.Options{Wraps: recordtest.NewWraps(), LookupKey: [32]byte{1}, Erasures: &recordtest.Erasures{}, Now: r.clock.Now, Elapsed: r.clock.Elapsed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.k.Close()
		_ = s.Close()
	})
	book, err := shippedBook()
	if err != nil {
		t.Fatal(err)
	}
	r.o = Options{Keeper: r.k, Cabinet: cabinettest.New(), Lines: s, Seats: s, Book: book, Lookup: [32]byte{4, 2}, Now: r.clock.Now, People: nobodyKnown{}}
	if fake {
		r.fake = desktest.New(r.recorded)
		r.o.Lines, r.o.Seats = r.fake, r.fake
	}
	r.watch = escalation.New(escalation.Options{Store: r.o.Lines, Keeper: r.k, Book: book, Lookup: r.o.Lookup, Now: r.clock.Now})
	r.other = escalation.New(escalation.Options{Store: r.o.Lines, Keeper: r.k, Book: book, Lookup: r.o.Lookup, Now: r.clock.Now})
	r.o.Watch = r.watch
	if change != nil {
		change(&r.o)
	}
	r.d = New(r.o)
	return r
}

type nobodyKnown struct{}

func (nobodyKnown) OrgName(context.Context, string) string    { return "" }
func (nobodyKnown) OrgCountry(context.Context, string) string { return "" }
func (nobodyKnown) PersonName(context.Context, string) string { return "" }

func (r *room) recorded() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]int64{}
	for h, v := range r.versions {
		out[h] = v
	}
	return out
}

// keep keeps a case and makes its lines.
func (r *room) keep(text string) string {
	r.t.Helper()
	c, err := casefile.Parse("case.yaml", []byte(text))
	if err != nil {
		r.t.Fatal(err)
	}
	res, err := r.k.Import(r.t.Context(), c, "clerk", "")
	if err != nil {
		r.t.Fatal(err)
	}
	r.project(res)
	return res.Handle
}

func (r *room) add(handle, spec string) {
	r.t.Helper()
	e, err := casefile.EventFrom(spec, r.clock.Now())
	if err != nil {
		r.t.Fatal(err)
	}
	res, err := r.k.AddEvent(r.t.Context(), handle, e, record.AnyVersion, "clerk", "")
	if err != nil {
		r.t.Fatal(err)
	}
	r.project(res)
}

func (r *room) project(res record.Result) {
	r.t.Helper()
	r.mu.Lock()
	r.versions[res.Handle] = res.Version
	r.mu.Unlock()
	if err := r.other.Project(r.t.Context(), res.Handle); err != nil {
		r.t.Fatal(err)
	}
}

// seat gives a seat straight away.
func (r *room) seat(handle string, s access.Seat) string {
	r.t.Helper()
	s.Case, s.At, s.By = handle, roomStart.Format(time.RFC3339), "clerk"
	if s.ID == "" {
		s.ID = fmt.Sprintf("seat-%s-%s-%s-%s", handle[:8], s.Org, s.Person, s.Party)
	}
	plain, err := json.Marshal(s)
	if err != nil {
		r.t.Fatal(err)
	}
	keys := escalation.Keys(r.o.Lookup)
	who := s.Org
	if s.Person != "" {
		who = s.Person
	}
	row := SeatRow{ID: s.ID, Handle: handle, Who: keys.Who(who), Every: s.Role != access.PartySeat, Sealed: keys.Sealer("seat").Seal(seatPlace(handle, s.ID), plain)}
	if !row.Every {
		row.Party = keys.Party(handle, s.Party)
	}
	if err := r.o.Seats.PutSeat(r.t.Context(), row); err != nil {
		r.t.Fatal(err)
	}
	return s.ID
}

// lines gives all pages of the desk, a few lines a page.
func (r *room) lines(who access.Reader, f Filter, size int) (out []DeskLine) {
	r.t.Helper()
	p := Page{Limit: size}
	for range 10_000 {
		page, err := r.d.Lines(r.t.Context(), who, f, p)
		if err != nil {
			r.t.Fatal(err)
		}
		if len(page.Lines) > size {
			r.t.Fatalf("a page of %d has %d lines", size, len(page.Lines))
		}
		out = append(out, page.Lines...)
		if p.After = page.Next; p.After == "" {
			return out
		}
	}
	r.t.Fatal("the pages never end")
	return nil
}

// someone is somebody who acts for organisations in good standing.
func someone(id string, orgs ...string) access.Reader {
	r := access.Reader{Person: id, Place: "DE", Session: "s-" + id}
	for _, o := range orgs {
		r.Acting = append(r.Acting, access.Acting{Org: o, Country: "DE", Standing: partner.Active, Roles: []partner.Role{partner.Responder}})
	}
	return r
}

// flaw is a case of two makers in the Union whose products are attacked.
const flaw = `
format: tocsin-casefile/1
case: ID
title: A flaw in libexample
record: kept
tlp: AMBER
vulnerabilities: [CVE-2026-44228]
products:
  - {id: lib, name: libexample, purl: "pkg:generic/acme/libexample@2.1", provider: maker}
  - {id: box, name: Bluebox, provider: other}
parties:
  - {id: maker, name: Acme Works, country: DE, markets: [EU], roles: [manufacturer]}
  - {id: other, name: Borealis, country: DE, markets: [EU], roles: [manufacturer]}
  - {id: finder, name: Jo Finder, roles: [finder]}
events:
  - {id: e1, kind: reported, by: finder, to: [maker], of: lib, at: "2026-11-20T10:00:00Z", text: "it overflows in the parser"}
  - {id: e2, kind: aware, by: maker, of: lib, at: "2026-11-20T10:00:00Z", how: told}
  - {id: e3, kind: exploitation-observed, by: maker, of: lib, at: "2026-11-20T10:00:00Z", text: "seen in the field"}
  - {id: e4, kind: aware, by: other, of: box, at: "2026-11-20T12:00:00Z", how: found, text: "zebra in the basement"}
  - {id: e5, kind: exploitation-observed, by: other, of: box, at: "2026-11-20T12:00:00Z"}
`

func flawed(id string) string { return strings.Replace(flaw, "case: ID", "case: "+id, 1) }
