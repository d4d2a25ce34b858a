package casefile

import "tocsin/calendar"

// Format is the only format name that this version reads and writes.
const Format = "tocsin-casefile/1"

// File is a case as one portable document (docs/casefile.md).
type File struct {
	Format          string    `yaml:"format" json:"format"`
	Case            string    `yaml:"case" json:"case"`
	Title           string    `yaml:"title" json:"title,omitempty"`
	Record          string    `yaml:"record" json:"record,omitempty"` // "sources" (default) or "kept"
	TLP             string    `yaml:"tlp" json:"tlp,omitempty"`
	Vulnerabilities []string  `yaml:"vulnerabilities" json:"vulnerabilities,omitempty"`
	Adopts          []string  `yaml:"adopts" json:"adopts,omitempty"` // norms adopted for the case as a whole
	Note            string    `yaml:"note" json:"note,omitempty"`
	Products        []Product `yaml:"products" json:"products,omitempty"`
	Parties         []Party   `yaml:"parties" json:"parties,omitempty"`
	Sources         []Source  `yaml:"sources" json:"sources,omitempty"`
	Windows         []Window  `yaml:"windows" json:"windows,omitempty"`
	Events          []Event   `yaml:"events" json:"events,omitempty"`
}

// Ref is a name in a list that may rest on an assumption: "log4j" or {id: log4j, assumed: true}.
type Ref struct {
	ID      string
	Assumed bool
}

// Product is something that may be vulnerable. Provider is the party that makes it or places it on the market.
type Product struct {
	ID         string            `yaml:"id" json:"id"`
	Name       string            `yaml:"name" json:"name,omitempty"`
	Purl       string            `yaml:"purl" json:"purl,omitempty"`
	Provider   string            `yaml:"provider" json:"provider,omitempty"`
	Contains   []Ref             `yaml:"contains" json:"contains,omitempty"`
	Assumed    bool              `yaml:"assumed" json:"assumed,omitempty"`
	Attributes map[string]Scalar `yaml:"attributes" json:"attributes,omitempty"`
	Note       string            `yaml:"note" json:"note,omitempty"`
	Source     string            `yaml:"source" json:"source,omitempty"`

	Line int `yaml:"-" json:"-"` // where the entry stands in its file, 0 if made in memory
}

// Party is an organisation or person in the case.
type Party struct {
	ID         string            `yaml:"id" json:"id"`
	Name       string            `yaml:"name" json:"name,omitempty"`
	Country    string            `yaml:"country" json:"country,omitempty"` // ISO 3166-1 alpha-2; HK, MO, TW stand apart from CN
	Markets    []string          `yaml:"markets" json:"markets,omitempty"` // countries or EU
	Roles      []Ref             `yaml:"roles" json:"roles,omitempty"`     // "-vendor" takes a derived role away
	Is         []string          `yaml:"is" json:"is,omitempty"`           // entries of the directory of authorities
	Operates   []Ref             `yaml:"operates" json:"operates,omitempty"`
	Adopts     []string          `yaml:"adopts" json:"adopts,omitempty"`
	PartOf     string            `yaml:"part-of" json:"part-of,omitempty"`
	Assumed    bool              `yaml:"assumed" json:"assumed,omitempty"`
	Attributes map[string]Scalar `yaml:"attributes" json:"attributes,omitempty"`
	Note       string            `yaml:"note" json:"note,omitempty"`
	Source     string            `yaml:"source" json:"source,omitempty"`

	Line int `yaml:"-" json:"-"` // where the entry stands in its file, 0 if made in memory
}

// Source is a record that events cite. Kind is primary, press, anonymous or own.
type Source struct {
	ID          string   `yaml:"id" json:"id"`
	Publisher   string   `yaml:"publisher" json:"publisher,omitempty"`
	Title       string   `yaml:"title" json:"title,omitempty"`
	Published   string   `yaml:"published" json:"published,omitempty"` // date, or empty if unknown
	Language    string   `yaml:"language" json:"language,omitempty"`
	Kind        string   `yaml:"kind" json:"kind,omitempty"`
	Cites       []string `yaml:"cites" json:"cites,omitempty"`
	Original    string   `yaml:"original" json:"original,omitempty"`
	Translation string   `yaml:"translation" json:"translation,omitempty"`
	URL         string   `yaml:"url" json:"url,omitempty"`
	Note        string   `yaml:"note" json:"note,omitempty"`

	Line int `yaml:"-" json:"-"`
}

// Window is a span that a rule looks at, such as a State-held major event (RMSV Art. 9(6)).
type Window struct {
	Kind    string `yaml:"kind" json:"kind"`
	Name    string `yaml:"name" json:"name,omitempty"`
	Country string `yaml:"country" json:"country,omitempty"`
	From    Time   `yaml:"from" json:"from"`
	To      Time   `yaml:"to" json:"to"`
	Source  string `yaml:"source" json:"source,omitempty"`

	Line int `yaml:"-" json:"-"`
}

