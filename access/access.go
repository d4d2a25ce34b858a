package access

import (
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
	Broken bool     `json:"broken-glass,omitempty"`
	By     string   `json:"by"`
	At     string   `json:"at"` // RFC 3339
}

// Bar is a prohibition on sharing abroad that is in force in the case (of the
// plan, state in-force).
type Bar struct {
	Party    string // whom it binds
	Rule     string
	Order    string   // legal order: a country or EU
	Allowed  []string // parties that may be told nevertheless
	Citation string
	Since    string
}

// Matter is what the table needs to know of a case.
type Matter struct {
	TLP       string
	Embargo   bool              // an embargo is in force
	Consented map[string]bool   // parties that accepted it
	PartOf    map[string]string // party → the party that it is part of
	Seats     []Seat            // all of the case
	Bars      []Bar
}

// Viewpoint is how much of a case is seen.
type Viewpoint struct {
	All     bool
	Own     bool     // only what the parties did themselves and owe
	Parties []string // sorted; whose side is seen, where All is false
}

// Decision is the table's answer. The zero value is a refusal.
type Decision struct {
	Allowed  bool
	View     Viewpoint
	Kind     fault.Kind // of a refusal: not found, forbidden, suspended
	Code     string     // reason, words in webui's catalogues under access.CODE
	Citation string     // clause of the prohibition that refuses
	Needs    []string   // "step-up", "second-person": what would make it allowed
}
