package partnership

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/coordination"
	"tocsin/dossier"
	"tocsin/earlier"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// letterParts are what a formal letter has beside its act.
const letterParts = "office: Head, delegation: D1, place: Port, from-address: 1 Quay, to-address: 2 Mill"

// decided is a member with a whole way to a suspension behind it, and something
// else that began after it.
func decided(w *world, t *testing.T) (id, suspended string) {
	id = w.joined("acme", "acme-psirt")
	w.does("karin", id, "called-on due=2026-11-25T12:00:00Z text=help")
	w.does("karin", id, "partner-warned reason=late rule=TMP-MEMBER-REPORT attributes={number: 1/2026, signatory: K, appeal-body: Panel, appeal-until: 2026-12-31}")
	w.does("ada", id, `mark-contested reason="we told its maker" re=`+w.last(id, "partner-warned").ID)
	w.does("karin", id, "hearing-opened due=2026-12-04T23:59:59+01:00 reason=answer")
	w.does("ada", id, "hearing-answered text=sorry re="+w.last(id, "hearing-opened").ID)
	w.does("karin", id, "partner-heard result=answered re="+w.last(id, "hearing-opened").ID)
	w.clock.Pass(time.Minute)
	asked, err := w.Do(w.Context(), w.who("karin"), id, w.suspension("until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin}"), -1, "k1")
	w.must(err)
	_, err = w.Decide(w.Context(), w.who("otto"), asked.ID, true, "agreed")
	w.must(err)
	suspended = w.last(id, "partner-suspended").ID
	w.does("ada", id, `appealed reason="it was reported" re=`+suspended)
	w.does("karin", id, "called-on due=2026-12-25T12:00:00Z text=unrelated-call-of-later")
	w.does("karin", id, "rectification-set due={value: 2027-02-28, zone: Europe/Berlin} attributes={task-list: inventory}")
	return id, suspended
}

// A decision is taken away as one file: how it came about, what speaks for the
// member, its answer, its appeal, where it stood; and nothing that began later and
// has nothing to do with it. The whole partnership has that too.
func TestADossierOfADecision(t *testing.T) {
	w := newWorld(t)
	id, suspended := decided(w, t)
	for _, person := range []string{"karin", "ada"} {
		made, err := w.Dossier(t.Context(), w.who(person), id, DossierAsked{Act: suspended, Lang: "en", By: "a platform"})
		if err != nil {
			t.Fatal(person, err)
		}
		page := string(made.File)
		for _, want := range []string{"2/2026", "· this decision", "we told its maker", "sorry", "Answer to the hearing", "Right of reply: contested by the member", "it was reported",
			"Appeal", "Rectification asked for", "Where Acme Networks stood", "Suspended", "<svg", "are not in this dossier: 1.", "Statement to the press, which is no hearing"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the dossier of the decision lacks %q", person, want)
			}
		}
		if strings.Contains(page, "unrelated-call-of-later") {
			t.Errorf("%s: it holds what began after it", person)
		}
		whole, err := w.Dossier(t.Context(), w.who(person), id, DossierAsked{Lang: "de", By: "a platform"})
		if err != nil {
			t.Fatal(person, err)
		}
		if page := string(whole.File); !strings.Contains(page, "unrelated-call-of-later") || !strings.Contains(page, "Gegendarstellung") || strings.Contains(page, "diese Entscheidung") {
			t.Errorf("%s: the dossier of the partnership is not whole", person)
		}
	}
}

