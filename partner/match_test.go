package partner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/partner"
)

// Who is told about what: each row is a keyword or package, and a notice.
func TestWhoIsToldAboutWhat(t *testing.T) {
	for _, c := range []struct {
		want, in, said string
		told           bool
	}{
		{"log4j", "product", "Apache Log4j 2", true},
		{"log4j", "product", "log4js", false},
		{"Log4J", "product", "apache-log4j", true},
		{"log4j", "purl", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", true},
		{"maven", "purl", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", false},
		{"programmable logic controller", "keyword", "Programmable-Logic  Controller", true},
		{"logic", "keyword", "biologic", false},
		{"SIEMENS", "product", "ＳＩＥＭＥＮＳ S7", true},
		{"STRASSE", "product", "Straße 7", true},
		{"ﬁrewall", "keyword", "Firewall", true},
		{"网关", "product", "某工业网关产品", true},
		{"工业网关", "product", "某网关产品", false},
		{"日志", "keyword", "Log4j日志组件", true},
		{"log4j", "keyword", "Log4j日志组件", true},
		{"ガ", "product", "カ\u3099ス", true}, // a mark that belongs to its sign
		{"カ", "product", "カ\u3099ス", false},
		{"CVE-2021-44228", "vulnerability", "cve-2021-44228", true},
		{"CVE-2021-4422", "vulnerability", "CVE-2021-44228", false},
		{"é", "product", "cafe\u0301 é", true},
		{"pkg:maven/org.example/parser", "purl", "pkg:Maven/org.example/Parser@1.2?type=jar#x", true},
		{"pkg:npm/@acme/x@1", "purl", "pkg:npm/%40acme/x@2.0", true},
		{"pkg:pypi/my_lib", "purl", "pkg:pypi/My-Lib", true},
		{"pkg:maven/org.example/parser", "purl", "pkg:maven/org.example/parser-extra", false},
		{"pkg:maven/org.example/parser", "purl", "parser", false},
	} {
		a, f := partner.Agreement{Keywords: []string{c.want}}, partner.Facts{}
		if strings.HasPrefix(c.want, "pkg:") {
			a = partner.Agreement{Products: []string{c.want}}
		}
		*map[string]*[]string{"vulnerability": &f.Vulnerabilities, "purl": &f.Purls, "product": &f.Products, "keyword": &f.Keywords}[c.in] = []string{c.said}
		got := partner.Concerns(a, f)
		if c.told != (len(got) == 1) {
			t.Errorf("%q in %q: %v", c.want, c.said, got)
		}
		if c.told && len(got) == 1 && (got[0].Wanted != c.want || got[0].Matched != c.said || got[0].In != c.in) {
			t.Errorf("%q in %q is explained as %+v", c.want, c.said, got[0])
		}
	}
	if got := partner.Concerns(partner.Agreement{All: true}, partner.Facts{}); len(got) != 1 || got[0].Why != "everything" {
		t.Errorf("who wants everything: %v", got)
	}
	if got := partner.Concerns(partner.Agreement{}, partner.Facts{Keywords: []string{"log4j"}, Purls: []string{"x"}}); got != nil {
		t.Errorf("who wants nothing: %v", got)
	}
}

// A keyword that is found stays found in a longer text and in other letters'
// case, and each is found in itself.
func TestLawKeywordsAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.StringMatching(`[a-z0-9é中文网]{2,6}( [a-z0-9]{2,5})?`).Draw(t, "keyword")
		told := func(text string) bool {
			return len(partner.Concerns(partner.Agreement{Keywords: []string{k}}, partner.Facts{Products: []string{text}})) > 0
		}
		around := rapid.StringMatching(`[ -/,.]{1,3}`).Draw(t, "around")
		for _, text := range []string{k, strings.ToUpper(k), "x" + around + k + around + "y"} {
			if !told(text) {
				t.Fatalf("%q is not found in %q", k, text)
			}
		}
	})
}

func platform() partner.Platform {
	return partner.Platform{ID: "circle", Name: "Product Security Circle", Authority: "office", Pack: "agreement", Terms: terms()}
}

