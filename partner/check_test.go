package partner_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/partner"
)

func org(change func(*partner.Org)) partner.Org {
	o := partner.Org{ID: "o1", Name: "Acme Networks", Kind: partner.Entity, Country: "DE", Standing: partner.Active}
	if change != nil {
		change(&o)
	}
	return o
}

func person(change func(*partner.Person)) partner.Person {
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	p := partner.Person{ID: "p1", Name: "Anna Ode", Login: "anna@acme.example", Platform: []partner.Role{partner.Coordinator},
		Member: []partner.Membership{{Org: "o1", Roles: []partner.Role{partner.Responder, partner.Counsel}}}, Place: "HK", Zone: "Asia/Hong_Kong", Lang: "zh", Theme: "dark",
		Deputies: []partner.Deputy{{Person: "p2", From: day, Until: day.AddDate(0, 0, 7)}}}
	if change != nil {
		change(&p)
	}
	return p
}

func TestOrganisations(t *testing.T) {
	for _, c := range []struct {
		what, key string
		change    func(*partner.Org)
	}{
		{"as it should be", "", nil},
		{"a group", "", func(o *partner.Org) { o.Kind, o.Country = partner.Group, "" }},
		{"a project without a country", "", func(o *partner.Org) { o.Kind, o.Country = partner.Project, "" }},
		{"a unit", "", func(o *partner.Org) { o.Kind, o.Country, o.PartOf = partner.Unit, "", "o2" }},
		{"Macao is a place of its own", "", func(o *partner.Org) { o.Country = "MO" }},
		{"a note of two lines", "", func(o *partner.Org) { o.Note = "one\n\ttwo" }},
		{"no id", "id", func(o *partner.Org) { o.ID = "" }},
		{"a long id", "id", func(o *partner.Org) { o.ID = strings.Repeat("x", 201) }},
		{"no name", "name", func(o *partner.Org) { o.Name = " " }},
		{"a name that turns the page", "name", func(o *partner.Org) { o.Name = "Acme \u202egro" }},
		{"a name of two lines", "name", func(o *partner.Org) { o.Name = "Acme\nNetworks" }},
		{"a name that is no text", "name", func(o *partner.Org) { o.Name = "Acme \xff" }},
		{"a long name", "name", func(o *partner.Org) { o.Name = strings.Repeat("x", 201) }},
		{"a long note", "note", func(o *partner.Org) { o.Note = strings.Repeat("x", 4001) }},
		{"no kind", "kind", func(o *partner.Org) { o.Kind = "" }},
		{"no standing", "standing", func(o *partner.Org) { o.Standing = "" }},
		{"a standing that is none", "standing", func(o *partner.Org) { o.Standing = "trusted" }},
		{"part of itself", "part-of", func(o *partner.Org) { o.PartOf = "o1" }},
		{"a group within", "part-of", func(o *partner.Org) { o.Kind, o.PartOf = partner.Group, "o2" }},
		{"a unit of nothing", "part-of", func(o *partner.Org) { o.Kind = partner.Unit }},
		{"a legal entity nowhere", "country", func(o *partner.Org) { o.Country = "" }},
		{"an authority nowhere", "country", func(o *partner.Org) { o.Kind, o.Country = partner.Authority, "" }},
		{"the Union is no country", "country", func(o *partner.Org) { o.Country = "EU" }},
		{"an everyday code", "country", func(o *partner.Org) { o.Country = "UK" }},
		{"small letters", "country", func(o *partner.Org) { o.Country = "de" }},
		{"a subdivision", "country", func(o *partner.Org) { o.Country = "CN-HK" }},
		{"a code that nobody has", "country", func(o *partner.Org) { o.Country = "XA" }},
		{"two halves of codes", "country", func(o *partner.Org) { o.Country = "D " }},
		{"an office with a blank", "is", func(o *partner.Org) { o.Is = []string{"cn miit"} }},
		{"many offices", "is", func(o *partner.Org) { o.Is = make([]string, 51) }},
	} {
		o := org(c.change)
		refused(t, c.what, c.key, o.Check())
	}
}

