package rulebook

import (
	"time"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/calendar"
)

// Pack is one data file: the rules of one legal order or body of norms. Texts
// are keyed by language; the words of a law stay in their own language.
type Pack struct {
	Pack      string            `yaml:"pack"`
	Title     map[string]string `yaml:"title"`
	Order     string            `yaml:"order"`    // legal order: CN, EU, US, US-NY, …, norm
	Zone      string            `yaml:"zone"`     // where validity dates begin and end; default UTC
	Calendar  string            `yaml:"calendar"` // holiday table of the order, default none
	Note      string            `yaml:"note"`
	Roles     []Role            `yaml:"roles"`
	Results   []Word            `yaml:"results"` // words that events may carry as result, declared here
	Facts     []Fact            `yaml:"facts"`
	Sources   []Source          `yaml:"sources"`
	Directory []Entry           `yaml:"directory"`
	Rules     []Rule            `yaml:"rules"`

	file string
	root *yaml.Node // the document, until the pack is checked
}

// Word is a declared word with its meaning.
type Word struct {
	ID    string            `yaml:"id"`
	Title map[string]string `yaml:"title"`
}

// Role is what a party is to a rule. Over says which products a role reaches
// that is stated for the party as a whole: own (it provides them), others
// (somebody else does), operated (it runs them) or any (default).
type Role struct {
	ID    string            `yaml:"id"`
	Title map[string]string `yaml:"title"`
	Over  string            `yaml:"over"`
}

// Source is where a fact about a rule was read.
type Source struct {
	ID   string `yaml:"id"`
	Text string `yaml:"text"`
	URL  string `yaml:"url"`
	Read string `yaml:"read"` // date on which it was read, YYYY-MM-DD
}

// Entry is one recipient in the directory of authorities, lists and registers.
type Entry struct {
	ID       string            `yaml:"id"`
	Title    map[string]string `yaml:"title"`
	Country  string            `yaml:"country"` // empty: international
	Kind     string            `yaml:"kind"`    // authority, platform, csirt, list, register, coordinator, relation
	Operator string            `yaml:"operator"`
	Public   bool              `yaml:"public"` // what is sent there is public
	URL      string            `yaml:"url"`
	From     string            `yaml:"from"`
	Note     string            `yaml:"note"`
	Sources  []string          `yaml:"sources"`
}

// Fact is a named set of events, defined once and used by many anchors: the
// first of Any, or the latest of All.
type Fact struct {
	ID    string            `yaml:"id"`
	Title map[string]string `yaml:"title"`
	Any   []Match           `yaml:"any"`
	All   []Match           `yaml:"all"`
	Note  string            `yaml:"note"`
}

// Match selects events. Either Fact, Met or Due names something else, or Event
// names a kind and the other keys narrow it.
type Match struct {
	Fact string `yaml:"fact"` // a named fact
	Met  string `yaml:"met"`  // the event that met RULE or RULE/STAGE of the same party and subject
	Due  string `yaml:"due"`  // the due date of RULE or RULE/STAGE of the same party and subject

	InTime bool `yaml:"in-time"` // beside met: only if it was met certainly within its outer limit

	Event     string   `yaml:"event"`
	Party     string   `yaml:"party"`     // by (default), to, anyone, other (anyone but the obliged), provider (of the product), recipient (by the duty's recipient)
	Recipient string   `yaml:"recipient"` // narrows "to": provider, a directory entry, or public-list (any whose posts are public)
	Result    []string `yaml:"result"`
	Where     string   `yaml:"where"` // CEL over event, party, product

	where *Condition
}

// Anchor is the instant that a clock runs from: the first (or last, or each)
// event of Any, or the latest of All. What Requires names must have happened
// too but moves no clock.
type Anchor struct {
	Any      []Match `yaml:"any"`
	All      []Match `yaml:"all"`
	Requires []Match `yaml:"requires"`
	Which    string  `yaml:"which"` // first (default), last, each
}

// Term is one clock of a min or max.
type Term struct {
	Anchor *Anchor         `yaml:"anchor"` // default: the stage's anchor
	Period calendar.Period `yaml:"period"`
	Lapses bool            `yaml:"lapses"` // falls away when it would end before the stage's anchor (DORA's 24 h cap)
}

// Reading is one way of counting one deadline.
type Reading struct {
	Calc     string          `yaml:"calc"`
	Period   calendar.Period `yaml:"period"`
	Basis    string          `yaml:"basis"`                // law, agreement, norm, platform, guidance
	Variant  string          `yaml:"variant"`              // a word for this way of counting where two share a calc
	Rest     string          `yaml:"rest"`                 // cn-day: weekend+holiday (default) or holiday-only
	MinTwo   string          `yaml:"min-two-working-days"` // on, off: Reg. 1182/71 Art. 3(5)
	Zone     string          `yaml:"zone"`                 // IANA name, filing-state, actor, recipient; default the pack's zone
	Calendar string          `yaml:"calendar"`             // table code, filing-state, actor; default the pack's calendar
	Anchor   *Anchor         `yaml:"anchor"`               // when this reading counts from another event than the stage
	Min      []Term          `yaml:"min"`
	Max      []Term          `yaml:"max"`
	Fixed    string          `yaml:"fixed"` // calc fixed: an RFC 3339 instant
	When     string          `yaml:"when"`  // CEL: this reading applies only if true
	Note     string          `yaml:"note"`

	when *Condition
}

