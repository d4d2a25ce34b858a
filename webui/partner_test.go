package webui

import (
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/letter"
	"tocsin/partner"
	"tocsin/partnership"
)

// The whole way of a letter: who acts for the recipient is asked first, looking
// changes nothing, opening by a form confirms the receipt, and the answer goes back.
func TestALetterIsReceivedByOpeningIt(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	letter := c.letterOf("ada", c.acme, "hearing-opened")
	path := "/inbox/" + letter.ID
	if page := body(t, h, "ada", "en", path); !strings.Contains(page, "Open the letter: this confirms receipt") || strings.Contains(page, "19 days after you knew") {
		t.Error("the letter is shown before it was opened, or nobody asks")
	}
	if page := body(t, h, "anne", "en", path); !strings.Contains(page, "You read this letter without receiving it") || !strings.Contains(page, "19 days after you knew") {
		t.Error("counsel does not read it")
	}
	body(t, h, "karin", "en", path) // the sender
	if c.letterOf("ada", c.acme, "hearing-opened").Served != nil {
		t.Fatal("looking at a letter receives it")
	}
	seeOther(t, h, "ada", path, url.Values{"open": {"yes"}}, path)
	if got := c.letterOf("ada", c.acme, "hearing-opened").Served; got == nil || got.Person != "ada" {
		t.Fatal("opening it does not receive it")
	}
	page := body(t, h, "ada", "en", path)
	for _, want := range []string{"Hearing before a decision", "SO-2026-7", "Answer the hearing", "opened by Ada Winter"} {
		if !strings.Contains(page, want) {
			t.Errorf("the letter does not say %q", want)
		}
	}
	if page := body(t, h, "ada", "de", path+"?letter=zh"); !strings.Contains(page, `class="letter letter-zh"`) {
		t.Error("the letter does not come in the language that was chosen")
	}
	if page := body(t, h, "karin", "en", "/partners/"+c.acme); !strings.Contains(page, "the member’s own confirmation") {
		t.Error("the authority does not see the proof of service")
	}

	// The member answers, without a step-up and at once.
	form := url.Values{"text": {"We did not know."}, "do": {"preview"}, "key": {"answer-1"}}
	w := ask(t, h, "ada", "en", "/partners/"+c.acme+"/do?act=hearing-answered", form)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Sign and do it") {
		t.Fatalf("%d", w.Code)
	}
	form.Set("do", "confirm")
	seeOther(t, h, "ada", "/partners/"+c.acme+"/do?act=hearing-answered", form, "/partners/"+c.acme)
	seeOther(t, h, "ada", "/partners/"+c.acme+"/do?act=hearing-answered", form, "/partners/"+c.acme) // sent twice is done once
	if m := must(c.Member(t.Context(), c.reader("ada"), c.acme)); len(m.State.Hearings[0].Answers) != 1 {
		t.Errorf("%d answers", len(m.State.Hearings[0].Answers))
	}
}

