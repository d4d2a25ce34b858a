package datadir

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
)

func water(size int64, root byte) ledger.Water {
	return ledger.Water{Epoch: 1, Origin: "log.example.org/ledger/1", Size: size, Root: tlog.Hash{root}, Place: `sqlite:a "b" c`, At: start}
}

func TestTheMarkRises(t *testing.T) {
	d := using(t)
	g := d.Guard()
	if _, err := g.Water(); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a fresh directory: %v", err)
	}
	with := func(w ledger.Water, change func(*ledger.Water)) ledger.Water { change(&w); return w }
	steps := []struct {
		w    ledger.Water
		kind fault.Kind // "" if it is taken
		says string
	}{
		{water(0, 7), "", ""},
		{water(10, 1), "", ""},
		{water(10, 1), "", ""},
		{water(9, 1), fault.Conflict, "not taken back to 9"},
		{water(10, 2), fault.Conflict, "fork"},
		{with(water(12, 2), func(w *ledger.Water) { w.Origin = "other.example.org/1" }), fault.Conflict, "has the origin"},
		{with(water(10, 1), func(w *ledger.Water) { w.Place, w.Restored, w.At = "postgresql:7:db:2", true, start.Add(-time.Hour) }), "", ""},
		{water(10, 1), "", ""},
		{with(water(3, 3), func(w *ledger.Water) { w.Epoch, w.Origin = 2, "log.example.org/ledger/2" }), "", ""},
		{water(500, 1), fault.Conflict, "not taken back to epoch 1"},
		{with(water(3, 3), func(w *ledger.Water) { w.Epoch, w.Origin = 0, "" }), fault.Invalid, "no high-water mark"},
		{with(water(-1, 3), func(w *ledger.Water) { w.Epoch = 3 }), fault.Invalid, "no high-water mark"},
	}
	var last ledger.Water
	for n, c := range steps {
		err := g.Raise(c.w)
		if c.kind == "" && err != nil || c.kind != "" && (fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("step %d: %v", n, err)
		}
		if err == nil {
			last = c.w
		}
		got, err := g.Water()
		if d := cmp.Diff(last, got); err != nil || d != "" {
			t.Errorf("step %d: %v %s", n, err, d)
		}
	}
}

// Whatever is asked, in whatever order and over restarts: the mark is the
// highest that was taken.
func TestTheMarkNeverFalls(t *testing.T) {
	d := using(t)
	fresh := read(t, d.at("guard", "high-water"))
	rapid.Check(t, func(rt *rapid.T) {
		write(t, d.at("guard", "high-water"), fresh)
		t := rt
		var high ledger.Water
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			w := water(rapid.Int64Range(0, 4).Draw(t, "size"), byte(rapid.IntRange(0, 1).Draw(t, "root")))
			w.Epoch = rapid.IntRange(1, 2).Draw(t, "epoch")
			w.Origin = d.Origin(w.Epoch)
			err := d.Guard().Raise(w)
			rises := w.Epoch > high.Epoch || w.Epoch == high.Epoch && (w.Size > high.Size || w.Size == high.Size && w.Root == high.Root)
			if (err == nil) != rises {
				t.Fatalf("from %v to %v: %v", high, w, err)
			}
			if rises {
				high = w
			}
			if got, err := d.Guard().Water(); err != nil && high.Epoch > 0 || got != high {
				t.Fatalf("%v, %v instead of %v", got, err, high)
			}
		}
	})
}

// Each mark cut at each length, changed by a bit, emptied or taken away: it is
// never read as "nothing was signed", "nothing diverged" or "nothing erased".
func TestABrokenMarkIsNoMissingOne(t *testing.T) {
	d := using(t)
	g, list := d.Guard(), d.Erasures()
	marks := map[string]func() error{
		"high-water": func() error { _, err := g.Water(); return err },
		"diverged":   func() error { _, err := g.Diverged(); return err },
		"erasures":   func() error { return list.Each(func(record.Erased) error { return nil }) },
	}
	writes := map[string]func() error{
		"high-water": func() error { return g.Raise(water(99, 9)) },
		"erasures":   func() error { return list.Append(record.Erased{Handle: "h"}) },
		"diverged":   func() error { return g.Clear("a test") },
	}
	for _, stage := range []func() error{
		func() error { return nil }, // as made
		func() error {
			return errors.Join(g.Raise(water(10, 1)), g.Diverge("a restored database"), list.Append(record.Erased{Handle: "a1", Seq: 2, Fields: []string{"text"}, Erasure: "00"}, record.Erased{Handle: "b2", Person: "p"}))
		},
	} {
		if err := stage(); err != nil {
			t.Fatal(err)
		}
		for name, look := range marks {
			path := d.at("guard", name)
			whole := read(t, path)
			check := func(what string, data []byte) {
				t.Helper()
				remove(t, path)
				if data != nil {
					write(t, path, data)
				}
				if err := look(); fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "copy of this directory") {
					t.Errorf("%s %s: %v", name, what, err)
				}
				if err := writes[name](); fault.KindOf(err) != fault.Forbidden {
					t.Errorf("%s %s is written over: %v", name, what, err)
				}
			}
			for n := range len(whole) {
				check(fmt.Sprintf("cut at %d", n), append([]byte{}, whole[:n]...))
				b := bytes.Clone(whole)
				b[n] ^= 0x10
				check(fmt.Sprintf("with byte %d changed", n), b)
			}
			check("taken away", nil)
			check("twice", append(bytes.Clone(whole), whole...))
			write(t, path, whole)
			if err := look(); err != nil && !(name == "high-water" && fault.KindOf(err) == fault.NotFound) {
				t.Errorf("%s, whole again: %v", name, err)
			}
		}
	}
}

