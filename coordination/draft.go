package coordination

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/partner"
)

// The codes of problems and hints of the five questions, with words in the
// catalogues under questions.CODE.
const (
	ProblemMissing  = "missing"
	ProblemUnknown  = "unknown-word"
	ProblemCountry  = "no-country"
	ProblemNotYours = "not-yours"
	ProblemFuture   = "in-the-future"
	ProblemTime     = "no-time"
	ProblemRole     = "role-does-not-fit"
	ProblemFile     = "does-not-fit"

	HintProvider = "provider-unknown"
	HintCountry  = "country-unknown"
	HintMarkets  = "markets-unknown"
	HintAttack   = "attack-unknown"
	HintKinds    = "kind-assumed"
	HintTime     = "time-unknown"
)

// drafting makes a case file of answers.
type drafting struct {
	q        Questions
	d        *Desk
	now      time.Time
	f        casefile.File
	us       string // id of the party that the reader's organisation is
	provider string
	product  string
	inside   string // the vulnerable component, or the product itself
	problems map[string]string
	hints    map[string]string
}

// roles that somebody can have in answer to the fourth question.
var questionRoles = []string{"vendor", "finder", "maintainer", "coordinator", "deployer", "authority"}

// assumedKinds are what an organisation that runs systems may well be to the law
// of its country, where it has not said: what rests on it says "if".
var assumedKinds = map[string]string{"IN": "body-corporate", "EU": "important-entity"}

// draft makes the file. id names the case, name our organisation, now is when
// nothing can have happened after.
func (d *Desk) draft(who access.Reader, q Questions, id, name string, now time.Time) *drafting {
	t := &drafting{q: trimmed(q), d: d, now: now, problems: map[string]string{}, hints: map[string]string{}}
	t.f = casefile.File{Format: casefile.Format, Case: id, Record: "kept", TLP: t.q.TLP, Vulnerabilities: t.q.CVE}
	if t.f.TLP == "" {
		t.f.TLP = "AMBER"
	}
	t.look(who)
	t.parties(name)
	t.products()
	t.sources()
	t.events()
	t.f.Title = t.q.Title
	return t
}

