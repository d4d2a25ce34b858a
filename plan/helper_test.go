package plan

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/rulebook"
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

// file makes a whole case file of its body; record: kept stands in the body where needed.
func file(body string) []byte {
	return []byte("format: tocsin-casefile/1\ncase: T\n" + strings.TrimLeft(body, "\n"))
}

func parse(t testing.TB, body string) *casefile.Case {
	t.Helper()
	c, err := casefile.Parse("case.yaml", file(body))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func instantOf(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// planOf is the plan of a case body seen from `at`.
func planOf(t testing.TB, at, body string) *Plan {
	t.Helper()
	return planWith(t, body, Options{At: instantOf(t, at)})
}

func planWith(t testing.TB, body string, o Options) *Plan {
	t.Helper()
	p, err := For(parse(t, body), book(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// withPack is the plan under the shipped rules and one pack written in the test.
func withPack(t testing.TB, at, pack, body string) *Plan {
	t.Helper()
	b, err := rulebook.Load(rulebook.Shipped(), rulebook.Dir{Name: "test", FS: memory{"zz.yaml": pack}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := For(parse(t, body), b, Options{At: instantOf(t, at)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// duties lists the duties of a plan by RULE, RULE/STAGE, RULE/STAGE/party or the whole id.
func duties(p *Plan, ref string) []*Duty {
	var out []*Duty
	for _, d := range p.Duties {
		if d.Rule == ref || d.ID == ref || strings.HasPrefix(d.ID, ref+"/") {
			out = append(out, d)
		}
	}
	return out
}

// duty is the only duty of that reference.
func duty(t testing.TB, p *Plan, ref string) *Duty {
	t.Helper()
	ds := duties(p, ref)
	if len(ds) != 1 {
		var have []string
		for _, d := range p.Duties {
			have = append(have, d.ID)
		}
		t.Fatalf("%s: want one duty, got %d of\n%s", ref, len(ds), strings.Join(have, "\n"))
	}
	return ds[0]
}

func none(t testing.TB, p *Plan, ref string) {
	t.Helper()
	for _, d := range duties(p, ref) {
		t.Errorf("%s: want none, got %s (%s)", ref, d.ID, d.State)
	}
}

func prohibitions(p *Plan, rule, party string) []*Prohibited {
	var out []*Prohibited
	for _, x := range p.Prohibitions {
		if x.Rule == rule && (party == "" || x.Party == party) {
			out = append(out, x)
		}
	}
	return out
}

func prohibition(t testing.TB, p *Plan, rule, party string) *Prohibited {
	t.Helper()
	xs := prohibitions(p, rule, party)
	if len(xs) != 1 {
		t.Fatalf("%s of %s: want one prohibition, got %d", rule, party, len(xs))
	}
	return xs[0]
}

func conflict(p *Plan, a, b, party string) *Conflict {
	for _, c := range p.Conflicts {
		if slices.Equal(c.Between, []string{a, b}) && c.Party == party {
			return c
		}
	}
	return nil
}

func say(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case *Instant:
		if v == nil {
			return "null"
		}
		return v.Format(time.RFC3339Nano)
	case *string:
		if v == nil {
			return "null"
		}
		return *v
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}

// is compares what a person would read.
func is(t testing.TB, what string, got any, want string) {
	t.Helper()
	if say(got) != want {
		t.Errorf("%s: got %s, want %s", what, say(got), want)
	}
}

// reads compares the readings of a duty, one line each: calc basis variant due state.
func reads(t testing.TB, d *Duty, want ...string) {
	t.Helper()
	var got []string
	for _, r := range d.Readings {
		due := say(r.DueEarliest)
		if say(r.DueLatest) != due {
			due += "…" + say(r.DueLatest)
		}
		got = append(got, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %s", r.Calc, r.Basis, r.Variant, due, r.State)), " "))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: readings\n got  %s\n want %s", d.ID, strings.Join(got, "\n      "), strings.Join(want, "\n      "))
	}
}

func codes(rs []Reason) []string {
	var out []string
	for _, r := range rs {
		out = append(out, r.Code)
	}
	return out
}

func because1(t testing.TB, rs []Reason, code string) Reason {
	t.Helper()
	for _, r := range rs {
		if r.Code == code {
			return r
		}
	}
	t.Errorf("no reason %q among %v", code, codes(rs))
	return Reason{}
}

func notBecause(t testing.TB, rs []Reason, code string) {
	t.Helper()
	if slices.Contains(codes(rs), code) {
		t.Errorf("unwanted reason %q", code)
	}
}
