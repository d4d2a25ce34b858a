package casefile

import (
	"slices"
	"strings"
)

// maxYear leaves room for every period of a law within the four digits of a year.
const maxYear = 8999

func (c *Case) indexEvents() error {
	if err := index(c, "events", c.Events, func(e *Event) (string, int) { return e.ID, e.Line }, c.events); err != nil {
		return err
	}
	for i := range c.Events {
		e := &c.Events[i]
		key := "events[" + e.ID + "]"
		switch {
		case e.Kind == "":
			return c.errorf(e.Line, key+".kind", "is missing")
		case !e.Kind.Known():
			return c.errorf(e.Line, key+".kind", "%q is not a kind of event; docs/casefile.md lists them", e.Kind)
		case e.At.IsZero():
			return c.errorf(e.Line, key+".at", "is missing")
		}
		s, err := e.At.Span()
		if err != nil {
			return c.errorf(e.Line, key+".at", "%v", err)
		}
		if s.Earliest.Year() > maxYear || s.Latest.Year() > maxYear {
			return c.errorf(e.Line, key+".at", "lies after the year %d, which must be a slip", maxYear)
		}
		c.spans[e.ID] = s
		for j, t := range []*Time{e.Due, e.Until} {
			if t == nil {
				continue
			}
			switch s, err := t.Span(); {
			case err != nil:
				return c.errorf(e.Line, key+[2]string{".due", ".until"}[j], "%v", err)
			case s.Earliest.Year() > maxYear || s.Latest.Year() > maxYear:
				return c.errorf(e.Line, key+[2]string{".due", ".until"}[j], "lies after the year %d, which must be a slip", maxYear)
			}
		}
	}
	return nil
}

func (c *Case) checkEvents() error {
	for i := range c.Events {
		e := &c.Events[i]
		key := "events[" + e.ID + "]"
		if err := first(
			c.party(e.Line, key+".by", e.By),
			c.product(e.Line, key+".of", e.Of),
			c.source(e.Line, key+".source", e.Source),
			c.speaker(e, key+".claimed-by", e.ClaimedBy),
			c.speaker(e, key+".recorded-by", e.RecordedBy),
			c.word(e.Line, key+".basis", e.Basis, bases),
			c.word(e.Line, key+".how", e.How, hows),
			c.word(e.Line, key+".detail", e.Detail, details),
			c.word(e.Line, key+".impact", e.Impact, impacts),
			c.attributes(e.Line, key, e.Attributes),
			c.pointers(e, key+".disputes", e.Disputes),
			c.pointers(e, key+".supersedes", e.Supersedes),
			c.short(e.Line, key+".incident", e.Incident, maxName),
			c.short(e.Line, key+".reason", e.Reason, maxReason),
		); err != nil {
			return err
		}
		if e.Re != "" {
			if err := c.pointers(e, key+".re", []string{e.Re}); err != nil {
				return err
			}
		}
		switch {
		case e.RecordedAt != "" && !isTime(e.RecordedAt):
			return c.errorf(e.Line, key+".recorded-at", "%q is not an RFC 3339 time", e.RecordedAt)
		case e.ReviewOn != "" && !isDay(e.ReviewOn) && !isTime(e.ReviewOn):
			return c.errorf(e.Line, key+".review-on", "%q is not a date (YYYY-MM-DD)", e.ReviewOn)
		case e.Persons < 0:
			return c.errorf(e.Line, key+".persons", "%d is less than nobody", e.Persons)
		}
	}
	return nil
}

// speaker is whoever says something: a party, or the source that carries it.
func (c *Case) speaker(e *Event, key, id string) error {
	if id != "" && c.parties[id] == nil && c.sources[id] == nil {
		return c.errorf(e.Line, key, "%q is neither a party nor a source of this case", id)
	}
	return nil
}

func (c *Case) pointers(e *Event, key string, ids []string) error {
	for _, id := range ids {
		if c.events[id] == nil {
			return c.errorf(e.Line, key, "%q is not an event of this case", id)
		}
		if id == e.ID {
			return c.errorf(e.Line, key, "an event cannot point to itself")
		}
	}
	return nil
}

