package plan

import (
	"slices"
	"sort"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/rulebook"
)

// For computes the plan of a case under a rulebook as of o.At. Errors are of
// kind invalid and name the place in the case file.
func For(c *casefile.Case, b *rulebook.Book, o Options) (*Plan, error) {
	p, err := newPlanner(c, b, o)
	if err != nil {
		return nil, err
	}
	out := p.run()
	if p.effort.out() {
		return nil, p.effort.err()
	}
	return out, nil
}

// planner holds what all units share. It lives for one plan.
type planner struct {
	v      *view
	b      *rulebook.Book
	o      Options
	effort *effort
	kept   bool
	series map[string][]*rulebook.Rule
	byRole map[string][]binding
	memo   map[memoKey][]*event
	table  map[string]*calendar.Table
	base   map[string]bool // the events that the first choice of each dispute leaves out

	position map[*rulebook.Rule]int
	validity map[*rulebook.Rule][2]time.Time

	plan *Plan
}

type memoKey struct {
	m        *rulebook.Match
	subject  string
	incident bool
}

type binding struct {
	rule *rulebook.Rule
	who  rulebook.Who
}

func (p *planner) saw(c *rulebook.Condition, ok bool, err error) {
	if p.o.Trace != nil {
		p.o.Trace(c, ok && err == nil)
	}
}

func newPlanner(c *casefile.Case, b *rulebook.Book, o Options) (*planner, error) {
	if o.At.IsZero() {
		return nil, fault.New(fault.Invalid, "the plan needs an instant to be computed at")
	}
	if o.Party != "" && c.Party(o.Party) == nil {
		return nil, fault.New(fault.Invalid, "%q is not a party of the case; parties are %v", o.Party, partyIDs(c))
	}
	if err := checkNames(c, b); err != nil {
		return nil, err
	}
	p := &planner{b: b, o: o, effort: newEffort(o.effort), kept: c.Kept(), series: map[string][]*rulebook.Rule{}, byRole: map[string][]binding{},
		memo: map[memoKey][]*event{}, table: map[string]*calendar.Table{}, position: map[*rulebook.Rule]int{}, validity: map[*rulebook.Rule][2]time.Time{}}
	for i, r := range b.Rules {
		p.position[r] = i
		from, until := r.InForce()
		p.validity[r] = [2]time.Time{from, until}
		if r.Class == "case-duty" {
			p.series[seriesOf(r)] = append(p.series[seriesOf(r)], r)
		}
		for _, w := range r.Who {
			p.byRole[w.Role] = append(p.byRole[w.Role], binding{r, w})
		}
	}
	if p.v = newView(c, o, p.effort); p.effort.out() {
		return nil, p.effort.err()
	}
	p.base = p.world(nil)
	return p, nil
}

// inForce gives the instants between which a rule applies; zero = open.
func (p *planner) inForce(r *rulebook.Rule) (from, until time.Time) {
	v := p.validity[r]
	return v[0], v[1]
}

func partyIDs(c *casefile.Case) []string {
	var out []string
	for _, p := range c.Parties {
		out = append(out, p.ID)
	}
	return out
}

// checkNames refuses names that only the rulebook can know: recipients,
// directory entries, rules.
func checkNames(c *casefile.Case, b *rulebook.Book) error {
	bad := func(line int, key, format string, args ...any) error {
		e := fault.New(fault.Invalid, format, args...).(*fault.Error)
		e.File, e.Line, e.Key = c.Name, line, key
		return e
	}
	for _, p := range c.Parties {
		for _, id := range p.Is {
			if b.Entry(id) == nil {
				return bad(c.LineOf("parties["+p.ID+"].is"), "parties["+p.ID+"].is", "%q is not an entry of the directory of authorities (tocsin rules list --directory)", id)
			}
		}
		for _, r := range p.Roles {
			role := r.ID
			if len(role) > 0 && role[0] == '-' {
				role = role[1:]
			}
			if b.Role(role) == nil {
				return bad(c.LineOf("parties["+p.ID+"].roles"), "parties["+p.ID+"].roles", "%q is not a role of any rule pack (tocsin rules list --roles)", role)
			}
		}
		for _, id := range p.Adopts {
			if !knownRule(b, id) {
				return bad(c.LineOf("parties["+p.ID+"].adopts"), "parties["+p.ID+"].adopts", "%q is not a rule", id)
			}
		}
	}
	for _, id := range c.Adopts {
		if !knownRule(b, id) {
			return bad(c.LineOf("adopts"), "adopts", "%q is not a rule", id)
		}
	}
	for i := range c.Events {
		e := &c.Events[i]
		for _, id := range e.To {
			if c.Party(id) == nil && b.Entry(id) == nil {
				return bad(c.LineOf("events["+e.ID+"].to"), "events["+e.ID+"].to", "%q is neither a party of this case nor an entry of the directory", id)
			}
		}
		if e.Rule != "" && !knownRule(b, e.Rule) {
			return bad(c.LineOf("events["+e.ID+"].rule"), "events["+e.ID+"].rule", "%q is not a rule", e.Rule)
		}
	}
	return nil
}

