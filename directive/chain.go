package directive

// walks tells whether a walk from one directive along next comes to another one.
func walks(from, to string, find func(string) *Directive, next func(*Directive) []string) bool {
	seen := map[string]bool{}
	for todo := []string{from}; len(todo) > 0; {
		id := todo[0]
		todo = todo[1:]
		if id == to {
			return true
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		if d := find(id); d != nil {
			todo = append(todo, next(d)...)
		}
	}
	return false
}

// after lists the directives that go on where d ends, by its text or its record.
func after(d *Directive) []string {
	var ids []string
	for _, l := range []*Link{d.SupersededBy, d.ClosesInto} {
		if l != nil {
			ids = append(ids, l.ID)
		}
	}
	for i := range d.Acts {
		if a := &d.Acts[i]; a.Directive != "" {
			ids = append(ids, a.Directive)
		}
	}
	return ids
}

// former lists the directives that d says it supersedes.
func former(d *Directive) []string {
	var ids []string
	for i := range d.Supersedes {
		ids = append(ids, d.Supersedes[i].ID)
	}
	return ids
}

// Link is what the directive itself says of another one, nil if nothing.
func (d *Directive) Link(id string) *Link {
	for _, l := range []*Link{d.SupersededBy, d.ClosesInto} {
		if l != nil && l.ID == id {
			return l
		}
	}
	for i := range d.Supersedes {
		if d.Supersedes[i].ID == id {
			return &d.Supersedes[i]
		}
	}
	return nil
}
