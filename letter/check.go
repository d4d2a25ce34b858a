package letter

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"tocsin/internal/fault"
	"tocsin/internal/plaintext"
)

// Bounds of a letter, far beyond what anybody would read.
const (
	maxParagraph = 1900 // letters, below what plaintext.Clean keeps
	maxTotal     = 400_000
	maxList      = 500
)

// part is one thing that a letter can have.
type part struct {
	name string
	has  func(*Letter) bool
}

var parts = map[string]part{
	"from.name":            {"the sender's name", func(l *Letter) bool { return l.From.Name.any() }},
	"from.address":         {"the sender's address", func(l *Letter) bool { return anyLine(l.From.Address) }},
	"to.name":              {"the recipient's name", func(l *Letter) bool { return l.To.Name.any() }},
	"to.address":           {"the recipient's address", func(l *Letter) bool { return anyLine(l.To.Address) }},
	"number":               {"the document number", func(l *Letter) bool { return said(l.Number) }},
	"place":                {"the place", func(l *Letter) bool { return l.Place.any() }},
	"date":                 {"the date", func(l *Letter) bool { return !l.Date.IsZero() }},
	"re":                   {"the number of the letter or decision that it is about", func(l *Letter) bool { return said(l.Re) }},
	"received":             {"when that was received", func(l *Letter) bool { return !l.Received.IsZero() }},
	"basis":                {"the legal basis with its operative words", (*Letter).based},
	"facts":                {"the facts", func(l *Letter) bool { return len(l.Facts) > 0 }},
	"reasons":              {"the reasons", func(l *Letter) bool { return l.Reasons.any() }},
	"asks":                 {"what is asked or intended", func(l *Letter) bool { return len(l.Asks) > 0 }},
	"scope.platform":       {"the platform that it is about", func(l *Letter) bool { return l.Scope.Platform.any() }},
	"start":                {"from when it holds", func(l *Letter) bool { return l.AtOnce || !l.Start.IsZero() }},
	"until":                {"until when it holds", func(l *Letter) bool { return !l.Until.IsZero() }},
	"hearing":              {"how the member was heard", func(l *Letter) bool { return l.Hearing.How != "" }},
	"reply.by":             {"the end of the reply period", func(l *Letter) bool { return !l.Reply.By.IsZero() }},
	"reply.how":            {"how to reply", func(l *Letter) bool { return l.Reply.How.any() }},
	"service":              {"the proof of service", func(l *Letter) bool { return l.Service != "" }},
	"appeal.body":          {"the appeal body", func(l *Letter) bool { return l.Appeal.Body.any() }},
	"appeal.until":         {"the appeal period", func(l *Letter) bool { return !l.Appeal.Until.IsZero() || l.Appeal.Period.any() }},
	"publication":          {"the publication choice", func(l *Letter) bool { return l.Publication != "" }},
	"signatory.name":       {"the signatory", func(l *Letter) bool { return said(l.Signatory.Name) }},
	"signatory.office":     {"the signatory's office", func(l *Letter) bool { return l.Signatory.Office.any() }},
	"signatory.delegation": {"the signatory's delegation", func(l *Letter) bool { return l.Signatory.Delegation.any() }},
}

// every letter has these.
const every = "from.name from.address to.name to.address number place date signatory.name signatory.office"

// decision is what every decision has beside them.
const decision = " facts basis reasons scope.platform start hearing service appeal.body appeal.until publication signatory.delegation"

// must are the parts that a kind cannot do without.
var must = map[Kind]string{
	Reminder:       " asks basis",
	Warning:        " facts basis reasons signatory.delegation",
	Hearing:        " facts basis asks reply.by reply.how service signatory.delegation",
	Suspension:     decision + " until",
	Extension:      decision + " re until",
	Reinstatement:  " re basis reasons scope.platform start service appeal.body appeal.until publication signatory.delegation",
	Termination:    decision,
	Call:           " asks basis reply.by reply.how",
	Finding:        " basis reasons service",
	HearingClosed:  " re hearing",
	Accepted:       " re",
	Returned:       " re reasons",
	Invitation:     " asks scope.platform",
	Evidence:       " asks basis reply.by reply.how",
	ReplyReceived:  " re received",
	AppealReceived: " re received appeal.body",
	Answer:         " re asks",
	AppealLodged:   " re reasons asks appeal.body",
}

