package plan

import (
	"tocsin/calendar"
	"tocsin/rulebook"
)

// readings prints the readings, and those of each candidate zone beside them.
func (p *planner) readings(d *Duty, u *unit, r *rulebook.Rule, s *rulebook.Stage, in *instance) {
	for _, c := range in.readings {
		d.Readings = append(d.Readings, u.print(c, in))
	}
	for _, z := range zonesOf(&in.anchor) {
		zu := *u
		zu.zone, zu.base = z, u
		zu.results = map[stageKey]*result{}
		zr := zu.stage(r, s)
		if len(zr.instances) < in.n {
			continue
		}
		loc, err := calendar.Zone(z)
		if err != nil {
			continue
		}
		for _, c := range zr.instances[in.n-1].readings {
			c.zoned = true
			c.variant = joinVariant(c.variant, zoneVariant(z))
			if !governed(c.rd.Calc) {
				c.loc = loc
			}
			rd := zu.print(c, in)
			rd.zone = z
			d.Readings = append(d.Readings, rd)
		}
	}
	for _, rd := range d.Readings {
		if !d.asks() && (rd.State == Missed || rd.State == NoRecord) {
			rd.State, rd.LateBy = Open, nil
		}
	}
}

func (u *unit) print(c counted, in *instance) *Reading {
	u.p.effort.spend(costReading)
	rd := &Reading{Calc: c.rd.Calc, Basis: c.rd.Basis, Variant: c.variant, DueEarliest: instant(c.due.Earliest, c.loc), DueLatest: instant(c.due.Latest, c.loc),
		Provisional: c.provisional, Steps: c.steps, exclusive: c.exclusive, period: c.rd.Period.String(), zoned: c.zoned}
	for i, n := range c.notes {
		if i > 0 {
			rd.Note += "; "
		}
		rd.Note += n
	}
	var met *calendar.Span
	if in.met != nil {
		s := u.span(in.met)
		met = &s
	}
	if met != nil && sameEvent(in) {
		rd.State = Met
		return rd
	}
	rd.State = outcome(c.due, c.exclusive, met, c.due.Latest, u.p.o.At, u.p.kept)
	rd.LateBy = u.lateBy(rd.State, earliest(c.due), in.met)
	return rd
}

// Exclusive tells whether the bound is an end of day.
func (r *Reading) Exclusive() bool { return r.exclusive }

// Period is the period as the rule writes it, "PT0S" if it has none.
func (r *Reading) Period() string { return r.period }

// Zone is the candidate zone of a zoned reading.
func (r *Reading) Zone() string { return r.zone }

// Zoned tells whether the reading is that of one candidate zone.
func (r *Reading) Zoned() bool { return r.zoned }
