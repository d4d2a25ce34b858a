package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/casefile"
)

// crowds are cases of n entries, each of which meets every other.
var crowds = map[string]struct {
	n    int
	file func(n int) string
}{
	"parties that found nothing beside as many products": {600, func(n int) string {
		return "products:" + each(n, "\n- {id: q%d, provider: p%[1]d}") + "\nparties:" + each(n, "\n- {id: p%d, country: CN, markets: [EU, US], roles: [finder]}") +
			"\nevents:\n- {id: e, kind: aware, by: p0, of: q0, at: '2026-10-01T00:00:00Z'}\n"
	}},
	"incidents of one party in many roles": {1500, func(n int) string {
		return "parties: [{id: acme, country: DE, markets: [CN, US, IN], roles: [essential-entity, important-entity, financial-entity, controller, processor, cii-operator, operator]}]\nevents:" +
			each(n, "\n- {id: e%d, kind: incident-aware, by: acme, incident: i%[1]d, at: '2026-10-01T00:00:00Z'}")
	}},
	"a chain of disputes": {4000, func(n int) string {
		return product + each(n, "\n- {id: e%d, kind: aware, by: acme, of: q, at: '2026-10-01T00:00:00Z', disputes: [last]}") +
			"\n- {id: last, kind: aware, by: acme, of: q, at: '2026-10-01T00:00:00Z'}\n"
	}},
	"products in one another": {1000, func(n int) string {
		return "products:" + chain(n) +
			"\nparties: [{id: acme, country: CN}]\nevents:\n- {id: e, kind: aware, by: acme, of: q0, at: '2026-10-01T00:00:00Z'}\n"
	}},
	"pairs of claims": {600, func(n int) string {
		return product + each(n, "\n- {id: a%d, kind: aware, by: acme, of: q, at: '2026-10-01T00:00:00Z', disputes: [b%[1]d]}\n- {id: b%[1]d, kind: aware, by: acme, of: q, at: '2026-10-02T00:00:00Z'}")
	}},
}

const product = "products: [{id: q, provider: acme}]\nparties: [{id: acme, country: CN, markets: [CN, EU], roles: [finder, platform-partner]}]\nevents:"

func each(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// chain makes products each of which contains the next.
func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\n- {id: q%d, provider: acme, contains: [q%d]}", i, i+1)
	}
	return b.String() + fmt.Sprintf("\n- {id: q%d, provider: acme}", n)
}

// A case that would cost hours or the machine's memory ends with a sentence, and
// the same kind of case at a size that an honest one may have is planned.
func TestTooLargeACaseIsRefusedInGoodTime(t *testing.T) {
	b := book(t)
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range crowds {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			for n, want := range map[int]string{c.n / 50: "", c.n: "too large to be planned at once"} {
				cs, err := casefile.Parse("c.yaml", []byte("format: tocsin-casefile/1\ncase: T\n"+c.file(n)))
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				p, err := For(cs, b, Options{At: at, effort: maxEffort / 20})
				if took := time.Since(began); took > 60*time.Second {
					t.Errorf("%d: took %v", n, took)
				}
				switch {
				case want == "" && (err != nil || len(p.Duties) == 0):
					t.Errorf("%d: refused: %v", n, err)
				case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
					t.Errorf("%d: got %v, want %q", n, err, want)
				}
			}
		})
	}
}
