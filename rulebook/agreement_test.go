package rulebook

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// unquoted lists the rules of the model agreement whose operative words do not
// stand in its text, in the section that they cite.
func unquoted(b *Book, text string) []string {
	sections := map[string]string{}
	for _, s := range regexp.MustCompile(`\*\*Section (\d+)\.`).FindAllStringSubmatchIndex(text, -1) {
		body := text[s[0]:]
		if next := strings.Index(body[2:], "**Section "); next >= 0 {
			body = body[:next+2]
		}
		sections[text[s[2]:s[3]]] = strings.Join(strings.Fields(body), " ")
	}
	var out []string
	for _, r := range b.Rules {
		if r.Pack().Pack != "agreement" {
			continue
		}
		m := regexp.MustCompile(`s\. (\d+)\((\d)\)$`).FindStringSubmatch(r.Citation.Text)
		if m == nil || !strings.Contains(sections[m[1]], "("+m[2]+")") || !strings.Contains(sections[m[1]], r.Citation.Operative) {
			out = append(out, r.ID)
		}
	}
	return out
}

// The model agreement is this project's own text, so its pack can be held
// against it word by word: that is all that its `verified` claims.
func TestTheModelAgreementIsQuotedAsItStands(t *testing.T) {
	data, err := os.ReadFile("../docs/model-agreement.md")
	if err != nil {
		t.Fatal(err)
	}
	b := shippedBook(t)
	for _, id := range unquoted(b, string(data)) {
		t.Errorf("%s quotes what its section does not say", id)
	}
	n := 0
	for _, r := range b.Rules {
		if r.Pack().Pack == "agreement" {
			n++
			if r.Ground != "agreement" || r.Status != "contractual" || r.Order != "none" || r.Reviewed != nil {
				t.Errorf("%s is taken for more than a model agreement", r.ID)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d rules", n)
	}
	// the control: another text quotes none of it
	if got := unquoted(b, "**Section 3.** (1) The member reports to the platform."); len(got) != n {
		t.Errorf("a text that says nothing is said to hold %d of the rules", n-len(got))
	}
}
