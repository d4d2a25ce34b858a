package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/partner"
)

// item is one situation of somebody before something that was shared on a
// platform. The world: office runs the circle; acme is a member of it, with its
// PSIRT below and its group above; borel is another member.
type item struct{ who, role, standing, tlp, to string }

// itemDimension is one heading of the golden table.
type itemDimension struct {
	name   string
	values []string
	set    func(*item, string)
}

var itemDimensions = []itemDimension{
	{"who", []string{"of-the-authority", "of-an-office-below-it", "of-an-authority-that-left", "of-the-member", "of-a-unit-below", "of-a-unit-in-by-name", "of-the-group-above", "of-no-member", "of-the-sender", "of-a-unit-of-the-sender", "the-person-who-sent-it", "a-stranger"},
		func(c *item, v string) { c.who = v }},
	{"role", []string{"responder", "of-whose-deputy", "no-role"}, func(c *item, v string) { c.role = v }},
	{"tlp", []string{"unlabelled", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED", "RED-by-name", "PINK"}, func(c *item, v string) { c.tlp = v }},
	{"to", []string{"all-members", "the-member", "a-group-with-it", "a-group-without-it", "an-unknown-group", "another-member", "another-platform"}, func(c *item, v string) { c.to = v }},
	{"standing", []string{"active", "warned", "suspended", "left", "invited", "suspended-everywhere"}, func(c *item, v string) { c.standing = v }},
}

func (c item) before() (access.Reader, access.Shared, access.Circle) {
	terms := access.Circle{ID: "circle", Authority: "office", Groups: map[string][]string{"with": {"borel", "acme"}, "without": {"borel"}}, Joined: []string{"acme"},
		Ceilings: map[partner.Standing]partner.Ceiling{partner.Active: {TLP: "RED"}, partner.Warned: {TLP: "AMBER"}, partner.Suspended: {TLP: "CLEAR"}}}
	s := access.Shared{Platform: "circle", From: "borel", By: "bela", TLP: c.tlp}
	switch c.tlp {
	case "unlabelled":
		s.TLP = ""
	case "RED-by-name":
		s.TLP, s.People = "RED", []string{"anna"}
	}
	switch c.to {
	case "the-member":
		s.To = []string{"acme"}
	case "a-group-with-it":
		s.Groups = []string{"with"}
	case "a-group-without-it":
		s.Groups = []string{"without"}
	case "an-unknown-group":
		s.Groups = []string{"unknown"}
	case "another-member":
		s.To = []string{"cantor"}
	case "another-platform":
		s.Platform = "elsewhere"
	}
	a := access.Acting{Org: "acme", Group: []string{"acme-group"}, Standing: partner.Active, Roles: []partner.Role{partner.Responder}, On: map[string]partner.Standing{"circle": partner.Standing(c.standing)}}
	if c.standing == "suspended-everywhere" {
		a.Standing, a.On = partner.Suspended, map[string]partner.Standing{"circle": partner.Active}
	}
	r := access.Reader{Person: "anna"}
	switch c.who {
	case "of-the-authority":
		a.Org, a.Group, a.On = "office", nil, nil
	case "of-an-office-below-it":
		a.Org, a.Group, a.On = "office-north", []string{"office"}, nil
	case "of-an-authority-that-left":
		a.Org, a.Group, a.On, a.Standing = "office", nil, nil, partner.Left
	case "of-a-unit-below":
		a.Org, a.Group = "acme-psirt", []string{"acme", "acme-group"}
	case "of-a-unit-in-by-name":
		a.Org, a.Group = "acme-psirt", []string{"acme", "acme-group"}
		terms.Joined = append(terms.Joined, "acme-psirt")
	case "of-the-group-above":
		a.Org, a.Group, a.On = "acme-group", nil, nil
	case "of-no-member":
		a.Org, a.Group, a.On = "dirac", nil, nil
	case "of-the-sender":
		a.Org, a.Group = "borel", nil
	case "of-a-unit-of-the-sender":
		a.Org, a.Group = "borel-lab", []string{"borel"}
	case "the-person-who-sent-it":
		a.Org, a.Group, r.Person = "borel", nil, "bela"
	case "a-stranger":
		r.Person = ""
	}
	switch c.role {
	case "of-whose-deputy":
		a.For = "somebody"
	case "no-role":
		a.Roles = nil
	}
	r.Acting = []access.Acting{a}
	return r, s, terms
}

func (c item) says(forget bool) string {
	r, s, terms := c.before()
	if forget {
		r.Acting[0].Standing = partner.Active
		for id := range r.Acting[0].On {
			r.Acting[0].On[id] = partner.Active
		}
	}
	if road := access.Receives(r, s, terms); road != "" {
		return "as " + string(road)
	}
	return "nothing"
}

// tellItems writes every situation, as tell does.
func tellItems(c item, by []itemDimension, forget bool) []string {
	if len(by) == 0 {
		return []string{c.says(forget)}
	}
	type group struct{ values, lines []string }
	var groups []group
	for _, v := range by[0].values {
		by[0].set(&c, v)
		lines := tellItems(c, by[1:], forget)
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
		name := by[0].name + " " + strings.Join(g.values, ", ")
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

func itemTable(forget bool) string {
	n := 1
	for _, d := range itemDimensions {
		n *= len(d.values)
	}
	return fmt.Sprintf("Every answer of access.Receives: %d situations. The ceilings are RED for active, AMBER for warned, CLEAR for suspended, nothing for left and invited.\n"+
		"A heading that is not there changes nothing.\n\n%s\n", n, strings.Join(tellItems(item{}, itemDimensions, forget), "\n"))
}

// Who receives what was shared, in every situation.
func TestEveryItem(t *testing.T) { golden(t, "shared.txt", itemTable(false)) }

// The control: a table that does not look where a member stands is another one.
func TestATableWithoutStandingIsAnother(t *testing.T) {
	if itemTable(true) == itemTable(false) {
		t.Error("the standing makes no difference")
	}
}

// Worse standing, a narrower label or a lower ceiling never shows more; and what
// one organisation does not open, another of the reader's may.
func TestNothingOpensByStandingWorse(t *testing.T) {
	order := []string{"active", "warned", "suspended", "left"}
	labels := access.Labels()
	for _, who := range itemDimensions[0].values {
		for _, to := range itemDimensions[3].values {
			for i, tlp := range labels[:4] { // RED asks who, and not only how narrow
				for j, standing := range order {
					got := item{who, "responder", standing, tlp, to}.says(false)
					if got == "nothing" {
						continue
					}
					if i > 0 && (item{who, "responder", standing, labels[i-1], to}).says(false) == "nothing" {
						t.Errorf("%s, %s, %s: %s is seen and %s is not", who, to, standing, tlp, labels[i-1])
					}
					if j > 0 && (item{who, "responder", order[j-1], tlp, to}).says(false) == "nothing" {
						t.Errorf("%s, %s, %s: seen as %s and not as %s", who, to, tlp, standing, order[j-1])
					}
				}
			}
		}
	}
	r, s, c := item{"of-the-member", "responder", "suspended", "AMBER", "all-members"}.before()
	if access.Receives(r, s, c) != "" {
		t.Error("a suspended member receives AMBER")
	}
	r.Acting = append(r.Acting, access.Acting{Org: "borel-lab", Group: []string{"borel"}, Standing: partner.Active, Roles: r.Acting[0].Roles})
	if got := access.Receives(r, s, c); got != access.AsSender {
		t.Errorf("of the sender too, and receives as %q", got)
	}
	if access.Receives(r, access.Shared{}, c) != "" || access.Receives(r, access.Shared{}, access.Circle{}) != "" {
		t.Error("nothing at all is received")
	}
	if access.Runs(r, c) || access.Runs(access.Reader{}, c) {
		t.Error("a member runs the platform")
	}
}
