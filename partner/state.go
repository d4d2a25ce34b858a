package partner

import (
	"slices"
	"time"

	"tocsin/calendar"
)

// State is what a partnership file says at an instant about one member of a
// platform. Ids are those of events in the file. Ends (Until, Due) are exclusive
// bounds: the last day of "until 17 June" ends with 18 June, 00:00. A zero Span
// is a time that nobody stated.
type State struct {
	Authority string    `json:"authority"`
	Member    string    `json:"member"`
	Units     []string  `json:"units,omitempty"` // parties that lie below the member
	Platform  string    `json:"platform,omitempty"`
	At        time.Time `json:"at"`
	Kept      bool      `json:"kept"`                // the record can show that something was not done
	Related   bool      `json:"related,omitempty"`   // authority and member are of one group
	Ignored   []Ignored `json:"ignored,omitempty"`   // acts that stand in the file and do not count
	Otherwise []State   `json:"otherwise,omitempty"` // under other choices among acts of one hand that compete

	// Standing is where the member stands, of several that are possible the one
	// with which least is shared; "" before the first act.
	Standing Standing      `json:"standing"`
	Possible []Standing    `json:"possible"` // all that the record leaves open, the worst last
	Since    calendar.Span `json:"since"`    // when that began
	By       string        `json:"by,omitempty"`
	History  []Interval    `json:"history,omitempty"`

	Invitation *Invitation  `json:"invitation,omitempty"` // the last one; nil once it was taken up
	Agreement  *Joined      `json:"agreement,omitempty"`
	Suspension *Suspension  `json:"suspension,omitempty"` // decided on and not ended; see Effective
	Past       []Suspension `json:"past,omitempty"`
	Marks      []Mark       `json:"marks,omitempty"`
	Hearings   []Hearing    `json:"hearings,omitempty"`
	Reviews    []Review     `json:"reviews,omitempty"`
	Tasks      []Task       `json:"tasks,omitempty"`
	Decisions  []Decided    `json:"decisions,omitempty"`
	Appeals    []Appeal     `json:"appeals,omitempty"`
	Calls      []Call       `json:"calls,omitempty"`
	Contests   []Contest    `json:"contests,omitempty"`
	Statements []Statement  `json:"statements,omitempty"` // to the press; none of them is a hearing
	Conditions string       `json:"conditions,omitempty"` // of the reinstatement that holds
	Ended      string       `json:"ended,omitempty"`      // the act that ended the partnership

	last   calendar.Span // of the last partnership act that counts
	lastBy string
}

// Sure tells that the record leaves one standing open, and no other.
func (s *State) Sure() bool { return len(s.Possible) < 2 && len(s.Otherwise) == 0 }

// Ignored is a partnership act that does not count, and why: claim, denied,
// retired, other-hand, not-addressed, other-platform.
type Ignored struct {
	Event string `json:"event"`
	Code  string `json:"code"`
}

// Interval is a stretch of one standing; To is zero for the one that goes on.
// Each begins where the one before ends.
type Interval struct {
	Standing Standing      `json:"standing"`
	From     calendar.Span `json:"from"`
	To       calendar.Span `json:"to"`
	By       string        `json:"by"` // the act that began it
}

// Invitation is the authority's offer, and the member's signature under it.
type Invitation struct {
	Event  string `json:"event"`
	Hash   string `json:"hash,omitempty"`   // of the text that was offered, if it was named
	Signed string `json:"signed,omitempty"` // the member's act
	By     string `json:"by,omitempty"`     // whose hand
	Agreed string `json:"agreed,omitempty"` // hash of the text that was signed
}

// Joined is the agreement as the file tells of it.
type Joined struct {
	Event   string        `json:"event"`
	Since   calendar.Span `json:"since"`
	Until   calendar.Span `json:"until"`
	Over    bool          `json:"over,omitempty"` // the term is certainly over, and nothing ended by it
	Lapses  bool          `json:"lapses,omitempty"`
	Level   string        `json:"level,omitempty"`
	Units   []string      `json:"units,omitempty"`
	Renewed []string      `json:"renewed,omitempty"`
	Checked calendar.Span `json:"checked"` // when it was signed or last reviewed
}

// Suspension is a decision to suspend, with what followed from it.
type Suspension struct {
	Decision  string        `json:"decision"`
	At        calendar.Span `json:"at"`
	From      calendar.Span `json:"from"`
	Until     calendar.Span `json:"until"`
	Effective bool          `json:"effective"` // its first day can have come
	Scope     string        `json:"scope,omitempty"`
	Units     []string      `json:"units,omitempty"` // none: the member whole
	Urgent    bool          `json:"urgent,omitempty"`
	Lapses    bool          `json:"lapses,omitempty"`
	Extended  []Extension   `json:"extended,omitempty"`
	Review    Due           `json:"review"`
	EndedBy   string        `json:"ended-by,omitempty"`
	Ended     calendar.Span `json:"ended"`

	until, due calendar.Span // before any extension
	lapses     bool
}

// Extension moves the end of a suspension.
type Extension struct {
	Decision string        `json:"decision"`
	At       calendar.Span `json:"at"`
	Until    calendar.Span `json:"until"`

	due    calendar.Span
	lapses bool
}

// Due is a review that the authority owes. That it is overdue is never the
// member's fault, and nothing ends by it.
type Due struct {
	By      calendar.Span `json:"by"`
	Done    string        `json:"done,omitempty"` // the reassessment
	Result  string        `json:"result,omitempty"`
	Overdue bool          `json:"overdue,omitempty"` // certainly; never told from a record that cannot show it
}

