package journeys

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// partnershipSideBySide: an authority and two members side by side. Of the first, from a
// third party's report to the day on which the suspension is lifted; of the other,
// the branch in which it is extended. Each step says what both sides see, and what
// a member receives changes in its open browser.
func partnershipSideBySide(t *testing.T) {
	p, stop := within(t, filepath.Join(t.TempDir(), "data"), 0, theCircle())
	t.Cleanup(stop)
	t.Run("lifted", func(t *testing.T) {
		t.Parallel()
		lifted(t, p)
	})
	t.Run("extended", func(t *testing.T) {
		t.Parallel()
		extended(t, p)
	})
}

// partnerOf is the address of a membership.
func (b *tab) partnerOf(name string) string {
	b.t.Helper()
	b.open("/partners")
	b.see(name)
	return b.attribute(`main tbody a[href^="/partners/"]|`+name, "href")
}

// does does an act by its guided form: from the page that offers it, over the
// preview, to the confirmation. Fields are name and value in turn.
func (b *tab) does(base, act string, fields ...string) {
	b.t.Helper()
	b.begins(base, act, fields...)
	b.press("form.preview-keep button[value=confirm]")
}

// begins comes as far as the preview, which changes nothing.
func (b *tab) begins(base, act string, fields ...string) {
	b.t.Helper()
	b.open(base)
	act, variant, _ := strings.Cut(act, ".")
	b.press(`main a[href$="/do?act=` + act + map[bool]string{true: "&variant=" + variant, false: ""}[variant != ""] + `"]`)
	b.filled(fields...)
	b.press("form.event-form button[value=preview]")
	b.see("What this would change")
}

func (b *tab) filled(fields ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(fields); i += 2 {
		b.fill("#f-"+fields[i], fields[i+1])
	}
}

// standing is what a page of the partnership says of it.
func (b *tab) standing(base, word string) {
	b.t.Helper()
	b.open(base)
	b.seeIn(".partner-head", word)
}

// approves decides as the second person on what waits about a member.
func (b *tab) approves(member string) {
	b.t.Helper()
	b.see(member)
	id := js[string](b, `(() => { const f = [...document.querySelectorAll("main form")].find((f) => f.querySelector("[value=approve]") && f.parentElement.closest(".card, article, section, li").innerText.includes(`+quoted(member)+`)); if (!f) return ""; f.id = "mine"; return f.id; })()`)
	if id == "" {
		b.fail("nothing waits about %s", member)
	}
	b.press("#mine button[value=approve]")
}

// ends is the end of the suspension, as the page says it.
func (b *tab) ends() string {
	b.t.Helper()
	const end = `[...document.querySelectorAll("section[aria-labelledby=suspension] dt")].find((d) => d.innerText.trim().toLowerCase() === "until")`
	b.wait("the end of the suspension", end)
	return js[string](b, end+`.nextElementSibling.querySelector("time").dateTime`)
}

// opens opens a letter and so confirms that it was received.
func (b *tab) opens(words string) {
	b.t.Helper()
	b.open("/inbox")
	b.press("main tbody a|" + words)
	b.see("Opening this letter confirms that it was received")
	b.press("form[action^='/inbox/'] button[value=yes]")
	b.see("opened by")
}

// decision are the fields that every decision has.
func decision(number string) []string {
	return []string{"rule", "TMP-MEMBER-REPORT", "reason", "A grave flaw was not reported within 48 hours.", "number", number, "signatory", "Dr. K. Bauer"}
}

func lifted(t *testing.T, p *platform) {
	karin, ada := p.enter(t, "Karin Bauer"), p.enter(t, "Ada Winter")
	base := karin.partnerOf("Acme Networks")
	if ours := ada.partnerOf("Sundmark Circle"); ours != base {
		t.Errorf("the sides are at %s and %s", base, ours)
	}
	reportedByAnother(t, p, karin, ada)
	foundAndServed(karin, ada, base)
	calledAndWarned(karin, ada, base)
	heardFirst(karin, ada, base)
	suspendedByTwo(t, p, karin, ada, base)
	mendedAndLifted(karin, ada, base)
}