func knownRule(b *rulebook.Book, id string) bool {
	if b.Rule(id) != nil || len(b.Children(id)) > 0 {
		return true
	}
	for _, r := range b.Rules {
		if r.Series == id {
			return true
		}
	}
	return false
}

func (p *planner) run() *Plan {
	c := p.v.c
	p.plan = &Plan{
		Case: c.File.Case, Title: c.Title, Record: c.Record, At: Instant{p.o.At},
		Basis:  Basis{Rulebook: p.b.Digest, Engine: Engine, TZData: calendar.ZoneData(), Holidays: calendar.HolidayDigest()},
		Duties: []*Duty{}, Prohibitions: []*Prohibited{}, Conflicts: []*Conflict{}, Standing: []*Standing{},
		Order: [][]string{}, Warnings: []Reason{},
	}
	if !p.o.AsKnownAt.IsZero() {
		p.plan.AsKnownAt = instant(p.o.AsKnownAt, nil)
	}
	for i := range c.Parties {
		party := &c.Parties[i]
		if p.o.Party == "" || p.o.Party == party.ID {
			p.party(party)
		}
		if p.effort.out() {
			return p.plan
		}
	}
	p.displace()
	p.conflicts()
	p.order()
	p.warn()
	return p.plan
}

// party computes everything that one party owes and must not do.
func (p *planner) party(party *casefile.Party) {
	grants := p.grants(party)
	roles := make([]string, 0, len(grants))
	for _, g := range grants {
		if !slices.Contains(roles, g.Role) {
			roles = append(roles, g.Role)
		}
	}
	on := calendar.DateOf(p.o.At, time.UTC)
	units := map[string]*subjectGrants{}
	var order []string
	standing := map[*rulebook.Rule]grantOf{}
	var always []*rulebook.Rule
	for _, g := range grants {
		for _, bd := range p.byRole[g.Role] {
			r := bd.rule
			if !reaches(r, party, on) {
				continue
			}
			switch r.Class {
			case "case-duty", "prohibition":
			default:
				have, ok := standing[r]
				if !ok {
					always = append(always, r)
				}
				if !ok || len(g.Assumes) < len(have.assumes) {
					standing[r] = grantOf{g.Role, bd.who.Certainty, g.Assumes, bd.who.Note}
				}
				continue
			}
			subs := p.subjects(party, g, r)
			if !p.effort.spend(1 + 10*len(subs)) {
				return
			}
			for _, sub := range subs {
				k := sub.key()
				sg := units[k]
				if sg == nil {
					sg = &subjectGrants{subject: sub, rules: map[*rulebook.Rule]grantOf{}}
					units[k] = sg
					order = append(order, k)
				}
				if sub.assumes != "" {
					with := g
					with.Assumes = append(slices.Clone(g.Assumes), sub.assumes)
					sg.grant(r, with, bd.who)
					continue
				}
				sg.grant(r, g, bd.who)
			}
		}
	}
	for _, r := range always {
		p.standing(party, r, standing[r], roles)
	}
	for _, k := range order {
		p.subject(party, units[k], roles)
	}
}

// reaches: a rule of an order binds parties whose country or markets lie in it;
// norms and agreements bind those who adopted or signed them.
func reaches(r *rulebook.Rule, party *casefile.Party, on calendar.Date) bool {
	if r.Ground != "statute" || r.Order == "norm" || r.Order == "none" {
		return true
	}
	return party.Reaches(r.Order, on)
}

