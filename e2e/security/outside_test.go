package security

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// words are what stands in for the names of an address or form, such as {handle}.
type words map[string]string

// pair is something that is there, hidden from whoever asks, and the same that is
// not there; ref is the word that the asker wrote in either.
type pair struct {
	name          string
	there, absent words
}

// caller is who asks, and which hidden case is hidden from them.
type caller struct {
	name  string
	who   *person
	token string // instead of the session
	of    string // name of the hidden case
	brief bool   // only the one way that counts at each route
	open  bool   // the case is the caller's: for controls
}

// probe is one way to ask at a route.
type probe struct {
	name, method, kind, body string
	header                   http.Header
}

// fill puts words into a text.
func (m words) fill(s string) string {
	for k, v := range m {
		s = strings.ReplaceAll(s, "{"+k+"}", v)
	}
	return s
}

// pairs are what a route is asked for, by what it is of.
func (w *world) pairs(c caller, r route) []pair {
	there := words{"handle": w.cases[c.of], "event": "zqxwevent3", "duty": w.objects[c.of+" duty"], "seat": w.objects[c.of+" seat"], "id": w.objects[c.of+" approval"]}
	with := func(k, v string) words {
		out := words{}
		for name, x := range there {
			out[name] = x
		}
		out[k] = v
		return out
	}
	id := caseIDs[c.of]
	byHandle := pair{"by handle", there, with("handle", absent["handle"])}
	switch r.of {
	case "approval":
		return []pair{{"approval", there, with("id", absent["approval"])}}
	case "snapshot":
		x := w.objects[c.of+" snapshot"]
		return []pair{{"snapshot", words{"id": x}, words{"id": strings.Repeat("w", len(x))}}}
	case "person":
		return []pair{{"person", words{"person": "demo-lin-wei", "id": "demo-lin-wei"}, words{"person": "demo-xin-wei", "id": "demo-xin-wei"}}}
	case "org":
		return []pair{{"org", words{"org": "demo-yuhe", "id": "demo-yuhe"}, words{"org": "demo-xuhe", "id": "demo-xuhe"}}}
	case "entry":
		return []pair{{"entry", words{"seq": "0000000012"}, words{"seq": "0000000098"}}}
	case "roles":
		return []pair{{"roles", words{"id": w.objects["roles"]}, words{"id": strings.Repeat("w", len(w.objects["roles"]))}}}
	case "membership", "letter", "finding":
		x := w.objects[r.of]
		return []pair{{r.of, words{"id": x}, words{"id": strings.Repeat("w", len(x))}}}
	case "token", "session", "passkey":
		x := w.objects[r.of]
		return []pair{{r.of, words{r.of: x}, words{r.of: strings.Repeat("A", len(x))}}}
	}
	return []pair{byHandle, {"by id", with("handle", id), with("handle", absent["id"])}}
}

// probes are the ways to ask at a route; the first is the one it is there for.
func (w *world) probes(c caller, pattern string, r route) []probe {
	method, _, _ := strings.Cut(pattern, " ")
	tag := http.Header{"If-None-Match": {w.objects[c.of+" tag"]}}
	match := http.Header{"If-Match": {w.objects[c.of+" tag"]}, "Idempotency-Key": {"walk-key"}}
	const sent, json = "application/x-www-form-urlencoded", "application/json"
	switch {
	case method == "GET":
		return []probe{{"", "GET", "", "", nil}, {"head", "HEAD", "", "", nil}, {"conditional", "GET", "", "", tag},
			{"any tag", "HEAD", "", "", http.Header{"If-None-Match": {"*"}}}, {"wrong method", "POST", sent, "a=1", nil}, {"wrong method", "DELETE", "", "", nil},
			{"part", "GET", "", "", http.Header{"HX-Request": {"true"}, "Range": {"bytes=0-10"}}}}
	case r.form != "":
		return []probe{{"", method, sent, r.form, nil}, {"empty form", method, sent, "", nil}, {"other type", method, json, "{}", nil}, {"wrong method", "PUT", sent, r.form, nil}}
	case method == "DELETE":
		return []probe{{"", method, "", "", nil}, {"match", method, "", "", match}, {"wrong method", "GET", "", "", nil}}
	}
	return []probe{{"", method, json, r.json, http.Header{"If-Match": {"*"}}}, {"match", method, json, r.json, match}, {"no match", method, json, r.json, http.Header{"If-Match": {`"x"`}}},
		{"no json", method, json, "{", nil}, {"yaml", method, "application/yaml", r.json, nil}, {"wrong method", "PATCH", json, r.json, nil}, {"previewed", method + " ?preview=true", json, r.json, nil}}
}

