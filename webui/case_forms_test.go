package webui

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// form gives the fields of the form on a page that goes to an address, as a
// browser would send them.
func form(t *testing.T, page, action string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var found *html.Node
	var seek func(*html.Node)
	seek = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "form" && attr(n, "method") == "post" && attr(n, "action") == action && found == nil {
			found = n
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			seek(c)
		}
	}
	if seek(root); found == nil {
		t.Fatalf("no form goes to %s", action)
	}
	out := url.Values{}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			name := attr(n, "name")
			switch {
			case name == "" || n.Data == "button":
			case n.Data == "textarea":
				text := ""
				if n.FirstChild != nil {
					text = n.FirstChild.Data
				}
				out.Add(name, text)
			case n.Data == "select":
				chosen, first := "", true
				var options func(*html.Node)
				options = func(n *html.Node) {
					if n.Data == "option" {
						if _, on := attrOf(n, "selected"); on || first {
							chosen, first = attr(n, "value"), false
						}
					}
					for c := n.FirstChild; c != nil; c = c.NextSibling {
						options(c)
					}
				}
				options(n)
				out.Add(name, chosen)
			case attr(n, "type") == "checkbox":
				if _, on := attrOf(n, "checked"); on {
					out.Add(name, attr(n, "value"))
				}
			default:
				out.Add(name, attr(n, "value"))
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(found)
	return out
}

func attrOf(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// TestAnEventIsPreviewedAndKept goes the way of a person at the desk: the step of
// a line leads to a filled form, the form shows what it changes, and what was
// shown is what is kept, once.
func TestAnEventIsPreviewedAndKept(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	desk := body(t, h, "lin", "en", "/desk")
	step := regexp.MustCompile(`href="(/cases/[^"]*/events/new\?[^"]*CN-RMSV-7-2-MIIT[^"]*)"`).FindStringSubmatch(desk)
	if step == nil {
		t.Fatal("the desk leads to no form for the report to the ministry")
	}
	action := "/cases/" + o.line + "/events"
	sent := form(t, body(t, h, "lin", "en", html.UnescapeString(step[1])), action)
	if sent.Get("kind") != "notified" || sent.Get("by") != "yuhe" || sent.Get("rule") != "CN-RMSV-7-2-MIIT" || !strings.Contains(strings.Join(sent["to"], " "), "cn-miit-nvdb") {
		t.Fatalf("the form is not filled in: %v", sent)
	}
	sent.Set("text", "Sent by the portal.")
	sent.Set("do", "preview")
	w := ask(t, h, "lin", "en", action, sent)
	for _, want := range []string{"It meets:", "this event", "It will be kept as your own word."} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the preview does not say %q", want)
		}
	}
	if n := len(seen(t, o, "lin", o.line).Events); n != 6 {
		t.Fatalf("the preview kept something: %d events", n)
	}
	kept := form(t, w.Body.String(), action)
	kept.Set("do", "keep")
	for range 2 { // sent twice, kept once
		seeOther(t, h, "lin", action, kept, "/cases/"+o.line+"/plan")
	}
	c := seen(t, o, "lin", o.line)
	if n := len(c.Events); n != 7 {
		t.Fatalf("%d events, want 7", n)
	}
	e := c.Events[6]
	if e.Kind != "notified" || e.Text != "Sent by the portal." || e.Basis != "own" || len(e.To) == 0 {
		t.Errorf("%+v", e)
	}
}

// TestSomebodyWasFaster: what was previewed over an older case is shown again
// over the newer one, with everything that was filled in, and not kept unseen.
func TestSomebodyWasFaster(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	action := "/cases/" + o.line + "/events"
	sent := url.Values{"kind": {"commented"}, "by": {"yuhe"}, "text": {"the first"}, "key": {"a"}}
	mine := form(t, ask(t, h, "lin", "en", action, sent).Body.String(), action)
	sent.Set("do", "keep")
	seeOther(t, h, "lin", action, sent, "/cases/"+o.line+"/plan")
	mine.Set("key", "b")
	mine.Set("text", "the second")
	mine.Set("do", "keep")
	w := ask(t, h, "lin", "en", action, mine)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "in the meantime") || !strings.Contains(w.Body.String(), "the second") {
		t.Fatalf("%d: the reader is not told, or lost what they wrote", w.Code)
	}
	again := form(t, w.Body.String(), action)
	again.Set("do", "keep")
	seeOther(t, h, "lin", action, again, "/cases/"+o.line+"/plan")
	if n := len(seen(t, o, "lin", o.line).Events); n != 8 {
		t.Errorf("%d events, want 8", n)
	}
}

