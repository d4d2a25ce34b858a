package access_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/internal/fault"
	"tocsin/partner"
)

func of(org, country string, standing partner.Standing) access.Acting {
	return access.Acting{Org: org, Country: country, Standing: standing, Roles: []partner.Role{partner.Responder}}
}

func seat(role access.SeatRole, org, party string) access.Seat {
	return access.Seat{ID: "s-" + org + party, Case: "x", Org: org, Role: role, Party: party}
}

var bar = access.Bar{Party: "acme", Rule: "CN-RMSV-9-7-NO-OVERSEAS", Order: "CN", Allowed: []string{"ferrule"}, Citation: "RMSV Art. 9(7)"}

func matter(tlp string, seats ...access.Seat) access.Matter {
	return access.Matter{TLP: tlp, Seats: seats, On: calendar.Date{Year: 2026, Month: 11, Day: 20}}
}

func expect(t *testing.T, what string, d access.Decision, allowed bool, code string) {
	t.Helper()
	if d.Allowed != allowed || d.Code != code {
		t.Errorf("%s: allowed %v, code %q; want %v, %q (%+v)", what, d.Allowed, d.Code, allowed, code, d)
	}
}

func TestWhatIsNotThereAndWhatIsNotYoursAreOneAnswer(t *testing.T) {
	anna := access.Reader{Person: "anna", Place: "CN", Fresh: true, Acting: []access.Acting{of("borel", "DE", partner.Active)}}
	others := matter("AMBER", seat(access.Owner, "acme", "acme"))
	others.Bars, others.Embargo = []access.Bar{bar}, true
	for _, act := range access.Acts() {
		if act == access.Approve {
			continue // without a case it is an office
		}
		there, not := access.Decide(act, anna, others), access.Decide(act, anna, access.Matter{})
		if there.Allowed || there.Kind != fault.NotFound || there.Code != not.Code || there.Kind != not.Kind || there.Citation != "" || there.Needs != nil {
			t.Errorf("%s: not yours %+v, not there %+v", act, there, not)
		}
	}
	stranger := access.Decide(access.See, access.Reader{}, matter("CLEAR"))
	expect(t, "a stranger before a CLEAR case", stranger, false, access.CodeStranger)
}

func TestAColleagueAbroadIsRefusedWithTheClause(t *testing.T) {
	m := matter("AMBER", seat(access.Owner, "acme", "acme"))
	m.Bars = []access.Bar{bar}
	for _, c := range []struct{ place, entity, code string }{
		{"CN", "CN", ""}, {"NL", "CN", access.CodeAbroad}, {"CN", "NL", access.CodeAbroad}, {"", "CN", access.CodePlace}, {"CN", "", access.CodePlace},
		{"", "NL", access.CodeAbroad}, {"CN-HK", "CN", access.CodePlace}, {"EU", "CN", access.CodePlace}, {"cn", "CN", access.CodePlace},
		// four legal orders, and none of them inside another
		{"HK", "CN", access.CodeAbroad}, {"MO", "CN", access.CodeAbroad}, {"TW", "CN", access.CodeAbroad}, {"CN", "HK", access.CodeAbroad},
	} {
		r := access.Reader{Person: "anna", Place: c.place, Acting: []access.Acting{of("acme", c.entity, partner.Active)}}
		d := access.Decide(access.See, r, m)
		expect(t, "in "+c.place+", of "+c.entity, d, c.code == "", c.code)
		if !d.Allowed && (d.Kind != fault.Forbidden || d.Citation != "RMSV Art. 9(7)" || d.Rule != bar.Rule) {
			t.Errorf("in %s: the refusal cites %q of %q, kind %q", c.place, d.Citation, d.Rule, d.Kind)
		}
	}
	for _, order := range []string{"CN", "HK", "MO", "TW"} {
		for _, place := range []string{"CN", "HK", "MO", "TW"} {
			m.Bars[0].Order = order
			r := access.Reader{Person: "anna", Place: place, Acting: []access.Acting{of("acme", place, partner.Active)}}
			if got := access.Decide(access.See, r, m).Allowed; got != (order == place) {
				t.Errorf("a bar of %s lets somebody in %s in: %v", order, place, got)
			}
		}
	}
	m.Bars[0].Order = "EU"
	r := access.Reader{Person: "anna", Place: "PL", Acting: []access.Acting{of("acme", "FR", partner.Active)}}
	expect(t, "a bar of the Union, within it", access.Decide(access.See, r, m), true, "")
	r.Place = "GB"
	expect(t, "a bar of the Union, from a state that left", access.Decide(access.See, r, m), false, access.CodeAbroad)
}

