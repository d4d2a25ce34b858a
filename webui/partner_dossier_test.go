package webui

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partnership"
)

// A decision is taken away as one file from where people look for it: the page of
// the partnership, the register, the letter, the page of the act; by each side as
// it sees it, after a step-up.
func TestADecisionIsTakenAway(t *testing.T) {
	c := theCircle()
	h := c.site(t)
	act := c.last(c.borel, "partner-suspended")
	at := "/partners/" + c.borel + "/dossier?act=" + act
	letter := c.letterOf("cleo", c.borel, "partner-suspended")
	m := must(c.Member(context.Background(), c.reader("cleo"), c.borel))
	for _, from := range []struct{ who, path string }{{"karin", "/partners/" + c.borel}, {"cleo", "/partners/" + c.borel}, {"karin", "/decisions"}, {"cleo", "/decisions"},
		{"karin", "/inbox/" + letter.ID}, {"karin", "/cases/" + m.Handle + "/events/" + act}, {"cleo", "/cases/" + m.Handle + "/events/" + act}} {
		if page := ask(t, h, from.who, "en", from.path, nil); page.Code != 200 || !strings.Contains(page.Body.String(), `href="`+at+`"`) {
			t.Errorf("%s, %s: %d, and no way to the dossier", from.who, from.path, page.Code)
		}
	}
	for _, path := range []string{"/partners/" + c.acme, "/cases/" + must(c.Member(context.Background(), c.reader("ada"), c.acme)).Handle + "/events/" + c.last(c.acme, "partner-warned")} {
		if page := ask(t, h, "anne", "en", path, nil); page.Code != 200 || strings.Contains(page.Body.String(), "/dossier") { // reads, and takes nothing away
			t.Errorf("%s offers somebody a way that is not theirs: %d", path, page.Code)
		}
	}
	for who, lang := range map[string]string{"karin": "de", "cleo": "fr"} {
		w := ask(t, h, who, lang, at, nil)
		page := w.Body.String()
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment; filename=") || !strings.Contains(page, `<html lang="`+lang+`">`) || !strings.Contains(page, "We reported in time.") ||
			!strings.Contains(page, "We are sorry.") || !strings.Contains(page, `id="standing"`) {
			t.Errorf("%s: %d %v", who, w.Code, w.Header())
		}
		if w := ask(t, h, who, lang, "/partners/"+c.borel+"/dossier", nil); w.Code != 200 || strings.Contains(w.Body.String(), "cette décision") || strings.Contains(w.Body.String(), "diese Entscheidung") {
			t.Errorf("%s: the whole partnership: %d", who, w.Code)
		}
		if w := ask(t, h, who, lang, "/partners/"+c.borel+"/dossier?act=nothing", nil); w.Code != 404 {
			t.Errorf("%s: an act that is none: %d", who, w.Code)
		}
	}
	h = c.site(t, func(f *fake) { f.fresh["cleo"] = false })
	if w := ask(t, h, "cleo", "en", at, nil); w.Code == 200 && strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		t.Error("it is taken away without a step-up")
	}
}

// What a token of one's own proposed is confirmed on the page, where the terms want
// no second person; the page says that it was a token.
func TestWhatATokenProposedIsConfirmed(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	program := c.reader("karin")
	program.Fresh, program.Scopes, program.Session = false, []string{string(access.Add)}, "t1"
	asked := must(c.Do(context.Background(), program, c.ferrum, c.act("partner-warned reason='Late again.' rule=TMP-MEMBER-REPORT attributes={number: SO-2026-77, "+signed+"}"), -1, "k"))
	if asked.State != partnership.Waiting {
		t.Fatal(asked.State)
	}
	page := ask(t, h, "karin", "en", "/partners/waiting", nil).Body.String()
	if !strings.Contains(page, "proposed by a token") || !strings.Contains(page, ">Confirm</") && !strings.Contains(page, "Confirm</button>") {
		t.Error("the page does not say that a token proposed it, or offers no way to confirm")
	}
	if page := ask(t, h, "otto", "en", "/partners/waiting", nil).Body.String(); !strings.Contains(page, "proposed by a token") {
		t.Error("a colleague is not told that it was a token")
	}
	if w := ask(t, h, "karin", "en", "/partners/waiting", url.Values{"act": {asked.ID}, "decision": {"approve"}}); w.Code != 303 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if m := must(c.Member(context.Background(), c.reader("karin"), c.ferrum)); m.State.Standing != "warned" {
		t.Errorf("confirmed, and the member is %s", m.State.Standing)
	}
}

// twoWanted is a platform where nobody takes all of a file away alone.
type twoWanted struct{ *partnership.Service }

type needsTwo struct{}

func (needsTwo) Error() string { return "another person has to approve this first" }

func (needsTwo) Refused() access.Decision {
	return access.Decision{Kind: fault.Forbidden, Code: access.SecondPerson, Needs: []string{access.SecondPerson}}
}

func (twoWanted) Dossier(context.Context, access.Reader, string, partnership.DossierAsked) (*coordination.DossierMade, error) {
	return nil, needsTwo{}
}

// Where a second person has to agree, the link leads to where that is asked for, and
// not to a refusal.
func TestADossierThatWantsTwoLeadsToTheAsking(t *testing.T) {
	c := theCircle()
	h := c.site(t, func(f *fake) {
		f.with = append(f.with, func(o *Options) { o.Circles = twoWanted{c.Service} })
	})
	m := must(c.Member(context.Background(), c.reader("karin"), c.borel))
	w := ask(t, h, "karin", "en", "/partners/"+c.borel+"/dossier?act="+c.last(c.borel, "partner-suspended"), nil)
	if w.Code != 303 || w.Header().Get("Location") != "/cases/"+m.Handle+"/export" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	page := ask(t, h, "karin", "en", w.Header().Get("Location"), nil)
	if page.Code != 200 || !strings.Contains(page.Body.String(), `href="/partners/`+c.borel+`/dossier"`) {
		t.Errorf("%d, and the page of the export does not offer the dossier of the partnership", page.Code)
	}
}
