package access

import (
	"maps"
	"slices"

	"tocsin/casefile"
)

// chooseParties finds whom what is seen names. Who did a thing is shown where it
// was done to us, is public, or answers us; elsewhere only if seen anyhow.
func (c *cut) chooseParties() {
	see := func(ids ...string) {
		for _, id := range ids {
			if c.party[id] != nil {
				c.seen.parties[id] = true
			}
		}
	}
	for id := range c.ours {
		see(id, c.party[id].PartOf)
	}
	for id := range c.seen.products {
		see(c.product[id].Provider)
	}
	for i := range c.f.Events {
		e := &c.f.Events[i]
		if c.level[e.ID] < dry {
			continue
		}
		if c.mine(e) {
			see(e.To...)
			see(e.Via)
		}
		if c.ours[e.By] || c.told(e) != hidden {
			see(e.RecordedBy)
			if c.level[e.ID] == whole {
				see(e.ClaimedBy)
			}
		}
		if !frame[e.Kind] || c.mine(e) || c.told(e) != hidden {
			see(e.By)
		}
	}
}

// chooseSources finds what is cited by what is seen whole.
func (c *cut) chooseSources() {
	known := map[string]bool{}
	for _, s := range c.f.Sources {
		known[s.ID] = true
	}
	see := func(ids ...string) {
		for _, id := range ids {
			if known[id] {
				c.seen.sources[id] = true
			}
		}
	}
	for _, e := range c.f.Events {
		if c.level[e.ID] == whole {
			see(e.Source, e.ClaimedBy, e.RecordedBy)
		}
	}
	for _, p := range c.f.Products {
		if c.seen.products[p.ID] && c.ours[p.Provider] {
			see(p.Source)
		}
	}
	for id := range c.ours {
		see(c.party[id].Source)
	}
}

// keep leaves of some names those that are seen.
func keep(ids []string, seen func(string) bool) []string {
	var out []string
	for _, id := range ids {
		if seen(id) {
			out = append(out, id)
		}
	}
	return out
}

// only leaves a name if it is seen.
func only(id string, seen map[string]bool) string {
	if seen[id] {
		return id
	}
	return ""
}

func (c *cut) refs(refs []casefile.Ref) []casefile.Ref {
	var out []casefile.Ref
	for _, r := range refs {
		if c.seen.products[r.ID] {
			out = append(out, r)
		}
	}
	return out
}

// contents are the products that one contains, as far as they are seen; what is
// inside one that is not seen counts as inside the product itself, so that it
// still is known to hold what it holds.
func (c *cut) contents(p *casefile.Product) []casefile.Ref {
	var out []casefile.Ref
	done := map[string]bool{}
	for queue := slices.Clone(p.Contains); len(queue) > 0; queue = queue[1:] {
		r := queue[0]
		if done[r.ID] {
			continue
		}
		done[r.ID] = true
		if c.seen.products[r.ID] {
			out = append(out, r)
			continue
		}
		hidden := c.product[r.ID]
		for _, in := range hidden.Contains {
			in.Assumed = in.Assumed || r.Assumed || hidden.Assumed
			queue = append(queue, in)
		}
	}
	return out
}

func (c *cut) products() []casefile.Product {
	var out []casefile.Product
	for _, p := range c.f.Products {
		if !c.seen.products[p.ID] {
			continue
		}
		p.Contains, p.Note, p.Line = c.contents(&p), "", 0
		p.Source = only(p.Source, c.seen.sources)
		if !c.ours[p.Provider] {
			p.Attributes, p.Source = nil, ""
		}
		p.Attributes = c.attributes(p.Attributes)
		out = append(out, p)
	}
	return out
}

// towards are the roles by which a rule names whom to tell (plan, recipients):
// without them a party could not see that it told them.
var towards = []string{"controller"}

func (c *cut) parties() []casefile.Party {
	var out []casefile.Party
	for _, p := range c.f.Parties {
		switch {
		case c.ours[p.ID]:
			p.Operates, p.Note, p.Line = c.refs(p.Operates), "", 0
			p.Attributes = c.attributes(p.Attributes)
			p.PartOf = only(p.PartOf, c.seen.parties)
			p.Source = only(p.Source, c.seen.sources)
		case c.seen.parties[p.ID]:
			roles := slices.DeleteFunc(slices.Clone(p.Roles), func(r casefile.Ref) bool { return !slices.Contains(towards, r.ID) })
			p = casefile.Party{ID: p.ID, Name: p.Name, Country: p.Country, Is: p.Is, Roles: roles, Assumed: p.Assumed}
		default:
			continue
		}
		out = append(out, p)
	}
	return out
}

