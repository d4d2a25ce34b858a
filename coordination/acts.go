package coordination

import (
	"time"

	"tocsin/access"
	"tocsin/plan"
)

// SeatAsked is a seat to be given.
type SeatAsked struct {
	Org, Person string
	Role        access.SeatRole
	Party       string
	Platform    string // sharing platform that gives it; "" is the one that the case's owner runs
	Apart       bool   // given by no platform: where the organisation stands on one does not touch it; for Circles alone
	Despite     string // why it is given although a prohibition on sharing abroad speaks against it
}

// SeatPreview tells what a seat would change before it is given.
type SeatPreview struct {
	Sees     access.Viewpoint
	People   int               // of the organisation, as far as they are known
	Refused  []access.Decision // for each of them who could not see it, why
	Barred   []access.Bar      // prohibitions that speak against it
	Obliges  *plan.Difference  // duties that follow if the party is told
	Warnings []string
}

// Approval is an act that waits for a second person.
type Approval struct {
	ID      string            `json:"id"`
	Act     access.Act        `json:"act"`
	Case    string            `json:"case,omitempty"`
	Args    map[string]string `json:"args"` // what exactly; it cannot change
	By      string            `json:"by"`
	Asked   time.Time         `json:"asked"`
	Expires time.Time         `json:"expires"`
	State   string            `json:"state"` // asked, approved (an export that waits to be fetched), done, declined, expired
	With    string            `json:"with,omitempty"`
	Decided *time.Time        `json:"decided,omitempty"`
	Reason  string            `json:"reason,omitempty"`
}

// EraseAsked says what is to be forgotten, and on which ground.
type EraseAsked struct {
	Event  string // or case, products.ID, parties.ID, sources.ID, windows.ID
	Fields []string
	Person string // id of a party, instead of Event
	Ground string // with a citation
}

// DutyPage is everything about one date, for somebody who relies on it.
type DutyPage struct {
	*Planned
	Duty   *plan.Duty
	Facts  []Fact        // that it rests on
	Open   []plan.Reason // what is undecided
	Relied []Snapshot    // the reader's own and those of the organisation
}

// Fact is an event that a date rests on, with how good its source is.
type Fact struct {
	Event   string
	Index   int64  // leaf in the log, -1 if the case is not kept
	Quality string // own-record, primary, press, anonymous, claim, assumed, none
	Bearing string // anchor, met-by, heard, assumes
}

// Snapshot is a date that somebody relied on, with what lay beneath it.
type Snapshot struct {
	ID       string            `json:"id"`
	Case     string            `json:"case"`
	Duty     string            `json:"duty"`
	By       string            `json:"by"`
	Org      string            `json:"org,omitempty"`
	Taken    time.Time         `json:"taken"`
	Note     string            `json:"note,omitempty"`
	Due      *time.Time        `json:"due,omitempty"`
	State    string            `json:"state"`
	Beneath  map[string]string `json:"beneath"` // facts, rule, holidays, zones, engine → hash
	Plan     []byte            `json:"plan"`    // the duty as JSON
	Override *Override         `json:"override,omitempty"`
	Changed  []string          `json:"changed,omitempty"` // of Beneath and due, against now
}

// Override is a date that a person sets beside the computed one, with a reason.
type Override struct {
	Due    time.Time `json:"due"`
	Reason string    `json:"reason"`
}
