package partner_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/internal/fault"
	"tocsin/partner"
)

func among(orgs ...partner.Org) partner.Lookup {
	return func(id string) (partner.Org, bool) {
		i := slices.IndexFunc(orgs, func(o partner.Org) bool { return o.ID == id })
		if i < 0 {
			return partner.Org{}, false
		}
		return orgs[i], true
	}
}

func TestWhatAnOrganisationIsPartOf(t *testing.T) {
	group := partner.Org{ID: "g", Name: "Acme Group", Kind: partner.Group, Standing: partner.Warned}
	cn := partner.Org{ID: "cn", Name: "Acme China", Kind: partner.Entity, PartOf: "g", Country: "CN", Standing: partner.Active}
	psirt := partner.Org{ID: "p", Name: "Acme PSIRT", Kind: partner.Unit, PartOf: "cn", Standing: partner.Active}
	by := among(group, cn, psirt)

	above, err := partner.Above(psirt, by)
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := partner.Chain(psirt, by); err != nil || !slices.Equal(ids, []string{"cn", "g"}) {
		t.Errorf("the PSIRT is part of %v (%v), want the nearest first", ids, err)
	}
	if c := partner.LegalCountry(psirt, above); c != "CN" {
		t.Errorf("the PSIRT answers to %q, want the country of its legal entity", c)
	}
	if c := partner.LegalCountry(group, nil); c != "" {
		t.Errorf("a group without a country answers to %q", c)
	}
	if s := partner.StandingOf(psirt, above); s != partner.Warned {
		t.Errorf("the PSIRT stands as %q, want as its group does", s)
	}
	if ids, err := partner.Chain(group, by); err != nil || len(ids) != 0 {
		t.Errorf("the group is part of %v (%v)", ids, err)
	}
}

func TestChainsThatLeadNowhereAreRefused(t *testing.T) {
	a := partner.Org{ID: "a", Name: "A", PartOf: "b"}
	b := partner.Org{ID: "b", Name: "B", PartOf: "a"}
	if _, err := partner.Above(a, among(a, b)); fault.KindOf(err) != fault.Invalid || err == nil {
		t.Errorf("a circle: %v", err)
	}
	if _, err := partner.Above(a, among(a)); fault.KindOf(err) != fault.Invalid || err == nil {
		t.Errorf("part of nothing that is there: %v", err)
	}
	if _, err := partner.Above(partner.Org{ID: "x", Name: "X", PartOf: "a"}, among(a, b)); err == nil {
		t.Error("a circle further up is not found")
	}
	deep := []partner.Org{}
	for i := range 30 {
		deep = append(deep, partner.Org{ID: fmt.Sprint(i), Name: "N", PartOf: fmt.Sprint(i + 1)})
	}
	if _, err := partner.Above(deep[0], among(deep...)); fault.KindOf(err) != fault.Invalid || err == nil {
		t.Errorf("thirty deep: %v", err)
	}
}

// Above ends, whatever points to whatever, and names nothing twice.
func TestLawAboveEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []partner.Org
		for i := range 6 {
			o := partner.Org{ID: fmt.Sprint(i), Name: "N", Standing: rapid.SampledFrom(partner.Standings()).Draw(t, "standing")}
			if rapid.Bool().Draw(t, "part") {
				o.PartOf = fmt.Sprint(rapid.IntRange(0, 7).Draw(t, "of"))
			}
			all = append(all, o)
		}
		above, err := partner.Above(all[0], among(all...))
		if err != nil {
			return
		}
		worst := partner.StandingOf(all[0], above)
		seen := map[string]bool{"0": true}
		for _, o := range append([]partner.Org{all[0]}, above...) {
			if o.Standing.Worse(worst) {
				t.Fatalf("%q is worse than the worst, %q", o.Standing, worst)
			}
			if o.ID != "0" && seen[o.ID] {
				t.Fatalf("%s stands twice", o.ID)
			}
			seen[o.ID] = true
		}
	})
}

func TestStandingsHaveAnOrder(t *testing.T) {
	all := partner.Standings()
	for i, s := range all {
		for j, o := range all {
			if s.Worse(o) != (i > j) {
				t.Errorf("%q worse than %q: %v", s, o, s.Worse(o))
			}
		}
		if !partner.Standing("unheard-of").Worse(s) {
			t.Errorf("a standing that is not known is no worse than %q", s)
		}
	}
	if got := partner.Worst(partner.Active, partner.Suspended, partner.Warned); got != partner.Suspended {
		t.Errorf("the worst is %q", got)
	}
	if got := partner.Worst(); !got.Worse(partner.Invited) {
		t.Errorf("the worst of none is %q", got)
	}
	if len(all) != 5 || len(partner.Kinds()) != 5 || len(partner.Roles()) != 3 || len(partner.PlatformRoles()) != 2 || len(partner.Languages()) != 4 {
		t.Error("a list is not whole")
	}
}

func TestRolesAndDeputies(t *testing.T) {
	p := person(nil)
	if m, ok := p.In("o1"); !ok || len(m.Roles) != 2 {
		t.Errorf("in o1: %v %v", m, ok)
	}
	if _, ok := p.In("o2"); ok {
		t.Error("in o2, too")
	}
	if !p.Has(partner.Coordinator) || p.Has(partner.Administrator) || p.Has(partner.Responder) {
		t.Error("the roles of the platform are others")
	}
	d := p.Deputies[0]
	for at, want := range map[time.Time]bool{d.From: true, d.From.Add(-1): false, d.Until: false, d.Until.Add(-1): true} {
		if d.Acts(at) != want {
			t.Errorf("acts at %v: %v", at, !want)
		}
	}
}

// A unit stands on a platform no better than what it is part of.
func TestStandingsOnPlatforms(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	joined := partner.Stand{From: day.AddDate(-1, 0, 0), Standing: partner.Active}
	group := partner.Org{ID: "g", On: map[string]partner.Stands{"circle": {joined, {From: day, Standing: partner.Suspended}}, "other": {joined}}}
	unit := partner.Org{ID: "u", On: map[string]partner.Stands{"circle": {joined}}}
	for at, want := range map[time.Time]partner.Standing{day: partner.Suspended, day.Add(-1): partner.Active, day.AddDate(-2, 0, 0): partner.Invited} {
		got := partner.StandingsOn(unit, []partner.Org{group}, at)
		if len(got) != 2 || got["circle"] != want {
			t.Errorf("at %v: %v", at, got)
		}
	}
	if partner.StandingsOn(partner.Org{}, nil, day) != nil {
		t.Error("an organisation that joined nothing stands somewhere")
	}
	o := org(func(o *partner.Org) { o.On = group.On })
	if err := o.Check(); err != nil {
		t.Error(err)
	}
	o.On = map[string]partner.Stands{"circle": {{From: day, Standing: partner.Suspended}, joined}}
	if err := o.Check(); err == nil {
		t.Error("standings out of order are taken")
	}
}
