package casefile

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

// The words of keys that take one of a few. Others (nature, form, result) are
// declared or used by rule packs, which a stranger may add to.
var (
	records     = []string{"sources", "kept"}
	labels      = []string{"", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"} // TLP 2.0
	sourceKinds = []string{"", "primary", "press", "anonymous", "own"}
	bases       = []string{"", "own", "on-behalf", "claim"}
	hows        = []string{"", "found", "told"}
	details     = []string{"", "metadata", "advisory", "exploit"}
	impacts     = []string{"", "partial", "total"}
)

func (c *Case) errorf(line int, key, format string, args ...any) error {
	return fault.At(c.Name, line, key, format, args...)
}

// word refuses a word that is not in a closed list.
func (c *Case) word(line int, key, v string, list []string) error {
	if slices.Contains(list, v) {
		return nil
	}
	if list[0] == "" {
		list = list[1:]
	}
	return c.errorf(line, key, "%q is not %s or %s", v, strings.Join(list[:len(list)-1], ", "), list[len(list)-1])
}

func (c *Case) check() error {
	switch {
	case c.Format == "":
		return c.errorf(0, "format", "is missing; write format: %s", Format)
	case c.Format != Format:
		return c.errorf(0, "format", "%q is not a format that is read here; known is %s", c.Format, Format)
	case c.File.Case == "":
		return c.errorf(0, "case", "is missing")
	}
	if err := c.word(0, "record", c.Record, records); err != nil {
		return err
	}
	if err := c.word(0, "tlp", c.TLP, labels); err != nil {
		return err
	}
	for _, f := range []func() error{c.indexNames, c.indexEvents, c.checkProducts, c.checkParties, c.checkSources, c.checkEvents, c.checkWindows, c.checkCycles} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func index[T any](c *Case, list string, items []T, place func(*T) (string, int), m map[string]*T) error {
	for i := range items {
		p := &items[i]
		name, line := place(p)
		if err := idError(name); err != "" {
			return c.errorf(line, fmt.Sprintf("%s[%s].id", list, orIndex(name, i)), "%s", err)
		}
		if _, dup := m[name]; dup {
			return c.errorf(line, fmt.Sprintf("%s[%s].id", list, name), "the id stands twice in %s", list)
		}
		m[name] = p
	}
	return nil
}

func orIndex(id string, i int) string {
	if id == "" {
		return fmt.Sprint(i)
	}
	return id
}

func idError(id string) string {
	switch {
	case id == "":
		return "is missing"
	case len(id) > 200:
		return "is longer than 200 bytes"
	case strings.ContainsAny(id, " \t\n\r/\"'<>\\"):
		return fmt.Sprintf("%q holds a blank, a slash, a quote or a bracket", id)
	case strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Sprintf("%q holds a character that cannot be seen", id)
	}
	return ""
}

func (c *Case) indexNames() error {
	if err := index(c, "products", c.Products, func(p *Product) (string, int) { return p.ID, p.Line }, c.products); err != nil {
		return err
	}
	if err := index(c, "parties", c.Parties, func(p *Party) (string, int) { return p.ID, p.Line }, c.parties); err != nil {
		return err
	}
	c.owned = map[string][]*Product{}
	for i := range c.Products {
		p := &c.Products[i]
		c.owned[p.Provider] = append(c.owned[p.Provider], p)
	}
	return index(c, "sources", c.Sources, func(s *Source) (string, int) { return s.ID, s.Line }, c.sources)
}

// product, party and source refuse a name that points nowhere; "" is no name.
func (c *Case) product(line int, key, id string) error {
	if id != "" && c.products[id] == nil {
		return c.errorf(line, key, "%q is not a product of this case", id)
	}
	return nil
}

func (c *Case) party(line int, key, id string) error {
	if id != "" && c.parties[id] == nil {
		return c.errorf(line, key, "%q is not a party of this case", id)
	}
	return nil
}

func (c *Case) source(line int, key, id string) error {
	if id != "" && c.sources[id] == nil {
		return c.errorf(line, key, "%q is not a source of this case", id)
	}
	return nil
}

// A name is repeated with each duty that it concerns, and a reason with each that
// it was given for; notes and original words stand once and may be long.
const (
	maxName   = 1000
	maxReason = 4000
)

// short refuses a text that is longer than so many bytes.
func (c *Case) short(line int, key, s string, most int) error {
	if len(s) > most {
		return c.errorf(line, key, "has %d bytes; at most %d fit here, and note takes the rest", len(s), most)
	}
	return nil
}

// first returns the first error that is one.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Case) checkProducts() error {
	for _, p := range c.Products {
		key := "products[" + p.ID + "]"
		if err := first(c.short(p.Line, key+".name", p.Name, maxName), c.party(p.Line, key+".provider", p.Provider), c.attributes(p.Line, key, p.Attributes), c.source(p.Line, key+".source", p.Source)); err != nil {
			return err
		}
		for _, r := range p.Contains {
			if err := c.product(p.Line, key+".contains", r.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Case) checkParties() error {
	for _, p := range c.Parties {
		key := "parties[" + p.ID + "]"
		if err := first(c.short(p.Line, key+".name", p.Name, maxName), c.party(p.Line, key+".part-of", p.PartOf), c.attributes(p.Line, key, p.Attributes), c.source(p.Line, key+".source", p.Source)); err != nil {
			return err
		}
		for _, r := range p.Operates {
			if err := c.product(p.Line, key+".operates", r.ID); err != nil {
				return err
			}
		}
		if p.Country != "" && !validPlace(p.Country) {
			return c.errorf(p.Line, key+".country", "%q is not a country code (ISO 3166-1 alpha-2) or EU", p.Country)
		}
		for _, m := range p.Markets {
			if !validPlace(m) {
				return c.errorf(p.Line, key+".markets", "%q is not a country code (ISO 3166-1 alpha-2) or EU", m)
			}
		}
	}
	return nil
}

func (c *Case) checkSources() error {
	for _, s := range c.Sources {
		key := "sources[" + s.ID + "]"
		if err := c.word(s.Line, key+".kind", s.Kind, sourceKinds); err != nil {
			return err
		}
		if s.Published != "" && !isDay(s.Published) {
			return c.errorf(s.Line, key+".published", "%q is not a date (YYYY-MM-DD, YYYY-MM or YYYY)", s.Published)
		}
		for _, id := range s.Cites {
			if c.sources[id] == nil {
				return c.errorf(s.Line, key+".cites", "%q is not a source of this case", id)
			}
		}
	}
	return nil
}

// isDay takes a day, a month or a year of the calendar.
func isDay(s string) bool {
	_, err := calendar.ParseDate(s + "2000-01-01"[min(len(s), 10):])
	return err == nil && (len(s) == 4 || len(s) == 7 || len(s) == 10)
}

func (c *Case) checkWindows() error {
	for i, w := range c.Windows {
		key := fmt.Sprintf("windows[%d]", i)
		if w.Kind == "" {
			return c.errorf(w.Line, key+".kind", "is missing")
		}
		if w.Country != "" && !validPlace(w.Country) {
			return c.errorf(w.Line, key+".country", "%q is not a country code (ISO 3166-1 alpha-2) or EU", w.Country)
		}
		if err := c.short(w.Line, key+".name", w.Name, maxName); err != nil {
			return err
		}
		var spans [2]calendar.Span
		for j, t := range []Time{w.From, w.To} {
			name := [2]string{".from", ".to"}[j]
			if t.IsZero() {
				return c.errorf(w.Line, key+name, "is missing")
			}
			s, err := t.Span()
			if err != nil {
				return c.errorf(w.Line, key+name, "%v", err)
			}
			if s.Latest.Year() > maxYear {
				return c.errorf(w.Line, key+name, "lies after the year %d, which must be a slip", maxYear)
			}
			spans[j] = s
		}
		if spans[1].Before(spans[0]) {
			return c.errorf(w.Line, key+".to", "the window ends before it begins")
		}
		if err := c.source(w.Line, key+".source", w.Source); err != nil {
			return err
		}
	}
	return nil
}

// attributes refuses what could not be written and read back.
func (c *Case) attributes(line int, key string, m map[string]Scalar) error {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if k == "" || len(k) > 200 {
			return c.errorf(line, key+".attributes", "the key %q is empty or longer than 200 bytes", k)
		}
		switch v := m[k].V.(type) {
		case string, bool, int64:
		case float64:
			if v != v || v-v != 0 {
				return c.errorf(line, key+".attributes."+k, "%v is not a number", v)
			}
		default:
			return c.errorf(line, key+".attributes."+k, "an attribute is a text, a number, true or false")
		}
	}
	return nil
}

func isTime(s string) bool { _, err := time.Parse(time.RFC3339, s); return err == nil }
