package casefile

import (
	"fmt"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/internal/document"
	"tocsin/internal/fault"
)

// Case is a checked case file with its indexes. It is not changed after Build.
type Case struct {
	File
	Name string // name of the document, for messages

	products map[string]*Product
	parties  map[string]*Party
	events   map[string]*Event
	sources  map[string]*Source
	spans    map[string]calendar.Span
	owned    map[string][]*Product
}

// Parse reads and checks a case file in YAML or JSON. Errors are of kind
// invalid and name file, line and key.
func Parse(name string, data []byte) (*Case, error) {
	root, err := document.Parse(name, data, document.Limits{})
	if err != nil {
		return nil, err
	}
	var f File
	if err := document.Decode(name, root, &f); err != nil {
		return nil, err
	}
	return Build(name, f)
}

// Build checks a file that is already in memory.
func Build(name string, f File) (*Case, error) {
	if f.Record == "" {
		f.Record = "sources"
	}
	c := &Case{
		File: f, Name: name,
		products: map[string]*Product{}, parties: map[string]*Party{}, events: map[string]*Event{},
		sources: map[string]*Source{}, spans: map[string]calendar.Span{},
	}
	return c, c.check()
}

// Product, Party, Event and Source look an entry up by id; nil if there is none.
func (c *Case) Product(id string) *Product { return c.products[id] }

// Party looks a party up by id.
func (c *Case) Party(id string) *Party { return c.parties[id] }

// Event looks an event up by id.
func (c *Case) Event(id string) *Event { return c.events[id] }

// Source looks a source up by id.
func (c *Case) Source(id string) *Source { return c.sources[id] }

// Span is when the event happened, as an interval over all candidate zones.
func (c *Case) Span(e *Event) calendar.Span { return c.spans[e.ID] }

// Kept tells whether the record of this case is kept here, so that it can show
// that something was not done.
func (c *Case) Kept() bool { return c.Record == "kept" }

// SetLine keeps the line of the entry for messages.
func (e *Event) SetLine(n int) { e.Line = n }

func (c *Case) errorf(line int, key, format string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, File: c.Name, Line: line, Key: key, Message: fmt.Sprintf(format, args...)}
}