// TestProblemsStandAtTheirFields: what was sent comes back, and what is wrong
// with it is said where it is wrong.
func TestProblemsStandAtTheirFields(t *testing.T) {
	h := shared().site(t)
	line := "/cases/" + shared().line
	for _, c := range []struct {
		name, path, field string
		sent              url.Values
	}{
		{"a recipient that nobody is", line + "/events", "to", url.Values{"kind": {"reported"}, "by": {"yuhe"}, "to": {"nobody-here"}, "text": {"keep me"}}},
		{"an end of an embargo that is no date", line + "/events", "until", url.Values{"kind": {"embargo-proposed"}, "by": {"yuhe"}, "until": {"soon"}, "text": {"keep me"}}},
		{"a number that is none", line + "/events", "persons", url.Values{"kind": {"incident-aware"}, "by": {"yuhe"}, "persons": {"many"}, "text": {"keep me"}}},
		{"a product that is not there", line + "/events", "of", url.Values{"kind": {"aware"}, "by": {"yuhe"}, "of": {"nothing"}, "text": {"keep me"}}},
		{"a decision without a day to look again", line + "/decide", "review-on", url.Values{"by": {"yuhe"}, "result": {"not-reportable"}, "reason": {"keep me"}}},
		{"a decision without a reason", line + "/decide", "reason", url.Values{"by": {"yuhe"}, "result": {"aware"}}},
		{"a party with a role that no rule knows", line + "/about", "roles", url.Values{"what": {"party"}, "name": {"keep me"}, "roles": {"wizard"}}},
		{"a party without a name", line + "/about", "name", url.Values{"what": {"party"}, "note": {"keep me"}}},
		{"an invitation of nobody", line + "/people", "org", url.Values{"role": {"observer"}}},
		{"an erasure without a ground", line + "/erase", "ground", url.Values{"event": {"mail"}, "fields": {"text"}}},
		{"a case without its product", "/cases", "product", url.Values{"title": {"keep me"}, "how": {"found"}, "knew": {"2026-11-22T08:00"}, "role": {"finder"}, "org": {"yuhe"}}},
		{"a date that is none, set beside the computed one", line + "/rely", "override", url.Values{"id": {"CN-RMSV-7-2-MIIT/report/yuhe/controller/1"}, "override": {"x"}, "override-reason": {"keep me"}}},
	} {
		w := ask(t, h, "lin", "en", c.path, c.sent)
		page := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", c.name, w.Code)
			continue
		}
		if !strings.Contains(page, `id="f-`+c.field+`-error"`) && !(c.field == "to" && strings.Contains(page, "field-error")) {
			t.Errorf("%s: nothing is said at the field %s", c.name, c.field)
		}
		for _, values := range c.sent {
			for _, x := range values {
				if x == "keep me" && !strings.Contains(page, "keep me") {
					t.Errorf("%s: what was typed is lost", c.name)
				}
			}
		}
	}
}

