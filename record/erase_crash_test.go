package record_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/fault"
	"tocsin/record"
	"tocsin/record/recordtest"
)

// crash makes the n-th operation on the database, the wrapping keys or the list
// outside fail, and every one after it, as if the process had ended there.
type crash struct {
	mu    sync.Mutex
	n     int
	fired string // what failed first
}

func (c *crash) op(what string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n > 0 {
		return nil
	}
	if c.fired == "" {
		c.fired = what
	}
	return fault.New(fault.Unavailable, "the power is gone")
}

func (d *desk) armed(c *crash) {
	d.store.Before = func(int) error { return c.op("database") }
	d.store.Commit = func(int) (bool, error) {
		err := c.op("commit")
		return err == nil, err
	}
	d.wraps.Before = func(m string) error { return c.op("key " + m) }
	d.erasures.Before = func(m string) error { return c.op("list " + m) }
}

func (d *desk) disarmed() {
	d.store.Before, d.store.Commit, d.wraps.Before, d.erasures.Before = nil, nil, nil, nil
}

// list reads the list outside the database.
func (d *desk) list() (out []record.Erased) {
	d.t.Helper()
	if err := d.erasures.Each(func(e record.Erased) error { out = append(out, e); return nil }); err != nil {
		d.t.Fatal(err)
	}
	return out
}

// Wherever an erasure is cut, the case can be read, the log is sound, and
// starting again and repeating it completes it: the words are gone, the old key
// is destroyed, the list has its line.
func TestAnErasureCutAnywhereIsCompleted(t *testing.T) {
	orders := map[string]record.Erasure{
		"a field":  {Event: "e1", Fields: []string{"text"}},
		"a person": {Person: "finder"},
	}
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{}
			for n := 1; ; n++ {
				if n > 2000 {
					t.Fatal("there is no end to the operations")
				}
				d := newDesk(t)
				h := d.keep(small).Handle
				d.keep(bytesReplace(small, "TOC-1", "TOC-2"))
				order.Handle, order.Ground, order.By, order.With = h, ground, "Ada", "Bob"
				c := &crash{n: n}
				d.armed(c)
				_, err := d.k.Erase(d.ctx(), order)
				d.disarmed()
				if c.fired == "" && err != nil {
					t.Fatal(err)
				}
				seen[c.fired] = true
				d.reopen()
				d.load(h) // whatever happened, it can be read
				d.load("TOC-2")
				if err := d.k.Finish(d.ctx()); err != nil {
					t.Fatalf("cut at operation %d (%s): %v", n, c.fired, err)
				}
				again := order
				if p := d.load(h).Case.Party("erased-1"); p != nil {
					again.Person = "erased-1"
				}
				if _, err := d.k.Erase(d.ctx(), again); err != nil {
					t.Fatalf("cut at operation %d (%s), repeated: %v", n, c.fired, err)
				}
				d.reopen()
				k := d.load(h)
				if data, err := k.Case.JSON(); err != nil || bytes.Contains(data, []byte("Jo Finder wrote")) {
					t.Fatalf("cut at operation %d (%s): the words are there", n, c.fired)
				}
				if d.wraps.Generations() != 1 {
					t.Fatalf("cut at operation %d (%s): %d generations of the wrapping key", n, c.fired, d.wraps.Generations())
				}
				if l := d.list(); len(l) != 1 || l[0].Handle != h {
					t.Fatalf("cut at operation %d (%s): the list is %+v", n, c.fired, l)
				}
				d.sound()
				if c.fired == "" {
					break
				}
			}
			for _, point := range []string{"database", "commit", "key Rotate", "list Append", "key Destroy"} {
				if !seen[point] {
					t.Errorf("it was never cut at %q", point)
				}
			}
		})
	}
}

func bytesReplace(s, old, by string) string {
	return string(bytes.ReplaceAll([]byte(s), []byte(old), []byte(by)))
}

// The answer of the erasure's commit is lost: it is found out, and recorded once.
func TestAnErasureWhoseAnswerIsLost(t *testing.T) {
	for _, stands := range []bool{true, false} {
		d := newDesk(t)
		h := d.keep(small).Handle
		lost := false
		d.store.Commit = func(int) (bool, error) {
			if !lost {
				lost = true
				return stands, errLost
			}
			return true, nil
		}
		out := d.erase(record.Erasure{Handle: h, Person: "finder"})
		d.store.Commit = nil
		k := d.load(h)
		n := 0
		for _, m := range k.Records {
			if m.Entry == "erasure" {
				n++
			}
		}
		if n != 1 || out.Count != 1 || out.Fields == 0 || out.Pseudonym != "erased-1" || k.Version != out.Version {
			t.Errorf("stands=%t: %+v, %d erasures", stands, out, n)
		}
		d.sound()
	}
}

// Two persons of one case, one after the other: each gets a pseudonym, also
// where a text of the one names the other.
func TestTwoPersonsAreErased(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	d.add(h, `commented by=maker to=[finder] text="Jo Finder wrote to Example Makers"`)
	d.erase(record.Erasure{Handle: h, Person: "finder"})
	d.erase(record.Erasure{Handle: h, Person: "maker"})
	e := d.load(h).Case.Event("e2")
	if e.Text != "erased-1 wrote to erased-2" || e.By != "erased-2" || !cmp.Equal(e.To, []string{"erased-1"}) {
		t.Errorf("%+v", *e)
	}
	d.sound()
	d.erase(record.Erasure{Handle: h, Event: "e2", Fields: []string{"text"}})
	if e := d.load(h).Case.Event("e2"); e.Text != "" {
		t.Errorf("the stand-in stayed: %q", e.Text)
	}
	if out := d.erase(record.Erasure{Handle: h, Event: "e2", Fields: []string{"text"}}); out.Fields != 0 {
		t.Errorf("erased twice: %+v", out)
	}
	d.sound()
}

