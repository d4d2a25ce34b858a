package casefile

import (
	"strings"
	"testing"
)

// What a plan repeats for each duty has a bound, and no date leaves the four
// digits of a year; each refusal names its place.
func TestBoundsOfTextsAndYears(t *testing.T) {
	long := strings.Repeat("x", 1001)
	const head = "format: tocsin-casefile/1\ncase: A\n"
	for name, c := range map[string]struct{ in, want string }{
		"a product's name": {"products: [{id: q, name: " + long + "}]", "c.yaml:3: products[q].name: has 1001 bytes; at most 1000 fit here, and note takes the rest"},
		"a party's name":   {"parties: [{id: q, name: " + long + "}]", "c.yaml:3: parties[q].name: has 1001 bytes; at most 1000 fit here, and note takes the rest"},
		"an incident":      {"events: [{id: e, kind: incident-aware, at: 2026-10-01T00:00Z, incident: " + long + "}]", "c.yaml:3: events[e].incident: has 1001 bytes; at most 1000 fit here, and note takes the rest"},
		"a name that fits": {"parties: [{id: q, name: " + long[1:] + "}]", ""},
		"a late event":     {"events: [{id: e, kind: aware, at: 9999-10-01T00:00Z}]", "c.yaml:3: events[e].at: lies after the year 8999, which must be a slip"},
		"a late end":       {"events: [{id: e, kind: directed, at: 2026-10-01T00:00Z, until: 9000-01-01T00:00Z}]", "c.yaml:3: events[e].until: lies after the year 8999, which must be a slip"},
		"the last year":    {"events: [{id: e, kind: aware, at: 8999-10-01T00:00Z}]", ""},
	} {
		got := ""
		if _, err := Parse("c.yaml", []byte(head+c.in+"\n")); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