func TestPeople(t *testing.T) {
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	roles := func(r ...partner.Role) []partner.Membership { return []partner.Membership{{Org: "o1", Roles: r}} }
	for _, c := range []struct {
		what, key string
		change    func(*partner.Person)
	}{
		{"as it should be", "", nil},
		{"as little as can be", "", func(p *partner.Person) { *p = partner.Person{ID: "p", Name: "A", Login: "a"} }},
		{"no id", "id", func(p *partner.Person) { p.ID = "" }},
		{"no name", "name", func(p *partner.Person) { p.Name = "" }},
		{"no login", "login", func(p *partner.Person) { p.Login = "" }},
		{"a login with a blank", "login", func(p *partner.Person) { p.Login = "anna ode" }},
		{"a login with a blank that cannot be seen", "login", func(p *partner.Person) { p.Login = "anna\u200bode" }},
		{"an administrator of an organisation", "member.roles", func(p *partner.Person) { p.Member = roles(partner.Administrator) }},
		{"a coordinator of an organisation", "member.roles", func(p *partner.Person) { p.Member = roles(partner.Coordinator) }},
		{"a responder of the platform", "platform", func(p *partner.Person) { p.Platform = []partner.Role{partner.Responder} }},
		{"a platform role twice", "platform", func(p *partner.Person) { p.Platform = []partner.Role{partner.Coordinator, partner.Coordinator} }},
		{"a role that is none", "member.roles", func(p *partner.Person) { p.Member = roles("boss") }},
		{"a role twice", "member.roles", func(p *partner.Person) { p.Member = roles(partner.Counsel, partner.Counsel) }},
		{"a membership without a role", "member.roles", func(p *partner.Person) { p.Member = roles() }},
		{"a membership of nothing", "member.org", func(p *partner.Person) { p.Member[0].Org = "" }},
		{"a membership twice", "member.org", func(p *partner.Person) { p.Member = append(p.Member, p.Member[0]) }},
		{"many memberships", "member", func(p *partner.Person) { p.Member = make([]partner.Membership, 51) }},
		{"in the Union", "place", func(p *partner.Person) { p.Place = "EU" }},
		{"in no zone", "zone", func(p *partner.Person) { p.Zone = "Mars/Olympus" }},
		{"in an offset", "zone", func(p *partner.Person) { p.Zone = "+08:00" }},
		{"in another language", "lang", func(p *partner.Person) { p.Lang = "ja" }},
		{"in another theme", "theme", func(p *partner.Person) { p.Theme = "pink" }},
		{"their own deputy", "deputies.person", func(p *partner.Person) { p.Deputies[0].Person = "p1" }},
		{"nobody as deputy", "deputies.person", func(p *partner.Person) { p.Deputies[0].Person = "" }},
		{"a deputy without an end", "deputies.until", func(p *partner.Person) { p.Deputies[0].Until = time.Time{} }},
		{"a deputy for no time", "deputies.until", func(p *partner.Person) { p.Deputies[0].Until = day }},
		{"many deputies", "deputies", func(p *partner.Person) { p.Deputies = make([]partner.Deputy, 51) }},
	} {
		p := person(c.change)
		refused(t, c.what, c.key, p.Check())
	}
}

// refused holds an error against the key that it should name; "" is none.
func refused(t *testing.T, what, key string, err error) {
	t.Helper()
	if key == "" {
		if err != nil {
			t.Errorf("%s: refused: %v", what, err)
		}
		return
	}
	e, ok := err.(*fault.Error)
	if !ok || e.Kind != fault.Invalid || e.Key != key || e.Message == "" {
		t.Errorf("%s: %v, want an invalid %s", what, err, key)
	}
}

func TestCodesOfCountries(t *testing.T) {
	all := partner.Countries()
	if len(all) != 249 {
		t.Errorf("%d codes; ISO 3166-1 assigns 249", len(all))
	}
	for i, c := range all {
		if !partner.Country(c) || i > 0 && all[i-1] >= c {
			t.Errorf("%q is out of order or no code", c)
		}
	}
	for _, c := range []string{"", "C", "CHN", " C", "C ", "cn", "Cn", "EU", "UK", "EL", "XK", "ＣＮ", "A-"} {
		if partner.Country(c) {
			t.Errorf("%q is taken for a country or region", c)
		}
	}
	for _, c := range []string{"CN", "HK", "MO", "TW"} {
		if !partner.Country(c) {
			t.Errorf("%q is not taken", c)
		}
	}
}

func FuzzPerson(f *testing.F) {
	f.Add("Anna", "anna", "DE", "Europe/Berlin")
	f.Add("\u202e", "\x00", "CN-HK", "+25:00")
	f.Fuzz(func(t *testing.T, name, login, place, zone string) {
		p := partner.Person{ID: "p", Name: name, Login: login, Place: place, Zone: zone}
		if err := p.Check(); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("%v", err)
		}
		o := partner.Org{ID: "o", Name: name, Kind: partner.Entity, Country: place, Note: login, Standing: partner.Active}
		if err := o.Check(); err == nil && !partner.Country(place) {
			t.Fatalf("%q is taken for a country", place)
		}
	})
}
