package access

import (
	"maps"
	"slices"

	"tocsin/casefile"
)

// View cuts a case file down to a viewpoint. Whatever is computed from what it
// leaves can tell no more than it does. It promises that casefile.Build takes
// what it made of a file that Build took, that cutting twice cuts no more, and
// that a smaller viewpoint leaves a part of what a larger one does. The entries
// are copies where they are changed; nothing of f is written to.
//
// Of a party's side are seen:
//
//   - its own acts and what it recorded or claimed itself, as they are;
//   - what was addressed to it, and the answers to its acts, with whoever said so;
//   - what is known to all (public, below), with whoever did it;
//   - the frame of the embargo: proposals, revisions, its end;
//   - about products that it may see: that they are attacked, by nobody named, and
//     that a measure is there;
//   - of an event that disputes, retires or is named by one of these: only that
//     it is there (kind, time, product), so that its own clocks come out as they are;
//   - the products that it provides or runs, what is inside them, those that the
//     events are about, and who provides them; of other parties only id, name,
//     country and the offices that they are;
//   - the sources of what is seen.
//
// Its `note` keys are remarks of whoever runs the case, and stay with All. The
// names of what is not seen are struck from the words of others' entries; what a
// party wrote itself, and the title of the case, are as they are.
//
// A limited party (suspended, or the embargo not accepted) keeps its own acts, the
// bare facts that oblige it without their words, and of its products those that
// these are about; what is known to all only of a case at TLP:CLEAR.
func View(f casefile.File, v Viewpoint) casefile.File {
	if v.All {
		return f
	}
	c := newCut(&f, v)
	out := casefile.File{Format: f.Format, Case: f.Case}
	if len(v.Parties) == 0 && !v.Own {
		return out // sees nothing
	}
	out.Title, out.Record, out.TLP, out.Adopts = f.Title, f.Record, f.TLP, f.Adopts
	if c.world {
		out.Vulnerabilities = f.Vulnerabilities
	}
	c.chooseEvents()
	c.chooseProducts()
	c.chooseNear()
	c.chooseRest()
	c.chooseParties()
	c.chooseSources()
	c.scrub = c.newScrub()
	out.Products, out.Parties, out.Sources = c.products(), c.parties(), c.sources()
	out.Windows, out.Events = c.windows(), c.events()
	return out
}

// Cut is View of a checked case.
func Cut(c *casefile.Case, v Viewpoint) (*casefile.Case, error) {
	if v.All {
		return c, nil
	}
	return casefile.Build(c.Name, View(c.File, v))
}

// level is how much of an event is seen.
type level int

const (
	hidden level = iota
	bare         // that it is there
	dry          // without its words
	whole
)

// public are the kinds that everybody knows of by their nature.
var public = map[casefile.Kind]bool{
	"published": true, "leaked": true, "exploit-published": true, "cve-published": true, "kev-listed": true, "fix-committed": true,
}

// frame are the events that make and end an embargo. Who else accepted or
// declined it is not among them: that tells who is on the case.
var frame = map[casefile.Kind]bool{"embargo-proposed": true, "embargo-revised": true, "embargo-terminated": true}

// orders are acts of an authority that concern everybody where they name nobody.
var orders = map[casefile.Kind]bool{"directed": true, "authorised": true, "waived": true, "called-on": true}

// answers are meant for whoever did what they are about.
var answers = map[casefile.Kind]bool{
	"acknowledged": true, "corrected": true, "embargo-accepted": true, "embargo-declined": true,
}

// cut is the work of one View.
type cut struct {
	f     *casefile.File
	v     Viewpoint
	full  map[string]bool // parties whose whole side is seen
	ours  map[string]bool // these and the limited ones
	named map[string]bool // ours, and the entries of the directory that they are
	world bool            // what is known to all is seen

	event   map[string]*casefile.Event
	product map[string]*casefile.Product
	party   map[string]*casefile.Party

	teller    map[string]string // party → one of ours that told it, a full one first
	incidents map[string]bool   // the names by which ours know incidents

	level map[string]level // of events, by id
	seen  struct{ products, parties, sources map[string]bool }
	scrub *scrub
}

