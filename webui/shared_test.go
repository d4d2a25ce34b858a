package webui

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tocsin/sharing"
)

// each walks the elements of a page.
func each(t *testing.T, page string, fn func(*html.Node)) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		fn(n)
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
}

// sentBy is what a browser sends of the form that has a button do=VALUE, and where.
func sentBy(t *testing.T, page, value string) (action string, out url.Values) {
	t.Helper()
	out = url.Values{}
	each(t, page, func(n *html.Node) {
		if n.Type != html.ElementNode || n.Data != "form" || action != "" {
			return
		}
		sent, has := url.Values{}, false
		var in func(*html.Node)
		in = func(n *html.Node) {
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			switch name := attr(n, "name"); {
			case n.Data == "button" && name == "do" && attr(n, "value") == value:
				has = true
			case n.Data == "input" && (attr(n, "type") == "checkbox" || attr(n, "type") == "radio"):
				for _, a := range n.Attr {
					if a.Key == "checked" {
						sent.Add(name, attr(n, "value"))
					}
				}
			case n.Data == "input" && name != "":
				sent.Add(name, attr(n, "value"))
			case n.Data == "textarea":
				sent.Add(name, strings.TrimPrefix(text, "\n"))
			case n.Data == "option":
				for _, a := range n.Attr {
					if a.Key == "selected" {
						for p := n.Parent; p != nil; p = p.Parent {
							if p.Data == "select" {
								sent.Add(attr(p, "name"), attr(n, "value"))
							}
						}
					}
				}
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				in(c)
			}
		}
		if in(n); has {
			action, out = attr(n, "action"), sent
			out.Set("do", value)
		}
	})
	if action == "" {
		t.Fatalf("no form of the page does %q", value)
	}
	return action, out
}

// A suspended member sees first what it still receives and under which clause, and
// that it can report; what lies above its ceiling is nowhere. An active member is
// the control.
func TestWhatASuspendedMemberSeesOfTheRound(t *testing.T) {
	c := theCircle()
	h := c.site(t)
	page := ask(t, h, "cleo", "en", "/shared", nil).Body.String()
	for _, want := range []string{"You still receive what is labelled", "s. 5(2)", "Report to the authority", "/shared/new?kind=report&amp;org=borel&amp;platform=circle", "Example Pump is being attacked", "We are hit, too"} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	above := []string{"What we know of the pump", "Signs of the attack", "Seen at one site", "For the energy firms", "A flaw in Example Valve"}
	active := ask(t, h, "ada", "en", "/shared", nil).Body.String()
	for _, title := range above {
		if strings.Contains(page, title) {
			t.Errorf("a suspended member sees %q", title)
		}
		if !strings.Contains(active, title) {
			t.Errorf("the control: an active member does not see %q", title)
		}
	}
	if strings.Contains(active, "You still receive") {
		t.Error("an active member is told of a ceiling as if it were suspended")
	}
	list := page[strings.Index(page, "<main"):]
	if strings.Index(list, "You still receive") > strings.Index(list, "<ol") {
		t.Error("what it still receives does not come first")
	}
}

// A suspended member reports by the form, without a script, as far as the page of
// what it reported; it is offered nobody but the authority, and a form that names
// others is refused.
func TestASuspendedMemberReportsByTheForm(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	page := ask(t, h, "cleo", "en", "/shared/new?platform=circle&kind=report", nil).Body.String()
	if strings.Contains(page, `value="all"`) || !strings.Contains(page, "While suspended you share with the authority alone") {
		t.Error("the form offers a suspended member more than the authority")
	}
	action, f := sentBy(t, page, "preview")
	f.Set("title-en", "Seven sites are hit")
	f.Set("text-en", "Since noon.")
	f.Set("tlp", "AMBER")
	w := ask(t, h, "cleo", "en", action, f)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "the authority alone") {
		t.Fatalf("the preview: %d", w.Code)
	}
	action, f = sentBy(t, w.Body.String(), "send")
	w = ask(t, h, "cleo", "en", action, f)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("sending: %d\n%s", w.Code, w.Body)
	}
	if again := ask(t, h, "cleo", "en", action, f); again.Header().Get("Location") != w.Header().Get("Location") {
		t.Error("sent twice, it is shared twice")
	}
	for person, want := range map[string]int{"cleo": 200, "karin": 200, "ada": 404} {
		got := ask(t, h, person, "en", w.Header().Get("Location"), nil)
		if got.Code != want || want == 200 && !strings.Contains(got.Body.String(), "Seven sites are hit") {
			t.Errorf("%s reads it with %d, want %d", person, got.Code, want)
		}
	}
	f.Set("whom", "all")
	f.Set("key", "another")
	if got := ask(t, h, "cleo", "en", action, f); got.Code != 422 {
		t.Errorf("a suspended member shares with all: %d", got.Code)
	}
}

