package tasking

import (
	"strings"
	"testing"
	"time"

	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/sharing"
)

// What cannot be issued is refused with its place, and what is taken by another
// with its number.
func TestDraftsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	ctx, karin := t.Context(), w.who("karin")
	w.issues(order())
	for name, c := range map[string]struct {
		person, platform string
		text             []byte
		kind             fault.Kind
		words            string
	}{
		"no document":               {"karin", "circle", []byte("x: ["), fault.Invalid, "line"},
		"an unknown key":            {"karin", "circle", order("signed-by:", "signed-of:"), fault.Invalid, "signed-of"},
		"acts":                      {"karin", "circle", order("reminders:", "acts: [{id: a, kind: acknowledged, by: acme, at: \"2026-11-23T09:00:00Z\"}]\nreminders:"), fault.Invalid, "acts"},
		"RED":                       {"karin", "circle", order("tlp: AMBER", "tlp: RED"), fault.Invalid, "each by name"},
		"a group that is none":      {"karin", "circle", order("essential-operators", "esential-operators"), fault.Invalid, "esential-operators"},
		"a kind that is none":       {"karin", "circle", order("condition: {en: Who processes register data for an operator}", "kinds: [compny]"), fault.Invalid, "compny"},
		"a member that is none":     {"karin", "circle", order("groups: [essential-operators], words", "members: [dirac], words"), fault.Invalid, "dirac"},
		"a date that is over":       {"karin", "circle", order("2026-12-14", "2026-11-14"), fault.Invalid, "before the directive was issued"},
		"the number of another":     {"karin", "circle", order("so-2026-7", "so-2026-8", "SO 2026/7", "so  2026/7"), fault.Conflict, "another directive of this authority"},
		"the id of another":         {"karin", "circle", order("SO 2026/7", "SO 2026/8"), fault.Conflict, "so-2026-7"},
		"too much":                  {"karin", "circle", append(order(), make([]byte, maxWritten)...), fault.Invalid, "at most"},
		"a member's":                {"ada", "circle", order(), fault.Forbidden, "act for the authority"},
		"an observer's":             {"anton", "circle", order(), fault.Forbidden, "act for the authority"},
		"on a platform that is not": {"karin", "nowhere", order(), fault.NotFound, "no such platform"},
	} {
		_, err := w.Draft(ctx, w.who(c.person), c.platform, c.text, "")
		if err == nil || fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: got %v (%s), want %s with %q", name, err, fault.KindOf(err), c.kind, c.words)
		}
	}

	// A draft that cannot be issued any more says why, and can be mended.
	group, err := w.shared.PutGroup(ctx, karin, sharing.Group{Platform: "circle", Name: "hospitals", Orgs: []string{"castor"}})
	w.must(err)
	d, err := w.Draft(ctx, karin, "circle", order("so-2026-7", "so-2026-8", "SO 2026/7", "SO 2026/8", "essential-operators", "hospitals"), "")
	w.must(err)
	if d.Refused != "" || d.Directive == nil {
		t.Fatalf("refused: %s", d.Refused)
	}
	group.Name = "clinics"
	_, err = w.shared.PutGroup(ctx, karin, group)
	w.must(err)
	d = w.sees("karin", d.ID)
	if !strings.Contains(d.Refused, "hospitals") || d.Directive != nil || len(d.Written) == 0 {
		t.Errorf("it says %q", d.Refused)
	}
	_, err = w.Issue(ctx, karin, d.ID, -1, "")
	w.wants(err, fault.Invalid, "hospitals")
	d, err = w.Redraft(ctx, karin, d.ID, order("so-2026-7", "so-2026-8", "SO 2026/7", "SO 2026/8", "essential-operators", "clinics"), d.Version, "")
	w.must(err)
	if d.Refused != "" {
		t.Errorf("mended, and refused: %s", d.Refused)
	}
	w.must(w.Discard(ctx, karin, d.ID))
	_, err = w.Get(ctx, karin, d.ID, time.Time{})
	w.wants(err, fault.NotFound, "no such directive")
	w.issues(order("so-2026-7", "so-2026-8", "SO 2026/7", "SO 2026/8")) // its number is free again
	rows, err := w.List(ctx, karin, Filter{Platform: "circle", Status: Issued})
	w.must(err)
	if len(rows) != 2 || rows[0].Number != "SO 2026/8" || rows[0].Count["members"] != 4 || rows[0].Due == nil {
		t.Errorf("listed %+v", rows)
	}
	_, err = w.List(ctx, karin, Filter{Status: "over"})
	w.wants(err, fault.Invalid, "over")
	_, err = w.List(ctx, karin, Filter{Platform: "nowhere"})
	w.wants(err, fault.NotFound, "no such platform")
}