func newCut(f *casefile.File, v Viewpoint) *cut {
	c := &cut{f: f, v: v, full: map[string]bool{}, ours: map[string]bool{}, named: map[string]bool{},
		event: map[string]*casefile.Event{}, product: map[string]*casefile.Product{}, party: map[string]*casefile.Party{}, level: map[string]level{}}
	c.seen.products, c.seen.parties, c.seen.sources = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range f.Events {
		c.event[f.Events[i].ID] = &f.Events[i]
	}
	for i := range f.Products {
		c.product[f.Products[i].ID] = &f.Products[i]
	}
	for i := range f.Parties {
		p := &f.Parties[i]
		c.party[p.ID] = p
		if !slices.Contains(v.Parties, p.ID) {
			continue
		}
		c.ours[p.ID], c.full[p.ID] = true, !v.limited(p.ID)
		c.named[p.ID] = true
		for _, id := range p.Is {
			c.named[id] = true
		}
	}
	maps.DeleteFunc(c.full, func(_ string, full bool) bool { return !full })
	c.teller, c.incidents = map[string]string{}, map[string]bool{}
	for i := range f.Events {
		if e := &f.Events[i]; c.mine(e) {
			c.incidents[e.Incident] = true
		}
		if e := &f.Events[i]; c.ours[e.By] && (e.Kind == "reported" || e.Kind == "notified") {
			for _, to := range e.To {
				if !c.full[c.teller[to]] {
					c.teller[to] = e.By
				}
			}
		}
	}
	c.world = len(c.full) > 0 || v.Own && f.TLP == "CLEAR"
	return c
}

// mine tells whether an event is the act or the word of one of our parties.
func (c *cut) mine(e *casefile.Event) bool {
	return c.ours[e.By] || c.ours[e.RecordedBy] || c.ours[e.ClaimedBy]
}

// told tells to whom of ours an event is addressed.
func (c *cut) told(e *casefile.Event) level {
	best := hidden
	for _, to := range e.To {
		if !c.named[to] {
			continue
		}
		best = max(best, dry)
		for id := range c.full {
			if to == id || slices.Contains(c.party[id].Is, to) {
				best = whole
			}
		}
	}
	return best
}

// chooseEvents finds what is seen whatever the products are.
func (c *cut) chooseEvents() {
	for i := range c.f.Events {
		e := &c.f.Events[i]
		l := c.told(e)
		switch {
		case c.mine(e):
			l = whole
		case e.Basis == "claim": // nobody's fact until it is adopted
		case public[e.Kind] && c.world, frame[e.Kind] && (c.world || c.v.Embargo), orders[e.Kind] && len(e.To) == 0 && c.world:
			l = whole
		}
		if e.Basis != "claim" {
			l = max(l, c.answers(e))
		}
		c.level[e.ID] = l
	}
}

// answers tells how much is seen of an answer to an act of ours. A receipt that
// names neither the act nor anybody is one to whoever told its author.
func (c *cut) answers(e *casefile.Event) level {
	to := ""
	if re := c.event[e.Re]; re != nil && answers[e.Kind] {
		to = re.By
	} else if e.Kind == "acknowledged" && e.Re == "" && len(e.To) == 0 {
		to = c.teller[e.By]
	}
	switch {
	case c.full[to]:
		return whole
	case c.ours[to]:
		return dry
	}
	return hidden
}

// chooseProducts finds the products that may be seen, before those that are only
// mentioned by what depends on them.
func (c *cut) chooseProducts() {
	about := map[string]bool{}
	for id, l := range c.level {
		if of := c.event[id].Of; l != hidden && of != "" {
			about[of] = true
		}
	}
	own := func(parties map[string]bool) (out []string) {
		for _, p := range c.f.Products {
			if parties[p.Provider] {
				out = append(out, p.ID)
			}
		}
		for id := range parties {
			for _, r := range c.party[id].Operates {
				out = append(out, r.ID)
			}
		}
		return out
	}
	if root := c.onlyRoot(); root != "" && c.speaksOfAny() {
		about[root] = true // "of" may be left out where there is one product
	}
	seen := c.seen.products
	maps.Copy(seen, about)
	for _, id := range own(c.full) {
		c.inside(id, seen)
	}
	// of a limited party those that are, or lead to, what an event is about
	for _, id := range own(c.ours) {
		c.leads(id, about, seen, map[string]bool{})
	}
}

