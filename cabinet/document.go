package cabinet

import (
	"encoding/json"

	"tocsin/internal/fault"
)

// Document is a document as a backup holds it: opened, with the words under
// which it is found.
type Document struct {
	Kind    string          `json:"kind"`
	ID      string          `json:"id"`
	Version int64           `json:"version"`
	Keys    []string        `json:"keys,omitempty"`
	Unique  []string        `json:"unique,omitempty"`
	Value   json.RawMessage `json:"value"`
}

// Opened opens a row as the database has it; fault.Internal if it does not open.
func (c *Cabinet) Opened(r Row) (Document, error) {
	k, err := c.ring(r.Kind)
	if err != nil {
		return Document{}, fault.New(fault.Internal, "the database has a document of a kind that cannot be: it is damaged")
	}
	l, err := k.open(r)
	if err != nil {
		return Document{}, err
	}
	return Document{r.Kind, l.ID, r.Version, l.Keys, l.Unique, l.Value}, nil
}

// Sealed seals a document at its version, under the keys of this cabinet;
// fault.Invalid if it is none.
func (c *Cabinet) Sealed(d Document) (Row, error) {
	k, err := c.ring(d.Kind)
	if err == nil {
		err = checkID(d.Kind, d.ID)
	}
	if err != nil {
		return Row{}, err
	}
	if d.Version < 1 || !json.Valid(d.Value) {
		return Row{}, fault.New(fault.Invalid, "a document of kind %s has no version or no value", d.Kind)
	}
	it := Item{Ref{d.Kind, d.ID, d.Version - 1}, d.Keys, d.Unique, d.Value}
	return c.row(k, k.name(d.ID), it)
}
