package partner

import (
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin/calendar"
)

// Agreement is an organisation's membership of a platform as it was signed, with
// whom to reach and what it wants to be told about. Where the member stands is
// not in it: that follows from the partnership file.
type Agreement struct {
	Platform string    `json:"platform"`
	Org      string    `json:"org"`             // the organisation that signed
	Units    []string  `json:"units,omitempty"` // organisations below it that are in; none: all of it
	Kind     string    `json:"kind,omitempty"`  // of the platform's terms
	Level    string    `json:"level,omitempty"`
	Signed   Signature `json:"signed"`
	From     string    `json:"from"`  // YYYY-MM-DD
	Until    string    `json:"until"` // the last day

	Contacts []Contact `json:"contacts,omitempty"`
	All      bool      `json:"all,omitempty"`      // wants to be told about everything
	Keywords []string  `json:"keywords,omitempty"` // technologies, names, ids
	Products []string  `json:"products,omitempty"` // package URLs; versions do not matter
	Note     string    `json:"note,omitempty"`
}

// Signature is who signed what and when.
type Signature struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`   // the people of both sides
	Hash string    `json:"hash"` // SHA-256 of the signed text, in hex
}

// Contact is where a member is reached.
type Contact struct {
	Name        string   `json:"name"` // of a person or a function
	Role        string   `json:"role,omitempty"`
	Mail        string   `json:"mail,omitempty"`
	Phone       string   `json:"phone,omitempty"`
	OutOfHours  string   `json:"out-of-hours,omitempty"`
	Fingerprint string   `json:"fingerprint,omitempty"` // of the key for mail, in hex
	Languages   []string `json:"languages,omitempty"`   // BCP 47
	Verified    string   `json:"verified,omitempty"`    // day on which it was last tried
}

const (
	minKeyword  = 2
	maxKeyword  = 100
	maxKeywords = 500
)

// Check refuses a membership that could not be kept, or that the terms of the
// platform do not know. Errors are fault.Invalid and name the key.
func (a *Agreement) Check(p *Platform) error {
	t := &p.Terms
	known := func(list []Grade, id string) bool {
		return id == "" && len(list) == 0 || slices.ContainsFunc(list, func(g Grade) bool { return g.ID == id })
	}
	switch {
	case a.Platform != p.ID:
		return bad("platform", "%q is not the platform %q", a.Platform, p.ID)
	case a.Org == "" || len(a.Org) > maxID:
		return bad("org", "is missing: a membership is an organisation's")
	case a.Org == p.Authority:
		return bad("org", "the authority that runs a platform is no member of it")
	case len(a.Units) > maxEntries:
		return bad("units", "holds more than %d units", maxEntries)
	case !known(t.Kinds, a.Kind):
		return bad("kind", "%q is no kind of member of this platform", a.Kind)
	case !known(t.Levels, a.Level):
		return bad("level", "%q is no level of this platform", a.Level)
	}
	for i, u := range a.Units {
		if u == "" || len(u) > maxID || u == a.Org || slices.Contains(a.Units[:i], u) {
			return bad("units", "%q is empty, the member itself, or stands twice", u)
		}
	}
	return first(a.Signed.check(), a.checkTerm(t), a.CheckReach(), text("note", a.Note, maxNote, false))
}

// CheckReach checks how the member is reached and what it wants to be told about:
// what is known before anything is signed, and may change afterwards.
func (a *Agreement) CheckReach() error {
	if len(a.Contacts) > maxEntries {
		return bad("contacts", "holds more than %d contacts", maxEntries)
	}
	for i := range a.Contacts {
		if err := a.Contacts[i].check(); err != nil {
			return err
		}
	}
	return a.checkInterest()
}

func (s *Signature) check() error {
	if raw, err := hex.DecodeString(s.Hash); err != nil || len(raw) != 32 || strings.ToLower(s.Hash) != s.Hash {
		return bad("signed.hash", "is not the SHA-256 of the signed text in 64 small hex digits")
	}
	if s.At.IsZero() {
		return bad("signed.at", "is missing: an agreement holds from its signature")
	}
	return text("signed.by", s.By, maxName, true)
}

func (a *Agreement) checkTerm(t *Terms) error {
	from, err := calendar.ParseDate(a.From)
	if err != nil {
		return bad("from", "%q is not a date (YYYY-MM-DD)", a.From)
	}
	until, err := calendar.ParseDate(a.Until)
	if err != nil {
		return bad("until", "%q is not a date (YYYY-MM-DD)", a.Until)
	}
	loc := t.zone()
	most := after(calendar.Instant(from.Start(loc)), t.Term.Period, loc)
	switch {
	case until.Before(from):
		return bad("until", "%s ends before it begins, on %s", a.Until, a.From)
	case calendar.DateOf(a.Signed.At, loc).After(from):
		return bad("from", "%s lies before the signature, of %s", a.From, calendar.DateOf(a.Signed.At, loc))
	case most != (calendar.Span{}) && until.End(loc).After(most.Latest):
		return bad("until", "%s is longer than %s allows: %s at the latest", a.Until, t.Term.Clause, calendar.Clock(most.Latest, loc))
	}
	return nil
}

func (a *Agreement) checkInterest() error {
	if len(a.Keywords) > maxKeywords || len(a.Products) > maxKeywords {
		return bad("keywords", "at most %d keywords and as many products fit", maxKeywords)
	}
	for _, k := range a.Keywords {
		if err := text("keywords", k, 4*maxKeyword, true); err != nil {
			return err
		}
		if n := utf8.RuneCountInString(wordsOf(k).text); n < minKeyword && !denseOnly(k) || n > maxKeyword {
			return bad("keywords", "%q: a keyword has between %d and %d letters and digits", k, minKeyword, maxKeyword)
		}
	}
	for _, p := range a.Products {
		if purlKey(p) == "" {
			return bad("products", "%q is not a package URL such as pkg:maven/org.example/parser", p)
		}
	}
	return nil
}

func (c *Contact) check() error {
	if c.Mail == "" && c.Phone == "" {
		return bad("contacts", "%q has neither mail nor phone", c.Name)
	}
	if c.Mail != "" && !mailbox(c.Mail) {
		return bad("contacts.mail", "%q is not a mail address such as psirt@acme.example", c.Mail)
	}
	for _, p := range []string{c.Phone, c.OutOfHours} {
		if p != "" && !phone(p) {
			return bad("contacts.phone", "%q is not a telephone number with its country, such as +49 30 1234", p)
		}
	}
	if f := strings.ReplaceAll(c.Fingerprint, " ", ""); f != "" {
		if raw, err := hex.DecodeString(f); err != nil || len(raw) != 20 && len(raw) != 32 {
			return bad("contacts.fingerprint", "%q is not the fingerprint of a key: 40 or 64 hex digits", c.Fingerprint)
		}
	}
	for _, l := range c.Languages {
		if !slices.Contains(languages, l) && !tag(l) {
			return bad("contacts.languages", "%q is not a language such as en or pt-BR", l)
		}
	}
	if c.Verified != "" {
		if _, err := calendar.ParseDate(c.Verified); err != nil {
			return bad("contacts.verified", "%q is not a date (YYYY-MM-DD)", c.Verified)
		}
	}
	return first(text("contacts.name", c.Name, maxName, true), text("contacts.role", c.Role, maxName, false))
}

// mailbox takes NAME@DOMAIN without blanks, brackets and quotes: enough to see a
// slip, and nothing that could carry a second address.
func mailbox(s string) bool {
	name, domain, ok := strings.Cut(s, "@")
	return ok && name != "" && len(s) <= maxName && strings.Contains(strings.Trim(domain, "."), ".") && strings.Trim(domain, ".") == domain &&
		!strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) }) &&
		!strings.ContainsAny(s, "<>()[]\\,;:\"") && !strings.Contains(domain, "@")
}

// phone takes +, digits and the signs that people put between them.
func phone(s string) bool {
	n := 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			n++
		case r == '+' && i == 0, i > 0 && strings.ContainsRune(" -/().", r):
		default:
			return false
		}
	}
	return s[0] == '+' && n >= 5 && n <= 20
}

// tag takes the usual form of a language tag: a language, then parts of letters
// and digits.
func tag(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts[0]) < 2 || len(parts[0]) > 3 || len(parts) > 4 {
		return false
	}
	for i, p := range parts {
		if p == "" || len(p) > 8 || strings.ContainsFunc(p, func(r rune) bool {
			return r > unicode.MaxASCII || !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r))
		}) {
			return false
		}
	}
	return true
}