// onlyRoot is the product that contains no other, where there is but one.
func (c *cut) onlyRoot() string {
	root := ""
	for _, p := range c.f.Products {
		if len(p.Contains) > 0 {
			continue
		}
		if root != "" {
			return ""
		}
		root = p.ID
	}
	return root
}

// speaksOfAny tells whether a word of ours, or one to us, names no product.
func (c *cut) speaksOfAny() bool {
	return slices.ContainsFunc(c.f.Events, func(e casefile.Event) bool {
		return e.Of == "" && e.Incident == "" && !incidents[e.Kind] && !frame[e.Kind] && (c.mine(&e) || c.told(&e) != hidden)
	})
}

// inside adds a product and all that it contains.
func (c *cut) inside(id string, to map[string]bool) {
	done := map[string]bool{}
	for queue := []string{id}; len(queue) > 0; queue = queue[1:] {
		if at := queue[0]; !done[at] {
			done[at], to[at] = true, true
			for _, r := range c.product[at].Contains {
				queue = append(queue, r.ID)
			}
		}
	}
}

// leads adds a product and the way inside it to what is meant, if there is one.
func (c *cut) leads(id string, meant, to, asked map[string]bool) bool {
	if answer, done := asked[id]; done {
		return answer
	}
	yes := meant[id]
	for _, r := range c.product[id].Contains {
		yes = c.leads(r.ID, meant, to, asked) || yes
	}
	if asked[id] = yes; yes {
		to[id] = true
	}
	return yes
}

// chooseNear adds what concerns whoever has the product: that it is attacked, by
// nobody named, and that a measure is offered, by its provider.
func (c *cut) chooseNear() {
	for i := range c.f.Events {
		e := &c.f.Events[i]
		if c.level[e.ID] == whole || len(c.full) == 0 || e.Basis == "claim" || !c.bareable(e) {
			continue
		}
		switch e.Kind {
		case "exploitation-observed":
			c.atLeast(e, bare)
		case "measure-available":
			if p := c.product[e.Of]; p != nil && p.Provider == e.By {
				c.level[e.ID] = whole
			}
			c.atLeast(e, bare)
		}
	}
}

func (c *cut) atLeast(e *casefile.Event, l level) { c.level[e.ID] = max(c.level[e.ID], l) }

// incidents are kinds that are about an incident even without its name.
var incidents = map[casefile.Kind]bool{
	"incident-aware": true, "classified": true, "determined": true, "handled": true, "fact-confirmed": true, "payment-made": true,
}

// bareable tells whether an event can stand without who did it and to whom. An
// order to nobody named would be one to everybody, an incident of nobody one more
// in the case; and what is about a product that is not seen would be about all.
func (c *cut) bareable(e *casefile.Event) bool {
	return !orders[e.Kind] && !incidents[e.Kind] && e.Incident == "" && (e.Of == "" || c.seen.products[e.Of])
}

// chooseRest adds that something is there which disputes, retires or is named by
// an event of ours: without it a claim would look uncontested. A claim about
// another that nobody adopted answers nothing (plan, mayAnswer).
func (c *cut) chooseRest() {
	names := func(e *casefile.Event) []string { return append(slices.Clone(e.Disputes), e.Supersedes...) }
	var more []*casefile.Event
	for i := range c.f.Events {
		e := &c.f.Events[i]
		for _, id := range names(e) {
			o := c.event[id]
			switch {
			case c.level[e.ID] >= dry && c.level[id] == hidden:
				more = append(more, o)
			case c.level[e.ID] == hidden && c.level[id] >= dry && e.Basis != "claim":
				more = append(more, e)
			}
		}
		if re := c.event[e.Re]; re != nil && c.level[re.ID] == hidden && c.mine(e) {
			more = append(more, re)
		}
	}
	for _, e := range more {
		if c.bareable(e) {
			c.atLeast(e, bare)
		}
	}
}
