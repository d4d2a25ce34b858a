package webui

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tocsin/directive"
	"tocsin/tasking"
)

// A member reads its own side alone: no page tells who else is in a directive, and
// what they said. The control: the authority reads all of it.
func TestAMemberSeesNothingOfOthers(t *testing.T) {
	o := theOrders()
	h := o.site(t)
	base := "/directives/" + o.ids["main"]
	for who, secrets := range map[string][]string{
		"ada": {"Ferrum", "Borel", "900", "By its own answer"}, "ben": {"Ferrum", "Borel", "900"}, "fay": {"Acme", "Borel", "14 registers", "The pumps"}, "cleo": {"Acme", "Ferrum", "14 registers", "900"},
	} {
		for _, path := range []string{"/directives", base, base + "?acts=all&show=all&of=move", base + "/do?kind=progressed&step=move", base + "/do?kind=denied", base + "/do?kind=corrected", base + "/file", base + "/file?format=json", base + "/report", base + "/burndown.svg"} {
			page := ask(t, h, who, "en", path, nil).Body.String()
			for _, secret := range secrets {
				if strings.Contains(page, secret) {
					t.Errorf("%s reads %q on %s", who, secret, path)
				}
			}
			if strings.Contains(page, `class="bd`) {
				t.Errorf("%s sees the burn-down of all on %s", who, path)
			}
		}
	}
	for _, who := range []string{"karin", "anton"} {
		page := body(t, h, who, "en", base+"?acts=all&show=all")
		for _, want := range []string{"Ferrum", "Borel", "14 registers", "The pumps", "1 of 900", `class="bd`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not read %q", who, want)
			}
		}
	}
}

// While a member is suspended it reads no words of a directive above its ceiling, on
// any page; it reads what is asked of it by when, with the ceiling and its clause,
// and can still do all of it. The control: a directive within the ceiling is read.
func TestASuspendedMemberStillSeesAndDoesWhatItOwes(t *testing.T) {
	o := newOrders()
	h := o.site(t)
	base := "/directives/" + o.ids["main"]
	words := []string{"register", "Register", "State Data Act", "Die Behörde kann anordnen", "Members of the circle", "Varn"}
	for _, path := range []string{"/directives", base, base + "/do?kind=progressed&step=move", base + "/do?kind=exception-asked", base + "/do?kind=denied", base + "/file", base + "/report"} {
		page := ask(t, h, "cleo", "en", path, nil).Body.String()
		for _, secret := range words {
			if path != "/directives" && strings.Contains(page, secret) || path == "/directives" && strings.Contains(page, secret) && secret != "register" && secret != "Register" {
				t.Errorf("suspended, they read %q on %s", secret, path)
			}
		}
	}
	page := body(t, h, "cleo", "en", base)
	for _, want := range []string{"SO 2026/7", "withheld from you", "still applies to you", ":CLEAR", "s. 5(2)", "Sun 31 Jan 2027, 24:00", "take inventory", "Acknowledge receipt", `kind=exception-asked`} {
		if !strings.Contains(page, want) {
			t.Errorf("suspended, they do not read %q", want)
		}
	}
	if strings.Contains(page, base+"/file") {
		t.Error("suspended, they are offered the document")
	}
	seeOther(t, h, "cleo", base+"/do?kind=acknowledged", url.Values{"text": {"Read."}}, base)
	seeOther(t, h, "cleo", base+"/do?kind=completed&step=inventory", url.Values{"item-text-0": {"Our list"}}, base)
	if got := o.sees("karin", "main").State.Cells[slices.IndexFunc(o.sees("karin", "main").State.Cells, func(c directive.Cell) bool { return c.Member == "borel" && c.Step == "inventory" })]; got.Status != directive.Claimed || !got.Acknowledged {
		t.Errorf("what they did is not on record: %s", got.Status)
	}
	if page := body(t, h, "cleo", "en", "/directives/"+o.ids["closed"]); !strings.Contains(page, "State Data Act") || strings.Contains(page, "withheld from you") {
		t.Error("a directive within the ceiling is withheld")
	}
}

