package datadir

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
)

func line(kind, body string) string { return durable.Line(kind, body) }

func TestTheWrappingKeyTurns(t *testing.T) {
	d := using(t)
	w := d.Wraps()
	gen, first, err := w.Current()
	if err != nil || gen != 1 || first == ([32]byte{}) {
		t.Fatal(gen, err)
	}
	if err := w.Destroy(1); fault.KindOf(err) != fault.Conflict {
		t.Errorf("destroying the current one: %v", err)
	}
	gen, second, err := w.Rotate()
	if err != nil || gen != 2 || second == first {
		t.Fatal(gen, err)
	}
	// Between the two both open what they wrapped.
	for n, want := range map[int][32]byte{1: first, 2: second} {
		if got, err := w.Generation(n); err != nil || got != want {
			t.Errorf("generation %d: %v", n, err)
		}
	}
	for _, n := range []int{2, 3} {
		if err := w.Destroy(n); fault.KindOf(err) != fault.Conflict {
			t.Errorf("destroying generation %d: %v", n, err)
		}
	}
	for range 2 {
		if err := w.Destroy(1); err != nil {
			t.Error(err)
		}
		if _, err := w.Generation(1); fault.KindOf(err) != fault.NotFound {
			t.Errorf("after its destruction: %v", err)
		}
	}
	if gen, key, err := w.Current(); err != nil || gen != 2 || key != second {
		t.Errorf("%d, %v", gen, err)
	}
	if _, err := w.Generation(9); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a generation that never was: %v", err)
	}
	if got := tree(t, d.Path()); strings.Contains(got, "wrap-1") || !strings.Contains(got, "0600 keys/wrap-2.key") {
		t.Errorf("got\n%s", got)
	}
}

// A rotation may stop anywhere: after the new key, in the middle of the old
// one's destruction. After a restart the current key is the newest that was
// made, everything that was not given to Destroy opens, and repeating it ends it.
func TestARotationThatStops(t *testing.T) {
	type keys map[int][32]byte
	for name, stop := range map[string]func(*testing.T, *Dir){
		"before the new key was in force": func(t *testing.T, d *Dir) { write(t, d.at("keys", ".wrap-4.key.5.tmp"), []byte("half a key")) },
		"after the new key": func(t *testing.T, d *Dir) {
			if _, _, err := d.Wraps().Rotate(); err != nil {
				t.Fatal(err)
			}
		},
		"before anything was overwritten": func(t *testing.T, d *Dir) {
			if err := os.Rename(d.at("keys", "wrap-1.key"), d.at("keys", "wrap-1.key"+destroying)); err != nil {
				t.Fatal(err)
			}
		},
		"after the overwriting": func(t *testing.T, d *Dir) {
			remove(t, d.at("keys", "wrap-1.key"))
			write(t, d.at("keys", "wrap-1.key"+destroying), make([]byte, 80))
		},
		"between two generations": func(t *testing.T, d *Dir) {
			remove(t, d.at("keys", "wrap-1.key"))
		},
	} {
		dir := made(t)
		d := open(t, dir, options())
		had := keys{}
		for range 2 {
			if _, _, err := d.Wraps().Rotate(); err != nil {
				t.Fatal(err)
			}
		}
		stop(t, d)
		closing(t, d)
		d = open(t, dir, options())
		w := d.Wraps()
		gen, key, err := w.Current()
		if err != nil || gen < 3 {
			t.Errorf("%s: current is %d, %v", name, gen, err)
		}
		for n := 2; n <= gen; n++ {
			if had[n], err = w.Generation(n); err != nil {
				t.Errorf("%s: generation %d: %v", name, n, err)
			}
		}
		if had[gen] != key {
			t.Errorf("%s: two keys of one generation", name)
		}
		if got := tree(t, dir); strings.Contains(got, destroying) || strings.Contains(got, ".tmp") {
			t.Errorf("%s: left behind\n%s", name, got)
		}
		next, _, err := w.Rotate()
		if err != nil || next != gen+1 {
			t.Errorf("%s: the next is %d, %v", name, next, err)
		}
		if err := w.Destroy(gen); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for n := 1; n <= gen; n++ {
			if _, err := w.Generation(n); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: generation %d lives on: %v", name, n, err)
			}
		}
		closing(t, d)
	}
}

func TestWrappingKeysThatCanNotBe(t *testing.T) {
	d := using(t)
	if _, _, err := d.Wraps().Rotate(); err != nil {
		t.Fatal(err)
	}
	// A generation under another's name would open nothing, or be destroyed as
	// another.
	write(t, d.at("keys", "wrap-2.key"), read(t, d.at("keys", "wrap-1.key")))
	if _, _, err := d.Wraps().Current(); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another's name: %v", err)
	}
	for _, body := range []string{"2", "2 AAAA", "2 " + strings.Repeat("A", 43) + "=x", "02 " + strings.Repeat("A", 43) + "="} {
		write(t, d.at("keys", "wrap-2.key"), []byte(line("tocsin-wrapping-key/1", body)))
		if _, err := d.Wraps().Generation(2); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%q: %v", body, err)
		}
	}
	for _, name := range []string{"wrap-.key", "wrap-0.key", "wrap-03.key", "wrap--1.key", "wrap-x.key"} {
		write(t, d.at("keys", name), nil)
		if _, _, err := d.Wraps().Rotate(); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
		remove(t, d.at("keys", name))
	}
	key := d.LookupKey()
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{d, d.Wraps(), d.Guard(), d.Erasures()} {
			if got := fmt.Sprintf(format, v); strings.Contains(got, fmt.Sprintf("%#x", key[3])) && strings.Contains(got, fmt.Sprintf("%#x", key[4])) || strings.Contains(got, fmt.Sprint(key[:])) {
				t.Errorf("%s prints a key: %s", format, got)
			}
		}
	}
}
