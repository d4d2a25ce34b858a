package tasking

import (
	"strings"
	"testing"
	"time"

	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/internal/testkit/house"
	"tocsin/partner"
)

// found lists the words of a list that stand in a text.
func found(text string, words ...string) []string {
	var out []string
	for _, word := range words {
		if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
			out = append(out, word)
		}
	}
	return out
}

// words are those of the directive itself, its authority's acts included.
var words = []string{"register", "secret", "State Data Act", "The list", "because-of-a-flood", "Varn", "measured-so", "so-2026-7", "processors"}

// others are the members beside acme, and what they wrote.
var others = []string{"borel", "castor", "control-room-of-b", "cleo", "carl"}

// lively is a directive on which everybody has acted.
func (w *world) lively() string {
	w.Helper()
	v := w.issues(order())
	w.acts("ada", v.ID, directive.Act{Kind: directive.Acknowledged, For: []string{"acme", "acme-psirt"}})
	w.acts("cleo", v.ID, directive.Act{Kind: directive.Acknowledged})
	done := w.acts("ada", v.ID, directive.Act{Kind: directive.Completed, Steps: []string{"inventory"}, Evidence: []directive.Item{{As: "list", Text: "own-words"}}})
	theirs := w.acts("cleo", v.ID, directive.Act{Kind: directive.ExceptionAsked, Steps: []string{"move"}, Reason: "control-room-of-b", Measures: "measured-by-b"})
	w.acts("karin", v.ID, directive.Act{Kind: directive.ExceptionGranted, Re: theirs, Until: day("2027-03-31"), Reason: "because-of-a-flood at b"})
	w.acts("karin", v.ID, directive.Act{Kind: directive.Returned, Re: done, Reason: "because-of-a-flood the list is wet"})
	plea := w.acts("ada", v.ID, directive.Act{Kind: directive.ExceptionAsked, Steps: []string{"confirm"}, Reason: "own-words", Measures: "own-measures"})
	w.acts("karin", v.ID, directive.Act{Kind: directive.ExceptionGranted, Re: plea, Until: day("2027-03-31"), Measures: "measured-so"})
	all := w.acts("karin", v.ID, directive.Act{Kind: directive.Extended, Steps: []string{"inventory"}, Until: day("2026-12-20"), Reason: "because-of-a-flood"})
	w.acts("karin", v.ID, directive.Act{Kind: directive.Reminded, For: []string{"acme", "borel"}, Steps: []string{"move"}, Text: "because-of-a-flood"})
	w.acts("cleo", v.ID, directive.Act{Kind: directive.Denied, Re: all, Text: "control-room-of-b was never told"})
	w.acts("karin", v.ID, directive.Act{Kind: directive.ScopeDecided, For: []string{"castor"}, Scope: "processors", Result: "in", Reason: "because-of-a-flood"})
	w.acts("carl", v.ID, directive.Act{Kind: directive.Progressed, Steps: []string{"move"}, Done: n(1), Total: n(2)})
	return v.ID
}