// The directory still opens, for reading and for a way out.
func TestADirectoryWithABrokenMarkOpens(t *testing.T) {
	for _, mark := range []string{"high-water", "diverged", "erasures"} {
		dir := made(t)
		remove(t, dir+"/guard/"+mark)
		for range 2 {
			d := open(t, dir, options())
			_, werr := d.Guard().Water()
			_, derr := d.Guard().Diverged()
			lerr := d.Erasures().Append()
			if (mark == "high-water") != (fault.KindOf(werr) == fault.Forbidden) || (mark == "diverged") != (derr != nil) || (mark == "erasures") != (lerr != nil) {
				t.Errorf("without %s: %v, %v, %v", mark, werr, derr, lerr)
			}
			closing(t, d)
		}
	}
}

// A mark that is whole but says nonsense can only have been made by hand.
func TestAMarkMadeByHand(t *testing.T) {
	d := using(t)
	for name, c := range map[string]struct {
		kind, body string
		look       func() error
	}{
		"no JSON":         {waterKind, "nothing", func() error { _, err := d.Guard().Water(); return err }},
		"no epoch":        {waterKind, `{"epoch":0,"origin":"x","size":1}`, func() error { _, err := d.Guard().Water(); return err }},
		"an unknown key":  {waterKind, `{"epoch":1,"origin":"x","size":1,"low":2}`, func() error { _, err := d.Guard().Water(); return err }},
		"two values":      {waterKind, `{"epoch":1,"origin":"x","size":1} {}`, func() error { _, err := d.Guard().Water(); return err }},
		"no reason":       {divergedKind, `{"reason":"","at":"2026-03-01T12:00:00Z"}`, func() error { _, err := d.Guard().Diverged(); return err }},
		"another's words": {divergedKind, "perhaps", func() error { _, err := d.Guard().Diverged(); return err }},
	} {
		file := map[string]string{waterKind: "high-water", divergedKind: "diverged"}[c.kind]
		whole := read(t, d.at("guard", file))
		write(t, d.at("guard", file), []byte(line(c.kind, c.body)))
		if err := c.look(); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
		write(t, d.at("guard", file), whole)
	}
}

func TestDivergingAndTheWaysOut(t *testing.T) {
	d := using(t)
	g := d.Guard()
	reason := func(want string) {
		t.Helper()
		if got, err := g.Diverged(); err != nil || got != want {
			t.Errorf("%q, %v instead of %q", got, err, want)
		}
	}
	reason("")
	if err := g.Clear("nothing to clear"); err != nil {
		t.Error(err)
	}
	for _, why := range []string{"the database is smaller than what was signed", "a second reason"} {
		if err := g.Diverge(why); err != nil {
			t.Fatal(err)
		}
		reason("the database is smaller than what was signed")
	}
	if err := g.Clear("epoch 2 was opened by Ada and Bob"); err != nil {
		t.Fatal(err)
	}
	reason("")
	if err := g.Diverge(""); err != nil {
		t.Fatal(err)
	}
	reason("no reason was given")
	history := string(read(t, d.at("guard", "history")))
	for _, want := range []string{"smaller than what was signed", "epoch 2 was opened by Ada and Bob", "2026-03-01T12:00:00Z"} {
		if !strings.Contains(history, want) {
			t.Errorf("the history lacks %q:\n%s", want, history)
		}
	}
	if strings.Contains(history, "a second reason") || strings.Count(history, "\n") != 3 {
		t.Errorf("the history says\n%s", history)
	}

	// A torn mark can be made to say "diverged", which is safe, and then cleared.
	write(t, d.at("guard", "diverged"), []byte("torn"))
	if err := g.Clear("it is torn"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("clearing what can not be read: %v", err)
	}
	if err := g.Diverge("the mark was torn"); err != nil {
		t.Fatal(err)
	}
	reason("the mark was torn")

	// A high-water mark that is lost can be set by a person, a whole one not.
	if err := g.Raise(water(10, 1)); err != nil {
		t.Fatal(err)
	}
	if err := g.Replace(water(5, 1), "no need"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("replacing a whole mark: %v", err)
	}
	remove(t, d.at("guard", "high-water"))
	// What cannot be done leaves the mark lost: never one that says "nothing".
	if err := g.Replace(ledger.Water{}, "a slip"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("replacing by nothing: %v", err)
	}
	if _, err := g.Water(); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("after it: %v", err)
	}
	if err := g.Replace(water(11, 1), "from a receipt that Ada holds"); err != nil {
		t.Fatal(err)
	}
	if w, err := g.Water(); err != nil || w.Size != 11 {
		t.Errorf("%v, %v", w, err)
	}
	if !strings.Contains(string(read(t, d.at("guard", "history"))), "a receipt that Ada holds") {
		t.Error("the history does not know of it")
	}
}

