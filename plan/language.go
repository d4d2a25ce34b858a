package plan

import "tocsin/rulebook"

// SayIn puts the text of every reason of a plan into a language, and the titles
// of its rules and steps. What a plan that was read from JSON no longer knows, the
// titles among it, stays as it is.
func (p *Plan) SayIn(lang string) {
	p.titles(lang)
	say := func(rs []Reason) {
		for i := range rs {
			rs[i].Text = rs[i].Say(lang)
		}
	}
	for _, d := range p.Duties {
		say(d.Because)
		for _, r := range d.Readings {
			say(r.Steps)
		}
	}
	for _, x := range p.Prohibitions {
		say(x.Because)
	}
	for _, c := range p.Conflicts {
		say(c.Because)
	}
	say(p.Warnings)
}

// titles puts the titles of rules and steps into a language. The list of standing
// duties is made anew, for plans that are copied share what it points to.
func (p *Plan) titles(lang string) {
	for _, d := range p.Duties {
		if d.rule != nil && d.stage != nil {
			d.Title = title(d.rule, d.stage, lang)
		}
	}
	for _, x := range p.Prohibitions {
		if x.rule != nil {
			x.Title = rulebook.T(x.rule.Title, lang)
		}
	}
	standing := make([]*Standing, 0, len(p.Standing))
	for _, s := range p.Standing {
		c := *s
		if c.rule != nil {
			c.Title = rulebook.T(c.rule.Title, lang)
		}
		standing = append(standing, &c)
	}
	p.Standing = standing
}