func agreement() partner.Agreement {
	return partner.Agreement{Platform: "circle", Org: "acme", Units: []string{"psirt"}, Level: "full", From: "2020-01-20", Until: "2023-01-20",
		Signed:   partner.Signature{At: time.Date(2020, 1, 17, 10, 0, 0, 0, time.UTC), By: "H. Nord, M. Sund", Hash: strings.Repeat("0a", 32)},
		Contacts: []partner.Contact{{Name: "PSIRT", Mail: "psirt@acme.example", Phone: "+49 30 1234-0", OutOfHours: "+49 170 12345", Fingerprint: strings.Repeat("AB ", 20), Languages: []string{"de", "pt-BR"}, Verified: "2020-01-18"}},
		Keywords: []string{"log4j", "网"}, Products: []string{"pkg:maven/org.example/parser"}}
}

func TestMembershipsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		what, key string
		change    func(*partner.Agreement)
	}{
		{"as it should be", "", nil},
		{"to the very last day", "", func(a *partner.Agreement) { a.Until = "2023-01-20" }},
		{"another platform", "platform", func(a *partner.Agreement) { a.Platform = "other" }},
		{"nobody's", "org", func(a *partner.Agreement) { a.Org = "" }},
		{"the authority's own", "org", func(a *partner.Agreement) { a.Org = "office" }},
		{"a level that is none", "level", func(a *partner.Agreement) { a.Level = "gold" }},
		{"no level where there are levels", "level", func(a *partner.Agreement) { a.Level = "" }},
		{"a kind where there are none", "kind", func(a *partner.Agreement) { a.Kind = "vendor" }},
		{"a unit twice", "units", func(a *partner.Agreement) { a.Units = []string{"u", "u"} }},
		{"many units", "units", func(a *partner.Agreement) { a.Units = make([]string, 51) }},
		{"no hash", "signed.hash", func(a *partner.Agreement) { a.Signed.Hash = "" }},
		{"a short hash", "signed.hash", func(a *partner.Agreement) { a.Signed.Hash = "0a" }},
		{"a hash in capitals", "signed.hash", func(a *partner.Agreement) { a.Signed.Hash = strings.Repeat("0A", 32) }},
		{"signed by nobody", "signed.by", func(a *partner.Agreement) { a.Signed.By = "" }},
		{"never signed", "signed.at", func(a *partner.Agreement) { a.Signed.At = time.Time{} }},
		{"held before it was signed", "from", func(a *partner.Agreement) { a.From = "2020-01-16" }},
		{"no first day", "from", func(a *partner.Agreement) { a.From = "" }},
		{"a last day that is none", "until", func(a *partner.Agreement) { a.Until = "2023-02-30" }},
		{"an end before the beginning", "until", func(a *partner.Agreement) { a.Until = "2020-01-19" }},
		{"a day too long", "until", func(a *partner.Agreement) { a.Until = "2023-01-21" }},
		{"a contact that nobody reaches", "contacts", func(a *partner.Agreement) { a.Contacts[0].Mail, a.Contacts[0].Phone = "", "" }},
		{"two addresses", "contacts.mail", func(a *partner.Agreement) { a.Contacts[0].Mail = "a@x.example,b@y.example" }},
		{"an address with a name", "contacts.mail", func(a *partner.Agreement) { a.Contacts[0].Mail = "A <a@x.example>" }},
		{"no domain", "contacts.mail", func(a *partner.Agreement) { a.Contacts[0].Mail = "a@x" }},
		{"a telephone of no country", "contacts.phone", func(a *partner.Agreement) { a.Contacts[0].Phone = "030 1234" }},
		{"letters for a telephone", "contacts.phone", func(a *partner.Agreement) { a.Contacts[0].OutOfHours = "+49 CALL ME" }},
		{"half a fingerprint", "contacts.fingerprint", func(a *partner.Agreement) { a.Contacts[0].Fingerprint = "ABCD" }},
		{"no language", "contacts.languages", func(a *partner.Agreement) { a.Contacts[0].Languages = []string{"German!"} }},
		{"verified some day", "contacts.verified", func(a *partner.Agreement) { a.Contacts[0].Verified = "lately" }},
		{"a contact without a name", "contacts.name", func(a *partner.Agreement) { a.Contacts[0].Name = "" }},
		{"a keyword of one letter", "keywords", func(a *partner.Agreement) { a.Keywords = []string{"x"} }},
		{"a keyword of signs", "keywords", func(a *partner.Agreement) { a.Keywords = []string{"---"} }},
		{"a book as a keyword", "keywords", func(a *partner.Agreement) { a.Keywords = []string{strings.Repeat("ab", 60)} }},
		{"no package", "products", func(a *partner.Agreement) { a.Products = []string{"log4j"} }},
		{"a note that turns", "note", func(a *partner.Agreement) { a.Note = "\u202e" }},
	} {
		a, p := agreement(), platform()
		if c.change != nil {
			c.change(&a)
		}
		refused(t, c.what, c.key, a.Check(&p))
	}
}

