package rulebook

import (
	"fmt"
	"maps"
	"slices"

	"tocsin/calendar"
	"tocsin/internal/document"
	"tocsin/internal/fault"
)

// Problem is one finding of the linter. A problem that is no warning makes a
// book unfit to evaluate, and Load refuses it.
type Problem struct {
	File, Key, Message string
	Line               int
	Warning            bool
}

func (p Problem) err() error {
	return &fault.Error{Kind: fault.Invalid, File: p.File, Line: p.Line, Key: p.Key, Message: p.Message}
}

// String writes the problem as one sentence with its place.
func (p Problem) String() string { return p.err().Error() }

// Lint reads packs and lists every problem of content, warnings included. The
// error is for packs that cannot be read at all.
func Lint(dirs ...Dir) ([]Problem, error) {
	b, err := read(dirs...)
	if err != nil {
		return nil, err
	}
	return b.check(), nil
}

// The closed lists of words.
var (
	classes    = []string{"case-duty", "prohibition", "standing-duty", "routing", "sanction", "process"}
	subjects   = []string{"vulnerability", "incident", "partnership"}
	statuses   = []string{"in-force", "in-force-via-national-law", "norm", "contractual", "proposed", "enacted-not-commenced", "not-yet-applicable", "not-in-force", "revoked", "closed"}
	grounds    = []string{"statute", "agreement", "norm"}
	modalities = []string{"must", "should", "encouraged", "may", "must-not", "none"}
	bases      = []string{"law", "agreement", "norm", "platform", "guidance"}
	whiches    = []string{"", "first", "last", "each"}
	matchers   = []string{"", "by", "to", "anyone", "other", "provider", "recipient"}
	overs      = []string{"", "any", "own", "others", "operated"}
	entryKinds = []string{"", "authority", "platform", "csirt", "list", "register", "coordinator", "relation"}
	languages  = []string{"en", "zh", "zh-Hant", "fr", "de", "ja", "ko", "it", "es", "pt", "nl", "pl", "sv"}
	relations  = []string{"provider", "upstream-provider", "users", "public", "reporter", "self", "controller", "requester"}
	duties     = []string{"publish", "publish-metadata", "verify", "acknowledge", "classify", "remediate", "assign", "disseminate",
		"no-publish", "no-share", "no-exaggeration", "keep-channel", "keep-record", "reward-programme", "file-record", "internal-controls",
		"sanction", "route", "coordinate", "process"}
)

type checker struct {
	b    *Book
	pack *Pack
	line int // of the rule, which tells apart two entries of one id
	out  []Problem
}

func (c *checker) add(warning bool, key, format string, args ...any) {
	p := Problem{File: c.pack.file, Line: c.line, Key: key, Message: fmt.Sprintf(format, args...), Warning: warning}
	if line := document.Line(c.pack.root, key, c.line); line > 0 {
		p.Line = line
	}
	c.out = append(c.out, p)
}

func (c *checker) bad(key, format string, args ...any)  { c.add(false, key, format, args...) }
func (c *checker) warn(key, format string, args ...any) { c.add(true, key, format, args...) }

func (c *checker) oneOf(key, v string, list []string) {
	if !slices.Contains(list, v) {
		c.bad(key, "%q is not one of %v", v, slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" }))
	}
}

// check compiles the conditions and finds every problem of a book.
func (b *Book) check() []Problem {
	c := &checker{b: b}
	for _, p := range b.Packs {
		c.pack, c.line = p, 0
		c.entries(p)
	}
	for _, r := range b.Rules {
		c.at(r)
		c.rule(r)
	}
	c.edges()
	return c.out
}

// entries checks what a pack declares beside its rules.
func (c *checker) entries(p *Pack) {
	if p.Pack == "" {
		c.bad("pack", "is missing")
	}
	if p.Zone != "" {
		if _, err := calendar.Zone(p.Zone); err != nil {
			c.bad("zone", "%v", err)
		}
	}
	if p.Calendar != "" {
		if _, err := calendar.Holidays(p.Calendar); err != nil {
			c.bad("calendar", "%v", err)
		}
	}
	c.title("title", p.Title)
	for i, r := range p.Roles {
		key := c.id("roles", i, r.ID)
		c.title(key+".title", r.Title)
		c.oneOf(key+".over", r.Over, overs)
	}
	for i, w := range p.Results {
		key := c.id("results", i, w.ID)
		c.title(key+".title", w.Title)
	}
	for i, s := range p.Sources {
		key := c.id("sources", i, s.ID)
		if s.Text == "" {
			c.bad(key+".text", "is missing: a source says what was read")
		}
		if s.Read != "" && !isDate(s.Read) {
			c.bad(key+".read", "%q is not a date (YYYY-MM-DD)", s.Read)
		}
	}
	for i := range p.Facts {
		f := &p.Facts[i]
		key := c.id("facts", i, f.ID)
		c.title(key+".title", f.Title)
		if len(f.Any)+len(f.All) == 0 {
			c.bad(key, "names no event")
		}
		c.matches(key+".any", f.Any, nil, true)
		c.matches(key+".all", f.All, nil, true)
	}
	for i, e := range p.Directory {
		key := c.id("directory", i, e.ID)
		c.title(key+".title", e.Title)
		c.oneOf(key+".kind", e.Kind, entryKinds)
		if e.From != "" && !isDate(e.From) {
			c.bad(key+".from", "%q is not a date (YYYY-MM-DD)", e.From)
		}
		for _, s := range e.Sources {
			c.source(key+".sources", s)
		}
	}
}

// id gives the key of an entry, by its place in the list where it has no id.
func (c *checker) id(list string, i int, id string) string {
	if id != "" {
		return list + "[" + id + "]"
	}
	key := fmt.Sprintf("%s[%d]", list, i)
	c.bad(key+".id", "is missing")
	return key
}

// title: every entry has one, in languages that are known here. A mistyped
// language would otherwise hide a title for ever.
func (c *checker) title(key string, t map[string]string) {
	if len(t) == 0 {
		c.warn(key, "is missing")
	}
	c.languages(key, t)
}

// languages refuses a title in a language that is not known: mostly a comma that
// was not quoted.
func (c *checker) languages(key string, t map[string]string) {
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		if !slices.Contains(languages, lang) {
			c.bad(key+"."+lang, "%q is not one of the languages %v", lang, languages)
		}
	}
}

func (c *checker) source(key, id string) {
	if c.b.sources[id] == nil {
		c.bad(key, "%q is not a source of any pack", id)
	}
}