// The next step is the only primary button: first the receipt, then what is due
// next; what came back says why.
func TestTheNextStepComesFirst(t *testing.T) {
	o := newOrders()
	h := o.site(t)
	base := "/directives/" + o.ids["main"]
	for who, want := range map[string]string{"cleo": "kind=acknowledged", "fay": "kind=completed&amp;member=ferrum&amp;step=inventory", "karin": "kind=exception-granted&amp;re=" + o.ids["plea"]} {
		page := body(t, h, who, "en", base)
		if n := strings.Count(page, "btn-primary"); n != 1 {
			t.Errorf("%s has %d primary buttons", who, n)
		}
		if !strings.Contains(page, `class="btn btn-primary" href="`+base+"/do?"+want) {
			t.Errorf("%s is not led to %s", who, want)
		}
	}
	if page := body(t, h, "fay", "en", base); !strings.Contains(page, "The list of Ferrum is missing.") {
		t.Error("why it came back is not said")
	}
	for who, n := range map[string]int{"karin": 1, "ada": 1, "anton": 0} {
		if page := body(t, h, who, "en", "/directives"); strings.Count(page, "btn-primary") != n {
			t.Errorf("%s has %d primary buttons in the list", who, strings.Count(page, "btn-primary"))
		}
	}
}

// What was typed stays after an error, which is said beside its field; the same form
// sent twice acts once, and one made on older knowledge is refused.
func TestADirectiveFormKeepsWhatWasTyped(t *testing.T) {
	o := newOrders()
	h := o.site(t)
	base := "/directives/" + o.ids["main"]
	path := base + "/do?kind=progressed&step=move&member=acme"
	form := url.Values{"by": {"acme"}, "for": {"acme"}, "done": {"20"}, "total": {"14"}, "text": {"typed words"}, "as-of": {"2026-11-23T09:05"}, "key": {"k-1"}}
	w := ask(t, h, "ada", "de", path, form)
	for _, want := range []string{"typed words", `value="20"`, `id="f-done-error"`, "mehr, als es gibt", `value="2026-11-23T09:05"`} {
		if w.Code != 422 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d: %q is lost", w.Code, want)
		}
	}
	form.Set("done", "7")
	form.Set("seen", "1")
	if w := ask(t, h, "ada", "en", path, form); w.Code != 422 || !strings.Contains(w.Body.String(), "has moved on") || !strings.Contains(w.Body.String(), "typed words") {
		t.Errorf("an older view: %d", w.Code)
	}
	form.Del("seen")
	form.Del("as-of")
	before := o.sees("ada", "main").Version
	seeOther(t, h, "ada", path, form, base)
	seeOther(t, h, "ada", path, form, base)
	if after := o.sees("ada", "main").Version; after != before+1 {
		t.Errorf("sent twice, it is on record %d times", after-before)
	}
	// What the directive itself forbids is said beside the field, too.
	path = base + "/do?kind=exception-granted&re=" + o.ids["plea"]
	if w := ask(t, h, "karin", "en", path, url.Values{"until": {"2029-01-01"}, "reason": {"typed reason"}}); w.Code != 422 || !strings.Contains(w.Body.String(), `id="f-until-error"`) || !strings.Contains(w.Body.String(), "typed reason") {
		t.Errorf("beyond what is allowed: %d", w.Code)
	}
	if w := ask(t, h, "karin", "de", path, url.Values{"until": {"2029-01-01"}}); !strings.Contains(w.Body.String(), "keine über Fr, 31. März 2028 hinaus") {
		t.Error("what the directive allows is not said in the reader’s language")
	}
	seeOther(t, h, "karin", path, url.Values{"until": {"2027-05-31"}}, base)
	if page := body(t, h, "ada", "en", base); !strings.Contains(page, "Mon 31 May 2027, 24:00") {
		t.Error("the member does not see until when it is excepted")
	}
	// Whose act it is not gets the same answer from form and act.
	for who, kind := range map[string]string{"ada": "accepted", "karin": "progressed", "anton": "reminded", "anne": "acknowledged"} {
		if w := ask(t, h, who, "en", base+"/do?kind="+kind, url.Values{"text": {"x"}}); w.Code != 403 {
			t.Errorf("%s, %s: %d", who, kind, w.Code)
		}
	}
}

