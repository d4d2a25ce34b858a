package directive

import (
	"tocsin/calendar"
	"tocsin/casefile"
)

// Format is the only format name that this version reads and writes.
const Format = "tocsin-directive/1"

// The modalities, from the strictest, as the authority wrote them.
const (
	Must   = "must"
	Should = "should"
	Asked  = "asked"
)

// Text is a text in some languages, by language code.
type Text map[string]string

// In gives the text in a language, else in English, else in the first language
// that it has.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	if s := t["en"]; s != "" {
		return s
	}
	best := ""
	for l, s := range t {
		if s != "" && (best == "" || l < best) {
			best = l
		}
	}
	return t[best]
}

// File is a directive as one portable document, with the acts on it that are on
// record (docs/directive.md).
type File struct {
	Format       string            `yaml:"format" json:"format"`
	ID           string            `yaml:"directive" json:"directive"`
	Number       string            `yaml:"number" json:"number"` // as the authority cites it
	Title        Text              `yaml:"title" json:"title"`
	Record       string            `yaml:"record" json:"record,omitempty"` // "sources" (default) or "kept"
	TLP          string            `yaml:"tlp" json:"tlp,omitempty"`
	Zone         string            `yaml:"zone" json:"zone,omitempty"` // whose days the figures are counted by; default UTC
	Authorities  []Authority       `yaml:"authorities" json:"authorities"`
	IssuedBy     string            `yaml:"issued-by" json:"issued-by"`
	Issued       casefile.Time     `yaml:"issued" json:"issued"`
	SignedBy     string            `yaml:"signed-by" json:"signed-by,omitempty"`
	Basis        []Basis           `yaml:"basis" json:"basis"`
	Scope        []Scope           `yaml:"scope" json:"scope"`
	Members      []Member          `yaml:"members" json:"members,omitempty"`
	Steps        []Step            `yaml:"steps" json:"steps"`
	Reminders    []calendar.Period `yaml:"reminders" json:"reminders,omitempty"` // before each due date
	Exceptions   *Exceptions       `yaml:"exceptions" json:"exceptions,omitempty"`
	Supersedes   []Link            `yaml:"supersedes" json:"supersedes,omitempty"`
	SupersededBy *Link             `yaml:"superseded-by" json:"superseded-by,omitempty"`
	ClosesInto   *Link             `yaml:"closes-into" json:"closes-into,omitempty"`
	Sources      []casefile.Source `yaml:"sources" json:"sources,omitempty"`
	Note         string            `yaml:"note" json:"note,omitempty"`
	Acts         []Act             `yaml:"acts" json:"acts,omitempty"`
}

// Authority is a body that acts on the directive: who issued it, who may grant
// exceptions, to whom reports go.
type Authority struct {
	ID      string   `yaml:"id" json:"id"`
	Name    string   `yaml:"name" json:"name,omitempty"`
	Country string   `yaml:"country" json:"country,omitempty"`
	Is      []string `yaml:"is" json:"is,omitempty"` // entries of the directory of authorities

	Line int `yaml:"-" json:"-"` // where the entry stands in its file, 0 if made in memory
}

// Member is an organisation of the platform, with what its membership says of it.
// Kind and sectors that are not stated are not known, and nothing is read into that.
type Member struct {
	ID      string   `yaml:"id" json:"id"`
	Name    string   `yaml:"name" json:"name,omitempty"`
	Kind    string   `yaml:"kind" json:"kind,omitempty"`
	Groups  []string `yaml:"groups" json:"groups,omitempty"` // the platform's own lists, so always known
	Sectors []string `yaml:"sectors" json:"sectors,omitempty"`
	PartOf  string   `yaml:"part-of" json:"part-of,omitempty"`
	Source  string   `yaml:"source" json:"source,omitempty"`
	Note    string   `yaml:"note" json:"note,omitempty"`

	Line int `yaml:"-" json:"-"`
}

// Basis is a legal ground in full.
type Basis struct {
	Text     string `yaml:"text" json:"text"`                   // the words relied on
	Citation string `yaml:"citation" json:"citation"`           // how lawyers cite them
	Official string `yaml:"official" json:"official"`           // the address of the official text
	Language string `yaml:"language" json:"language,omitempty"` // of the words
	Version  string `yaml:"version" json:"version,omitempty"`   // in force when the directive was issued
	Source   string `yaml:"source" json:"source,omitempty"`     // where the words were read

	Line int `yaml:"-" json:"-"`
}

