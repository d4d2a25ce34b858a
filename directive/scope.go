package directive

import "slices"

// reach is what is known about whether a line of the scope reaches a member.
type reach int

const (
	out reach = iota
	undecided
	in
)

// reaches reads one line for one member. A sector or kind that the member does
// not state and a condition in words are for a person to decide: decided holds
// what was, by line and member.
func (d *Directive) reaches(s *Scope, m *Member, decided map[[2]string]reach) reach {
	r := d.meets(s, m)
	for i := range s.Except {
		switch d.meets(&s.Except[i], m) {
		case in:
			return out
		case undecided:
			r = min(r, undecided)
		}
	}
	if r == undecided {
		if v, ok := decided[[2]string{s.ID, m.ID}]; ok {
			return v
		}
	}
	return r
}

// meets reads a line without its exceptions.
func (d *Directive) meets(s *Scope, m *Member) reach {
	r := in
	if len(s.Members) > 0 && !d.named(s, m) {
		return out
	}
	if len(s.Groups) > 0 && !overlap(s.Groups, m.Groups) {
		return out
	}
	if len(s.Sectors) > 0 {
		switch {
		case len(m.Sectors) == 0:
			r = undecided
		case !overlap(s.Sectors, m.Sectors):
			return out
		}
	}
	if len(s.Kinds) > 0 {
		switch {
		case m.Kind == "":
			r = undecided
		case !slices.Contains(s.Kinds, m.Kind):
			return out
		}
	}
	if len(s.Condition) > 0 {
		r = undecided
	}
	return r
}

func (d *Directive) named(s *Scope, m *Member) bool {
	if slices.Contains(s.Members, m.ID) {
		return true
	}
	return s.Units && slices.ContainsFunc(d.above(m), func(id string) bool { return slices.Contains(s.Members, id) })
}

// above lists what a member is part of, nearest first. Build has refused circles.
func (d *Directive) above(m *Member) []string {
	var up []string
	for m != nil && m.PartOf != "" {
		up = append(up, m.PartOf)
		m = d.members[m.PartOf]
	}
	return up
}

// kin tells whether two members are one, or lie one in the other.
func (d *Directive) kin(a, b string) bool {
	return a == b || slices.Contains(d.above(d.members[a]), b) || slices.Contains(d.above(d.members[b]), a)
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// asked is what a step wants of a member: the strictest modality of the lines
// that reach it, "" if none does, and the lines about which nobody has decided and
// by which it would be wanted more strictly.
func (d *Directive) asked(st *Step, m *Member, decided map[[2]string]reach) (modality string, open []string) {
	var may []Ask
	for _, a := range st.Asks {
		for _, id := range a.Of {
			switch d.reaches(d.scope[id], m, decided) {
			case in:
				if modality == "" || stricter(a.Modality, modality) {
					modality = a.Modality
				}
			case undecided:
				may = append(may, Ask{Of: []string{id}, Modality: a.Modality})
			}
		}
	}
	for _, a := range may {
		if (modality == "" || stricter(a.Modality, modality)) && !slices.Contains(open, a.Of[0]) {
			open = append(open, a.Of[0])
		}
	}
	return modality, open
}

var modalities = []string{Must, Should, Asked}

func stricter(a, b string) bool {
	return slices.Index(modalities, a) < slices.Index(modalities, b)
}
