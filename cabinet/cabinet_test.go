package cabinet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"tocsin/cabinet"
	"tocsin/cabinet/cabinettest"
	"tocsin/internal/fault"
)

type person struct {
	Name string `json:"name"`
}

func item(kind, id string, version int64, v any, words ...string) cabinet.Item {
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kind, ID: id, Version: version}, Value: v}
	for _, w := range words {
		if one, ok := strings.CutPrefix(w, "="); ok {
			it.Unique = append(it.Unique, one)
		} else {
			it.Keys = append(it.Keys, w)
		}
	}
	return it
}

func change(t *testing.T, c *cabinet.Cabinet, items ...cabinet.Item) {
	t.Helper()
	if err := c.Change(t.Context(), items, nil); err != nil {
		t.Fatal(err)
	}
}

func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: got %v, want an error of kind %q", what, err, want)
	}
}

// A person is put, found by word and by login, changed, and dropped.
func TestADocumentsLife(t *testing.T) {
	ctx, c := t.Context(), cabinettest.New()
	change(t, c, item("person", "ada", 0, person{"Ada"}, "org:acme", "=login:ada@example.org"))
	var p person
	v, err := c.Get(ctx, "person", "ada", &p)
	if err != nil || v != 1 || p.Name != "Ada" {
		t.Fatal(v, p, err)
	}
	kind(t, "new again", c.Change(ctx, []cabinet.Item{item("person", "ada", 0, p)}, nil), fault.Conflict)
	change(t, c, item("person", "ada", 1, person{"Ada Example"}, "org:example", "=login:ada@example.org"))
	kind(t, "a stale version", c.Change(ctx, []cabinet.Item{item("person", "ada", 1, p)}, nil), fault.Conflict)
	ref, err := c.One(ctx, "person", "login:ada@example.org", &p)
	if err != nil || ref != (cabinet.Ref{Kind: "person", ID: "ada", Version: 2}) || p.Name != "Ada Example" {
		t.Error(ref, p, err)
	}
	for word, want := range map[string]int{"org:acme": 0, "org:example": 1, "login:ada@example.org": 1, "": 1} {
		list, err := c.Find(ctx, "person", word, "", 9)
		if err != nil || len(list) != want {
			t.Errorf("%q finds %d, %v", word, len(list), err)
		}
	}
	kind(t, "by a word that is not unique", second(c.One(ctx, "person", "org:example", &p)), fault.NotFound)
	kind(t, "of another kind", second(c.One(ctx, "org", "login:ada@example.org", &p)), fault.NotFound)
	kind(t, "a login that is taken", c.Change(ctx, []cabinet.Item{item("person", "eve", 0, p, "=login:ada@example.org")}, nil), fault.Conflict)
	change(t, c, item("person", "bob", 0, p, "login:ada@example.org")) // as a mere word it may be shared
	if err := c.Change(ctx, nil, []cabinet.Ref{{Kind: "person", ID: "ada", Version: 2}}); err != nil {
		t.Fatal(err)
	}
	kind(t, "what was dropped", second(c.Get(ctx, "person", "ada", &p)), fault.NotFound)
	if err := c.Change(ctx, nil, nil); err != nil {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }

// All goes through every page, each document once.
func TestAllPages(t *testing.T) {
	ctx, c := t.Context(), cabinettest.New()
	const n = 600
	var items []cabinet.Item
	for i := range n {
		items = append(items, item("person", fmt.Sprint("p", i), 0, person{fmt.Sprint(i)}, map[bool]string{true: "even", false: "odd"}[i%2 == 0]))
	}
	change(t, c, items...)
	for word, want := range map[string]int{"": n, "even": n / 2, "none": 0} {
		seen := map[string]bool{}
		if err := c.All(ctx, "person", word, func(e cabinet.Entry) error {
			var p person
			if err := e.Into(&p); err != nil || e.ID != "p"+p.Name || e.Version != 1 || e.Kind != "person" {
				t.Errorf("%+v: %v", e, err)
			}
			seen[e.ID] = true
			return nil
		}); err != nil || len(seen) != want {
			t.Errorf("%q gives %d, %v", word, len(seen), err)
		}
	}
	enough := errors.New("enough")
	if err := c.All(ctx, "person", "", func(cabinet.Entry) error { return enough }); err != enough {
		t.Error(err)
	}
}

// The store is another one's memory: what it has shows nothing, and what was
// done to it shows.
type spy struct {
	*cabinettest.Memory
	last cabinet.Change
	bend func(*cabinet.Row)
}

func (s *spy) CabinetChange(ctx context.Context, c cabinet.Change) error {
	s.last = c
	return s.Memory.CabinetChange(ctx, c)
}

func (s *spy) CabinetGet(ctx context.Context, kind, id string) (cabinet.Row, error) {
	r, err := s.Memory.CabinetGet(ctx, kind, id)
	if s.bend != nil {
		s.bend(&r)
	}
	return r, err
}

func (s *spy) CabinetFind(ctx context.Context, kind string, key *[32]byte, after string, limit int) ([]cabinet.Row, error) {
	list, err := s.Memory.CabinetFind(ctx, kind, key, after, limit)
	for i := range list {
		if s.bend != nil {
			s.bend(&list[i])
		}
	}
	return list, err
}

// Nothing that a database gets tells a name, a word or an id, and equal things
// look unlike one another.
func TestADatabaseLearnsNothing(t *testing.T) {
	s := &spy{Memory: cabinettest.NewMemory()}
	c := cabinettest.Over(s)
	secret := person{"Ada Example"}
	change(t, c, item("person", "ada-id", 0, secret, "org:acme", "=login:ada"), item("org", "ada-id", 0, secret, "org:acme", "=login:ada"))
	a, b := s.last.Put[0], s.last.Put[1]
	for _, word := range []string{"Ada", "ada-id", "acme", "login", "name"} {
		for _, r := range s.last.Put {
			if strings.Contains(r.ID, word) || bytes.Contains(r.Sealed, []byte(word)) {
				t.Errorf("%s shows in %+v", word, r)
			}
		}
	}
	if a.ID == b.ID || bytes.Equal(a.Sealed, b.Sealed) {
		t.Error("the same of two kinds looks the same")
	}
	for _, k := range a.Keys {
		if slices.Contains(b.Keys, k) {
			t.Error("the same word of two kinds has the same hash")
		}
	}
	if len(a.Keys) != 3 || len(a.Unique) != 1 || !slices.Contains(a.Keys, a.Unique[0]) {
		t.Errorf("%d keys, %d unique", len(a.Keys), len(a.Unique))
	}
	before := a.Sealed
	change(t, c, item("person", "ada-id", 1, secret, "org:acme", "=login:ada"))
	if a = s.last.Put[0]; bytes.Equal(a.Sealed, before) || a.Version != 2 {
		t.Error("the same document is sealed to the same bytes again")
	}
	other := cabinet.New(s, cabinet.Options{Key: [32]byte{1}})
	kind(t, "by another key", second(other.Get(t.Context(), "person", "ada-id", new(person))), fault.NotFound)
}

// A document that was changed, moved or put back opens no more; the error names
// kind and row and nothing else.
func TestATamperedDocument(t *testing.T) {
	s := &spy{Memory: cabinettest.NewMemory()}
	c := cabinettest.Over(s)
	change(t, c, item("person", "ada", 0, person{"Ada"}, "=login:ada"))
	old := s.last.Put[0]
	change(t, c, item("person", "bob", 0, person{"Bob"}), item("org", "ada", 0, person{"Org"}))
	bob, org := s.last.Put[0], s.last.Put[1]
	change(t, c, item("person", "ada", 1, person{"Ada"}, "=login:ada"))
	for what, bend := range map[string]func(*cabinet.Row){
		"a bit":              func(r *cabinet.Row) { r.Sealed[len(r.Sealed)-1] ^= 1 },
		"a bit of the nonce": func(r *cabinet.Row) { r.Sealed[0] ^= 1 },
		"cut off":            func(r *cabinet.Row) { r.Sealed = r.Sealed[:12] },
		"nothing":            func(r *cabinet.Row) { r.Sealed = nil },
		"an older version":   func(r *cabinet.Row) { r.Sealed = old.Sealed },
		"another's":          func(r *cabinet.Row) { r.Sealed = bob.Sealed },
		"of another kind":    func(r *cabinet.Row) { r.Sealed = org.Sealed },
		"another's row":      func(r *cabinet.Row) { *r = bob; r.ID = old.ID },
		"another version":    func(r *cabinet.Row) { r.Version++ },
	} {
		s.bend = bend
		_, gerr := c.Get(t.Context(), "person", "ada", new(person))
		_, ferr := c.Find(t.Context(), "person", "login:ada", "", 9)
		_, oerr := c.One(t.Context(), "person", "login:ada", new(person))
		for _, err := range []error{gerr, ferr, oerr} {
			kind(t, what, err, fault.Internal)
			if err != nil && (!strings.Contains(err.Error(), "kind person") || strings.Contains(err.Error(), "ada")) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	s.bend = nil
	if _, err := c.Get(t.Context(), "person", "ada", new(person)); err != nil {
		t.Errorf("control: %v", err)
	}
	kind(t, "another shape", second(c.Get(t.Context(), "person", "ada", new([]int))), fault.Internal)
}

// What no document can be is refused before the database is asked.
func TestWhatIsRefused(t *testing.T) {
	m := cabinettest.NewMemory()
	c := cabinettest.Over(m)
	ctx := t.Context()
	long := strings.Repeat("x", 2000)
	for what, err := range map[string]error{
		"no kind":           second(c.Get(ctx, "", "a", nil)),
		"a kind with slash": second(c.Get(ctx, "a/b", "a", nil)),
		"a kind of capital": second(c.Edition(ctx, "Person")),
		"a kind of digits":  second(c.Edition(ctx, "9a")),
		"a long kind":       second(c.Edition(ctx, long)),
		"no id":             second(c.Get(ctx, "person", "", nil)),
		"a long id":         second(c.Get(ctx, "person", long, nil)),
		"no UTF-8":          second(c.Get(ctx, "person", "\xff", nil)),
		"no limit":          second(c.Find(ctx, "person", "", "", 0)),
		"a long word":       second(c.Find(ctx, "person", long, "", 1)),
		"no word":           second(c.One(ctx, "person", "", nil)),
		"an empty key":      c.Change(ctx, []cabinet.Item{{Ref: cabinet.Ref{Kind: "person", ID: "a"}, Keys: []string{""}}}, nil),
		"an empty unique":   c.Change(ctx, []cabinet.Item{{Ref: cabinet.Ref{Kind: "person", ID: "a"}, Unique: []string{""}}}, nil),
		"a version below 0": c.Change(ctx, []cabinet.Item{item("person", "a", -1, 1)}, nil),
		"twice":             c.Change(ctx, []cabinet.Item{item("person", "a", 0, 1), item("person", "a", 0, 1)}, nil),
		"put and dropped":   c.Change(ctx, []cabinet.Item{item("person", "a", 0, 1)}, []cabinet.Ref{{Kind: "person", ID: "a"}}),
		"too large":         c.Change(ctx, []cabinet.Item{item("person", "a", 0, strings.Repeat("x", 9<<20))}, nil),
		"a sealed nothing":  second(c.Sealed(cabinet.Document{Kind: "person", ID: "a", Version: 1})),
		"a sealed start":    second(c.Sealed(cabinet.Document{Kind: "person", ID: "a", Value: []byte("1")})),
	} {
		kind(t, what, err, fault.Invalid)
	}
	kind(t, "what is no JSON", c.Change(ctx, []cabinet.Item{item("person", "a", 0, func() {})}, nil), fault.Internal)
	if n := m.Calls(); n != 0 {
		t.Errorf("the database was asked %d times", n)
	}
}

// Get, One and Edition are one statement each.
func TestOneStatement(t *testing.T) {
	m := cabinettest.NewMemory()
	c := cabinettest.Over(m)
	change(t, c, item("person", "a", 0, person{"A"}, "=login:a"))
	calls := m.Calls()
	_, _ = c.Get(t.Context(), "person", "a", new(person))
	_, _ = c.One(t.Context(), "person", "login:a", new(person))
	_, _ = c.Edition(t.Context(), "person")
	if n := m.Calls() - calls; n != 3 {
		t.Errorf("%d statements", n)
	}
}

// A database that fails, and chance that fails, fail in words.
func TestFailures(t *testing.T) {
	m := cabinettest.NewMemory()
	c := cabinettest.Over(m)
	m.Fail(fault.New(fault.Unavailable, "the disk is full"))
	ctx := t.Context()
	for what, err := range map[string]error{
		"get": second(c.Get(ctx, "person", "a", nil)), "find": second(c.Find(ctx, "person", "", "", 1)),
		"one": second(c.One(ctx, "person", "a", nil)), "edition": second(c.Edition(ctx, "person")),
		"change": c.Change(ctx, []cabinet.Item{item("person", "a", 0, 1)}, nil),
	} {
		kind(t, what, err, fault.Unavailable)
	}
	dry := cabinet.New(cabinettest.NewMemory(), cabinet.Options{Rand: strings.NewReader("few")})
	kind(t, "no chance", dry.Change(ctx, []cabinet.Item{item("person", "a", 0, 1)}, nil), fault.Internal)
	kind(t, "no chance aside", second(dry.Seal("seat/1", nil)), fault.Internal)
}

// What is sealed aside opens at its place alone.
func TestAside(t *testing.T) {
	c := cabinettest.New()
	sealed, err := c.Seal("seat/1", []byte("a seat"))
	if err != nil || bytes.Contains(sealed, []byte("seat")) {
		t.Fatal(err)
	}
	if plain, err := c.Open("seat/1", sealed); err != nil || string(plain) != "a seat" {
		t.Errorf("%q, %v", plain, err)
	}
	kind(t, "another place", second(c.Open("seat/2", sealed)), fault.Internal)
	kind(t, "nothing", second(c.Open("seat/1", nil)), fault.Internal)
	kind(t, "another key", second(cabinet.New(nil, cabinet.Options{}).Open("seat/1", sealed)), fault.Internal)
}

// The key never prints.
func TestTheKeyNeverPrints(t *testing.T) {
	o := cabinet.Options{Key: [32]byte{77, 77, 77}}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("made", "options", o)
	for _, s := range []string{fmt.Sprint(o), fmt.Sprintf("%+v", o), fmt.Sprintf("%#v", o), fmt.Sprintf("%v", &o), b.String()} {
		if strings.Contains(s, "77") || strings.Contains(s, "0x4d") {
			t.Errorf("the key shows in %s", s)
		}
	}
}

// A source of chance that is not made for many is asked by one at a time.
func TestManyAtOnce(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		for n := byte(0); ; n++ {
			if _, err := w.Write(bytes.Repeat([]byte{n}, 12)); err != nil {
				return
			}
		}
	}()
	defer r.Close()
	m := cabinettest.NewMemory()
	c := cabinet.New(m, cabinet.Options{Rand: r})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			if err := c.Change(context.Background(), []cabinet.Item{item("person", fmt.Sprint(g), 0, g)}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	rows, err := m.CabinetFind(t.Context(), "person", nil, "", 9)
	nonces := map[byte]bool{}
	for _, row := range rows {
		if !bytes.Equal(row.Sealed[:12], bytes.Repeat(row.Sealed[:1], 12)) || nonces[row.Sealed[0]] {
			t.Errorf("the nonce %x was mixed or used twice", row.Sealed[:12])
		}
		nonces[row.Sealed[0]] = true
	}
	if err != nil || len(rows) != 8 {
		t.Errorf("%d documents, %v", len(rows), err)
	}
}

// Whatever a document is, it comes back; under any words it is found.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cabinettest.New()
		text := rapid.StringN(1, 60, 200)
		id, value := text.Draw(t, "id"), rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "value")
		words := rapid.SliceOfN(text, 0, 5).Draw(t, "words")
		ones := rapid.SliceOfN(text, 0, 3).Draw(t, "ones")
		it := cabinet.Item{Ref: cabinet.Ref{Kind: "any", ID: id}, Keys: words, Unique: ones, Value: value}
		if err := c.Change(context.Background(), []cabinet.Item{it}, nil); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		if v, err := c.Get(context.Background(), "any", id, &got); err != nil || v != 1 || fmt.Sprint(got) != fmt.Sprint(value) {
			t.Fatalf("%v at %d, %v", got, v, err)
		}
		for _, w := range slices.Concat(words, ones) {
			if list, err := c.Find(context.Background(), "any", w, "", 9); err != nil || len(list) != 1 || list[0].ID != id {
				t.Fatalf("by %q: %v, %v", w, list, err)
			}
		}
		for _, w := range ones {
			if ref, err := c.One(context.Background(), "any", w, &got); err != nil || ref.ID != id {
				t.Fatalf("by %q alone: %v, %v", w, ref, err)
			}
		}
	})
}

// Bytes of a stolen and bent database never do more than fail.
func FuzzOpened(f *testing.F) {
	c := cabinettest.New()
	row, err := c.Sealed(cabinet.Document{Kind: "person", ID: "ada", Version: 3, Keys: []string{"k"}, Value: []byte(`{"a":1}`)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(row.Kind, row.ID, row.Version, row.Sealed)
	f.Add("", "", int64(0), []byte{})
	f.Fuzz(func(t *testing.T, kind, id string, version int64, sealed []byte) {
		d, err := c.Opened(cabinet.Row{Kind: kind, ID: id, Version: version, Sealed: sealed})
		if err == nil && (d.Kind != "person" || d.ID != "ada" || d.Version != 3) {
			t.Errorf("it opened as %+v", d)
		}
		if err != nil && fault.KindOf(err) != fault.Internal {
			t.Errorf("%v", err)
		}
	})
}
