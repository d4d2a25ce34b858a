package webui

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/earlier"
	"tocsin/partnership"
)

// The whole way of a finding on the pages: looked for from a case, kept as a draft,
// put to the member by an act with a preview, read without what is another's, and
// contested.
func TestAFindingFromTheCaseToTheMember(t *testing.T) {
	l := newLate()
	h := l.site(t)
	if page := body(t, h, "karin", "en", "/cases/"+l.third+"/plan"); !strings.Contains(page, `href="/findings/look?case=`+l.third+`"`) {
		t.Error("the case does not lead to who may have known before")
	}
	if page := body(t, h, "ada", "en", "/cases/"+l.own+"/plan"); strings.Contains(page, "/findings/look") {
		t.Error("a member is offered to look")
	}
	page := html.UnescapeString(body(t, h, "karin", "en", "/findings/look?case="+l.third))
	for _, want := range []string{"2 organisations may have known before", "Members of Sundmark Circle", "Acme Networks GmbH", "It told whoever makes or maintains the product: Example Maker.", "receipt confirmed by Example Maker",
		"By the agreement, beside the law", "It rests on somebody else’s word", "Who is no member", "Make a draft finding", `value="2026-11-20T11:00"`, "Borel Énergie"} {
		if !strings.Contains(page, want) {
			t.Errorf("the search does not say %q", want)
		}
	}
	if i := strings.Index(page, "Who is no member"); strings.Count(page[i:], "Make the draft") != 0 || strings.Count(page[:i], "Make the draft") != 1 {
		t.Error("not one form for the member, and none for who is none")
	}

	form := url.Values{"case": {l.third}, "platform": {"circle"}, "flaws": {"CVE-2026-990702"}, "received": {"2026-11-20T11:00"}, "by": {"Borel Énergie"}, "member": {l.acme}, "limb": {"report"}, "words": {"Told by **others**."}}
	w := ask(t, h, "karin", "en", "/findings/look", form)
	at := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(at, "/findings/") {
		t.Fatalf("%d to %q", w.Code, at)
	}
	if again := ask(t, h, "karin", "en", "/findings/look", form); again.Header().Get("Location") != at {
		t.Error("sent twice, it makes two drafts")
	}
	draft := html.UnescapeString(body(t, h, "karin", "en", at))
	for _, want := range []string{"draft", "Put it to the member", "s. 3(1)", "within 48 hours", "not yet put to the member", "In the organisation’s favour", "Only the authority sees this draft"} {
		if !strings.Contains(draft, want) {
			t.Errorf("the draft does not say %q", want)
		}
	}
	serve := html.UnescapeString(regexp.MustCompile(`href="(/partners/[^"]*finding=[^"]*)"`).FindStringSubmatch(draft)[1])
	act := url.Values{"rule": {"TMP-MEMBER-REPORT"}, "reason": {"You knew on 3 November."}, "text": {"Told by others."}, "number": {"SO-2026-31"}, "signatory": {"Dr. K. Bauer"}, "office": {"Head of the desk"}, "delegation": {"3/2026"},
		"place": {"Sundmark"}, "from-address": {"Hafenstraße 1"}, "to-address": {"Ring 4"}, "do": {"preview"}, "key": {"serve-1"}}
	preview := html.UnescapeString(ask(t, h, "karin", "en", serve, act).Body.String())
	if !strings.Contains(preview, "Lateness finding: evidence put to you") || !strings.Contains(preview, "It is no verdict") {
		t.Error("the preview has no letter")
	}
	act.Set("do", "confirm")
	seeOther(t, h, "karin", serve, act, at)
	seeOther(t, h, "karin", serve, act, at) // sent twice is done once
	act.Set("key", "serve-2")
	if w := ask(t, h, "karin", "en", serve, act); w.Code != 422 {
		t.Errorf("served twice: %d", w.Code)
	}

	ours := html.UnescapeString(body(t, h, "ada", "en", at))
	for _, want := range []string{"Contest this mark", "No verdict.", "No consequence by itself", "1 of 2 cases is left out", "What Acme saw in Example Valve", "Told by <strong>others</strong>", "not told here"} {
		if !strings.Contains(ours, want) {
			t.Errorf("the member does not read %q", want)
		}
	}
	for _, not := range []string{"Borel", "reported from outside", "28 Oct 2026", "Make a draft", "Warn"} {
		if strings.Contains(ours, not) {
			t.Errorf("the member reads %q", not)
		}
	}
	if whole := body(t, h, "karin", "en", at); !strings.Contains(whole, "28 Oct 2026") || strings.Contains(whole, "is left out") { // the control
		t.Error("the authority does not read all of it")
	}
	letter := "/inbox/" + l.letterOf("ada", l.acme, "finding-served").ID
	seeOther(t, h, "ada", letter, url.Values{"open": {"yes"}}, letter)
	if page := body(t, h, "ada", "en", letter); !strings.Contains(page, `href="`+at+`"`) || !strings.Contains(page, "Lateness finding: evidence put to you") {
		t.Error("the letter does not lead to the evidence")
	}
	contest := html.UnescapeString(regexp.MustCompile(`href="(/partners/[^"]*mark-contested[^"]*)"`).FindStringSubmatch(ours)[1])
	seeOther(t, h, "ada", contest, url.Values{"re": {mustQuery(contest, "re")}, "reason": {"We told the maker at once."}, "do": {"confirm"}, "key": {"contest-1"}}, "/partners/"+l.acme)
	for who, want := range map[string]string{"karin": "The member contests it. Read what it says", "ada": "It shows as contested"} {
		if page := html.UnescapeString(body(t, h, who, "en", at)); !strings.Contains(page, want) || !strings.Contains(page, "We told the maker at once.") {
			t.Errorf("%s does not read that it is contested", who)
		}
	}
	if list := body(t, h, "ada", "en", "/findings"); strings.Count(list, `href="/findings/`) != 3 {
		t.Error("the member's list has not what was served, and that alone")
	}
	if list := body(t, h, "karin", "en", "/findings"); strings.Count(list, `href="/findings/`) < 5 {
		t.Error("the authority's list is short")
	}
}