func TestABarBindsWhoSeesThroughItsPartyAlone(t *testing.T) {
	m := matter("AMBER", seat(access.PartySeat, "acme", "acme"), seat(access.PartySeat, "ferrule", "ferrule"), seat(access.Coordinates, "desk", ""), seat(access.PartySeat, "lab", "acme-lab"), seat(access.PartySeat, "top", "group"))
	m.Bars = []access.Bar{bar}
	m.PartOf = map[string]string{"acme-lab": "acme", "acme": "group"}
	abroad := func(org string) access.Decision {
		return access.Decide(access.See, access.Reader{Person: "p", Place: "DE", Acting: []access.Acting{of(org, "DE", partner.Active)}}, m)
	}
	expect(t, "the party", abroad("acme"), false, access.CodeAbroad)
	expect(t, "a unit of it", abroad("lab"), false, access.CodeAbroad)
	expect(t, "its group", abroad("top"), false, access.CodeAbroad)
	expect(t, "the provider that may be told", abroad("ferrule"), true, "")
	expect(t, "the coordinator", abroad("desk"), true, "")

	m.Bars[0].Allowed = []string{"group"}
	expect(t, "a group that may be told", abroad("top"), true, "")
	m.Bars[0].Allowed = nil
	both := access.Reader{Person: "p", Place: "DE", Acting: []access.Acting{of("acme", "CN", partner.Active), of("ferrule", "DE", partner.Active)}}
	d := access.Decide(access.See, both, m)
	expect(t, "refused on one seat, seated on another", d, true, "")
	if !slices.Equal(d.View.Parties, []string{"ferrule"}) {
		t.Errorf("sees the side of %v, want of ferrule alone", d.View.Parties)
	}
	m.TLP = "GREEN"
	if access.Decide(access.See, both, m).View.All {
		t.Error("a GREEN label let a colleague round the bar on the seat of their own house")
	}
	m.Bars[0].Order = ""
	home := access.Reader{Person: "p", Place: "CN", Acting: []access.Acting{of("acme", "CN", partner.Active)}}
	expect(t, "a bar whose order is not known", access.Decide(access.See, home, m), false, access.CodeAbroad)
	m.Bars, m.Blind = nil, true
	expect(t, "bars that could not be looked for", access.Decide(access.See, home, m), false, access.CodeBarsUnknown)
}

// An organisation in the legal order of a prohibition that runs a case without
// being named in it carries the prohibition all the same: its people abroad, and
// those of its units abroad, are abroad.
func TestABarBindsASeatOfNoParty(t *testing.T) {
	for _, role := range []access.SeatRole{access.Owner, access.Coordinates, access.Observes} {
		m := matter("AMBER", access.Seat{ID: "s", Org: "acme", Role: role, Country: "CN"})
		m.Bars = []access.Bar{bar}
		someone := func(org, entity, place string) access.Decision {
			a := of(org, entity, partner.Active)
			if org != "acme" {
				a.Group = []string{"acme"}
			}
			return access.Decide(access.See, access.Reader{Person: "p", Place: place, Acting: []access.Acting{a}}, m)
		}
		expect(t, "at home", someone("acme", "CN", "CN"), true, "")
		expect(t, "its employee abroad", someone("acme", "CN", "DE"), false, access.CodeAbroad)
		d := someone("acme-europe", "DE", "DE")
		expect(t, "its unit abroad", d, false, access.CodeAbroad)
		if d.Citation != bar.Citation || d.Rule != bar.Rule {
			t.Errorf("cites %q of %q", d.Citation, d.Rule)
		}
		m.Blind = true
		expect(t, "its unit abroad, while nothing is known of prohibitions", someone("acme-europe", "DE", "DE"), false, access.CodeBarsUnknown)
		expect(t, "at home, while nothing is known of prohibitions", someone("acme", "CN", "CN"), true, "")
		m.Blind = false

		m.Seats[0].Country = "DE"
		expect(t, "one of another order is not bound", someone("acme-europe", "DE", "DE"), true, "")
		m.Seats[0].Country = ""
		expect(t, "a unit abroad of one whose country is not known", someone("acme-europe", "DE", "DE"), false, access.CodeAbroad)
		expect(t, "the people of one abroad whose seat does not say", someone("acme", "DE", "DE"), true, "")
	}
}