// Every kind of act has a form with what it needs, and every form that the pages
// offer is done by it.
func TestEveryKindOfActHasAForm(t *testing.T) {
	for _, k := range directive.Kinds() {
		if len(fieldsOfKind[k]) == 0 {
			t.Errorf("%s has no form", k)
		}
		for _, name := range needed[k] {
			if !slices.Contains(fieldsOfKind[k], name) {
				t.Errorf("%s needs %s, for which it has no field", k, name)
			}
		}
	}
	o := newOrders()
	h := o.site(t)
	base := "/directives/" + o.ids["main"]
	does := func(who, kind, rest string, form url.Values) {
		t.Helper()
		before := o.sees("karin", "main").Version
		seeOther(t, h, who, base+"/do?kind="+kind+rest, form, base)
		v := o.sees("karin", "main")
		if last := v.Acts[len(v.Acts)-1]; v.Version != before+1 || string(last.Kind) != kind {
			t.Errorf("%s: %s is on record", kind, last.Kind)
		} else {
			o.ids[kind] = last.ID
		}
	}
	acme := url.Values{"by": {"acme"}, "for": {"acme"}}
	with := func(pairs ...string) url.Values {
		out := url.Values{}
		for k, v := range acme {
			out[k] = v
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			out.Add(pairs[i], pairs[i+1])
		}
		return out
	}
	does("cleo", "acknowledged", "", url.Values{})
	does("ada", "evidence-given", "&step=inventory", with("item-text-0", "Second edition", "item-digest-0", "sha256:77"))
	does("karin", "accepted", "&re="+o.ids["done"], url.Values{"text": {"Thank you."}})
	does("karin", "exception-refused", "&re="+o.ids["plea"], url.Values{"reason": {"Not in winter."}})
	does("ada", "exception-asked", "", with("steps", "move", "reason", "Still.", "measures", "Copies", "until", "2027-04-30"))
	does("karin", "extended", "", url.Values{"for": {"ferrum"}, "steps": {"move"}, "until": {"2027-02-10"}, "reason": {"A flood."}})
	does("karin", "reminded", "", url.Values{"steps": {"move"}})
	does("karin", "scope-decided", "", url.Values{"for": {"acme"}, "result": {"out"}, "reason": {"It holds none."}})
	does("fay", "completed", "&step=inventory", url.Values{"item-text-0": {"Here it is"}})
	does("karin", "returned", "&re="+o.ids["completed"], url.Values{"reason": {"Half of it."}})
	does("ada", "progressed", "&step=move", with("done", "5", "total", "14"))
	does("ada", "corrected", "&re="+o.ids["progressed"], url.Values{"mend": {"values"}, "done": {"4"}, "total": {"14"}, "text": {"One was only copied."}})
	does("karin", "denied", "&re="+o.ids["corrected"], nil2(t, h, base, o.ids["progressed"]))
	if v := o.sees("karin", "main"); v.Acts[len(v.Acts)-1].Re != o.ids["progressed"] {
		t.Error("the denial is about another act")
	}
}

// nil2 is the form of a denial of an act that can be denied.
func nil2(t *testing.T, h http.Handler, base, act string) url.Values {
	t.Helper()
	if page := body(t, h, "karin", "en", base+"/do?kind=denied"); !strings.Contains(page, `value="`+act+`"`) {
		t.Error("the act is not offered to be denied")
	}
	return url.Values{"re": {act}, "text": {"It was not so."}}
}

