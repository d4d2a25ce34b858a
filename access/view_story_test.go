package access_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/casefile"
)

// A finder told two vendors of a flaw in a library that both ship; a third party
// knows nothing of either.
const coordinated = `
format: tocsin-casefile/1
case: T
title: A flaw in lib
tlp: AMBER
note: only for the desk
adopts: [N-P0-90]
vulnerabilities: [CVE-2026-990001]
products:
  - {id: lib, name: Libparse, provider: project, note: hard to reach}
  - {id: gate, name: North Gate, provider: north, contains: [lib]}
  - {id: box, name: South Box, provider: south, contains: [lib]}
parties:
  - {id: finder, name: Finder Lab, roles: [finder]}
  - {id: project, name: Libparse Project}
  - {id: north, name: North Works, note: slow, country: DE, attributes: {eu-main-establishment: DE}}
  - {id: south, name: South Works, country: FR}
  - {id: desk, name: The Desk, roles: [coordinator]}
sources:
  - {id: s1, publisher: North Works, original: North Works says so}
  - {id: s2, publisher: A newspaper}
events:
  - {id: found, kind: aware, by: finder, of: lib, at: "2026-05-01T10:00:00Z", text: found while fuzzing}
  - {id: told, kind: reported, by: finder, to: [project, north, south], of: lib, at: "2026-05-02T10:00:00Z", text: South Works and North Works ship it, source: s2}
  - {id: ack, kind: acknowledged, by: north, re: told, at: "2026-05-02T12:00:00Z"}
  - {id: valid, kind: assessed, by: north, of: gate, result: valid, at: "2026-05-03T10:00:00Z", source: s1}
  - {id: attack, kind: exploitation-observed, by: south, of: lib, at: "2026-05-04T10:00:00Z", text: South Works saw it}
  - {id: attack-gate, kind: exploitation-observed, by: north, of: gate, at: "2026-05-04T11:00:00Z"}
  - {id: fix, kind: measure-available, by: project, of: lib, form: fix, at: "2026-05-05T10:00:00Z", text: for North Works first}
  - {id: quiet, kind: embargo-proposed, by: finder, to: [north, south], until: "2026-08-01T00:00:00Z", at: "2026-05-02T10:01:00Z"}
  - {id: agreed, kind: embargo-accepted, by: north, re: quiet, at: "2026-05-02T13:00:00Z"}
  - {id: gossip, kind: commented, by: desk, re: ack, at: "2026-05-06T10:00:00Z", text: north is slow}
  - {id: rumour, kind: published, by: south, of: box, basis: claim, recorded-by: north, at: "2026-05-06T10:00:00Z"}
  - {id: later, kind: aware, by: north, of: gate, at: "2026-05-02T11:00:00Z"}
  - {id: earlier, kind: aware, by: north, of: gate, basis: claim, recorded-by: desk, disputes: [later], at: "2026-05-02T10:30:00Z"}
  - {id: doubt, kind: commented, by: desk, of: lib, supersedes: [valid], at: "2026-05-07T10:00:00Z", text: withdrawn}
`

func seen(t *testing.T, v access.Viewpoint) *casefile.Case {
	t.Helper()
	c, err := casefile.Parse("story.yaml", []byte(coordinated))
	if err != nil {
		t.Fatal(err)
	}
	cut, err := access.Cut(c, v)
	if err != nil {
		t.Fatal(err)
	}
	return cut
}

func events(c *casefile.Case) string {
	var out []string
	for _, e := range c.Events {
		out = append(out, e.ID)
	}
	return strings.Join(out, " ")
}

