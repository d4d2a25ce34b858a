package security

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/partner"
	"tocsin/partnership"
)

// canary begins every word that was planted in a hidden case, and stands nowhere
// else: whoever finds it outside has found a leak.
const canary = "zqxw"

// hostile is what somebody who means harm writes into every free text.
const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)><svg/onload=alert(3)>[a](javascript:alert(4)) ![b](https://evil.example.org/b.png) ` +
	`<a href="https://evil.example.org" style="x" onclick=alert(5)>c</a> {{.Secret}} </textarea></title>` + "\u202egpj.exe\u2066\u200f"

// planted is a text with a canary of its own.
func planted(field string) string { return fmt.Sprintf("%q", canary+field+" "+hostile) }

// hidden is a case file with a canary in each text, and with something of each
// kind in it that has an address. It happened the day before yesterday.
func hidden(id, tlp string) string {
	return strings.NewReplacer("DAY", time.Now().Add(-48*time.Hour).Format(time.DateOnly), "SHARE", tlp, "ID", id, "TITLE", planted("title"), "NOTE", planted("note"), "PRODUCT", planted("product"), "PARTY", planted("party"),
		"FINDER", planted("finder"), "MAIL", canary+"mail@walk.example.org", "LABEL", planted("label"), "TEXT", planted("text"), "REASON", planted("reason"),
		"PUBLISHER", planted("publisher"), "QUOTE", planted("quote"), "WINDOW", planted("window"),
	).Replace(`format: tocsin-casefile/1
case: ID
title: TITLE
record: kept
tlp: SHARE
vulnerabilities: [CVE-2026-990777]
note: NOTE
products:
  - {id: gateway, name: PRODUCT, purl: "pkg:generic/zqxwpurl", provider: acme, note: NOTE}
parties:
  - {id: acme, name: PARTY, country: DE, markets: [EU], note: NOTE, attributes: {eu-main-establishment: DE}}
  - {id: finder, name: FINDER, country: DE, roles: [finder], note: MAIL}
  - {id: other, name: PARTY, country: FR, markets: [EU]}
sources:
  - {id: s1, publisher: PUBLISHER, title: PUBLISHER, url: "javascript:alert(6)//zqxwurl", original: QUOTE, translation: QUOTE, note: NOTE, language: en, kind: press}
windows:
  - {kind: major-event, name: WINDOW, country: CN, from: "2026-02-04T00:00:00+08:00", to: "2026-02-21T00:00:00+08:00"}
events:
  - {id: zqxwevent1, kind: reported, by: finder, to: [acme], of: gateway, at: "DAYT09:00:00+02:00", label: LABEL, text: TEXT, source: s1}
  - {id: zqxwevent2, kind: aware, by: acme, of: gateway, how: told, exploited: true, at: "DAYT10:00:00+02:00", label: LABEL, text: TEXT, source: s1}
  - {id: zqxwevent3, kind: exploitation-observed, by: acme, of: gateway, at: "DAYT11:00:00+02:00", label: LABEL, text: TEXT, source: s1}
  - {id: zqxwevent4, kind: decided, by: acme, of: gateway, result: valid, reason: REASON, at: "DAYT12:00:00+02:00", review-on: "2026-12-01"}
`)
}

// imports keeps a case as somebody of the demo and knows its handle by a name.
func (w *world) imports(who, name, file string) string {
	w.t.Helper()
	res, err := w.p.Desk().Import(w.t.Context(), w.reader(who), "case.yaml", []byte(file), "")
	must(w.t, err)
	w.cases[name] = res.Handle
	return res.Handle
}

// furnished puts into a case what has an address of its own: a second seat, an
// approval that waits, a date that is relied on.
func (w *world) furnished(who, name string) {
	w.t.Helper()
	ctx, reader, handle := w.t.Context(), w.reader(who), w.cases[name]
	org, person := reader.Acting[0].Org, ""
	if name == alone {
		person = reader.Person
	}
	own, err := w.p.Desk().GiveSeat(ctx, reader, handle, coordination.SeatAsked{Org: org, Role: access.Owner, Party: "acme", Person: person})
	must(w.t, err)
	w.objects[name+" seat"] = own.ID
	ask, err := w.p.Desk().AskExport(ctx, reader, handle)
	must(w.t, err)
	w.objects[name+" approval"] = ask.ID
	planned, err := w.p.Desk().Plan(ctx, reader, handle, coordination.PlanOptions{})
	must(w.t, err)
	if len(planned.Plan.Duties) == 0 {
		w.t.Fatal("the hidden case has no duty")
	}
	w.objects[name+" duty"] = planned.Plan.Duties[0].ID
	snap, err := w.p.Desk().Rely(ctx, reader, handle, planned.Plan.Duties[0].ID, canary+"reliance", nil)
	must(w.t, err)
	w.objects[name+" snapshot"] = snap.ID
	token := w.people[who].every
	res := w.do(w.as(w.request("GET", "/api/v1/cases/"+handle, "", nil), nil, token))
	if w.objects[name+" tag"] = res.header.Get("ETag"); res.status != http.StatusOK || w.objects[name+" tag"] == "" {
		w.t.Fatalf("the owner does not see %s: %d %s", name, res.status, res.body)
	}
}

// The names of the hidden cases: kept by an organisation each, and one by a person
// alone, whom not even colleagues see.
const (
	kept   = "kept by lin"
	keptBy = "kept by karin"
	alone  = "kept by lin alone"
)

// caseIDs are what people call them.
var caseIDs = map[string]string{kept: "WALK-HIDDEN-1", keptBy: "WALK-HIDDEN-2", alone: "WALK-HIDDEN-3"}

// Two words of the same length for what is there, hidden, and what is not.
var absent = map[string]string{
	"handle": strings.Repeat("q", 26), "id": "WALK-ABSENT-1", "event": "zqxwevent9", "seat": strings.Repeat("w", 26), "approval": strings.Repeat("w", 20),
}

// walked fills a world with the hidden cases and with people who must not see them.
func walked(w *world) {
	w.t.Helper()
	peopled(w)
	hidingAlone(w)
	hiding(w)
	must(w.t, w.p.People().Freeze(w.t.Context(), w.reader("frozen").Session, "test"))
}

// peopled adds the people who are not in the demo.
func peopled(w *world) {
	w.t.Helper()
	w.newcomer("suspended", "suspended", "responder")
	w.newcomer("invited", "invited", "responder")
	w.newcomer("frozen", "active", "responder")
	w.member("colleague", "demo-yuhe", "responder")
	for _, name := range []string{"lin", "karin", "priya", "ines", "marit", "suspended", "colleague"} {
		w.tokened(name)
	}
	// What belongs to the sides of a partnership.
	partners, err := w.p.Partnerships().Members(w.t.Context(), w.reader("felix"), "")
	must(w.t, err)
	letters, err := w.p.Partnerships().Inbox(w.t.Context(), w.reader("felix"))
	must(w.t, err)
	w.objects["membership"], w.objects["letter"] = partners[0].ID, letters[0].ID
	w.objects["finding"] = w.found(partners[0].ID)
	// What belongs to a person: a session, a token, a passkey, an office that is asked for.
	creds, err := w.p.People().Of(w.t.Context(), w.people["karin"].id)
	must(w.t, err)
	w.objects["token"], w.objects["session"], w.objects["passkey"] = creds.Tokens[0].ID, w.reader("karin").Session, strings.Repeat("B", 43)
	// The only administrator makes a second one alone; whatever is asked then waits
	// for the other.
	w.newcomer("otto", "active", "responder")
	for _, who := range []string{"otto", "tomás"} {
		p, version, err := w.p.People().Person(w.t.Context(), w.people[who].id)
		must(w.t, err)
		p.Platform = []partner.Role{partner.Administrator}
		_, _, err = w.p.People().PutPerson(w.t.Context(), w.reader("ines"), p, version)
		must(w.t, err)
	}
	waiting, err := w.p.People().RoleRequests(w.t.Context())
	must(w.t, err)
	if len(waiting) != 1 {
		w.t.Fatalf("%d requests for an office wait", len(waiting))
	}
	w.objects["roles"] = waiting[0].ID
}

// hidingAlone keeps a case for named people.
func hidingAlone(w *world) {
	w.t.Helper()
	w.imports("lin", alone, hidden("WALK-HIDDEN-3", "RED"))
	w.furnished("lin", alone)
}

// hiding keeps the cases of two organisations.
func hiding(w *world) {
	w.t.Helper()
	w.imports("lin", kept, hidden("WALK-HIDDEN-1", "AMBER+STRICT"))
	w.imports("karin", keptBy, hidden("WALK-HIDDEN-2", "AMBER+STRICT"))
	w.furnished("lin", kept)
	w.furnished("karin", keptBy)
}

// found is a lateness finding that was put to a member of the demo.
func (w *world) found(member string) string {
	w.t.Helper()
	ctx, karin := w.t.Context(), w.reader("karin")
	asked := coordination.EarlierAsked{Report: earlier.Report{Names: []string{"Nordhain RAM-6 remote access module"}, Received: calendar.Instant(time.Now())}}
	f, err := w.p.Partnerships().Find(ctx, karin, member, partnership.ReportLimb, "walk", asked)
	must(w.t, err)
	_, err = w.p.Partnerships().ServeFinding(ctx, karin, f.ID, casefile.Event{Rule: "TMP-MEMBER-REPORT", Reason: "walk"}, -1, "")
	must(w.t, err)
	return f.ID
}