// A mark of a case that was contested after the finding was made shows as contested in
// it, to both sides.
func TestAMarkIsContestedInItsCase(t *testing.T) {
	l := newLate()
	h := l.site(t)
	at := "/findings/" + l.fresh
	before := html.UnescapeString(body(t, h, "karin", "en", at))
	if strings.Contains(before, "What is said of it is contested.") {
		t.Fatal("it is contested already")
	}
	address := html.UnescapeString(regexp.MustCompile(`href="(/cases/[^"]*mark-contested[^"]*)"`).FindStringSubmatch(body(t, h, "ada", "en", at))[1])
	if page := body(t, h, "ada", "en", address); !strings.Contains(page, `value="mark-contested"`) {
		t.Error("the form is not for contesting a mark")
	}
	form := url.Values{"kind": {"mark-contested"}, "by": {"acme"}, "re": {mustQuery(address, "re")}, "reason": {"That was a test in our laboratory."}, "do": {"keep"}, "key": {"mark-1"}}
	if w := ask(t, h, "ada", "en", "/cases/"+l.own+"/events", form); w.Code != http.StatusSeeOther {
		t.Fatalf("%d", w.Code)
	}
	for _, who := range []string{"karin", "ada"} {
		if page := html.UnescapeString(body(t, h, who, "en", at)); !strings.Contains(page, "What is said of it is contested.") || !strings.Contains(page, "entry-contested") {
			t.Errorf("%s does not read that the mark is contested", who)
		}
	}
}

func mustQuery(address, name string) string {
	u := must(url.Parse(address))
	return u.Query().Get(name)
}

