package webui

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/sharing"
)

// The desk tells how many notices wait for a word; once it is given, at once no
// more. The authority sees who has given it, and is offered a reminder for who could
// have; of whoever cannot read it, nothing is overdue.
func TestAWordIsGivenOnThePage(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	waits := func(who, want string) {
		t.Helper()
		if page := ask(t, h, who, "en", "/desk", nil).Body.String(); strings.Contains(page, "for your word") != (want != "") || !strings.Contains(page, want) {
			t.Errorf("the desk of %s does not say %q", who, want)
		}
	}
	waits("ada", "2 notices wait for your word")
	waits("cleo", "1 notice waits for your word")
	waits("karin", "")
	path := "/shared/" + c.items["overdue"]
	if w := ask(t, h, "anne", "en", path, nil).Body.String(); strings.Contains(w, "/acknowledge") || !strings.Contains(w, "somebody who acts for your organisation") {
		t.Error("who only reads is given the button")
	}
	action, f := "", url.Values{"words-said": {"We are on it."}}
	if w := ask(t, h, "ada", "en", path, nil).Body.String(); strings.Contains(w, "/acknowledge") {
		action = path + "/acknowledge"
	}
	if w := ask(t, h, "ada", "en", action, f); w.Code != 303 {
		t.Fatalf("the word: %d\n%s", w.Code, w.Body)
	}
	waits("ada", "1 notice waits for your word")
	page := ask(t, h, "karin", "en", path, nil).Body.String()
	for _, want := range []string{"We are on it.", "after the time", "All have acknowledged", "cannot read it as it stands now"} {
		if !strings.Contains(page, want) {
			t.Errorf("the authority does not see %q", want)
		}
	}
	if strings.Contains(page, "The word is overdue") {
		t.Error("the word of a member that cannot read it is called overdue")
	}
	// Of another that nobody has acknowledged, the time passes.
	c.clock.Pass(24 * time.Hour)
	page = ask(t, h, "karin", "en", "/shared/"+c.items["notice"], nil).Body.String()
	i := strings.Index(page, "/do?act=partner-reminded")
	if i < 0 || strings.Count(page, "The word is overdue") != 3 || !strings.Contains(page, "3 members have not acknowledged yet") {
		t.Fatalf("of three that can read it, as many are not overdue: %d", strings.Count(page, "The word is overdue"))
	}
	if link := page[i : i+strings.IndexByte(page[i:], '"')]; strings.Contains(link, "Pump") {
		t.Errorf("the address of a reminder tells what it is about: %s", link)
	}
	for _, who := range []string{"ada", "cleo"} {
		if page := ask(t, h, who, "en", "/shared/"+c.items["notice"], nil).Body.String(); strings.Contains(page, "Who has acknowledged") || strings.Contains(page, "Ferrum") {
			t.Errorf("%s is told who else has it", who)
		}
	}
}

// Before it sends, the authority sees by name who receives it and who does not, and
// why; a member is not told who the others are. Nobody reaches more people than they
// meant.
func TestWhoWillReceiveThis(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	f := url.Values{"title-en": {"x"}, "text-en": {"y"}, "tlp": {"AMBER"}, "whom": {"all"}}
	path := "/shared/new?platform=circle&kind=report"
	page := ask(t, h, "karin", "en", path, f).Body.String()
	reached, not, _ := strings.Cut(page[strings.Index(page, "Who will receive this"):strings.Index(page, "Share it")], "do not, because of their ceiling")
	for _, want := range []string{"2 organisations", "4 people", "Acme Networks GmbH", "Ferrum Controls"} {
		if !strings.Contains(reached, want) {
			t.Errorf("reached: no %q", want)
		}
	}
	for _, want := range []string{"Borel Énergie", "Suspended", "CLEAR", "s. 5(2)", "Delta Works"} {
		if !strings.Contains(not, want) {
			t.Errorf("not reached: no %q", want)
		}
	}
	page = ask(t, h, "ada", "en", path, f).Body.String()
	for _, name := range []string{"Borel", "Ferrum", "Delta", "2 organisations", "4 people"} {
		if strings.Contains(page, name) {
			t.Errorf("a member is told of %s", name)
		}
	}
	if !strings.Contains(page, "The authority always receives it") {
		t.Error("the preview of a member is not there")
	}
	f["to"] = []string{"ferrum"}
	if w := ask(t, h, "karin", "en", path, f); w.Code != 422 || !strings.Contains(w.Body.String(), "Say which of the two you mean") {
		t.Errorf("ticked an organisation and said all: %d", w.Code)
	}
	f.Set("whom", "chosen")
	if w := ask(t, h, "karin", "en", path, f); w.Code != 200 || !strings.Contains(w.Body.String(), "1 organisation<") {
		t.Errorf("for one by name: %d", w.Code)
	}
	f.Set("tlp", "RED")
	f["person"] = []string{"fay"}
	if w := ask(t, h, "karin", "en", path, f); w.Code != 200 || !strings.Contains(w.Body.String(), "none of them would receive it") {
		t.Errorf("RED above every ceiling: %d", w.Code)
	}
}

