package access_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/examples"
	"tocsin/plan"
	"tocsin/rulebook"
	"tocsin/rulebook/worked"
)

var shipped = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

func book(t testing.TB) *rulebook.Book {
	t.Helper()
	b, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// shown are the example cases that the demo shows.
func shown(t testing.TB) []*casefile.Case {
	t.Helper()
	var out []*casefile.Case
	names, err := examples.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		data, err := examples.Files.ReadFile(n.Name())
		if err != nil {
			t.Fatal(err)
		}
		c, err := casefile.Parse(n.Name(), data)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// owes says in words all that a plan computes for its parties, but for what
// others told a recipient before them, which is the others' to know.
//
// Recipients are named by the office that they are: which party of the case sits
// in it is not for everybody to know.
func owes(t testing.TB, c *casefile.Case, p *plan.Plan) map[string]string {
	t.Helper()
	out := map[string]string{}
	say := func(id string, what ...any) {
		b, err := json.Marshal(what)
		if err != nil {
			t.Fatal(err)
		}
		out[id] += string(b)
	}
	for _, d := range p.Duties {
		d := *d
		d.Heard, d.Because, d.To = nil, nil, offices(c, d.To)
		say(d.ID, d)
	}
	for _, d := range p.Prohibitions {
		d := *d
		d.Because = nil
		say("prohibition/"+d.Rule+"/"+d.Party+"/"+d.Of, d)
	}
	for _, c := range p.Conflicts {
		say("conflict/"+strings.Join(c.Between, "/")+"/"+c.Party+"/"+c.Of, c.Certainty, c.Assumes)
	}
	for _, s := range p.Standing {
		say("standing/"+s.Rule+"/"+s.Party, s.KeepUntil, s.Assumes)
	}
	return out
}

// offices names recipients by the entries of the directory that they are.
func offices(c *casefile.Case, to []string) []string {
	var out []string
	for _, id := range to {
		p := c.Party(id)
		if p == nil || len(p.Is) == 0 {
			out = append(out, id)
			continue
		}
		out = append(out, p.Is...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// compare holds what a party owes by its own view against what it owes by the
// whole case, and gives the lines that differ and how many there are.
func compare(t testing.TB, c *casefile.Case, party string, at time.Time) (differ []string, all int) {
	t.Helper()
	whole, err := plan.For(c, book(t), plan.Options{At: at})
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	v := access.Viewpoint{Parties: access.Side(access.MatterOf(c, whole, nil).PartOf, party)}
	cut, err := access.Cut(c, v)
	if err != nil {
		t.Fatalf("%s, as %s sees it, is no case: %v", c.Name, party, err)
	}
	mine, err := plan.For(cut, book(t), plan.Options{At: at})
	if err != nil {
		t.Fatalf("%s, as %s sees it, has no plan: %v", c.Name, party, err)
	}
	want, got := owes(t, c, access.Owed(whole, v)), owes(t, c, access.Owed(mine, v))
	every := maps.Clone(want)
	maps.Copy(every, got)
	for _, id := range slices.Sorted(maps.Keys(every)) {
		if want[id] != got[id] {
			differ = append(differ, id+"\n  whole "+want[id]+"\n  own   "+got[id])
		}
	}
	return differ, len(every)
}

// moments are the instants around which a case changes.
func moments(c *casefile.Case) []time.Time {
	var out []time.Time
	for i := range c.Events {
		s := c.Span(&c.Events[i])
		for _, t := range []time.Time{s.Earliest, s.Latest} {
			if !t.IsZero() {
				out = append(out, t.Add(time.Minute), t.AddDate(0, 0, 3))
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	out = slices.CompactFunc(out, func(a, b time.Time) bool { return a.Sub(b).Abs() < 8*time.Hour })
	return append(out, out[len(out)-1].AddDate(1, 0, 0))
}

// What a party owes does not depend on how much of the case it may see: in every
// example, for every party, around every event, to the reading.
func TestEveryPartyOwesOnItsOwnViewWhatItOwesInTheWholeCase(t *testing.T) {
	for _, c := range shown(t) {
		n := 0
		for _, p := range c.Parties {
			for _, at := range moments(c) {
				differ, all := compare(t, c, p.ID, at)
				n += all
				for _, d := range differ {
					t.Errorf("%s, %s at %s: %.900s", c.Name, p.ID, at.Format(time.RFC3339), d)
				}
			}
		}
		if n < 30 {
			t.Errorf("%s: only %d lines were compared", c.Name, n)
		}
	}
}

// unlike are the lines of which a party's own view cannot say what the whole case
// says, each with its reason. None is about a date that the party could act on.
var unlike = []struct {
	reason string
	is     func(c *casefile.Case, party, line string) bool
}{
	{"no event names the party: the whole case lists, as not begun, what it would owe about each product; which products there are is not for it to know", func(c *casefile.Case, party, _ string) bool {
		return !slices.ContainsFunc(c.Events, func(e casefile.Event) bool { return e.By == party || slices.Contains(e.To, party) })
	}},
	{"another party's duty, shown to the authority that acts on it for information: it rests on the other's roles", func(_ *casefile.Case, party, line string) bool {
		return !strings.Contains(line, "/"+party+"/")
	}},
	{"a project's decision to begin its release process is told to those it concerns, and only then seen by them", func(_ *casefile.Case, _, line string) bool {
		return strings.HasPrefix(line, "N-KERNEL-SEC")
	}},
	{"another's post to a public list is seen once it is recorded as published: a case file alone does not say which lists are public", func(c *casefile.Case, party, line string) bool {
		return strings.HasPrefix(line, "prohibition/") && slices.ContainsFunc(c.Events, func(e casefile.Event) bool {
			return e.Kind == "reported" && e.By != party && slices.Contains(e.To, "oss-security")
		})
	}},
}

// The same over every worked example of the packs: nearly five hundred cases.
func TestWhatAViewCannotSayIsListed(t *testing.T) {
	exs, err := worked.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	lines, used := 0, map[string]int{}
	for _, ex := range exs {
		ex.Case.Format, ex.Case.Case = casefile.Format, "T"
		c, err := casefile.Build(ex.Rule+": "+ex.Name, ex.Case)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, ex.At)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range c.Parties {
			differ, all := compare(t, c, p.ID, at)
			lines += all
		each:
			for _, d := range differ {
				for _, u := range unlike {
					if u.is(c, p.ID, strings.SplitN(d, "\n", 2)[0]) {
						used[u.reason]++
						continue each
					}
				}
				t.Errorf("%s, %s: %.900s", c.Name, p.ID, d)
			}
		}
	}
	if lines < 5000 {
		t.Errorf("only %d lines were compared", lines)
	}
	for _, u := range unlike {
		if used[u.reason] == 0 {
			t.Errorf("nothing differs any more because %s", u.reason)
		}
	}
}
