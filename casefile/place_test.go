package casefile

import (
	"slices"
	"testing"

	"tocsin/calendar"
)

// Membership of the Union goes by the day: who joined, and who left.
func TestInEU(t *testing.T) {
	for _, c := range []struct {
		country string
		on      calendar.Date
		want    bool
	}{
		{"DE", day(2026, 1, 1), true}, {"NO", day(2026, 1, 1), false}, {"CH", day(2026, 1, 1), false}, {"US", day(2026, 1, 1), false},
		{"HR", day(2013, 6, 30), false}, {"HR", day(2013, 7, 1), true},
		{"GB", day(2020, 1, 31), true}, {"GB", day(2020, 2, 1), false}, // Withdrawal Agreement: 31 January was the last day
		{"UK", day(2020, 1, 31), true}, {"UK", day(2026, 1, 1), false}, // the everyday spelling
		{"GR", day(2026, 1, 1), true}, {"EL", day(2026, 1, 1), true}, // and the one of the Union's own lists
		{"", day(2026, 1, 1), false},
	} {
		if got := InEU(c.country, c.on); got != c.want {
			t.Errorf("InEU(%q, %s) = %v", c.country, c.on, got)
		}
	}
	if n := len(MemberStates(day(2026, 1, 1))); n != 27 {
		t.Errorf("%d Member States in 2026, want 27", n)
	}
	if n := len(MemberStates(day(2019, 1, 1))); n != 28 {
		t.Errorf("%d Member States in 2019, want 28", n)
	}
	if states := MemberStates(day(2026, 1, 1)); !slices.IsSorted(states) || slices.Contains(states, "GB") {
		t.Errorf("%v", states)
	}
}

// Hong Kong, Macao, Taiwan and the mainland are separate legal orders in every
// check; a federation and its states are not.
func TestLies(t *testing.T) {
	on := day(2026, 1, 1)
	for _, c := range []struct {
		place, order string
		want         bool
	}{
		{"CN", "CN", true},
		{"HK", "CN", false}, {"MO", "CN", false}, {"TW", "CN", false},
		{"CN", "HK", false}, {"CN", "MO", false}, {"CN", "TW", false}, {"HK", "HK", true},
		{"DE", "EU", true}, {"EU", "EU", true}, {"NO", "EU", false},
		{"EU", "DE", false}, // a market in the Union does not say in which state
		{"UK", "GB", true}, {"GB", "UK", true}, {"UK", "EU", false},
		{"US-NY", "US", true}, {"US", "US-NY", true}, {"US-NY", "US-NY", true}, {"US-NY", "US-CA", false},
		{"US", "U", false}, {"USA", "US", false}, {"", "US", false}, {"", "", false},
	} {
		if got := Lies(c.place, c.order, on); got != c.want {
			t.Errorf("Lies(%q, %q) = %v", c.place, c.order, got)
		}
	}
	if !Lies("GB", "EU", day(2019, 12, 31)) {
		t.Error("the United Kingdom was a Member State in 2019")
	}
}

// An order reaches a party through its country or a market; without markets,
// through the country only.
func TestReaches(t *testing.T) {
	on := day(2026, 1, 1)
	p := &Party{Country: "CN", Markets: []string{"DE", "HK"}}
	for order, want := range map[string]bool{"CN": true, "EU": true, "DE": true, "HK": true, "FR": false, "US": false, "TW": false} {
		if p.Reaches(order, on) != want {
			t.Errorf("order %s reaches a Chinese party on the German and Hong Kong markets: %v", order, !want)
		}
	}
	if (&Party{Country: "NL"}).Reaches("DE", on) || (&Party{}).Reaches("EU", on) {
		t.Error("an order reaches where nothing is stated")
	}
}

func TestValidPlace(t *testing.T) {
	for s, want := range map[string]bool{"EU": true, "DE": true, "HK": true, "US-NY": true, "AU-NSW": true, "GB-01": true,
		"": false, "D": false, "DEU": false, "de": false, "EU-": false, "US_NY": false, "US-ny": false, "1A": false, "US-NYNYNY": false, "ÄÖ": false} {
		if validPlace(s) != want {
			t.Errorf("validPlace(%q) = %v", s, !want)
		}
	}
}
