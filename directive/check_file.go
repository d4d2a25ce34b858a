package directive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"tocsin/calendar"
	"tocsin/internal/fault"
)

// Words of keys that take one of a few.
var (
	records   = []string{"sources", "kept"}
	labels    = []string{"", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"} // TLP 2.0
	stepKinds = []string{"patch", "mitigate", "remove", "inventory", "move", "monitor", "report", "other"}
)

// Bounds far above any directive, so that a hostile document cannot hold the
// machine: what one state costs grows with cells and with acts on them.
const (
	maxWords = 20_000 // bytes of one text
	maxName  = 1000
	maxCells = 200_000   // members times steps
	maxWork  = 4_000_000 // acts times the cells that each concerns
	maxYear  = 8999
)

func (d *Directive) errorf(line int, key, format string, args ...any) error {
	return fault.At(d.Name, line, key, format, args...)
}

func (d *Directive) word(line int, key, v string, list []string) error {
	if slices.Contains(list, v) {
		return nil
	}
	if list[0] == "" {
		list = list[1:]
	}
	return d.errorf(line, key, "%q is not %s or %s", v, strings.Join(list[:len(list)-1], ", "), list[len(list)-1])
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Directive) check() error {
	switch {
	case d.Format == "":
		return d.errorf(0, "format", "is missing; write format: %s", Format)
	case d.Format != Format:
		return d.errorf(0, "format", "%q is not a format that is read here; known is %s", d.Format, Format)
	case d.Number == "":
		return d.errorf(0, "number", "is missing: the number by which the authority cites the directive")
	}
	err := first(d.id(0, "directive", d.ID), d.text(0, "title", d.Title, true), d.word(0, "record", d.Record, records), d.word(0, "tlp", d.TLP, labels),
		d.short(0, "number", d.Number), d.short(0, "signed-by", d.SignedBy))
	if err != nil {
		return err
	}
	return inTurn(d.checkBodies, d.checkIssue, d.checkMembers, d.checkScope, d.checkSteps, d.checkExceptions, d.checkLinks, d.checkActs)
}

// id refuses what could not be pointed to.
func (d *Directive) id(line int, key, id string) error {
	switch {
	case id == "":
		return d.errorf(line, key, "is missing")
	case len(id) > 200:
		return d.errorf(line, key, "is longer than 200 bytes")
	case strings.ContainsAny(id, "/\"'<>\\") || strings.ContainsFunc(id, unicode.IsSpace):
		return d.errorf(line, key, "%q holds a blank, a slash, a quote or a bracket", id)
	case strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }):
		return d.errorf(line, key, "%q holds a character that cannot be seen", id)
	}
	return nil
}

func (d *Directive) short(line int, key, s string) error {
	if len(s) > maxName {
		return d.errorf(line, key, "has %d bytes; at most %d fit", len(s), maxName)
	}
	return nil
}

// text refuses languages that are none and texts that say nothing.
func (d *Directive) text(line int, key string, t Text, needed bool) error {
	if needed && len(t) == 0 {
		return d.errorf(line, key, "is missing; write it by language, as in {en: …}")
	}
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		switch s := t[lang]; {
		case len(lang) < 2 || len(lang) > 35 || strings.ContainsFunc(lang, func(r rune) bool { return r != '-' && (r > 'z' || !unicode.IsLetter(r) && !unicode.IsDigit(r)) }):
			return d.errorf(line, key+"."+lang, "%q is not a language such as en, zh, fr or de", lang)
		case strings.TrimSpace(s) == "":
			return d.errorf(line, key+"."+lang, "is empty")
		case len(s) > maxWords:
			return d.errorf(line, key+"."+lang, "has %d bytes; at most %d fit", len(s), maxWords)
		}
	}
	return nil
}

// address takes what can be opened in a browser, and nothing else.
func (d *Directive) address(line int, key, s string, needed bool) error {
	switch {
	case s == "" && needed:
		return d.errorf(line, key, "is missing: the address of the official text")
	case s != "" && !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://"), strings.ContainsFunc(s, unicode.IsSpace):
		return d.errorf(line, key, "%q is not an address that begins with https://", s)
	}
	return d.short(line, key, s)
}

func (d *Directive) source(line int, key, id string) error {
	if id != "" && !d.sources[id] {
		return d.errorf(line, key, "%q is not a source of this directive", id)
	}
	return nil
}