// The member's own pages tell of what was put to it: its file, and what the
// authority sees about it; a draft is on neither.
func TestFindingsOnThePagesOfAMember(t *testing.T) {
	l := theLate()
	h := l.site(t)
	for _, path := range []string{"/partners/" + l.acme, "/partners/" + l.acme + "/about-us"} {
		page := body(t, h, "ada", "en", path)
		if strings.Contains(page, "/findings/look") {
			t.Errorf("%s: a member is offered to look", path)
		}
		if !strings.Contains(page, "/findings/"+l.served) || !strings.Contains(page, "/findings/"+l.fresh) || strings.Contains(page, l.draft) {
			t.Errorf("%s: the findings of the member", path)
		}
	}
	if page := body(t, h, "karin", "en", "/partners/"+l.acme); !strings.Contains(page, l.draft) || !strings.Contains(page, "/findings/look?platform=circle") {
		t.Error("the authority's page of the member")
	}
	if page := body(t, h, "karin", "en", "/partners/"+l.borel); strings.Contains(page, l.served) {
		t.Error("a finding stands on another member's page")
	}
	if page := body(t, h, "anne", "en", "/findings/"+l.fresh); strings.Contains(page, "/do?act=") {
		t.Error("who only reads is offered an act")
	}
}

// A report that says too little comes back with what is missing, and with what was
// typed.
func TestALookThatSaysTooLittle(t *testing.T) {
	h := theLate().site(t)
	for query, want := range map[string]string{"platform=circle&names=typed+words&received=": "earlier than what", "platform=circle&received=2026-11-20": "there is nothing to look for", "platform=circle&flaws=CVE-1&received=soon": `id="f-received-error"`,
		"platform=circle&purls=not-a-package&received=2026-11-20": "at most 32"} {
		page := html.UnescapeString(body(t, h, "karin", "en", "/findings/look?"+query))
		if !strings.Contains(page, want) || strings.Contains(query, "typed") && !strings.Contains(page, "typed words") {
			t.Errorf("%s: does not say %q", query, want)
		}
	}
}

// TestEveryCodeOfEarlierKnowledgeHasWords holds the closed lists against the
// catalogue, in both directions and in every language.
func TestEveryCodeOfEarlierKnowledgeHasWords(t *testing.T) {
	words := must(loadWords(wordFiles))
	lists := map[string][]string{"for.": earlier.ForCodes(), "uncertain.": earlier.UncertainCodes(), "by.": {"flaw", "purl", "name"}, "limb.": {string(partnership.ReportLimb), string(partnership.SupportLimb)}, "when.": {"nothing"}, "ground.": {"statute", "agreement", "other"}}
	lists["limb-text."] = lists["limb."]
	for _, w := range earlier.Words() {
		lists["word."] = append(lists["word."], string(w))
	}
	for _, w := range earlier.Whens() {
		lists["when."] = append(lists["when."], string(w))
		if whenMarks[w].Code != string(w) {
			t.Errorf("no mark for %s", w)
		}
	}
	for _, s := range partnership.FindingStates() {
		lists["state."] = append(lists["state."], string(s))
		for _, family := range []string{"next.", "do."} {
			lists[family] = append(lists[family], "authority."+string(s))
			if s != partnership.FindingDraft && s != partnership.FindingWaiting { // the member knows of neither
				lists[family] = append(lists[family], "member."+string(s))
			}
		}
		if findingMarks[s].Code != string(s) {
			t.Errorf("no mark for %s", s)
		}
	}
	verdict := regexp.MustCompile(`(?i)\b(guilty|culprit|breach|violat|offend|schuldig|verstoß|coupable|infraction)|有罪|违约|违规`)
	for _, lang := range Languages {
		have := map[string]bool{}
		for key, e := range words.texts[lang] {
			rest, ok := strings.CutPrefix(key, "findings.")
			if !ok {
				continue
			}
			if m := verdict.FindString(e.one); m != "" {
				t.Errorf("%s: %s says %q", lang, key, m)
			}
			have[rest] = true
		}
		for family, codes := range lists {
			for _, c := range codes {
				if !have[family+c] {
					t.Errorf("%s: no words for %s%s", lang, family, c)
				}
				delete(have, family+c)
			}
			for rest := range have {
				if strings.HasPrefix(rest, family) {
					t.Errorf("%s: findings.%s is of no code", lang, rest)
				}
			}
		}
	}
	if !verdict.MatchString("in breach of the agreement") {
		t.Error("the control is not seen")
	}
}
