package plan

// SayIn puts the text of every reason of a plan into a language.
func (p *Plan) SayIn(lang string) {
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
