package webui

import (
	"net/url"
	"strings"
	"testing"
)

// partnerPages are the pages of partnerships as each side sees them, walked in
// four languages and opened in a browser with all others.
func partnerPages() []pageCase {
	c := theCircle()
	set := func(f *fake) { c.in(f) }
	at := func(member, rest string) string { return "/partners/" + member + rest }
	suspend := url.Values{"number": {"SO-2026-9"}, "signatory": {"Dr. K. Bauer"}, "rule": {"TMP-MEMBER-REPORT"}, "reason": {"Late twice."}, "effect": {"at-once"}, "until": {"2027-05-20"}, "due": {"2027-05-10"},
		"hearing": {"after"}, "publication": {"internal"}, "appeal-body": {"Administrative Panel of Sundmark"}, "appeal-until": {"2027-03-01"}, "do": {"preview"}}
	letter := func(more url.Values) url.Values {
		out := url.Values{}
		for _, m := range []url.Values{suspend, more} {
			for k, v := range m {
				out[k] = v
			}
		}
		return out
	}
	full := letter(url.Values{"office": {"Head of the desk"}, "delegation": {"Delegation 3/2026"}, "place": {"Sundmark"}, "from-address": {"Hafenstraße 1"}, "to-address": {"Ring 4"}})
	list := []pageCase{
		{Path: "/partners", Who: "karin"}, {Path: "/partners?standing=suspended&platform=circle", Who: "karin", Name: "partners-filtered"}, {Path: "/partners?standing=left", Who: "anton", Name: "partners-nobody"},
		{Path: "/partners", Who: "ada", Name: "partners-ours"}, {Path: "/partners", Who: "stranger", Name: "partners-stranger"},
		{Path: "/partners/invite", Who: "karin", Name: "partners-invite"}, {Path: "/partners/invite?platform=circle&org=new-one", Who: "karin", Name: "partners-invite-one"},
		{Path: "/partners/invite", Who: "karin", Form: url.Values{"platform": {"circle"}, "org": {"new-one"}, "contact-role": {"desk"}}, Status: 422, Name: "partners-invite-wrong"}, {Path: "/partners/invite", Who: "ada", Status: 404, Name: "partners-invite-not-yours"},
		{Path: at(c.acme, ""), Who: "karin", Name: "partner"}, {Path: at(c.acme, ""), Who: "ada", Name: "partner-ours"}, {Path: at(c.acme, ""), Who: "anne", Name: "partner-reads"}, {Path: at(c.acme, ""), Who: "stranger", Status: 404, Name: "partner-stranger"},
		{Path: at(c.borel, ""), Who: "karin", Name: "partner-suspended"}, {Path: at(c.borel, ""), Who: "cleo", Name: "partner-suspended-ours"}, {Path: at(c.delta, ""), Who: "dirk", Name: "partner-invited"}, {Path: at(c.ferrum, ""), Who: "otto", Name: "partner-waits"},
		{Path: at(c.acme, "/do?act=partner-suspended&variant=urgent"), Who: "karin", Name: "do-suspend"}, {Path: at(c.acme, "/do?act=partner-suspended"), Who: "karin", Name: "do-cannot"},
		{Path: at(c.acme, "/do?act=partner-suspended&variant=urgent"), Who: "karin", Form: suspend, Name: "do-preview-no-letter"}, {Path: at(c.acme, "/do?act=partner-suspended&variant=urgent"), Who: "karin", Form: full, Name: "do-preview"},
		{Path: at(c.acme, "/do?act=partner-suspended&variant=urgent"), Who: "karin", Form: letter(url.Values{"until": {"2028-01-01"}}), Status: 422, Name: "do-too-long"},
		{Path: at(c.acme, "/do?act=partner-suspended&variant=urgent"), Who: "karin", Form: url.Values{"reason": {"x"}, "until": {"soon"}, "do": {"preview"}}, Status: 422, Name: "do-wrong"},
		{Path: at(c.acme, "/do?act=called-on"), Who: "karin", Name: "do-call"}, {Path: at(c.acme, "/do?act=hearing-answered"), Who: "ada", Name: "do-answer"}, {Path: at(c.borel, "/do?act=rectification-reported"), Who: "cleo", Name: "do-report"},
		{Path: at(c.borel, "/do?act=appeal-decided"), Who: "karin", Name: "do-appeal"}, {Path: at(c.acme, "/do?act=hearing-answered"), Who: "karin", Status: 403, Name: "do-not-yours"}, {Path: at(c.acme, "/do?act=nothing"), Who: "karin", Status: 404, Name: "do-nothing"},
		{Path: at(c.delta, "/do?act=partner-joined"), Who: "karin", Name: "do-join"}, {Path: at(c.acme, "/do?act=partner-warned&variant=withdraw"), Who: "karin", Name: "do-withdraw"},
		{Path: "/partners/waiting", Who: "otto"}, {Path: "/partners/waiting", Who: "karin", Name: "partners-waiting-own"}, {Path: "/partners/waiting", Who: "ada", Status: 404, Name: "partners-waiting-not-yours"},
		{Path: "/inbox", Who: "ada"}, {Path: "/inbox", Who: "karin", Name: "inbox-authority"}, {Path: "/inbox", Who: "stranger", Name: "inbox-none"},
		{Path: "/inbox/" + c.letterOf("ada", c.acme, "hearing-opened").ID, Who: "ada", Name: "letter-sealed"}, {Path: "/inbox/" + c.letterOf("ada", c.acme, "hearing-opened").ID, Who: "anne", Name: "letter-reads"},
		{Path: "/inbox/" + c.letterOf("cleo", c.borel, "partner-suspended").ID + "?letter=zh", Who: "karin", Name: "letter-sent"}, {Path: "/inbox/" + c.letterOf("ada", c.acme, "hearing-opened").ID, Who: "cleo", Status: 404, Name: "letter-stranger"},
		{Path: "/decisions", Who: "karin"}, {Path: "/decisions", Who: "cleo", Name: "decisions-ours"}, {Path: "/decisions", Who: "stranger", Status: 404, Name: "decisions-stranger"}, {Path: "/decisions/public", Name: "decisions-public"},
		{Path: "/partners/call?platform=circle&about=pump+controller", Who: "karin", Name: "call"}, {Path: "/partners/call", Who: "ada", Status: 404, Name: "call-not-yours"},
		{Path: "/partners/call", Who: "karin", Form: url.Values{"platform": {"circle"}, "asks": {"help"}, "due": {"soon"}}, Status: 422, Name: "call-wrong"},
		{Path: "/partners/calls/circle/" + c.call, Who: "karin", Name: "round"}, {Path: "/partners/calls/circle/" + c.call, Who: "ada", Status: 404, Name: "round-not-yours"},
		{Path: at(c.acme, "/reach"), Who: "ada", Name: "reach-ours"}, {Path: at(c.acme, "/reach"), Who: "karin", Name: "reach"}, {Path: at(c.acme, "/reach"), Who: "anne", Name: "reach-reads"},
		{Path: at(c.acme, "/reach"), Who: "ada", Form: url.Values{"edition": {"1"}, "name-0": {"Rota"}, "mail-0": {"nowhere"}, "name-1": {""}}, Status: 422, Name: "reach-wrong"},
		{Path: at(c.acme, "/about-us"), Who: "ada", Name: "about-us"}, {Path: at(c.borel, "/about-us"), Who: "cleo", Name: "about-us-suspended"}, {Path: at(c.acme, "/about-us"), Who: "karin", Status: 404, Name: "about-us-authority"},
	}
	for i := range list {
		list[i].Set = set
	}
	return list
}