func (c *cut) sources() []casefile.Source {
	var out []casefile.Source
	for _, s := range c.f.Sources {
		if !c.seen.sources[s.ID] {
			continue
		}
		s.Cites = keep(s.Cites, func(id string) bool { return c.seen.sources[id] })
		s.Note, s.Line = "", 0
		for _, t := range []*string{&s.Publisher, &s.Title, &s.Original, &s.Translation, &s.URL} {
			*t = c.scrub.text(*t)
		}
		out = append(out, s)
	}
	return out
}

func (c *cut) windows() []casefile.Window {
	var out []casefile.Window
	for _, w := range c.f.Windows {
		w.Name, w.Source, w.Line = c.scrub.text(w.Name), only(w.Source, c.seen.sources), 0
		out = append(out, w)
	}
	return out
}

func (c *cut) events() []casefile.Event {
	var out []casefile.Event
	for i := range c.f.Events {
		e := &c.f.Events[i]
		switch l := c.level[e.ID]; {
		case l == hidden, l == bare && c.scrub.finds(e.ID):
		case l == bare:
			out = append(out, casefile.Event{ID: e.ID, Kind: e.Kind, Of: e.Of, At: e.At, Detail: e.Detail, Denies: e.Denies, Assumed: e.Assumed,
				Disputes: c.pointers(e.Disputes), Supersedes: c.pointers(e.Supersedes), Basis: e.Basis, RecordedAt: e.RecordedAt})
		case l == dry:
			out = append(out, c.reduced(&casefile.Event{ID: e.ID, Kind: e.Kind, By: e.By, To: e.To, Of: e.Of, At: e.At, Re: e.Re, Rule: e.Rule, Stage: e.Stage, Covers: e.Covers,
				How: e.How, Result: e.Result, Form: e.Form, Exploited: e.Exploited, Incident: e.Incident, Nature: e.Nature, Due: e.Due, Until: e.Until,
				Denies: e.Denies, Disputes: e.Disputes, Supersedes: e.Supersedes, Assumed: e.Assumed, Basis: e.Basis, RecordedBy: e.RecordedBy, RecordedAt: e.RecordedAt}))
		default:
			out = append(out, c.reduced(e))
		}
	}
	return out
}

// pointers leaves of pointers to events those that are in the cut.
func (c *cut) pointers(ids []string) []string { return keep(ids, c.stays) }

func (c *cut) stays(id string) bool {
	l := c.level[id]
	return l > bare || l == bare && !c.scrub.finds(id)
}

// reduced leaves of an event what may be seen: no pointer to what is not there,
// nobody who is not seen, and in others' words no name of those. That what was
// told rests on an attack stays known where the report of it is not seen.
func (c *cut) reduced(from *casefile.Event) casefile.Event {
	e := *from
	e.Line = 0
	if re := c.event[e.Re]; re != nil && !c.stays(e.Re) {
		e.Exploited = e.Exploited || re.Kind == "exploitation-observed" && !re.Denies && e.Kind != "exploitation-observed"
		e.Re = ""
	}
	e.Disputes, e.Supersedes = c.pointers(e.Disputes), c.pointers(e.Supersedes)
	e.Source = only(e.Source, c.seen.sources)
	if c.mine(from) {
		e.ClaimedBy, e.RecordedBy = c.speaker(e.ClaimedBy), c.speaker(e.RecordedBy)
		return e
	}
	e.By = only(e.By, c.seen.parties)
	e.To = keep(e.To, func(to string) bool {
		return c.seen.parties[to] || c.party[to] == nil && c.named[to] || c.party[to] == nil && public[e.Kind]
	})
	e.ClaimedBy, e.RecordedBy = c.speaker(e.ClaimedBy), c.speaker(e.RecordedBy)
	for _, t := range []*string{&e.Via, &e.Reason, &e.Where, &e.Scope, &e.Label, &e.Text, &e.Original, &e.Mandate} {
		*t = c.scrub.text(*t)
	}
	e.Nature, e.With = c.scrub.texts(e.Nature), c.scrub.texts(e.With)
	if !c.incidents[e.Incident] {
		e.Incident = c.scrub.text(e.Incident) // else the name by which we know it, too
	}
	e.Attributes = c.attributes(e.Attributes)
	return e
}

// attributes strikes names from the texts among attributes.
func (c *cut) attributes(in map[string]casefile.Scalar) map[string]casefile.Scalar {
	out := maps.Clone(in)
	maps.DeleteFunc(out, func(k string, _ casefile.Scalar) bool { return c.scrub.finds(k) })
	for k, v := range out {
		if text, ok := v.V.(string); ok {
			out[k] = casefile.Scalar{V: c.scrub.text(text)}
		}
	}
	return out
}

// speaker leaves who says something where that party or source is seen.
func (c *cut) speaker(id string) string {
	if c.seen.parties[id] || c.seen.sources[id] {
		return id
	}
	return ""
}