func trimmed(q Questions) Questions {
	for _, s := range []*string{&q.Title, &q.Product, &q.Purl, &q.Provider, &q.ProviderCountry, &q.Contains, &q.ContainsBy, &q.How, &q.ToldBy, &q.Known,
		&q.Source, &q.Org, &q.Role, &q.Country, &q.TLP, &q.Attacked, &q.Public} {
		*s = strings.TrimSpace(*s)
	}
	q.Country, q.ProviderCountry = strings.ToUpper(q.Country), strings.ToUpper(q.ProviderCountry)
	for _, l := range []*[]string{&q.CVE, &q.ProviderMarkets, &q.Markets, &q.Adopts, &q.Kinds} {
		var out []string
		for _, s := range *l {
			if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
		*l = out
	}
	return q
}

// look finds what Open refuses, and what is not known.
func (t *drafting) look(who access.Reader) {
	q := t.q
	problem := func(field, code string, is bool) {
		if _, there := t.problems[field]; is && !there {
			t.problems[field] = code
		}
	}
	problem("Title", ProblemMissing, q.Title == "" && q.Product == "")
	problem("Product", ProblemMissing, q.Product == "")
	problem("How", ProblemMissing, q.How == "")
	problem("How", ProblemUnknown, q.How != "" && !slices.Contains([]string{"found", "told", "signalled"}, q.How))
	problem("Knew", ProblemMissing, q.Knew.IsZero())
	problem("Role", ProblemMissing, q.Role == "")
	problem("Role", ProblemUnknown, q.Role != "" && !slices.Contains(questionRoles, q.Role))
	problem("Role", ProblemRole, (q.Role == "vendor" || q.Role == "maintainer") && !q.ProviderIsUs && q.ContainsBy == "" && q.Contains == "")
	problem("ProviderIsUs", ProblemRole, q.ProviderIsUs && q.Role == "finder")
	problem("TLP", ProblemUnknown, !slices.Contains([]string{"", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}, q.TLP))
	for field, v := range map[string]string{"Attacked": q.Attacked, "Public": q.Public} {
		problem(field, ProblemUnknown, !slices.Contains([]string{"", "yes", "no", "unknown"}, v))
	}
	problem("Country", ProblemCountry, q.Country != "" && !place(q.Country))
	problem("ProviderCountry", ProblemCountry, q.ProviderCountry != "" && !place(q.ProviderCountry))
	problem("Markets", ProblemCountry, slices.ContainsFunc(q.Markets, func(m string) bool { return !place(m) }))
	problem("ProviderMarkets", ProblemCountry, slices.ContainsFunc(q.ProviderMarkets, func(m string) bool { return !place(m) }))
	problem("Kinds", ProblemUnknown, slices.ContainsFunc(q.Kinds, func(k string) bool { return t.d.o.Book.Role(strings.TrimPrefix(k, "-")) == nil }))
	problem("Adopts", ProblemUnknown, slices.ContainsFunc(q.Adopts, func(r string) bool { return t.d.o.Book.Rule(r) == nil }))
	problem("Org", ProblemNotYours, q.Org != "" && !actsFor(who, q.Org))
	problem("Org", ProblemMissing, q.Org == "" && opener(who) == "" && len(who.Acting) > 0)
	for field, m := range map[string]casefile.Time{"Knew": q.Knew, "AttackedAt": q.AttackedAt, "PublicAt": q.PublicAt} {
		if m.IsZero() {
			continue
		}
		s, err := m.Span()
		problem(field, ProblemTime, err != nil || m.Validate() != nil)
		problem(field, ProblemFuture, err == nil && !s.Earliest.IsZero() && s.Earliest.After(t.now))
	}
	hint := func(field, code string, is bool) {
		if is {
			t.hints[field] = code
		}
	}
	hint("Provider", HintProvider, q.Provider == "" && !q.ProviderIsUs)
	hint("Country", HintCountry, q.Country == "" && q.Role != "maintainer")
	hint("Markets", HintMarkets, len(q.Markets) == 0 && q.Role == "vendor")
	hint("Attacked", HintAttack, q.Attacked == "" || q.Attacked == "unknown")
	hint("AttackedAt", HintTime, q.Attacked == "yes" && q.AttackedAt.IsZero())
	hint("PublicAt", HintTime, q.Public == "yes" && q.PublicAt.IsZero())
}

// actsFor tells whether somebody acts for an organisation, and not only reads.
func actsFor(who access.Reader, org string) bool {
	return slices.ContainsFunc(who.Acting, func(a access.Acting) bool { return a.Org == org && slices.Contains(a.Roles, partner.Responder) })
}

// place takes what a case file takes as a country or market.
func place(s string) bool {
	if s == "EU" {
		return true
	}
	country, _, _ := strings.Cut(s, "-")
	return partner.Country(country)
}

// free gives an id made of a name that is not taken yet.
func free(name, fallback string, taken func(string) bool) string {
	id := slug(name)
	if id == "" {
		id = fallback
	}
	for n, base := 2, id; taken(id); n++ {
		id = base + "-" + string(rune('0'+n%10))
	}
	return id
}

// slug makes a short id of a name: its letters and digits of ASCII, small.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 24 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

func (t *drafting) party(p casefile.Party, fallback string) string {
	p.ID = free(p.Name, fallback, func(id string) bool {
		return slices.ContainsFunc(t.f.Parties, func(o casefile.Party) bool { return o.ID == id }) || t.d.o.Book.Entry(id) != nil
	})
	t.f.Parties = append(t.f.Parties, p)
	return p.ID
}

// called finds a party by its name, so that one that is named twice is one party.
func (t *drafting) called(name string) string {
	for _, p := range t.f.Parties {
		if strings.EqualFold(p.Name, name) {
			return p.ID
		}
	}
	return ""
}

func (t *drafting) parties(name string) {
	q := t.q
	us := casefile.Party{Name: name, Country: q.Country, Markets: q.Markets, Adopts: q.Adopts}
	switch q.Role {
	case "finder", "coordinator", "authority":
		us.Roles = []casefile.Ref{{ID: q.Role}}
	case "maintainer":
		// Giving software away makes no manufacturer: nothing is placed on a market in
		// the course of a commercial activity (Reg. (EU) 2024/2847, recital 18).
		us.Roles = []casefile.Ref{{ID: "maintainer"}, {ID: "oss-project"}, {ID: "-vendor"}, {ID: "-manufacturer"}}
	}
	for _, k := range q.Kinds {
		if t.d.o.Book.Role(strings.TrimPrefix(k, "-")) != nil {
			us.Roles = append(us.Roles, casefile.Ref{ID: k})
		}
	}
	if q.Role == "deployer" && len(q.Kinds) == 0 {
		for order, kind := range assumedKinds {
			if casefile.Lies(q.Country, order, calendar.DateOf(t.now, time.UTC)) && t.d.o.Book.Role(kind) != nil {
				us.Roles = append(us.Roles, casefile.Ref{ID: kind, Assumed: true})
				t.hints["Kinds"] = HintKinds
			}
		}
	}
	if !place(us.Country) {
		us.Country = ""
	}
	us.Markets = slices.DeleteFunc(slices.Clone(us.Markets), func(m string) bool { return !place(m) })
	us.Adopts = slices.DeleteFunc(slices.Clone(us.Adopts), func(r string) bool { return t.d.o.Book.Rule(r) == nil })
	t.us = t.party(us, "us")
	switch {
	case q.ProviderIsUs:
		t.provider = t.us
	case q.Provider != "":
		p := casefile.Party{Name: q.Provider, Country: q.ProviderCountry}
		if !place(p.Country) {
			p.Country = ""
		}
		p.Markets = slices.DeleteFunc(slices.Clone(q.ProviderMarkets), func(m string) bool { return !place(m) })
		if t.provider = t.called(q.Provider); t.provider == "" {
			t.provider = t.party(p, "provider")
		}
	}
}

func (t *drafting) products() {
	q := t.q
	name := q.Product
	if name == "" {
		name = q.Title
	}
	p := casefile.Product{ID: free(name, "product", func(string) bool { return false }), Name: q.Product, Purl: q.Purl, Provider: t.provider}
	t.product, t.inside = p.ID, p.ID
	if q.Contains != "" {
		c := casefile.Product{ID: free(q.Contains, "component", func(id string) bool { return id == p.ID }), Name: q.Contains}
		if q.ContainsBy != "" {
			if c.Provider = t.called(q.ContainsBy); c.Provider == "" {
				c.Provider = t.party(casefile.Party{Name: q.ContainsBy}, "component-maker")
			}
		}
		p.Contains = []casefile.Ref{{ID: c.ID}}
		t.inside = c.ID
		t.f.Products = append(t.f.Products, c)
	}
	t.f.Products = append(t.f.Products, p)
	if q.Role == "deployer" {
		for i := range t.f.Parties {
			if t.f.Parties[i].ID == t.us {
				t.f.Parties[i].Operates = []casefile.Ref{{ID: p.ID}}
			}
		}
	}
}

func (t *drafting) sources() {
	if t.q.Source == "" {
		return
	}
	s := casefile.Source{ID: "S1", Kind: "primary", Title: t.q.Source}
	if strings.HasPrefix(t.q.Source, "https://") || strings.HasPrefix(t.q.Source, "http://") {
		s.Title, s.URL = "", t.q.Source
	}
	t.f.Sources = append(t.f.Sources, s)
}

// events states what is known, and nothing that is not.
func (t *drafting) events() {
	q := t.q
	knew := t.at(q.Knew)
	add := func(e casefile.Event) {
		e.ID = "e" + string(rune('1'+len(t.f.Events)))
		t.f.Events = append(t.f.Events, e)
	}
	first := casefile.Event{By: t.us, Of: t.inside, At: knew, Text: q.Known, Basis: basisOwn}
	if len(t.f.Sources) > 0 {
		first.Source = t.f.Sources[0].ID
	}
	attacked := q.Attacked == "yes"
	switch q.How {
	case "found":
		first.Kind, first.How = "aware", "found"
		add(first)
	case "told":
		first.Kind, first.By, first.To = "reported", "", []string{t.us}
		if q.ToldBy != "" {
			if first.By = t.called(q.ToldBy); first.By == "" {
				first.By = t.party(casefile.Party{Name: q.ToldBy}, "reporter")
			}
		}
		if first.By == t.us {
			first.By = ""
		}
		// Being told is our own word; that somebody told is a claim about them.
		first.Basis, first.ClaimedBy = basisClaim, t.us
		add(first)
	case "signalled":
		first.Kind = "signalled"
		add(first)
	}
	if attacked {
		e := casefile.Event{Kind: "exploitation-observed", By: t.us, Of: t.product, At: t.at(q.AttackedAt), Basis: basisOwn}
		if q.AttackedAt.IsZero() && !q.Knew.IsZero() {
			e.At = knew
		}
		add(e)
		if q.Role == "deployer" { // what is run here and attacked is an incident of one's own
			e.Kind, e.Of, e.Incident = "incident-aware", "", "incident-1"
			add(e)
		}
	}
	if q.Public == "yes" {
		add(casefile.Event{Kind: "published", Of: t.inside, At: t.at(q.PublicAt), Basis: basisOwn})
	}
}

// at is a time as it was said; one that nobody knows is no later than now.
func (t *drafting) at(m casefile.Time) casefile.Time {
	if !m.IsZero() && m.Validate() == nil {
		return m
	}
	var out casefile.Time
	out.NotAfter = t.now.UTC().Add(-time.Second).Format(time.RFC3339)
	return out
}
