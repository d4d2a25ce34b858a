package webui

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
)

// A part is made once for all who ask for it within a minute, and never from an
// error or for another key.
func TestSharedParts(t *testing.T) {
	var s Site
	now := time.Unix(600, 0)
	var made atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			got, err := s.sharedPart(now, "a", func() (any, error) { made.Add(1); return "rows", nil })
			if err != nil || got != "rows" {
				t.Error(got, err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	if got, _ := s.sharedPart(now, "b", func() (any, error) { return "others", nil }); got != "others" {
		t.Errorf("another key gives %v", got)
	}
	if got, _ := s.sharedPart(now.Add(time.Minute), "a", func() (any, error) { return "later", nil }); got != "later" {
		t.Errorf("a minute later: %v", got)
	}
	bad := errors.New("no")
	if _, err := s.sharedPart(now, "c", func() (any, error) { return nil, bad }); err != bad {
		t.Error(err)
	}
	if got, err := s.sharedPart(now, "c", func() (any, error) { return "good", nil }); got != "good" || err != nil {
		t.Errorf("an error was kept: %v %v", got, err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = s.sharedPart(now, "d", func() (any, error) { panic("made of glass") })
	}()
	if got, err := s.sharedPart(now, "d", func() (any, error) { return "x", nil }); err == nil && got == nil {
		t.Error("a panic left an empty part behind")
	}
	for i := range 3 * fragmentsMost {
		if _, err := s.sharedPart(now, i, func() (any, error) { return i, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.fragments.all) > fragmentsMost {
		t.Errorf("%d parts are kept", len(s.fragments.all))
	}
}

// What was made for one reader is not shown to another who may do less on the
// same case, whoever of them looks first.
func TestSharedPartsAreOfOneReader(t *testing.T) {
	for _, first := range []string{"lin", "marit"} {
		o := newOffice()
		h := o.site(t)
		people, orgs := theCast()
		lin := names{people, orgs}.reader("lin")
		if _, err := o.desk.GiveSeat(t.Context(), lin, o.line, coordination.SeatAsked{Org: "csirt", Role: access.Observes, Despite: "a test"}); err != nil {
			t.Fatal(err)
		}
		page := func(who string) string {
			t.Helper()
			w := ask(t, h, who, "en", "/cases/"+o.line+"/plan", nil)
			if w.Code != http.StatusOK {
				t.Fatalf("%s gets %d", who, w.Code)
			}
			return w.Body.String()
		}
		page(first)
		if own := page("lin"); !strings.Contains(own, `class="duty `) || !strings.Contains(own, "Record it") {
			t.Errorf("after %s, whoever acts finds no duty with its button", first)
		}
		if other := page("marit"); !strings.Contains(other, `class="duty `) || strings.Contains(other, "Record it") {
			t.Errorf("after %s, whoever only observes finds a button, or no duty", first)
		}
	}
}