func TestASuspendedSecondMembershipDoesNotLeakThrough(t *testing.T) {
	m := matter("AMBER", seat(access.Observes, "acme", "acme"), seat(access.PartySeat, "borel", "borel"))
	r := access.Reader{Person: "anna", Acting: []access.Acting{of("acme", "CN", partner.Suspended), of("borel", "DE", partner.Active)}}
	d := access.Decide(access.See, r, m)
	if want := (access.Viewpoint{Parties: []string{"acme", "borel"}, Limited: []string{"acme"}}); !d.Allowed || !same(d.View, want) {
		t.Errorf("sees %+v, want %+v", d.View, want)
	}
	if d.Code != "" {
		t.Errorf("says %q although one side is whole", d.Code)
	}
	m.Seats = m.Seats[:1]
	d = access.Decide(access.See, r, m)
	expect(t, "on the seat of the suspended organisation alone", d, true, access.CodeSuspended)
	if !d.View.Own {
		t.Errorf("sees %+v", d.View)
	}
	// somebody of a sound unit, through the seat of a suspended organisation
	m = matter("AMBER", seat(access.PartySeat, "acme", "acme"))
	m.Orgs = map[string]access.SeatOrg{"acme": {Above: []string{"top"}, Standing: partner.Suspended}}
	d = access.Decide(access.See, access.Reader{Person: "p", Acting: []access.Acting{of("top", "CN", partner.Active)}}, m)
	expect(t, "the group, through a suspended entity", d, true, access.CodeSuspended)
	// a person's own seat brings along every organisation of theirs
	m = matter("AMBER", access.Seat{ID: "s", Person: "anna", Role: access.Observes})
	expect(t, "an own seat, of somebody who is suspended elsewhere", access.Decide(access.See, r, m), false, access.CodeSuspended)
}

// Where an organisation stands on a sharing platform holds for the seats that the
// platform gave, and for no others: its own cases stay whole.
func TestStandingOnAPlatform(t *testing.T) {
	through := seat(access.PartySeat, "acme", "acme")
	through.Platform = "circle"
	m := matter("AMBER", through)
	r := func(on map[string]partner.Standing) access.Reader {
		a := of("acme", "CN", partner.Active)
		a.On = on
		return access.Reader{Person: "anna", Place: "CN", Acting: []access.Acting{a}}
	}
	suspended := map[string]partner.Standing{"circle": partner.Suspended}
	d := access.Decide(access.See, r(suspended), m)
	expect(t, "a seat of the platform", d, true, access.CodeSuspended)
	if !d.View.Own {
		t.Errorf("sees %+v", d.View)
	}
	d = access.Decide(access.See, r(map[string]partner.Standing{"other": partner.Suspended}), m)
	expect(t, "suspended on another platform", d, true, "")
	d = access.Decide(access.See, r(nil), m)
	expect(t, "of no platform", d, true, "")
	expect(t, "of a platform that it left", access.Decide(access.See, r(map[string]partner.Standing{"circle": partner.Left}), m), false, access.CodeLeft)

	own := matter("AMBER", seat(access.Owner, "acme", "acme"))
	d = access.Decide(access.See, r(suspended), own)
	expect(t, "its own case", d, true, "")
	if !d.View.All {
		t.Errorf("sees %+v of its own case", d.View)
	}
	d = access.Decide(access.See, r(suspended), matter("GREEN"))
	expect(t, "what the community may see", d, false, access.CodeNotFound)
	person := matter("AMBER", access.Seat{ID: "s", Person: "anna", Role: access.Observes, Platform: "circle"})
	expect(t, "a person's own seat of the platform", access.Decide(access.See, r(suspended), person), false, access.CodeSuspended)
	if all := r(suspended); all.Acting[0].Everywhere() != partner.Suspended {
		t.Error("the worst of all platforms is lost")
	}
}

