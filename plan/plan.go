package plan

import (
	"time"

	"tocsin/calendar"
	"tocsin/rulebook"
)

// Options say from where the case is looked at.
type Options struct {
	At        time.Time // "now"; an event counts if its earliest possible instant is not after it
	AsKnownAt time.Time // only what had been recorded by then; zero = everything
	Party     string    // only this party; "" = all

	// Trace, if set, is told the outcome of every condition, for the linter.
	Trace func(c *rulebook.Condition, ok bool)

	effort int // what the plan may cost, 0 = maxEffort; smaller in tests
}

// Plan is what For computes. The JSON form is fixed by docs/plan.md.
type Plan struct {
	Case         string        `json:"case"`
	Title        string        `json:"title,omitempty"`
	Record       string        `json:"record"`
	At           Instant       `json:"at"`
	AsKnownAt    *Instant      `json:"as_known_at,omitempty"`
	Basis        Basis         `json:"basis"`
	Duties       []*Duty       `json:"duties"`
	Prohibitions []*Prohibited `json:"prohibitions"`
	Conflicts    []*Conflict   `json:"conflicts"`
	Standing     []*Standing   `json:"standing_duties"`
	Order        [][]string    `json:"order"`
	Warnings     []Reason      `json:"warnings"`
	Difference   *Difference   `json:"difference,omitempty"`
}

// Basis names everything that a plan depends on besides the case.
type Basis struct {
	Rulebook string `json:"rulebook"`
	Engine   string `json:"engine"`
	TZData   string `json:"tzdata"`
	Holidays string `json:"holidays"`
}

// Engine is the version of the computation, raised when a plan can change.
const Engine = "1"

// Instant is a time printed in the zone that governs it. An end of day is the
// exclusive bound.
type Instant struct{ time.Time }

// MarshalJSON writes RFC 3339.
func (t Instant) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.Format(time.RFC3339Nano) + `"`), nil
}

func instant(t time.Time, loc *time.Location) *Instant {
	if t.IsZero() {
		return nil
	}
	if loc != nil {
		t = t.In(loc)
	}
	return &Instant{t}
}

// State of a duty or of one reading (contract section 2, "States").
type State string

// The states.
const (
	Awaiting     State = "awaiting-anchor"
	Open         State = "open"
	Running      State = "running"
	NoRecord     State = "no-record"
	Missed       State = "missed"
	Met          State = "met"
	MetLate      State = "met-late"
	MetOrLate    State = "met-or-late"
	Disputed     State = "disputed"
	NotScheduled State = "not-scheduled"
	Displaced    State = "displaced"
	Waived       State = "waived"
)

// Anchor is the instant that a clock runs from; a nil end is open.
type Anchor struct {
	Events   []string `json:"events"`
	Earliest *Instant `json:"earliest"`
	Latest   *Instant `json:"latest"`
}

// Reading is one way of counting the deadline.
type Reading struct {
	Calc        string   `json:"calc"`
	Basis       string   `json:"basis"`
	Variant     string   `json:"variant"`
	DueEarliest *Instant `json:"due_earliest"`
	DueLatest   *Instant `json:"due_latest"`
	State       State    `json:"state"`
	LateBy      *string  `json:"late_by"`
	Provisional bool     `json:"provisional"`
	Note        string   `json:"note"`
	Steps       []Reason `json:"steps,omitempty"` // the arithmetic, line by line

	exclusive bool // the bound is an end of day: being there at the bound is too late
	period    string
	zone      string
	zoned     bool
}

// Heard tells that somebody else told the recipient.
type Heard struct {
	Event    string   `json:"event"`
	By       string   `json:"by"`
	Earliest *Instant `json:"earliest"`
	Latest   *Instant `json:"latest"`
}

// Alternative is the outcome if one set of competing claims is true.
type Alternative struct {
	Given  []string `json:"given"`
	State  State    `json:"state"`
	MetBy  *string  `json:"met_by"`
	LateBy *string  `json:"late_by"`
}

