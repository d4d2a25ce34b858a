package record_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/record"
	"tocsin/record/recordtest"
)

var start = time.Date(2026, 11, 22, 6, 45, 1, 123_456_789, time.UTC)

// desk is a keeper with everything that a test may want to turn.
type desk struct {
	t        testing.TB
	store    *recordtest.Store
	wraps    *recordtest.Wraps
	erasures *recordtest.Erasures
	clock    *recordtest.Clock
	k        *record.Keeper
	o        record.Options
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, store: recordtest.New(), wraps: recordtest.NewWraps(), erasures: &recordtest.Erasures{}, clock: recordtest.NewClock(start)}
	if err := recordtest.OpenLog(t.Context(), d.store, start); err != nil {
		t.Fatal(err)
	}
	d.o = record.Options{Wraps: d.wraps, LookupKey: [32]byte{1, 2, 3}, Erasures: d.erasures, Now: d.clock.Now, Elapsed: d.clock.Elapsed}
	d.reopen()
	return d
}

// reopen starts another keeper on the same store, as a new process would.
func (d *desk) reopen() {
	d.t.Helper()
	if d.k != nil {
		d.close()
	}
	var err error
	if d.k, err = record.New(d.store, d.o); err != nil {
		d.t.Fatal(err)
	}
	k := d.k
	d.t.Cleanup(func() { _ = k.Close() })
}

func (d *desk) close() {
	d.t.Helper()
	if err := d.k.Close(); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) ctx() context.Context { return context.Background() }

// small is a case with two parties and one event.
const small = `
format: tocsin-casefile/1
case: TOC-1
title: A flaw in libexample
record: kept
products: [{id: lib, name: libexample, provider: maker}]
parties:
  - {id: maker, name: Example Makers, country: DE, roles: [vendor]}
  - {id: finder, name: Jo Finder, roles: [finder]}
sources: [{id: S1, publisher: A Paper, original: "<words> & more"}]
windows: [{kind: freeze, from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z"}]
events:
  - {id: e1, kind: reported, by: finder, to: [maker], of: lib, at: "2026-11-20T10:00:00Z", text: Jo Finder wrote, source: S1}
`

func parse(t testing.TB, text string) *casefile.Case {
	t.Helper()
	c, err := casefile.Parse("case.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (d *desk) keep(text string) record.Result {
	d.t.Helper()
	r, err := d.k.Import(d.ctx(), parse(d.t, text), "clerk", "")
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d *desk) load(id string) *record.Kept {
	d.t.Helper()
	k, err := d.k.Load(d.ctx(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return k
}

func event(spec string) casefile.Event {
	e, err := casefile.EventFrom(spec, start)
	if err != nil {
		panic(err)
	}
	return e
}

func (d *desk) add(handle, spec string) record.Result {
	d.t.Helper()
	r, err := d.k.AddEvent(d.ctx(), handle, event(spec), record.AnyVersion, "clerk", "")
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// wants fails unless err has the kind and the words.
func wants(t testing.TB, err error, kind fault.Kind, words string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || !contains(err.Error(), words) {
		t.Errorf("got %v (%s), want %s with %q", err, fault.KindOf(err), kind, words)
	}
}

func contains(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i:i+len(part)] == part {
			return true
		}
	}
	return false
}

var sameFile = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Line" }, cmp.Ignore()),
}

// What is imported is exported again, byte for byte, for each example.
func TestExportGivesBackTheImport(t *testing.T) {
	names, _ := filepath.Glob("../examples/*.yaml")
	if len(names) < 5 {
		t.Fatalf("only %d examples found", len(names))
	}
	d := newDesk(t)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c := parse(t, string(data))
		c.File.Case = "TOC-" + filepath.Base(name) // some examples are the same case twice
		want, err := c.JSON()
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.k.Import(d.ctx(), c, "clerk", "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, again := range []bool{false, true} {
			if again {
				d.reopen() // nothing of it is from memory
			}
			for _, id := range []string{c.File.Case, r.Handle} {
				got, err := d.load(id).Case.JSON()
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Fatalf("%s is not the same:\n%s", name, diff)
				}
			}
		}
	}
}

// Who is an authority of the directory gets its receipt under whichever name it
// is told, and once.
func TestAPartyIsToldByTheNameOfTheDirectory(t *testing.T) {
	d := newDesk(t)
	h := d.keep(strings.Replace(small, "sources:", "  - {id: desk, name: A Desk, is: [eu-srp, eu-csirt]}\n  - {id: eu-csirt, name: Another}\nsources:", 1)).Handle
	for _, c := range []struct{ to, want string }{
		{"[eu-srp]", "maker desk"}, {"[eu-srp,desk]", "maker desk"}, {"[in-cert-in]", "maker"},
		{"[eu-csirt]", "maker eu-csirt"}, // a party of that id goes before the directory
	} {
		r := d.add(h, "notified by=maker to="+c.to)
		var got []string
		for _, m := range d.load(h).Records {
			if m.Entry == "receipt" && m.ID == r.ID {
				got = append(got, m.Party)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: receipts for %v, want %s", c.to, got, c.want)
		}
	}
}

// An event that is added gets its time and its recorder from the store, and each
// party that it names a receipt with a number.
func TestAnAddedEvent(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	d.clock.Pass(time.Minute)
	r, err := d.k.AddEvent(d.ctx(), h, event("acknowledged by=maker to=[finder,eu-srp] re=e1"), record.AnyVersion, "maker", "")
	if err != nil {
		t.Fatal(err)
	}
	if r.ID != "e2" || r.Count != 3 || r.Version != 10 {
		t.Errorf("%+v", r)
	}
	d.reopen()
	k := d.load("TOC-1")
	e := k.Case.Event("e2")
	if e.RecordedAt != "2026-11-22T06:46:01.123Z" || e.RecordedBy != "maker" || e.Basis != "own" {
		t.Errorf("%+v", *e)
	}
	if was := k.Case.Event("e1"); was.RecordedAt != "" || was.RecordedBy != "" || was.Basis != "" {
		t.Errorf("the imported event became %+v", *was)
	}
	var got []string
	for _, m := range k.Records[7:] {
		got = append(got, fmt.Sprintf("%d %s %s %s %d", m.Seq, m.Entry, m.ID, m.Party, m.Number))
	}
	want := []string{"8 event e2  0", "9 receipt e2 maker 1", "10 receipt e2 finder 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	all, err := k.File(true)
	if err != nil {
		t.Fatal(err)
	}
	if all.Event("e1").RecordedAt != "2026-11-22T06:45:01.123Z" {
		t.Errorf("with the store's own times the import is of %q", all.Event("e1").RecordedAt)
	}
}

type recordClock = recordtest.Clock
