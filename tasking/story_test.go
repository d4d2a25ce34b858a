package tasking

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"tocsin/directive"
	"tocsin/internal/fault"
)

func write(out io.Writer, all ...any) {
	for _, v := range all {
		raw, err := json.Marshal(v)
		fmt.Fprintf(out, "%s %v\n", raw, err)
	}
}

// A directive from draft to end: what each side does, and what each sees of it.
func TestTheStoryOfADirective(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	d, err := w.Draft(ctx, w.who("karin"), "circle", order(), "k1")
	w.must(err)
	again, err := w.Draft(ctx, w.who("karin"), "circle", order(), "k1")
	w.must(err)
	if d.Status != Drafted || again.ID != d.ID || len(d.Directive.Members) != 4 {
		t.Fatalf("the draft is %+v", d.Row)
	}
	for _, p := range []string{"ada", "cleo", "dora"} {
		_, err := w.Get(ctx, w.who(p), d.ID, time.Time{})
		w.wants(err, fault.NotFound, "no such directive")
	}
	if got := w.waiting("karin"); got != "to-issue" {
		t.Errorf("for the authority waits %q", got)
	}
	tired := w.who("karin")
	tired.Fresh = false
	_, err = w.Issue(ctx, tired, d.ID, d.Version, "")
	w.wants(err, fault.Forbidden, "prove once more")
	v, err := w.Issue(ctx, w.who("karin"), d.ID, d.Version, "k2")
	w.must(err)
	if v.Status != Issued || v.status("acme", "move") != directive.NotStarted || v.status("castor", "move") != directive.NotStarted || v.status("castor", "inventory") != directive.NotAsked {
		t.Fatalf("issued: %+v", v.State.Cells)
	}

	if got := w.waiting("ada"); got != "to-do inventory acme, to-do inventory acme-psirt, to-do move acme, to-do move acme-psirt, acknowledge acme, to-do confirm acme, acknowledge acme-psirt, to-do confirm acme-psirt" {
		t.Errorf("for acme waits %q", got)
	}
	w.acts("ada", v.ID, directive.Act{Kind: directive.Acknowledged, For: []string{"acme", "acme-psirt"}})
	w.acts("cleo", v.ID, directive.Act{Kind: directive.Acknowledged})
	w.acts("ada", v.ID, directive.Act{Kind: directive.Progressed, Steps: []string{"move"}, Done: n(3), Total: n(14)})
	done := w.acts("ada", v.ID, directive.Act{Kind: directive.Completed, Steps: []string{"inventory"}})
	back := w.acts("karin", v.ID, directive.Act{Kind: directive.Returned, Re: done, Reason: "The list is missing."})
	if got := w.waiting("ada"); !strings.Contains(got, "mend inventory acme") {
		t.Errorf("for acme waits %q", got)
	}
	done = w.acts("ada", v.ID, directive.Act{Kind: directive.Completed, Steps: []string{"inventory"}, Evidence: []directive.Item{{As: "list", Text: "14 registers"}}})
	plea := w.acts("cleo", v.ID, directive.Act{Kind: directive.ExceptionAsked, Steps: []string{"move"}, Reason: "The control room cannot be stopped.", Measures: "Copies every night"})
	if got := w.waiting("otto"); !strings.Contains(got, "accept inventory acme") || !strings.Contains(got, "exception move borel") || !strings.Contains(got, "scope castor") {
		t.Errorf("for the authority waits %q", got)
	}
	then := w.clock.Now()
	w.acts("otto", v.ID, directive.Act{Kind: directive.Accepted, Re: done})
	w.acts("otto", v.ID, directive.Act{Kind: directive.ExceptionGranted, Re: plea, Until: day("2027-03-31")})
	w.acts("otto", v.ID, directive.Act{Kind: directive.ScopeDecided, For: []string{"castor"}, Scope: "processors", Result: "in", Reason: "By its own answer."})
	w.acts("otto", v.ID, directive.Act{Kind: directive.Extended, Steps: []string{"move"}, For: []string{"acme"}, Until: day("2027-02-28"), Reason: "A flood."})

	v = w.sees("karin", v.ID)
	for cell, want := range map[[2]string]directive.Status{{"acme", "inventory"}: directive.Done, {"acme", "move"}: directive.InProgress, {"borel", "move"}: directive.Excepted} {
		if got := v.status(cell[0], cell[1]); got != want {
			t.Errorf("%v is %s, want %s", cell, got, want)
		}
	}
	ada := w.sees("ada", v.ID)
	if got := ada.kinds(); got != "acknowledged progressed completed returned completed accepted extended" {
		t.Errorf("acme sees %q", got)
	}
	if len(ada.Directive.Members) != 2 || ada.Count != nil || len(ada.State.Burn) != 0 || len(ada.State.Steps) != 0 || ada.Acts[3].ID != back {
		t.Errorf("acme sees %+v", ada.Row)
	}
	if got := w.sees("ben", v.ID); got.status("acme", "move") != directive.InProgress || len(got.Own) != 2 {
		t.Errorf("the unit sees %+v", got.Row)
	}

	// What was on record then is what is told of then.
	early, err := w.Get(ctx, w.who("karin"), v.ID, then)
	w.must(err)
	late, err := w.Get(ctx, w.who("karin"), v.ID, time.Time{})
	w.must(err)
	if len(early.Acts) >= len(late.Acts) || early.Version != late.Version {
		t.Errorf("then %d acts, now %d", len(early.Acts), len(late.Acts))
	}
	_, err = w.Get(ctx, w.who("karin"), v.ID, w.clock.Now().Add(time.Hour))
	w.wants(err, fault.Invalid, "future")

	// A later directive goes on.
	next := w.issues(order("so-2026-7", "so-2027-1", "SO 2026/7", "SO 2027/1", "reminders:", "supersedes: [{id: so-2026-7}]\nreminders:"))
	w.refuses("karin", next.ID, directive.Act{Kind: directive.Superseded, Directive: "so-2026-7"}, fault.Invalid, "directive")
	w.acts("karin", v.ID, directive.Act{Kind: directive.Superseded, Directive: "so-2027-1"})
	v = w.sees("ada", v.ID)
	if v.Status != Ended || v.End == nil || v.Successor != next.ID {
		t.Errorf("superseded: %+v", v.Row)
	}
	r, err := w.Report(ctx, w.who("anton"), v.ID, time.Time{})
	w.must(err)
	if r.End == nil || r.Members != 4 {
		t.Errorf("the report says %+v", r)
	}
	_, err = w.Report(ctx, w.who("ada"), v.ID, time.Time{})
	w.wants(err, fault.Forbidden, "authority")
	w.refuses("ada", v.ID, directive.Act{Kind: directive.Completed, Steps: []string{"move"}}, fault.Invalid, "superseded")

	whole, err := w.File(ctx, w.who("karin"), v.ID)
	w.must(err)
	raw, err := whole.YAML()
	w.must(err)
	if _, err := directive.Parse("export", raw); err != nil || len(whole.Acts) != 12 {
		t.Errorf("the export has %d acts: %v", len(whole.Acts), err)
	}
	own, err := w.File(ctx, w.who("ada"), v.ID)
	w.must(err)
	raw, err = own.JSON()
	w.must(err)
	if _, err := directive.Parse("export", raw); err != nil || strings.Contains(string(raw), "borel") || strings.Contains(string(raw), "Castor") {
		t.Errorf("the own side: %v\n%s", err, raw)
	}
}