// A suspension waits for a second person, who sees exactly what it changes; whoever
// asked cannot approve it, and declining says why.
func TestASecondPersonDecides(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	waiting := must(c.Asked(t.Context(), c.reader("otto")))
	if len(waiting) != 1 {
		t.Fatal(len(waiting))
	}
	page := body(t, h, "otto", "en", "/partners/waiting")
	for _, want := range []string{"Ferrum Controls", "SO-2026-2", "Asked by Karin Bauer", "A flaw in Example Pump", "only their own part", "rules of procedure 4"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if page := body(t, h, "karin", "en", "/partners/waiting"); strings.Contains(page, `value="approve"`) || !strings.Contains(page, "Take it back") {
		t.Error("whoever asked is offered to approve")
	}
	if w := ask(t, h, "otto", "en", "/partners/waiting", url.Values{"act": {waiting[0].ID}, "decision": {"decline"}}); w.Code != 422 {
		t.Errorf("declined without a reason: %d", w.Code)
	}
	if w := ask(t, h, "karin", "en", "/partners/waiting", url.Values{"act": {waiting[0].ID}, "decision": {"approve"}}); w.Code != 403 {
		t.Errorf("approved by whoever asked: %d", w.Code)
	}
	if w := ask(t, h, "fay", "en", "/partners/waiting", url.Values{"act": {waiting[0].ID}, "decision": {"approve"}}); w.Code != 404 {
		t.Errorf("approved by the member: %d", w.Code)
	}
	seeOther(t, h, "otto", "/partners/waiting", url.Values{"act": {waiting[0].ID}, "decision": {"approve"}}, "/partners/"+c.ferrum)
	if m := must(c.Member(t.Context(), c.reader("karin"), c.ferrum)); m.State.Standing != partner.Suspended {
		t.Errorf("%s", m.State.Standing)
	}
	if page := body(t, h, "fay", "en", "/partners/"+c.ferrum); !strings.Contains(page, "It does not end by itself") || !strings.Contains(page, "can still report") {
		t.Error("the member does not see how it stands")
	}
}

// An act of the authority asks for a step-up and loses nothing by it; what is wrong
// is said beside the field, in the reader's language, and what was typed stays.
func TestAnActKeepsWhatWasTyped(t *testing.T) {
	c := newCircle()
	stale := c.site(t, func(f *fake) { f.fresh["karin"] = false })
	path := "/partners/" + c.acme + "/do?act=partner-suspended&variant=urgent"
	form := url.Values{"number": {"SO-9"}, "signatory": {"Dr. K. Bauer"}, "rule": {"TMP-MEMBER-REPORT"}, "reason": {"typed reason"}, "effect": {"at-once"}, "until": {"2030-01-01"}, "due": {"2027-01-01"},
		"hearing": {"after"}, "publication": {"internal"}, "appeal-body": {"Panel"}, "appeal-until": {"2027-03-01"}, "do": {"confirm"}}
	if w := ask(t, stale, "karin", "en", path, form); w.Code != 403 || !strings.Contains(w.Body.String(), "typed reason") || !strings.Contains(w.Body.String(), `id="step-kept"`) {
		t.Errorf("the step-up loses the form: %d", w.Code)
	}
	h := c.site(t)
	w := ask(t, h, "karin", "de", path, form)
	if page := w.Body.String(); w.Code != 422 || !strings.Contains(page, "typed reason") || !strings.Contains(page, "länger, als die Vereinbarung erlaubt") || !strings.Contains(page, `id="f-until-error"`) {
		t.Errorf("too long: %d", w.Code)
	}
	form.Set("until", "2027-05-20")
	form.Set("do", "preview")
	page := ask(t, h, "karin", "en", path, form).Body.String()
	for _, want := range []string{"Acme Networks GmbH", "2 people", "Acme PSIRT", "only their own part", "A flaw in Example Pump", "Another person of the authority must approve", "The formal letter cannot be written yet"} {
		if !strings.Contains(page, want) {
			t.Errorf("the preview does not say %q", want)
		}
	}
	form.Set("do", "confirm")
	form.Set("seen", "1")
	if w := ask(t, h, "karin", "en", path, form); w.Code != 422 || !strings.Contains(w.Body.String(), "has moved on") {
		t.Errorf("an older file: %d", w.Code)
	}
	form.Del("seen")
	form.Set("key", "s-1")
	seeOther(t, h, "karin", path, form, "/partners/waiting")
	if n := len(must(c.Asked(t.Context(), c.reader("otto")))); n != 2 {
		t.Errorf("%d acts wait", n)
	}
}

// An organisation is invited by the page, and reads its side from then on.
func TestAnOrganisationIsInvited(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	form := url.Values{"platform": {"circle"}, "org": {"other"}, "level": {"full"}, "words": {"Welcome."}, "keywords": {"pump, valve\nmeter"}, "contact-name": {"Desk"}, "contact-mail": {"desk@other.example"}}
	w := ask(t, h, "karin", "en", "/partners/invite", form)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if page := body(t, h, "stranger", "en", w.Header().Get("Location")); !strings.Contains(page, "Invited") || !strings.Contains(page, "Welcome.") {
		t.Error("the organisation does not see its side")
	}
	if w := ask(t, h, "karin", "en", "/partners/invite", form); w.Code != 422 {
		t.Errorf("invited twice: %d", w.Code)
	}
	if w := ask(t, h, "anton", "en", "/partners/invite", form); w.Code != 404 {
		t.Errorf("invited by an observer: %d", w.Code)
	}
}

// The navigation shows the way to those of a side, with the letters that wait.
func TestTheNavigationOfSides(t *testing.T) {
	h := theCircle().site(t)
	for who, want := range map[string]string{"karin": ">Partners<", "ada": ">Partnership<", "stranger": ""} {
		page := body(t, h, who, "en", "/settings/sessions")
		if has := strings.Contains(page, `href="/partners"`); has != (want != "") || !strings.Contains(page, want) || strings.Contains(page, `href="/inbox"`) != has {
			t.Errorf("%s: %v", who, has)
		}
		if strings.Contains(page, "nav-count") != (want != "") {
			t.Errorf("%s: the letters are not counted", who)
		}
	}
}

// TestEveryCodeOfPartnershipsHasWords walks the closed lists of partner and letter.
func TestEveryCodeOfPartnershipsHasWords(t *testing.T) {
	words := must(loadWords(wordFiles))
	want := func(family string, codes ...string) {
		t.Helper()
		for _, c := range codes {
			if !words.has(family + c) {
				t.Errorf("no words for %s%s", family, c)
			}
		}
	}
	want("partner.no.", partner.RefusalCodes()...)
	if len(partner.RefusalCodes()) < 40 {
		t.Error("the list of refusals is short")
	}
	for _, s := range partner.Standings() {
		want("partner.standing.", string(s))
		if badgeOf(s).Icon == "question" {
			t.Errorf("no mark for %s", s)
		}
	}
	for _, k := range partner.Acts() {
		want("partner.act.", string(k))
		want("partner.result.", partner.Results(k)...)
		want("kinds.", string(k))
		if _, ok := actFields[k]; !ok {
			t.Errorf("no form for %s", k)
		}
		results := append([]string{""}, partner.Results(k)...)
		for _, r := range results {
			variant := map[bool]string{true: "withdraw"}[r == "withdrawn"]
			fields := fieldsOfAct(k, variant)
			for _, alternatives := range partner.Needs(k, r) {
				if !slices.ContainsFunc(strings.Split(alternatives, "|"), func(key string) bool {
					return slices.Contains(fields, strings.TrimPrefix(key, "attributes."))
				}) {
					t.Errorf("the form of %s %s has no field for %s", k, r, alternatives)
				}
			}
			for _, name := range fields {
				want("partner.field.", name)
			}
		}
	}
	for _, name := range attributeFields {
		want("partner.field.", name)
	}
	for _, k := range letter.Kinds() {
		for _, l := range []letter.Letter{{Kind: k}, {Kind: k, Hearing: letter.Heard{How: letter.HeardAfter}}} {
			want("partner.part.", l.Missing()...)
		}
	}
	want("partner.sign.", signCodes...)
	want("partner.reach.", reachCodes...)
	want("partner.appeal.", appealStates...)
	for _, code := range []string{"claim", "denied", "retired", "other-hand", "not-addressed", "other-platform"} {
		want("partner.ignored.", code)
	}
	for _, state := range []string{"open", "reported", "returned", "accepted"} {
		want("partner.task.", state)
	}
}

// TestARefusalIsSaidInEveryLanguage: with its arguments in words, and no code of a
// file in it.
func TestARefusalIsSaidInEveryLanguage(t *testing.T) {
	c := theCircle()
	h := c.site(t)
	for lang, want := range map[string]string{"en": "The member may answer until Fri 11 Dec 2026, 24:00", "de": "kann bis", "fr": "peut répondre", "zh": "成员可在"} {
		m := must(c.Member(t.Context(), c.reader("karin"), c.acme))
		page := body(t, h, "karin", lang, "/partners/"+c.acme)
		i := strings.Index(page, `class="why-not"`)
		if i < 0 {
			t.Fatal("what cannot be done is not told")
		}
		if lang == "en" {
			page = body(t, h, "karin", lang, "/partners/"+c.acme+"/do?act=partner-heard")
			if !strings.Contains(page, want) {
				t.Errorf("%s: the reason is not there", lang)
			}
			continue
		}
		if !strings.Contains(body(t, h, "karin", lang, "/partners/"+c.acme+"/do?act=partner-heard"), want) {
			t.Errorf("%s: the reason is not there", lang)
		}
		if strings.Contains(page[i:], m.State.Hearings[0].Opened+"“") {
			t.Errorf("%s: the id of an act is shown", lang)
		}
	}
}

// The picture is fair: uncertain stretches are hatched, contested marks are their
// own sign, what is decided and has not come is an outline, and the words say all.
func TestThePictureOfStanding(t *testing.T) {
	c := theCircle()
	h := c.site(t)
	page := body(t, h, "karin", "en", "/partners/"+c.borel)
	for _, want := range []string{`class="st-ahead st-suspended"`, `class="st-sure st-active"`, `class="st-sign st-sign-in-time"`, `class="st-sign st-sign-mark"`, "The picture in words", "(decided, not yet past)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the picture has no %s", want)
		}
	}
	if page := body(t, h, "ada", "en", "/partners/"+c.acme); !strings.Contains(page, "st-sign-contested") {
		t.Error("a contested mark does not show as contested")
	}
	// A day that is known as an interval is hatched.
	m := must(c.Member(t.Context(), c.reader("karin"), c.borel))
	v := &visit{Site: must(New(Options{Identity: members{newFake(), c}, Now: c.clock.Now, Log: discard})), Lang: "en", Zone: time.UTC, Now: c.clock.Now().AddDate(0, 0, 30), r: &http.Request{}}
	head := partnerHead{Standing: m, On: circleTerms(), File: must(c.keeper.Load(t.Context(), m.Handle)).Case}
	head.State.History[1].To.Latest = head.State.History[1].To.Latest.AddDate(0, 0, 9)
	head.State.History[2].From.Latest = head.State.History[1].To.Latest
	if p := v.standingPicture(head); !slices.ContainsFunc(p.Bars, func(b pictureBar) bool { return b.Kind == "unsure" }) {
		t.Error("what is not certain is not hatched")
	}
}