// A directive that ends for everybody wants a fresh sign-in and a confirmation, and
// what was typed outlives both.
func TestClosingWantsAFreshSignIn(t *testing.T) {
	o := newOrders()
	base := "/directives/" + o.ids["main"]
	stale := o.site(t, func(f *fake) { f.fresh["karin"] = false })
	form := url.Values{"reason": {"typed reason"}, "directive": {"so-2027-2"}}
	if w := ask(t, stale, "karin", "en", base+"/do?kind=closed", form); w.Code != 403 || !strings.Contains(w.Body.String(), "typed reason") || !strings.Contains(w.Body.String(), `id="step-kept"`) {
		t.Errorf("the step-up loses the form: %d", w.Code)
	}
	h := o.site(t)
	if w := ask(t, h, "karin", "en", base+"/do?kind=closed", form); w.Code != 422 || !strings.Contains(w.Body.String(), "typed reason") {
		t.Errorf("closed without a confirmation: %d", w.Code)
	}
	form.Set("understood", "on")
	seeOther(t, h, "karin", base+"/do?kind=closed", form, base)
	if v := o.sees("ada", "main"); v.Status != tasking.Ended {
		t.Fatal(v.Status)
	}
	page := body(t, h, "ada", "en", base)
	if !strings.Contains(page, "Closed on") || strings.Contains(page, "btn-primary") {
		t.Error("a member is still asked for something after the end")
	}
	report := body(t, h, "karin", "en", base+"/report")
	for _, want := range []string{"Closing report", "not reported done when the directive ended", "SO 2027/2", "and nothing more"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
}

// Nobody is ever told that they missed anything or are in breach.
func TestDirectivesNeverJudge(t *testing.T) {
	o := theOrders()
	h := o.site(t)
	for _, who := range []string{"karin", "ada", "cleo", "fay"} {
		for _, rest := range []string{"", "?show=past&acts=all", "/report"} {
			page := strings.ToLower(ask(t, h, who, "en", "/directives/"+o.ids["main"]+rest, nil).Body.String())
			for _, word := range []string{"missed", "breach", "guilty", "violat", "fail", "overdue<"} {
				if strings.Contains(page, word) {
					t.Errorf("%s reads %q on %s", who, word, rest)
				}
			}
		}
	}
	if page := body(t, h, "karin", "en", "/directives/"+o.ids["main"]+"?show=past"); !strings.Contains(page, "date passed, no report of completion received") {
		t.Error("what is past is not said at all")
	}
}

// What many members leave open in one step is one line, so that a thousand of them
// do not hide what somebody asks for; a line of one member leads to that member.
func TestManyThatAreLateAreOneLine(t *testing.T) {
	var all []waitRow
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		all = append(all, waitRow{Wait: tasking.Wait{What: tasking.PastDue, Directive: "x", Step: "move", Member: name, Name: name}, Href: "/directives/x"})
	}
	all = append(all, waitRow{Wait: tasking.Wait{What: tasking.Exception, Directive: "x", Step: "move", Member: "a", Name: "a"}}, waitRow{Wait: tasking.Wait{What: tasking.PastDue, Directive: "x", Step: "list", Member: "a", Name: "a"}, Href: "/directives/x", Do: "of a"})
	got := gatheredWaits(all)
	if len(got) != 3 || strings.Join(got[0].Names, "") != "abcd" || got[0].More != 2 || got[0].Do != "/directives/x/do?kind=reminded&step=move" || got[2].Do != "of a" {
		t.Errorf("%d lines: %+v", len(got), got)
	}
	o := theOrders()
	if page := body(t, o.site(t), "karin", "en", "/directives"); strings.Count(page, "no report of completion was received") != 1 || !strings.Contains(page, "Acme PSIRT, Borel Énergie, Ferrum Controls") {
		t.Error("the list has a line for each")
	}
}