// No road tells a member of another: not the names, not the acts, not the figures.
func TestAMemberSeesItsOwnSideAlone(t *testing.T) {
	w := newWorld(t)
	id := w.lively()
	if got := found(w.everything("ada", id), others...); len(got) != 0 {
		t.Errorf("acme finds %q", got)
	}
	if got := found(w.everything("ben", id), others...); len(got) != 0 {
		t.Errorf("the unit of acme finds %q", got)
	}
	// Controls: the authority finds them, and acme its own.
	if got := found(w.everything("karin", id), others[:3]...); len(got) != 3 {
		t.Errorf("the authority finds only %q", got)
	}
	if got := found(w.everything("ada", id), append([]string{"own-words", "own-measures"}, words...)...); len(got) != len(words)+2 {
		t.Errorf("acme finds only %q", got)
	}

	// Nor where the scope names members, and the act is about several of them.
	named := w.issues(order("so-2026-7", "so-2026-8", "SO 2026/7", "SO 2026/8", "groups: [essential-operators], words", "members: [acme, borel], units: true, words",
		"all: true, except: [{groups: [essential-operators]}]", "members: [castor]", "asks: [{of: [operators], modality: must}]\n    due: {value: \"2026-12-14\"", "asks: [{of: [others], modality: must}]\n    due: {value: \"2026-12-14\""))
	w.acts("karin", named.ID, directive.Act{Kind: directive.Extended, For: []string{"acme", "borel"}, Steps: []string{"move"}, Until: day("2027-02-28")})
	if got := found(w.everything("ada", named.ID), others...); len(got) != 0 {
		t.Errorf("acme finds %q", got)
	}
	if v := w.sees("ada", named.ID); v.status("acme", "move") != directive.NotStarted || v.Directive.Step("inventory") != nil || v.Sealed != nil || v.Acts[0].Sealed != nil {
		t.Errorf("acme sees %+v", v.Row)
	}
	if v := w.sees("carl", named.ID); v.Directive.Step("inventory") == nil {
		t.Error("castor does not see the step that is asked of it alone")
	}
	if v := w.sees("ada", id); v.Sealed == nil || strings.Contains(string(v.Sealed), "borel") {
		t.Error("the words as they were committed to are not the member's to check, or name others")
	}
	_, err := w.Act(t.Context(), w.who("ada"), id, directive.Act{Kind: directive.Acknowledged, For: []string{"borel"}}, -1, "")
	_, none := w.Act(t.Context(), w.who("ada"), id, directive.Act{Kind: directive.Acknowledged, For: []string{"nobody"}}, -1, "")
	if strings.ReplaceAll(err.Error(), "borel", "nobody") != none.Error() {
		t.Errorf("who is in it can be asked for: %v, and %v", err, none)
	}
	version := w.sees("ada", id).Version
	w.acts("cleo", id, directive.Act{Kind: directive.Progressed, Steps: []string{"move"}, Done: n(1), Total: n(2)})
	if got := w.sees("ada", id).Version; got != version {
		t.Errorf("the version tells of another's act: %d, %d", version, got)
	}
}

// While a member is suspended it receives nothing above its ceiling, and can still
// do what it must.
func TestASuspendedMemberReadsNoWordsAndStillMeetsItsDuties(t *testing.T) {
	w := newWorld(t)
	id := w.lively()
	w.suspended("acme")
	for _, p := range []string{"ada", "ben"} {
		text := w.everything(p, id)
		if got := found(text, append(words, others...)...); len(got) != 0 {
			t.Errorf("%s finds %q in %s", p, got, text)
		}
		if got := found(text, "SO 2026/7", "Sundmark Office", "inventory", "own-words", "2026-12-20", "must"); len(got) != 6 {
			t.Errorf("%s finds only %q of what is still told", p, got)
		}
	}
	v := w.sees("ada", id)
	if !v.Withheld || v.Directive != nil || v.State != nil || v.Title != nil || len(v.Duties) != 6 || v.Duties[0].Kind != "inventory" || v.Duties[0].Due == nil || v.kinds() != "acknowledged completed returned exception-asked exception-granted extended reminded" {
		t.Errorf("acme sees %+v, %s", v.Row, v.kinds())
	}
	_, err := w.File(t.Context(), w.who("ada"), id)
	w.wants(err, fault.Suspended, "above what is shared with you")

	done := w.acts("ada", id, directive.Act{Kind: directive.Completed, Steps: []string{"inventory"}, Evidence: []directive.Item{{Text: "the list, again"}}})
	w.acts("ada", id, directive.Act{Kind: directive.ExceptionAsked, Steps: []string{"move"}, Reason: "we are cut off"})
	w.acts("ada", id, directive.Act{Kind: directive.Acknowledged})
	if v := w.sees("karin", id); v.status("acme", "inventory") != directive.Claimed || v.record(done) == nil {
		t.Error("what a suspended member reports does not count")
	}
	_, err = w.Act(t.Context(), w.who("ada"), id, directive.Act{Kind: directive.Completed, Steps: []string{"elsewhere"}}, -1, "")
	w.wants(err, fault.Invalid, "no step that is asked of you")
	if !strings.Contains(w.waiting("ada"), "to-do move acme") {
		t.Errorf("for acme waits %q", w.waiting("ada"))
	}
	// A directive that reaches it while it is suspended is there all the same.
	second := w.issues(order("so-2026-7", "so-2026-8", "SO 2026/7", "SO 2026/8"))
	w.acts("ada", second.ID, directive.Act{Kind: directive.Acknowledged})
	if got := w.everything("ada", second.ID); len(found(got, "register", "so-2026-8")) != 0 {
		t.Errorf("acme finds %s", got)
	}
	// What lies under the ceiling is read.
	open := w.issues(order("so-2026-7", "so-2026-9", "SO 2026/7", "SO 2026/9", "tlp: AMBER", "tlp: CLEAR"))
	if v := w.sees("ada", open.ID); v.Withheld || v.Directive == nil {
		t.Error("what everybody may read is withheld")
	}

	// Control: with the ceiling taken away the same look finds the words.
	p := house.Circle()
	p.Terms.Ceilings[partner.Suspended] = partner.Ceiling{TLP: "AMBER", Clause: "s. 5"}
	_, version, err := w.circles.Platform(t.Context(), "circle")
	w.must(err)
	admin := w.who("karin")
	admin.Person, admin.Platform = "ines", []partner.Role{partner.Administrator}
	w.must(w.circles.PutPlatform(t.Context(), admin, p, version))
	if got := found(w.everything("ada", id), words...); len(got) != len(words) {
		t.Errorf("without the ceiling acme finds only %q", got)
	}
}