// TestPublishedIsForEverybody: the page needs no sign-in and leads to no file.
func TestPublishedIsForEverybody(t *testing.T) {
	page := body(t, theCircle().site(t), "", "en", "/decisions/public")
	if !strings.Contains(page, "Borel Énergie") || !strings.Contains(page, "SO-2026-2") || regexp.MustCompile(`href="/(partners|cases)/`).MatchString(page) {
		t.Error("the page of published decisions")
	}
}

// TestNoPagesWithoutPartnerships: a platform without the use case has no such pages.
func TestNoPagesWithoutPartnerships(t *testing.T) {
	h := shared().site(t)
	for _, path := range []string{"/partners", "/inbox", "/decisions", "/decisions/public"} {
		if w := ask(t, h, "marit", "en", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestNoTemplateIsDefinedTwice: the later of two templates of one name would take
// the place of the earlier, on pages that nobody thinks of.
func TestNoTemplateIsDefinedTwice(t *testing.T) {
	where := map[string]string{}
	defined := regexp.MustCompile(`\{\{-?\s*define "([^"]+)"`)
	for _, file := range must(fs.Glob(templateFiles, "templates/*.html")) {
		for _, m := range defined.FindAllStringSubmatch(string(must(fs.ReadFile(templateFiles, file))), -1) {
			if was, ok := where[m[1]]; ok {
				t.Errorf("%q is defined in %s and in %s", m[1], was, file)
			}
			where[m[1]] = file
		}
	}
	if len(where) < 100 {
		t.Errorf("only %d templates are found", len(where))
	}
}

// What the use case refuses beyond the agreement is said above the form.
func TestNobodyElseToDecide(t *testing.T) {
	v := &visit{Site: must(New(Options{Identity: newFake(), Now: nowAt, Log: discard})), Lang: "en", Zone: time.UTC, Now: at}
	if err := unlettered(fault.New(fault.Invalid, "x")); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	if got := v.blocked(partnerHead{Standing: partnership.Standing{}}, must(theCircle().Asked(t.Context(), theCircle().reader("otto")))[0].Event, fault.New(fault.Conflict, "nobody else")); got == "" {
		t.Error("nothing is said")
	}
}
