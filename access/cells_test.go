package access_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/partner"
)

var update = flag.Bool("update", false, "write the golden tables anew")

// cell is one situation of somebody before a case. The world: acme is a legal
// entity in the mainland, with its group above it and its PSIRT below it; in the
// case it is the party acme, bound by RMSV Art. 9(7) where there is a bar.
type cell struct{ role, seat, tlp, standing, consent, place, member string }

// dimension is one heading of the golden table.
type dimension struct {
	name   string
	values []string
	set    func(*cell, string)
}

var dimensions = []dimension{
	{"role", []string{"owner", "owner-of-no-party", "coordinator", "party", "observer", "none"}, func(c *cell, v string) { c.role = v }},
	{"seat", []string{"organisation", "person", "organisation+person", "of-another-person", "of-whose-deputy", "unit-below", "group-above", "sister", "of-another-organisation"}, func(c *cell, v string) { c.seat = v }},
	{"tlp", []string{"RED", "AMBER+STRICT", "unlabelled", "AMBER", "GREEN", "CLEAR"}, func(c *cell, v string) { c.tlp = v }},
	{"standing", []string{"active", "warned", "suspended", "left", "invited"}, func(c *cell, v string) { c.standing = v }},
	{"embargo", []string{"none", "accepted", "not-accepted"}, func(c *cell, v string) { c.consent = v }},
	{"place", []string{"no-bar", "inside", "person-abroad", "entity-abroad", "person-in-HK", "entity-in-MO", "person-in-TW", "person-unknown", "entity-unknown", "abroad-but-allowed"}, func(c *cell, v string) { c.place = v }},
}

// members is a table of its own: what a role in the organisation takes away is
// the same wherever one sits.
var members = []dimension{
	dimensions[0],
	{"member", []string{"responder", "counsel", "observer", "no-role", "coordinator-of-the-platform"}, func(c *cell, v string) { c.member = v }},
	{"standing", []string{"active", "suspended", "left"}, func(c *cell, v string) { c.standing = v }},
}

// before makes the reader and the matter of a cell.
func (c cell) before() (access.Reader, access.Matter) {
	country, place := "CN", "CN"
	m := access.Matter{TLP: c.tlp, On: calendar.Date{Year: 2026, Month: 11, Day: 20},
		Consented: map[string]bool{"yuhe": true}, PartOf: map[string]string{"acme-lab": "acme"},
		Orgs: map[string]access.SeatOrg{"acme": {Above: []string{"acme-group"}, Standing: partner.Standing(c.standing)}}}
	if c.tlp == "unlabelled" {
		m.TLP = ""
	}
	if m.Embargo = c.consent != "none"; c.consent == "accepted" {
		m.Consented["acme"] = true
	}
	bar := access.Bar{Party: "acme", Rule: "CN-RMSV-9-7-NO-OVERSEAS", Order: "CN", Allowed: []string{"ferrule"}, Citation: "RMSV Art. 9(7)"}
	switch c.place {
	case "person-abroad":
		place = "DE"
	case "entity-abroad":
		country = "DE"
	case "person-in-HK":
		place = "HK"
	case "entity-in-MO":
		country = "MO"
	case "person-in-TW":
		place = "TW"
	case "person-unknown":
		place = ""
	case "entity-unknown":
		country = ""
	case "abroad-but-allowed":
		place, country, bar.Allowed = "DE", "DE", []string{"acme"}
	}
	if c.place != "no-bar" {
		m.Bars = []access.Bar{bar}
	}

	a := access.Acting{Org: "acme", Group: []string{"acme-group"}, Country: country, Standing: partner.Standing(c.standing), Roles: []partner.Role{partner.Role(c.member)}}
	r := access.Reader{Person: "anna", Place: place, Fresh: true}
	switch c.member {
	case "no-role":
		a.Roles = nil
	case "coordinator-of-the-platform":
		a.Roles, r.Platform = []partner.Role{partner.Observer}, []partner.Role{partner.Coordinator}
	}
	s := access.Seat{ID: "s", Case: "x", Org: "acme", Party: "acme", Country: "CN", Role: access.SeatRole(c.role)}
	if c.role == "owner-of-no-party" {
		s.Role, s.Party = access.Owner, ""
	}
	switch c.seat {
	case "person":
		s.Org, s.Person = "", "anna"
	case "organisation+person":
		s.Person = "anna"
	case "of-another-person":
		s.Person = "bela"
	case "of-whose-deputy":
		s.Person, a.For = "bela", "bela"
	case "unit-below":
		a.Org, a.Group = "acme-psirt", []string{"acme", "acme-group"}
	case "group-above":
		a.Org, a.Group = "acme-group", nil
	case "sister":
		a.Org = "acme-europe"
	case "of-another-organisation":
		a.Org, a.Group = "borel", nil
	}
	if r.Acting = []access.Acting{a}; c.role != "none" {
		m.Seats = []access.Seat{s}
	}
	return r, m
}

