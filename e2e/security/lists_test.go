package security

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"tocsin/coordination"
)

// lists are the reader's own, as asked for in every way that a hidden case could
// show in: its words, its party, its law.
var lists = []string{
	"GET /desk", "GET /desk?law=eu-cra", "GET /desk?due=past", "GET /cases", "GET /search?q=" + canary + "title", "GET /search?q=walk", "GET /relied", "GET /approvals", "GET /partners", "GET /findings", "GET " + api + "/findings", "GET /shared", "GET /shared?waiting=on", "GET /inbox", "GET /decisions",
	"GET " + api + "/desk", "GET " + api + "/desk?law=eu-cra&past=true", "GET " + api + "/cases", "GET " + api + "/search?q=" + canary + "label",
	"GET " + api + "/snapshots", "GET " + api + "/approvals", "GET " + api + "/cases?limit=1",
}

// others are those who have nothing to do with the hidden cases.
func (w *world) others() []caller {
	return slices.DeleteFunc(w.callers(), func(c caller) bool {
		name := strings.Fields(c.name)[0]
		return name == "lin" || name == "karin" || name == "henrik" || name == "a"
	})
}

func (w *world) list(c caller, list string) answer {
	method, path, _ := strings.Cut(list, " ")
	return w.do(w.as(w.request(method, path, "", nil), c.who, c.token))
}

// TestListsTellNothing asks for each list before and after others keep two cases,
// with approvals that wait and dates that are relied on: not one byte, and not one
// statement, is another.
func TestListsTellNothing(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := opened(t, engine)
			peopled(w)
			defer w.clock.hold()()
			type key struct{ who, list string }
			before := map[key]answer{}
			for _, c := range w.others() {
				for _, l := range lists {
					if c.suits(l) {
						w.list(c, l) // what is remembered from now on is remembered
						before[key{c.name, l}] = w.list(c, l).alike("")
					}
				}
			}
			found := 0
			compare := func(except string) {
				for _, c := range w.others() {
					for _, l := range lists {
						was, ok := before[key{c.name, l}]
						if !ok || strings.HasPrefix(c.name, except) {
							continue
						}
						if was.status == 200 {
							found++
						}
						diff := ""
						for range 3 {
							if diff = differ(was, w.list(c, l).alike("")); diff == "" {
								break
							}
						}
						if diff != "" {
							t.Errorf("%s: %s is another since others keep a case: %s", c.name, l, diff)
						}
					}
				}
			}
			hidingAlone(w)
			compare("nobody")
			hiding(w)
			compare("colleague") // who sees what the organisation keeps
			if found < 100 {
				t.Errorf("only %d lists were there to be compared", found)
			}
			// The control: who keeps the case sees that the list is another.
			lin := caller{name: "lin", who: w.people["lin"]}
			for _, l := range []string{"GET /search?q=" + canary + "title", "GET /relied", "GET /approvals", "GET /cases", "GET /desk"} {
				if a := w.list(lin, l); !strings.Contains(string(a.body), "WALK-HIDDEN-1") && !strings.Contains(string(a.body), w.cases[kept]) {
					t.Errorf("%s does not show the case to whoever keeps it", l)
				}
			}
		})
	}
}

// TestWordsAndFiltersTellNothing asks for lists by words, filters and cursors that
// belong to the hidden case or to somebody else, and by the same that are nowhere.
func TestWordsAndFiltersTellNothing(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := opened(t, engine)
			walked(w)
			defer w.clock.hold()()
			_, next, err := w.p.Desk().Cases(t.Context(), w.reader("karin"), coordination.Page{Limit: 1})
			must(t, err)
			if next == "" {
				t.Fatal("karin has no second page")
			}
			snap, seat := w.objects[keptBy+" snapshot"], w.objects[keptBy+" approval"]
			pairs := [][2]string{
				{canary + "title", canary + "tzzle"}, {canary + "label", canary + "lzzel"}, {"WALK-HIDDEN-1", "WALK-ABSENT-1"}, {w.cases[kept], absent["handle"]},
				{next, strings.Repeat("A", len(next))}, {snap, strings.Repeat("w", len(snap))}, {seat, strings.Repeat("w", len(seat))},
			}
			asks := map[string][]int{ // where, and which pairs fit there
				"GET /search?q=": {0, 1, 2}, "GET " + api + "/search?q=": {0, 1, 2},
				"GET /desk?case=": {2, 3}, "GET " + api + "/desk?case=": {2, 3}, "GET " + api + "/desk?party=acme&case=": {2, 3},
				"GET /desk?after=": {4}, "GET /cases?after=": {4}, "GET /search?q=walk&after=": {4}, "GET /relied?after=": {5}, "GET /approvals?after=": {6},
				"GET " + api + "/cases?after=": {4}, "GET " + api + "/desk?after=": {4}, "GET " + api + "/search?q=walk&after=": {4},
				"GET " + api + "/snapshots?after=": {5}, "GET " + api + "/approvals?after=": {6},
			}
			for _, c := range w.callers() {
				if name := strings.Fields(c.name)[0]; name == "lin" || name == "karin" || name == "henrik" || name == "colleague" {
					continue
				}
				for ask, fits := range asks {
					if !c.suits(ask) {
						continue
					}
					for _, i := range fits {
						diff := ""
						for range 3 {
							a := w.list(c, ask+url.QueryEscape(pairs[i][0])).alike(pairs[i][0])
							b := w.list(c, ask+url.QueryEscape(pairs[i][1])).alike(pairs[i][1])
							if diff = differ(a, b); diff == "" {
								break
							}
						}
						if diff != "" {
							t.Errorf("%s: %s%s tells what is hidden: %s", c.name, ask, pairs[i][0], diff)
						}
					}
				}
			}
		})
	}
}