// Missing names the parts that a letter of this kind must have and this one
// lacks, in the order of the letter; nil if none.
func (l *Letter) Missing() []string {
	var out []string
	for _, key := range strings.Fields(every + must[l.Kind]) {
		if !parts[key].has(l) {
			out = append(out, key)
		}
	}
	if l.Hearing.How == HeardAfter && l.Kind.Decides() {
		for _, key := range []string{"reply.by", "reply.how"} {
			if !parts[key].has(l) {
				out = append(out, key)
			}
		}
		if !l.Hearing.Why.any() {
			out = append(out, "hearing.why")
		}
	}
	return out
}

// Check refuses a letter that lacks a part or contradicts itself, with a
// sentence that names the place.
func (l *Letter) Check() error {
	if _, ok := must[l.Kind]; !ok {
		return fault.At("", 0, "kind", "%q is no kind of letter", string(l.Kind))
	}
	if keys := l.Missing(); len(keys) > 0 {
		names := make([]string, len(keys))
		for i, k := range keys {
			names[i] = parts[k].name
			if k == "hearing.why" {
				names[i] = "why the decision could not wait for the hearing"
			}
		}
		return &fault.Error{Kind: fault.Invalid, Key: strings.Join(keys, ", "), Message: "a letter of the kind " + string(l.Kind) + " cannot be written without " + strings.Join(names, ", ")}
	}
	if err := l.choices(); err != nil {
		return err
	}
	if err := l.dates(); err != nil {
		return err
	}
	return l.lists()
}

func (l *Letter) choices() error {
	for _, c := range []struct {
		key, value string
		known      string
	}{
		{"service", l.Service, "inbox acknowledgement registered hand"},
		{"hearing.how", l.Hearing.How, "before silent after waived"},
		{"publication", l.Publication, "internal public"},
		{"appeal.stays", l.Appeal.Stays, "yes no"},
		{"to.title", l.To.Title, "ms mr"},
		{"binding", l.Binding, strings.Join(Languages(), " ")},
	} {
		if c.value != "" && !strings.Contains(" "+c.known+" ", " "+c.value+" ") {
			return fault.At("", 0, c.key, "%q is none of %s", c.value, strings.ReplaceAll(c.known, " ", ", "))
		}
	}
	if h := l.Hearing.How; (h == HeardBefore || h == HeardSilent || h == HeardWaived) && !said(l.Hearing.Re) {
		return fault.At("", 0, "hearing.re", "the letter says that the member was heard or waived it, but not by which document")
	}
	return nil
}

// dates refuses those that contradict one another and those without a zone.
func (l *Letter) dates() error {
	all := []struct {
		key string
		w   When
	}{{"date", l.Date}, {"received", l.Received}, {"start", l.Start}, {"until", l.Until}, {"reply.by", l.Reply.By}, {"appeal.until", l.Appeal.Until}}
	for i, f := range l.Facts {
		all = append(all, struct {
			key string
			w   When
		}{fmt.Sprintf("facts[%d].at", i+1), f.At})
	}
	for _, d := range all {
		switch {
		case d.w.IsZero():
		case d.w.Location().String() == "Local":
			return fault.At("", 0, d.key, "the date has no zone of its own; give it one by name or offset")
		case d.w.Year() < 1 || d.w.Year() > 9999:
			return fault.At("", 0, d.key, "the year %d cannot be written", d.w.Year())
		}
	}
	for _, c := range []struct {
		early, late   string
		before, after When
	}{
		{"start", "until", l.Start, l.Until},
		{"date", "until", l.Date, l.Until},
		{"date", "reply.by", l.Date, l.Reply.By},
		{"date", "appeal.until", l.Date, l.Appeal.Until},
		{"received", "date", l.Received, l.Date},
	} {
		if !c.before.IsZero() && !c.after.IsZero() && c.after.end().Before(c.before.Time) {
			return fault.At("", 0, c.late, "%s lies before %s (%s)", c.after.iso(), c.early, c.before.iso())
		}
	}
	if l.Kind.Decides() && !l.Start.IsZero() && l.Start.end().Before(l.Date.Time) {
		return fault.At("", 0, "start", "a decision cannot take effect on %s, before its own date (%s)", l.Start.iso(), l.Date.iso())
	}
	if l.AtOnce && !l.Start.IsZero() {
		return fault.At("", 0, "start", "the letter takes effect at once and from %s: only one can be", l.Start.iso())
	}
	return nil
}

