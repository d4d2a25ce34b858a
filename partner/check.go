package partner

import (
	"slices"
	"strings"
	"unicode"

	"tocsin/calendar"
	"tocsin/internal/fault"
)

// The bounds of what people write; a name is repeated on every page that shows it.
const (
	maxID      = 200
	maxName    = 200
	maxNote    = 4000
	maxEntries = 50
	maxStands  = 200
)

var (
	standings = []Standing{Invited, Active, Warned, Suspended, Left}
	kinds     = []Kind{Group, Entity, Unit, Project, Authority}
	platform  = []Role{Administrator, Coordinator}
	roles     = []Role{Responder, Counsel, Observer}
	languages = []string{"en", "zh", "fr", "de"}
	themes    = []string{"light", "dark"}
)

// Standings lists the standings, from the one that is shared most with to the
// one that is shared least with.
func Standings() []Standing { return []Standing{Active, Warned, Suspended, Left, Invited} }

// Kinds lists what an organisation can be.
func Kinds() []Kind { return slices.Clone(kinds) }

// Roles lists the roles that a person may have in an organisation.
func Roles() []Role { return slices.Clone(roles) }

// PlatformRoles lists the roles that hold on the whole platform.
func PlatformRoles() []Role { return slices.Clone(platform) }

// Languages lists the languages that the platform speaks.
func Languages() []string { return slices.Clone(languages) }

// Check refuses an organisation that could not be kept: what is missing, too
// long, or not in a closed list. Errors are fault.Invalid and name the key.
// Whether what it is part of exists, and that this goes round in no circle, is
// Above's to tell.
func (o *Org) Check() error {
	switch {
	case o.ID == "" || len(o.ID) > maxID:
		return bad("id", "an organisation needs an id of at most %d bytes", maxID)
	case !slices.Contains(kinds, o.Kind):
		return bad("kind", "%q is not group, legal-entity, unit, project or authority", o.Kind)
	case !slices.Contains(standings, o.Standing):
		return bad("standing", "%q is not invited, active, warned, suspended or left", o.Standing)
	case o.PartOf == o.ID:
		return bad("part-of", "an organisation cannot be part of itself")
	case o.PartOf != "" && o.Kind == Group:
		return bad("part-of", "a group is part of nothing; what belongs to a group is a legal entity or a unit")
	case o.PartOf == "" && o.Kind == Unit:
		return bad("part-of", "a unit needs the organisation that it is part of")
	case o.Country == "" && (o.Kind == Entity || o.Kind == Authority):
		return bad("country", "is missing: the country or region says which legal order binds the people of a legal entity or an authority")
	case o.Country != "" && !Country(o.Country):
		return bad("country", "%q is not a country or region of ISO 3166-1 (two capital letters; HK, MO and TW stand apart from CN)", o.Country)
	case len(o.Is) > maxEntries:
		return bad("is", "holds more than %d entries", maxEntries)
	case len(o.On) > maxEntries:
		return bad("on", "holds more than %d platforms", maxEntries)
	}
	for platform, stands := range o.On {
		if platform == "" || len(platform) > maxID || len(stands) > maxStands {
			return bad("on", "a platform has an id of at most %d bytes, and at most %d standings follow one another there", maxID, maxStands)
		}
		for i, s := range stands {
			if !slices.Contains(standings, s.Standing) || i > 0 && s.From.Before(stands[i-1].From) {
				return bad("on", "%q is not invited, active, warned, suspended or left, or stands before what it follows", s.Standing)
			}
		}
	}
	for _, id := range o.Is {
		if id == "" || len(id) > maxID || strings.ContainsFunc(id, unicode.IsSpace) {
			return bad("is", "%q is not an entry of the directory of authorities", id)
		}
	}
	if err := text("name", o.Name, maxName, true); err != nil {
		return err
	}
	return text("note", o.Note, maxNote, false)
}