// No page makes a link of an indicator, nor loads anything by it; each stands there
// as text that no program takes for an address, and once more exactly.
func TestAnIndicatorIsNeverALink(t *testing.T) {
	c := theCircle()
	h := c.site(t)
	pages := map[string]string{}
	for _, path := range []string{"/shared/" + c.items["signs"], "/shared/" + c.items["signs"] + "?version=1", "/shared/" + c.items["seen"], "/shared"} {
		for _, who := range []string{"ada", "karin"} {
			pages[path+" "+who] = ask(t, h, who, "en", path, nil).Body.String()
		}
	}
	f := url.Values{"title-en": {"https://evil.example/t"}, "text-en": {"see https://evil.example/t"}, "tlp": {"GREEN"}, "whom": {"all"}, "signs": {"https://evil.example/a\nevil.example"}, "keywords": {"https://evil.example/k"}}
	pages["a form"] = ask(t, h, "karin", "en", "/shared/new?platform=circle&kind=indicator", f).Body.String()
	pages["a correction"] = ask(t, h, "karin", "en", "/shared/"+c.items["signs"]+"/correct", nil).Body.String()
	leads := func(page string) (wrong []string) {
		each(t, page, func(n *html.Node) {
			for _, a := range n.Attr {
				if n.Type == html.ElementNode && a.Key != "value" && a.Key != "placeholder" && strings.Contains(a.Val, "evil") {
					wrong = append(wrong, n.Data+" "+a.Key+"="+a.Val)
				}
			}
		})
		return wrong
	}
	for name, page := range pages {
		if wrong := leads(page); len(wrong) > 0 {
			t.Errorf("%s: %v", name, wrong)
		}
	}
	if len(leads(`<p><a href="https://evil.example">x</a></p>`)) != 1 {
		t.Error("the control is not seen")
	}
	page := pages["/shared/"+c.items["signs"]+"?version=1 ada"]
	for _, want := range []string{"evil[.]example", "hxxps[://]evil[.]example/a?b=1", "192[.]0[.]2[.]17", "bad[@]evil[.]example", "${jndi:ldap[://]evil.example/a}"} {
		if !strings.Contains(html.UnescapeString(page), want) {
			t.Errorf("it does not show %s", want)
		}
	}
	if !strings.Contains(html.UnescapeString(page), "https://evil.example/a?b=1\n192.0.2.17\n") {
		t.Error("the exact signs are not there to be copied")
	}
}