// record finds an act that a view shows.
func (v *View) record(id string) *Kept {
	for i := range v.Acts {
		if v.Acts[i].ID == id {
			return &v.Acts[i]
		}
	}
	return nil
}

// Who has nothing to do with a directive cannot tell it from one that is not there.
func TestWhatIsNotTheirsIsNotThere(t *testing.T) {
	w := newWorld(t)
	id := w.issues(order("all: true, except: [{groups: [essential-operators]}]", "members: [borel]")).ID
	ctx := t.Context()
	draft, err := w.Draft(ctx, w.who("karin"), "circle", order("so-2026-7", "so-2026-8", "SO 2026/7", "SO 2026/8"), "")
	w.must(err)
	for _, p := range []string{"dora", "carl"} {
		if p == "carl" { // castor may be reached by a condition that nobody has decided
			w.sees("carl", id)
			continue
		}
		who := w.who(p)
		for name, ask := range map[string]func(id string) error{
			"get":    func(id string) error { _, err := w.Get(ctx, who, id, time.Time{}); return err },
			"file":   func(id string) error { _, err := w.File(ctx, who, id); return err },
			"report": func(id string) error { _, err := w.Report(ctx, who, id, time.Time{}); return err },
			"act": func(id string) error {
				_, err := w.Act(ctx, who, id, directive.Act{Kind: directive.Acknowledged}, -1, "")
				return err
			},
			"issue":   func(id string) error { _, err := w.Issue(ctx, who, id, -1, ""); return err },
			"redraft": func(id string) error { _, err := w.Redraft(ctx, who, id, order(), -1, ""); return err },
			"discard": func(id string) error { return w.Discard(ctx, who, id) },
		} {
			before := w.store.Calls()
			none := ask("nothing-here")
			cost := w.store.Calls() - before
			for _, there := range []string{id, draft.ID} {
				before = w.store.Calls()
				err := ask(there)
				if got := w.store.Calls() - before; err == nil || none == nil || err.Error() != none.Error() || fault.KindOf(err) != fault.NotFound || got != cost {
					t.Errorf("%s, %s: %v in %d statements; of what is not there %v in %d", p, name, err, got, none, cost)
				}
			}
		}
		_, err := w.Draft(ctx, who, "circle", order(), "")
		_, none := w.Draft(ctx, who, "nowhere", order(), "")
		if err == nil || err.Error() != none.Error() {
			t.Errorf("%s: %v, and %v", p, err, none)
		}
		if rows, err := w.List(ctx, who, Filter{}); err != nil || len(rows) != 0 {
			t.Errorf("%s lists %v, %v", p, rows, err)
		}
	}
	// Who has left the platform finds nothing any more.
	w.partners("carl", "castor", "partner-left reason=over")
	_, err = w.Get(ctx, w.who("carl"), id, time.Time{})
	w.wants(err, fault.NotFound, "no such directive")
	token := w.who("karin")
	token.Scopes = []string{"see"}
	_, err = w.Draft(ctx, token, "circle", order(), "")
	w.wants(err, fault.Forbidden, "scope add")
}
