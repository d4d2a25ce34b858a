package directive

import (
	"bytes"
	"encoding/json"
	"math"
	"time"

	"tocsin/calendar"
	"tocsin/internal/document"
)

// Directive is a checked directive with its indexes. It is not changed after Build.
type Directive struct {
	File
	Name string // name of the document, for messages

	authorities map[string]*Authority
	members     map[string]*Member
	scope       map[string]*Scope
	steps       map[string]*Step
	sources     map[string]bool
	due         map[string]calendar.Span // by step, as issued
	issued      calendar.Span
	zone        *time.Location
}

// Parse reads and checks a directive in YAML or JSON, its acts included. Errors
// are of kind invalid and name file, line and key.
func Parse(name string, data []byte) (*Directive, error) {
	root, err := document.Parse(name, data, document.Limits{})
	if err != nil {
		return nil, err
	}
	var f File
	if err := document.Decode(name, root, &f); err != nil {
		return nil, err
	}
	d, err := Build(name, f)
	if err != nil {
		return nil, document.Locate(err, root)
	}
	return d, nil
}

// Build checks a file that is already in memory.
func Build(name string, f File) (*Directive, error) {
	if f.Record == "" {
		f.Record = "sources"
	}
	if f.Zone == "" {
		f.Zone = "UTC"
	}
	d := &Directive{
		File: f, Name: name,
		authorities: map[string]*Authority{}, members: map[string]*Member{}, scope: map[string]*Scope{},
		steps: map[string]*Step{}, sources: map[string]bool{}, due: map[string]calendar.Span{},
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	return d, nil
}

// Kept tells whether the authority's record of this directive is kept here, so
// that it can show that no report was received.
func (d *Directive) Kept() bool { return d.Record == "kept" }

// Member looks a member up by id; nil if there is none, as for the others.
func (d *Directive) Member(id string) *Member { return d.members[id] }

// Step looks a step up by id.
func (d *Directive) Step(id string) *Step { return d.steps[id] }

// Authority looks an authority up by id.
func (d *Directive) Authority(id string) *Authority { return d.authorities[id] }

// DueOf is the limit of a step as it was issued, as the last second within it;
// false if the step has no date.
func (d *Directive) DueOf(step string) (calendar.Span, bool) {
	s, ok := d.due[step]
	return s, ok
}

// IssuedSpan is when the directive was issued.
func (d *Directive) IssuedSpan() calendar.Span { return d.issued }

// Location is the zone by whose days the figures are counted.
func (d *Directive) Location() *time.Location { return d.zone }

// JSON writes the directive as a JSON document that Parse reads back to an equal
// one. Keys that hold nothing are left out.
func (d *Directive) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d.File); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// YAML writes the directive as a YAML document, to the same promise as JSON.
func (d *Directive) YAML() ([]byte, error) {
	data, err := json.Marshal(d.File)
	if err != nil {
		return nil, err
	}
	root, err := document.Parse(d.Name, data, document.Limits{Bytes: math.MaxInt, Values: math.MaxInt})
	if err != nil {
		return nil, err
	}
	return document.YAML(root), nil
}
