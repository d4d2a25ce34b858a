package earlier_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/calendar"
	"tocsin/earlier"
)

// events draws what happened in a case, each event on a line of its own.
func events() *rapid.Generator[[]string] {
	party := rapid.SampledFrom([]string{"acme", "project", "borealis", "desk"})
	return rapid.Custom(func(t *rapid.T) []string {
		n := rapid.IntRange(1, 8).Draw(t, "events")
		out := make([]string, n)
		for i := range out {
			hour := rapid.IntRange(0, 400).Draw(t, "hour")
			when := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
			at := fmt.Sprintf("%q", when.Format(time.RFC3339))
			if rapid.Bool().Draw(t, "a day") {
				at = fmt.Sprintf("{value: %q, zone: unknown}", when.Format(time.DateOnly))
			}
			by := party.Draw(t, "by")
			e := fmt.Sprintf("id: e%d, by: %s, of: %s, at: %s", i, by, rapid.SampledFrom([]string{"parser", "gateway", "lamp"}).Draw(t, "of"), at)
			switch kind := rapid.SampledFrom([]string{"aware", "detected", "signalled", "reported", "assessed", "published"}).Draw(t, "kind"); kind {
			case "reported":
				e += ", kind: reported, to: [" + party.Draw(t, "to") + "]"
			case "assessed":
				e += ", kind: assessed, result: " + rapid.SampledFrom([]string{"valid", "not-affected", "deferred"}).Draw(t, "result")
			default:
				e += ", kind: " + kind
			}
			switch rapid.IntRange(0, 3).Draw(t, "basis") {
			case 0:
				e += ", basis: claim, recorded-by: " + party.Draw(t, "hand")
			case 1:
				e += ", basis: own"
			}
			if i > 0 && rapid.IntRange(0, 3).Draw(t, "answers") == 0 {
				e += fmt.Sprintf(", %s: [e%d]", rapid.SampledFrom([]string{"disputes", "supersedes"}).Draw(t, "how"), rapid.IntRange(0, i-1).Draw(t, "which"))
			}
			out[i] = e
		}
		return out
	})
}

func at(hour int) earlier.Report {
	r := ninth
	r.Received = calendar.Instant(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour))
	return r
}

// firmness is 0 for earlier, 1 for perhaps, 2 for a signal, 3 for nothing.
func firmness(rows []earlier.Row, party string) int {
	if r := row(rows, party); r != nil {
		return slices.Index(earlier.Whens(), r.When)
	}
	return len(earlier.Whens())
}

var everybody = []string{"acme", "project", "borealis", "desk"}

func TestLawTheOrderOfTheFileDecidesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, r := events().Draw(t, "events"), at(rapid.IntRange(0, 400).Draw(t, "received"))
		shuffled := rapid.Permutation(list).Draw(t, "shuffled")
		if a, b := read(t, list).Look(r), read(t, shuffled).Look(r); !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

func TestLawALaterReportFindsNoLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, hour := read(t, events().Draw(t, "events")), rapid.IntRange(0, 400).Draw(t, "received")
		sooner, later := f.Look(at(hour)), f.Look(at(hour+rapid.IntRange(0, 100).Draw(t, "more")))
		for _, p := range everybody {
			if firmness(later, p) > firmness(sooner, p) {
				t.Fatalf("%s is %d at first and %d when the report comes later", p, firmness(sooner, p), firmness(later, p))
			}
		}
	})
}

func TestLawToContestMakesNothingFirmer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, r := events().Draw(t, "events"), at(rapid.IntRange(0, 400).Draw(t, "received"))
		more := append(slices.Clone(list), fmt.Sprintf(`id: x, kind: mark-contested, by: acme, re: e%d, basis: own, at: "2026-12-20T00:00:00Z"`, rapid.IntRange(0, len(list)-1).Draw(t, "which")))
		before, after := read(t, list).Look(r), read(t, more).Look(r)
		for _, p := range everybody {
			if firmness(after, p) < firmness(before, p) {
				t.Fatalf("%s gets firmer by a word against it", p)
			}
		}
	})
}

func TestLawFactsAreKeptAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, r := read(t, events().Draw(t, "events")), at(rapid.IntRange(0, 400).Draw(t, "received"))
		out, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var again earlier.Facts
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatal(err)
		}
		if a, b := again.Look(r), f.Look(r); !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

// Members are the rows, each once; a name that two organisations share is one
// member with both of them.
func TestLawEveryRowIsOfOneMember(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := make([]earlier.Row, rapid.IntRange(0, 12).Draw(t, "rows"))
		for i := range rows {
			rows[i] = earlier.Row{Handle: fmt.Sprint(i), Party: "p", Name: rapid.SampledFrom([]string{"Acme", "ACME", "Borealis", ""}).Draw(t, "name"),
				Country: rapid.SampledFrom([]string{"CN", "DE"}).Draw(t, "country"), Org: rapid.SampledFrom([]string{"", "o1", "o2"}).Draw(t, "org"),
				When: rapid.SampledFrom(earlier.Whens()).Draw(t, "when"), Word: rapid.SampledFrom(earlier.Words()).Draw(t, "word")}
		}
		seen, orgs := map[string]bool{}, map[string]int{}
		for n, m := range earlier.Members(rows) {
			for _, r := range m.Rows {
				if seen[r.Handle] {
					t.Fatalf("row %s is told of twice", r.Handle)
				}
				seen[r.Handle] = true
				if at, ok := orgs[r.Org]; ok && r.Org != "" && at != n {
					t.Fatalf("organisation %s is two members", r.Org)
				}
				orgs[r.Org] = n
				if slices.Index(earlier.Whens(), r.When) < slices.Index(earlier.Whens(), m.When) {
					t.Fatalf("%s is said to be %s, and a row is %s", m.Name, m.When, r.When)
				}
			}
		}
		if len(seen) != len(rows) {
			t.Fatalf("%d rows of %d", len(seen), len(rows))
		}
	})
}

// read makes facts of drawn events.
func read(t *rapid.T, list []string) *earlier.Facts {
	text := strings.Replace(story, "EVENTS", "  - {"+strings.Join(list, "}\n  - {")+"}\n", 1)
	c, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return earlier.Of(c, earlier.Others{})
}
