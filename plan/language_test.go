package plan

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/examples"
	"tocsin/rulebook"
)

// foreign lists what a plan in a language still says in English although it has
// words for it: titles of duties and prohibitions, and what stands in reasons.
func foreign(p *Plan, lang string) []string {
	var out []string
	see := func(where, text string, title map[string]string) {
		en, own := title["en"], title[lang]
		if en != "" && own != "" && en != own && strings.Contains(text, en) && !strings.Contains(own, en) {
			out = append(out, where+": "+text)
		}
	}
	reasons := func(where string, rs []Reason) {
		for _, r := range rs {
			for _, ph := range r.terms {
				for _, t := range ph {
					see(where, r.Text, t.title)
					if t.kind != "" {
						see(where, r.Text, map[string]string{"en": "(" + t.kind.Words() + ")", lang: t.kind.In(lang)})
					}
				}
			}
		}
	}
	for _, d := range p.Duties {
		see(d.ID, d.Title, d.rule.Title)
		see(d.ID, d.Title, d.stage.Title)
		reasons(d.ID, d.Because)
	}
	for _, x := range p.Prohibitions {
		see(x.Rule, x.Title, x.rule.Title)
		reasons(x.Rule, x.Because)
	}
	for _, s := range p.Standing {
		see(s.Rule, s.Title, s.rule.Title)
	}
	reasons("warnings", p.Warnings)
	return out
}

func exampled(t *testing.T) []*Plan {
	t.Helper()
	names, err := examples.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var out []*Plan
	for _, n := range names {
		data, err := examples.Files.ReadFile(n.Name())
		if err != nil {
			t.Fatal(err)
		}
		c, err := casefile.Parse(n.Name(), data)
		if err != nil {
			t.Fatal(err)
		}
		p, err := For(c, book(t), Options{At: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func TestAPlanSaysRolesFactsAndTitlesInTheReadersLanguage(t *testing.T) {
	for _, p := range exampled(t) {
		before, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"zh", "fr", "de"} {
			if len(p.Duties) > 0 && len(foreign(p, lang)) == 0 {
				t.Errorf("%s in English: nothing is foreign to a reader of %s: the search itself is broken", p.Case, lang)
			}
			p.SayIn(lang)
			for _, f := range foreign(p, lang) {
				t.Errorf("%s in %s: %s", p.Case, lang, f)
			}
			p.SayIn("en")
		}
		after, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if string(before) != string(after) {
			t.Errorf("%s: said in other languages and back, it is another plan", p.Case)
		}
	}
}

func TestAPlanFromJSONKeepsItsTitles(t *testing.T) {
	p := exampled(t)[0]
	p.SayIn("de")
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back Plan
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	title := back.Duties[0].Title
	back.SayIn("fr")
	if back.Duties[0].Title != title {
		t.Errorf("the title became %q", back.Duties[0].Title)
	}
}

func TestEveryStatusHasWords(t *testing.T) {
	for _, r := range book(t).Rules {
		for _, lang := range []string{"en", "zh", "fr", "de"} {
			if statuses[r.Status][lang] == "" {
				t.Errorf("%s: the status %s has no words in %s", r.ID, r.Status, lang)
			}
		}
	}
	if got := statusTerm("unheard-of").in("de"); got != "unheard-of" {
		t.Errorf("a status without words is %q", got)
	}
}

func TestPhrasesJoinAndSayNothingTwice(t *testing.T) {
	a, b := titled(map[string]string{"en": "one", "de": "eins"}), titled(map[string]string{"en": "two", "de": "zwei"})
	p := joined([]phrase{a, b, a, nil}, " / ")
	if p.in("en") != "one / two" || p.in("de") != "eins / zwei" || p.in("zh") != "one / two" {
		t.Errorf("%q, %q, %q", p.in("en"), p.in("de"), p.in("zh"))
	}
	r := because("heard", "by", a, "event", "e7")
	if !strings.Contains(r.Say("de"), "eins") || !strings.Contains(r.Text, "one") || r.Args["by"] != "one" {
		t.Errorf("%+v, in German %q", r, r.Say("de"))
	}
	if langs := []string{"en", "zh", "fr", "de"}; slices.ContainsFunc(langs, func(l string) bool { return rulebook.T(a[0].title, l) == "" }) {
		t.Error("a title without a language is said in English")
	}
}
