package tasking

import (
	"time"

	"tocsin/calendar"
	"tocsin/directive"
)

// Status is what a directive on the platform is.
type Status string

// The statuses.
const (
	Drafted Status = "draft"  // the authority's alone to see
	Issued  Status = "issued" // never changes from then on
	Ended   Status = "ended"  // closed, or superseded as a whole
)

// Side is on which side of a directive a reader stands.
type Side string

// The sides. Whoever is on both sees what the authority sees, and decides nothing
// about an organisation of their own.
const (
	OfAuthority Side = "authority"
	OfMember    Side = "member"
	OfBoth      Side = "both"
)

// Proof is where the log has a commitment: a note whose body says this hash.
type Proof struct {
	Hash  string `json:"hash"` // SHA-256, in hex
	Epoch int    `json:"epoch"`
	Index int64  `json:"index"`
}

// Edition is one version of the document: each saved draft, and what was issued.
type Edition struct {
	N      int       `json:"n"`
	At     time.Time `json:"at"`
	By     string    `json:"by"` // person; "" to a member
	Issued bool      `json:"issued,omitempty"`
	Proof  Proof     `json:"proof"`
	Once   string    `json:"once,omitempty"` // the key under which it was asked for, with the person; never shown
}

// Row is a directive in a list, as one reader sees it.
type Row struct {
	ID       string         // random; "directive" in the document is the authority's own id
	Platform string         // sharing platform
	Doc      string         // the document's own id
	Number   string         // as the authority cites it
	Issuer   string         // name of who issued it, as the document says
	Title    directive.Text // nil while Withheld
	TLP      string         // AMBER if the document says nothing
	Status   Status
	Side     Side
	Changed  time.Time      // the last edition; once issued, the last act that the reader sees
	Issued   time.Time      // zero while a draft
	End      *directive.End // how it ended
	Withheld bool           // the words lie above the ceiling of where the reader's organisation stands

	Waits int              // lines of Waiting that this directive has for the reader
	Due   *calendar.Span   // the next limit in force: of the reader's own steps that are open, of all for the authority
	Past  int              // of these steps, those whose limit in force is over
	Count map[string]int   // for the authority alone: members, open, acknowledged, undecided
	Own   []string         // for a member: its organisations that the directive reaches or may reach
	May   []directive.Kind // kinds of acts that the reader could do by who they are; directive.Check decides on each
}

// View is a directive with what came of it, as one reader sees it at an instant.
type View struct {
	Row
	At      time.Time // of State
	Version int       // grows with all that the reader sees: give it back with an act, so that one made on old knowledge is refused

	// Directive is the document: for a member without any other member. It is nil
	// while Withheld, and of a draft that could not be issued as it is (Refused).
	Directive *directive.Directive
	Refused   string // of a draft: what speaks against issuing it now
	Written   []byte // of a draft: the text as it was given, to go on with

	// State is the directive at At; nil of a draft and while Withheld. A member's
	// holds its own cells, exceptions and reminders, and no figures.
	State *directive.State

	// Duties are the cells of the reader's own organisations with the kind of each
	// step: all that is told of the steps while Withheld. Steps that are not asked
	// of them are left out.
	Duties []Duty

	Acts      []Kept    // that the reader sees, in order of record
	Editions  []Edition // for the authority all; for a member the one that was issued
	Sealed    []byte    // the newest edition byte by byte, as Proof commits to it; nil where it names other members, and while Withheld
	Successor string    // id of the directive on the platform that goes on, if the reader may see it
}

// Duty is what is asked of one organisation by one step, and where it stands.
type Duty struct {
	directive.Cell
	Kind     string    // of the step: patch, mitigate, …
	Reminded time.Time // the last reminder that is on record; zero: none
}

// Kept is an act on record.
type Kept struct {
	directive.Act           // while Withheld, of the authority's without its words
	N             int       // its place among those that the reader sees, from 1
	Recorded      time.Time // when it was put on record
	Person        string    // who did it; "" to the other side, and "sweep" for a reminder that fell due
	Proof         Proof
	Sealed        []byte // byte by byte as Proof commits to it; nil where it names others, and while Withheld
}

// What says what waits for somebody.
type What string

// What waits for a member, and then for an authority.
const (
	Acknowledge What = "acknowledge" // the member has not been heard of
	ToDo        What = "to-do"       // a step is asked and not reported done
	Mend        What = "mend"        // a completion came back

	Exception What = "exception" // asked for and not decided
	Accept    What = "accept"    // a completion to accept or to return
	Scope     What = "scope"     // nobody has decided whether it reaches the member
	PastDue   What = "past-due"  // the limit in force is over, and no report of completion is here
	ToIssue   What = "to-issue"  // a draft
)

// Wait is one thing that waits for a reader.
type Wait struct {
	What      What
	Directive string // id
	Platform  string
	Number    string
	Title     directive.Text // nil while withheld
	Step      string         // of Acknowledge and ToIssue ""
	StepTitle directive.Text // nil while withheld
	Kind      string         // of the step
	Modality  string
	Member    string         // organisation that it is about
	Name      string         // its name
	Act       string         // the completion, the plea, the return
	Due       *calendar.Span // the limit in force
	Past      bool           // which is over
	Since     time.Time      // when it began to wait
	Reminded  time.Time      // the last reminder on record
}

// Filter narrows a list.
type Filter struct {
	Platform string
	Status   Status // "" is all that the reader sees
}

// Reminder is the line that a reminder leaves with a member.
type Reminder struct {
	Directive string // id
	Platform  string
	Number    string
	Title     directive.Text // nil while withheld
	Act       string
	At        time.Time
	Step      string
	Members   []string // the reader's own that it is for
}
