package access_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/plan"
)

// story makes a case of events as they are typed, "day KIND key=value …".
func story(t *testing.T, lines ...string) *casefile.Case {
	t.Helper()
	f := casefile.File{Format: casefile.Format, Case: "T", Record: "kept", TLP: "AMBER",
		Products: []casefile.Product{{ID: "gw", Provider: "vendor"}},
		Parties:  []casefile.Party{{ID: "finder"}, {ID: "vendor"}, {ID: "other"}, {ID: "unit", PartOf: "vendor"}}}
	for i, l := range lines {
		day, spec, _ := strings.Cut(l, " ")
		e, err := casefile.EventFrom(spec+` at="2026-05-`+day+`T12:00:00Z"`, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		e.ID = "e" + string(rune('1'+i))
		f.Events = append(f.Events, e)
	}
	c, err := casefile.Build("story", f)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEmbargo(t *testing.T) {
	const proposed = `01 embargo-proposed by=finder to=[vendor,other] until="2026-05-20T00:00:00Z"`
	for _, c := range []struct {
		what     string
		at       int
		inForce  bool
		accepted string
		events   []string
	}{
		{"none", 10, false, "", nil},
		{"proposed: in force, and whoever proposed it is in it", 10, true, "finder", []string{proposed}},
		{"not yet proposed", 1, false, "", []string{`02 embargo-proposed by=finder`}},
		{"accepted", 10, true, "finder vendor", []string{proposed, `02 embargo-accepted by=vendor`}},
		{"declined", 10, true, "finder", []string{proposed, `02 embargo-declined by=vendor`}},
		{"accepted, then declined", 10, true, "finder", []string{proposed, `02 embargo-accepted by=vendor`, `03 embargo-declined by=vendor`}},
		{"agreed on elsewhere", 10, true, "vendor", []string{`02 embargo-accepted by=vendor`}},
		{"its time has passed", 21, false, "", []string{proposed, `02 embargo-accepted by=vendor`}},
		{"a revision asks anew", 10, true, "finder", []string{proposed, `02 embargo-accepted by=vendor`, `03 embargo-revised by=finder until="2026-05-30T00:00:00Z"`}},
		{"and moves the end", 25, true, "finder", []string{proposed, `03 embargo-revised by=finder until="2026-05-30T00:00:00Z"`}},
		{"a step of a norm asks nobody", 10, true, "finder vendor", []string{proposed, `02 embargo-accepted by=vendor`, `03 embargo-revised by=finder stage=grace until="2026-05-30T00:00:00Z"`}},
		{"terminated by one who is in it", 10, false, "", []string{proposed, `02 embargo-accepted by=vendor`, `03 embargo-terminated by=vendor`}},
		{"terminated by nobody named", 10, false, "", []string{proposed, `03 embargo-terminated`}},
		{"a party that has not accepted ends nothing", 10, true, "finder", []string{proposed, `03 embargo-terminated by=other`}},
		{"nor in another's name", 10, true, "finder", []string{proposed, `03 embargo-terminated by=finder basis=on-behalf mandate=letter recorded-by=other`}},
		{"nor by a claim", 10, true, "finder", []string{proposed, `03 embargo-terminated by=finder basis=claim recorded-by=other`}},
		{"nor by bringing the end forward", 10, true, "finder", []string{proposed, `03 embargo-revised by=other until="2026-05-04T00:00:00Z"`}},
		{"nor by saying that it is public", 10, true, "finder", []string{proposed, `03 published by=other detail=advisory`}},
		{"nor by a leak that it records itself", 10, true, "finder", []string{proposed, `03 leaked recorded-by=other`}},
		{"nor by proposing another", 10, true, "finder", []string{proposed, `03 embargo-proposed by=other until="2026-05-04T00:00:00Z"`}},
		{"nor by retiring the proposal", 10, true, "finder", []string{proposed, `03 commented by=other supersedes=[e1]`}},
		{"whoever proposed it may", 10, false, "", []string{proposed, `03 commented by=finder supersedes=[e1]`}},
		{"published by one who is in it", 10, false, "", []string{proposed, `03 published by=finder detail=advisory`}},
		{"metadata is no publication", 10, true, "finder", []string{proposed, `03 published by=finder detail=metadata`}},
		{"leaked", 10, false, "", []string{proposed, `03 leaked where=forum`}},
		{"a leak that is denied", 10, true, "finder", []string{proposed, `03 leaked denies=true`}},
		{"proposed again after it ended", 10, true, "other", []string{proposed, `03 leaked`, `04 embargo-proposed by=other`}},
		{"proposed again after its time", 25, true, "other", []string{proposed, `24 embargo-proposed by=other`}},
	} {
		in, who := access.Embargo(story(t, c.events...), time.Date(2026, 5, c.at, 13, 0, 0, 0, time.UTC))
		var accepted []string
		for p, yes := range who {
			if yes {
				accepted = append(accepted, p)
			}
		}
		slices.Sort(accepted)
		if got := strings.Join(accepted, " "); in != c.inForce || in && got != c.accepted {
			t.Errorf("%s: in force %v, accepted by %q; want %v, %q", c.what, in, got, c.inForce, c.accepted)
		}
	}
}

func TestBarsComeFromThePlan(t *testing.T) {
	var c *casefile.Case
	for _, x := range shown(t) {
		if x.Name == "cn-eu-conflict.yaml" {
			c = x
		}
	}
	at := func(c *casefile.Case, when string) access.Matter {
		now, err := time.Parse(time.RFC3339, when)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.For(c, book(t), plan.Options{At: now})
		if err != nil {
			t.Fatal(err)
		}
		return access.MatterOf(c, p, nil)
	}
	bound := func(m access.Matter) string {
		var out []string
		for _, b := range m.Bars {
			if b.Rule != "CN-RMSV-9-7-NO-OVERSEAS" || b.Order != "CN" || b.Citation != "RMSV Art. 9(7)" || b.Since == "" {
				t.Errorf("an odd bar: %+v", b)
			}
			word := b.Party
			if b.May {
				word += "?"
			}
			if !slices.Contains(out, word) {
				out = append(out, word)
			}
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	if got := bound(at(c, "2026-11-16T08:00:00+08:00")); got != "" {
		t.Errorf("before anybody knew: %q are bound", got)
	}
	if got := bound(at(c, "2026-11-20T08:00:00+08:00")); got != "qinglan qinglan? yuhe?" {
		t.Errorf("afterwards: %q are bound", got)
	}
	// an act against it ends no prohibition; that it is public does
	f := c.File
	e, err := casefile.EventFrom(`reported by=qinglan to=[eu-srp] of=ferrule at="2026-11-18T12:00:00+08:00"`, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	e.ID = "slip"
	f.Events = append(slices.Clone(f.Events), e)
	slipped, err := casefile.Build("slip", f)
	if err != nil {
		t.Fatal(err)
	}
	if got := bound(at(slipped, "2026-11-20T08:00:00+08:00")); !strings.Contains(got, "qinglan") {
		t.Errorf("one who acted against it is let go: %q", got)
	}
	e, err = casefile.EventFrom(`published by=ferrule-project of=ferrule detail=advisory at="2026-11-19T12:00:00+08:00"`, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	e.ID = "out"
	f.Events = append(slices.Clone(c.Events), e)
	public, err := casefile.Build("public", f)
	if err != nil {
		t.Fatal(err)
	}
	if got := bound(at(public, "2026-11-20T08:00:00+08:00")); got != "" {
		t.Errorf("although it is public: %q are bound", got)
	}
	// bound through a market alone: its people at home are not overseas to it
	abroad := c.File
	abroad.Parties = slices.Clone(c.Parties)
	for i := range abroad.Parties {
		if abroad.Parties[i].ID == "yuhe" {
			abroad.Parties[i].Country = "DE"
		}
	}
	german, err := casefile.Build("abroad", abroad)
	if err != nil {
		t.Fatal(err)
	}
	if got := bound(at(german, "2026-11-20T08:00:00+08:00")); got != "qinglan qinglan?" {
		t.Errorf("a maker in Germany with a market in the mainland: %q are bound", got)
	}
	m := access.MatterOf(c, nil, nil)
	if !m.Blind || !m.Embargo || m.TLP != "RED" {
		t.Errorf("without a plan: %+v", m)
	}
}

func TestMatterKnowsUnits(t *testing.T) {
	c := story(t)
	p, err := plan.For(c, book(t), plan.Options{At: time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	m := access.MatterOf(c, p, []access.Seat{{ID: "s"}})
	if m.PartOf["unit"] != "vendor" || len(m.Seats) != 1 || m.On.Year != 2026 {
		t.Errorf("%+v", m)
	}
	if got := access.Side(m.PartOf, "vendor"); !slices.Equal(got, []string{"unit", "vendor"}) {
		t.Errorf("the vendor's side is %v", got)
	}
	if got := access.Side(m.PartOf, ""); got != nil {
		t.Errorf("nobody's side is %v", got)
	}
	if got := access.Side(map[string]string{"a": "b", "b": "a"}, "a"); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("a circle gives %v", got)
	}
}