// Text that wants to be more than text stays text, whatever field it is in, on the
// page, in the list, and in a form that comes back.
func TestNothingSharedBecomesMarkup(t *testing.T) {
	c := newCircle()
	wild := strings.TrimSuffix(hostile, "\u202ecod.exe")
	words := sharing.Words{Title: wild, Text: wild + "\n[x](javascript:alert(8))", Concerns: wild, First: wild}
	by := c.clock.Now().Add(time.Hour)
	d := sharing.Draft{Kind: sharing.RiskNotice, TLP: "GREEN", AckBy: &by, Words: map[string]sharing.Words{"en": words, "zh": words}, Signs: []sharing.Sign{{Type: "other", Value: wild, Note: wild}},
		Sightings: []sharing.Seen{{Type: "other", Value: wild, Count: 1, First: c.clock.Now(), Last: c.clock.Now()}}, About: sharing.About{Vulnerabilities: []string{wild}, Purls: []string{"pkg:" + wild}, Products: []string{wild}, Keywords: []string{wild}}}
	c.gives("wild", "karin", d)
	must(c.round.Acknowledge(context.Background(), c.reader("ada"), c.items["wild"], "", wild))
	words.Text = "otherwise " + wild
	d.Words = map[string]sharing.Words{"en": words}
	must(c.round.Correct(context.Background(), c.reader("karin"), c.items["wild"], d, 0, ""))
	must(c.round.PutGroup(context.Background(), c.reader("karin"), sharing.Group{Platform: "circle", Name: wild, Orgs: []string{"acme"}}))
	h := c.site(t)
	base, pages := "/shared/"+c.items["wild"], map[string]string{}
	for _, who := range []string{"karin", "ada"} {
		for _, path := range []string{"/shared", "/desk", base, base + "?version=1", base + "?words=" + url.QueryEscape(hostile), "/shared/new?platform=circle&kind=" + url.QueryEscape(hostile), "/shared/new?platform=" + url.QueryEscape(hostile)} {
			pages[who+" "+path] = ask(t, h, who, "en", path, nil).Body.String()
		}
	}
	pages["correct"] = ask(t, h, "karin", "en", base+"/correct", nil).Body.String()
	pages["groups"] = ask(t, h, "karin", "en", "/partners/groups", nil).Body.String()
	sent := url.Values{}
	for _, name := range []string{"title-en", "text-en", "tlp", "whom", "vulnerabilities", "purls", "keywords", "signs", "sign-value", "sign-note", "sign-type", "seen-value", "seen-count", "seen-first", "ack-by", "key", "seen", "group", "to", "person", "reason", "words-said", "org", "name", "version"} {
		sent.Set(name, wild)
	}
	for _, kind := range sharing.Kinds() {
		pages["POST "+string(kind)] = ask(t, h, "karin", "en", "/shared/new?platform=circle&kind="+string(kind), sent).Body.String()
	}
	for _, path := range []string{base + "/correct", base + "/acknowledge", base + "/withdraw", "/partners/groups"} {
		pages["POST "+path] = ask(t, h, "karin", "en", path, sent).Body.String()
	}
	for path, page := range pages {
		for _, wrong := range markup(t, page) {
			t.Errorf("%s: %s", path, wrong)
		}
	}
}

// A form that comes back holds all that was typed, the indicators with the types
// that were found, which can be changed.
func TestTheFormKeepsWhatWasTyped(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	path := "/shared/new?platform=circle&kind=indicator"
	sent := url.Values{"title-en": {"Typed title"}, "text-de": {"Getippter Text"}, "whom": {"chosen"}, "to": {"ferrum"}, "group": {c.items["group"]}, "keywords": {"typed-keyword"}, "ack-by": {"2026-12-24T10:00"},
		"signs": {"evil[.]example\nsetup.exe\n2001:db8::1"}}
	w := ask(t, h, "karin", "en", path, sent) // without a label, and a German text without a title
	if w.Code != 422 {
		t.Fatalf("%d", w.Code)
	}
	_, f := sentBy(t, w.Body.String(), "preview")
	for name, want := range map[string][]string{"title-en": {"Typed title"}, "text-de": {"Getippter Text"}, "whom": {"chosen"}, "to": {"ferrum"}, "group": {c.items["group"]}, "keywords": {"typed-keyword"}, "ack-by": {"2026-12-24T10:00"},
		"sign-value": {"evil.example", "setup.exe", "2001:db8::1"}, "sign-type": {"domain", "file-name", "ipv6"}, "signs": {""}} {
		if !slices.Equal(f[name], want) {
			t.Errorf("%s: %q, want %q", name, f[name], want)
		}
	}
	f.Set("tlp", "GREEN")
	f.Set("title-de", "Titel")
	f["sign-type"] = []string{"domain", "other", "ipv6"}
	f["sign-value"] = []string{"evil.example", "setup.exe", ""}
	w = ask(t, h, "karin", "en", path, f)
	page := w.Body.String()
	if w.Code != 200 || !strings.Contains(page, "Not said in: 中文, Français") || !strings.Contains(page, "Ferrum Controls") {
		t.Fatalf("the preview: %d\n%s", w.Code, page)
	}
	action, f := sentBy(t, page, "send")
	w = ask(t, h, "karin", "en", action, f)
	it := must(c.round.Get(context.Background(), c.reader("karin"), strings.TrimPrefix(w.Header().Get("Location"), "/shared/")))
	if want := []sharing.Sign{{Type: "domain", Value: "evil.example"}, {Type: "other", Value: "setup.exe"}}; !slices.Equal(it.Signs, want) {
		t.Errorf("shared %+v, want %+v", it.Signs, want)
	}
	if it.Words["de"].Title != "Titel" || it.AckBy == nil || it.AckBy.Format(time.RFC3339) != "2026-12-24T09:00:00Z" || !slices.Equal(it.To, []string{"ferrum"}) {
		t.Errorf("%+v", it.Edition)
	}
}
