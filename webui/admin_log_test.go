package webui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/record"
)

// fakeNotes are notes of the log, the newest first.
type fakeNotes struct{ list []record.Note }

func (f fakeNotes) Notes(_ context.Context, before int64, limit int) (out []record.Note, err error) {
	for _, n := range f.list {
		if (before == 0 || n.Seq < before) && len(out) < limit {
			out = append(out, n)
		}
	}
	return out, nil
}

// note makes one as the record reads it back.
func note(seq int64, kind, by, body string) record.Note {
	n := record.Note{Seq: seq, Epoch: 1, Index: 100 + seq, Recorded: at.Add(time.Duration(seq-20) * time.Minute), By: by, Kind: kind}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&n.Body); err != nil {
		panic(err)
	}
	return n
}

// logged is a log with something of everything.
func logged(f *fake) {
	var reads []string
	for i := range 12 {
		reads = append(reads, fmt.Sprintf(`{"person":"%s","session":"h","kind":"plan","case":"k%026d","view":"all","n":%d,"first":"2026-03-05T14:00:00Z","last":"2026-03-05T14:20:00Z"}`, []string{"ada", "ben", "gone"}[i%3], i, i+1))
	}
	f.notes.list = []record.Note{
		note(12, "reads", "coordination", `{"reads":[`+strings.Join(reads, ",")+`],"not-kept":3}`),
		note(11, "seat-given", "ben", `{"case":"k00000000000000000000000001","seat":"s1","role":"party","org":"other","person":"eve","barred":1,"despite":"The owner asked counsel."}`),
		note(10, "glass-broken", "ada", `{"case":"k00000000000000000000000001","seat":"s2","reason":"<b>Nobody of the owner answers</b>"}`),
		note(9, "person", "ada", `{"what":"changed","person":"ben","platform":["coordinator"],"member":[{"org":"acme","roles":["responder","counsel"]},{"org":"nowhere","roles":["observer"]}],"disabled":true,"place-changed":true,"login-changed":false,"alone":true}`),
		note(8, "role", "ada", `{"what":"asked","person":"ben","request":"r","roles":["coordinator"]}`),
		note(7, "org", "ada", `{"what":"changed","org":"other","standing":"suspended","stood":"active"}`),
		note(6, "credential", "ben", `{"what":"token-made","person":"ben","token":"t","scopes":["see","*"],"undone":true}`),
		note(5, "recovery", "operator", `{"what":"link-made","for":"recovery","person":"ben","link":"l"}`),
		note(4, "gap", "escalation", `{"from":"2026-03-01T00:00:00Z","to":"2026-03-01T02:00:00Z"}`),
		note(2, "epoch-opened", "ada", `{"by":"Ada","with":"ben","lost":4,"reason":"the disk broke"}`),
		note(1, "something-new", "ada", `{"what":"else"}`),
	}
}