func TestTermsThatAreRefused(t *testing.T) {
	period := func(s string) calendar.Period { p, _ := calendar.ParsePeriod(s); return p }
	for _, c := range []struct {
		what, key string
		change    func(*partner.Platform)
	}{
		{"as it should be", "", nil},
		{"no urgency", "", func(p *partner.Platform) { p.Terms.Urgent = nil }},
		{"no zone is UTC", "", func(p *partner.Platform) { p.Terms.Zone = "" }},
		{"no id", "id", func(p *partner.Platform) { p.ID = "" }},
		{"an id with a blank", "id", func(p *partner.Platform) { p.ID = "the circle" }},
		{"no name", "name", func(p *partner.Platform) { p.Name = "" }},
		{"nobody's", "authority", func(p *partner.Platform) { p.Authority = "" }},
		{"no pack", "pack", func(p *partner.Platform) { p.Pack = "" }},
		{"nowhere", "terms.zone", func(p *partner.Platform) { p.Terms.Zone = "Mars/Olympus" }},
		{"no reply period", "terms.reply", func(p *partner.Platform) { p.Terms.Reply.Period = calendar.Period{} }},
		{"days and hours", "terms.reply", func(p *partner.Platform) { p.Terms.Reply.Period = period("P1DT2H") }},
		{"business days", "terms.appeal", func(p *partner.Platform) { p.Terms.Appeal.Period = period("P4BD") }},
		{"for ever", "terms.term", func(p *partner.Platform) { p.Terms.Term.Period = period("P999Y") }},
		{"no clause", "terms.longest.clause", func(p *partner.Platform) { p.Terms.Longest.Clause = "" }},
		{"no body of appeal", "terms.appeal-body", func(p *partner.Platform) { p.Terms.Body = "" }},
		{"a ceiling is missing", "terms.ceilings", func(p *partner.Platform) { delete(p.Terms.Ceilings, partner.Warned) }},
		{"a label that is none", "terms.ceilings.active", func(p *partner.Platform) {
			p.Terms.Ceilings[partner.Active] = partner.Ceiling{TLP: "WHITE", Clause: "s"}
		}},
		{"more for who is suspended", "terms.ceilings.suspended", func(p *partner.Platform) {
			p.Terms.Ceilings[partner.Suspended] = partner.Ceiling{TLP: "RED", Clause: "s"}
		}},
		{"a second person for a member's act", "terms.second-person", func(p *partner.Platform) { p.Terms.SecondPerson = map[casefile.Kind]string{"appealed": "s"} }},
		{"a level twice", "terms.levels", func(p *partner.Platform) { p.Terms.Levels = append(p.Terms.Levels, p.Terms.Levels[0]) }},
		{"a level without a title", "terms.levels.full", func(p *partner.Platform) { p.Terms.Levels[0].Title = nil }},
		{"a title in no language", "terms.levels.full.title", func(p *partner.Platform) { p.Terms.Levels[0].Title["xx"] = "?" }},
	} {
		p := platform()
		if c.change != nil {
			c.change(&p)
		}
		refused(t, c.what, c.key, p.Check())
	}
}

func FuzzConcerns(f *testing.F) {
	f.Add("log4j", "Apache Log4j", "pkg:maven/a/b")
	f.Add("\u0301", "カ\u3099", "pkg:%zz/\xff")
	f.Fuzz(func(t *testing.T, keyword, text, purl string) {
		a := partner.Agreement{Keywords: []string{keyword}, Products: []string{purl}}
		got := partner.Concerns(a, partner.Facts{Products: []string{text}, Purls: []string{purl}, Vulnerabilities: []string{keyword}})
		if again := partner.Concerns(a, partner.Facts{Products: []string{text}, Purls: []string{purl}, Vulnerabilities: []string{keyword}}); !slices.Equal(got, again) {
			t.Fatalf("%v, then %v", got, again)
		}
		_ = fmt.Sprint(got)
	})
}
