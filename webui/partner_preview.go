package webui

import (
	"maps"
	"slices"

	"tocsin/coordination"
	"tocsin/partner"
	"tocsin/partnership"
)

// actPreview tells before an act is signed what it would change.
type actPreview struct {
	Before, After standingBadge
	Same          bool // where the member stands stays
	Second        string
	Orgs          []orgChangeRow
	Groups        []reachRow
	Unchanged     int // people for whom nothing changes
	Looked        int
	More          bool
	Owed          []actStep // by either side, once it is done
	Letter        letterView
	Version       int64
}

// orgChangeRow is where one organisation would stand, from when on.
type orgChangeRow struct {
	Name          string
	Before, After []standRow
	Same          bool
}

type standRow struct {
	Badge standingBadge
	From  moment
	Now   bool
}

// reachRow is what changes for people who reach alike.
type reachRow struct {
	Name   string
	People int
	Cases  []reachedRow
	Hidden map[string]int // how many cases that the reader does not see, by what becomes of them
	Looked int
	More   bool
}

type reachedRow struct {
	Title, Case, TLP, Href string
	Code                   string // lost, gained, narrower, wider
}

// reachCodes are what can become of somebody's way to a case.
var reachCodes = []string{"lost", "narrower", "gained", "wider"}

func reachCode(r coordination.Reached) string {
	switch {
	case r.Before.Allowed && !r.After.Allowed:
		return "lost"
	case !r.Before.Allowed && r.After.Allowed:
		return "gained"
	case r.Before.View.All && !r.After.View.All, !r.Before.View.Own && r.After.View.Own, len(r.After.View.Limited) > len(r.Before.View.Limited):
		return "narrower"
	}
	return "wider"
}

// actPreview puts a preview into the reader's language.
func (v *visit) actPreview(h partnerHead, p *partnership.Preview) *actPreview {
	d := &actPreview{Before: badgeOf(p.Before.Standing), After: badgeOf(p.After.Standing), Same: p.Before.Standing == p.After.Standing, Second: p.Second, Version: h.Version}
	for _, o := range p.Orgs {
		row := orgChangeRow{Name: v.o.Identity.OrgName(v.ctx(), o.Org), Before: v.standRows(h, o.Before), After: v.standRows(h, o.After)}
		row.Same = slices.Equal(o.Before, o.After)
		d.Orgs = append(d.Orgs, row)
	}
	for _, g := range p.Groups {
		d.Looked, d.More = max(d.Looked, g.Looked), d.More || g.More
		if len(g.Cases) == 0 {
			d.Unchanged += g.People
			continue
		}
		row := reachRow{Name: v.o.Identity.OrgName(v.ctx(), g.Org), People: g.People, Hidden: map[string]int{}, Looked: g.Looked, More: g.More}
		for _, c := range g.Cases {
			if code := reachCode(c); c.Title == "" && c.Case == "" {
				row.Hidden[code]++
			} else {
				row.Cases = append(row.Cases, reachedRow{c.Title, c.Case, c.TLP, "/cases/" + queryOf(c.Handle), code})
			}
		}
		slices.SortStableFunc(row.Cases, func(a, b reachedRow) int {
			return slices.Index(reachCodes, a.Code) - slices.Index(reachCodes, b.Code)
		})
		same := func(o reachRow) bool {
			return o.Name == row.Name && slices.Equal(o.Cases, row.Cases) && maps.Equal(o.Hidden, row.Hidden)
		}
		if i := slices.IndexFunc(d.Groups, same); i >= 0 {
			d.Groups[i].People += row.People
			continue
		}
		d.Groups = append(d.Groups, row)
	}
	after := h
	after.State = p.After
	for _, st := range partner.Steps(p.After, h.On.Terms, v.Now) {
		if st.Allowed && st.Owed && st.Act != "partner-renewed" {
			d.Owed = append(d.Owed, v.actStep(after, st))
		}
	}
	d.Letter = v.letterView(h, p.Event)
	return d
}

func (v *visit) standRows(h partnerHead, s partner.Stands) []standRow {
	var out []standRow
	for i, x := range s {
		later := i+1 < len(s) && !s[i+1].From.After(v.Now)
		if later {
			continue // over
		}
		m, err := newMoment(v.words, &page{visit: v}, x.From, false, h.Zone)
		if err != nil {
			continue
		}
		out = append(out, standRow{badgeOf(x.Standing), m, !x.From.After(v.Now)})
	}
	return out
}
