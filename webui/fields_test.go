package webui

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// formPage is a page to which a form was sent.
func formPage(sent url.Values, problems ...string) *page {
	v := &visit{r: httptest.NewRequest("GET", "/x", nil), Form: sent}
	for _, name := range problems {
		if v.problems == nil {
			v.problems = map[string]string{}
		}
		v.problems[name] = "wrong"
	}
	return &page{visit: v, Problem: !v.ok()}
}

// TestATickStays: what somebody ticked is ticked when the form is shown again,
// with a problem or without one; what they unticked stays off where the form
// came back.
func TestATickStays(t *testing.T) {
	on := url.Values{"ours": {"on"}}
	for name, c := range map[string]struct {
		sent     url.Values
		problems []string
		settings []any
		want     bool
	}{
		"nothing sent":                       {url.Values{}, nil, nil, false},
		"nothing sent, ticked by the page":   {url.Values{}, nil, []any{"checked", true}, true},
		"ticked, no problem":                 {on, nil, nil, true},
		"ticked, a problem elsewhere":        {on, []string{"name"}, nil, true},
		"unticked, a problem elsewhere":      {url.Values{"name": {""}}, []string{"name"}, []any{"checked", true}, false},
		"ticked, the page would not":         {on, nil, []any{"checked", false}, true},
		"another form of the page came back": {url.Values{"other": {"x"}}, nil, []any{"checked", true}, true},
	} {
		f, err := newField(formPage(c.sent, c.problems...), "ours", "Ours", append([]any{"type", "checkbox"}, c.settings...)...)
		if err != nil || f.Checked != c.want {
			t.Errorf("%s: checked %v (%v)", name, f.Checked, err)
		}
	}
}

// TestAChoiceOfNothingCanBeSent: a select in which something is always chosen is
// neither marked as optional nor refused by the browser, and asks no empty value
// to be filled in.
func TestAChoiceOfNothingCanBeSent(t *testing.T) {
	list := []option{{"", "None"}, {"a", "A"}}
	f, err := newField(formPage(url.Values{}), "above", "Belongs to", "type", "select", "options", list, "plain", true)
	if err != nil || f.Required || !f.Plain {
		t.Fatalf("%+v %v", f, err)
	}
	h := newFake().site(t)
	page := ask(t, h, "ada", "en", "/admin/organisations/new", nil).Body.String()
	part := page[strings.Index(page, `for="f-part-of"`):]
	part = part[:strings.Index(part, "</select>")]
	if strings.Contains(part, "required") || strings.Contains(part, "optional") {
		t.Errorf("the browser refuses it, or the mark is there: %s", part)
	}
}

// mute tells of a required select in which a choice of "" is more than an
// invitation to choose: the browser would refuse the form without saying why.
// choose are the words of such an invitation.
func mute(n *html.Node, choose ...string) string {
	if n.Data != "select" || !has(n, "required") {
		return ""
	}
	for o := n.FirstChild; o != nil; o = o.NextSibling {
		if o.Data != "option" || attr(o, "value") != "" {
			continue
		}
		said := ""
		if o.FirstChild != nil {
			said = o.FirstChild.Data
		}
		invites := false
		for _, word := range choose {
			invites = invites || strings.HasPrefix(said, word)
		}
		if !invites {
			return said
		}
	}
	return ""
}

// has tells whether an attribute is there, whatever it says.
func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// TestNoSelectRefusesInSilence walks all pages for required selects whose empty
// choice means something.
func TestNoSelectRefusesInSilence(t *testing.T) {
	words, err := loadWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	choose := []string{words.say("en", "common.choose"), words.say("en", "case.choose-kind")}
	walkSelects := func(page string, found func(string)) {
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if said := mute(n, choose...); said != "" {
				found(attr(n, "name") + ": " + said)
			}
		}
	}
	for _, c := range append(ownPages(), morePages...) {
		f := newFake()
		if c.Set != nil {
			c.Set(f)
		}
		walkSelects(ask(t, f.site(t), c.Who, "en", c.Path, c.Form).Body.String(), func(what string) {
			t.Errorf("%s %s: a required select in which %q can be chosen", c.Path, c.Name, what)
		})
	}
	// The control: one that means something is found, an invitation is not.
	found := 0
	walkSelects(`<select name="a" required><option value="">All</option></select><select name="b" required><option value="">Choose…</option></select>`, func(string) { found++ })
	if found != 1 {
		t.Errorf("the control finds %d", found)
	}
}