func (c *Case) check() error {
	switch {
	case c.Format == "":
		return c.errorf(0, "format", "is missing; write format: %s", Format)
	case c.Format != Format:
		return c.errorf(0, "format", "%q is not a format that is read here; known is %s", c.Format, Format)
	case c.File.Case == "":
		return c.errorf(0, "case", "is missing")
	case c.Record != "sources" && c.Record != "kept":
		return c.errorf(0, "record", "%q is not sources or kept", c.Record)
	}
	switch c.TLP {
	case "", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED":
	default:
		return c.errorf(0, "tlp", "%q is not a label of TLP 2.0 (CLEAR, GREEN, AMBER, AMBER+STRICT, RED)", c.TLP)
	}
	for _, f := range []func() error{c.indexNames, c.indexEvents, c.checkNames, c.checkEvents, c.checkWindows, c.checkCycles} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func index[T any](c *Case, list string, items []T, id func(*T) string, m map[string]*T) error {
	for i := range items {
		p := &items[i]
		name := id(p)
		if err := idError(name); err != "" {
			return c.errorf(lineOf(p), fmt.Sprintf("%s[%d].id", list, i), "%s", err)
		}
		if _, dup := m[name]; dup {
			return c.errorf(lineOf(p), fmt.Sprintf("%s[%s]", list, name), "the id stands twice in %s", list)
		}
		m[name] = p
	}
	return nil
}

func lineOf(p any) int {
	if e, ok := p.(*Event); ok {
		return e.Line
	}
	return 0
}

func idError(id string) string {
	switch {
	case id == "":
		return "is missing"
	case len(id) > 200:
		return "is longer than 200 bytes"
	case strings.ContainsAny(id, " \t\n\r/\"'<>\\"):
		return fmt.Sprintf("%q holds a blank, a slash, a quote or a bracket", id)
	}
	return ""
}

func (c *Case) indexNames() error {
	if err := index(c, "products", c.Products, func(p *Product) string { return p.ID }, c.products); err != nil {
		return err
	}
	if err := index(c, "parties", c.Parties, func(p *Party) string { return p.ID }, c.parties); err != nil {
		return err
	}
	c.owned = map[string][]*Product{}
	for i := range c.Products {
		p := &c.Products[i]
		c.owned[p.Provider] = append(c.owned[p.Provider], p)
	}
	return index(c, "sources", c.Sources, func(s *Source) string { return s.ID }, c.sources)
}

func (c *Case) indexEvents() error {
	if err := index(c, "events", c.Events, func(e *Event) string { return e.ID }, c.events); err != nil {
		return err
	}
	for i := range c.Events {
		e := &c.Events[i]
		key := "events[" + e.ID + "]"
		if e.Kind == "" {
			return c.errorf(e.Line, key+".kind", "is missing")
		}
		if !e.Kind.Known() {
			return c.errorf(e.Line, key+".kind", "%q is not a kind of event; docs/casefile.md lists them", e.Kind)
		}
		if e.At.IsZero() {
			return c.errorf(e.Line, key+".at", "is missing")
		}
		s, err := e.At.Span()
		if err != nil {
			return c.errorf(e.Line, key+".at", "%v", err)
		}
		c.spans[e.ID] = s
		for name, t := range map[string]*Time{"due": e.Due, "until": e.Until} {
			if t == nil {
				continue
			}
			if _, err := t.Span(); err != nil {
				return c.errorf(e.Line, key+"."+name, "%v", err)
			}
		}
		if e.RecordedAt != "" {
			if _, err := time.Parse(time.RFC3339, e.RecordedAt); err != nil {
				return c.errorf(e.Line, key+".recorded-at", "%q is not an RFC 3339 time", e.RecordedAt)
			}
		}
		switch e.Basis {
		case "", "own", "on-behalf", "claim":
		default:
			return c.errorf(e.Line, key+".basis", "%q is not own, on-behalf or claim", e.Basis)
		}
	}
	return nil
}

func (c *Case) checkNames() error {
	for _, p := range c.Products {
		key := "products[" + p.ID + "]"
		if p.Provider != "" && c.parties[p.Provider] == nil {
			return c.errorf(0, key+".provider", "%q is not a party of this case", p.Provider)
		}
		for _, r := range p.Contains {
			if c.products[r.ID] == nil {
				return c.errorf(0, key+".contains", "%q is not a product of this case", r.ID)
			}
		}
		if p.Source != "" && c.sources[p.Source] == nil {
			return c.errorf(0, key+".source", "%q is not a source of this case", p.Source)
		}
	}
	for _, p := range c.Parties {
		key := "parties[" + p.ID + "]"
		for _, r := range p.Operates {
			if c.products[r.ID] == nil {
				return c.errorf(0, key+".operates", "%q is not a product of this case", r.ID)
			}
		}
		if p.PartOf != "" && c.parties[p.PartOf] == nil {
			return c.errorf(0, key+".part-of", "%q is not a party of this case", p.PartOf)
		}
		for _, place := range append([]string{p.Country}, p.Markets...) {
			if place != "" && !validPlace(place) {
				return c.errorf(0, key, "%q is not a country code (ISO 3166-1 alpha-2) or EU", place)
			}
		}
		if p.Source != "" && c.sources[p.Source] == nil {
			return c.errorf(0, key+".source", "%q is not a source of this case", p.Source)
		}
	}
	for _, s := range c.Sources {
		switch s.Kind {
		case "", "primary", "press", "anonymous", "own":
		default:
			return c.errorf(0, "sources["+s.ID+"].kind", "%q is not primary, press, anonymous or own", s.Kind)
		}
		for _, id := range s.Cites {
			if c.sources[id] == nil {
				return c.errorf(0, "sources["+s.ID+"].cites", "%q is not a source of this case", id)
			}
		}
	}
	return nil
}

func (c *Case) checkEvents() error {
	for i := range c.Events {
		e := &c.Events[i]
		key := "events[" + e.ID + "]"
		for name, id := range map[string]string{"by": e.By, "claimed-by": e.ClaimedBy, "recorded-by": e.RecordedBy} {
			if id != "" && c.parties[id] == nil && (name == "by" || c.sources[id] == nil) {
				return c.errorf(e.Line, key+"."+name, "%q is not a party of this case", id)
			}
		}
		if e.Of != "" && c.products[e.Of] == nil {
			return c.errorf(e.Line, key+".of", "%q is not a product of this case", e.Of)
		}
		if e.Source != "" && c.sources[e.Source] == nil {
			return c.errorf(e.Line, key+".source", "%q is not a source of this case", e.Source)
		}
		for name, ids := range map[string][]string{"re": one(e.Re), "disputes": e.Disputes, "supersedes": e.Supersedes} {
			for _, id := range ids {
				if c.events[id] == nil {
					return c.errorf(e.Line, key+"."+name, "%q is not an event of this case", id)
				}
				if id == e.ID {
					return c.errorf(e.Line, key+"."+name, "an event cannot point to itself")
				}
			}
		}
	}
	return nil
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func (c *Case) checkWindows() error {
	for i, w := range c.Windows {
		key := fmt.Sprintf("windows[%d]", i)
		if w.Kind == "" {
			return c.errorf(0, key+".kind", "is missing")
		}
		for name, t := range map[string]Time{"from": w.From, "to": w.To} {
			if t.IsZero() {
				return c.errorf(0, key+"."+name, "is missing")
			}
			if _, err := t.Span(); err != nil {
				return c.errorf(0, key+"."+name, "%v", err)
			}
		}
	}
	return nil
}

// checkCycles refuses chains that come back to their beginning.
func (c *Case) checkCycles() error {
	contains := map[string][]string{}
	for _, p := range c.Products {
		for _, r := range p.Contains {
			contains[p.ID] = append(contains[p.ID], r.ID)
		}
	}
	partOf := map[string][]string{}
	for _, p := range c.Parties {
		partOf[p.ID] = one(p.PartOf)
	}
	supersedes := map[string][]string{}
	for _, e := range c.Events {
		supersedes[e.ID] = e.Supersedes
	}
	for _, g := range []struct {
		list, key string
		next      map[string][]string
	}{{"products", "contains", contains}, {"parties", "part-of", partOf}, {"events", "supersedes", supersedes}} {
		if at := cycle(g.next); at != "" {
			line := 0
			if g.list == "events" {
				line = c.events[at].Line
			}
			return c.errorf(line, fmt.Sprintf("%s[%s].%s", g.list, at, g.key), "goes round in a circle")
		}
	}
	return nil
}

// cycle finds a node on a cycle, without recursion; "" if there is none.
func cycle(next map[string][]string) string {
	in := map[string]int{}
	for n, outs := range next {
		in[n] += 0
		for _, o := range outs {
			in[o]++
		}
	}
	var free []string
	for n, k := range in {
		if k == 0 {
			free = append(free, n)
		}
	}
	left := len(in)
	for len(free) > 0 {
		n := free[len(free)-1]
		free = free[:len(free)-1]
		left--
		for _, o := range next[n] {
			if in[o]--; in[o] == 0 {
				free = append(free, o)
			}
		}
	}
	if left == 0 {
		return ""
	}
	at := ""
	for n, k := range in {
		if k > 0 && len(next[n]) > 0 && (at == "" || n < at) {
			at = n
		}
	}
	return at
}