// lists bounds everything, and refuses an empty entry of a list and a hash that
// is none.
func (l *Letter) lists() error {
	for i, e := range l.Enclosures {
		if !e.Title.any() {
			return fault.At("", 0, fmt.Sprintf("enclosures[%d].title", i+1), "an enclosure has no title")
		}
		if e.SHA256 != "" && (len(e.SHA256) != 64 || strings.Trim(e.SHA256, "0123456789abcdef") != "") {
			return fault.At("", 0, fmt.Sprintf("enclosures[%d].sha256", i+1), "%q is no SHA-256 in hex", e.SHA256)
		}
	}
	for i, f := range l.Facts {
		if !f.Text.any() || !anyLine(f.Sources) {
			return fault.At("", 0, fmt.Sprintf("facts[%d]", i+1), "a fact needs its words and a source")
		}
	}
	for i, a := range l.Asks {
		if !a.any() {
			return fault.At("", 0, fmt.Sprintf("asks[%d]", i+1), "the entry is empty")
		}
	}
	total := 0
	return bounded(reflect.ValueOf(l).Elem(), "", &total)
}

// bounded walks a letter and refuses what is too long to be shown in full: a
// legal text is never cut.
func bounded(v reflect.Value, key string, total *int) error {
	switch v.Kind() {
	case reflect.String:
		if *total += v.Len(); *total > maxTotal {
			return fault.At("", 0, strings.ToLower(key), "the letter has more than %d bytes", maxTotal)
		}
		for line := range strings.Lines(v.String()) {
			if n := utf8.RuneCountInString(line); n > maxParagraph {
				return fault.At("", 0, strings.ToLower(key), "a paragraph has %d letters; at most %d: divide it", n, maxParagraph)
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[When]() {
			return nil
		}
		for i := range v.NumField() {
			if err := bounded(v.Field(i), strings.TrimPrefix(key+"."+v.Type().Field(i).Name, "."), total); err != nil {
				return err
			}
		}
	case reflect.Slice, reflect.Map:
		if v.Len() > maxList {
			return fault.At("", 0, strings.ToLower(key), "%d entries; at most %d", v.Len(), maxList)
		}
		if v.Kind() == reflect.Map {
			for m := v.MapRange(); m.Next(); {
				if err := bounded(m.Value(), key+"["+m.Key().String()+"]", total); err != nil {
					return err
				}
			}
			return nil
		}
		for i := range v.Len() {
			if err := bounded(v.Index(i), fmt.Sprintf("%s[%d]", key, i+1), total); err != nil {
				return err
			}
		}
	}
	return nil
}

// based tells whether the letter names clauses, each with its operative words.
func (l *Letter) based() bool {
	for _, c := range l.Basis {
		if !c.Citation.any() || !said(c.Operative) {
			return false
		}
	}
	return len(l.Basis) > 0
}

// said tells whether anything of a text would be seen.
func said(s string) bool { return plaintext.Clean(s) != "" }

func (t Text) any() bool {
	for _, s := range t {
		if said(s) {
			return true
		}
	}
	return false
}

func anyLine(lines []string) bool {
	for _, s := range lines {
		if said(s) {
			return true
		}
	}
	return false
}
