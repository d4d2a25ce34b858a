package directive

import (
	"time"

	"tocsin/calendar"
)

// Status is where a member stands with a step. It says what is on record, and
// never judges.
type Status string

// Every pair of a member and a step has exactly one of these.
const (
	NotAsked   Status = "not-asked"   // the scope does not reach the member
	Undecided  Status = "undecided"   // nobody has decided whether it does
	NotStarted Status = "not-started" // nothing reported that was done
	InProgress Status = "in-progress"
	Claimed    Status = "done-claimed"  // the member says so
	Done       Status = "done-accepted" // and the authority accepted it
	Excepted   Status = "excepted"      // until an instant
	Overdue    Status = "overdue"       // must, the limit is over, and the record kept here has no report of completion
	NoAnswer   Status = "no-answer"     // should or asked, the limit is over, and nothing was heard
	NoRecord   Status = "no-record"     // the sources say nothing, which shows nothing
	Over       Status = "ended"         // not done when the directive ended
)

// Statuses lists every status, in the order in which figures are shown.
func Statuses() []Status {
	return []Status{Done, Claimed, InProgress, NotStarted, Excepted, Overdue, NoAnswer, NoRecord, Over, Undecided, NotAsked}
}

// Cell is one member and one step at an instant.
type Cell struct {
	Member   string         `json:"member"`
	Step     string         `json:"step"`
	Status   Status         `json:"status"`
	Modality string         `json:"modality,omitempty"`  // the strictest by which it is asked
	Open     []string       `json:"open,omitempty"`      // lines of the scope that nobody has decided on
	Issued   *calendar.Span `json:"issued,omitempty"`    // the limit as issued, the last second within it
	Due      *calendar.Span `json:"due,omitempty"`       // the limit in force, after extensions and exceptions
	PastDue  bool           `json:"past-due,omitempty"`  // the limit in force is over and completion not reported
	AfterDue bool           `json:"after-due,omitempty"` // completion was reported after the limit in force then

	Acknowledged bool      `json:"acknowledged,omitempty"`
	Known        bool      `json:"known,omitempty"` // figures were given
	Done         int64     `json:"done"`
	Total        int64     `json:"total"`
	AsOf         time.Time `json:"as-of,omitzero"`
	Completed    time.Time `json:"completed,omitzero"` // when the completion that stands was reported

	Missing   []string   `json:"missing,omitempty"`   // evidence asked for and not given
	Exception *Exception `json:"exception,omitempty"` // the last one that was granted
	Plea      string     `json:"plea,omitempty"`      // the act that asks for an exception and is not decided
	Denied    []string   `json:"denied,omitempty"`    // acts on this cell that somebody denies
	Acts      []string   `json:"acts,omitempty"`      // the acts that it rests on
}

// Exception is one that was granted.
type Exception struct {
	Member   string        `json:"member"`
	Step     string        `json:"step"`
	Until    calendar.Span `json:"until"`
	Measures string        `json:"measures,omitempty"`
	By       string        `json:"by"`
	Act      string        `json:"act"`
	Asked    string        `json:"asked,omitempty"` // the act that asked for it
}

// End is how the directive, or a step of it, ended.
type End struct {
	Kind      Kind      `json:"kind"` // closed, superseded
	At        time.Time `json:"at"`
	Act       string    `json:"act"`
	Directive string    `json:"directive,omitempty"` // the one that goes on
}

// Point is a day of a burn-down: what was still open when the day ended, or at
// the instant of the state if that comes first.
type Point struct {
	Day     string `json:"day"` // YYYY-MM-DD in the directive's zone
	Members int    `json:"members"`
	Systems int64  `json:"systems"` // as far as reported
	Silent  int    `json:"silent"`  // open members that gave no figures
}

// Figures are the sums of one step.
type Figures struct {
	Step     string         `json:"step"`
	Counts   map[Status]int `json:"counts"`
	Asked    map[string]int `json:"asked"` // members by modality
	Done     int64          `json:"done"`
	Total    int64          `json:"total"`
	Silent   int            `json:"silent"` // asked members that gave no figures
	AfterDue int            `json:"after-due"`
	End      *End           `json:"end,omitempty"` // a later directive took the step over
	Burn     []Point        `json:"burn"`
}

// Reminder is a round of reminders: who is to be reminded of a step from when on.
type Reminder struct {
	Step    string    `json:"step"`
	At      time.Time `json:"at"`
	Due     time.Time `json:"due"` // the limit, on its strict reading
	Now     bool      `json:"now"` // its time has come and it is not on record
	Members []string  `json:"members"`
}

// State is a directive at an instant.
type State struct {
	Directive      string         `json:"directive"`
	At             time.Time      `json:"at"`
	Issued         bool           `json:"issued"` // it had been issued by then
	End            *End           `json:"end,omitempty"`
	Counts         map[Status]int `json:"counts"`                   // over all members times steps
	Members        int            `json:"members"`                  // of whom something is asked
	Open           int            `json:"open"`                     // of them, those with a step that is not reported done
	Unacknowledged []string       `json:"unacknowledged,omitempty"` // asked, and no act of theirs is on record
	Steps          []Figures      `json:"steps"`
	Cells          []Cell         `json:"cells,omitempty"`
	Reminders      []Reminder     `json:"reminders,omitempty"`
	Exceptions     []Exception    `json:"exceptions,omitempty"` // those that stand
	Burn           []Point        `json:"burn"`
}
