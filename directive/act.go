package directive

import (
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
)

// Kind is what was done about a directive.
type Kind string

// The acts of members.
const (
	Acknowledged   Kind = "acknowledged"
	Progressed     Kind = "progressed"     // done of total, as of an instant
	EvidenceGiven  Kind = "evidence-given" // something that shows that a step is done
	Completed      Kind = "completed"      // the member says that a step is done
	ExceptionAsked Kind = "exception-asked"
)

// The acts of authorities.
const (
	Accepted         Kind = "accepted"          // a completion is accepted
	Returned         Kind = "returned"          // a completion is not accepted, for a reason
	ExceptionGranted Kind = "exception-granted" // until an instant
	ExceptionRefused Kind = "exception-refused"
	Extended         Kind = "extended"
	Reminded         Kind = "reminded"
	ScopeDecided     Kind = "scope-decided" // a person decided what a condition in words means for a member
	Superseded       Kind = "superseded"
	Closed           Kind = "closed"
)

// The acts about acts.
const (
	Corrected Kind = "corrected" // by who made the act: other values, or taken back
	Denied    Kind = "denied"    // by anyone concerned: it was not so; both stay
)

// who may do an act.
type who int

const (
	byMember who = iota
	byAuthority
	byAnyone
)

// rule is what a kind of act takes.
type rule struct {
	who    who
	re     []Kind // kinds of acts that re may name; nil: none
	needRe bool
	keys   string // of the keys of some kinds only, those that it takes
}

var rules = map[Kind]rule{
	Acknowledged:     {who: byMember, keys: "for steps"},
	Progressed:       {who: byMember, keys: "for steps done total as-of"},
	EvidenceGiven:    {who: byMember, keys: "for steps evidence"},
	Completed:        {who: byMember, keys: "for steps evidence done total"},
	ExceptionAsked:   {who: byMember, keys: "for steps until measures"},
	Accepted:         {who: byAuthority, re: []Kind{Completed}, needRe: true},
	Returned:         {who: byAuthority, re: []Kind{Completed}, needRe: true},
	ExceptionGranted: {who: byAuthority, re: []Kind{ExceptionAsked}, keys: "for steps until measures"},
	ExceptionRefused: {who: byAuthority, re: []Kind{ExceptionAsked}, needRe: true},
	Extended:         {who: byAuthority, keys: "for steps until"},
	Reminded:         {who: byAuthority, keys: "for steps"},
	ScopeDecided:     {who: byAuthority, keys: "for scope result"},
	Superseded:       {who: byAuthority, keys: "steps directive"},
	Closed:           {who: byAuthority, keys: "directive"},
	Corrected:        {who: byAnyone, needRe: true, keys: "done total as-of until measures evidence withdrawn"},
	Denied:           {who: byAnyone, needRe: true},
}

// Kinds lists every kind of act, in the order of docs/directive.md.
func Kinds() []Kind {
	return []Kind{Acknowledged, Progressed, EvidenceGiven, Completed, ExceptionAsked, Accepted, Returned, ExceptionGranted,
		ExceptionRefused, Extended, Reminded, ScopeDecided, Superseded, Closed, Corrected, Denied}
}

// Act is something done about a directive. Acts are only ever added; a slip is
// mended by a later act of kind corrected.
type Act struct {
	ID   string        `yaml:"id" json:"id"`
	Kind Kind          `yaml:"kind" json:"kind"`
	By   string        `yaml:"by" json:"by"`
	At   casefile.Time `yaml:"at" json:"at"`

	For   []string `yaml:"for" json:"for,omitempty"`     // members; empty: all that are reached, or who acts
	Steps []string `yaml:"steps" json:"steps,omitempty"` // empty: all that are asked of them
	Re    string   `yaml:"re" json:"re,omitempty"`       // the act that this one is about

	Done      *int64         `yaml:"done" json:"done,omitempty"`
	Total     *int64         `yaml:"total" json:"total,omitempty"`
	AsOf      *casefile.Time `yaml:"as-of" json:"as-of,omitempty"` // when the figures were true, if before At
	Until     *casefile.Time `yaml:"until" json:"until,omitempty"`
	Measures  string         `yaml:"measures" json:"measures,omitempty"` // compensating measures
	Evidence  []Item         `yaml:"evidence" json:"evidence,omitempty"`
	Scope     string         `yaml:"scope" json:"scope,omitempty"`         // scope-decided: one line; empty: each that is open
	Result    string         `yaml:"result" json:"result,omitempty"`       // scope-decided: in, out
	Directive string         `yaml:"directive" json:"directive,omitempty"` // superseded, closed: the one that goes on
	Withdrawn bool           `yaml:"withdrawn" json:"withdrawn,omitempty"` // corrected: the act is taken back

	Reason    string `yaml:"reason" json:"reason,omitempty"`
	Text      string `yaml:"text" json:"text,omitempty"`
	Original  string `yaml:"original" json:"original,omitempty"`
	Source    string `yaml:"source" json:"source,omitempty"`
	ClaimedBy string `yaml:"claimed-by" json:"claimed-by,omitempty"`

	Line int `yaml:"-" json:"-"`
}

// Item is one piece of evidence: which of the step's it is meant as, what it is,
// and the digest by which it can be recognised.
type Item struct {
	As     string `yaml:"as" json:"as,omitempty"` // an evidence id of the step
	Text   string `yaml:"text" json:"text,omitempty"`
	Digest string `yaml:"digest" json:"digest,omitempty"`
	URL    string `yaml:"url" json:"url,omitempty"`
}

// SetLine keeps the line of the entry for messages.
func (a *Act) SetLine(n int) { a.Line = n }

// instant is when the act had certainly happened: acts are ordered and counted
// by it.
func instant(t casefile.Time) (time.Time, error) {
	s, err := t.Span()
	if err != nil {
		return time.Time{}, err
	}
	return settled(s), nil
}

func settled(s calendar.Span) time.Time {
	if s.Latest.IsZero() {
		return s.Earliest
	}
	return s.Latest
}