// Mark is what an authority noted about a member: a finding, a reminder, a warning.
type Mark struct {
	Event     string        `json:"event"`
	Kind      string        `json:"kind"`
	At        calendar.Span `json:"at"`
	Re        string        `json:"re,omitempty"`
	Rule      string        `json:"rule,omitempty"`
	Reason    string        `json:"reason,omitempty"`
	Contested []string      `json:"contested,omitempty"`
	EndedBy   string        `json:"ended-by,omitempty"` // taken back, or over
}

// Hearing is a question to the member, its answers and what closed it.
type Hearing struct {
	Opened  string        `json:"opened,omitempty"`
	At      calendar.Span `json:"at"`
	Due     calendar.Span `json:"due"`
	About   string        `json:"about,omitempty"`
	Proof   string        `json:"proof,omitempty"` // of service
	Answers []Answer      `json:"answers,omitempty"`
	Silent  bool          `json:"silent,omitempty"` // nothing came, and the period is certainly over
	Closed  string        `json:"closed,omitempty"`
	End     calendar.Span `json:"end"`
	Result  string        `json:"result,omitempty"`
	For     string        `json:"for,omitempty"` // the decision that it was for
}

// Answer is an answer to a hearing or a call.
type Answer struct {
	Event  string        `json:"event"`
	Kind   string        `json:"kind"`
	At     calendar.Span `json:"at"`
	Result string        `json:"result,omitempty"`
	Timely string        `json:"timely,omitempty"` // yes, no, unclear; "" where nothing was due
}

// Review is a reassessment: what is to follow from it.
type Review struct {
	Event  string        `json:"event"`
	At     calendar.Span `json:"at"`
	Re     string        `json:"re,omitempty"`
	Result string        `json:"result"`
}

// Task is one thing to mend.
type Task struct {
	Set     string        `json:"set"`
	Name    string        `json:"name"`
	Words   string        `json:"words"`
	Due     calendar.Span `json:"due"`
	State   string        `json:"state"` // open, reported, returned, accepted
	Reports []string      `json:"reports,omitempty"`
	Last    string        `json:"last,omitempty"` // the act that made it so
	Overdue bool          `json:"overdue,omitempty"`
}

// Decided is a decision about the member, for the register.
type Decided struct {
	Event     string        `json:"event"`
	Kind      string        `json:"kind"`
	At        calendar.Span `json:"at"`
	Number    string        `json:"number,omitempty"`
	Rule      string        `json:"rule,omitempty"`
	Reason    string        `json:"reason,omitempty"`
	Body      string        `json:"appeal-body,omitempty"`
	Open      calendar.Span `json:"appeal-until"`
	Contested []string      `json:"contested,omitempty"`
	Appeal    string        `json:"appeal,omitempty"` // "", appealed, upheld, changed, annulled
}

// Appeal is a member's appeal against a decision.
type Appeal struct {
	Event   string        `json:"event"`
	At      calendar.Span `json:"at"`
	Of      string        `json:"of"`
	Reason  string        `json:"reason,omitempty"`
	Timely  string        `json:"timely,omitempty"`
	Decided string        `json:"decided,omitempty"`
	Result  string        `json:"result,omitempty"`
	End     calendar.Span `json:"end"`
}

// Call is a call on the member, with its answers: its support record.
type Call struct {
	Event    string        `json:"event"`
	At       calendar.Span `json:"at"`
	Due      calendar.Span `json:"due"`
	Of       string        `json:"of,omitempty"`
	Asks     []string      `json:"asks,omitempty"`     // assess, confirm, warn, help
	Round    string        `json:"round,omitempty"`    // the same for each member that one call went to
	Received string        `json:"received,omitempty"` // the confirmation of receipt, which is no answer
	Answers  []Answer      `json:"answers,omitempty"`
	Overdue  bool          `json:"overdue,omitempty"`
}

// Contest is the member's word against an act of the authority.
type Contest struct {
	Event  string        `json:"event"`
	At     calendar.Span `json:"at"`
	Of     string        `json:"of"`
	Reason string        `json:"reason,omitempty"`
}

// Statement is what the member said to the press.
type Statement struct {
	Event string        `json:"event"`
	At    calendar.Span `json:"at"`
	Where string        `json:"where,omitempty"`
}

// StandingOf is where a unit of the member stands: no better than the member,
// and suspended where the suspension names it or what it is part of.
func (s *State) StandingOf(unit string, above []string) Standing {
	if x := s.Suspension; x != nil && x.Effective && slices.ContainsFunc(append([]string{unit}, above...), func(id string) bool { return slices.Contains(x.Units, id) }) {
		return Worst(s.Standing, Suspended)
	}
	return s.Standing
}

// OpenHearing is the last hearing that was opened and not closed, nil if there is none.
func (s *State) OpenHearing() *Hearing {
	for i := len(s.Hearings) - 1; i >= 0; i-- {
		if h := &s.Hearings[i]; h.Opened != "" && h.Closed == "" {
			return h
		}
	}
	return nil
}

// heard is a closed hearing that no decision has used yet, nil if there is none.
func (s *State) heard() *Hearing {
	for i := len(s.Hearings) - 1; i >= 0; i-- {
		if h := &s.Hearings[i]; h.Closed != "" && h.For == "" {
			return h
		}
	}
	return nil
}