// Check refuses a person that could not be kept, as Org.Check does.
func (p *Person) Check() error {
	switch {
	case p.ID == "" || len(p.ID) > maxID:
		return bad("id", "a person needs an id of at most %d bytes", maxID)
	case p.Place != "" && !Country(p.Place):
		return bad("place", "%q is not a country or region of ISO 3166-1 (two capital letters; HK, MO and TW stand apart from CN)", p.Place)
	case p.Lang != "" && !slices.Contains(languages, p.Lang):
		return bad("lang", "%q is not en, zh, fr or de", p.Lang)
	case p.Theme != "" && !slices.Contains(themes, p.Theme):
		return bad("theme", "%q is not light or dark", p.Theme)
	case len(p.Member) > maxEntries:
		return bad("member", "holds more than %d organisations", maxEntries)
	case len(p.Deputies) > maxEntries:
		return bad("deputies", "holds more than %d deputies", maxEntries)
	}
	if err := first(text("name", p.Name, maxName, true), text("login", p.Login, maxName, true), login(p.Login), zone(p.Zone), p.checkRoles()); err != nil {
		return err
	}
	for _, d := range p.Deputies {
		switch {
		case d.Person == "" || len(d.Person) > maxID:
			return bad("deputies.person", "a deputy is a person of the platform")
		case d.Person == p.ID:
			return bad("deputies.person", "nobody is their own deputy")
		case d.From.IsZero() || d.Until.IsZero() || !d.From.Before(d.Until):
			return bad("deputies.until", "a deputy needs a first day and a later day on which it ends")
		}
	}
	return nil
}

// checkRoles keeps the roles of the platform and those of organisations apart: a
// coordinator of the platform is not one by belonging to somebody.
func (p *Person) checkRoles() error {
	for i, r := range p.Platform {
		switch {
		case !r.Platform():
			return bad("platform", "%q is not a role of the platform; administrator and coordinator are", r)
		case slices.Contains(p.Platform[:i], r):
			return bad("platform", "%q stands twice", r)
		}
	}
	for i, m := range p.Member {
		switch {
		case m.Org == "" || len(m.Org) > maxID:
			return bad("member.org", "a membership needs its organisation")
		case slices.ContainsFunc(p.Member[:i], func(o Membership) bool { return o.Org == m.Org }):
			return bad("member.org", "%q stands twice; one membership holds all roles in an organisation", m.Org)
		case len(m.Roles) == 0:
			return bad("member.roles", "a membership needs a role: responder, counsel or observer")
		}
		for j, r := range m.Roles {
			switch {
			case r.Platform():
				return bad("member.roles", "%q is a role of the platform, not of an organisation", r)
			case !slices.Contains(roles, r):
				return bad("member.roles", "%q is not responder, counsel or observer", r)
			case slices.Contains(m.Roles[:j], r):
				return bad("member.roles", "%q stands twice", r)
			}
		}
	}
	return nil
}

// login refuses what two people could read as the same name, or what no field of
// a form could hold.
func login(s string) error {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return bad("login", "a login name holds no blanks and nothing that cannot be seen")
	}
	return nil
}

// zone takes an IANA name, or nothing: an offset is no zone that somebody lives in.
func zone(s string) error {
	if s == "" {
		return nil
	}
	if _, err := calendar.Zone(s); err != nil || s[0] == '+' || s[0] == '-' {
		return bad("zone", "%q is not an IANA time zone such as Europe/Berlin", s)
	}
	return nil
}

// text refuses what is longer than fits, what cannot be seen and what turns the
// direction of the text around it.
func text(key, s string, most int, needed bool) error {
	switch {
	case needed && strings.TrimSpace(s) == "":
		return bad(key, "is missing")
	case len(s) > most:
		return bad(key, "has %d bytes; at most %d fit", len(s), most)
	case strings.ContainsFunc(s, func(r rune) bool {
		return r == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && (needed || r != '\n' && r != '\t')
	}):
		return bad(key, "holds a character that cannot be seen or that turns the text around")
	}
	return nil
}

func bad(key, format string, args ...any) error { return fault.At("", 0, key, format, args...) }

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
