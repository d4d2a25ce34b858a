package journeys

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/app"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/partner"
	"tocsin/partnership"
)

// A member's own case, which it let the office look at. Everybody is invented.
const known = `format: tocsin-casefile/1
case: J-KNOWN
title: What Acme found in the pump library (invented)
record: kept
tlp: AMBER
vulnerabilities: [CVE-2026-990801]
products: [{id: lib, name: Example Pump Library, provider: maker}]
parties:
  - {id: acme, name: Acme Networks, country: DE, roles: [finder, sharing-partner]}
  - {id: maker, name: Example Maker, country: US}
  - {id: office, name: Sundmark Office, country: DE, roles: [authority, sharing-authority], is: [tmp-platform]}
events:
  - {id: k1, kind: aware, how: found, by: acme, of: lib, at: "AGO216"}
  - {id: k2, kind: reported, by: acme, to: [maker], of: lib, at: "AGO215"}
`

// What somebody else reports to the office, who is no member.
const thirdParty = `format: tocsin-casefile/1
case: J-THIRD
title: A report from the port (invented)
record: kept
tlp: AMBER
vulnerabilities: [CVE-2026-990801]
products: [{id: lib, name: Example Pump Library, provider: maker}]
parties:
  - {id: delta, name: Delta Port, country: NL}
  - {id: maker, name: Example Maker, country: US}
  - {id: office, name: Sundmark Office, country: DE, roles: [authority, sharing-authority], is: [tmp-platform]}
sources:
  - {id: mail, publisher: Delta Port, language: en, kind: own}
events:
  - {id: t1, kind: reported, by: delta, to: [office], of: lib, at: "AGO3", source: mail, label: the port reports the pump library}
`

// A case of the office that it shows to members through the circle.
const shown = `format: tocsin-casefile/1
case: J-SHOWN
title: Pumps that answer to anybody (invented)
record: kept
tlp: AMBER
products: [{id: pump, name: Example Pump, provider: maker}]
parties:
  - {id: office, name: Sundmark Office, country: DE, roles: [authority]}
  - {id: acme, name: Acme Networks, country: DE, operates: [pump]}
  - {id: borel, name: Borel Energy, country: FR, operates: [pump]}
  - {id: maker, name: Example Maker, country: US}
events:
  - {id: s1, kind: reported, by: maker, to: [office], of: pump, at: "AGO60", text: words of the maker}
  - {id: s2, kind: reported, by: office, to: [acme, borel], of: pump, at: "AGO50", label: words of the office to its members}
`

// ago writes the hours of a file, AGO216, as instants.
func ago(file string) string {
	for {
		before, rest, ok := strings.Cut(file, "AGO")
		if !ok {
			return file
		}
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		hours, err := time.ParseDuration(rest[:digits] + "h")
		if err != nil {
			panic(err)
		}
		file = before + time.Now().Add(-hours).UTC().Format(time.RFC3339) + rest[digits:]
	}
}

// theCircle is an authority with two people, two members with one each, and
// somebody who is no member. Two persons suspend and extend.
func theCircle() *company {
	of := func(org string, roles ...partner.Role) []partner.Membership {
		return []partner.Membership{{Org: org, Roles: append(roles, partner.Responder)}}
	}
	return &company{
		orgs: []partner.Org{
			{ID: "office", Name: "Sundmark Office", Kind: partner.Authority, Country: "DE", Is: []string{"tmp-platform"}, Standing: partner.Active},
			{ID: "acme", Name: "Acme Networks", Kind: partner.Entity, Country: "DE", Standing: partner.Active},
			{ID: "borel", Name: "Borel Energy", Kind: partner.Entity, Country: "FR", Standing: partner.Active},
			{ID: "delta", Name: "Delta Port", Kind: partner.Entity, Country: "NL", Standing: partner.Active},
		},
		people: []partner.Person{
			{ID: "karin", Name: "Karin Bauer", Login: "karin", Place: "DE", Member: of("office")},
			{ID: "otto", Name: "Otto Lindgren", Login: "otto", Place: "DE", Member: of("office")},
			{ID: "ada", Name: "Ada Winter", Login: "ada", Place: "DE", Member: of("acme")},
			{ID: "cleo", Name: "Cleo Martin", Login: "cleo", Place: "FR", Member: of("borel")},
			{ID: "dirk", Name: "Dirk Olsen", Login: "dirk", Place: "NL", Member: of("delta")},
		},
		also: circleBefore,
	}
}

// acting is a person who acts for an organisation, as if just signed in.
func acting(ctx context.Context, p *app.Platform, org, person string) (access.Reader, error) {
	all, err := p.People().ReadersOf(ctx, org)
	if err != nil {
		return access.Reader{}, err
	}
	for _, r := range all {
		if r.Person == person {
			r.Fresh = true
			return r, nil
		}
	}
	return access.Reader{}, fmt.Errorf("%s does not act for %s", person, org)
}