// TestTheLogSaysWhatChangedPower: in words, the newest first, and what was read
// apart from it.
func TestTheLogSaysWhatChangedPower(t *testing.T) {
	f := newFake()
	logged(f)
	h := f.site(t)
	page := ask(t, h, "ada", "en", "/admin/log", nil).Body.String()
	at := 0
	for _, want := range []string{
		"A seat on a case was given", "Ben Brandt", `href="/admin/people/eve"`, `href="/admin/organisations/other"`, "k00000000000000000000000001", "party: sees its own side", "The owner asked counsel.",
		"Emergency access", "&lt;b&gt;Nobody of the owner answers", "A person was changed", "Without a second administrator",
		`<a href="/admin/people/ben">Ben Brandt</a>`, "Acme Networks GmbH (Responder, Counsel); nowhere (Observer)", "Place of work changed",
		"An organisation was changed", "Standing before", "Active", "Suspended", "An API token was made", "Not done after all",
		"A recovery link was made", "Whoever runs the machine", "Nobody watched the dates", "A new epoch", "the disk broke", "something-new.else",
	} {
		i := strings.Index(page[at:], want)
		if i < 0 {
			t.Fatalf("%q is not there, or not in order", want)
		}
		at += i
	}
	if strings.Contains(page, "Cases were read") || strings.Contains(page, "Login changed") {
		t.Error("what was read drowns what changed power, or what did not change is told")
	}
	page = ask(t, h, "ada", "en", "/admin/log?show=reads", nil).Body.String()
	if strings.Count(page, "<td data-label=\"What\">Plan</td>") != logReads || !strings.Contains(page, "7 more") || strings.Contains(page, "Emergency") {
		t.Error("the reads of a note")
	}
	page = ask(t, h, "ada", "en", "/admin/log/12", nil).Body.String()
	if strings.Count(page, "<td data-label=\"What\">Plan</td>") != 12 || !strings.Contains(page, "<code>gone</code>") || !strings.Contains(page, "&#34;not-kept&#34;: 3") {
		t.Error("a note's own page does not say all")
	}
	for _, path := range []string{"/admin/log/3", "/admin/log/0", "/admin/log/x", "/admin/log/99999999999999999999"} {
		if w := ask(t, h, "ada", "en", path, nil); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/admin/log", "/admin/log/10"} { // a coordinator of a case administers nothing
		if w := ask(t, h, "ben", "en", path, nil); w.Code != 404 || strings.Contains(w.Body.String(), "Emergency") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestTheLogIsPaged: whoever follows the links sees every note once, also where
// what is looked for lies far behind what is not.
func TestTheLogIsPaged(t *testing.T) {
	f := newFake()
	want := 0
	for seq := int64(1500); seq > 0; seq-- {
		kind, body := "reads", `{"reads":[]}`
		if seq%140 == 0 || seq < 120 {
			kind, body = "role", fmt.Sprintf(`{"what":"asked","reason":"n%d."}`, seq)
			want++
		}
		f.notes.list = append(f.notes.list, note(seq, kind, "ada", body))
	}
	h := f.site(t)
	seen, path := map[string]bool{}, "/admin/log"
	for pages := 0; path != ""; pages++ {
		w := ask(t, h, "ada", "en", path, nil)
		if w.Code != 200 || pages > 20 {
			t.Fatalf("%s: %d, page %d", path, w.Code, pages)
		}
		page := w.Body.String()
		for _, n := range f.notes.list {
			if n.Kind == "role" && strings.Contains(page, said(n.Body["reason"])) {
				if seen[said(n.Body["reason"])] {
					t.Errorf("%v stands on two pages", n.Body["reason"])
				}
				seen[said(n.Body["reason"])] = true
			}
		}
		path = ""
		if _, rest, ok := strings.Cut(page, `rel="next" href="`); ok {
			path = "/admin/log" + strings.ReplaceAll(rest[:strings.Index(rest, `"`)], "&amp;", "&")
		}
	}
	if len(seen) != want {
		t.Errorf("%d of %d notes are found", len(seen), want)
	}
}

// TestEveryKindHasWords: what the packages note is in the catalogue.
func TestEveryKindHasWords(t *testing.T) {
	words, err := loadWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{
		"person.first", "person.seeded", "person.made", "person.changed", "person.deputies", "person.link-made", "person.link-used",
		"role.asked", "role.granted", "role.declined", "org.made", "org.changed", "session.frozen",
		"credential.password-set", "credential.second-factor-set", "credential.second-factor-dropped", "credential.token-made", "credential.token-ended",
		"credential.passkey-added", "credential.passkey-dropped", "credential.passkey-cloned", "credential.sso-allowed", "credential.sso-taken-back",
		"credential.sso-linked", "credential.sso-dropped", "recovery.link-made", "recovery.link-used", "recovery.code-used", "recovery.cancelled-by-sign-in",
		"frozen", "seat-given", "seat-taken", "glass-broken", "approval-asked", "approval-approved", "approval-done", "approval-declined", "approval-expired",
		"exported", "reads", "gap", "clock-accepted", "epoch-opened", "leaves-recovered",
	} {
		if !words.has("log.is." + kind) {
			t.Errorf("%s has no words", kind)
		}
	}
	for _, name := range logFacts {
		if !words.has("log.fact." + name) {
			t.Errorf("the fact %s has no words", name)
		}
	}
}

// TestAStandingIsChangedOnSecondThought: the page says what will change, and
// changes nothing before somebody said yes to that very standing.
func TestAStandingIsChangedOnSecondThought(t *testing.T) {
	f := newFake()
	h := f.site(t)
	form := url.Values{"name": {"Acme Group"}, "kind": {"group"}, "country": {"DE"}, "standing": {"suspended"}, "version": {"7"}, "note": {"see the minutes"}}
	w := ask(t, h, "ada", "en", "/admin/organisations/acme-group", form)
	page := w.Body.String()
	if w.Code != 200 || f.did("PutOrg") || !strings.Contains(page, "from “Active” to “Suspended”") || !strings.Contains(page, "lose sight of what others did") ||
		!strings.Contains(page, "2 organisations below it") || !strings.Contains(page, "see the minutes") || !strings.Contains(page, `name="sure" value="suspended"`) {
		t.Fatalf("%d %v", w.Code, f.calls)
	}
	form.Set("sure", "suspended")
	form.Set("standing", "left") // another one than was agreed to
	if w := ask(t, h, "ada", "en", "/admin/organisations/acme-group", form); w.Code != 200 || f.did("PutOrg") || !strings.Contains(w.Body.String(), "to “Left”") {
		t.Errorf("%d %v", w.Code, f.calls)
	}
	form.Set("standing", "suspended")
	seeOther(t, h, "ada", "/admin/organisations/acme-group", form, "/admin/organisations")
	if f.orgs["acme-group"].Standing != "suspended" {
		t.Errorf("%+v", f.orgs["acme-group"])
	}
	form.Del("sure")
	form.Set("name", "Acme Holding") // no change of the standing asks nothing
	seeOther(t, h, "ada", "/admin/organisations/acme-group", form, "/admin/organisations")
}

// TestAWayBackForTheOnlyAdministrator: the own page says who helps, and how.
func TestAWayBackForTheOnlyAdministrator(t *testing.T) {
	h := newFake().site(t)
	if page := ask(t, h, "ada", "en", "/admin/people/ada", nil).Body.String(); !strings.Contains(page, "--recover ada@example.org") {
		t.Error("the way back is not told")
	}
	w := ask(t, h, "ada", "en", "/admin/people/eve/link", url.Values{"purpose": {"invite"}})
	if page := w.Body.String(); !strings.Contains(page, `data-copy="link"`) || !strings.Contains(page, `id="link"`) {
		t.Error("the link cannot be copied by a button")
	}
}
