package coordination

import (
	"testing"

	"tocsin/access"
)

// A page is made, and only then listens. What happens in between is told at once,
// though no tick comes; what happens unseen is not, and nothing is told where
// nothing happened.
func TestWhatHappensBeforeAPageListensIsTold(t *testing.T) {
	r, _ := liveRoom(t)
	h, hidden := r.keep(flawed("TOC-1")), r.keep(flawed("TOC-2"))
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	s := &session{who: someone("cora", "house")}
	for ref, happens := range map[string]func(){
		h:  func() { r.add(h, `published by=maker of=lib detail=advisory`) },
		"": func() { r.seat(r.keep(flawed("TOC-3")), access.Seat{Person: "cora", Role: access.Observes}) },
	} {
		mark, err := r.d.Mark(t.Context(), s.who, ref)
		if err != nil || mark == "" {
			t.Fatalf("%q: mark %q, %v", ref, mark, err)
		}
		listen := func(mark string) <-chan Change {
			t.Helper()
			c, err := r.d.ChangesSince(t.Context(), s.again, ref, mark)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		told := func(c <-chan Change) (x Change, told bool) {
			select { // what was missed waits in the channel before ChangesSince returns
			case x, told = <-c:
			default:
			}
			return x, told
		}
		r.add(hidden, `commented by=maker to=[finder] text=hidden`)
		if x, ok := told(listen(mark)); ok {
			t.Errorf("%q: told of what nobody sees: %+v", ref, x)
		}
		happens()
		x, ok := told(listen(mark))
		if now, err := r.d.Mark(t.Context(), s.who, ref); !ok || err != nil || x.Handle != ref || x.Mark != now || now == mark {
			t.Errorf("%q: what happened in between is not told: %+v, %t, mark %q then %q, %v", ref, x, ok, mark, now, err)
		}
		if x, ok := told(listen(x.Mark)); ok {
			t.Errorf("%q: told though nothing happened: %+v", ref, x)
		}
		if x, ok := told(listen("")); ok { // who says no mark listens from now on
			t.Errorf("%q: told without a mark: %+v", ref, x)
		}
	}
}

// The mark that a page makes of what it shows is the mark of what it would see.
func TestThePageMarksWhatItShows(t *testing.T) {
	r, _ := liveRoom(t)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Owner})
	who := someone("cora", "house")
	for _, lang := range []string{"", "en", "zh"} {
		planned, err := r.d.Plan(t.Context(), who, h, PlanOptions{Lang: lang})
		if err != nil {
			t.Fatal(err)
		}
		if want, err := r.d.Mark(t.Context(), who, h); err != nil || MarkOf(planned) != want {
			t.Errorf("%q: the plan's mark is %q, the case's %q, %v", lang, MarkOf(planned), want, err)
		}
	}
	lines, err := r.d.Lines(t.Context(), who, Filter{}, Page{})
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := r.d.Waiting(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	pending, err := r.d.Pending(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	announced, err := r.d.Announcements(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	got, err := DeskMark(lines.Lines, waiting, pending, announced)
	if want, werr := r.d.Mark(t.Context(), who, ""); err != nil || werr != nil || got != want || len(lines.Lines) == 0 {
		t.Errorf("the desk's mark is %q of %d lines, and would be %q, %v %v", got, len(lines.Lines), want, err, werr)
	}
}
