package partner

import (
	"maps"
	"slices"

	"tocsin/calendar"
	"tocsin/casefile"
)

// Platform is one sharing platform of an authority, with the terms on which
// organisations are members of it.
type Platform struct {
	ID        string `json:"id"` // also the scope of the acts of its partnership files
	Name      string `json:"name"`
	Authority string `json:"authority"` // organisation that runs it
	Pack      string `json:"pack"`      // rule pack with both sides' duties
	Terms     Terms  `json:"terms"`
}

// Terms are what the agreement of a platform sets and a plan does not compute.
// Each stands with the clause that says so, as letters and refusals quote it.
type Terms struct {
	Zone string `json:"zone,omitempty"` // in which days begin and end (IANA); "" is UTC

	Reply   Within  `json:"reply"`            // a member has at least so long to answer a hearing
	Urgent  *Within `json:"urgent,omitempty"` // a suspension before the hearing is possible, which then opens within; nil: it is not
	Longest Within  `json:"longest"`          // of one suspension, or one extension of it
	Appeal  Within  `json:"appeal"`           // a member has at least so long to appeal
	Body    string  `json:"appeal-body"`      // to whom
	Term    Within  `json:"term"`             // of a membership
	Yearly  Within  `json:"review"`           // a membership is reviewed once in

	Ceilings     map[Standing]Ceiling     `json:"ceilings"`                // most that is shared, by standing
	SecondPerson map[casefile.Kind]string `json:"second-person,omitempty"` // acts that need another person, with the clause
	Kinds        []Grade                  `json:"kinds,omitempty"`         // kinds of members
	Levels       []Grade                  `json:"levels,omitempty"`        // levels of members
}

// Within is a period with its clause.
type Within struct {
	Period calendar.Period `json:"period"`
	Clause string          `json:"clause"`
}

// Ceiling is the most that is shared: a label of TLP 2.0, or "" for nothing.
type Ceiling struct {
	TLP    string `json:"tlp"`
	Clause string `json:"clause"`
}

// Grade is a declared kind or level of members.
type Grade struct {
	ID     string            `json:"id"`
	Title  map[string]string `json:"title"` // by language
	Clause string            `json:"clause"`
}

// tlps are the labels of TLP 2.0, from the widest to the narrowest.
var tlps = []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}

// Check refuses a platform that could not be kept. Errors are fault.Invalid and
// name the key.
func (p *Platform) Check() error {
	switch {
	case p.ID == "" || len(p.ID) > maxID || !plainID(p.ID):
		return bad("id", "a platform needs an id of at most %d bytes without blanks", maxID)
	case p.Authority == "" || len(p.Authority) > maxID:
		return bad("authority", "is missing: a platform is run by an organisation")
	case p.Pack == "" || len(p.Pack) > maxID:
		return bad("pack", "is missing: the duties of both sides are a rule pack")
	}
	if err := text("name", p.Name, maxName, true); err != nil {
		return err
	}
	return p.Terms.Check()
}

// Check refuses terms that leave open what an act needs, that share more with
// who stands worse, or that have no clause to quote.
func (t *Terms) Check() error {
	if err := zone(t.Zone); err != nil {
		return bad("terms.zone", "%q is not an IANA time zone such as Europe/Berlin", t.Zone)
	}
	for _, w := range []struct {
		key    string
		within *Within
	}{{"reply", &t.Reply}, {"urgent", t.Urgent}, {"longest", &t.Longest}, {"appeal", &t.Appeal}, {"term", &t.Term}, {"review", &t.Yearly}} {
		if w.within == nil {
			continue
		}
		if err := w.within.check("terms." + w.key); err != nil {
			return err
		}
	}
	if err := text("terms.appeal-body", t.Body, maxName, true); err != nil {
		return err
	}
	return first(t.checkCeilings(), t.checkSecond(), grades("terms.kinds", t.Kinds), grades("terms.levels", t.Levels))
}

func (w *Within) check(key string) error {
	switch err := w.Period.Validate(); {
	case err != nil:
		return bad(key, "%v", err)
	case w.Period.IsZero():
		return bad(key, "is missing: the agreement names a period, as in P10D")
	case w.Period.BusinessDays != 0:
		return bad(key, "%s: business days need a table of holidays, which terms do not name; write days", w.Period)
	case w.Period.Years*12+w.Period.Months > 1200:
		return bad(key, "%s is longer than a hundred years, which must be a slip", w.Period)
	}
	if _, civil := w.Period.Clock(); !civil && (w.Period.Hours|w.Period.Minutes|w.Period.Seconds) != 0 {
		return bad(key, "%s mixes days with hours; write one of them", w.Period)
	}
	return text(key+".clause", w.Clause, maxName, true)
}

// checkCeilings: every standing of a member has one, and whoever stands worse is
// shared no more with.
func (t *Terms) checkCeilings() error {
	order := []Standing{Active, Warned, Suspended, Left, Invited}
	if len(t.Ceilings) != len(order) {
		return bad("terms.ceilings", "name one for each of active, warned, suspended, left and invited")
	}
	for i, s := range order {
		c, ok := t.Ceilings[s]
		switch {
		case !ok:
			return bad("terms.ceilings", "%q is missing", string(s))
		case c.TLP != "" && !slices.Contains(tlps, c.TLP):
			return bad("terms.ceilings."+string(s), "%q is not a label of TLP 2.0, or empty for nothing", c.TLP)
		case i > 0 && slices.Index(tlps, c.TLP) > slices.Index(tlps, t.Ceilings[order[i-1]].TLP):
			return bad("terms.ceilings."+string(s), "more is shared than with who is %s", string(order[i-1]))
		}
		if err := text("terms.ceilings."+string(s)+".clause", c.Clause, maxName, true); err != nil {
			return err
		}
	}
	return nil
}

func (t *Terms) checkSecond() error {
	for _, k := range slices.Sorted(maps.Keys(t.SecondPerson)) {
		if actors[k] != byAuthority {
			return bad("terms.second-person", "%q is not an act of the authority on a member", string(k))
		}
		if err := text("terms.second-person."+string(k), t.SecondPerson[k], maxName, true); err != nil {
			return err
		}
	}
	return nil
}

func grades(key string, list []Grade) error {
	if len(list) > maxEntries {
		return bad(key, "holds more than %d entries", maxEntries)
	}
	for i, g := range list {
		switch {
		case g.ID == "" || len(g.ID) > maxID || !plainID(g.ID):
			return bad(key, "an entry needs an id of at most %d bytes without blanks", maxID)
		case slices.ContainsFunc(list[:i], func(o Grade) bool { return o.ID == g.ID }):
			return bad(key, "%q stands twice", g.ID)
		case g.Title["en"] == "":
			return bad(key+"."+g.ID, "needs a title in English at least")
		}
		for _, lang := range slices.Sorted(maps.Keys(g.Title)) {
			if err := text(key+"."+g.ID+".title", g.Title[lang], maxName, true); err != nil || !slices.Contains(languages, lang) {
				return first(err, bad(key+"."+g.ID+".title", "%q is not en, zh, fr or de", lang))
			}
		}
		if err := text(key+"."+g.ID+".clause", g.Clause, maxName, true); err != nil {
			return err
		}
	}
	return nil
}