// Time is a moment as the document states it; see calendar.Moment.
type Time struct{ calendar.Moment }

// Event is a past fact, or somebody's claim of one. Only id, kind and at are
// required; docs/casefile.md lists which keys each kind uses.
type Event struct {
	ID   string   `yaml:"id" json:"id"`
	Kind Kind     `yaml:"kind" json:"kind"`
	By   string   `yaml:"by" json:"by,omitempty"`
	To   []string `yaml:"to" json:"to,omitempty"`
	Of   string   `yaml:"of" json:"of,omitempty"`
	At   Time     `yaml:"at" json:"at"`
	Re   string   `yaml:"re" json:"re,omitempty"`
	Via  string   `yaml:"via" json:"via,omitempty"`

	Rule   string   `yaml:"rule" json:"rule,omitempty"`
	Stage  string   `yaml:"stage" json:"stage,omitempty"`
	Covers []string `yaml:"covers" json:"covers,omitempty"` // later stages whose contents this notice already gave

	How         string   `yaml:"how" json:"how,omitempty"`       // aware: found, told
	Result      string   `yaml:"result" json:"result,omitempty"` // decided, assessed, classified, determined
	Reason      string   `yaml:"reason" json:"reason,omitempty"`
	ReviewOn    string   `yaml:"review-on" json:"review-on,omitempty"`
	Detail      string   `yaml:"detail" json:"detail,omitempty"` // published: metadata, advisory, exploit
	With        []string `yaml:"with" json:"with,omitempty"`     // published: fix, workaround, …
	Where       string   `yaml:"where" json:"where,omitempty"`
	Form        string   `yaml:"form" json:"form,omitempty"` // measure-available: fix, workaround, mitigation; notified: oral, written
	UserAction  bool     `yaml:"user-action" json:"user-action,omitempty"`
	Reveals     bool     `yaml:"reveals" json:"reveals,omitempty"`     // fix-committed: the change gives the flaw away
	Exploited   bool     `yaml:"exploited" json:"exploited,omitempty"` // what was told includes reliable evidence of exploitation
	Incident    string   `yaml:"incident" json:"incident,omitempty"`
	Nature      []string `yaml:"nature" json:"nature,omitempty"`
	Persons     int64    `yaml:"persons" json:"persons,omitempty"`
	Exposed     bool     `yaml:"exposed" json:"exposed,omitempty"`
	Automatable bool     `yaml:"automatable" json:"automatable,omitempty"`
	Impact      string   `yaml:"impact" json:"impact,omitempty"` // partial, total
	Due         *Time    `yaml:"due" json:"due,omitempty"`
	Until       *Time    `yaml:"until" json:"until,omitempty"`
	Scope       string   `yaml:"scope" json:"scope,omitempty"`

	Label    string `yaml:"label" json:"label,omitempty"` // a few words for the picture
	Text     string `yaml:"text" json:"text,omitempty"`
	Original string `yaml:"original" json:"original,omitempty"`
	Source   string `yaml:"source" json:"source,omitempty"`

	Assumed    bool     `yaml:"assumed" json:"assumed,omitempty"`
	Disputes   []string `yaml:"disputes" json:"disputes,omitempty"`
	Denies     bool     `yaml:"denies" json:"denies,omitempty"`
	Supersedes []string `yaml:"supersedes" json:"supersedes,omitempty"`
	ClaimedBy  string   `yaml:"claimed-by" json:"claimed-by,omitempty"`

	Basis      string `yaml:"basis" json:"basis,omitempty"` // own, on-behalf, claim
	Mandate    string `yaml:"mandate" json:"mandate,omitempty"`
	RecordedBy string `yaml:"recorded-by" json:"recorded-by,omitempty"`
	RecordedAt string `yaml:"recorded-at" json:"recorded-at,omitempty"`

	Attributes map[string]Scalar `yaml:"attributes" json:"attributes,omitempty"`

	Line int `yaml:"-" json:"-"` // where the entry stands in its file, 0 if made in memory
}

// SetLine keeps the line of the entry for messages.
func (p *Product) SetLine(n int) { p.Line = n }

// SetLine keeps the line of the entry for messages.
func (p *Party) SetLine(n int) { p.Line = n }

// SetLine keeps the line of the entry for messages.
func (s *Source) SetLine(n int) { s.Line = n }

// SetLine keeps the line of the entry for messages.
func (w *Window) SetLine(n int) { w.Line = n }

// SetLine keeps the line of the entry for messages.
func (e *Event) SetLine(n int) { e.Line = n }