// checkBodies indexes sources and authorities.
func (d *Directive) checkBodies() error {
	for i, s := range d.Sources {
		key := fmt.Sprintf("sources[%s].id", orIndex(s.ID, i))
		if err := d.id(s.Line, key, s.ID); err != nil {
			return err
		}
		if d.sources[s.ID] {
			return d.errorf(s.Line, key, "the id stands twice in sources")
		}
		d.sources[s.ID] = true
	}
	if len(d.Authorities) == 0 {
		return d.errorf(0, "authorities", "is missing: at least the authority that issued the directive")
	}
	for i := range d.Authorities {
		a := &d.Authorities[i]
		key := "authorities[" + orIndex(a.ID, i) + "]"
		if err := first(d.id(a.Line, key+".id", a.ID), d.short(a.Line, key+".name", a.Name)); err != nil {
			return err
		}
		if d.authorities[a.ID] != nil {
			return d.errorf(a.Line, key+".id", "the id stands twice in authorities")
		}
		if !place(a.Country) {
			return d.errorf(a.Line, key+".country", "%q is not a country code (ISO 3166-1 alpha-2) or EU", a.Country)
		}
		d.authorities[a.ID] = a
	}
	return d.authority(0, "issued-by", d.IssuedBy)
}

func place(s string) bool {
	return s == "" || len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func (d *Directive) authority(line int, key, id string) error {
	switch {
	case id == "":
		return d.errorf(line, key, "is missing")
	case d.authorities[id] == nil:
		return d.errorf(line, key, "%q is not an authority of this directive", id)
	}
	return nil
}

// checkIssue reads when it was issued, in what zone days are counted, and on
// what ground.
func (d *Directive) checkIssue() error {
	loc, err := calendar.Zone(d.Zone)
	if err != nil {
		return d.errorf(0, "zone", "%v", err)
	}
	d.zone = loc
	if d.Issued.IsZero() {
		return d.errorf(0, "issued", "is missing")
	}
	s, err := d.Issued.Span()
	if err == nil && (s.Earliest.IsZero() || s.Latest.IsZero() || s.Latest.Year() > maxYear) {
		return d.errorf(0, "issued", "needs a day, or from and to")
	}
	if err != nil {
		return d.errorf(0, "issued", "%v", err)
	}
	d.issued = s
	if len(d.Basis) == 0 {
		return d.errorf(0, "basis", "is missing: the legal basis in full, with its citation and the address of the official text")
	}
	for i, b := range d.Basis {
		key := fmt.Sprintf("basis[%d]", i)
		switch {
		case strings.TrimSpace(b.Text) == "":
			return d.errorf(b.Line, key+".text", "is missing: the words that the authority relies on")
		case len(b.Text) > maxWords:
			return d.errorf(b.Line, key+".text", "has %d bytes; at most %d fit", len(b.Text), maxWords)
		case strings.TrimSpace(b.Citation) == "":
			return d.errorf(b.Line, key+".citation", "is missing")
		}
		if err := first(d.short(b.Line, key+".citation", b.Citation), d.address(b.Line, key+".official", b.Official, true), d.source(b.Line, key+".source", b.Source)); err != nil {
			return err
		}
	}
	return nil
}

func (d *Directive) checkMembers() error {
	for i := range d.Members {
		m := &d.Members[i]
		key := "members[" + orIndex(m.ID, i) + "]"
		if err := first(d.id(m.Line, key+".id", m.ID), d.short(m.Line, key+".name", m.Name), d.source(m.Line, key+".source", m.Source)); err != nil {
			return err
		}
		switch {
		case d.members[m.ID] != nil:
			return d.errorf(m.Line, key+".id", "the id stands twice in members")
		case d.authorities[m.ID] != nil:
			return d.errorf(m.Line, key+".id", "%q is an authority of this directive as well; give the member an id of its own", m.ID)
		}
		d.members[m.ID] = m
	}
	for _, m := range d.Members {
		seen := map[string]bool{m.ID: true}
		for at := &m; at.PartOf != ""; {
			up := d.members[at.PartOf]
			switch {
			case up == nil:
				return d.errorf(at.Line, "members["+at.ID+"].part-of", "%q is not a member of this directive", at.PartOf)
			case seen[up.ID] || len(seen) > 16:
				return d.errorf(m.Line, "members["+m.ID+"].part-of", "goes round in a circle, or lies more than 16 deep")
			}
			seen[up.ID], at = true, up
		}
	}
	if n := len(d.Members) * len(d.Steps); n > maxCells {
		return d.errorf(0, "members", "%d members and %d steps are more than is read; at most %d pairs", len(d.Members), len(d.Steps), maxCells)
	}
	return nil
}

func orIndex(id string, i int) string {
	if id == "" {
		return fmt.Sprint(i)
	}
	return id
}

func stamp(t time.Time) string { return t.Format("2006-01-02 15:04 -07:00") }