// ask sends one probe with one set of words.
func (w *world) ask(c caller, pattern string, r route, p probe, m words) answer {
	_, path, _ := strings.Cut(pattern, " ")
	path = strings.ReplaceAll(path, "{case}", "{handle}")
	path = words(m).fill(path)
	query := m.fill(r.path)
	method, preview, ok := strings.Cut(p.method, " ")
	if ok {
		query = strings.TrimPrefix(preview, "?")
	}
	if query != "" {
		path += "?" + strings.ReplaceAll(query, "/", "%2F")
	}
	req := w.request(method, path, p.kind, []byte(m.fill(p.body)))
	for k, vs := range p.header {
		req.Header[k] = vs
	}
	return w.do(w.as(req, c.who, c.token))
}

// refOf is the word in which two sets differ: what the asker wrote.
func refOf(m, other words) string {
	for k, v := range m {
		if other[k] != v {
			return v
		}
	}
	return ""
}

// compare asks at one route for what is there and what is not, and tells each
// difference. What differs is asked again: a session says once a minute that it is
// in use, and only what differs again and again is a leak.
func (w *world) compare(c caller, pattern string, r route) (leaks []string) {
	for i, pr := range w.pairs(c, r) {
		for j, p := range w.probes(c, pattern, r) {
			if (i > 0 || c.brief) && j > 0 { // the one way that counts
				break
			}
			diff, tries := "", 3
			if c.open {
				tries = 1 // what is done cannot be done again
			}
			for range tries {
				a := w.ask(c, pattern, r, p, pr.there).alike(refOf(pr.there, pr.absent))
				b := w.ask(c, pattern, r, p, pr.absent).alike(refOf(pr.absent, pr.there))
				if diff = differ(a, b); diff == "" {
					break
				}
			}
			if diff != "" {
				leaks = append(leaks, fmt.Sprintf("%s: %s %s %s: what is there and what is not differ in %s", c.name, pattern, pr.name, p.name, diff))
			}
		}
	}
	return leaks
}

// callers are all who ask, with how they ask.
func (w *world) callers() []caller {
	out := []caller{{name: "a stranger", of: kept}, {name: "a stranger with a cookie", who: &person{session: strings.Repeat("A", 43)}, of: kept},
		{name: "a stranger with a token", token: "tocsin_" + strings.Repeat("A", 49), of: kept}}
	var names []string
	for name := range w.people {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p := w.people[name]
		c := caller{name: name, who: p, of: kept}
		switch name {
		case "lin":
			c.of = keptBy
		case "colleague":
			c.of = alone
		}
		out = append(out, c)
		if p.every != "" {
			out = append(out,
				caller{name: name + " by token", who: p, token: p.every, of: c.of}, caller{name: name + " by a token that reads nothing", who: p, token: p.least, of: c.of, brief: true})
		}
	}
	return out
}

// suits tells whether a caller can ask at a route at all: pages know sessions, the
// API tokens. The others are asked once, since they are refused before anything is
// looked at.
func (c caller) suits(pattern string) bool {
	isAPI := strings.Contains(pattern, " "+api)
	return c.token != "" == isAPI || c.who == nil && c.token == ""
}

// TestNotThereIsNotYours walks every route with every person of the demo, a
// stranger, people of organisations that are suspended or only invited, a frozen
// session, and tokens of every scope and of none, on both engines: what is there
// and hidden, and what is not there, are the same status, headers and bytes, and
// cost the same statements.
func TestNotThereIsNotYours(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := opened(t, engine)
			walked(w)
			for _, c := range w.callers() {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					w := w.under(t)
					asked := 0
					for pattern, r := range routes {
						if r.of == "" || !c.suits(pattern) || slices.Contains(r.by, strings.Fields(c.name)[0]) {
							continue
						}
						asked++
						for _, leak := range w.compare(c, pattern, r) {
							t.Error(leak)
						}
					}
					if asked < 15 {
						t.Errorf("only %d routes were asked", asked)
					}
				})
			}
		})
	}
}

// under is the world for a test below.
func (w *world) under(t *testing.T) *world {
	out := *w
	out.t = t
	return &out
}