// Stage is one step of a duty, with its own anchor and readings. Empty fields
// fall back to the rule's.
type Stage struct {
	ID       string            `yaml:"id"`
	Title    map[string]string `yaml:"title"`
	By       string            `yaml:"by"` // directory entry that acts instead of the obliged party: shown for information only
	Duty     string            `yaml:"duty"`
	Modality string            `yaml:"modality"`
	To       []string          `yaml:"to"`
	All      bool              `yaml:"all-of"` // every recipient, not any one
	Pace     string            `yaml:"pace"`
	When     string            `yaml:"when"`
	Anchor   Anchor            `yaml:"anchor"`
	MetBy    []Match           `yaml:"met-by"` // instead of what the kind of duty implies
	Readings []Reading         `yaml:"readings"`
	Contents []string          `yaml:"contents"`
	Platform string            `yaml:"platform-note"` // what the platform still asks although the law does not
	Note     string            `yaml:"note"`
	Verified *Verified         `yaml:"verified"`
	Citation *Citation         `yaml:"citation"`

	when *Condition
}

// Who is a role that a rule binds, and how surely (does, default, or may).
type Who struct {
	Role      string `yaml:"role"`
	Certainty string `yaml:"certainty"`
	Note      string `yaml:"note"`
}

// Forbid is what a prohibition forbids and what ends it.
type Forbid struct {
	Act       string   `yaml:"act"`     // share, publish
	Audience  string   `yaml:"to"`      // share: overseas, anyone; publish: public, anyone
	Except    []string `yaml:"except"`  // provider, or directory entries
	Details   []string `yaml:"details"` // only publications with this detail (metadata, advisory, exploit); empty = all
	Starts    Anchor   `yaml:"starts"`
	Release   Anchor   `yaml:"release"`
	Window    string   `yaml:"window"`    // kind of case window inside which alone it holds
	Unsettled []string `yaml:"unsettled"` // details whose case is undecided: shown as may
}

// Citation says where the rule stands. Operative is a short phrase of the
// clause in its own language, never the article.
type Citation struct {
	Text      string   `yaml:"text"`
	Version   string   `yaml:"version"`
	Operative string   `yaml:"operative"`
	Language  string   `yaml:"language"`
	Official  string   `yaml:"official"`
	Former    string   `yaml:"former"` // number of the clause before it was renumbered
	Sources   []string `yaml:"sources"`
}

// Verified says which parts of a rule were checked against a source.
type Verified struct {
	Duty     bool   `yaml:"duty" json:"duty"`
	Deadline bool   `yaml:"deadline" json:"deadline"`
	Calc     bool   `yaml:"calc" json:"calc"`
	Note     string `yaml:"note" json:"note,omitempty"`
}

// Review is the sign-off of a named person for a jurisdiction on a day.
type Review struct {
	By           string `yaml:"by" json:"by"`
	On           string `yaml:"on" json:"on"`
	Jurisdiction string `yaml:"jurisdiction" json:"jurisdiction"`
	Note         string `yaml:"note" json:"note,omitempty"`
}

// Retention is how long a standing duty wants something kept.
type Retention struct {
	Period calendar.Period `yaml:"period"`
	Each   []Match         `yaml:"each"` // the entries that each start the period
	Calc   string          `yaml:"calc"` // retention-min
	Zone   string          `yaml:"zone"`
}

// Rule is one rule of one version of one text.
type Rule struct {
	ID            string            `yaml:"id"`
	Parent        string            `yaml:"parent"` // id of the record that this is a part of
	Title         map[string]string `yaml:"title"`
	Class         string            `yaml:"class"`   // case-duty (default), prohibition, standing-duty, routing, sanction, process
	Subject       string            `yaml:"subject"` // vulnerability (default), incident
	Status        string            `yaml:"status"`
	Ground        string            `yaml:"ground"` // statute, agreement, norm
	From          string            `yaml:"from"`   // first day on which it applies
	Until         string            `yaml:"until"`  // first day on which it no longer applies
	Always        bool              `yaml:"always"` // no known beginning: applies at any time
	Replaces      string            `yaml:"replaces"`
	Order         string            `yaml:"order"`
	Who           []Who             `yaml:"who"`
	Duty          string            `yaml:"duty"`
	Modality      string            `yaml:"modality"` // must, should, encouraged, may, must-not, none
	To            []string          `yaml:"to"`
	All           bool              `yaml:"all-of"`
	Pace          string            `yaml:"pace"`
	When          string            `yaml:"when"` // CEL over party, product, incident
	Series        string            `yaml:"series"`
	Stages        []Stage           `yaml:"stages"`
	Forbids       *Forbid           `yaml:"forbids"`
	Retain        *Retention        `yaml:"retain"`
	After         []string          `yaml:"after"`
	With          []string          `yaml:"with"`
	Displaces     []string          `yaml:"displaces"`
	DisplacesWhen string            `yaml:"displaces-when"` // applies (default): while this rule has a clock; binds: as soon as it binds the party
	Contents      []string          `yaml:"contents"`
	Except        string            `yaml:"exceptions"`
	Penalty       string            `yaml:"penalty"`
	Citation      Citation          `yaml:"citation"`
	Verified      Verified          `yaml:"verified"`
	Reviewed      *Review           `yaml:"reviewed"`
	Notes         []string          `yaml:"notes"`

	pack *Pack
	line int
	when *Condition

	from, until time.Time // InForce: every plan asks for it, of every rule
}

// Gate is the condition of the rule; nil holds always.
func (r *Rule) Gate() *Condition { return r.when }

// Gate is the condition of the stage; nil holds always.
func (s *Stage) Gate() *Condition { return s.when }

// Gate is the condition of the reading; nil holds always.
func (r *Reading) Gate() *Condition { return r.when }

// Filter is the condition on the event; nil holds always.
func (m *Match) Filter() *Condition { return m.where }