// subject is a product or an incident.
type subject struct {
	product, incident string
	isIncident        bool
	assumes           string // what the link of party and product rests on, "" if stated
}

func (s subject) key() string {
	if s.isIncident {
		return "i/" + s.incident
	}
	return "p/" + s.product
}

// subjectGrants collects which rules reach a party for one subject, and why.
type subjectGrants struct {
	subject
	rules map[*rulebook.Rule]grantOf
	list  []*rulebook.Rule
}

type grantOf struct {
	role      string
	certainty string
	assumes   []string
	note      string
}

// grant keeps the surest reason why a rule binds: does before may, then the one
// with fewer assumptions.
func (s *subjectGrants) grant(r *rulebook.Rule, g casefile.Grant, w rulebook.Who) {
	have, ok := s.rules[r]
	if !ok {
		s.list = append(s.list, r)
	}
	better := !ok || have.certainty == "may" && w.Certainty == "does" ||
		have.certainty == w.Certainty && len(g.Assumes) < len(have.assumes)
	if better {
		s.rules[r] = grantOf{g.Role, w.Certainty, g.Assumes, w.Note}
	}
}

// subject evaluates all rules of one party and one subject.
func (p *planner) subject(party *casefile.Party, sg *subjectGrants, roles []string) {
	sort.SliceStable(sg.list, func(i, j int) bool { return p.position[sg.list[i]] < p.position[sg.list[j]] })
	shared := p.unit(party, sg.subject, roles, p.base)
	for _, r := range sg.list {
		if p.effort.out() {
			return
		}
		g := sg.rules[r]
		mk := func(world map[string]bool) *unit { return p.unit(party, sg.subject, roles, world) }
		if len(p.v.comps) == 0 { // without competing claims there is one world, and one unit serves all rules
			mk = func(map[string]bool) *unit { return shared }
		}
		if r.Class == "prohibition" {
			p.prohibition(r, g, mk)
			continue
		}
		for i := range r.Stages {
			p.duty(r, &r.Stages[i], g, mk)
		}
	}
}

// unit makes a fresh unit for one world.
func (p *planner) unit(party *casefile.Party, s subject, roles []string, dropped map[string]bool) *unit {
	u := &unit{p: p, party: party, product: s.product, about: s.product, isIncident: s.isIncident,
		dropped: dropped, touched: map[int]bool{}, results: map[stageKey]*result{}, taken: map[string]map[string]slot{}}
	if s.isIncident {
		u.about = s.incident
	}
	prod := p.v.c.Product(s.product)
	u.own = prod != nil && prod.Provider == party.ID
	u.inputs.Party = rulebook.Party{ID: party.ID, Country: party.Country, Markets: party.Markets, Roles: roles, Attributes: attributes(party.Attributes)}
	if prod != nil {
		var inside []string
		for id := range p.v.inside[prod.ID] {
			inside = append(inside, id)
		}
		slices.Sort(inside)
		p.effort.spend(4 * len(inside))
		u.inputs.Product = rulebook.Product{ID: prod.ID, Provider: prod.Provider, Contains: inside, Own: u.own, Attributes: attributes(prod.Attributes)}
	}
	u.direct = !s.isIncident && u.knowsDirectly()
	return u
}

// knowsDirectly: awareness of a component is awareness for each own product
// that contains it, unless the party has its own `aware` for that product or
// assessed it not affected (contract section 1).
func (u *unit) knowsDirectly() bool {
	if len(u.p.v.inside[u.product]) == 0 {
		return false
	}
	knows := false
	for _, e := range u.p.v.by[u.party.ID] {
		if e.Of != u.product || !e.adopted(u.party.ID) {
			continue
		}
		own := e.Kind == "aware" || e.Kind == "decided" && e.Result == "aware" ||
			(e.Kind == "assessed" || e.Kind == "decided") && e.Result == "not-affected"
		if own && u.alive(e) { // alive notes the dispute: elsewhere the awareness may pass
			if knows = true; e.Assumed {
				addAll(&u.directOn, assumedEvent(e))
			}
		}
	}
	return knows
}
