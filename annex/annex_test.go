package annex_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/annex"
	"tocsin/cabinet"
	"tocsin/coordination"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/store/sqlite"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// place is one installation: a database and the keys that belong to it.
type place struct {
	s    *sqlite.Store
	c    *cabinet.Cabinet
	keys escalation.Keys
	o    record.Options
}

func newPlace(t testing.TB, name string) *place {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "tocsin.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	p := &place{s: s, keys: escalation.Keys(sha256.Sum256([]byte("lookup " + name)))}
	p.c = cabinet.New(s, cabinet.Options{Key: sha256.Sum256([]byte("data " + name))})
	p.o = record.Options{Wraps: recordtest.NewWraps(), LookupKey: p.keys, Erasures: &recordtest.Erasures{},
		Now: recordtest.NewClock(start).Now, Annex: annex.New(func() (*cabinet.Cabinet, error) { return p.c, nil }, p.keys, "session", "link")}
	return p
}

type person struct{ Name string }

func (p *place) fill(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	if err := recordtest.OpenLog(ctx, p.s, start); err != nil {
		t.Fatal(err)
	}
	put := func(items ...cabinet.Item) {
		t.Helper()
		if err := p.c.Change(ctx, items, nil); err != nil {
			t.Fatal(err)
		}
	}
	ada := cabinet.Item{Ref: cabinet.Ref{Kind: "person", ID: "ada"}, Keys: []string{"org:acme"}, Unique: []string{"login:ada@example.org"}, Value: person{"Ada"}}
	put(ada, cabinet.Item{Ref: cabinet.Ref{Kind: "session", ID: "s1"}, Value: "a session"},
		cabinet.Item{Ref: cabinet.Ref{Kind: "link", ID: "l1"}, Value: "a link"})
	ada.Version, ada.Value = 1, person{"Ada Example"}
	put(ada)
	for _, s := range seats {
		row, err := coordination.RowOf(p.keys, coordination.SeatSealer(p.keys), s.Case, s)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.s.PutSeat(ctx, row); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.s.PutLines(ctx, escalation.CaseRow{Handle: "case1", Version: 1, Sealed: []byte("x")}, nil); err != nil {
		t.Fatal(err)
	}
}

var seats = []access.Seat{
	{ID: "1", Case: "case1", Org: "acme", Role: access.Owner, By: "ada", At: "2026-03-01T12:00:00Z"},
	{ID: "2", Case: "case1", Org: "lib", Person: "bob", Role: access.PartySeat, Party: "vendor", By: "ada", At: "2026-03-01T12:00:00Z"},
}

func (p *place) backup(t testing.TB) []byte {
	t.Helper()
	k, err := record.New(p.s, p.o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = k.Close() }()
	var b bytes.Buffer
	report, err := k.Backup(t.Context(), &b)
	if err != nil {
		t.Fatal(err)
	}
	if report.Annexed != 3 {
		t.Errorf("%d documents and seats were saved", report.Annexed)
	}
	return b.Bytes()
}

// A restored platform knows its people and who sits where, under keys of its
// own; nobody is signed in, and what is projected is made again.
func TestAPlatformComesBack(t *testing.T) {
	old, now := newPlace(t, "old"), newPlace(t, "new")
	old.fill(t)
	stream := old.backup(t)
	for _, secret := range []string{"a session", "a link"} {
		if bytes.Contains(stream, []byte(secret)) {
			t.Errorf("the backup holds %s", secret)
		}
	}
	ctx := t.Context()
	report, err := record.Restore(ctx, bytes.NewReader(stream), now.s, now.o)
	if err != nil || report.Annexed != 3 {
		t.Fatal(report, err)
	}
	var ada person
	ref, err := now.c.One(ctx, "person", "login:ada@example.org", &ada)
	if err != nil || ref.ID != "ada" || ref.Version != 2 || ada.Name != "Ada Example" {
		t.Errorf("by the login: %+v %+v %v", ref, ada, err)
	}
	list, err := now.c.Find(ctx, "person", "org:acme", "", 9)
	if err != nil || len(list) != 1 {
		t.Errorf("by the organisation: %v %v", list, err)
	}
	for _, kind := range []string{"session", "link"} {
		if list, err := now.c.Find(ctx, kind, "", "", 9); err != nil || len(list) != 0 {
			t.Errorf("of kind %s came %d, %v", kind, len(list), err)
		}
	}
	if n, err := now.c.Edition(ctx, "person"); err != nil || n == 0 {
		t.Errorf("edition %d, %v", n, err)
	}
	taken := []cabinet.Item{{Ref: cabinet.Ref{Kind: "person", ID: "eve"}, Unique: []string{"login:ada@example.org"}, Value: 1}}
	if err := now.c.Change(ctx, taken, nil); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a login that is taken: %v", err)
	}
	rows, err := now.s.SeatsAmong(ctx, []string{"case1"}, [][32]byte{now.keys.Who("acme"), now.keys.Who("bob")})
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	for _, r := range rows {
		s, err := coordination.OpenSeat(coordination.SeatSealer(now.keys), r)
		if err != nil || !reflect.DeepEqual(s, seats[s.ID[0]-'1']) || r.Every != (s.Role == access.Owner) {
			t.Errorf("%+v %+v %v", r, s, err)
		}
		if !r.Every && r.Party != now.keys.Party("case1", "vendor") {
			t.Error("the side of a party's seat is another one")
		}
	}
	if rows, err := now.s.CaseRows(ctx, []string{"case1"}); err != nil || len(rows) != 0 {
		t.Errorf("projected: %v %v", rows, err)
	}
	// The same into another installation gives the same again.
	third := newPlace(t, "third")
	if _, err := record.Restore(ctx, bytes.NewReader(now.backup(t)), third.s, third.o); err != nil {
		t.Error(err)
	}
}