// A correction is made on the version that was seen; both versions are on record,
// and the difference is said. Withdrawing needs a reason.
func TestACorrectionAndAWithdrawal(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	base := "/shared/" + c.items["amber"]
	_, f := sentBy(t, ask(t, h, "karin", "en", base+"/correct", nil).Body.String(), "preview")
	if f.Get("title-en") != "What we know of the pump" || f.Get("tlp") != "AMBER" || f.Get("whom") != "all" || !strings.Contains(f.Get("purls"), "pump@1.2") {
		t.Errorf("the form does not hold what stands: %v", f)
	}
	f.Set("text-en", "For members alone, and shorter.")
	f.Set("tlp", "GREEN")
	stale := url.Values{}
	for k, x := range f {
		stale[k] = slices.Clone(x)
	}
	action, f := sentBy(t, ask(t, h, "karin", "en", base+"/correct", f).Body.String(), "send")
	if w := ask(t, h, "karin", "en", action, f); w.Code != 303 {
		t.Fatalf("the correction: %d\n%s", w.Code, w.Body)
	}
	stale.Set("do", "send")
	stale.Set("key", "another")
	if w := ask(t, h, "otto", "en", base+"/correct", stale); w.Code != 422 || !strings.Contains(w.Body.String(), "corrected meanwhile") || !strings.Contains(w.Body.String(), "and shorter") {
		t.Errorf("on a version that is not the newest: %d", w.Code)
	}
	page := ask(t, h, "ada", "en", base, nil).Body.String()
	for _, want := range []string{"What is otherwise than in version 1", "<del class=\"shared-text\">AMBER</del>", "For members alone.</del>", "Version 2", base + "?version=1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if w := ask(t, h, "karin", "en", base+"/withdraw", url.Values{"reason": {""}}); w.Code != 422 {
		t.Errorf("without a reason: %d", w.Code)
	}
	if w := ask(t, h, "ada", "en", base+"/withdraw", url.Values{"reason": {"x"}}); w.Code != 403 {
		t.Errorf("somebody else's: %d", w.Code)
	}
	if w := ask(t, h, "karin", "en", base+"/withdraw", url.Values{"reason": {"It was wrong."}}); w.Code != 303 {
		t.Errorf("with one: %d", w.Code)
	}
	if page := ask(t, h, "ada", "en", base, nil).Body.String(); !strings.Contains(page, "It was wrong.") || !strings.Contains(page, "Withdrawn") {
		t.Error("a reader is not told")
	}
}

// The authority makes, changes and dissolves groups on a page; two who do so at once
// do not overwrite one another.
func TestGroupsAreMadeOnAPage(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	if w := ask(t, h, "karin", "en", "/partners/groups", url.Values{"platform": {"circle"}, "name": {"Water"}, "org": {"ferrum", "acme-psirt"}, "do": {"put"}}); w.Code != 303 {
		t.Fatalf("making: %d\n%s", w.Code, w.Body)
	}
	find := func() sharing.Group {
		t.Helper()
		all := must(c.round.Groups(context.Background(), c.reader("karin"), "circle"))
		return all[slices.IndexFunc(all, func(g sharing.Group) bool { return strings.HasPrefix(g.Name, "Water") })]
	}
	g := find()
	f := url.Values{"platform": {"circle"}, "group": {g.ID}, "version": {"1"}, "name": {"Water and waste"}, "org": {"ferrum"}, "do": {"put"}}
	if w := ask(t, h, "otto", "en", "/partners/groups", f); w.Code != 303 {
		t.Fatalf("changing: %d", w.Code)
	}
	f.Set("name", "Waterworks")
	if w := ask(t, h, "karin", "en", "/partners/groups", f); w.Code != 422 || !strings.Contains(w.Body.String(), "changed meanwhile") || !strings.Contains(w.Body.String(), "Waterworks") {
		t.Errorf("changing what moved: %d", w.Code)
	}
	if g = find(); g.Name != "Water and waste" || !slices.Equal(g.Orgs, []string{"ferrum"}) {
		t.Errorf("%+v", g)
	}
	f = url.Values{"platform": {"circle"}, "group": {g.ID}, "version": {"2"}, "name": {g.Name}, "do": {"drop"}}
	if w := ask(t, h, "karin", "en", "/partners/groups", f); w.Code != 422 {
		t.Errorf("dissolving without a tick: %d", w.Code)
	}
	f.Set("sure", "on")
	for who, want := range map[string]int{"ada": 404, "anton": 403, "karin": 303} {
		if who == "karin" {
			continue
		}
		if w := ask(t, h, who, "en", "/partners/groups", f); w.Code != want {
			t.Errorf("%s dissolves: %d, want %d", who, w.Code, want)
		}
	}
	if w := ask(t, h, "karin", "en", "/partners/groups", f); w.Code != 303 {
		t.Errorf("dissolving: %d", w.Code)
	}
	if err := c.round.DropGroup(context.Background(), c.reader("karin"), "circle", g.ID, 2); fault.KindOf(err) != fault.NotFound {
		t.Errorf("it is still there: %v", err)
	}
}