// Whoever is on neither side finds no dossier, as they find no partnership; and an
// event that is no act of this file is none, for both sides alike.
func TestADossierIsForTheTwoSides(t *testing.T) {
	w := newWorld(t)
	id, suspended := decided(w, t)
	w.joined("borel")
	ask := func(person, id, act string) error {
		_, err := w.Dossier(t.Context(), w.who(person), id, DossierAsked{Act: act, Lang: "en", By: "a platform"})
		return err
	}
	theirs, none := ask("cleo", id, suspended), ask("cleo", "nothing", suspended)
	w.wants(theirs, fault.NotFound, "no such membership")
	if none == nil || none.Error() != theirs.Error() {
		t.Errorf("what is not there answers %v, what is another's %v", none, theirs)
	}
	w.wants(ask("karin", id, "nothing"), fault.NotFound, "no such act")
	w.wants(ask("ada", id, "nothing"), fault.NotFound, "no such act")
	stale := w.who("ada")
	stale.Fresh = false
	if _, err := w.Dossier(t.Context(), stale, id, DossierAsked{Lang: "en", By: "a platform"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("taken away without proving who it is: %v", err)
	}
}

// A formal letter that is complete stands in the dossier, in its language; for the
// member not before it has opened it, since to read it is to receive it.
func TestADossierHoldsTheLetters(t *testing.T) {
	w := newWorld(t)
	id := w.joined("acme")
	w.does("karin", id, `partner-reminded reason="please tell us" rule=TMP-MEMBER-REPORT attributes={number: R-7, signatory: K. Bauer, `+letterParts+`}`)
	w.does("karin", id, "partner-reminded reason=bare rule=TMP-MEMBER-REPORT")
	counts := func(person string) (sheets, sealed int) {
		t.Helper()
		made, err := w.Dossier(t.Context(), w.who(person), id, DossierAsked{Lang: "fr", By: "a platform"})
		w.must(err)
		return strings.Count(string(made.File), `class="letter-sheet"`), strings.Count(string(made.File), say("fr", "sealed"))
	}
	if sheets, _ := counts("karin"); sheets != 1 {
		t.Errorf("the sender has %d letters, want the one that is complete", sheets)
	}
	if _, sealed := counts("ada"); sealed < 2 {
		t.Errorf("of what was not opened, %d letters are said to be sealed", sealed)
	}
	letters, err := w.Inbox(t.Context(), w.who("ada"))
	w.must(err)
	for _, l := range letters {
		_, _, err := w.Open(t.Context(), w.who("ada"), l.ID)
		w.must(err)
	}
	if sheets, sealed := counts("ada"); sheets != 1 || sealed != 0 {
		t.Errorf("opened, the member has %d letters, and %d are sealed", sheets, sealed)
	}
}

// The evidence of a finding that was served can be checked against the hash that
// the act names; where the reader does not see all of it, the file says so.
func TestTheEvidenceInADossierHasItsHash(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	acme := w.joined("acme")
	w.joined("borel")
	own, err := w.desk.ImportAs(ctx, w.who("ada"), "acme", "case.yaml", []byte(known), "")
	w.must(err)
	_, err = w.desk.ImportAs(ctx, w.who("karin"), "office", "case.yaml", []byte(third), "")
	w.must(err)
	_, err = w.desk.GiveSeat(ctx, w.who("ada"), own.Handle, coordination.SeatAsked{Org: "office", Role: access.Observes})
	w.must(err)
	f, err := w.Find(ctx, w.who("karin"), acme, ReportLimb, "evidence", coordination.EarlierAsked{Report: earlier.Report{Flaws: []string{"CVE-2026-990100"}, By: "Borel Energy",
		Received: calendar.Instant(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))}})
	w.must(err)
	_, err = w.ServeFinding(ctx, w.who("karin"), f.ID, w.act("finding-served rule=TMP-MEMBER-REPORT reason=told"), -1, "")
	w.must(err)
	saved := regexp.MustCompile(`data-file="evidence-1.json" href="data:application/octet-stream;base64,([^"]+)"`)
	page := func(person string) string {
		made, err := w.Dossier(ctx, w.who(person), acme, DossierAsked{Lang: "en", By: "a platform"})
		w.must(err)
		return string(made.File)
	}
	if got := saved.FindStringSubmatch(page("karin")); got == nil {
		t.Error("the authority's dossier has no evidence to save")
	} else {
		data, err := base64.StdEncoding.DecodeString(got[1])
		w.must(err)
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.Hash {
			t.Error("the evidence has not the hash that the act names")
		}
	}
	theirs := page("ada")
	if saved.MatchString(theirs) || !strings.Contains(theirs, "the hash cannot be computed") || strings.Contains(theirs, "TOC-THIRD") {
		t.Error("a member's dossier shows what is another's, or does not say that something is left out")
	}
}

// Every step that an act can be is one that dossiers know, and the words beside the
// picture are there in every language.
func TestDossierWords(t *testing.T) {
	known := dossier.StepCodes()
	for kind, code := range stepKinds {
		if !slices.Contains(known, code) {
			t.Errorf("%s is a %q, which dossiers do not know", kind, code)
		}
	}
	for _, kind := range partner.Acts() {
		if stepKinds[kind] == "" {
			t.Errorf("%s has no place on the way to a decision", kind)
		}
	}
	for _, lang := range dossier.Languages() {
		for key, en := range words()["en"] {
			if w := words()[lang][key]; w == "" || strings.Count(w, "{") != strings.Count(en, "{") {
				t.Errorf("%s: %s is %q", lang, key, w)
			}
		}
		if len(words()[lang]) != len(words()["en"]) {
			t.Errorf("%s has words that English has not", lang)
		}
		for _, s := range partner.Standings() {
			if words()[lang]["standing."+string(s)] == "" {
				t.Errorf("%s: nothing says %s", lang, s)
			}
		}
	}
}