// checkCycles refuses chains that come back to their beginning. Disputes are no
// chain: that two claims contradict each other is what they say.
func (c *Case) checkCycles() error {
	contains, partOf, supersedes := map[string][]string{}, map[string][]string{}, map[string][]string{}
	for _, p := range c.Products {
		for _, r := range p.Contains {
			contains[p.ID] = append(contains[p.ID], r.ID)
		}
	}
	for _, p := range c.Parties {
		if p.PartOf != "" {
			partOf[p.ID] = []string{p.PartOf}
		}
	}
	for _, e := range c.Events {
		supersedes[e.ID] = e.Supersedes
	}
	for _, g := range []struct {
		list, key string
		next      map[string][]string
		line      func(id string) int
	}{
		{"products", "contains", contains, func(id string) int { return c.products[id].Line }},
		{"parties", "part-of", partOf, func(id string) int { return c.parties[id].Line }},
		{"events", "supersedes", supersedes, func(id string) int { return c.events[id].Line }},
	} {
		if ring := cycle(g.next); ring != nil {
			return c.errorf(g.line(ring[0]), g.list+"["+ring[0]+"]."+g.key, "goes round in a circle: %s", strings.Join(append(ring, ring[0]), " → "))
		}
	}
	if id := c.tooUnsure(); id != "" {
		return c.errorf(c.products[id].Line, "products["+id+"]", "what contains it does so by a chain of more than %d assumptions", maxAssumed)
	}
	return nil
}

// maxAssumed bounds how many assumptions lie on the way from a product to what
// it contains: all are kept for each, which grows with the square of the way.
const maxAssumed = 64

// tooUnsure finds a product that lies behind more assumptions than that; "" if
// there is none. Products contain one another without a ring.
func (c *Case) tooUnsure() string {
	in, way := map[string]int{}, map[string]int{}
	for _, p := range c.Products {
		for _, r := range p.Contains {
			in[r.ID]++
		}
	}
	var free []*Product
	for i := range c.Products {
		if p := &c.Products[i]; in[p.ID] == 0 {
			free = append(free, p)
		}
	}
	for len(free) > 0 {
		p := free[len(free)-1]
		free = free[:len(free)-1]
		for _, r := range p.Contains {
			n := way[p.ID]
			if r.Assumed {
				n++
			}
			if c.products[r.ID].Assumed {
				n++
			}
			way[r.ID] = max(way[r.ID], n)
			if in[r.ID]--; in[r.ID] == 0 {
				free = append(free, c.products[r.ID])
			}
		}
	}
	for _, p := range c.Products { // the first in the file, so that the message is always the same
		if way[p.ID] > maxAssumed {
			return p.ID
		}
	}
	return ""
}

// cycle finds nodes that point round to the first, without recursion; nil if
// there are none. The same graph always gives the same ring.
func cycle(next map[string][]string) []string {
	in := map[string]int{}
	for n, outs := range next {
		in[n] += 0
		for _, o := range outs {
			in[o]++
		}
	}
	var free []string
	for n, k := range in {
		if k == 0 {
			free = append(free, n)
		}
	}
	for len(free) > 0 {
		n := free[len(free)-1]
		free = free[:len(free)-1]
		delete(in, n)
		for _, o := range next[n] {
			if in[o]--; in[o] == 0 {
				free = append(free, o)
			}
		}
	}
	if len(in) == 0 {
		return nil
	}
	// Whatever is left is pointed to by something left: walked backwards, it
	// must come round.
	left := make([]string, 0, len(in))
	for n := range in {
		left = append(left, n)
	}
	slices.Sort(left)
	from := map[string]string{}
	for _, n := range left {
		for _, o := range next[n] {
			if _, known := from[o]; !known {
				from[o] = n
			}
		}
	}
	seen := map[string]int{}
	var walk []string
	for n := left[0]; ; n = from[n] {
		if i, again := seen[n]; again {
			walk = walk[i:]
			break
		}
		seen[n] = len(walk)
		walk = append(walk, n)
	}
	slices.Reverse(walk)
	i := slices.Index(walk, slices.Min(walk))
	return append(slices.Clone(walk[i:]), walk[:i]...)
}