// circleBefore is what there is when the story begins: the circle, its two members,
// the case that they are shown, and the one that Acme keeps. Borel's story is told
// from the suspension on, so it is suspended already.
func circleBefore(ctx context.Context, p *app.Platform) error {
	within := func(period, clause string) partner.Within {
		q, err := calendar.ParsePeriod(period)
		if err != nil {
			panic(err)
		}
		return partner.Within{Period: q, Clause: clause}
	}
	ceiling := func(tlp string) partner.Ceiling { return partner.Ceiling{TLP: tlp, Clause: "s. 5(2)"} }
	urgent := within("P10D", "s. 7(4)")
	const two = "rules of procedure, no. 4"
	admin := access.Reader{Person: "karin", Platform: []partner.Role{partner.Administrator}, Fresh: true}
	if err := p.Partnerships().PutPlatform(ctx, admin, partner.Platform{ID: "circle", Name: "Sundmark Circle", Authority: "office", Pack: "agreement", Terms: partner.Terms{
		Zone: "Europe/Berlin", Reply: within("P10D", "s. 7(1)"), Urgent: &urgent, Longest: within("P6M", "s. 8(2)"), Appeal: within("P30D", "s. 10(1)"), Body: "Administrative Panel",
		Term: within("P3Y", "s. 10(2)"), Yearly: within("P1Y", "s. 6(2)"),
		Ceilings: map[partner.Standing]partner.Ceiling{
			partner.Active: ceiling("AMBER+STRICT"), partner.Warned: ceiling("AMBER"), partner.Suspended: ceiling("CLEAR"), partner.Left: ceiling(""), partner.Invited: ceiling("")},
		SecondPerson: map[casefile.Kind]string{"partner-suspended": two, "partner-extended": two, "partner-terminated": two},
	}}, 0); err != nil {
		return err
	}
	karin, err := acting(ctx, p, "office", "karin")
	if err != nil {
		return err
	}
	ada, err := acting(ctx, p, "acme", "ada")
	if err != nil {
		return err
	}
	res, err := p.Desk().ImportAs(ctx, ada, "acme", "known.yaml", []byte(ago(known)), "")
	if err != nil {
		return err
	}
	if _, err := p.Desk().GiveSeat(ctx, ada, res.Handle, coordination.SeatAsked{Org: "office", Role: access.Observes}); err != nil {
		return err
	}
	if res, err = p.Desk().ImportAs(ctx, karin, "office", "shown.yaml", []byte(ago(shown)), ""); err != nil {
		return err
	}
	members := map[string]string{}
	for _, org := range []string{"acme", "borel"} {
		m, err := p.Partnerships().Invite(ctx, karin, partnership.InviteAsked{Platform: "circle", Org: org, Words: "Welcome."}, "")
		if err != nil {
			return err
		}
		members[org] = m.ID
		if _, err := doneBy(ctx, p, karin, m.ID, `partner-joined until={value: DAY900, zone: Europe/Berlin} attributes={signed-by: "for both sides", hash: 9f86d081}`); err != nil {
			return err
		}
		if _, err := p.Desk().GiveSeat(ctx, karin, res.Handle, coordination.SeatAsked{Org: org, Role: access.PartySeat, Party: org}); err != nil {
			return err
		}
	}
	return borelBefore(ctx, p, karin, members["borel"])
}

// borelBefore suspends Borel, which does not report on the one thing to mend.
func borelBefore(ctx context.Context, p *app.Platform, karin access.Reader, borel string) error {
	otto, err := acting(ctx, p, "office", "otto")
	if err != nil {
		return err
	}
	asked, err := doneBy(ctx, p, karin, borel, `partner-suspended rule=TMP-MEMBER-REPORT reason="late twice" until={value: DAY90, zone: Europe/Berlin} due={value: DAY80, zone: Europe/Berlin} attributes={number: SO-31, signatory: K. Bauer, effect: at-once, hearing: after, publication: internal, appeal-body: Administrative Panel, appeal-until: DAY45}`)
	if err != nil {
		return err
	}
	_, err = p.Partnerships().Decide(ctx, otto, asked.ID, true, "")
	return err
}

// doneBy does an act; DAY90 is the day ninety days from now.
func doneBy(ctx context.Context, p *app.Platform, who access.Reader, member, spec string) (partnership.Asked, error) {
	now := time.Now()
	for _, n := range []int{900, 90, 80, 45} {
		spec = strings.ReplaceAll(spec, fmt.Sprintf("DAY%d", n), now.AddDate(0, 0, n).Format(time.DateOnly))
	}
	e, err := casefile.EventFrom(spec+" at="+now.UTC().Format(time.RFC3339), now)
	if err != nil {
		return partnership.Asked{}, err
	}
	return p.Partnerships().Do(ctx, who, member, e, -1, "")
}
