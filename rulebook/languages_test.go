package rulebook

import (
	"fmt"
	"slices"
	"testing"
)

// shownIn are the languages of every page.
var shownIn = []string{"en", "zh", "fr", "de"}

// untranslated lists what a book would show in another language than the
// reader's: titles of packs, roles, results, facts, directory entries, rules and
// stages. The words of a law stay in their own language: they are no titles.
func untranslated(b *Book) []string {
	var out []string
	check := func(what string, title map[string]string, needed bool) {
		if len(title) == 0 && !needed {
			return
		}
		for _, lang := range shownIn {
			if title[lang] == "" {
				out = append(out, fmt.Sprintf("%s has no title in %s", what, lang))
			}
		}
	}
	for _, p := range b.Packs {
		check("pack "+p.Pack, p.Title, true)
		for _, r := range p.Roles {
			check("role "+r.ID, r.Title, true)
		}
		for _, r := range p.Results {
			check("result "+r.ID, r.Title, true)
		}
		for _, f := range p.Facts {
			check("fact "+f.ID, f.Title, true)
		}
		for _, e := range p.Directory {
			check("entry "+e.ID, e.Title, true)
		}
	}
	for _, r := range b.Rules {
		check("rule "+r.ID, r.Title, true)
		for _, s := range r.Stages {
			check("stage "+r.ID+"/"+s.ID, s.Title, false)
		}
	}
	return out
}

func TestEverythingShownHasFourLanguages(t *testing.T) {
	b, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, missing := range untranslated(b) {
		t.Error(missing)
	}
	if len(b.Rules) < 100 {
		t.Errorf("only %d rules were looked at", len(b.Rules))
	}
}

// The control: one title taken out of each place is found.
func TestAMissingTitleIsFound(t *testing.T) {
	b, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	without := func(m map[string]string) map[string]string {
		return map[string]string{"en": m["en"], "zh": m["zh"], "de": m["de"]}
	}
	i := slices.IndexFunc(b.Packs, func(p *Pack) bool { return p.Pack == "eu-cra" })
	p := b.Packs[i]
	p.Title, p.Roles[0].Title, p.Results[0].Title, p.Directory[0].Title = without(p.Title), without(p.Roles[0].Title), without(p.Results[0].Title), without(p.Directory[0].Title)
	r := b.Rule("EU-CRA-16-2-DELAY")
	r.Title, r.Stages[0].Title = without(r.Title), without(r.Stages[0].Title)
	f := b.Packs[slices.IndexFunc(b.Packs, func(p *Pack) bool { return len(p.Facts) > 0 })]
	f.Facts[0].Title = nil
	if got := untranslated(b); len(got) != 6+4 {
		t.Errorf("six titles without French and one without any: found %q", got)
	}
}
