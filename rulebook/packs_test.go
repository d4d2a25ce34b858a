package rulebook

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func shippedBook(t testing.TB) *Book {
	t.Helper()
	b, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every record of the law that was collected is a rule, or was split into rules
// that name it as their parent. None was lost on the way.
func TestEveryRecordIsARule(t *testing.T) {
	data, err := os.ReadFile("testdata/record-ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	ids := strings.Fields(string(data))
	if len(ids) != 100 {
		t.Fatalf("%d records, want 100", len(ids))
	}
	b := shippedBook(t)
	has := func(id string) bool { return b.Rule(id) != nil || len(b.Children(id)) > 0 }
	for _, id := range ids {
		if !has(id) {
			t.Errorf("the record %s is neither a rule nor the parent of one", id)
		}
	}
	if has("XX-NO-SUCH-RECORD") {
		t.Error("the search finds what is not there")
	}
}

// A parent is a record, a rule, or a clause that several rules share: a typing
// error would make a rule an orphan.
func TestParentsAreRecordsOrShared(t *testing.T) {
	data, err := os.ReadFile("testdata/record-ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	ids := strings.Fields(string(data))
	b := shippedBook(t)
	for _, r := range b.Rules {
		if r.Parent != "" && !slices.Contains(ids, r.Parent) && b.Rule(r.Parent) == nil && len(b.Children(r.Parent)) < 2 {
			t.Errorf("%s: the parent %s is no record, no rule, and of nobody else", r.ID, r.Parent)
		}
	}
}

// overclaims lists where a rule says more of itself than it may. What a machine
// can see of `verified` is little: that a sign-off names a person and a day, that
// what has no official address is not verified throughout, and that a
// number said to be computed as verified is there.
func overclaims(b *Book, r *Rule) []string {
	var out []string
	say := func(ok bool, s string) {
		if !ok {
			out = append(out, s)
		}
	}
	if v := r.Reviewed; v != nil {
		say(v.By != "" && v.Jurisdiction != "" && isDate(v.On), "is reviewed by nobody, nowhere or on no day")
	}
	cites := []*Citation{&r.Citation}
	for i := range r.Stages {
		if c := r.Stages[i].Citation; c != nil {
			cites = append(cites, c)
		}
	}
	for _, c := range cites {
		say(c.Text != "", "cites no clause")
		say(len([]rune(c.Operative)) <= 160, "quotes more than a short phrase")
		say(c.Official == "" || strings.HasPrefix(c.Official, "https://"), "has an official address that is not https")
		say(len(c.Sources) > 0, "has no source")
		for _, s := range c.Sources {
			say(b.Source(s) != nil, "cites the unknown source "+s)
		}
	}
	say(r.Ground != "statute" || !slices.Contains([]string{"", "none", "norm"}, r.Order), "is a statute of no legal order")
	say(r.From != "" || r.Always || !r.Scheduled(), "has dates although nobody knows from when it applies")
	say(r.Status != "proposed" || r.From == "", "is a proposal that says when it applies")
	numbers := false
	for i := range r.Stages {
		numbers = numbers || len(r.Stages[i].Readings) > 0
	}
	say(r.Class != "prohibition" || !numbers, "is a prohibition with a date")
	return out
}

func TestNoRuleClaimsMoreThanItMay(t *testing.T) {
	b := shippedBook(t)
	for _, r := range b.Rules {
		for _, s := range overclaims(b, r) {
			t.Errorf("%s:%d: %s %s", r.Pack().File(), r.Line(), r.ID, s)
		}
	}
}

// The control: each claim that is too much is seen.
func TestOverclaimsAreSeen(t *testing.T) {
	b := shippedBook(t)
	good := func() *Rule {
		return &Rule{ID: "X", Status: "in-force", Ground: "statute", Order: "CN", From: "2021-09-01", Citation: Citation{Text: "Art. 1", Sources: []string{"S1"}}}
	}
	if got := overclaims(b, good()); len(got) > 0 {
		t.Fatalf("the good rule: %v", got)
	}
	for name, spoil := range map[string]func(*Rule){
		"nobody":         func(r *Rule) { r.Reviewed = &Review{On: "2026-01-01", Jurisdiction: "CN"} },
		"no day":         func(r *Rule) { r.Reviewed = &Review{By: "A", Jurisdiction: "CN"} },
		"no clause":      func(r *Rule) { r.Citation.Text = "" },
		"a quotation":    func(r *Rule) { r.Citation.Operative = strings.Repeat("应", 161) },
		"http":           func(r *Rule) { r.Citation.Official = "http://example.org" },
		"no source":      func(r *Rule) { r.Citation.Sources = nil },
		"unknown source": func(r *Rule) { r.Citation.Sources = []string{"S999"} },
		"a stage's source": func(r *Rule) {
			r.Stages = []Stage{{ID: "a", Citation: &Citation{Text: "x", Sources: []string{"S999"}}}}
		},
		"no order":         func(r *Rule) { r.Order = "none" },
		"no beginning":     func(r *Rule) { r.From = "" },
		"a dated proposal": func(r *Rule) { r.Status = "proposed" },
		"a dated ban":      func(r *Rule) { r.Class, r.Stages = "prohibition", []Stage{{ID: "a", Readings: []Reading{{}}}} },
	} {
		r := good()
		spoil(r)
		if len(overclaims(b, r)) != 1 {
			t.Errorf("%s: %v", name, overclaims(b, r))
		}
	}
}

// The shipped packs have no problem of content, not even a warning.
func TestShippedPacksAreClean(t *testing.T) {
	found, err := Lint(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found {
		t.Error(p)
	}
}