func parties(c *casefile.Case) string {
	var out []string
	for _, p := range c.Parties {
		out = append(out, p.ID)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestAVendorSeesItsSide(t *testing.T) {
	c := seen(t, access.Viewpoint{Parties: []string{"north"}})
	if got := events(c); got != "told ack valid attack attack-gate fix quiet agreed rumour later earlier doubt" {
		t.Errorf("North sees %q", got)
	}
	// South is known to it by its own rumour alone: what it recorded it may read
	if got := parties(c); got != "desk finder north project south" {
		t.Errorf("North sees the parties %q", got)
	}
	if e := c.Event("told"); !slices.Equal(e.To, []string{"project", "north", "south"}) || e.By != "finder" {
		t.Errorf("what it was told: %+v", e)
	}
	if e := c.Event("attack"); e.By != "" || e.Text != "" || e.Of != "lib" {
		t.Errorf("an attack on what it ships is seen with who saw it: %+v", e)
	}
	if e := c.Event("attack-gate"); e.By != "north" {
		t.Errorf("its own: %+v", e)
	}
	if e := c.Event("doubt"); e.By != "" || e.Text != "" || !slices.Equal(e.Supersedes, []string{"valid"}) {
		t.Errorf("what retires its word: %+v", e)
	}
	if e := c.Event("earlier"); e.RecordedBy != "desk" || !slices.Equal(e.Disputes, []string{"later"}) {
		t.Errorf("a claim about it, with who made it: %+v", e)
	}
	if c.Note != "" || c.Party("north").Note != "" || c.Product("lib").Note != "" {
		t.Error("the remarks of the desk are seen")
	}
	if c.Party("north").Attributes == nil || !slices.Equal(c.Adopts, []string{"N-P0-90"}) || len(c.Vulnerabilities) != 1 {
		t.Error("what its own dates rest on is not seen")
	}
}

func TestAVendorThatSaidNothingDoesNotLearnOfAnother(t *testing.T) {
	c := seen(t, access.Viewpoint{Parties: []string{"south"}})
	if got := events(c); got != "told attack fix quiet rumour" {
		t.Errorf("South sees %q", got)
	}
	// the rumour is about South, so it may adopt it, and see who spreads it
	if got := parties(c); got != "finder north project south" {
		t.Errorf("South sees the parties %q", got)
	}
	if c.Product("gate") != nil || c.Source("s1") != nil || c.Source("s2") == nil {
		t.Error("South sees North's product or source, or not its own")
	}
}

func TestTheProjectSeesNeitherVendor(t *testing.T) {
	c := seen(t, access.Viewpoint{Parties: []string{"project"}})
	if got := events(c); got != "told attack fix quiet" {
		t.Errorf("the project sees %q", got)
	}
	if got := parties(c); got != "finder project" {
		t.Errorf("the project sees the parties %q", got)
	}
	if e := c.Event("told"); !slices.Equal(e.To, []string{"project"}) || e.Text != "[…] and […] ship it" {
		t.Errorf("it is told of the others: %+v", e)
	}
	if e := c.Event("quiet"); len(e.To) != 0 || e.Until == nil {
		t.Errorf("the frame of the embargo: %+v", e)
	}
	if e := c.Event("fix"); !strings.Contains(e.Text, "North Works") {
		t.Errorf("its own words were struck: %q", e.Text)
	}
}

func TestTheFinderSeesTheAnswers(t *testing.T) {
	c := seen(t, access.Viewpoint{Parties: []string{"finder"}})
	if got := events(c); got != "found told ack attack fix quiet agreed" {
		t.Errorf("the finder sees %q", got)
	}
	if c.Product("gate") != nil {
		t.Error("the finder sees a product that it was not told of")
	}
}

func TestWhoHasNotAcceptedSeesTheFrameAlone(t *testing.T) {
	c := seen(t, access.Viewpoint{Parties: []string{"south"}, Own: true, Embargo: true})
	if got := events(c); got != "told attack quiet rumour" {
		t.Errorf("South sees %q", got)
	}
	if e := c.Event("told"); e.Text != "" || e.Source != "" || e.By != "finder" {
		t.Errorf("what it was told keeps its words: %+v", e)
	}
	if c.Title == "" || len(c.Vulnerabilities) != 0 {
		t.Errorf("the title %q, and %v", c.Title, c.Vulnerabilities)
	}
	// it was told of lib, so it may see that its own box holds it, and act
	if c.Product("box") == nil || len(c.Product("box").Contains) != 1 {
		t.Error("it cannot see on which of its products the telling bears")
	}
}

func TestASuspendedPartnerKeepsItsOwn(t *testing.T) {
	c := seen(t, access.Viewpoint{Parties: []string{"north"}, Own: true})
	if got := events(c); got != "told ack valid attack-gate quiet agreed rumour later earlier doubt" {
		t.Errorf("North, suspended, sees %q", got)
	}
	if e := c.Event("quiet"); e.Reason != "" || e.By != "finder" {
		t.Errorf("what was proposed to it: %+v", e)
	}
}

func TestNobodySeesNothingAndAllSeesAll(t *testing.T) {
	none := seen(t, access.Viewpoint{})
	if events(none) != "" || parties(none) != "" || none.Title != "" || none.Adopts != nil {
		t.Errorf("the zero viewpoint sees %+v", none.File)
	}
	stranger := seen(t, access.Viewpoint{Own: true})
	if events(stranger) != "" || parties(stranger) != "" {
		t.Errorf("nobody's own is %q of %q", events(stranger), parties(stranger))
	}
	unknown := seen(t, access.Viewpoint{Parties: []string{"nobody"}})
	if events(unknown) != "" || unknown.Title == "" {
		t.Errorf("a party that is not in the case sees %q", events(unknown))
	}
	if every := seen(t, access.Viewpoint{All: true}); len(every.Events) != 14 || every.Note == "" {
		t.Errorf("all is %d events", len(every.Events))
	}
}