// Entries of other lists are erased in every record that stated them.
func TestOtherEntriesAreErased(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	src := parse(t, small).File.Sources[0]
	src.Original = "other words"
	if _, err := d.k.AddStatement(d.ctx(), h, record.Statement{Source: &src}, record.AnyVersion, "clerk", ""); err != nil {
		t.Fatal(err)
	}
	if out := d.erase(record.Erasure{Handle: h, Event: "sources.S1", Fields: []string{"original", "publisher"}}); out.Fields != 4 {
		t.Errorf("%+v", out)
	}
	d.erase(record.Erasure{Handle: h, Event: "case", Fields: []string{"title"}})
	d.erase(record.Erasure{Handle: h, Event: "products.lib", Fields: []string{"name"}})
	d.erase(record.Erasure{Handle: h, Event: "parties.maker", Fields: []string{"name"}})
	d.reopen()
	c := d.load(h).Case
	if c.Source("S1").Original != "" || c.Source("S1").Publisher != "" || c.Title != "" || c.Product("lib").Name != "" || c.Party("maker").Name != "" {
		t.Errorf("%+v", c.File)
	}
	if l, err := d.k.List(d.ctx()); err != nil || l[0].Title != "" {
		t.Errorf("the list still has the title: %+v %v", l, err)
	}
	if len(d.list()) != 5 {
		t.Errorf("the list outside: %+v", d.list())
	}
	d.sound()
}

// A thief of the database alone reads nothing of what is kept.
func TestTheDatabaseHoldsNoWords(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	d.add(h, `commented by=maker text="some words"`)
	all := d.store.Bytes()
	for _, word := range []string{"TOC-1", "Finder", "finder", "maker", "libexample", "A Paper", "some words", "commented", "event", "2026"} {
		if bytes.Contains(all, []byte(word)) {
			t.Errorf("%q stands in the database", word)
		}
	}
	if !bytes.Contains(all, []byte(h)) {
		t.Error("the control finds nothing")
	}
}

// The projections are dropped and come back to the byte, whatever happened.
func TestProjectionsAreRebuilt(t *testing.T) {
	d, h := full(t)
	d.erase(record.Erasure{Handle: h, Person: "finder"})
	views := func() (out []record.View) {
		if err := d.store.View(d.ctx(), func(r record.Reader) error {
			return r.EachView(d.ctx(), func(v record.View) error { out = append(out, v); return nil })
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := views()
	if len(want) != 3 {
		t.Fatalf("%d projections", len(want))
	}
	for i := range 2 {
		if err := d.k.Rebuild(d.ctx()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, views()); diff != "" {
			t.Fatalf("rebuilt for the %d. time:\n%s", i+1, diff)
		}
		d.store.TamperView(h, func(v *record.View) { v.Sealed[3]++; v.Version-- })
		if cmp.Equal(want, views()) {
			t.Error("the control sees no difference")
		}
	}
}

// A list of erasures is applied to a store that is older than they are: what a
// restored backup brought back is forgotten again, and recorded.
func TestErasuresAreAppliedAgain(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	d.add(h, `commented by=maker to=[finder] text="Jo Finder was here"`)
	older := d.store.Copy()
	d.erase(record.Erasure{Handle: h, Person: "finder"})
	d.erase(record.Erasure{Handle: h, Event: "e2", Fields: []string{"text"}})
	want, err := d.load(h).Case.JSON()
	if err != nil {
		t.Fatal(err)
	}
	list := d.list()

	fresh := &desk{t: t, store: older, wraps: d.wraps, erasures: d.erasures, clock: d.clock, o: d.o}
	fresh.wraps = recordtest.NewWraps() // the keys of the backup's time: a restored store has keys of its own
	fresh.o.Wraps = fresh.wraps
	fresh.reopen()
	n, err := fresh.k.Reapply(fresh.ctx())
	if err != nil || n == 0 {
		t.Fatalf("%d fields, %v", n, err)
	}
	got, err := fresh.load(h).Case.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
	fresh.sound()
	if n, err := fresh.k.Reapply(fresh.ctx()); err != nil || n != 0 {
		t.Errorf("applied again: %d fields, %v", n, err)
	}
	if now := fresh.list(); fmt.Sprint(now) != fmt.Sprint(list) {
		t.Errorf("the list became %+v", now)
	}
}

// The backup knows one erasure of a record and not the next: the second is
// applied upon the first, and recorded too.
func TestALaterErasureIsAppliedAgain(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	d.add(h, `commented by=maker to=[finder] text="Jo Finder was here"`)
	d.erase(record.Erasure{Handle: h, Person: "finder"})
	older := d.store.Copy()
	gen, _, err := d.wraps.Current()
	if err != nil {
		t.Fatal(err)
	}
	d.erase(record.Erasure{Handle: h, Event: "e2", Fields: []string{"text"}})

	fresh := &desk{t: t, store: older, wraps: recordtest.NewWraps(), erasures: d.erasures, clock: d.clock, o: d.o}
	for n := 1; n < gen; n++ {
		if _, _, err := fresh.wraps.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	fresh.o.Wraps = fresh.wraps
	fresh.reopen()
	if n, err := fresh.k.Reapply(fresh.ctx()); err != nil || n == 0 {
		t.Fatalf("%d fields, %v", n, err)
	}
	if e := fresh.load(h).Case.Event("e2"); e.Text != "" || e.To[0] != "erased-1" {
		t.Errorf("%+v", *e)
	}
	fresh.sound()
}