// reportedByAnother: somebody who is no member reports; the office's open desk
// shows it, and the member learns nothing of it.
func reportedByAnother(t *testing.T, p *platform, karin, ada *tab) {
	dirk := p.enter(t, "Dirk Olsen")
	karin.open("/desk")
	karin.miss("J-THIRD")
	address := dirk.imports("third.yaml", ago(thirdParty))
	dirk.open(address + "/people")
	dirk.pick("#f-org", "Sundmark Office")
	dirk.fill("#f-role", "party")
	dirk.fill("#f-party", "office")
	dirk.press("section[aria-labelledby=invite] button[value=preview]")
	dirk.press("button[value=give]")
	karin.see("J-THIRD", "Confirm receipt of a report within 72 hours")
	ada.open("/cases")
	ada.see("J-KNOWN", "J-SHOWN")
	ada.miss("J-THIRD")
}

// foundAndServed: from the case of the report the office looks who knew before, and
// puts what it finds to the member, which contests it.
func foundAndServed(karin, ada *tab, base string) {
	karin.open(karin.caseOf("J-THIRD") + "/plan")
	karin.press(`main a[href^="/findings/look"]`)
	karin.see("Acme Networks", "It told whoever makes or maintains the product")
	karin.click("#found ~ section details summary|Make a draft finding")
	karin.fill("article textarea[name=words]", "The port told us; your own case says that you had found it before.")
	karin.press("article form[method=post] button[type=submit]")
	finding := karin.at()
	ada.open("/findings")
	ada.miss("CVE-2026-990801") // a draft is nobody's but the office's
	karin.press(`main a[href*="act=finding-served"]`)
	karin.filled("reason", "You knew nine days before we heard of it.")
	karin.press("form.event-form button[value=preview]")
	karin.press("form.preview-keep button[value=confirm]")
	karin.open(finding)
	karin.miss("breach", "guilty", "violat")
	ada.open("/findings")
	ada.see("CVE-2026-990801")
	ada.open(finding)
	ada.see("What Acme found in the pump library")
	ada.miss("Delta Port", "J-THIRD") // who brought it is another's to tell
	ada.does(base, "mark-contested", "reason", "We told the maker within the hour.")
	karin.open(base)
	karin.see("contested")
}

// calledAndWarned: the member is called on and answers, and is warned.
func calledAndWarned(karin, ada *tab, base string) {
	karin.does(base, "called-on", "text", "Who uses the library, and since when did you know?")
	ada.open(base)
	ada.press(`section[aria-labelledby=next] a.btn-primary`)
	ada.filled("result", "affected")
	ada.press("#event-form button[value=preview]")
	ada.press("button[value=keep]")
	karin.open(base)
	karin.seeIn("section[aria-labelledby=calls]", "answered")
	karin.does(base, "partner-warned", decision("SO-40")...)
	ada.standing(base, "Warned")
	karin.standing(base, "Warned")
}

// heardFirst: asked, the member opens the letter, which is the proof of service,
// and answers; nothing is decided before.
func heardFirst(karin, ada *tab, base string) {
	karin.does(base, "hearing-opened", "rule", "TMP-MEMBER-REPORT", "reason", "You are heard on a suspension.")
	karin.open(base)
	karin.seeIn("section[aria-labelledby=hearings]", "none yet: the letter was not opened")
	if n := karin.count(`main .act-steps a[href$="act=partner-suspended"]`); n > 0 {
		karin.fail("a suspension is offered while the hearing is open")
	}
	ada.opens("hearing opened")
	karin.open(base)
	karin.seeIn("section[aria-labelledby=hearings]", "received")
	ada.does(base, "hearing-answered", "text", "Nobody on our rota could report at night.")
	karin.open(base)
	karin.see("Nobody on our rota could report at night.")
	karin.does(base, "partner-heard", "result", "answered")
}

