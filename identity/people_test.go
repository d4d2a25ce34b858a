package identity

import (
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

func TestOrganisationsAreMadeAndChangedAtTheirVersion(t *testing.T) {
	w := newWorld(t)
	o, err := w.PutOrg(t.Context(), w.admin, partner.Org{Name: " Beta\tWorks ", Kind: partner.Entity, Country: "DE", PartOf: "o-holding"}, 0)
	w.must(err)
	if o.Name != "Beta Works" || o.Standing != partner.Active || len(o.ID) != 26 {
		t.Errorf("%+v", o)
	}
	got, v, err := w.Org(t.Context(), o.ID)
	w.must(err)
	if got.Name != o.Name || v != 1 {
		t.Errorf("%+v at %d", got, v)
	}
	for name, c := range map[string]struct {
		change  func(*partner.Org)
		version int64
		kind    fault.Kind
	}{
		"a version that was":        {func(*partner.Org) {}, 2, fault.Conflict},
		"made a second time":        {func(*partner.Org) {}, 0, fault.Conflict},
		"one that is not there":     {func(o *partner.Org) { o.ID = "o-nobody" }, 1, fault.NotFound},
		"no name":                   {func(o *partner.Org) { o.Name = " \n" }, 1, fault.Invalid},
		"an endless name":           {func(o *partner.Org) { o.Name = strings.Repeat("x", 201) }, 1, fault.Invalid},
		"no kind":                   {func(o *partner.Org) { o.Kind = "x" }, 1, fault.Invalid},
		"no standing":               {func(o *partner.Org) { o.Standing = "x" }, 1, fault.Invalid},
		"no country":                {func(o *partner.Org) { o.Country = "Germany" }, 1, fault.Invalid},
		"part of nothing":           {func(o *partner.Org) { o.PartOf = "o-nobody" }, 1, fault.Invalid},
		"part of itself":            {func(o *partner.Org) { o.PartOf = o.ID }, 1, fault.Invalid},
		"an id with other signs":    {func(o *partner.Org) { o.ID = "o/x" }, 0, fault.Invalid},
		"an id that goes elsewhere": {func(o *partner.Org) { o.ID = "../x" }, 0, fault.Invalid},
	} {
		next := got
		c.change(&next)
		if _, err := w.PutOrg(t.Context(), w.admin, next, c.version); fault.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A circle over two is found as well.
	lab, v, err := w.Org(t.Context(), "o-lab")
	w.must(err)
	_, err = w.PutOrg(t.Context(), w.admin, partner.Org{ID: "o-team", Name: "Team", Kind: partner.Unit, PartOf: "o-lab"}, 0)
	w.must(err)
	lab.PartOf = "o-team"
	_, err = w.PutOrg(t.Context(), w.admin, lab, v)
	w.refuse(err, fault.Invalid, "circle")
}

func TestPeopleAreCheckedAndLoginsAreTheirOwn(t *testing.T) {
	w := newWorld(t)
	good := partner.Person{Name: "Fan Fu", Login: "fan@example.org", Member: []partner.Membership{{Org: "o-other", Roles: []partner.Role{partner.Observer}}}}
	p, req, err := w.PutPerson(t.Context(), w.admin, good, 0)
	w.must(err)
	if req != nil || len(p.ID) != 26 {
		t.Errorf("%+v %+v", p, req)
	}
	for name, c := range map[string]struct {
		change func(*partner.Person)
		kind   fault.Kind
	}{
		"a login that is taken":        {func(p *partner.Person) { p.Login = "ADA@example.org" }, fault.Conflict},
		"wide letters are the same":    {func(p *partner.Person) { p.Login = "ａｄａ@example.org" }, fault.Conflict},
		"a login with a blank":         {func(p *partner.Person) { p.Login = "a b" }, fault.Invalid},
		"no login":                     {func(p *partner.Person) { p.Login = "" }, fault.Invalid},
		"a login that cannot be seen":  {func(p *partner.Person) { p.Login = "a\u200bb" }, fault.Invalid},
		"an organisation of nowhere":   {func(p *partner.Person) { p.Member[0].Org = "o-nobody" }, fault.Invalid},
		"a platform role in it":        {func(p *partner.Person) { p.Member[0].Roles = []partner.Role{partner.Administrator} }, fault.Invalid},
		"an organisation's role alone": {func(p *partner.Person) { p.Platform = []partner.Role{partner.Responder} }, fault.Invalid},
		"a zone of nowhere":            {func(p *partner.Person) { p.Zone = "../../etc/passwd" }, fault.Invalid},
		"a language not spoken":        {func(p *partner.Person) { p.Lang = "xx" }, fault.Invalid},
		"a deputy of nowhere":          {func(p *partner.Person) { p.Deputies = []partner.Deputy{deputy(w, "p-nobody", 0, 1)} }, fault.Invalid},
		"a deputy for ever":            {func(p *partner.Person) { p.Deputies = []partner.Deputy{deputy(w, ada, 0, 10_000)} }, fault.Invalid},
		"a deputy backwards":           {func(p *partner.Person) { p.Deputies = []partner.Deputy{deputy(w, ada, 2, 1)} }, fault.Invalid},
	} {
		next := clonePerson(good)
		c.change(&next)
		if _, _, err := w.PutPerson(t.Context(), w.admin, next, 0); fault.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := w.ByLogin(t.Context(), "FAN@example.org"); err != nil || got.ID != p.ID {
		t.Errorf("%+v %v", got, err)
	}
	_, err = w.ByLogin(t.Context(), "fan")
	w.refuse(err, fault.NotFound, "nobody")
	all, err := w.People(t.Context(), "", 0)
	w.must(err)
	one, err := w.People(t.Context(), all[0].ID, 1)
	w.must(err)
	if len(all) != 6 || len(one) != 1 || one[0].ID != all[1].ID {
		t.Errorf("%d people, %+v", len(all), one)
	}
}

func TestNobodyChangesTheirOwnPowerInAProfile(t *testing.T) {
	w := newWorld(t)
	p, v, err := w.Person(t.Context(), chen)
	w.must(err)
	p.Name, p.Zone, p.Lang, p.Theme = "Chen L.", "Asia/Shanghai", "en", "dark"
	p.Place, p.Login, p.Platform, p.Member, p.Disabled = "FR", "root", []partner.Role{partner.Administrator}, nil, true
	w.must(w.SaveProfile(t.Context(), p, v))
	got, _, err := w.Person(t.Context(), chen)
	w.must(err)
	if got.Name != "Chen L." || got.Zone != "Asia/Shanghai" || got.Theme != "dark" || got.Place != "CN" || got.Login != "chen@acme.example" ||
		got.Platform != nil || len(got.Member) != 1 || got.Disabled {
		t.Errorf("%+v", got)
	}
	w.refuse(w.SaveProfile(t.Context(), p, v), fault.Conflict, "meanwhile")
	w.refuse(w.SaveProfile(t.Context(), partner.Person{ID: "p-nobody"}, 1), fault.NotFound, "no such person")
}

func deputy(w *world, person string, from, until int) partner.Deputy {
	day := 24 * time.Hour
	return partner.Deputy{Person: person, From: w.clock.now().Add(time.Duration(from) * day), Until: w.clock.now().Add(time.Duration(until) * day)}
}

// TestADeputyActsForAWhileAndIsSeenAsOne: recorded-by stays the deputy.
func TestADeputyActsForAWhileAndIsSeenAsOne(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(dora)
	step := w.in(w.Service, "dora", secret)
	p, v, err := w.Person(t.Context(), chen)
	w.must(err)
	p.Deputies = []partner.Deputy{deputy(w, dora, 1, 3)}
	w.must(w.SaveProfile(t.Context(), p, v))
	if !has(w.notes.whats("person"), "deputies") {
		t.Error("the log does not know")
	}
	b, v, err := w.Person(t.Context(), bea)
	w.must(err)
	b.Deputies = []partner.Deputy{deputy(w, chen, 0, 9)}
	w.must(w.SaveProfile(t.Context(), b, v))
	acting := func() []access.Acting {
		sess, r := w.reader(w.Service, step.Secret)
		if r.Person != dora || r.Platform != nil {
			t.Fatalf("the deputy is %+v", r)
		}
		if len(r.Acting) > 1 != (len(sess.For) == 1) {
			t.Errorf("the session shows %v", sess.For)
		}
		return r.Acting
	}
	if a := acting(); len(a) != 1 {
		t.Errorf("before its day: %+v", a)
	}
	for w.clock.now().Before(p.Deputies[0].From) {
		w.clock.pass(6 * time.Hour)
		w.reader(w.Service, step.Secret)
	}
	a := acting()
	if len(a) != 2 || a[0].Org != "o-other" || a[0].For != "" || a[1].Org != "o-lab" || a[1].For != chen || a[1].Roles[0] != partner.Responder || a[1].Country != "CN" {
		t.Fatalf("%+v", a)
	}
	all, err := w.ReadersOf(t.Context(), "o-lab")
	w.must(err)
	if len(all) != 2 || all[0].Person != chen || all[1].Person != dora || all[0].Fresh || all[0].Session != "" {
		t.Errorf("readers of the lab: %+v", all)
	}
	list, err := w.Sessions(t.Context(), dora)
	w.must(err)
	if len(list) != 1 || len(list[0].For) != 1 || list[0].For[0] != chen {
		t.Errorf("%+v", list)
	}
	w.putPerson(func(p *partner.Person) { p.Disabled = true }, chen)
	if a := acting(); len(a) != 1 {
		t.Errorf("for somebody who is disabled: %+v", a)
	}
	w.putPerson(func(p *partner.Person) { p.Disabled = false }, chen)
	for w.clock.now().Before(p.Deputies[0].Until) {
		acting()
		w.clock.pass(6 * time.Hour)
	}
	if a := acting(); len(a) != 1 {
		t.Errorf("after the last day: %+v", a)
	}
}

func TestStandingsOfAChainAreTheWorst(t *testing.T) {
	for _, c := range []struct{ holding, entity, unit, want partner.Standing }{
		{partner.Active, partner.Active, partner.Active, partner.Active},
		{partner.Warned, partner.Active, partner.Active, partner.Warned},
		{partner.Warned, partner.Suspended, partner.Active, partner.Suspended},
		{partner.Left, partner.Suspended, partner.Active, partner.Left},
		{partner.Active, partner.Active, partner.Invited, partner.Invited},
	} {
		w := newWorld(t)
		for id, s := range map[string]partner.Standing{"o-holding": c.holding, "o-acme": c.entity, "o-lab": c.unit} {
			w.putOrg(func(o *partner.Org) { o.Standing = s }, id)
		}
		all, err := w.ReadersOf(t.Context(), "o-lab")
		w.must(err)
		if got := all[0].Acting[0].Standing; got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestTheLogKnowsNoNames: what is noted are ids and words of this package.
func TestTheLogKnowsNoNames(t *testing.T) {
	w := newWorld(t)
	w.equip(chen)
	newAuthenticator(w).add(chen, "laptop of Chen")
	_, _, err := w.NewToken(t.Context(), chen, "nightly of Chen", []string{"*"}, time.Hour)
	w.must(err)
	w.putPerson(func(p *partner.Person) { p.Name, p.Login, p.Place = "Another Name", "another@example.org", "DE" }, emil)
	w.putOrg(func(o *partner.Org) { o.Name, o.Note = "Another Works", "a note" }, "o-other")
	_, _, err = w.Invite(t.Context(), w.admin, emil, "invite")
	w.must(err)
	w.must(w.AllowSSO(t.Context(), w.admin, chen, "chen@acme.example"))
	w.putPerson(func(p *partner.Person) { p.Disabled = true }, chen)
	text := w.notes.text()
	for _, word := range []string{"Chen", "chen@", "acme.example", "Another", "another@", "laptop", "nightly", "a note", "example.org", plain, "tocsin_", "argon2"} {
		if strings.Contains(text, word) {
			t.Errorf("the log knows %q", word)
		}
	}
	for _, word := range []string{"p-chen", "o-other", "suspended", "stood"} {
		if word != "suspended" && !strings.Contains(text, word) { // the control: it does know what it should
			t.Errorf("the log does not know %q", word)
		}
	}
}
