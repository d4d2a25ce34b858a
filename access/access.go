package access

import (
	"slices"

	"tocsin/calendar"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Act is something that a reader wants to do. The list is closed (table.go).
type Act string

// The acts. What is not said to be of the platform is done to a case.
const (
	See      Act = "see"      // know that the case is there; read its plan, picture and record
	Add      Act = "add"      // add an event, own or claimed
	Adopt    Act = "adopt"    // adopt another's claim about the own party
	Describe Act = "describe" // add or correct products, parties, sources, windows, the header
	Invite   Act = "invite"   // give or take seats
	Export   Act = "export"   // take the whole case file away
	Prove    Act = "prove"    // get a receipt
	Rely     Act = "rely"     // keep a reliance snapshot
	Erase    Act = "erase"    // forget fields of an entry
	Close    Act = "close"    // retired cases leave the desk

	Open       Act = "open"       // platform: open or import a case
	Administer Act = "administer" // platform: people, organisations, settings
	Approve    Act = "approve"    // platform: be the second person
	BreakGlass Act = "break-glass"
)

// Acting is one organisation that a reader acts for.
type Acting struct {
	Org      string           `json:"org"`
	Group    []string         `json:"group,omitempty"` // the organisations above it, nearest first
	Country  string           `json:"country"`         // of the legal entity
	Standing partner.Standing `json:"standing"`        // the worst of it and of those above it
	Roles    []partner.Role   `json:"roles"`

	// On is where the organisation stands on each sharing platform that it, or one
	// above it, joined: the worst of them, by the id of the platform.
	On map[string]partner.Standing `json:"on,omitempty"`

	For string `json:"for,omitempty"` // person whose deputy the reader is here; "" is the reader's own
}

// Reader is who asks.
type Reader struct {
	Person   string         // id; "" is a stranger
	Name     string         // for what people see, never for decisions
	Platform []partner.Role // administrator, coordinator
	Acting   []Acting
	Place    string   // country where the person works
	Scopes   []string // of an API token: names of acts; nil is no limit
	Fresh    bool     // stepped up a short while ago
	Session  string   // public handle of the session or token, for the record of reads
	Lang     string
	Zone     string
}

// SeatRole is what somebody is on one case.
type SeatRole string

// The roles on a case.
const (
	Owner       SeatRole = "owner"       // runs the case; sees all of it
	Coordinates SeatRole = "coordinator" // helps to run it; sees all of it
	PartySeat   SeatRole = "party"       // is a party of it; sees its own side and what is known to all
	Observes    SeatRole = "observer"    // sees all of it, acts on nothing
)

// Seat gives an organisation or a person a place on a case.
type Seat struct {
	ID     string   `json:"id"` // random
	Case   string   `json:"case"`
	Org    string   `json:"org,omitempty"`    // either an organisation
	Person string   `json:"person,omitempty"` // or a person; both: that person alone of the organisation
	Role   SeatRole `json:"role"`
	Party  string   `json:"party,omitempty"` // id in the case file, of a party seat

	// Platform is the sharing platform through which the organisation came to the
	// case: where it stands there holds for the seat. "" is none.
	Platform string `json:"platform,omitempty"`

	// Country is that of the legal entity of the organisation, when it was given
	// the seat: a prohibition on sharing abroad of that country binds whoever sits
	// there for no party.
	Country string `json:"country,omitempty"`

	Broken bool   `json:"broken-glass,omitempty"`
	By     string `json:"by"`
	At     string `json:"at"` // RFC 3339
}

// Bar is a prohibition on sharing abroad that is in force in the case (of the
// plan, state in-force).
type Bar struct {
	Party    string // whom it binds
	Rule     string
	Order    string   // legal order: a country or EU
	Allowed  []string // parties that may be told nevertheless
	Citation string
	Since    string // RFC 3339, "" if not known
	May      bool   // whether it binds the party is open
}

// Matter is what the table needs to know of a case (MatterOf). The zero Matter
// is a case that is not there.
type Matter struct {
	TLP       string
	Embargo   bool              // an embargo is in force
	Consented map[string]bool   // parties that accepted it
	PartOf    map[string]string // party → the party that it is part of
	Seats     []Seat            // all of the case, or those that can be the reader's
	Bars      []Bar
	Blind     bool          // bars could not be looked for: whoever sits for a party is refused, and whoever is abroad
	On        calendar.Date // the day on which membership of the Union is looked up

	// Orgs tells about organisations that have a seat. It lets the people of the
	// organisations above them in at AMBER; without it those below alone.
	Orgs map[string]SeatOrg
}

// SeatOrg is what the table needs to know of an organisation that has a seat.
type SeatOrg struct {
	Above    []string         // the organisations that it is part of, nearest first
	Standing partner.Standing // the worst of it and of those above it
}

// Viewpoint is how much of a case is seen; the zero value sees nothing.
type Viewpoint struct {
	All     bool
	Own     bool     // of all Parties only what they did themselves and owe
	Parties []string // sorted; whose side is seen, where All is false
	Limited []string // sorted; of Parties, those for which Own holds though it does not for all
	Embargo bool     // the embargo's own events are seen although it is not accepted
}

// What would make a refused act allowed.
const (
	StepUp       = "step-up"       // prove again who you are
	SecondPerson = "second-person" // another person's approval
)

// Decision is the table's answer. The zero value is a refusal.
type Decision struct {
	Allowed  bool
	View     Viewpoint
	Kind     fault.Kind // of a refusal: not found, forbidden, suspended
	Code     string     // reason of a refusal, or why an allowed view is narrow; words in webui's catalogues under access.CODE
	Rule     string     // the prohibition that refuses
	Citation string     // its clause
	Needs    []string   // StepUp, SecondPerson: what would make it allowed
}

// Lacks tells that the act is refused for nothing but want of these.
func (d Decision) Lacks(needs ...string) bool {
	return !d.Allowed && len(d.Needs) > 0 && !slices.ContainsFunc(d.Needs, func(n string) bool { return !slices.Contains(needs, n) })
}