// Whose act it is not does not act, and nobody decides on an organisation of
// their own.
func TestActsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	draft, err := w.Draft(ctx, w.who("karin"), "circle", order("so-2026-7", "so-2026-8", "SO 2026/7", "SO 2026/8"), "")
	w.must(err)
	_, err = w.Act(ctx, w.who("karin"), draft.ID, directive.Act{Kind: directive.Closed}, -1, "")
	w.wants(err, fault.Conflict, "not issued yet")
	id := w.issues(order()).ID
	done := w.acts("ada", id, directive.Act{Kind: directive.Completed, Steps: []string{"inventory"}})
	plea := w.acts("cleo", id, directive.Act{Kind: directive.ExceptionAsked, Steps: []string{"move"}, Reason: "It cannot be stopped."})
	own := w.acts("both", id, directive.Act{Kind: directive.Completed, Steps: []string{"confirm"}})
	for _, c := range []struct {
		person string
		act    directive.Act
		kind   fault.Kind
		words  string
	}{
		{"karin", directive.Act{Kind: "obeyed"}, fault.Invalid, "no kind of act"},
		{"ada", directive.Act{Kind: directive.Accepted, Re: done}, fault.Forbidden, "act for the authority"},
		{"karin", directive.Act{Kind: directive.Acknowledged}, fault.Forbidden, "act for a member"},
		{"anton", directive.Act{Kind: directive.Accepted, Re: done}, fault.Forbidden, "act for the authority"},
		{"ada", directive.Act{Kind: directive.Completed, By: "borel"}, fault.Forbidden, "act for that member"},
		{"ada", directive.Act{Kind: directive.Completed, For: []string{"borel"}}, fault.Invalid, "for itself and for its units"},
		{"ben", directive.Act{Kind: directive.Completed, By: "acme"}, fault.Forbidden, "act for that member"},
		{"ben", directive.Act{Kind: directive.Completed, For: []string{"acme"}}, fault.Invalid, "for itself and for its units"},
		{"ada", directive.Act{Kind: directive.Denied, Re: plea, Text: "no"}, fault.Invalid, "no act on record here"},
		{"ada", directive.Act{Kind: directive.Denied, Text: "no"}, fault.Invalid, "re: is missing"},
		{"ada", directive.Act{Kind: directive.Corrected, Re: done, Text: "It was another list.", Evidence: []directive.Item{{Text: "x\x01"}}}, fault.Invalid, "cannot be seen"},
		{"both", directive.Act{Kind: directive.ExceptionGranted, Re: plea, Until: day("2027-03-31"), Measures: "Copies"}, fault.Forbidden, "nobody decides on an organisation of their own"},
		{"both", directive.Act{Kind: directive.ExceptionRefused, Re: plea, Reason: "No."}, fault.Forbidden, "nobody decides on an organisation of their own"},
		{"both", directive.Act{Kind: directive.Accepted, Re: own}, fault.Forbidden, "nobody decides on an organisation of their own"},
		{"both", directive.Act{Kind: directive.Extended, Until: day("2027-02-28"), Steps: []string{"move"}}, fault.Forbidden, "nobody decides on an organisation of their own"},
		{"karin", directive.Act{Kind: directive.ExceptionGranted, Re: plea, Until: day("2027-03-31"), Measures: "Copies", By: "acme"}, fault.Invalid, "no authority of this directive"},
		{"karin", directive.Act{Kind: directive.Extended, Until: day("2026-12-20"), Steps: []string{"move"}}, fault.Invalid, "shorten"},
		{"karin", directive.Act{Kind: directive.Superseded, Directive: "so-2029-1"}, fault.Invalid, "no later directive of this authority"},
		{"karin", directive.Act{Kind: directive.Superseded, Directive: "so-2026-8"}, fault.Invalid, "no later directive of this authority"}, // a draft
	} {
		w.refuses(c.person, id, c.act, c.kind, c.words)
	}
	tired := w.who("karin")
	tired.Fresh = false
	_, err = w.Act(ctx, tired, id, directive.Act{Kind: directive.Closed}, -1, "")
	w.wants(err, fault.Forbidden, "prove once more")

	// A token decides nothing, whatever it may add; and one that may not see is told
	// nothing of what it adds to.
	token := w.who("karin")
	token.Fresh, token.Scopes = false, []string{"see", "add"}
	for _, a := range []directive.Act{{Kind: directive.Accepted, Re: done}, {Kind: directive.ExceptionGranted, Re: plea, Until: day("2027-03-31")}, {Kind: directive.Extended, Until: day("2027-02-28")}} {
		_, err = w.Act(ctx, token, id, a, -1, "")
		w.wants(err, fault.Forbidden, "no token decides")
	}
	_, err = w.Issue(ctx, token, draft.ID, -1, "")
	w.wants(err, fault.Forbidden, "prove once more")
	blind := w.who("ada")
	blind.Fresh, blind.Scopes = false, []string{"add"}
	v, err := w.Act(ctx, blind, id, directive.Act{Kind: directive.Acknowledged}, -1, "")
	w.must(err)
	if v.Number != "SO 2026/7" || v.Title != nil || v.Directive != nil || v.State != nil || len(v.Acts) != 0 || len(v.Duties) != 0 {
		t.Errorf("a token that may not see is told %+v", v)
	}

	// Somebody else of the authority decides, and a correction of such a decision is
	// no way round.
	granted := w.acts("otto", id, directive.Act{Kind: directive.ExceptionGranted, Re: plea, Until: day("2027-03-31"), Measures: "Copies"})
	w.refuses("both", id, directive.Act{Kind: directive.Corrected, Re: granted, Until: day("2028-03-31"), Text: "Longer."}, fault.Forbidden, "nobody decides on an organisation of their own")
	w.acts("both", id, directive.Act{Kind: directive.Accepted, Re: done}) // of acme they decide
	w.acts("both", id, directive.Act{Kind: directive.Progressed, Steps: []string{"move"}, Done: n(1), Total: n(9)})
	if got := w.waiting("both"); strings.Contains(got, "accept confirm borel") || !strings.Contains(got, "to-do inventory borel") {
		t.Errorf("for somebody on both sides waits %q", got)
	}
	if got := w.sees("karin", id).record(granted); got.By != "board" {
		t.Errorf("an exception is granted by %q", got.By)
	}

	// A member denies what the authority did about it, and both stay.
	w.acts("cleo", id, directive.Act{Kind: directive.Denied, Re: granted, Text: "It never reached us."})
	if v := w.sees("karin", id); !strings.HasSuffix(v.kinds(), "denied") {
		t.Errorf("on record: %s", v.kinds())
	}
	// An end that was a slip is taken back, and the directive is in force again.
	closed := w.acts("karin", id, directive.Act{Kind: directive.Closed})
	if w.sees("ada", id).Status != Ended {
		t.Error("closed, and in force")
	}
	w.acts("karin", id, directive.Act{Kind: directive.Corrected, Re: closed, Withdrawn: true, Text: "The wrong one."})
	if w.sees("ada", id).Status != Issued {
		t.Error("in force again, and told as ended")
	}
}