// says gives the answers of a cell in one line: what may be touched, then what is
// refused and why.
func (c cell) says() string {
	r, m := c.before()
	answers := map[string][]string{}
	for _, act := range access.Acts() {
		d := access.Decide(act, r, m)
		k := "refused " + d.Code
		switch {
		case d.Allowed || d.Lacks(access.SecondPerson):
			k = reached(d.View)
			if d.Code != "" && d.Allowed {
				k += " (" + d.Code + ")"
			}
		}
		word := string(act)
		if d.Lacks(access.SecondPerson) {
			word += "+second"
		}
		answers[k] = append(answers[k], word)
	}
	var keys, out []string
	for k := range answers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if len(answers[k]) == len(access.Acts()) {
			return k
		}
		out = append(out, k+": "+strings.Join(answers[k], " "))
	}
	return strings.Join(out, " | ")
}

func reached(v access.Viewpoint) string {
	switch {
	case v.All:
		return "all"
	case v.Own && v.Embargo:
		return "own and the embargo"
	case v.Own:
		return "own"
	}
	return "side"
}

// tell writes every cell that lies in some dimensions. What a dimension does not change is
// not told apart: a line that names none of its values holds for all.
func tell(c cell, by []dimension) []string {
	if len(by) == 0 {
		return []string{c.says()}
	}
	d := by[0]
	type group struct {
		values []string
		lines  []string
	}
	var groups []group
	for _, v := range d.values {
		d.set(&c, v)
		lines := tell(c, by[1:])
		k := slices.IndexFunc(groups, func(g group) bool { return slices.Equal(g.lines, lines) })
		if k < 0 {
			groups = append(groups, group{lines: lines})
			k = len(groups) - 1
		}
		groups[k].values = append(groups[k].values, v)
	}
	if len(groups) == 1 {
		return groups[0].lines
	}
	var out []string
	for _, g := range groups {
		name := d.name + " " + strings.Join(g.values, ", ")
		if len(g.lines) == 1 {
			out = append(out, name+" => "+g.lines[0])
			continue
		}
		out = append(out, name)
		for _, l := range g.lines {
			out = append(out, "    "+l)
		}
	}
	return out
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	file = "testdata/" + file
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Fatalf("%s, line %d:\n want %q\n got  %q\n(-update writes it anew)", file, i+1, slices.Concat(a, []string{"the end"})[min(i, len(a))], slices.Concat(b, []string{"the end"})[min(i, len(b))])
		}
	}
}

// Every combination of role, seat, label, standing, consent and place, on every act.
func TestEveryCell(t *testing.T) {
	golden(t, "cells.txt", table(cell{member: "responder"}, dimensions))
}

// What the role in the organisation takes away.
func TestEveryMember(t *testing.T) {
	c := cell{seat: "organisation", tlp: "AMBER", consent: "none", place: "no-bar"}
	golden(t, "members.txt", table(c, members))
}

func table(c cell, by []dimension) string {
	n := 1
	for _, d := range by {
		n *= len(d.values)
	}
	return fmt.Sprintf("Every answer of access.Decide to a reader who stepped up: %d situations × %d acts.\n"+
		"A heading that is not there changes nothing. `+second`: with a second person.\n\n%s\n", n, len(access.Acts()), strings.Join(tell(c, by), "\n"))
}