// Scope is one line of whom the directive reaches. A member is reached by a line
// when it meets each key of it; the names in one key are alternatives.
type Scope struct {
	ID        string   `yaml:"id" json:"id,omitempty"`
	All       bool     `yaml:"all" json:"all,omitempty"` // every member of the platform
	Groups    []string `yaml:"groups" json:"groups,omitempty"`
	Members   []string `yaml:"members" json:"members,omitempty"`
	Units     bool     `yaml:"units" json:"units,omitempty"` // with the units of the members named
	Sectors   []string `yaml:"sectors" json:"sectors,omitempty"`
	Kinds     []string `yaml:"kinds" json:"kinds,omitempty"`
	Condition Text     `yaml:"condition" json:"condition,omitempty"` // words that a person decides
	Words     Text     `yaml:"words" json:"words,omitempty"`         // the scope as it was issued
	Except    []Scope  `yaml:"except" json:"except,omitempty"`
	Source    string   `yaml:"source" json:"source,omitempty"`

	Line int `yaml:"-" json:"-"`
}

// Step is one thing that is ordered or asked.
type Step struct {
	ID        string            `yaml:"id" json:"id"`
	Kind      string            `yaml:"kind" json:"kind"` // patch, mitigate, remove, inventory, move, monitor, report, other
	Title     Text              `yaml:"title" json:"title"`
	Text      Text              `yaml:"text" json:"text,omitempty"`
	Original  string            `yaml:"original" json:"original,omitempty"` // the source's own words
	Asks      []Ask             `yaml:"asks" json:"asks"`
	Due       *casefile.Time    `yaml:"due" json:"due,omitempty"` // none: no date was set
	Evidence  []Evidence        `yaml:"evidence" json:"evidence,omitempty"`
	Report    *Reporting        `yaml:"report" json:"report,omitempty"`
	Reminders []calendar.Period `yaml:"reminders" json:"reminders,omitempty"` // instead of the directive's
	Source    string            `yaml:"source" json:"source,omitempty"`

	Line int `yaml:"-" json:"-"`
}

// Ask says of whom a step is wanted, and how it was put.
type Ask struct {
	Of       []string `yaml:"of" json:"of"`             // lines of the scope
	Modality string   `yaml:"modality" json:"modality"` // must, should, asked
	Words    Text     `yaml:"words" json:"words,omitempty"`

	Line int `yaml:"-" json:"-"`
}

// Evidence is something that the authority counts as showing that a step is done.
type Evidence struct {
	ID       string `yaml:"id" json:"id"`
	Title    Text   `yaml:"title" json:"title,omitempty"`
	Required bool   `yaml:"required" json:"required,omitempty"`

	Line int `yaml:"-" json:"-"`
}

// Reporting is how a step is reported.
type Reporting struct {
	To   string `yaml:"to" json:"to,omitempty"` // an authority of the directive
	Via  string `yaml:"via" json:"via,omitempty"`
	Form Text   `yaml:"form" json:"form,omitempty"`
}

// Exceptions is what the directive says about exceptions. Without it there are none.
type Exceptions struct {
	By       []string       `yaml:"by" json:"by,omitempty"`             // who may grant; empty: who issued it
	Until    *casefile.Time `yaml:"until" json:"until,omitempty"`       // none may reach further
	Measures bool           `yaml:"measures" json:"measures,omitempty"` // compensating measures are required
	Text     Text           `yaml:"text" json:"text,omitempty"`
}

// Link is another directive. That it took over, and when, is said by an act.
type Link struct {
	ID       string `yaml:"id" json:"id"`
	Number   string `yaml:"number" json:"number,omitempty"`
	Title    Text   `yaml:"title" json:"title,omitempty"`
	Official string `yaml:"official" json:"official,omitempty"`
	Source   string `yaml:"source" json:"source,omitempty"`

	Line int `yaml:"-" json:"-"`
}

// SetLine keeps the line of the entry for messages.
func (a *Authority) SetLine(n int) { a.Line = n }

// SetLine keeps the line of the entry for messages.
func (m *Member) SetLine(n int) { m.Line = n }

// SetLine keeps the line of the entry for messages.
func (b *Basis) SetLine(n int) { b.Line = n }

// SetLine keeps the line of the entry for messages.
func (s *Scope) SetLine(n int) { s.Line = n }

// SetLine keeps the line of the entry for messages.
func (s *Step) SetLine(n int) { s.Line = n }

// SetLine keeps the line of the entry for messages.
func (a *Ask) SetLine(n int) { a.Line = n }

// SetLine keeps the line of the entry for messages.
func (e *Evidence) SetLine(n int) { e.Line = n }

// SetLine keeps the line of the entry for messages.
func (l *Link) SetLine(n int) { l.Line = n }
