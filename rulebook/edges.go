package rulebook

import "slices"

// edges checks what ties rules together: order, displacement, and the chain of
// stages that count from one another.
func (c *checker) edges() {
	after := map[string][]string{}
	stages := map[string][]string{}
	for _, r := range c.b.Rules {
		c.at(r)
		for i, ids := range [][]string{r.After, r.With, r.Displaces} {
			for _, id := range ids {
				if c.b.rules[id] == nil && len(c.b.children[id]) == 0 {
					c.bad("rules["+r.ID+"]."+[]string{"after", "with", "displaces"}[i], "%q is not a rule", id)
				}
			}
		}
		after[r.ID] = r.After
		for i := range r.Stages {
			s := &r.Stages[i]
			from := r.ID + "/" + s.ID
			stages[from] = append(stages[from], c.counts(r, s)...)
		}
	}
	if at := circle(after); at != "" {
		c.at(c.b.rules[at])
		c.bad("rules["+at+"].after", "the order goes round in a circle")
	}
	if at := circle(stages); at != "" {
		r, s := c.b.Resolve(at, nil)
		c.at(r)
		c.bad("rules["+r.ID+"].stages["+s.ID+"].anchor", "the stage waits for itself: its anchors go round in a circle")
	}
}

func (c *checker) at(r *Rule) { c.pack, c.line = r.pack, r.line }

// counts lists the stages that a stage's anchors wait for.
func (c *checker) counts(r *Rule, s *Stage) []string {
	var out []string
	add := func(a *Anchor) {
		if a == nil {
			return
		}
		for _, m := range slices.Concat(a.Any, a.All, a.Requires) {
			if m.Met+m.Due == "" {
				continue
			}
			if rr, ss := c.b.Resolve(m.Met+m.Due, r); rr != nil && ss != nil {
				out = append(out, rr.ID+"/"+ss.ID)
			}
		}
	}
	add(&s.Anchor)
	for i := range s.Readings {
		add(s.Readings[i].Anchor)
		for _, t := range slices.Concat(s.Readings[i].Min, s.Readings[i].Max) {
			add(t.Anchor)
		}
	}
	return out
}

// circle finds a node from which a walk comes back; "" if there is none.
func circle(next map[string][]string) string {
	const unseen, open, done = 0, 1, 2
	state := map[string]int{}
	var walk func(n string) string
	walk = func(n string) string {
		state[n] = open
		for _, o := range next[n] {
			switch state[o] {
			case open:
				return o
			case unseen:
				if at := walk(o); at != "" {
					return at
				}
			}
		}
		state[n] = done
		return ""
	}
	keys := make([]string, 0, len(next))
	for k := range next {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if state[k] == unseen {
			if at := walk(k); at != "" {
				return at
			}
		}
	}
	return ""
}
