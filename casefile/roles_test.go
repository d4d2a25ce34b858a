package casefile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustParse(t testing.TB, body string) *Case {
	t.Helper()
	c, err := Parse("c.yaml", []byte("format: tocsin-casefile/1\ncase: A\n"+body))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// grants writes the roles of a party as role/product, "!" for a stated one,
// with what they assume.
func grants(c *Case, party string) []string {
	var out []string
	for _, g := range c.Grants(c.Party(party)) {
		s := g.Role + "/" + g.Product
		if g.Stated {
			s += "!"
		}
		if len(g.Assumes) > 0 {
			s += " if " + strings.Join(g.Assumes, " and ")
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// Roles follow from what a party provides and operates (contract, "Parties").
func TestGrants(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"a provider is vendor of its product":       {"products: [{id: a, provider: p}, {id: b}]\nparties: [{id: p, country: US}]", []string{"vendor/a"}},
		"on the EU market it is manufacturer":       {"products: [{id: a, provider: p}]\nparties: [{id: p, country: CN, markets: [EU]}]", []string{"manufacturer/a", "vendor/a"}},
		"so it is in a Member State":                {"products: [{id: a, provider: p}]\nparties: [{id: p, country: DE}]", []string{"manufacturer/a", "vendor/a"}},
		"but not in the United Kingdom":             {"products: [{id: a, provider: p}]\nparties: [{id: p, country: UK}]", []string{"vendor/a"}},
		"a derived role can be taken away":          {"products: [{id: a, provider: p}]\nparties: [{id: p, country: DE, roles: [-vendor]}]", []string{"manufacturer/a"}},
		"or both":                                   {"products: [{id: a, provider: p}]\nparties: [{id: p, country: DE, roles: [-vendor, -manufacturer]}]", nil},
		"a stated vendor holds for its own only":    {"products: [{id: a, provider: p}, {id: b}]\nparties: [{id: p, country: US, roles: [vendor, manufacturer]}]", []string{"manufacturer/a!", "vendor/a"}},
		"a stated vendor without a product is none": {"products: [{id: b}]\nparties: [{id: p, roles: [vendor]}]", nil},
		"who operates is operator":                  {"products: [{id: a}]\nparties: [{id: p, operates: [a]}]", []string{"operator/a"}},
		"of that product only":                      {"products: [{id: a}, {id: b}]\nparties: [{id: p, operates: [a], roles: [operator]}]", []string{"operator/a"}},
		"a stated operator operates anything":       {"products: [{id: a}]\nparties: [{id: p, roles: [operator]}]", []string{"operator/!"}},
		"unless that is taken away":                 {"products: [{id: a}]\nparties: [{id: p, operates: [a], roles: [-operator]}]", nil},
		"other stated roles hold party-wide":        {"parties: [{id: p, roles: [finder, platform-partner]}]", []string{"finder/!", "platform-partner/!"}},
		"an assumed party is assumed in all":        {"products: [{id: a, provider: p}]\nparties: [{id: p, assumed: true, roles: [finder]}]", []string{"finder/! if parties.p", "vendor/a if parties.p"}},
		"an assumed product in what rests on it":    {"products: [{id: a, provider: p, assumed: true}]\nparties: [{id: p, roles: [finder]}]", []string{"finder/!", "vendor/a if products.a"}},
		"an assumed role in itself":                 {"products: [{id: a, provider: p}]\nparties: [{id: p, roles: [{id: manufacturer, assumed: true}]}]", []string{"manufacturer/a! if parties.p.roles.manufacturer", "vendor/a"}},
		"an assumed operation in itself":            {"products: [{id: a}]\nparties: [{id: p, operates: [{id: a, assumed: true}]}]", []string{"operator/a if parties.p.operates.a"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, grants(mustParse(t, c.body), "p")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Two grants never share the memory of their assumptions.
func TestGrantsDoNotShareMemory(t *testing.T) {
	c := mustParse(t, "products: [{id: a, provider: p, assumed: true}, {id: b, provider: p, assumed: true}]\nparties: [{id: p, assumed: true}]")
	gs := c.Grants(c.Party("p"))
	_ = append(gs[0].Assumes, "spoiled")
	if got := grants(c, "p"); !cmp.Equal(got, []string{"vendor/a if parties.p and products.a", "vendor/b if parties.p and products.b"}) {
		t.Error(got)
	}
}

// Containment reaches through all levels, and says on what it rests; of two
// ways to the same component it takes the one that rests on less.
func TestContains(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want map[string][]string
	}{
		"nothing":              {"products: [{id: a}]", map[string][]string{}},
		"deeper":               {"products: [{id: a, contains: [b]}, {id: b, contains: [c]}, {id: c}]", map[string][]string{"b": nil, "c": nil}},
		"an assumed link":      {"products: [{id: a, contains: [{id: b, assumed: true}]}, {id: b, contains: [c]}, {id: c}]", map[string][]string{"b": {"products.a.contains.b"}, "c": {"products.a.contains.b"}}},
		"an assumed component": {"products: [{id: a, contains: [b]}, {id: b, assumed: true}]", map[string][]string{"b": {"products.b"}}},
		"both": {"products: [{id: a, contains: [{id: b, assumed: true}]}, {id: b, assumed: true}]",
			map[string][]string{"b": {"products.a.contains.b", "products.b"}}},
		"a sure way beside an assumed one": {"products: [{id: a, contains: [{id: c, assumed: true}, b]}, {id: b, contains: [c]}, {id: c}]", map[string][]string{"b": nil, "c": nil}},
		"what stands around it, not":       {"products: [{id: z, contains: [a]}, {id: a, contains: [b]}, {id: b}]", map[string][]string{"b": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, mustParse(t, c.body).Contains("a")); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := mustParse(t, "").Contains("nowhere"); len(got) != 0 {
		t.Error(got)
	}
}

// A deep chain costs no stack and no time, and the ring that a long walk meets
// is named exactly, not what hangs on it.
func TestLongChains(t *testing.T) {
	var b strings.Builder
	const n = 20000
	b.WriteString("products:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - {id: p%d, contains: [p%d]}\n", i, i+1)
	}
	c := mustParse(t, b.String()+fmt.Sprintf("  - {id: p%d}\n", n))
	if got := len(c.Contains("p0")); got != n {
		t.Errorf("p0 contains %d products, want %d", got, n)
	}
	_, err := Parse("c.yaml", []byte("format: tocsin-casefile/1\ncase: A\n"+b.String()+fmt.Sprintf("  - {id: p%d, contains: [p%d]}\n", n, n-2)))
	if want := "products[p19998].contains: goes round in a circle: p19998 → p19999 → p20000 → p19998"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// What is assumed on the way to a component is kept, so the way has a bound.
func TestAChainOfAssumptionsHasABound(t *testing.T) {
	file := func(n int) string {
		var b strings.Builder
		b.WriteString("format: tocsin-casefile/1\ncase: A\nproducts:\n")
		for i := range n {
			fmt.Fprintf(&b, "  - {id: p%d, contains: [{id: p%d, assumed: true}]}\n", i, i+1)
		}
		return b.String() + fmt.Sprintf("  - {id: p%d}\n", n)
	}
	if _, err := Parse("c.yaml", []byte(file(maxAssumed))); err != nil {
		t.Error(err)
	}
	_, err := Parse("c.yaml", []byte(file(20000)))
	if want := "c.yaml:69: products[p65]: what contains it does so by a chain of more than 64 assumptions"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The kinds are a closed list, each with its words, in order.
func TestKinds(t *testing.T) {
	ks := Kinds()
	if len(ks) != len(kinds) || !slices.IsSorted(ks) || Kind("nothing").Known() {
		t.Error("the list of kinds is not the list of kinds")
	}
	for _, k := range ks {
		if !k.Known() || k.Words() == "" {
			t.Errorf("%s has no words", k)
		}
	}
	if has, assumed := Has([]Ref{{"a", true}}, "a"); !has || !assumed {
		t.Error("Has does not find")
	}
	if has, _ := Has(nil, "a"); has {
		t.Error("Has finds what is not there")
	}
}