func init() { morePages = append(morePages, partnerPages()...) }

// TestPartnershipsAreTheirSides: to whoever is on no side, what is there and what is
// not give the same page, byte by byte.
func TestPartnershipsAreTheirSides(t *testing.T) {
	c := theCircle()
	h := c.site(t)
	letter := c.letterOf("ada", c.acme, "hearing-opened").ID
	for there, absent := range map[string]string{
		"/partners/" + c.acme: "/partners/" + strings.Repeat("q", len(c.acme)), "/partners/" + c.acme + "/about-us": "/partners/nobody/about-us",
		"/partners/" + c.acme + "/dossier": "/partners/nobody/dossier", "/partners/" + c.acme + "/dossier?act=" + c.last(c.acme, "partner-warned"): "/partners/nobody/dossier?act=e1",
		"/partners/" + c.acme + "/do?act=called-on": "/partners/nobody/do?act=called-on", "/inbox/" + letter: "/inbox/" + strings.Repeat("q", len(letter)),
	} {
		for _, who := range []string{"stranger", "cleo"} {
			a, b := ask(t, h, who, "en", there, nil), ask(t, h, who, "en", absent, nil)
			if a.Code != 404 || a.Body.String() != b.Body.String() {
				t.Errorf("%s for %s: %d, and %d for what is not there", there, who, a.Code, b.Code)
			}
			a, b = ask(t, h, who, "en", there, url.Values{"do": {"preview"}, "act": {"called-on"}}), ask(t, h, who, "en", absent, url.Values{"do": {"preview"}, "act": {"called-on"}})
			if a.Code != b.Code || a.Body.String() != b.Body.String() {
				t.Errorf("POST %s for %s: %d, and %d for what is not there", there, who, a.Code, b.Code)
			}
		}
	}
	// The control: who is on a side sees it.
	if w := ask(t, h, "ada", "en", "/partners/"+c.acme, nil); w.Code != 200 {
		t.Errorf("a side does not see its own: %d", w.Code)
	}
}