// TestTimesAsTheyAreKnown: an interval, one-sided, of an unknown zone, to the day.
func TestTimesAsTheyAreKnown(t *testing.T) {
	h := shared().site(t)
	for want, f := range map[string]url.Values{
		"between":                       {"at": {"2026-11-20T10:00"}, "at-to": {"2026-11-21T10:00"}, "at-form": {"between"}, "at-zone": {"UTC"}},
		"no later than":                 {"at": {"2026-11-20T10:00"}, "at-form": {"not-after"}, "at-zone": {"UTC"}},
		"not before":                    {"at": {"2026-11-20T10:00"}, "at-form": {"not-before"}, "at-zone": {"UTC"}},
		"zone not stated":               {"at": {"2026-11-20T10:00"}, "at-zone": {"unknown"}},
		"likely Asia/Tokyo, UTC":        {"at": {"2026-11-20T10:00"}, "at-zone": {"unknown"}, "at-likely": {"Asia/Tokyo, UTC"}},
		"Fri 20 Nov 2026</span>":        {"at": {"2026-11-20T10:00"}, "at-precision": {"day"}, "at-zone": {"UTC"}},
		">Nov 2026</span>":              {"at": {"2026-11-20T10:00"}, "at-precision": {"month"}, "at-zone": {"UTC"}},
		"Fri 20 Nov 2026, 18:00</time>": {"at": {"2026-11-20T10:00"}, "at-zone": {"UTC"}}, // in the reader's zone
		"Mon 23 Nov 2026, 17:00</time>": {},                                               // nothing said is now
	} {
		f.Set("kind", "commented")
		f.Set("by", "yuhe")
		w := ask(t, h, "lin", "en", "/cases/"+shared().line+"/events", f)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q is not said of %v (%d)", want, f, w.Code)
		}
	}
}

// TestTheOtherFormsWork: each keeps what it says, and leads on.
func TestTheOtherFormsWork(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	line := "/cases/" + o.line
	post := func(path, to string, fields ...string) {
		t.Helper()
		f := url.Values{}
		for i := 0; i+1 < len(fields); i += 2 {
			f.Add(fields[i], fields[i+1])
		}
		seeOther(t, h, "lin", path, f, to)
	}
	post(line+"/decide", line+"/plan", "by", "yuhe", "of", "controller", "result", "not-reportable", "reason", "Only in the laboratory.", "review-on", "2027-01-15", "do", "keep", "key", "d1")
	post(line+"/adopt", line+"/plan", "event", "rumour", "reason", "It is right.", "do", "keep", "key", "a1")
	post(line+"/about", line+"/about", "what", "party", "name", "Nordhain GmbH", "country", "DE", "markets", "eu, ch", "roles", "vendor?", "key", "p1")
	post(line+"/about", line+"/about", "what", "product", "name", "Pump 3", "provider", "nordhain-gmbh", "contains", "ferrule-tls?", "key", "p2")
	post(line+"/about", line+"/about", "what", "source", "publisher", "A paper", "kind", "press", "original", "原文", "key", "p3")
	post(line+"/about", line+"/about", "what", "window", "kind", "major-event", "country", "CN", "from", "2027-01-01T00:00", "to", "2027-01-05T00:00", "key", "p4")
	post(line+"/about", line+"/about", "what", "header", "title", "A new title (invented)", "tlp", "AMBER+STRICT", "vulnerabilities", "CVE-2026-990701, CVE-2026-990702", "key", "p5")
	c := seen(t, o, "lin", o.line)
	if c.Title != "A new title (invented)" || c.TLP != "AMBER+STRICT" || len(c.Vulnerabilities) != 2 || len(c.Windows) != 2 || c.Source("a-paper").Original != "原文" {
		t.Errorf("%+v", c.File)
	}
	if p := c.Party("nordhain-gmbh"); p == nil || p.Country != "DE" || strings.Join(p.Markets, " ") != "EU CH" || !p.Roles[0].Assumed {
		t.Errorf("%+v", p)
	}
	if p := c.Product("pump-3"); p == nil || !p.Contains[0].Assumed || p.Provider != "nordhain-gmbh" {
		t.Errorf("%+v", p)
	}
	if p := c.Party("yuhe"); p == nil || p.Note == "" || len(p.Attributes) == 0 {
		t.Errorf("another entry was touched: %+v", p)
	}
	// What a form has no field for stays: the attributes of Yuhe.
	edit := form(t, body(t, h, "lin", "en", line+"/about/edit?what=party&id=yuhe"), line+"/about")
	edit.Set("name", "Yuhe Controls")
	seeOther(t, h, "lin", line+"/about", edit, line+"/about")
	if p := seen(t, o, "lin", o.line).Party("yuhe"); p.Name != "Yuhe Controls" || p.Attributes["eu-main-establishment"].String() != "DE" || strings.Join(p.Markets, " ") != "CN EU" {
		t.Errorf("%+v", p)
	}
	duty := "CN-RMSV-7-2-MIIT/report/yuhe/controller/1"
	post(line+"/rely", line+"/duties?"+url.Values{"id": {duty}}.Encode(), "id", duty, "note", "board paper", "override", "2026-11-23T20:00", "override-reason", "a margin")
	relied := body(t, h, "lin", "en", "/relied")
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(relied)
	if id == nil || !strings.Contains(relied, "board paper") || !strings.Contains(relied, "a margin") {
		t.Fatal("the snapshot is not listed")
	}
	post("/relied/drop", "/relied", "id", id[1])
	post(line+"/people", line+"/people", "org", "harbour", "role", "observer", "do", "give", "despite", "They run the controller.")
	seat := regexp.MustCompile(`remove\?seat=([^"]+)">Remove<span class="visually-hidden"> Harbour`).FindStringSubmatch(body(t, h, "lin", "en", line+"/people"))
	if seat == nil {
		t.Fatal("the new seat is not listed")
	}
	if page := body(t, h, "lin", "en", line+"/people/remove?seat="+seat[1]); !strings.Contains(page, "Take Harbour Grid Water and Power off this case?") {
		t.Error("taking a seat away is not said before it is done")
	}
	post(line+"/people/remove", line+"/people", "seat", seat[1])
	post(line+"/erase", "/approvals", "event", "mail", "fields", "text", "ground", "Art. 17 GDPR")
	post(line+"/export", "/approvals")
}

