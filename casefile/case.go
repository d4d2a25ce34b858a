package casefile

import (
	yaml "go.yaml.in/yaml/v4"

	"tocsin/calendar"
	"tocsin/internal/document"
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

	root *yaml.Node // the document, for the lines of messages; nil if made in memory
}

// Parse reads and checks a case file in YAML or JSON. Errors are of kind
// invalid and name file, line and key.
func Parse(name string, data []byte) (*Case, error) {
	root, err := document.Parse(name, data, document.Limits{})
	if err != nil {
		return nil, err
	}
	return fromTree(name, root)
}

func fromTree(name string, root *yaml.Node) (*Case, error) {
	var f File
	if err := document.Decode(name, root, &f); err != nil {
		return nil, err
	}
	c, err := Build(name, f)
	if err != nil {
		return nil, document.Locate(err, root)
	}
	c.root = root
	return c, nil
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
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// LineOf gives the line of a key such as parties[acme].roles in the document
// that the case was read from, or of the nearest entry around it; 0 if the case
// was made in memory.
func (c *Case) LineOf(key string) int {
	if c.root == nil {
		return 0
	}
	return document.Line(c.root, key, 0)
}

// Product looks a product up by id; nil if there is none, as for the others.
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