// suspendedByTwo: the preview names what the member loses; a second person decides;
// then the member's open page ends by itself, what it saw is gone, and it can still
// report.
func suspendedByTwo(t *testing.T, p *platform, karin, ada *tab, base string) {
	otto := p.enter(t, "Otto Lindgren")
	shown := ada.caseOf("J-SHOWN")
	ada.open(shown + "/plan")
	ada.see("Pumps that answer to anybody")
	js[bool](ada, `window.before = true`)

	karin.begins(base, "partner-suspended", append(decision("SO-41"), "publication-0", "on", "appeal-until", time.Now().AddDate(0, 0, 45).Format(time.DateOnly))...)
	karin.see("Pumps that answer to anybody", "another person")
	karin.press("form.preview-keep button[value=confirm]")
	karin.see("Another person of the authority must approve it")
	ada.see("Pumps that answer to anybody") // asked for is not decided
	otto.open("/partners/waiting")
	otto.approves("Acme Networks")

	ada.wait("the open page to end", `!window.before`)
	ada.miss("words of the maker", "words of the office")
	ada.open("/cases")
	ada.see("J-KNOWN")
	ada.open("/search?q=words+of+the+office")
	ada.miss("words of the office to its members", "J-SHOWN")
	ada.standing(base, "Suspended")
	karin.standing(base, "Suspended")
	// It still reports.
	address := ada.imports("later.yaml", ago(strings.NewReplacer("J-KNOWN", "J-LATER", "990801", "990802", "AGO216", "AGO2", "AGO215", "AGO1").Replace(known)))
	ada.open(address + "/people")
	ada.pick("#f-org", "Sundmark Office")
	ada.fill("#f-role", "observer")
	ada.press("section[aria-labelledby=invite] button[value=preview]")
	ada.press("button[value=give]")
	karin.caseOf("J-LATER")
}

// mendedAndLifted: what is to be mended, reported and accepted; the review says so,
// and the access comes back.
func mendedAndLifted(karin, ada *tab, base string) {
	karin.does(base, "rectification-set", "tasks", "A rota that can report at any hour", "due", time.Now().AddDate(0, 0, 60).Format(time.DateOnly))
	ada.open(base)
	ada.see("A rota that can report at any hour")
	ada.does(base, "rectification-reported", "text", "The rota runs since Monday.")
	karin.open(base)
	karin.see("The rota runs since Monday.")
	karin.does(base, "rectification-accepted")
	ada.open(base)
	ada.see("accepted")
	karin.does(base, "partner-reassessed", "result", "lift", "reason", "It is mended.")
	ada.standing(base, "Suspended") // a review is no decision
	karin.does(base, "partner-reinstated", "reason", "It is mended.", "number", "SO-42", "signatory", "Dr. K. Bauer")
	for _, b := range []*tab{karin, ada} {
		b.standing(base, "Active")
	}
	ada.open(ada.caseOf("J-SHOWN") + "/record")
	ada.see("words of the office to its members")
}

// extended: the other member mends nothing. It is heard once more, the review says
// so, two persons extend by the calendar, and it goes on receiving nothing.
func extended(t *testing.T, p *platform) {
	karin, cleo, otto := p.enter(t, "Karin Bauer"), p.enter(t, "Cleo Martin"), p.enter(t, "Otto Lindgren")
	base := karin.partnerOf("Borel Energy")
	cleo.standing(base, "Suspended")
	until := cleo.ends()
	karin.does(base, "hearing-opened", "rule", "TMP-MEMBER-REPORT", "reason", "You are heard on the suspension.")
	cleo.opens("hearing opened")
	cleo.does(base, "hearing-answered", "text", "We have nobody for it.")
	karin.does(base, "partner-heard", "result", "answered")
	karin.does(base, "rectification-set", "tasks", "A rota that can report at any hour", "due", time.Now().AddDate(0, 0, 60).Format(time.DateOnly))
	karin.does(base, "hearing-opened", "rule", "TMP-MEMBER-REPORT", "reason", "You are heard on an extension.")
	cleo.does(base, "hearing-answered", "text", "Not before spring.")
	karin.does(base, "partner-heard", "result", "answered")
	karin.does(base, "partner-reassessed", "result", "extend", "reason", "Nothing is mended.")
	karin.begins(base, "partner-extended", append(decision("SO-43"), "publication-0", "on", "until", time.Now().AddDate(0, 0, 180).Format(time.DateOnly),
		"due", time.Now().AddDate(0, 0, 170).Format(time.DateOnly), "appeal-until", time.Now().AddDate(0, 0, 45).Format(time.DateOnly))...)
	karin.press("form.preview-keep button[value=confirm]")
	cleo.open(base)
	if now := cleo.ends(); now != until {
		t.Errorf("what is asked for moves the end already: %s", now)
	}
	otto.open("/partners/waiting")
	otto.approves("Borel Energy")
	for _, b := range []*tab{karin, cleo} {
		b.standing(base, "Suspended")
		b.see("extended until")
		if now := b.ends(); now == until {
			b.fail("the end did not move: %s", now)
		}
	}
	cleo.open("/search?q=words+of+the+office")
	cleo.miss("words of the office to its members")
	// The next review is of the extension, and it stands on both sides' pages.
	karin.open(base)
	karin.see("Review")
}