func TestEmbargoHoldsBackUntilItIsAccepted(t *testing.T) {
	m := matter("AMBER", seat(access.PartySeat, "acme", "lab"))
	m.Embargo, m.PartOf, m.Consented = true, map[string]string{"lab": "acme"}, map[string]bool{}
	r := access.Reader{Person: "anna", Acting: []access.Acting{of("acme", "CN", partner.Active)}, Fresh: true}
	d := access.Decide(access.See, r, m)
	expect(t, "before", d, true, access.CodeEmbargo)
	if !d.View.Own || !d.View.Embargo {
		t.Errorf("sees %+v", d.View)
	}
	expect(t, "accepting it", access.Decide(access.Add, r, m), true, access.CodeEmbargo)
	expect(t, "an export", access.Decide(access.Export, r, m), false, access.CodeEmbargo)
	m.Consented["acme"] = true
	expect(t, "once the party that it is part of accepted", access.Decide(access.See, r, m), true, "")
}

func TestTokensAndFreshness(t *testing.T) {
	m := matter("AMBER", seat(access.Owner, "acme", "acme"))
	r := access.Reader{Person: "anna", Acting: []access.Acting{of("acme", "CN", partner.Active)}}
	d := access.Decide(access.Export, r, m)
	expect(t, "an export without a step-up", d, false, access.CodeStepUp)
	if !slices.Equal(d.Needs, []string{access.StepUp, access.SecondPerson}) || !d.Lacks(access.StepUp, access.SecondPerson) || d.Lacks(access.SecondPerson) {
		t.Errorf("needs %v", d.Needs)
	}
	r.Fresh = true
	d = access.Decide(access.Export, r, m)
	if d.Allowed || !d.Lacks(access.SecondPerson) || !d.View.All {
		t.Errorf("after a step-up: %+v", d)
	}
	r.Fresh, r.Scopes = false, []string{}
	for _, act := range append(access.Acts(), access.Offices()...) {
		expect(t, "a token without scopes: "+string(act), access.Decide(act, r, m), false, access.CodeScope)
	}
	r.Scopes = []string{"see", "export"}
	expect(t, "a token for exports", access.Decide(access.Export, r, m), true, "")
	expect(t, "its reading", access.Decide(access.See, r, m), true, "")
	expect(t, "its writing", access.Decide(access.Add, r, m), false, access.CodeScope)
	expect(t, "its scopes, before a case that is not there", access.Decide(access.Add, r, access.Matter{}), false, access.CodeScope)
	r.Scopes = []string{"erase"}
	d = access.Decide(access.Erase, r, m)
	if d.Allowed || !d.Lacks(access.SecondPerson) {
		t.Errorf("a token that erases alone: %+v", d)
	}
	side := matter("AMBER", seat(access.PartySeat, "acme", "acme"))
	r.Scopes, r.Fresh = nil, true
	expect(t, "a party's export of its own side", access.Decide(access.Export, r, side), true, "")
}