// Who lost the mark can go on in a new epoch, whose number was never used.
func TestTheWayOutWithoutAMark(t *testing.T) {
	d := using(t)
	g := d.Guard()
	for n := 2; n <= 11; n++ {
		if _, err := d.NewSigners(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Abandon("no need"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("with a mark: %v", err)
	}
	write(t, d.at("guard", "high-water"), []byte("torn"))
	if err := g.Abandon("by Ada with Bob"); err != nil {
		t.Fatal(err)
	}
	w, err := g.Water()
	if err != nil || w.Epoch != 11 || w.Origin != d.Origin(11) || w.Size != 0 || !w.Restored {
		t.Errorf("%+v, %v", w, err)
	}
	if why, err := g.Diverged(); err != nil || !strings.Contains(why, "mark beside the database was lost") {
		t.Errorf("%q, %v", why, err)
	}
	next := ledger.Water{Epoch: 12, Origin: d.Origin(12), Root: w.Root}
	if err := errors.Join(g.Raise(next), g.Clear("epoch 12 was opened")); err != nil {
		t.Error(err)
	}
}

func TestTheListOfErasures(t *testing.T) {
	d := using(t)
	list := d.Erasures()
	all := func() (out []record.Erased) {
		t.Helper()
		if err := list.Each(func(e record.Erased) error { out = append(out, e); return nil }); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := all(); len(got) != 0 {
		t.Errorf("a fresh list: %v", got)
	}
	var want []record.Erased
	for n := range int64(5) {
		lines := []record.Erased{{Handle: fmt.Sprint("h", n), Seq: n, Fields: []string{"text", "label"}, Erasure: "ab"}, {Handle: "two\nlines", Person: "p \" x"}}
		if err := list.Append(lines...); err != nil {
			t.Fatal(err)
		}
		want = append(want, lines...)
		if d := cmp.Diff(want, all()); d != "" {
			t.Error(d)
		}
	}
	// A list that lost its last lines at the end of a line is noticed too.
	whole := string(read(t, d.at("guard", "erasures")))
	lines := strings.SplitAfter(whole, "\n")
	for n := range len(lines) - 1 {
		for _, cut := range []string{strings.Join(lines[:n], ""), strings.Join(append(append([]string{}, lines[:n]...), lines[len(lines)-2]), "")} {
			if cut == whole {
				continue
			}
			if _, ok := parseErasures(cut); ok {
				t.Errorf("a list of %d lines is taken", n)
			}
		}
	}
	stop := errors.New("enough")
	if err := list.Each(func(record.Erased) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if err := list.Replace(nil); fault.KindOf(err) == fault.Internal || err == nil {
		t.Errorf("replacing a whole list: %v", err)
	}
	write(t, d.at("guard", "erasures"), []byte("torn"))
	if err := list.Replace(want[:2]); err != nil {
		t.Fatal(err)
	}
	if got := all(); len(got) != 2 {
		t.Errorf("after it was written anew: %v", got)
	}
}

func FuzzErasures(f *testing.F) {
	f.Add(string(formatErasures(nil)))
	f.Add(string(formatErasures([]record.Erased{{Handle: "h", Seq: 1, Fields: []string{"text"}}})))
	f.Fuzz(func(t *testing.T, text string) {
		lines, ok := parseErasures(text)
		if !ok {
			return
		}
		again, ok := parseErasures(string(formatErasures(lines)))
		if d := cmp.Diff(lines, again); !ok || d != "" {
			t.Errorf("%q: %s", text, d)
		}
	})
}