// Under a wrong data key a backup says which document does not open, and is not made.
func TestABackupUnderAnotherKey(t *testing.T) {
	old, other := newPlace(t, "old"), newPlace(t, "other")
	old.fill(t)
	for what, a := range map[string]*annex.Annex{
		"of kind person does not open": annex.New(func() (*cabinet.Cabinet, error) { return other.cabinetOver(old.s), nil }, old.keys, "session", "link"),
		"a seat of case case1 does":    annex.New(func() (*cabinet.Cabinet, error) { return old.c, nil }, other.keys, "session", "link"),
	} {
		o := old.o
		o.Annex = a
		k, err := record.New(old.s, o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = k.Backup(t.Context(), &bytes.Buffer{})
		if fault.KindOf(err) != fault.Internal || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want %q", err, what)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}
}

func (p *place) cabinetOver(s *sqlite.Store) *cabinet.Cabinet {
	return cabinet.New(s, cabinet.Options{Key: sha256.Sum256([]byte("data other"))})
}

// What is no document and no seat is refused, and what is left out stays out.
func TestForgedAnnexes(t *testing.T) {
	p := newPlace(t, "here")
	load := func(name, body string) error {
		return p.s.Update(t.Context(), func(tx record.Tx) error { return p.o.Annex.Load(t.Context(), tx, name, []byte(body)) })
	}
	for what, c := range map[string][2]string{
		"another sort":       {"person/1", `{}`},
		"an unknown key":     {"document/1", `{"kind":"person","id":"a","version":1,"value":1,"more":1}`},
		"something behind":   {"document/1", `{"kind":"person","id":"a","version":1,"value":1}{}`},
		"no JSON":            {"document/1", `nonsense`},
		"no kind":            {"document/1", `{"kind":"Person","id":"a","version":1,"value":1}`},
		"no id":              {"document/1", `{"kind":"person","version":1,"value":1}`},
		"no version":         {"document/1", `{"kind":"person","id":"a","value":1}`},
		"no value":           {"document/1", `{"kind":"person","id":"a","version":1}`},
		"an empty key":       {"document/1", `{"kind":"person","id":"a","version":1,"keys":[""],"value":1}`},
		"a seat on no case":  {"seat/1", `{"handle":"","seat":{"id":"1"}}`},
		"a seat without id":  {"seat/1", `{"handle":"case1","seat":{}}`},
		"a seat of no shape": {"seat/1", `[]`},
	} {
		if err := load(c[0], c[1]); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	const good = `{"kind":"person","id":"a","version":3,"value":1}`
	if err := load("document/1", good); err != nil {
		t.Errorf("control: %v", err)
	}
	if err := load("document/1", good); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a document that is there: %v", err)
	}
	if err := load("document/1", strings.ReplaceAll(good, "person", "session")); err != nil {
		t.Errorf("a session: %v", err)
	}
	if list, err := p.c.Find(t.Context(), "session", "", "", 9); err != nil || len(list) != 0 {
		t.Errorf("a session came back: %v %v", list, err)
	}
	memory := recordtest.New()
	err := memory.Update(t.Context(), func(tx record.Tx) error { return p.o.Annex.Load(t.Context(), tx, "seat/1", nil) })
	if fault.KindOf(err) != fault.Internal {
		t.Errorf("a store that keeps no platform: %v", err)
	}
	err = memory.View(t.Context(), func(r record.Reader) error { return p.o.Annex.Save(t.Context(), r, nil) })
	if fault.KindOf(err) != fault.Internal {
		t.Errorf("a store that keeps no platform: %v", err)
	}
}

// A store without a platform is saved without its key; where there is one, a key
// that is gone is told.
func TestTheKeyIsAskedForWhenItIsNeeded(t *testing.T) {
	gone := fault.New(fault.Forbidden, "the key is gone")
	for what, fill := range map[string]bool{"nothing to save": false, "people to save": true} {
		p := newPlace(t, "here")
		if fill {
			p.fill(t)
		} else if err := recordtest.OpenLog(t.Context(), p.s, start); err != nil {
			t.Fatal(err)
		}
		p.o.Annex = annex.New(func() (*cabinet.Cabinet, error) { return nil, gone }, p.keys)
		k, err := record.New(p.s, p.o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Backup(t.Context(), &bytes.Buffer{}); (fault.KindOf(err) == fault.Forbidden && err != nil) != fill {
			t.Errorf("%s: %v", what, err)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}
}

// nowhere takes what is loaded and keeps nothing.
type nowhere struct{ record.Tx }

func (nowhere) PutDocuments(context.Context, ...cabinet.Row) error    { return nil }
func (nowhere) PutSeats(context.Context, ...escalation.SeatRow) error { return nil }

func FuzzLoad(f *testing.F) {
	c := cabinet.New(nil, cabinet.Options{})
	a := annex.New(func() (*cabinet.Cabinet, error) { return c, nil }, escalation.Keys{}, "session")
	for _, v := range []any{cabinet.Document{Kind: "person", ID: "a", Version: 1, Value: json.RawMessage("1")}, map[string]any{"handle": "h", "seat": seats[1]}} {
		b, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("document/1", b)
		f.Add("seat/1", b)
	}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		err := a.Load(context.Background(), nowhere{}, name, body)
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v", err)
		}
	})
}