func TestOffices(t *testing.T) {
	for _, c := range []struct {
		who      string
		platform partner.Role
		org      partner.Role
		standing partner.Standing
		allowed  string
	}{
		{"administrator", partner.Administrator, "", "", "administer approve break-glass"},
		{"coordinator", partner.Coordinator, "", "", "open approve break-glass"},
		{"responder", "", partner.Responder, partner.Active, "open"},
		{"responder of a suspended partner", "", partner.Responder, partner.Suspended, "open"},
		{"responder of one that left", "", partner.Responder, partner.Left, ""},
		{"responder of one only invited", "", partner.Responder, partner.Invited, ""},
		{"counsel", "", partner.Counsel, partner.Active, ""},
		{"administrator by membership", "", partner.Administrator, partner.Active, ""},
		{"nobody in particular", "", "", "", ""},
	} {
		r := access.Reader{Person: "p", Fresh: true}
		if c.platform != "" {
			r.Platform = []partner.Role{c.platform}
		}
		if c.org != "" {
			r.Acting = []access.Acting{{Org: "o", Standing: c.standing, Roles: []partner.Role{c.org}}}
		}
		var got []string
		for _, act := range access.Offices() {
			d := access.Decide(act, r, access.Matter{})
			if d.Allowed {
				got = append(got, string(act))
			}
			r.Fresh = false
			if stale := access.Decide(act, r, access.Matter{}); stale.Allowed && act != access.Open {
				t.Errorf("%s may %s without a step-up", c.who, act)
			}
			r.Fresh = true
		}
		if s := strings.Join(got, " "); s != c.allowed {
			t.Errorf("%s may %q, want %q", c.who, s, c.allowed)
		}
	}
	admin := access.Reader{Person: "p", Fresh: true, Platform: []partner.Role{partner.Administrator, partner.Coordinator}}
	for _, act := range access.Acts() {
		expect(t, "an office opens no case: "+string(act), access.Decide(act, admin, matter("AMBER", seat(access.Owner, "acme", ""))), false, access.CodeNotFound)
	}
}

func TestWhoOneIsOnACase(t *testing.T) {
	m := matter("AMBER", seat(access.Observes, "acme", ""), seat(access.PartySeat, "acme", "acme"), seat(access.PartySeat, "borel", "borel"))
	m.PartOf = map[string]string{"lab": "acme", "bench": "lab"}
	r := access.Reader{Person: "p", Acting: []access.Acting{of("acme", "CN", partner.Active)}}
	if got := access.RoleOn(r, m); got != access.PartySeat {
		t.Errorf("is %q, want a party before an observer", got)
	}
	if got := access.ActsFor(access.Add, r, m); !slices.Equal(got, []string{"acme", "bench", "lab"}) {
		t.Errorf("acts for %v", got)
	}
	if got := access.ActsFor(access.Erase, r, m); got != nil {
		t.Errorf("erases for %v", got)
	}
	if got := access.RoleOn(access.Reader{Person: "q"}, m); got != "" {
		t.Errorf("a stranger is %q", got)
	}
	if got := access.Decide(access.See, r, m).View; !got.All {
		t.Errorf("the wider of two seats does not win: %+v", got)
	}
}

func same(a, b access.Viewpoint) bool {
	return a.All == b.All && a.Own == b.Own && a.Embargo == b.Embargo && slices.Equal(a.Parties, b.Parties) && slices.Equal(a.Limited, b.Limited)
}

// within tells whether a takes in no more than b.
func within(a, b access.Viewpoint) bool { return same(access.Join(a, b), b) || b.All }

var (
	standings = []partner.Standing{partner.Active, partner.Warned, partner.Suspended, partner.Left, partner.Invited}
	labels    = []string{"RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"}
)

// somebody draws a reader and a case with several seats.
func somebody(t *rapid.T) (access.Reader, access.Matter) {
	pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(t, what) }
	orgs, countries, parties := []string{"acme", "borel", "top"}, []string{"CN", "HK", "DE", ""}, []string{"", "acme", "borel", "lab"}
	r := access.Reader{Person: "anna", Place: pick("place", countries...), Fresh: rapid.Bool().Draw(t, "fresh")}
	for range rapid.IntRange(0, 3).Draw(t, "memberships") {
		a := of(pick("org", orgs...), pick("country", countries...), rapid.SampledFrom(standings).Draw(t, "standing"))
		a.Roles = []partner.Role{rapid.SampledFrom(partner.Roles()).Draw(t, "member")}
		a.For = pick("for", "", "", "bela")
		if a.Org == "acme" {
			a.Group = []string{"top"}
		}
		r.Acting = append(r.Acting, a)
	}
	m := matter(rapid.SampledFrom(labels).Draw(t, "tlp"))
	m.PartOf, m.Consented = map[string]string{"lab": "acme"}, map[string]bool{"borel": true}
	m.Embargo = rapid.Bool().Draw(t, "embargo")
	if rapid.Bool().Draw(t, "barred") {
		m.Bars = []access.Bar{bar}
	}
	for range rapid.IntRange(0, 3).Draw(t, "seats") {
		s := access.Seat{Org: pick("seat of", append(orgs, "")...), Person: pick("sits", "", "", "anna", "bela"), Party: pick("party", parties...)}
		s.Role = rapid.SampledFrom([]access.SeatRole{access.Owner, access.Coordinates, access.PartySeat, access.Observes}).Draw(t, "role")
		m.Seats = append(m.Seats, s)
	}
	return r, m
}

