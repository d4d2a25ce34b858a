package partner

import "time"

// Standing is where an organisation stands with the platform.
type Standing string

// The standings (architecture, "Names").
const (
	Invited   Standing = "invited"
	Active    Standing = "active"
	Warned    Standing = "warned"
	Suspended Standing = "suspended"
	Left      Standing = "left"
)

// Kind is what an organisation is.
type Kind string

// The kinds of organisations.
const (
	Group     Kind = "group"        // holds legal entities together
	Entity    Kind = "legal-entity" // a company, an agency
	Unit      Kind = "unit"         // a part of a legal entity
	Project   Kind = "project"      // an open-source project without a legal form
	Authority Kind = "authority"    // a ministry, a regulator, a national CSIRT
)

// Role is what a person may be in an organisation or, where Platform says so,
// on the whole platform.
type Role string

// The roles. Administrator and Coordinator are of the platform: they see only
// the cases that they are on.
const (
	Administrator Role = "administrator" // people, organisations, settings; no case by itself
	Coordinator   Role = "coordinator"   // opens and runs cases
	Responder     Role = "responder"     // acts for the organisation: PSIRT, security team, maintainer, desk
	Counsel       Role = "counsel"       // reads what the organisation may read, relies on dates, acts on nothing
	Observer      Role = "observer"      // reads, does nothing
)

// Platform tells whether the role holds on the whole platform.
func (r Role) Platform() bool { return r == Administrator || r == Coordinator }

// Org is an organisation.
type Org struct {
	ID       string   `json:"id"` // random
	Name     string   `json:"name"`
	Kind     Kind     `json:"kind"`
	PartOf   string   `json:"part-of,omitempty"` // id of the group or entity that it belongs to
	Country  string   `json:"country,omitempty"` // ISO 3166-1 alpha-2 of the seat; HK, MO, TW stand apart from CN
	Is       []string `json:"is,omitempty"`      // entries of the directory of authorities
	Standing Standing `json:"standing"`
	Note     string   `json:"note,omitempty"`

	// On is where it stands on each sharing platform that it joined, by the id of
	// the platform. It follows from the partnership files and is set by nobody.
	On map[string]Stands `json:"on,omitempty"`
}

// Stands is where an organisation stands on a platform from which instant on, in
// the order of the instants: a decision that takes effect on a later day needs
// nobody to be awake on that day.
type Stands []Stand

// Stand is one standing, from an instant on.
type Stand struct {
	From     time.Time `json:"from"`
	Standing Standing  `json:"standing"`
}

// At is the standing at an instant: before the first, invited.
func (s Stands) At(at time.Time) Standing {
	out := Invited
	for _, x := range s {
		if x.From.After(at) {
			break
		}
		out = x.Standing
	}
	return out
}

// Membership is a person's place in an organisation.
type Membership struct {
	Org   string `json:"org"`
	Roles []Role `json:"roles"` // of the organisation
}

// Deputy may act for a person until a day.
type Deputy struct {
	Person string    `json:"person"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"` // exclusive
}

// Person is somebody who can sign in.
type Person struct {
	ID       string       `json:"id"` // random
	Name     string       `json:"name"`
	Login    string       `json:"login"` // an e-mail address or a name, unique without regard to case
	Platform []Role       `json:"platform,omitempty"`
	Member   []Membership `json:"member,omitempty"`
	Place    string       `json:"place,omitempty"` // country where the person works
	Zone     string       `json:"zone,omitempty"`  // IANA name; "" is the browser's
	Lang     string       `json:"lang,omitempty"`  // en, zh, fr, de; "" is the browser's
	Theme    string       `json:"theme,omitempty"` // light, dark; "" is the system's
	Deputies []Deputy     `json:"deputies,omitempty"`
	Disabled bool         `json:"disabled,omitempty"`
}