// Duty is one thing that one party owes about one product or incident.
type Duty struct {
	ID            string            `json:"id"`
	Rule          string            `json:"rule"`
	Stage         string            `json:"stage"`
	Title         string            `json:"title"`
	Obliged       string            `json:"obliged"`
	Of            string            `json:"of"`
	Incident      string            `json:"incident,omitempty"`
	To            []string          `json:"to"`
	Duty          string            `json:"duty"`
	Modality      string            `json:"modality"`
	Ground        string            `json:"ground"`
	Status        string            `json:"status"`
	Certainty     string            `json:"certainty,omitempty"` // may: whether the rule reaches the party is open
	Informational bool              `json:"informational,omitempty"`
	Assumes       []string          `json:"assumes"`
	Anchor        *Anchor           `json:"anchor"`
	Readings      []*Reading        `json:"readings"`
	Due           *Instant          `json:"due"`
	ActBy         *Instant          `json:"act_by"`
	Pace          string            `json:"pace"`
	PastDue       bool              `json:"past_due"`
	State         State             `json:"state"`
	MetBy         *string           `json:"met_by"`
	MetAt         *Instant          `json:"met_at"`
	LateBy        *string           `json:"late_by"`
	Heard         *Heard            `json:"recipient_heard"`
	Alternatives  []Alternative     `json:"alternatives"`
	Contents      []string          `json:"contents"`
	Because       []Reason          `json:"because"`
	DisplacedBy   *string           `json:"displaced_by"`
	Citation      string            `json:"citation"`
	Operative     string            `json:"operative,omitempty"`
	Official      string            `json:"official,omitempty"`
	Verified      rulebook.Verified `json:"verified"`
	Reviewed      *rulebook.Review  `json:"reviewed"`

	rule  *rulebook.Rule
	stage *rulebook.Stage
}

// RuleRecord gives the rule that the duty comes from.
func (d *Duty) RuleRecord() *rulebook.Rule { return d.rule }

// StageRecord gives the stage of the rule.
func (d *Duty) StageRecord() *rulebook.Stage { return d.stage }

// Done tells that nothing more is to do under this duty.
func (d *Duty) Done() bool {
	switch d.State {
	case Met, MetLate, MetOrLate, NotScheduled, Displaced, Waived:
		return true
	}
	return false
}

// Window is a span inside which alone a prohibition holds.
type Window struct {
	From *Instant `json:"from"`
	To   *Instant `json:"to"`
	Name string   `json:"name,omitempty"`
}

// Prohibited is one act that one party must not do for now.
type Prohibited struct {
	Rule       string            `json:"rule"`
	Title      string            `json:"title"`
	Party      string            `json:"party"`
	Of         string            `json:"of"`
	Act        string            `json:"act"`
	Audience   string            `json:"audience"`
	Allowed    []string          `json:"allowed"`
	Certainty  string            `json:"certainty"`
	State      string            `json:"state"` // in-force, released, breached, awaiting-anchor
	Since      *Anchor           `json:"since"`
	ReleasedBy *string           `json:"released_by"`
	ReleasedAt *Instant          `json:"released_at"`
	BreachedBy *string           `json:"breached_by"`
	Window     *Window           `json:"window"`
	Assumes    []string          `json:"assumes"`
	Because    []Reason          `json:"because"`
	Citation   string            `json:"citation"`
	Operative  string            `json:"operative,omitempty"`
	Official   string            `json:"official,omitempty"`
	Verified   rulebook.Verified `json:"verified"`
	Reviewed   *rulebook.Review  `json:"reviewed"`

	rule       *rulebook.Rule
	start, end calendar.Span // end is zero while nothing releases it
}

// RuleRecord gives the rule that the prohibition comes from.
func (d *Prohibited) RuleRecord() *rulebook.Rule { return d.rule }

// Conflict is two rules that pull one party apart over the same facts.
type Conflict struct {
	Between   []string `json:"between"`
	Party     string   `json:"party"`
	Of        string   `json:"of,omitempty"`
	Certainty string   `json:"certainty"` // does, may
	Assumes   []string `json:"assumes"`
	Because   []Reason `json:"because"`
}

// Standing is a rule that asks something at all times, outside any clock.
type Standing struct {
	Rule      string   `json:"rule"`
	Title     string   `json:"title"`
	Class     string   `json:"class"`
	Party     string   `json:"party"`
	KeepUntil *Instant `json:"keep_until"`
	Assumes   []string `json:"assumes"`
	Citation  string   `json:"citation"`

	rule *rulebook.Rule
}

// Difference is what a hypothetical event or an assumption changes.
type Difference struct {
	Added   []Change `json:"added"`
	Removed []Change `json:"removed"`
	Changed []Change `json:"changed"`
}

// Change is one line of a difference.
type Change struct {
	ID     string         `json:"id"`
	Before map[string]any `json:"before,omitempty"`
	After  map[string]any `json:"after,omitempty"`
}