// A worse standing never allows more, nor shows more.
func TestLawAWorseStandingNeverAllowsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, m := somebody(t)
		if len(r.Acting) == 0 {
			t.Skip("of no organisation")
		}
		worse := r
		worse.Acting = slices.Clone(r.Acting)
		i := rapid.IntRange(0, len(r.Acting)-1).Draw(t, "which")
		s := rapid.SampledFrom(standings).Draw(t, "worse")
		if r.Acting[i].Standing.Worse(s) {
			t.Skip("no worse")
		}
		worse.Acting[i].Standing = s
		noMore(t, worse, m, r, m)
	})
}

// A stricter label never allows more, nor shows more.
func TestLawAStricterLabelNeverAllowsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, m := somebody(t)
		strict := m
		strict.TLP = rapid.SampledFrom(labels[:slices.Index(labels, m.TLP)+1]).Draw(t, "stricter")
		noMore(t, r, strict, r, m)
	})
}

// An embargo that is not accepted, and a bar, only take away.
func TestLawEmbargoAndBarOnlyTakeAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, m := somebody(t)
		free := m
		if rapid.Bool().Draw(t, "embargo is lifted") {
			free.Embargo = false
		} else {
			free.Bars = nil
		}
		noMore(t, r, m, r, free)
	})
}

// A seat that is given takes nothing away, in whatever order seats stand, unless
// it is the seat on which a bar refuses: then the label alone opens nothing.
func TestLawASeatTakesNothingAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, m := somebody(t)
		if len(m.Seats) == 0 || len(m.Bars) > 0 {
			t.Skip("nothing to take")
		}
		less := m
		less.Seats = m.Seats[1:]
		noMore(t, r, less, r, m)
		turned := m
		turned.Seats = slices.Clone(m.Seats)
		slices.Reverse(turned.Seats)
		for _, act := range access.Acts() {
			a, b := access.Decide(act, r, m), access.Decide(act, r, turned)
			if a.Allowed != b.Allowed || !same(a.View, b.View) {
				t.Fatalf("%s: the order of seats matters: %+v, %+v", act, a, b)
			}
		}
	})
}

// What the table says is one of its codes, and of a refusal of a known kind.
func TestLawEveryAnswerIsOfTheClosedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, m := somebody(t)
		for _, act := range append(access.Acts(), access.Offices()...) {
			d := access.Decide(act, r, m)
			if d.Code != "" && !slices.Contains(access.Codes(), d.Code) {
				t.Fatalf("%s: %q is not in the list", act, d.Code)
			}
			if !d.Allowed && (d.Code == "" || d.Kind != fault.NotFound && d.Kind != fault.Forbidden && d.Kind != fault.Suspended) {
				t.Fatalf("%s: refused as %q, kind %q", act, d.Code, d.Kind)
			}
			if d.Allowed && d.Kind != "" {
				t.Fatalf("%s: allowed, and yet %q", act, d.Kind)
			}
		}
	})
}

func noMore(t *rapid.T, r access.Reader, m access.Matter, r2 access.Reader, m2 access.Matter) {
	for _, act := range access.Acts() {
		a, b := access.Decide(act, r, m), access.Decide(act, r2, m2)
		can := func(d access.Decision) bool { return d.Allowed || d.Lacks(access.StepUp, access.SecondPerson) }
		if can(a) && (!can(b) || !within(a.View, b.View)) {
			t.Fatalf("%s: the lesser may %+v, the greater %+v", act, a, b)
		}
	}
}