// TestACaseStartsWithFiveQuestions: the answers make a plan, then a case.
func TestACaseStartsWithFiveQuestions(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	q := url.Values{"product": {"Pump 3"}, "title": {"Pump 3, overflow"}, "how": {"found"}, "knew": {"2026-11-22T08:00"}, "role": {"vendor"}, "provider-is-us": {"on"},
		"org": {"yuhe"}, "country": {"CN"}, "markets": {"EU", "CN"}, "attacked": {"yes"}, "public": {"no"}, "tlp": {"AMBER"}, "do": {"draft"}, "key": {"k"}}
	w := ask(t, h, "lin", "en", "/cases", q)
	for _, want := range []string{"What follows from these answers", "Early warning", "Nothing is kept until you open the case"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the draft does not say %q", want)
		}
	}
	sent := form(t, w.Body.String(), "/cases")
	if sent.Get("provider-is-us") != "on" || len(sent["markets"]) != 2 || sent.Get("knew") != "2026-11-22T08:00" {
		t.Fatalf("answers are lost beside the draft: %v", sent)
	}
	sent.Set("do", "open")
	w = ask(t, h, "lin", "en", "/cases", sent)
	if w.Code != http.StatusSeeOther || !strings.HasSuffix(w.Header().Get("Location"), "/plan") {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if page := body(t, h, "lin", "en", w.Header().Get("Location")); !strings.Contains(page, "Pump 3, overflow") {
		t.Error("the new case is not there")
	}
}

// TestGlassIsBrokenInTheOpen: who opens a case by office says why, sees it, and
// its owners read it on their desk.
func TestGlassIsBrokenInTheOpen(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	if w := ask(t, h, "ines", "en", "/cases/"+o.line+"/plan", nil); w.Code != http.StatusNotFound {
		t.Fatalf("by office alone she sees it: %d", w.Code)
	}
	w := ask(t, h, "ines", "en", "/break-glass", url.Values{"case": {"no-such-case"}, "reason": {"Somebody called about it."}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "There is no such case here.") {
		t.Errorf("a case that is not there: %d", w.Code)
	}
	seeOther(t, h, "ines", "/break-glass", url.Values{"case": {o.line}, "reason": {"The police asked for it tonight."}}, "/cases/"+o.line+"/plan")
	body(t, h, "ines", "en", "/cases/"+o.line+"/plan")
	desk := body(t, h, "lin", "en", "/desk")
	if !strings.Contains(desk, "Ines Okafor") || !strings.Contains(desk, "The police asked for it tonight.") {
		t.Error("the owner's desk does not tell of it")
	}
	if desk := body(t, h, "tomas", "en", "/desk"); strings.Contains(desk, "Ines Okafor") {
		t.Error("somebody else's desk tells of it")
	}
}
