package letters_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/letter"
	"tocsin/partner"
	"tocsin/partnership/letters"
	"tocsin/rulebook"
)

const file = `
format: tocsin-casefile/1
case: PARTNERSHIP-x
title: Acme on the Circle (invented)
record: kept
tlp: AMBER
parties:
  - {id: authority, name: Sundmark Office, country: DE, roles: [authority, sharing-authority]}
  - {id: member, name: Acme Networks, country: DE, roles: [sharing-partner]}
events:
  - {id: e1, kind: partner-joined, by: authority, to: [member], at: "2026-01-05T09:00:00Z", until: {value: "2029-01-04", zone: Europe/Berlin}, scope: circle, attributes: {signed-by: H. Nord, hash: 9f86}}
  - {id: e2, kind: partner-reminded, by: authority, to: [member], at: "2026-02-02T09:00:00Z", scope: circle, reason: The list is missing.}
  - {id: e3, kind: mark-contested, by: member, to: [authority], at: "2026-02-03T09:00:00Z", scope: circle, re: e2, reason: It was sent in January.}
  - {id: e4, kind: partner-warned, by: authority, to: [member], at: "2026-03-02T22:30:00Z", scope: circle, reason: A report came late., rule: TMP-MEMBER-REPORT, attributes: {number: W-1, signatory: K. Bauer, office: Head, delegation: D1, place: Port, from-address: "1 Quay\n\n Port", to-address: 2 Mill, appeal-body: Panel, appeal-until: "2026-04-30"}}
  - {id: e5, kind: partner-reminded, by: authority, to: [member], at: "2026-05-02T09:00:00Z", scope: circle, reason: Of later.}
`

var book = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

func theFile(t *testing.T) letters.File {
	t.Helper()
	b, err := book()
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.Parse("file.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	st, err := partner.Fold(c, "authority", "member", time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return letters.File{Case: c, State: st, On: partner.Platform{ID: "circle", Name: "Sundmark Circle", Pack: "model-partnership", Terms: partner.Terms{Zone: "Europe/Berlin"}}, Book: b}
}

// A letter says what the file held when the act was done, in the words of the
// clause, with what the member says against it; nothing of later, and the day of
// the zone that the terms count in.
func TestALetterIsOfItsDay(t *testing.T) {
	f := theFile(t)
	for _, lang := range letter.Languages() {
		l := f.Compose(*f.Case.Event("e4"), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), lang)
		if l.Kind != letter.Warning || l.Number != "W-1" || len(l.Facts) != 1 || l.Facts[0].Contested[lang] != "It was sent in January." {
			t.Fatalf("%s: %+v", lang, l)
		}
		if got := l.Date.Format(time.DateOnly); got != "2026-03-02" {
			t.Errorf("the day in Berlin is %s", got)
		}
		if len(l.Basis) != 1 || l.Basis[0].Operative == "" {
			t.Errorf("%s: the clause: %+v", lang, l.Basis)
		}
		if !slices.Equal(l.From.Address, []string{"1 Quay", "Port"}) {
			t.Errorf("the address: %q", l.From.Address)
		}
		text, err := l.Plain(lang)
		if err != nil {
			t.Fatal(lang, err)
		}
		for _, want := range []string{"Acme Networks", "Sundmark Office", "PARTNERSHIP-x", "e2", "A report came late."} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the letter lacks %q", lang, want)
			}
		}
		if strings.Contains(text, "Of later.") {
			t.Errorf("%s: the letter tells of later", lang)
		}
	}
}

// Where parties are called otherwise now, the letter calls them so; a member's act
// goes the other way.
func TestWhoWritesToWhom(t *testing.T) {
	f := theFile(t)
	f.Names = map[string]string{"member": "Acme Holding"}
	l := f.Compose(*f.Case.Event("e4"), time.Now(), "en")
	if l.To.Name["en"] != "Acme Holding" || l.From.Name["en"] != "Sundmark Office" {
		t.Errorf("%v to %v", l.From.Name, l.To.Name)
	}
	e := casefile.Event{Kind: "appealed", By: "member", Re: "e4", Reason: "no"}
	if l := f.Compose(e, time.Now(), "en"); l.From.Name["en"] != "Acme Holding" || l.Re != "W-1" || len(l.Asks) != 1 {
		t.Errorf("%+v", l)
	}
}

// What is taken back goes out as it stands, and so does what has no letter.
func TestWhatHasNoLetter(t *testing.T) {
	for _, e := range []casefile.Event{{Kind: "partner-warned", Result: "withdrawn"}, {Kind: "partner-left"}, {Kind: "acknowledged"}} {
		if k := letters.Of(e); k != "" {
			t.Errorf("%s goes out as a %s", e.Kind, k)
		}
	}
	for _, k := range partner.Acts() { // every kind that is named is one that letters know
		if got := letters.KindOf(k); got != "" && !slices.Contains(letter.Kinds(), got) {
			t.Errorf("%s goes out as %q", k, got)
		}
	}
}

// Every language says all that one says.
func TestWords(t *testing.T) {
	read := func(lang string) map[string]string {
		m := map[string]string{}
		data, err := os.ReadFile("words/" + lang + ".json")
		if err == nil {
			err = json.Unmarshal(data, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	en := read("en")
	for _, lang := range letter.Languages() {
		words := read(lang)
		for key := range en {
			if words[key] == "" || strings.Count(words[key], "{") != strings.Count(en[key], "{") {
				t.Errorf("%s: %s is %q", lang, key, words[key])
			}
		}
		if len(words) != len(en) {
			t.Errorf("%s has %d words, English %d", lang, len(words), len(en))
		}
	}
}
