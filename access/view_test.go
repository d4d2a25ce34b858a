package access_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/access"
	"tocsin/casefile"
)

func encode(t testing.TB, f casefile.File) []byte {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What a view leaves is a case, and cutting it again cuts no more.
func TestLawAViewIsACaseAndCuttingTwiceIsCuttingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, v := cases().Draw(t, "case"), viewpoints().Draw(t, "viewpoint")
		before := mustJSON(t, f)
		if _, err := casefile.Build("drawn", f); err != nil {
			t.Fatalf("the generator made a case that is refused: %v", err)
		}
		once := access.View(f, v)
		if _, err := casefile.Build("cut", once); err != nil {
			t.Fatalf("what %+v sees is no case: %v", v, err)
		}
		twice := access.View(once, v)
		if a, b := mustJSON(t, once), mustJSON(t, twice); a != b {
			t.Fatalf("cut once:\n%s\ncut twice:\n%s", a, b)
		}
		if mustJSON(t, f) != before {
			t.Fatal("the case itself was written to")
		}
	})
}

// A smaller viewpoint leaves a part of what a larger one leaves.
func TestLawASmallerViewIsAPartOfALarger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, a, b := cases().Draw(t, "case"), viewpoints().Draw(t, "a"), viewpoints().Draw(t, "b")
		if missing := notIn(access.View(f, a), access.View(f, access.Join(a, b))); missing != "" {
			t.Fatalf("%+v sees what %+v does not: %s", a, access.Join(a, b), missing)
		}
	})
}

// notIn names what of a small cut is not in a large one: an entry, a pointer, a
// word. A text from which a name was struck is a part of the text with it.
func notIn(small, large casefile.File) string {
	small.Products = slices.Clone(small.Products)
	for i := range small.Products {
		p := &small.Products[i]
		for _, r := range p.Contains {
			if !contains(large, p.ID, r.ID) {
				return p.ID + " contains " + r.ID
			}
		}
		p.Contains = nil
	}
	var a, b any
	if json.Unmarshal(must(json.Marshal(small)), &a) != nil || json.Unmarshal(must(json.Marshal(large)), &b) != nil {
		return "what cannot be read"
	}
	return part("", a, b)
}

func contains(f casefile.File, p, q string) bool {
	for _, x := range f.Products {
		if x.ID == p && slices.ContainsFunc(x.Contains, func(r casefile.Ref) bool { return r.ID == q || contains(f, r.ID, q) }) {
			return true
		}
	}
	return false
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func part(at string, a, b any) string {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return at
		}
		for k, v := range x {
			if k == "exploited" { // said of an event whose grounds are not seen
				continue
			}
			if missing := part(at+"."+k, v, y[k]); missing != "" {
				return missing
			}
		}
	case []any:
		y, _ := b.([]any)
		for _, v := range x {
			if m, ok := v.(map[string]any); ok && m["id"] != nil {
				i := slices.IndexFunc(y, func(o any) bool { n, ok := o.(map[string]any); return ok && n["id"] == m["id"] })
				if i < 0 {
					return at + " has no " + m["id"].(string)
				}
				if missing := part(at+"["+m["id"].(string)+"]", v, y[i]); missing != "" {
					return missing
				}
				continue
			}
			if !slices.ContainsFunc(y, func(o any) bool { return part("", v, o) == "" }) {
				return at
			}
		}
	case string:
		y, _ := b.(string)
		var re []string
		for _, p := range strings.Split(x, "[…]") {
			re = append(re, regexp.QuoteMeta(p))
		}
		if !regexp.MustCompile("^(?s:" + strings.Join(re, ".+") + ")$").MatchString(y) {
			return at + ": " + x
		}
	default:
		if !reflect.DeepEqual(a, b) {
			return at
		}
	}
	return ""
}

func mustJSON(t *rapid.T, f casefile.File) string {
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// told finds the names of parties that a cut does not hold and yet tells, but for
// what the viewpoint's parties wrote themselves, and the title.
func told(f, cut casefile.File, v access.Viewpoint) []string {
	var out []string
	cut.Title = ""
	ours := func(id string) bool { return slices.Contains(v.Parties, id) }
	var others []casefile.Event
	for _, e := range cut.Events {
		mine := func(e casefile.Event) bool { return ours(e.By) || ours(e.RecordedBy) || ours(e.ClaimedBy) }
		if mine(e) {
			continue
		}
		if slices.ContainsFunc(cut.Events, func(o casefile.Event) bool { return mine(o) && o.Incident == e.Incident }) {
			e.Incident = "" // they know it by that name
		}
		others = append(others, e)
	}
	cut.Events = others
	shown := map[string]bool{}
	for _, p := range cut.Parties {
		shown[p.ID] = true
	}
	b, err := json.Marshal(cut)
	if err != nil {
		return []string{err.Error()}
	}
	b = bytes.ReplaceAll(b, []byte(`\u0026`), []byte("&"))
	for _, p := range f.Parties {
		for _, name := range []string{p.ID, p.Name} {
			if name == "" || shown[p.ID] {
				continue
			}
			edge := `[^\pL\pN]`
			if regexp.MustCompile(`^\p{Han}`).MatchString(name) {
				edge = ""
			}
			if regexp.MustCompile(`(?i)` + edge + regexp.QuoteMeta(name) + edge).Match(b) {
				out = append(out, name)
			}
		}
	}
	return out
}

func TestLawAViewNamesNobodyWhoIsNotInIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, v := cases().Draw(t, "case"), viewpoints().Draw(t, "viewpoint")
		if v.All {
			t.Skip("sees all")
		}
		cut := access.View(f, v)
		if names := told(f, cut, v); len(names) > 0 {
			t.Fatalf("%+v is told of %q: %s", v, names, mustJSON(t, cut))
		}
	})
}

func TestNoExampleTellsAPartyOfAnother(t *testing.T) {
	hidden := 0
	for _, c := range shown(t) {
		for _, p := range c.Parties {
			for _, v := range []access.Viewpoint{{Parties: []string{p.ID}}, {Parties: []string{p.ID}, Own: true}, {Parties: []string{p.ID}, Own: true, Embargo: true}} {
				cut, err := access.Cut(c, v)
				if err != nil {
					t.Fatalf("%s: what %s sees is no case: %v", c.Name, p.ID, err)
				}
				hidden += len(c.Parties) - len(cut.Parties)
				if names := told(c.File, cut.File, v); len(names) > 0 {
					t.Errorf("%s: %+v is told of %q\n%s", c.Name, v, names, encode(t, cut.File))
				}
				if missing := notIn(cut.File, c.File); missing != "" {
					t.Errorf("%s: %+v sees what is not there: %s", c.Name, v, missing)
				}
			}
		}
	}
	if hidden < 30 {
		t.Errorf("only %d parties were hidden from one another", hidden)
	}
}
